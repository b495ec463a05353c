"""The role graph: who reaches an administrator's role, and whether the hierarchy is in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from account.graph import graph, in_words
from account.principals import BUILT_IN_ROLES, PrincipalKind, role
from account.things import Role, Thing, User
from policies.baseline import DATABASES, ours
from policies.identities import (
    ADMIN_ROLES,
    DEPLOYMENT_ROLE,
    MONITOR_ADMINISTRATOR,
    Programs,
    active,
    as_principal,
    as_thing,
    is_person,
    is_program,
    members,
    principal_of,
)
from policies.index import roles_of
from policies.rule import (
    PICTURES,
    WHOLE,
    Address,
    Case,
    Fault,
    Rule,
    Settings,
    Severity,
    cis,
    judging,
    levels,
    trust_center,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from account.graph import Path

_GRAPH = frozenset({"USER", "MEMBERSHIP"})
_SYSTEM = (("SECURITYADMIN", "ACCOUNTADMIN"), ("SYSADMIN", "ACCOUNTADMIN"), ("USERADMIN", "SECURITYADMIN"))
"""Which administrator's role Snowflake itself grants to which."""


class Reach(Programs):
    """What no program may reach.

    Attributes:
        admin_roles: roles of the account's administrators.
        exceptions: by exact name of a user (prefix and all), the roles it may reach.
    """

    admin_roles: tuple[str, ...] = ADMIN_ROLES
    exceptions: dict[str, tuple[str, ...]] = Field(
        default={MONITOR_ADMINISTRATOR: ("ACCOUNTADMIN", "SECURITYADMIN", "SYSADMIN", "USERADMIN")}
    )


class AdminRoles(Settings):
    """Attributes: admin_roles: roles of the account's administrators."""

    admin_roles: tuple[str, ...] = ADMIN_ROLES


class Administrators(Settings):
    """How many people may have ACCOUNTADMIN or SECURITYADMIN.

    Attributes:
        owns_account: this stack declares the account's administrators, so there must be some.
        at_least, at_most: people.
    """

    owns_account: bool = True
    at_least: int = 2
    at_most: int = 9


class Hierarchy(Settings):
    """Attributes: max_depth: roles between a user and what it reaches. elsewhere: roles that another source makes."""

    max_depth: int = 6
    elsewhere: tuple[str, ...] = (DEPLOYMENT_ROLE,)


def _reach(user: User, case: Case, settings: Reach) -> Iterator[Fault]:
    reached = graph(case.picture).closure(as_principal(user))
    accepted = settings.exceptions.get(user.name.last, ())
    found = [name for name in settings.admin_roles if role(name) in reached and name not in accepted]
    if not found or not is_program(user, case, settings):
        return
    nearest = min(found, key=lambda name: (len(reached[role(name)]), found.index(name)))
    path = reached[role(nearest)]
    yield Fault(
        f"is a program that reaches {', '.join(found)}",
        f"revoke {path[-1].role} from {path[-1].member}" if not path[-1].built_in else _first_to_revoke(path),
        in_words(path),
    )


def _first_to_revoke(path: Path) -> str:
    edge = next(edge for edge in reversed(path) if not edge.built_in)
    return f"revoke {edge.role} from {edge.member}"


def _holders(case: Case) -> Iterator[Thing]:
    """Every role that has another role."""
    kinds = (PrincipalKind.ROLE, PrincipalKind.DATABASE_ROLE)
    having = {entry.member for entry in case.picture.memberships if entry.member.kind in kinds}
    yield from (as_thing(case.picture, principal) for principal in sorted(having))


def _admin_to_custom(holder: Thing, case: Case, settings: AdminRoles) -> Iterator[Fault]:
    me = principal_of(holder)
    for entry in roles_of(case.picture).get(me, ()):
        pair = (entry.role.name.last, me.name.last)
        if entry.role.kind is not PrincipalKind.ROLE or pair in _SYSTEM:
            continue
        if entry.role.name.last in settings.admin_roles:
            yield Fault(
                f"has the administrator's role {entry.role}",
                f"revoke {entry.role} from {me}; the other direction, {me} granted to SYSADMIN, is good practice",
                f"{me} -> {entry.role}",
            )


def _account(case: Case) -> Iterator[Address]:
    del case
    yield WHOLE


