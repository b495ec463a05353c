"""What a declaration would change in the account as it is: every such fact is one reason why it does not fit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from account import things
from account.facts import kind_of
from account.names import ACCOUNT, Name
from account.picture import Picture
from account.principals import Grant, Principal, PrincipalKind, Scope
from account.privileges import covers
from account.values import is_known
from ops.drift import statements
from ops.drift.grants import in_words

Key = tuple[str, Name]
_IGNORED: Mapping[str, frozenset[str]] = {
    # Only said at creation, or not at all by provider 1.2.1.
    "DATABASE": frozenset({"drops_public_schema"}),
    "WAREHOUSE": frozenset({"generation", "query_acceleration_factor"}),
    # IMMEDIATELY once, a moment in the past from then on.
    "RESOURCE MONITOR": frozenset({"start"}),
    # What a declaration says nothing about, and what a person has beside it.
    "USER": frozenset({"has_password", "has_mfa", "mfa_methods", "mfa_disabled", "last_login", "bypass_mfa_minutes"}),
    "AUTHENTICATION POLICY": frozenset({"mfa_methods", "mfa_asked_of"}),
}
_ALWAYS_IGNORED = frozenset({"origin", "kind", "name"})
_USUAL: Mapping[tuple[str, str], tuple[object, object]] = {
    ("AUTHENTICATION POLICY", "mfa"): (None, "OPTIONAL"),
    ("SCHEMA", "transient"): (None, False),
    ("DATABASE", "comment"): ("", None),
}


@dataclass(frozen=True)
class Misfit:
    """One fact.

    Attributes:
        about: the things that could be left out of the declaration for it, nearest first.
        text: for people; sql: what would make the account fit, where that is one statement.
    """

    about: tuple[Key, ...]
    text: str
    sql: str = ""


def misfits(declared: Picture, live: Picture) -> Iterator[Misfit]:
    """Every fact of the declaration that the account does not have, or has otherwise."""
    there = {(thing.kind, thing.name): thing for thing in live.things}
    for thing in declared.things:
        key = (thing.kind, thing.name)
        found = there.get(key)
        if found is None:
            yield Misfit((key,), f"{thing.kind} {thing.name} is not there")
            continue
        for name, wanted, is_ in _differences(thing, found):
            sql = statements.give(_securable(thing), thing.name, wanted) if isinstance(wanted, Principal) else ""
            yield Misfit((key,), f"{name} of {thing.kind} {thing.name} is {_shown(is_)}, not {_shown(wanted)}", sql)
    yield from _access(declared, live)
    yield from _attached(declared, live)
    for name, value in declared.parameters.items():
        if live.parameters.get(name) != value:
            yield Misfit((("PARAMETER", ACCOUNT),), f"parameter {name} is {live.parameters.get(name)}, not {value}")


def _differences(wanted: things.AnyThing, found: things.AnyThing) -> Iterator[tuple[str, object, object]]:
    ignored = _ALWAYS_IGNORED | _IGNORED.get(wanted.kind, frozenset())
    for entry in fields(wanted):
        name = entry.name
        if name in ignored:
            continue
        value, there = getattr(wanted, name), getattr(found, name, None)
        if not is_known(value):
            continue
        if not is_known(there):
            yield name, value, there
        elif name == "public_keys":
            if _prints(value) != _prints(there):
                yield name, "the declared keys", "others"
        elif value != there and {value, there} != set(_USUAL.get((wanted.kind, name), ("", None))):
            yield name, value, there


def _prints(keys: object) -> list[object]:
    return [key.fingerprint for key in keys if isinstance(key, things.PublicKey)] if isinstance(keys, tuple) else []


def _shown(value: object) -> str:
    return "not told" if not is_known(value) else "not set" if value is None else str(value)


def _securable(thing: things.AnyThing) -> str:
    return "DATABASE ROLE" if thing.kind == "ROLE" and len(thing.name) > 1 else thing.kind


def _access(declared: Picture, live: Picture) -> Iterator[Misfit]:
    has, held = set(live.memberships), set(live.grants)
    for entry in declared.memberships:
        if entry not in has:
            member = "USER" if entry.member.kind is PrincipalKind.USER else "ROLE"
            about = ((member, entry.member.name), ("ROLE", entry.role.name))
            yield Misfit(about, f"{entry.role} is not granted to {entry.member}", statements.add_member(entry))
    for grant in declared.grants:
        about = ((grant.kind if grant.scope is Scope.OBJECT else "SCHEMA", grant.on), ("ROLE", grant.grantee.name))
        if grant.scope is Scope.ALL:
            if (without := _without(grant, live, held)) is not None:
                yield Misfit(about, f"{in_words(grant)} does not hold on {without}", statements.grant(grant))
        elif grant not in held:
            yield Misfit(about, f"{in_words(grant)} is not granted", statements.grant(grant))


def _without(grant: Grant, live: Picture, held: set[Grant]) -> Name | None:
    """An object on which a grant on all objects does not hold."""
    for thing in live.things:
        kind = kind_of(thing)
        if len(thing.name) > 2 and thing.name.within(grant.on) and covers(grant.kind, kind):
            one = Grant(grant.grantee, grant.privilege, kind, thing.name)
            if is_known(thing.owner) and thing.owner != grant.grantee and one not in held:
                return thing.name
    return None


def _attached(declared: Picture, live: Picture) -> Iterator[Misfit]:
    there = set(live.attachments)
    for entry in declared.attachments:
        if entry not in there and is_known(entry.target) and is_known(entry.policy):
            about = ((entry.on, Name(entry.target)),)
            text = f"{entry.policy_kind.value} policy {entry.policy} is not set on {entry.on} {entry.target}".strip()
            yield Misfit(about, text)
