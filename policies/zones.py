"""Zones of data and personas, and what of a zone somebody reaches: shared by the rules that compare the two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from account.access import Access, Right, in_words, rights, what_in_words
from account.facts import facts
from account.names import Name
from account.principals import PUBLIC, Principal, PrincipalKind, Scope
from account.privileges import ACCOUNT_KINDS
from account.things import Role, User
from account.values import is_known, known
from policies.baseline import DATABASES, ours
from policies.identities import PROGRAMS, Prefixed, as_principal, matches, plain, principal_of
from policies.index import roles_of
from policies.rule import Case, Fault, Judgement, Settings, Subject, judging

if TYPE_CHECKING:
    from account.picture import Picture

S = TypeVar("S", bound=Subject)
C = TypeVar("C", bound=Settings)

ON_ACCOUNT = "account"
"""The zone of privileges on the account itself."""
NOWHERE = "elsewhere"
"""The zone of databases that are in no zone."""
_SPANNING = (Access.READ, Access.MANAGE)
"""On a database itself, these mean what is inside; the others the database."""


class Persona(BaseModel):
    """A kind of user or role.

    Attributes:
        roles, users: patterns of whole names, without prefix, in any case. Programs that have such a role directly
            belong to the persona too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    roles: tuple[str, ...]
    users: tuple[str, ...] = ()


LOADER = Persona(roles=("ECOMMERCE_LOADER",), users=("SVC_ECOMMERCE_LOADER",))
TRANSFORMER = Persona(roles=("ECOMMERCE_TRANSFORMER",), users=("SVC_ECOMMERCE_DBT",))
ANALYST = Persona(roles=("ECOMMERCE_ANALYST",), users=("SVC_ECOMMERCE_DASHBOARD", "SVC_ECOMMERCE_BI"))
ADMIN = Persona(roles=("ECOMMERCE_ADMIN",))


def roles_of_persona(persona: Persona, case: Case, settings: Prefixed) -> frozenset[Principal]:
    """The account roles of a persona, those that only a membership names among them."""
    picture = case.picture
    named = {principal_of(held) for held in ours(picture, Role)}
    named |= {end for entry in picture.memberships for end in (entry.role, entry.member)}
    return frozenset(
        entry
        for entry in named
        if entry.kind is PrincipalKind.ROLE and _is(entry.name.last, persona.roles, case, settings)
    )


def people_of(persona: Persona, case: Case, settings: Prefixed) -> tuple[Principal, ...]:
    """Whom to judge: users of the persona's names, programs that have one of its roles directly, and its other roles.

    A role that one of these users has is judged with the user, so that one mistake is one finding.
    """
    picture, held = case.picture, roles_of_persona(persona, case, settings)
    users = {as_principal(found) for found in ours(picture, User)}
    users |= {entry for entry in roles_of(picture) if entry.kind is PrincipalKind.USER}
    found: set[Principal] = set()
    used: set[Principal] = set()
    for entry in users:
        direct = {grant.role for grant in roles_of(picture).get(entry, ())} & held
        if _is(entry.name.last, persona.users, case, settings) or (direct and _is_program(picture, entry)):
            found.add(entry)
            used |= direct
    return tuple(sorted(found | (held - used)))


def _is(name: str, patterns: Iterable[str], case: Case, settings: Prefixed) -> bool:
    return matches(plain(name, case, settings), patterns, any_case=True)


def _is_program(picture: Picture, who: Principal) -> bool:
    """Whether a user is a program; one of whom that is not known counts as one."""
    found = picture.find(User, who.name)
    return found is None or not is_known(found.type) or known(found.type) in PROGRAMS


