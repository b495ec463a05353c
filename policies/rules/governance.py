"""Names, owners, and nothing that a review does not know or does not see."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from account.picture import Source
from account.pulumi import Resource
from account.resources import CLASSIFIED
from account.things import (
    Database,
    Integration,
    Monitor,
    NetworkPolicy,
    Role,
    Schema,
    Share,
    Thing,
    User,
    UserType,
    Warehouse,
)
from account.values import known
from policies.baseline import ours
from policies.rule import PICTURES, Case, Evidence, Fault, Rule, Settings, Severity, judging, levels
from policies.rules.network import SERVICES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from account.picture import Picture

_IN_THE_ACCOUNT: Final[tuple[type[Thing], ...]] = (
    Database, Warehouse, Monitor, Role, User, NetworkPolicy, Integration, Share,
)  # fmt: skip
MAX_LENGTH: Final = 255
OPEN_TYPES: Final = (r"pulumi:pulumi:Stack", r"pulumi:providers:snowflake", r"platform:topic:[A-Za-z]+")
GUARDED: Final = (
    "networkPolicy", "networkPolicyName", "allowedNetworkRuleLists", "blockedNetworkRuleLists", "allowedIpLists",
    "blockedIpLists", "valueLists", "rsaPublicKey", "rsaPublicKey2", "password", "disabled", "disableMfa",
    "minsToBypassMfa", "defaultRole", "defaultSecondaryRolesOption", "defaultWorkloadIdentity", "privileges",
    "allPrivileges", "withGrantOption", "onAccount", "onAccountObject", "onSchema", "onSchemaObject", "roleName",
    "userName", "parentRoleName", "parentDatabaseRoleName", "databaseRoleName", "accountRoleName", "maskingPolicy",
    "maskingPolicies", "rowAccessPolicy", "columns", "body", "objectIdentifiers", "withManagedAccess",
    "resourceMonitor", "creditQuota", "suspendTrigger", "suspendImmediateTrigger", "autoSuspend", "maxClusterCount",
    "warehouseSize", "statementTimeoutInSeconds", "dataRetentionTimeInDays", "isTransient", "authenticationMethods",
    "authenticationPolicy", "authenticationPolicyName", "passwordPolicyName", "sessionPolicyName", "mfaEnrollment",
    "patPolicy", "workloadIdentityPolicy", "minLength", "accounts", "storageIntegration", "storageAllowedLocations",
    "credentials", "enabled", "runAsRole", "value", "execute", "setForAccount", "users",
)  # fmt: skip
"""Inputs that a rule or the review looks at; what is ignored there drifts unseen."""


class Naming(Settings):
    """How objects are called.

    Attributes:
        pattern: of a whole name without its prefix; a name that it refuses would need quotes in SQL.
        unprefixed: account-level names that carry no prefix by design; break-glass people never do.
    """

    pattern: str = r"[A-Z_][A-Z0-9_]*"
    unprefixed: tuple[str, ...] = ()


class Types(Settings):
    """Attributes: also: other resource types that were looked at, as regular expressions of the whole type token."""

    also: tuple[str, ...] = ()


class Guarded(Settings):
    """Attributes: inputs: names of inputs that may not be ignored, in camel case."""

    inputs: tuple[str, ...] = GUARDED


def _named(case: Case) -> Iterator[Thing]:
    for kind in (*_IN_THE_ACCOUNT, Schema):
        yield from ours(case.picture, kind)


def _name(thing: Thing, case: Case, settings: Naming) -> Iterator[Fault]:
    name, about = thing.name.last, case.picture.about
    if len(name) > MAX_LENGTH:
        yield Fault(f"has a name of {len(name)} characters; {MAX_LENGTH} is the most", "choose a shorter name")
    human = isinstance(thing, User) and known(thing.type) is UserType.PERSON
    rescuers = {rescuer for rescuer, _ in about.rescuers or ()}
    if not human and not re.fullmatch(settings.pattern, name):
        yield Fault("has a name that needs quotes in SQL", "use upper-case letters, digits and _")
    free = name in rescuers or name in settings.unprefixed or len(thing.name) > 1
    if about.source is not Source.LIVE and not free and not name.startswith(about.prefix):
        yield Fault(
            f"lacks the prefix {about.prefix}, so it meets another environment's object of that name",
            f"call it {about.prefix}{name}",
        )


def _owned(case: Case) -> Iterator[Thing]:
    for kind in (Database, Warehouse, Role):
        yield from ours(case.picture, kind)
    yield from (user for user in ours(case.picture, User) if known(user.type) in SERVICES)


def _purpose(thing: Thing, case: Case, settings: Settings) -> Iterator[Fault]:
    del settings
    if not known(thing.comment) and not _tagged(case.picture, thing):
        yield Fault("says nowhere what it is for", "add a comment, or a tag with its owner")


def _tagged(picture: Picture, thing: Thing) -> bool:
    return any(use.target == thing.name and use.on != "COLUMN" for use in picture.tag_uses)


def _resources(case: Case) -> Iterator[Resource]:
    yield from case.picture.resources


def _classified(resource: Resource, case: Case, settings: Types) -> Iterator[Fault]:
    del case
    if resource.type in CLASSIFIED or any(
        re.fullmatch(pattern, resource.type) for pattern in (*OPEN_TYPES, *settings.also)
    ):
        return
    if resource.type.startswith("snowflake:"):
        yield Fault(
            f"is of type {resource.type}, which no rule has been taught yet",
            "say in the catalogue of resource types what it makes",
        )
    else:
        yield Fault(
            f"is of type {resource.type}, which may change the account unseen by rules and review",
            "use resources of the Snowflake provider, or a migration",
        )


def _plain(path: str) -> str:
    return path.replace("_", "").lower()


def _ignored(resource: Resource, case: Case, settings: Guarded) -> Iterator[Fault]:
    del case
    guarded = {_plain(name): name for name in settings.inputs}
    for path in resource.ignore_changes:
        parts = [_plain(part) for part in re.split(r"[.\[\]\"'*]+", path) if part]
        found = next((guarded[part] for part in parts if part in guarded), None)
        if found is not None or path.strip() in ("*", "**"):
            yield Fault(
                f"ignores changes of {path}, so nobody sees when it drifts",
                "take it out of ignore_changes",
            )


_OPTIONS = {
    Evidence.DECLARATION: "a declaration has no resource types and no resource options",
    Evidence.LIVE: "an account knows nothing of resource types and options",
}
RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-GOV-001",
        title="Names need no quotes and carry the environment's prefix",
        severity=Severity.MEDIUM,
        levels=levels("A", "M", "M"),
        controls=(),
        rationale="A quoted name is mistyped sooner or later; without prefix two environments share an object.",
        remediation="Rename it; docs/config.md says how names are made.",
        evidence=PICTURES,
        per_resource=True,
        sees=frozenset({"DATABASE", "SCHEMA", "WAREHOUSE", "RESOURCE MONITOR", "ROLE", "USER", "NETWORK POLICY"}),
        settings=Naming,
        evaluate=judging(_named, _name, Naming),
    ),
    Rule(
        id="SNW-GOV-002",
        title="Objects say what they are for",
        severity=Severity.LOW,
        levels=levels("A", "A", "M"),
        controls=(),
        rationale="What nobody can explain nobody dares to take away.",
        remediation="Add a comment.",
        evidence=PICTURES,
        sees=frozenset({"DATABASE", "WAREHOUSE", "ROLE", "USER", "TAG USE"}),
        evaluate=judging(_owned, _purpose, Settings),
    ),
    Rule(
        id="SNW-GOV-003",
        title="Only resource types that the rules know",
        severity=Severity.CRITICAL,
        levels=levels("A", "M", "M"),
        controls=(),
        rationale="A command, a dynamic provider or a new type changes the account where no rule looks.",
        remediation="Use a known type, or have the type looked at.",
        evidence=frozenset({Evidence.PULUMI}),
        per_resource=True,
        settings=Types,
        impossible=_OPTIONS,
        evaluate=judging(_resources, _classified, Types),
    ),
    Rule(
        id="SNW-GOV-004",
        title="Inputs that guard something are not ignored",
        severity=Severity.HIGH,
        levels=levels("M", "M", "M"),
        controls=(),
        rationale="An ignored input keeps whatever somebody set by hand, and the preview stays empty.",
        remediation="Take it out of ignore_changes.",
        evidence=frozenset({Evidence.PULUMI}),
        per_resource=True,
        settings=Guarded,
        impossible=_OPTIONS,
        evaluate=judging(_resources, _ignored, Guarded),
    ),
)