def _administrators(_: Address, case: Case, settings: Administrators) -> Iterator[Fault]:
    names = [
        user.name.last
        for user in active(case)
        if any(role(name) in graph(case.picture).closure(as_principal(user)) for name in ADMIN_ROLES[:2])
        and is_person(user)
    ]
    if settings.owns_account and len(names) < settings.at_least:
        yield Fault(
            f"{len(names)} people have ACCOUNTADMIN or SECURITYADMIN; with fewer than {settings.at_least}, one who is "
            "ill or locked out closes the account",
            "name emergency administrators (`break_glass`)",
        )
    if len(names) > settings.at_most:
        yield Fault(
            f"{len(names)} people have ACCOUNTADMIN or SECURITYADMIN; at most {settings.at_most} may",
            f"take the role from some of {', '.join(names)}",
        )


def _custom_roles(case: Case) -> Iterator[Role]:
    """Every custom role, and those that only a membership names."""
    yield from ours(case.picture, Role)
    kinds = (PrincipalKind.ROLE, PrincipalKind.DATABASE_ROLE)
    named = {end for entry in case.picture.memberships for end in (entry.role, entry.member) if end.kind in kinds}
    for principal in sorted(named):
        known_elsewhere = principal.name[0] in (*BUILT_IN_ROLES, *DATABASES)
        if not known_elsewhere and case.picture.find(Role, principal.name) is None:
            yield Role(name=principal.name)


def _hierarchy(held: Role, case: Case, settings: Hierarchy) -> Iterator[Fault]:
    me, roles = principal_of(held), graph(case.picture)
    if case.picture.find(Role, held.name) is None:
        if held.name.last not in settings.elsewhere:
            yield Fault("is granted or has roles, and does not exist", "declare the role, or correct the name")
        return
    if any(me in group for group in roles.cycles()):
        yield Fault("is part of a circle of roles that have each other", "revoke one of them")
    above = roles.members(me)
    if me.kind is PrincipalKind.ROLE and role("SYSADMIN") not in above and held.name.last not in settings.elsewhere:
        yield Fault("does not roll up to SYSADMIN, so nobody administers what it owns", "grant it to a role that does")
    elif me.kind is PrincipalKind.DATABASE_ROLE and not above:
        yield Fault("is granted to nobody", "grant it to a functional role, or remove it")
    depth = max((len(path) for path in roles.closure(me).values()), default=0)
    if depth > settings.max_depth:
        yield Fault(f"reaches roles over {depth} grants; at most {settings.max_depth} can be followed", "flatten it")


RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-RBAC-001",
        title="No program reaches an administrator's role",
        severity=Severity.CRITICAL,
        levels=levels("M", "M", "M"),
        controls=(*cis("1.10", "1.13"), *trust_center("CIS_BENCHMARKS_CIS1_10", "CIS_BENCHMARKS_CIS1_13")),
        rationale="Whoever gets hold of its key then owns the account.",
        remediation="Revoke the one grant on the path that should not be there.",
        evidence=PICTURES,
        sees=_GRAPH,
        settings=Reach,
        evaluate=judging(members, _reach, Reach),
    ),
    Rule(
        id="SNW-RBAC-002",
        title="No administrator's role is granted to a custom role",
        severity=Severity.CRITICAL,
        levels=levels("M", "M", "M"),
        controls=(*cis("1.13"), *trust_center("CIS_BENCHMARKS_CIS1_13")),
        rationale="Everybody with the custom role is then an administrator, and nobody sees it from the role's name.",
        remediation="Revoke it. Grant the custom role to SYSADMIN instead.",
        evidence=PICTURES,
        per_resource=True,
        sees=frozenset({"MEMBERSHIP"}),
        settings=AdminRoles,
        evaluate=judging(_holders, _admin_to_custom, AdminRoles),
    ),
    Rule(
        id="SNW-RBAC-003",
        title="At least two and at most nine people are administrators",
        severity=Severity.MEDIUM,
        levels=levels("-", "A", "A"),
        controls=(*cis("1.10"), *trust_center("CIS_BENCHMARKS_CIS1_10")),
        rationale="One can be locked out; many cannot be watched.",
        remediation="Name two emergency administrators; give others functional roles.",
        evidence=PICTURES,
        sees=_GRAPH,
        settings=Administrators,
        defaults={"dev": {"owns_account": False}, "qa": {"owns_account": False}},
        evaluate=judging(_account, _administrators, Administrators),
    ),
    Rule(
        id="SNW-RBAC-022",
        title="The hierarchy of roles is in order",
        severity=Severity.LOW,
        levels=levels("A", "A", "A"),
        controls=(),
        rationale="A role outside the hierarchy, in a circle or many steps away is one that nobody reviews.",
        remediation="Let every custom role roll up to SYSADMIN in few steps.",
        evidence=PICTURES,
        sees=_GRAPH | {"ROLE"},
        settings=Hierarchy,
        evaluate=judging(_custom_roles, _hierarchy, Hierarchy),
    ),
)
