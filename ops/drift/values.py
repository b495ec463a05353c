"""Fields of one object on three sides: which are compared, and what counts as equal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Final

from account.names import Name
from account.principals import Principal
from account.things import AnyThing, PublicKey
from account.values import Undecided, Unknown, is_known
from ops.drift.model import Change

_NOT_COMPARED: Final = frozenset({"name", "kind", "origin", "owner"})
_ONLY_LIVE: Final = frozenset({"has_mfa", "last_login", "mfa_disabled", "mfa_methods"})
"""What an account tells of people and no declaration says."""
_ELSEWHERE: Final = frozenset({("USER", "network_policy"), ("TAG", "masking_policies")})
"""What stands in the attachments, too."""
_MOMENTS: Final = frozenset({("RESOURCE MONITOR", "start")})
"""Declared as IMMEDIATELY, answered as the moment that came of it."""
_BY_PLUGIN: Final = frozenset(
    {("WAREHOUSE", "generation"), ("AUTHENTICATION POLICY", "client_types"), ("AUTHENTICATION POLICY", "tokens"),
     ("AUTHENTICATION POLICY", "workloads"), ("USER", "workload_identity")}
)  # fmt: skip
"""What plugin 1.x cannot set, or not to every value: the state tells what was applied."""
_PERSONAL: Final = frozenset({("USER", "email")})
"""What is compared and never shown: it is encrypted in the state."""
_DEFAULTS: Final[Mapping[tuple[str, str], tuple[object, ...]]] = {
    ("AUTHENTICATION POLICY", "mfa"): ("OPTIONAL",),
    ("USER", "default_secondary_roles"): (("ALL",),),
    ("USER", "has_password"): (False,),
    ("SCHEMA", "managed_access"): (False,),
    ("SCHEMA", "transient"): (False,),
    ("WAREHOUSE", "query_acceleration"): (False,),
}
"""What Snowflake answers where a field is not set."""


@dataclass(frozen=True)
class Fields:
    """The fields of one object: `drift` in the account, `pending` in the declaration, `unseen` by name with why."""

    drift: tuple[Change, ...] = ()
    pending: tuple[Change, ...] = ()
    unseen: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()


def compare(declared: AnyThing | None, applied: AnyThing | None, live: AnyThing) -> Fields:
    """The fields of an object that the account has. `applied`: as the state has it; None where there is none."""
    drift: list[Change] = []
    pending: list[Change] = []
    unseen: list[str] = []
    skipped: list[str] = []
    first = declared or applied
    for name in _names(first) if first is not None else ():
        key = (live.kind, name)
        found = _plain(key, getattr(live, name, None))
        sides = [_plain(key, getattr(side, name)) for side in (declared, applied) if side is not None]
        if key in _BY_PLUGIN and applied is not None:
            sides = sides[-1:]
            if sides[0] is None:
                continue
        wanted = [side for side in sides if is_known(side)]
        if not wanted:
            skipped.append(name)
        elif not is_known(found) and isinstance(found, Unknown):
            unseen.append(f"{name}: {found.unknown}")
        else:
            _one(key, wanted, found, drift, pending, skipped)
    return Fields(tuple(drift), tuple(pending), tuple(unseen), tuple(skipped))


def _one(
    key: tuple[str, str],
    wanted: list[object],
    found: object,
    drift: list[Change],
    pending: list[Change],
    skipped: list[str],
) -> None:
    """A field whose value the account tells. The first of `wanted` is declared, the last one applied."""
    try:
        equal = [_equal(key, side, found) for side in wanted]
    except Undecided:
        skipped.append(key[1])
        return
    if equal[0]:
        return
    if key in _PERSONAL:
        change = Change(key[1], "(set)" if wanted[0] else "(none)", "(another one)" if found else "(none)")
    else:
        change = Change(key[1], shown(wanted[0]), shown(found))
    (pending if equal[-1] else drift).append(change)


def _names(thing: AnyThing) -> Iterator[str]:
    for entry in fields(thing):
        key = (thing.kind, entry.name)
        if entry.name not in _NOT_COMPARED | _ONLY_LIVE and key not in _ELSEWHERE | _MOMENTS:
            yield entry.name


def _plain(key: tuple[str, str], value: object) -> object:
    """A value in the form in which it is compared."""
    if isinstance(value, Unknown):
        return value
    if key[1] == "public_keys" and isinstance(value, tuple):
        return {entry.slot: entry.fingerprint for entry in value if isinstance(entry, PublicKey)}
    return None if value == "" else value


def _equal(key: tuple[str, str], wanted: object, found: object) -> bool:
    """Whether they are equal.

    Raises:
        Undecided: a part of either is not known.
    """
    if isinstance(wanted, dict) and isinstance(found, dict):
        return wanted.keys() == found.keys() and all(
            wanted[slot] == found[slot] for slot in wanted if is_known(wanted[slot]) and is_known(found[slot])
        )
    if wanted is None and found in _DEFAULTS.get(key, ()):
        return True
    return bool(wanted == found)


def shown(value: object) -> str:
    """A value for people."""
    if isinstance(value, Unknown):
        return f"({value.unknown})"
    if value is None or value == ():
        return "(none)"
    if isinstance(value, Name | Principal):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {shown(inner)}" for name, inner in value.items()) or "(none)"
    if isinstance(value, tuple):
        return ", ".join(shown(inner) for inner in value)
    return " ".join(str(value).split())
