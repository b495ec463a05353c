"""What a planned step weakens: less Time Travel, a wider network, a mask that goes, a limit that rises.

Every check compares the inputs before and after. What is not known raises `Undecided`: it is never taken for unchanged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from account.registered.values import flag, items, number, text, texts, upper
from account.values import known
from policies.masks import opened
from policies.opening import bound_to, names, network_policy, rule, sides

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
_ENROLMENT: Final = {"REQUIRED": 3, "REQUIRED_PASSWORD_ONLY": 2, "REQUIRED_SNOWFLAKE_UI_PASSWORD_ONLY": 1}
_ENROLMENT_BY_DEFAULT: Final = 2
_ALL: Final = "ALL"


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


def _less(step: Step, key: str, what: str, unit: str) -> Iterator[str]:
    """A number that goes down, or is no longer set."""
    if step.differs(key):
        old, new = (known(number(side)) for side in sides(step, key))
        if old is not None and (new is None or new < old):
            yield f"{what} goes from {old} to {'the default' if new is None else new} {unit}".rstrip()


def _more(step: Step, key: str, what: str, unit: str) -> Iterator[str]:
    """A number that goes up, or has no limit any more."""
    if step.differs(key):
        old, new = (known(number(side)) for side in sides(step, key))
        if old is not None and (new is None or new > old):
            yield f"{what} goes from {old} to {'no limit of' if new is None else new} {unit}".rstrip()


def _switch(step: Step, key: str, good: bool, what: str) -> Iterator[str]:
    """A switch that leaves its good position."""
    if step.differs(key):
        old, new = (known(flag(side)) for side in sides(step, key))
        if (old is good and new is not good) or (old is not (not good) and new is (not good)):
            yield what


def _time_travel(step: Step) -> Iterator[str]:
    yield from _less(step, "dataRetentionTimeInDays", "Time Travel", "days")
    yield from _switch(step, "isTransient", False, "becomes transient, without Fail-safe")


def _schema(step: Step) -> Iterator[str]:
    yield from _switch(step, "withManagedAccess", True, "managed access is switched off: owners of objects may grant")


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


def _user(step: Step) -> Iterator[str]:
    yield from _switch(step, "disableMfa", False, "the second factor is switched off")
    yield from _switch(step, "disabled", True, "a disabled user is switched on again")
    old, new = (known(number(side)) or 0 for side in sides(step, "minsToBypassMfa"))
    if step.differs("minsToBypassMfa") and new > old:
        yield f"may skip the second factor for {new} minutes"
    if step.differs("password") and step.old.get("password") is None and step.new.get("password") is not None:
        yield "gets a password"
    secondary = [known(upper(side)) for side in sides(step, "defaultSecondaryRolesOption")]
    if step.differs("defaultSecondaryRolesOption") and secondary[0] == "NONE" and secondary[1] != "NONE":
        yield "gets secondary roles by default"


def _authentication(step: Step) -> Iterator[str]:
    if step.differs("mfaEnrollment"):
        old, new = (_enrolment(side) for side in sides(step, "mfaEnrollment"))
        if new < old:
            yield "the second factor is required of fewer logins"
    for key, what in (("authenticationMethods", "login methods"), ("clientTypes", "clients")):
        if step.differs(key):
            before, after = (_words(side) for side in sides(step, key))
            if _ALL not in before and (_ALL in after or after - before):
                yield f"allows more {what}: {', '.join(sorted(after - before))}"


def _enrolment(value: object) -> int:
    said = known(upper(value))
    return _ENROLMENT_BY_DEFAULT if said is None else _ENROLMENT.get(said, 0)


def _words(value: object) -> set[str]:
    """Upper-case words of a list; an empty list means all."""
    return {word.upper() for word in known(texts(value))} or {_ALL}


def _passwords(step: Step) -> Iterator[str]:
    yield from _less(step, "minLength", "the shortest password", "characters")
    yield from _less(step, "lockoutTimeMins", "the lock-out", "minutes")
    yield from _more(step, "maxRetries", "the number of tries", "")
    yield from _more(step, "maxAgeDays", "the age of a password", "days")


def _sessions(step: Step) -> Iterator[str]:
    yield from _more(step, "sessionIdleTimeoutMins", "the idle time of a session", "minutes")
    yield from _more(step, "sessionUiIdleTimeoutMins", "the idle time in Snowsight", "minutes")


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
    yield from _more(step, "suspendTrigger", "the threshold that suspends", "%")
    yield from _more(step, "suspendImmediateTrigger", "the threshold that cancels statements", "%")


def _warehouse(step: Step) -> Iterator[str]:
    yield from _more(step, "autoSuspend", "the idle time that is paid for", "seconds")
    old, new = sides(step, "resourceMonitor")
    if step.differs("resourceMonitor") and known(text(old)) is not None and known(text(new)) is None:
        yield "has no resource monitor any more"


def _parameter(step: Step) -> Iterator[str]:
    if not step.differs("value"):
        return
    name = known(upper(step.new.get("key"))) or ""
    if name in _GUARDS:
        yield from _switch(step, "value", True, f"account parameter {name} is switched off")
    elif name == "MIN_DATA_RETENTION_TIME_IN_DAYS":
        yield from _less(step, "value", "the account's least Time Travel", "days")
    elif name == "NETWORK_POLICY" and known(text(step.old.get("value"))) != known(text(step.new.get("value"))):
        yield "the account gets another network policy; compare the two"


def _account(step: Step) -> Iterator[str]:
    for name, key in _GUARDS.items():
        yield from _switch(step, key, True, f"account parameter {name} is switched off")
    yield from _less(step, "minDataRetentionTimeInDays", "the account's least Time Travel", "days")


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
    "User": (_user,),
    "ServiceUser": (_user,),
    "LegacyServiceUser": (_user,),
    "AuthenticationPolicy": (_authentication,),
    "PasswordPolicy": (_passwords,),
    "SessionPolicy": (_sessions,),
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
