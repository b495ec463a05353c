"""What a planned step weakens: less Time Travel, a wider network, a mask that goes, a limit that rises.

Every check compares the inputs before and after. What is not known raises `Undecided`: it is never taken for unchanged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from account.registered.values import items, number, text, texts, upper
from account.values import known
from policies.comparing import less, more, sides, switch
from policies.masks import opened
from policies.opening import bound_to, names, network_policy, rule
from policies.weaker_logins import attached, authentication, other_policy, passwords, sessions, user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from account.picture import Picture
    from policies.plan import Step

QUOTA_RISE: Final = 0.2
"""How much more a monitor may allow than before without being a weakening, as a share of the old quota."""
_GONE: Final = {
    "NetworkPolicy": "the network policy goes",
    "NetworkPolicyAttachment": "a network policy is no longer in force",
    "AccountAuthenticationPolicyAttachment": "the account's authentication policy is no longer in force",
    "UserAuthenticationPolicyAttachment": "a user's authentication policy is no longer in force",
    "AccountPasswordPolicyAttachment": "the account's password policy is no longer in force",
    "UserPasswordPolicyAttachment": "a user's password policy is no longer in force",
    "AccountSessionPolicyAttachment": "the account's session policy is no longer in force",
    "UserSessionPolicyAttachment": "a user's session policy is no longer in force",
    "AuthenticationPolicy": "the authentication policy goes",
    "PasswordPolicy": "the password policy goes",
    "SessionPolicy": "the session policy goes",
    "MaskingPolicy": "the masking policy goes",
    "RowAccessPolicy": "the row access policy goes",
    "TableColumnMaskingPolicyApplication": "a column loses its masking policy",
    "TagAssociation": "columns or objects lose a tag, and what masks by it",
    "ResourceMonitor": "the resource monitor goes",
    "Execute": "what its statement set is taken back",
    "CurrentAccount": "account parameters fall back to Snowflake's defaults",
}
_GUARDS: Final = {
    "PREVENT_UNLOAD_TO_INLINE_URL": "preventUnloadToInlineUrl",
    "REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_CREATION": "requireStorageIntegrationForStageCreation",
    "REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_OPERATION": "requireStorageIntegrationForStageOperation",
    "ENFORCE_NETWORK_RULES_FOR_INTERNAL_STAGES": "enforceNetworkRulesForInternalStages",
    "DISABLE_USER_PRIVILEGE_GRANTS": "disableUserPrivilegeGrants",
    "PERIODIC_DATA_REKEYING": "periodicDataRekeying",
}
"""Account parameters that guard something while true, with the property of CurrentAccount."""


def weakenings(
    step: Step, before: Picture | None = None, after: Picture | None = None, *, quota_rise: float = QUOTA_RISE
) -> Iterator[str]:
    """What a step weakens, one sentence each.

    Args:
        before, after: the account on both sides, for the values of rules that policies name.
        quota_rise: how much more a monitor may allow than before, as a share of the old quota.

    Raises:
        Undecided: a value that decides is not known.
    """
    if not step.type.startswith("snowflake:"):
        return
    if step.deletes:
        yield from _gone(step)
    elif step.compares:
        for check in _CHECKS.get(step.kind, ()):
            yield from check(step)
        if step.kind == "ResourceMonitor":
            yield from _monitor(step, quota_rise)
        yield from network_policy(step, before, after)
        yield from bound_to(step, before, after)


def _gone(step: Step) -> Iterator[str]:
    if step.kind in _GONE:
        yield _GONE[step.kind]
    elif step.kind == "AccountParameter":
        name = known(upper(step.old.get("key"))) or ""
        if name in _GUARDS or name in ("MIN_DATA_RETENTION_TIME_IN_DAYS", "NETWORK_POLICY"):
            yield f"account parameter {name} falls back to Snowflake's default"


def _time_travel(step: Step) -> Iterator[str]:
    yield from less(step, "dataRetentionTimeInDays", "Time Travel", "days")
    yield from switch(step, "isTransient", False, "becomes transient, without Fail-safe")


def _schema(step: Step) -> Iterator[str]:
    yield from switch(step, "withManagedAccess", True, "managed access is switched off: owners of objects may grant")


def _columns(step: Step) -> Iterator[str]:
    if not step.differs("columns"):
        return
    old, new = (_masks(side) for side in sides(step, "columns"))
    for column, policy in sorted(old.items()):
        if column in new and policy and new[column] != policy:
            how = f"gets {new[column]} instead of" if new[column] else "loses"
            yield f"column {column} {how} masking policy {policy}"


def _masks(columns: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in known(items(columns)):
        if isinstance(entry, dict):
            policy = entry.get("maskingPolicy")
            named = policy.get("policyName") if isinstance(policy, dict) else policy
            column = known(text(entry.get("name", entry.get("columnName")))) or ""
            found[column.upper()] = known(text(named)) or ""
    return found


def _row_access(step: Step) -> Iterator[str]:
    old, new = sides(step, "rowAccessPolicy")
    if step.differs("rowAccessPolicy") and old and not new:
        yield "a row access policy is detached"


def _statement(step: Step) -> Iterator[str]:
    old, new = sides(step, "execute")
    if step.differs("execute") and known(text(old)) != known(text(new)):
        yield "runs another statement; compare the two"


def _mask(step: Step) -> Iterator[str]:
    if step.differs("body"):
        old, new = (known(text(side)) or "" for side in sides(step, "body"))
        if old != new:
            more = opened(old, new)
            yield f"shows clear values to {', '.join(more)} too" if more else "hides values in another way; look at it"


def _row_policy(step: Step) -> Iterator[str]:
    old, new = sides(step, "body")
    if step.differs("body") and known(text(old)) != known(text(new)):
        yield "filters rows in another way; look at it"


def _tag(step: Step) -> Iterator[str]:
    if step.differs("maskingPolicies"):
        gone = set(names(step.old, "maskingPolicies")) - set(names(step.new, "maskingPolicies"))
        yield from (f"the tag no longer masks by {name}" for name in sorted(gone))


def _tagged(step: Step) -> Iterator[str]:
    if step.differs("objectIdentifiers"):
        gone = set(known(texts(step.old.get("objectIdentifiers")))) - set(
            known(texts(step.new.get("objectIdentifiers")))
        )
        yield from (f"{name} loses the tag" for name in sorted(gone))


def _monitor(step: Step, quota_rise: float) -> Iterator[str]:
    if step.differs("creditQuota"):
        old, new = (known(number(side)) for side in sides(step, "creditQuota"))
        if old and (new is None or new > old * (1 + quota_rise)):
            yield f"the quota goes from {old} to {'no limit of' if new is None else new} credits"
    yield from more(step, "suspendTrigger", "the threshold that suspends", "%")
    yield from more(step, "suspendImmediateTrigger", "the threshold that cancels statements", "%")


def _warehouse(step: Step) -> Iterator[str]:
    yield from more(step, "autoSuspend", "the idle time that is paid for", "seconds")
    old, new = sides(step, "resourceMonitor")
    if step.differs("resourceMonitor") and known(text(old)) is not None and known(text(new)) is None:
        yield "has no resource monitor any more"


def _parameter(step: Step) -> Iterator[str]:
    if not step.differs("value"):
        return
    name = known(upper(step.new.get("key"))) or ""
    if name in _GUARDS:
        yield from switch(step, "value", True, f"account parameter {name} is switched off")
    elif name == "MIN_DATA_RETENTION_TIME_IN_DAYS":
        yield from less(step, "value", "the account's least Time Travel", "days")
    elif name == "NETWORK_POLICY" and known(text(step.old.get("value"))) != known(text(step.new.get("value"))):
        yield "the account gets another network policy; compare the two"


def _account(step: Step) -> Iterator[str]:
    for name, key in _GUARDS.items():
        yield from switch(step, key, True, f"account parameter {name} is switched off")
    yield from less(step, "minDataRetentionTimeInDays", "the account's least Time Travel", "days")
    for key in ("authenticationPolicy", "passwordPolicy", "sessionPolicy"):
        yield from other_policy(step, key)


def _network_attached(step: Step) -> Iterator[str]:
    yield from switch(step, "setForAccount", True, "the account's network policy is no longer in force")
    if step.differs("users"):
        gone = set(known(texts(step.old.get("users")))) - set(known(texts(step.new.get("users"))))
        yield from (f"{name} is no longer bound to the network policy" for name in sorted(gone))


def _shared_with(step: Step) -> Iterator[str]:
    added = set(known(texts(step.new.get("accounts")))) - set(known(texts(step.old.get("accounts"))))
    yield from (f"is shared with {name} too" for name in sorted(added))


def _locations(step: Step) -> Iterator[str]:
    key = "storageAllowedLocations"
    added = set(known(texts(step.new.get(key)))) - set(known(texts(step.old.get(key))))
    yield from (f"reaches {place} too" for place in sorted(added))


_CHECKS: Final[Mapping[str, tuple[Callable[[Step], Iterator[str]], ...]]] = {
    "Database": (_time_travel,),
    "Schema": (_time_travel, _schema),
    "Table": (_time_travel, _columns),
    "View": (_columns, _row_access),
    "MaterializedView": (_columns, _row_access),
    "NetworkRule": (rule,),
    "User": (user,),
    "ServiceUser": (user,),
    "LegacyServiceUser": (user,),
    "AuthenticationPolicy": (authentication,),
    "PasswordPolicy": (passwords,),
    "SessionPolicy": (sessions,),
    "NetworkPolicyAttachment": (_network_attached,),
    "AccountAuthenticationPolicyAttachment": (attached,),
    "UserAuthenticationPolicyAttachment": (attached,),
    "AccountPasswordPolicyAttachment": (attached,),
    "UserPasswordPolicyAttachment": (attached,),
    "AccountSessionPolicyAttachment": (attached,),
    "UserSessionPolicyAttachment": (attached,),
    "Execute": (_statement,),
    "MaskingPolicy": (_mask,),
    "RowAccessPolicy": (_row_policy,),
    "Tag": (_tag,),
    "TagAssociation": (_tagged,),
    "Warehouse": (_warehouse,),
    "WarehouseAdaptive": (_warehouse,),
    "WarehouseInteractive": (_warehouse,),
    "AccountParameter": (_parameter,),
    "CurrentAccount": (_account,),
    "Share": (_shared_with,),
    "StorageIntegration": (_locations,),
    "StorageIntegrationAws": (_locations,),
    "StorageIntegrationAzure": (_locations,),
    "StorageIntegrationGcs": (_locations,),
}
