"""The register of key pairs, `policies/keys.yaml`: who got which key on which day, beside the keys of a stack's file.

    keys:
      - {stack: prod, user: SVC_ECOMMERCE_LOADER, slot: 1, issued: 2026-11-01, fingerprint: "SHA256:…"}

Users are named without prefix, as in the stack's file. Keys that are generated for local runs stand in no tracked file
and need no entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from account.keys import public_key
from account.values import UNKNOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from account.things import PublicKey
    from account.values import Maybe
    from policies.files import Files

REGISTER: Final = "policies/keys.yaml"
_NAMESPACE: Final = "snowflake-platform:"
_FIELDS: Final = (("1", "rsa_public_key"), ("2", "rsa_public_key_2"))


class Unusable(ValueError):
    """A file cannot be read as what it should be. The text says why and repeats no key."""


class Entry(BaseModel):
    """One key that was given to a user on a day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stack: Annotated[str, Field(min_length=1)]
    user: Annotated[str, Field(min_length=1)]
    slot: Literal[1, 2]
    issued: date
    fingerprint: Annotated[str, Field(pattern=r"^SHA256:[A-Za-z0-9+/]{43}=$")]


class _Register(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """A key in a stack's file."""

    user: str
    slot: str
    fingerprint: Maybe[str]


def entries(files: Files) -> tuple[Entry, ...]:
    """The register; empty where there is no file.

    Raises:
        Unusable: the file is no register.
    """
    text = files.texts.get(REGISTER)
    if text is None:
        return ()
    try:
        return _Register.model_validate(_mapping(text) or {}).keys
    except ValidationError as error:
        places = sorted({".".join(str(part) for part in problem["loc"]) for problem in error.errors()})
        raise Unusable(f"not as a register must be: {', '.join(places)}") from None


def declared(files: Files, stack: str) -> tuple[Declared, ...]:
    """The keys in the file of a stack, of programs and people; empty where there is no file.

    Raises:
        Unusable: the file is no YAML.
    """
    text = files.texts.get(f"Pulumi.{stack}.yaml")
    config = (_mapping(text) or {}).get("config") if text is not None else None
    if not isinstance(config, dict):
        return ()
    return tuple(_keys({str(key).removeprefix(_NAMESPACE): value for key, value in config.items()}))


def _keys(config: Mapping[str, object]) -> Iterator[Declared]:
    programs = config.get("public_keys")
    owners = list(programs.items()) if isinstance(programs, dict) else []
    for field in ("people", "break_glass"):
        people = config.get(field)
        for person in people if isinstance(people, list) else []:
            if isinstance(person, dict):
                owners.append((person.get("name"), person))
    for user, slots in owners:
        for slot, field in _FIELDS:
            value = slots.get(field) if isinstance(slots, dict) else None
            if value is not None:
                yield Declared(str(user), slot, _fingerprint(public_key(slot, _text(value))))


def _text(value: object) -> str | Unknown:
    return value if isinstance(value, str) else UNKNOWN


def _fingerprint(key: PublicKey) -> Maybe[str]:
    return key.fingerprint


def _mapping(text: str) -> dict[str, object] | None:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        raise Unusable("no YAML") from None
    if found is not None and not isinstance(found, dict):
        raise Unusable("no mapping")
    return found
