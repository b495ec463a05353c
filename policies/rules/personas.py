"""Who may reach which data: personas against zones, over every plane of the effective rights."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pydantic import Field

from account.access import Access
from account.principals import PUBLIC, Principal
from account.things import Thing
from policies.identities import as_thing, principal_of
from policies.rule import PICTURES, Address, Case, Fault, Rule, Severity, levels
from policies.zones import (
    ADMIN,
    ANALYST,
    LOADER,
    NOWHERE,
    ON_ACCOUNT,
    TRANSFORMER,
    Persona,
    Zones,
    fault,
    judging_by,
    people_of,
    reached,
    roles_of_persona,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_RIGHTS = frozenset(
    {"USER", "ROLE", "MEMBERSHIP", "GRANT", "FUTURE GRANT", "INHERITED GRANT", "DATABASE", "SCHEMA", "TABLE", "STAGE"}
)
_DATA = (Access.READ, Access.WRITE, Access.CREATE, Access.OWN, Access.MANAGE)
_BUILDS = (Access.READ, Access.WRITE, Access.CREATE, Access.OWN)
_VERBS = {
    Access.READ: "read",
    Access.WRITE: "write to",
    Access.CREATE: "create objects in",
    Access.OWN: "drop what it owns in",
    Access.MANAGE: "decide about access in",
}
_TRANSFORMS = {
    "raw": (Access.READ,),
    "staging": _BUILDS,
    "marts": _BUILDS,
    "analytics": (Access.READ, Access.WRITE),
}
_LOADS = {"raw": (Access.READ, Access.WRITE), "loader area": _BUILDS}


class Closed(Zones):
    """Which zones are closed to readers of one persona.

    Attributes:
        persona: who. closed: names of zones. everybody: PUBLIC must not read them either.
    """

    persona: Persona
    closed: tuple[str, ...]
    everybody: bool = False


class Loaders(Closed):
    """See `Closed`."""

    persona: Persona = LOADER
    closed: tuple[str, ...] = ("staging", "marts", "governance", "analytics")


class Analysts(Closed):
    """See `Closed`."""

    persona: Persona = ANALYST
    closed: tuple[str, ...] = ("raw", "loader area", "staging")
    everybody: bool = True


class Allowed(Persona):
    """Attributes: allow: by zone, what the persona may do. What is not listed, it may not."""

    allow: dict[str, tuple[Access, ...]]


def _allowed(persona: Persona, allow: dict[str, tuple[Access, ...]]) -> Allowed:
    return Allowed(roles=persona.roles, users=persona.users, allow=allow)


class Matrix(Zones):
    """Attributes: personas: by name, who they are and what they may do."""

    personas: dict[str, Allowed] = Field(
        default={
            "loader": _allowed(LOADER, _LOADS),
            "transformer": _allowed(TRANSFORMER, _TRANSFORMS),
            "analyst": _allowed(ANALYST, {"marts": (Access.READ,), "analytics": (Access.READ,)}),
            "admin": _allowed(ADMIN, {**_LOADS, **_TRANSFORMS, "raw": (Access.READ, Access.WRITE)}),
        }
    )


class Readers(Zones):
    """Attributes: persona: who only reads."""

    persona: Persona = ANALYST


def _nobody(subject: Address) -> Fault:
    return Fault(
        f"no role is called like persona {subject.name}, so nobody would be judged",
        "correct `persona` or `personas` of this rule, or declare the role",
    )


def _one_persona(case: Case, settings: Closed | Readers, name: str) -> Iterator[Thing | Address]:
    if not roles_of_persona(settings.persona, case, settings):
        yield Address("PERSONA", name)
    yield from (as_thing(case.picture, who) for who in people_of(settings.persona, case, settings))
    if isinstance(settings, Closed) and settings.everybody:
        yield as_thing(case.picture, PUBLIC)


def _closed(subject: Thing | Address, case: Case, settings: Closed) -> Iterator[Fault]:
    if isinstance(subject, Address):
        yield _nobody(subject)
        return
    own = roles_of_persona(settings.persona, case, settings)
    for zone, right in reached(principal_of(subject), case, settings, (Access.READ,)):
        if zone in settings.closed:
            yield fault(right, "read", zone, own)


def _all_personas(case: Case, settings: Matrix) -> Iterator[Thing | Address]:
    seen: set[Principal] = set()
    for name, persona in settings.personas.items():
        if not roles_of_persona(persona, case, settings):
            yield Address("PERSONA", name)
        seen.update(people_of(persona, case, settings))
    yield from (as_thing(case.picture, who) for who in sorted(seen))


def _matrix(subject: Thing | Address, case: Case, settings: Matrix) -> Iterator[Fault]:
    if isinstance(subject, Address):
        yield _nobody(subject)
        return
    me = principal_of(subject)
    mine = [persona for persona in settings.personas.values() if me in people_of(persona, case, settings)]
    for zone, right in reached(me, case, settings, _DATA):
        if not all(right.access in persona.allow.get(zone, ()) for persona in mine):
            own = frozenset().union(*(roles_of_persona(persona, case, settings) for persona in mine))
            yield fault(right, _VERBS[right.access], _said(zone), own)


def _said(zone: str) -> str:
    names = {ON_ACCOUNT: "the account", NOWHERE: "a database outside all zones"}
    return names.get(zone, f"zone {zone}")


def _reads_only(subject: Thing | Address, case: Case, settings: Readers) -> Iterator[Fault]:
    if isinstance(subject, Address):
        yield _nobody(subject)
        return
    own = roles_of_persona(settings.persona, case, settings)
    for zone, right in reached(principal_of(subject), case, settings, (Access.WRITE, Access.CREATE, Access.OWN)):
        yield fault(right, _VERBS[right.access], _said(zone), own)


RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-RBAC-010",
        title="Loaders cannot read analytics",
        severity=Severity.HIGH,
        levels=levels("M", "M", "M"),
        controls=(),
        rationale="The loader holds the keys of every source; it must not lead on to what the company knows.",
        remediation="Take away the one grant on the path that should not be there.",
        evidence=PICTURES,
        sees=_RIGHTS,
        settings=Loaders,
        evaluate=judging_by(partial(_one_persona, name="loader"), _closed, Loaders),
    ),
    Rule(
        id="SNW-RBAC-011",
        title="Analysts and everybody else cannot read raw data",
        severity=Severity.HIGH,
        levels=levels("M", "M", "M"),
        controls=(),
        rationale="Raw data is neither cleaned nor masked; personal data stands in it as it arrived.",
        remediation="Take away the one grant on the path that should not be there.",
        evidence=PICTURES,
        sees=_RIGHTS,
        settings=Analysts,
        evaluate=judging_by(partial(_one_persona, name="analyst"), _closed, Analysts),
    ),
    Rule(
        id="SNW-RBAC-012",
        title="No persona can do more than it is meant to do",
        severity=Severity.HIGH,
        levels=levels("A", "M", "M"),
        controls=(),
        rationale="Least privilege holds only while somebody compares what is reached with what was meant.",
        remediation="Take away the grant, or allow it in `personas` after a decision.",
        evidence=PICTURES,
        sees=_RIGHTS,
        settings=Matrix,
        evaluate=judging_by(_all_personas, _matrix, Matrix),
    ),
    Rule(
        id="SNW-RBAC-013",
        title="Analysts only read",
        severity=Severity.HIGH,
        levels=levels("-", "A", "M"),
        controls=(),
        rationale="A figure that its reader may change proves nothing.",
        remediation="Take away the grant; build for analysts through the transformer.",
        evidence=PICTURES,
        sees=_RIGHTS,
        settings=Readers,
        evaluate=judging_by(partial(_one_persona, name="analyst"), _reads_only, Readers),
    ),
)
