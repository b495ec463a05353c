"""The stack file of the local target: what Pulumi.<stack>.yaml says, with everything about the account replaced.

Encrypted values of the real stack file are left out: nobody can read them here and the local account needs none.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from ops import files, keypairs
from ops.errors import BadInput
from ops.layout import ORGANIZATION, PROJECT, Account, repository

LOOPBACK = [str(ipaddress.IPv4Network("127.0.0.0/8"))]
ADMIN_PERSON = "ADA_ADMIN"
BREAK_GLASS = ("BREAK_GLASS_ONE", "BREAK_GLASS_TWO")
SLOTS = ("rsa_public_key", "rsa_public_key_2")
OF_A_REAL_ACCOUNT = ("host", "port", "protocol", "saml_integration", "people_methods")


@dataclass(frozen=True)
class Place:
    """How a stack stands in a local account. In a shared account names carry the stack's prefix and prod owns it."""

    stack: str
    shared: bool
    edition: str

    @property
    def prefix(self) -> str:
        """Prefix of account-level names."""
        return f"{self.stack.upper()}_" if self.shared and self.stack != "prod" else ""

    @property
    def owns_account(self) -> bool:
        """Whether the stack declares what an account has once."""
        return not self.shared or self.stack == "prod"

    def user(self, name: str) -> str:
        """A user's name in the account."""
        return f"{self.prefix}{name}"


def stack_file(stack: str) -> Path:
    """The stack file with real-account values; read here, never written by local runs."""
    return repository() / f"Pulumi.{stack}.yaml"


def values_file(account: Account, stack: str) -> Path:
    """What `ops import` found out about a local account; it takes the place of what local accounts have usually.

    A key without value is one that the stack does not have.
    """
    return account.config / f"Values.{stack}.yaml"


def load(path: Path) -> dict[str, object]:
    """The `config` mapping of a stack file; raises BadInput where it is no YAML mapping."""
    try:
        content: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, yaml.YAMLError) as error:
        raise BadInput(f"{path.name} cannot be read", where=str(path), why=str(error)) from error
    config = content.get("config", {}) if isinstance(content, dict) else None
    if config is None and isinstance(content, dict):
        return {}
    if not isinstance(config, dict):
        raise BadInput(f"{path.name} is no stack file", where=str(path), do="it needs a mapping named config")
    return {str(key): value for key, value in config.items()}


def write(account: Account, place: Place, users: Iterable[str], salt: str | None = None) -> bool:
    """Writes the overlay of a stack; `users` are its service users without prefix. Returns whether it changed.

    Public keys keep the slots they have in the overlay that is there, so that a rotation survives; so does its salt
    where none is given.
    """
    path = account.overlay(place.stack)
    before = load(path)
    salt = salt or salt_of(path)
    config = {key: value for key, value in load(stack_file(place.stack)).items() if not is_secret(value)}
    for key in OF_A_REAL_ACCOUNT:
        config.pop(f"{PROJECT}:{key}", None)
    config |= {f"{PROJECT}:{key}": value for key, value in _local(account, place, users, before).items()}
    config |= load(values_file(account, place.stack))
    config = {key: value for key, value in config.items() if value is not None}
    content = {"encryptionsalt": salt, "config": config} if salt else {"config": config}
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)
    header = f"# Stack {place.stack} on the local account {account.name}; written by ops, not for hand edits.\n"
    return files.write_private_if_changed(path, header + text)


def salt_of(stack_file: Path) -> str:
    """The encryptionsalt line's value in a stack file; empty where there is none."""
    try:
        lines = stack_file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    values = [line.partition(":")[2].strip() for line in lines if line.startswith("encryptionsalt:")]
    return values[0] if values else ""


def slots(config: Mapping[str, object], user: str) -> dict[str, str]:
    """The public keys a user has in a config mapping, by slot; people are found by their name."""
    keys = config.get(f"{PROJECT}:public_keys")
    entry = keys.get(user) if isinstance(keys, dict) else None
    people = [config.get(f"{PROJECT}:{group}") for group in ("people", "break_glass")]
    for person in [person for group in people if isinstance(group, list) for person in group]:
        if entry is None and isinstance(person, dict) and person.get("name") == user:
            entry = person
    found = {slot: entry.get(slot) for slot in SLOTS} if isinstance(entry, dict) else {}
    return {slot: value for slot, value in found.items() if isinstance(value, str)}


def _local(account: Account, place: Place, users: Iterable[str], before: Mapping[str, object]) -> dict[str, object]:
    people = (ADMIN_PERSON, *(BREAK_GLASS if place.owns_account else ()))
    names = [*users, *people]
    pairs = keypairs.ensure(account.keys, [place.user(name) for name in names])
    keys = {name: _keys(before, name, pairs[place.user(name)]) for name in names}
    return {
        "organization": ORGANIZATION,
        "account": account.name,
        "edition": place.edition,
        "shared_account": place.shared,
        "owns_account": place.owns_account,
        "service_cidrs": LOOPBACK,
        "people_cidrs": LOOPBACK,
        "deployer_cidrs": LOOPBACK,
        "public_keys": {name: keys[name] for name in users},
        "people": [{**_person(ADMIN_PERSON), "roles": ["admin"], **keys[ADMIN_PERSON]}],
        "break_glass": [{**_person(name), "addresses": LOOPBACK, **keys[name]} for name in people[1:]],
        "monitor_notify": [],
    }


def _person(name: str) -> dict[str, object]:
    return {"name": name, "email": f"{name.lower().replace('_', '.')}@example.com"}


def _keys(before: Mapping[str, object], name: str, pair: keypairs.KeyPair) -> dict[str, str]:
    current = pair.public_body()
    kept = slots(before, name)
    return kept if current in kept.values() else {SLOTS[0]: current}


def is_secret(value: object) -> bool:
    """Whether a value of a stack file is encrypted, or has something encrypted in it."""
    if isinstance(value, dict):
        return "secure" in value or any(is_secret(inner) for inner in value.values())
    return isinstance(value, list) and any(is_secret(inner) for inner in value)