class Zones(Prefixed):
    """Zones of data.

    Attributes:
        zones: by name, patterns of DATABASE and DATABASE.SCHEMA without prefix; the first zone that fits counts.
        outside: databases of Snowflake's own, which are in no zone and not judged.
    """

    zones: dict[str, tuple[str, ...]] = Field(
        default={
            "loader area": (r"ECOMMERCE_RAW\._LOADER",),
            "raw": (r"ECOMMERCE_RAW(\..+)?",),
            "staging": (r"ECOMMERCE_STAGING(\..+)?",),
            "marts": (r"ECOMMERCE_ANALYTICS\.MARTS",),
            "governance": (r"ECOMMERCE_ANALYTICS\.GOVERNANCE",),
            "analytics": (r"ECOMMERCE_ANALYTICS(\..+)?",),
        }
    )
    outside: tuple[str, ...] = DATABASES


def zone_of(container: Name, case: Case, settings: Zones) -> str:
    """The zone of a database or schema; empty for Snowflake's own."""
    if container[0] in settings.outside or container[1:2] == ("INFORMATION_SCHEMA",):
        return ""
    text = ".".join((plain(container[0], case, settings), *container[1:2]))
    return next((zone for zone, patterns in settings.zones.items() if matches(text, patterns)), NOWHERE)


def zones_of(right: Right, case: Case, settings: Zones) -> frozenset[str]:
    """The zones that a right is about; none for a warehouse, role or other object of the account."""
    if right.kind == "ACCOUNT":
        return frozenset({ON_ACCOUNT})
    if right.kind in ACCOUNT_KINDS and right.kind != "DATABASE":
        return frozenset()
    return frozenset(zone_of(name, case, settings) for name in _containers(right, case.picture)) - {""}


def _containers(right: Right, picture: Picture) -> Iterator[Name]:
    """The schemas and databases in which a right holds."""
    if len(right.on) >= 2:
        yield right.on.schema
        return
    if right.on:
        yield right.on
    itself = right.kind == "DATABASE" and right.scope is Scope.OBJECT and right.access not in _SPANNING
    if itself:
        return
    known = facts(picture)
    yield from (name for name in (*known.databases, *known.schemas) if name.within(right.on))


def reached(who: Principal, case: Case, settings: Zones, accesses: Iterable[Access]) -> Iterator[tuple[str, Right]]:
    """What somebody reaches: for every zone and class of access the shortest right, one that is not potential first."""
    best: dict[tuple[str, Access], Right] = {}
    for right in rights(case.picture, who, accesses=tuple(accesses)):
        for zone in zones_of(right, case, settings):
            other = best.get((zone, right.access))
            if other is None or _rank(right) < _rank(other):
                best[zone, right.access] = right
    yield from ((zone, right) for (zone, _), right in sorted(best.items(), key=lambda item: item[0]))


def _rank(right: Right) -> tuple[bool, int, str]:
    return right.potential, len(right.path), what_in_words(right)


def fault(right: Right, verb: str, zone: str, own: Iterable[Principal]) -> Fault:
    """What is wrong with a right that should not be, with its shortest path and the one grant to take away.

    Args:
        own: roles that somebody is meant to have; what these hold themselves is what is wrong.
    """
    could = "could (a potential right)" if right.potential else "can"
    why = f" ({right.why})" if right.why else ""
    last = next((edge for edge in reversed(right.path) if not edge.built_in), None)
    if last is None or right.holder in own or right.holder == PUBLIC:
        todo = f"revoke {what_in_words(right)} from {right.holder}"
    else:
        todo = f"revoke {last.role} from {last.member}"
    return Fault(f"{could} {verb} {zone}: {what_in_words(right)}{why}", todo, in_words(right))


def judging_by(
    subjects: Callable[[Case, C], Iterable[S]], judge: Callable[[S, Case, C], Iterable[Fault]], settings: type[C]
) -> Callable[[Case, Settings], list[Judgement]]:
    """As `policies.rule.judging`, for rules whose settings say what their subjects are."""

    def evaluate(case: Case, values: Settings) -> list[Judgement]:
        if not isinstance(values, settings):
            raise TypeError(f"settings of another rule: {type(values).__name__}")
        return judging(lambda case: subjects(case, values), judge, settings)(case, values)

    return evaluate
