"""Ownership: what programs own, who can take over an identity, and what administrators' roles run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from account.graph import graph, in_words
from account.names import Name
from account.principals import Grant, Principal, Scope, role
from account.privileges import ALL, OWNERSHIP, TAKEOVER, plural
from account.pulumi import Resource
from account.things import Procedure, Role, Task, Thing, User
from account.values import is_known, known
from policies.baseline import ours
from policies.identities import (
    ADMIN_ROLES,
    DEPLOYMENT_USER,
    MONITOR_ADMINISTRATOR,
    Programs,
    as_principal,
    is_program,
    matches,
    members,
    plain,
)
from policies.index import grants_of, owned_by, without_owner
from policies.rule import PICTURES, Case, Evidence, Fault, Rule, Settings, Severity, cis, judging, levels, trust_center

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from account.graph import Path

_OWNERS = frozenset({"USER", "MEMBERSHIP", "GRANT", "FUTURE GRANT"})
_CIS_TASKS = ("1.14", "1.15", "1.16", "1.17")
_SCANNERS = tuple(f"CIS_BENCHMARKS_CIS{id.replace('.', '_')}" for id in _CIS_TASKS)


class Owners(Programs):
    """What programs may own.

    Attributes:
        deployers: exact names of users that deploy, and so own what is declared.
        may_own: by pattern of a role's name without prefix, the schemas (DATABASE.SCHEMA, without prefix) in which it
            may own objects; never the schema itself.
    """

    deployers: tuple[str, ...] = (DEPLOYMENT_USER, MONITOR_ADMINISTRATOR)
    may_own: dict[str, tuple[str, ...]] = Field(
        default={
            "ECOMMERCE_LOADER": (r"ECOMMERCE_RAW\._LOADER",),
            "ECOMMERCE_TRANSFORMER": (r"ECOMMERCE_STAGING\..+", r"ECOMMERCE_ANALYTICS\.MARTS"),
        }
    )


class Takeover(Programs):
    """Attributes: deployers: exact names of users that deploy, and so own users and roles."""

    deployers: tuple[str, ...] = (DEPLOYMENT_USER, MONITOR_ADMINISTRATOR)


class AdminRoles(Settings):
    """Attributes: admin_roles: roles of the account's administrators."""

    admin_roles: tuple[str, ...] = ADMIN_ROLES


def _reached(user: User, case: Case) -> Mapping[Principal, Path]:
    return graph(case.picture).closure(as_principal(user))


def _no_unknown_owner(things: Iterable[Thing]) -> None:
    """Undecided where an owner is not known, as it may be a program's role."""
    for thing in things:
        known(thing.owner)


def _owns(user: User, case: Case, settings: Owners) -> Iterator[Fault]:
    if user.name.last in settings.deployers or not is_program(user, case, settings):
        return
    _no_unknown_owner(without_owner(case.picture))
    reached = _reached(user, case)
    for owner in reached:
        found: dict[Name, list[str]] = {}
        for thing in owned_by(case.picture).get(owner, ()):
            if not _may_own(owner, thing.name, case, settings):
                found.setdefault(thing.name.container, []).append(f"{_kind(thing)} {thing.name}")
        for grant in grants_of(case.picture).get(owner, ()):
            one = grant.scope is Scope.OBJECT
            if grant.privilege == OWNERSHIP and not _may_own(owner, grant.on, case, settings, inside=not one):
                what = grant.kind.lower() if one else f"{grant.scope.value} {plural(grant.kind)} in"
                found.setdefault(grant.on, []).append(f"{what} {grant.on if grant.on else 'the account'}")
        for names in found.values():
            more = f" and {len(names) - 1} more there" if len(names) > 1 else ""
            yield Fault(
                f"is a program and owns {names[0]}{more} through {owner}",
                "transfer the ownership to the deployment role; grant what the program needs",
                f"{in_words(reached[owner]) or user.name} -> {OWNERSHIP} of {names[0]}",
            )


def _may_own(owner: Principal, name: Name, case: Case, settings: Owners, *, inside: bool = False) -> bool:
    if len(name) < (2 if inside else 3):
        return False
    schema = f"{plain(name[0], case, settings)}.{name[1]}"
    mine = plain(owner.name.last, case, settings)
    return any(matches(mine, (pattern,)) and matches(schema, where) for pattern, where in settings.may_own.items())


def _kind(thing: Thing) -> str:
    return str(getattr(thing, "kind", "object")).lower()


def _takes_over(user: User, case: Case, settings: Takeover) -> Iterator[Fault]:
    if user.name.last in settings.deployers or not is_program(user, case, settings):
        return
    identities = (User, Role)
    _no_unknown_owner(thing for thing in without_owner(case.picture) if isinstance(thing, identities))
    me = as_principal(user)
    for holder, path in {me: (), **_reached(user, case)}.items():
        way = in_words(path) or str(me)
        if any(edge.role.name.last in ADMIN_ROLES for edge in path):
            continue
        for grant in grants_of(case.picture).get(holder, ()):
            if _is_takeover(grant):
                whom = grant.on if grant.on else "every user"
                yield Fault(
                    f"is a program that can log in as {whom} ({grant.privilege})",
                    f"revoke {grant.privilege} on {whom} from {holder}",
                    f"{way} -> {grant.privilege} on {grant.kind} {grant.on}",
                )
        for thing in owned_by(case.picture).get(holder, ()):
            if isinstance(thing, identities):
                what = "set its keys and log in as it" if isinstance(thing, User) else "grant it to anybody"
                yield Fault(
                    f"is a program that owns {_kind(thing)} {thing.name}, and so can {what}",
                    f"transfer {thing.name} to the deployment role",
                    f"{way} -> {OWNERSHIP} of {thing.name}",
                )


