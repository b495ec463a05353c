"""Environments that share an account stay apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.principals import BUILT_IN_ROLES, PUBLIC, Principal
from account.things import Thing
from account.values import known
from policies.baseline import DATABASES
from policies.identities import (
    DEPLOYMENT_ROLE,
    Prefixed,
    as_thing,
    principal_of,
)
from policies.index import grants_of, owned_by, roles_of, without_owner
from policies.rule import (
    PICTURES,
    Case,
    Fault,
    Rule,
    Severity,
    judging,
    levels,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


_SEES = frozenset({"USER", "ROLE", "MEMBERSHIP", "GRANT", "FUTURE GRANT", "INHERITED GRANT"})


class Environments(Prefixed):
    """Which names belong to every environment.

    Attributes:
        shared_roles: custom roles that exist once per account and act in every environment.
        shared_objects: databases, warehouses and so on that exist once per account.
    """

    shared_roles: tuple[str, ...] = (DEPLOYMENT_ROLE,)
    shared_objects: tuple[str, ...] = (*DATABASES, "ECOMMERCE_BOOTSTRAP", "ECOMMERCE_DEPLOYER_WH")


def _everybody(case: Case) -> Iterator[Thing]:
    """Every principal that has, holds or owns something, and everything of which the owner is not known."""
    picture = case.picture
    yield from (
        as_thing(picture, principal)
        for principal in sorted({*roles_of(picture), *grants_of(picture), *owned_by(picture)})
    )
    yield from without_owner(picture)


def _environment(name: str, settings: Environments) -> str:
    return next((prefix for prefix in settings.prefixes if name.startswith(prefix)), "")


def _crossing(subject: Thing, case: Case, settings: Environments) -> Iterator[Fault]:
    known(subject.owner)
    me = principal_of(subject)
    if me.name[0] in (*BUILT_IN_ROLES, *settings.shared_roles):
        return
    mine = _environment(me.name[0], settings)
    for entry in roles_of(case.picture).get(me, ()):
        if wrong := _of_role(entry.role, mine, settings):
            yield Fault(f"has role {entry.role}, {wrong}", f"revoke {entry.role} from {me}", f"{me} -> {entry.role}")
    for grant in grants_of(case.picture).get(me, ()):
        if grant.on and (wrong := _of_object(grant.on[0], mine, settings)):
            yield Fault(
                f"has {grant.privilege} on {grant.kind} {grant.on}, {wrong}",
                f"revoke it from {me}",
                f"{me} -> {grant.privilege} on {grant.kind} {grant.on}",
            )
    for thing in owned_by(case.picture).get(me, ()):
        if wrong := _of_object(thing.name[0], mine, settings):
            yield Fault(f"owns {thing.name}, {wrong}", "transfer it to a role of its own environment")


def _of_role(held: Principal, mine: str, settings: Environments) -> str:
    name = held.name[0]
    if held == PUBLIC or name in settings.shared_objects:
        return ""
    if name in settings.shared_roles or name in BUILT_IN_ROLES:
        return f"which acts in every environment, and itself belongs to {_said(mine)} only" if mine else ""
    return _of_object(name, mine, settings)


def _of_object(name: str, mine: str, settings: Environments) -> str:
    theirs = _environment(name, settings)
    if theirs == mine or name in settings.shared_objects:
        return ""
    return f"which belongs to {_said(theirs)}, and itself to {_said(mine)}"


def _said(prefix: str) -> str:
    return f"environment {prefix}" if prefix else "the environment without prefix"


RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-RBAC-014",
        title="No grant crosses environments",
        severity=Severity.HIGH,
        levels=levels("M", "M", "M"),
        controls=(),
        rationale="In a shared account only names keep dev away from the data of prod.",
        remediation="Grant roles of an environment on objects of the same environment only.",
        evidence=PICTURES,
        sees=_SEES,
        settings=Environments,
        evaluate=judging(_everybody, _crossing, Environments),
    ),
)