def _is_takeover(grant: Grant) -> bool:
    return grant.kind == "USER" and grant.privilege in (*TAKEOVER, OWNERSHIP, *ALL)


def _runnables(case: Case) -> Iterator[Thing]:
    yield from ours(case.picture, Task)
    yield from ours(case.picture, Procedure)


def _runs(thing: Thing, case: Case, settings: AdminRoles) -> Iterator[Fault]:
    owner = known(thing.owner)
    if owner is not None and owner.name.last in settings.admin_roles:
        as_caller = isinstance(thing, Procedure) and known(thing.execute_as).upper() != "OWNER"
        how = "is owned by" if as_caller else "runs with the rights of"
        yield Fault(f"{how} {owner}", "declare it through the deployment role")
    if isinstance(thing, Task):
        yield from _runs_as(thing, owner, case, settings)


def _runs_as(task: Task, owner: Principal | None, case: Case, settings: AdminRoles) -> Iterator[Fault]:
    all_seen = case.picture.about.whole and not is_known(task.runs_as)
    if all_seen and not any(_admin(name, case, settings) for name in _may_act_as(owner, case)):
        return
    name = known(task.runs_as)
    if name is not None and (path := _admin(_user(name), case, settings)):
        yield Fault(
            f"runs as user {name}, who reaches {path[-1].role}",
            "let it run as its owner, or as a user without administrator's roles",
            in_words(path),
        )


def _admin(name: Name, case: Case, settings: AdminRoles) -> Path:
    """The path from a user to an administrator's role; empty where there is none."""
    reached = graph(case.picture).closure(as_principal(User(name=name)))
    return next((reached[role(admin)] for admin in settings.admin_roles if role(admin) in reached), ())


def _may_act_as(owner: Principal | None, case: Case) -> Iterator[Name]:
    """Users as whom a task may run: its owner must have IMPERSONATE on them (docs, Run tasks with user privileges)."""
    for holder in graph(case.picture).closure(owner) if owner is not None else ():
        for grant in grants_of(case.picture).get(holder, ()):
            if _is_takeover(grant):
                inside = grant.scope is Scope.OBJECT
                yield from (user.name for user in case.picture.all(User) if not inside or user.name == grant.on)
        yield from (thing.name for thing in owned_by(case.picture).get(holder, ()) if isinstance(thing, User))


def _user(text: str) -> Name:
    return Name.of(Name.loose(text).last)


def _transfers(case: Case) -> Iterator[Resource]:
    return (resource for resource in case.picture.resources if resource.kind == "GrantOwnership")


def _outbound(resource: Resource, case: Case, settings: Settings) -> Iterator[Fault]:
    del case, settings
    said = known(resource.inputs.get("outboundPrivileges"))
    if str(said or "").upper() not in ("COPY", "REVOKE"):
        yield Fault(
            "does not say what becomes of the grants that the old owner made",
            "set outboundPrivileges to COPY or REVOKE",
        )


_DECLARED = "only a Pulumi resource says what becomes of earlier grants"

RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-RBAC-005",
        title="Programs own nothing but what they build",
        severity=Severity.HIGH,
        levels=levels("A", "M", "M"),
        controls=cis("2.2"),
        rationale="The owner may drop it, and in schemas without managed access decides who reads it.",
        remediation="Let the deployment role own what is declared and what migrations create.",
        evidence=PICTURES,
        sees=_OWNERS,
        settings=Owners,
        evaluate=judging(members, _owns, Owners),
    ),
    Rule(
        id="SNW-RBAC-015",
        title="No program can take over another identity",
        severity=Severity.CRITICAL,
        levels=levels("M", "M", "M"),
        controls=(),
        rationale="Who can set a user's keys, or owns a role, has all that user or role has.",
        remediation="Revoke the privilege; let the deployment role own users and roles.",
        evidence=PICTURES,
        sees=_OWNERS,
        settings=Takeover,
        evaluate=judging(members, _takes_over, Takeover),
    ),
    Rule(
        id="SNW-RBAC-018",
        title="Tasks and procedures do not run as administrators",
        severity=Severity.HIGH,
        levels=levels("A", "M", "M"),
        controls=(
            *cis(*_CIS_TASKS),
            *trust_center(*(f"CIS_BENCHMARKS_CIS{id.replace('.', '_')}" for id in _CIS_TASKS)),
        ),
        rationale="Whoever may change or call it then acts as an administrator.",
        remediation="Declare tasks and procedures through the deployment role.",
        evidence=PICTURES,
        sees=frozenset({"TASK", "PROCEDURE", "MEMBERSHIP", "GRANT"}),
        settings=AdminRoles,
        evaluate=judging(_runnables, _runs, AdminRoles),
    ),
    Rule(
        id="SNW-RBAC-023",
        title="A transfer of ownership says what becomes of grants",
        severity=Severity.LOW,
        levels=levels("A", "A", "A"),
        controls=(),
        rationale="Left out, a transfer fails where there are grants, or keeps some that nobody expects.",
        remediation="Set outboundPrivileges to COPY or REVOKE.",
        evidence=frozenset({Evidence.PULUMI}),
        per_resource=True,
        impossible={Evidence.DECLARATION: _DECLARED, Evidence.LIVE: _DECLARED},
        evaluate=judging(_transfers, _outbound, Settings),
    ),
)
