"""Fields that protect something, and which change of each is for the worse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from account.things import (
    AnyThing,
    AuthenticationPolicy,
    Database,
    Integration,
    MaskingPolicy,
    Monitor,
    PasswordPolicy,
    RowAccessPolicy,
    Schema,
    SessionPolicy,
    Share,
    Table,
    Tag,
    Token,
    User,
    UserType,
    Warehouse,
)


class Direction(StrEnum):
    """Which way a change goes. MIXED: opens some and closes some, or cannot be compared."""

    WEAKER = "weaker"
    STRONGER = "stronger"
    MIXED = "mixed"
    UNKNOWN = "unknown"


Compare = Callable[[object, object], Direction | None]
"""From the values before and after, both known and not the same; None where they come to the same."""


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def less_is_weaker(old: object, new: object) -> Direction | None:
    was, will_be = _number(old), _number(new)
    if was is None or will_be is None:
        return Direction.WEAKER if will_be is None else Direction.STRONGER
    return Direction.WEAKER if will_be < was else Direction.STRONGER


def _more_is_weaker(old: object, new: object) -> Direction | None:
    """None is no limit at all."""
    was, will_be = _number(old), _number(new)
    if was is None or will_be is None:
        return Direction.WEAKER if will_be is None else Direction.STRONGER
    return Direction.WEAKER if will_be > was else Direction.STRONGER


def _some_is_weaker(old: object, new: object) -> Direction | None:
    """None and 0 are none of it."""
    was, will_be = _number(old) or 0, _number(new) or 0
    return None if was == will_be else Direction.WEAKER if will_be > was else Direction.STRONGER


def _on_is_weaker(old: object, new: object) -> Direction | None:
    return None if bool(old) is bool(new) else Direction.WEAKER if new else Direction.STRONGER


def off_is_weaker(old: object, new: object) -> Direction | None:
    return None if bool(old) is bool(new) else Direction.WEAKER if old else Direction.STRONGER


def gone_is_weaker(old: object, new: object) -> Direction | None:
    was, will_be = old not in (None, ()), new not in (None, ())
    if was and will_be:
        return Direction.MIXED
    return Direction.WEAKER if was else Direction.STRONGER if will_be else None


def _more_entries_are_weaker(old: object, new: object) -> Direction | None:
    was, will_be = (set(value) if isinstance(value, tuple) else set() for value in (old, new))
    if was == will_be:
        return None
    return Direction.WEAKER if was < will_be else Direction.STRONGER if will_be < was else Direction.MIXED


def _none_is_all(old: object, new: object) -> Direction | None:
    """Lists in which nothing, or ALL, stands for everything."""
    was, will_be = (
        value is None or value == () or (isinstance(value, tuple) and "ALL" in value) for value in (old, new)
    )
    if was and will_be:
        return None
    if was or will_be:
        return Direction.WEAKER if will_be else Direction.STRONGER
    return _more_entries_are_weaker(old, new)


_ENROLMENT = ("OPTIONAL", "REQUIRED_SNOWFLAKE_UI_PASSWORD_ONLY", "REQUIRED_PASSWORD_ONLY", "REQUIRED")


def _enrolment(old: object, new: object) -> Direction | None:
    rank = {name: number for number, name in enumerate(_ENROLMENT)}
    was, will_be = (rank.get(str(value).upper(), -1) for value in (old, new))
    return None if was == will_be else Direction.WEAKER if will_be < was else Direction.STRONGER


def _login_type(old: object, new: object) -> Direction | None:
    """Service users cannot have passwords; LEGACY_SERVICE users can, without a second factor."""
    rank = {UserType.LEGACY_SERVICE: 0, UserType.PERSON: 1}
    was, will_be = (rank.get(value, 2) if isinstance(value, UserType) else 2 for value in (old, new))
    return Direction.WEAKER if will_be < was else Direction.STRONGER if will_be > was else Direction.MIXED


def _differs(old: object, new: object) -> Direction | None:
    return Direction.MIXED


@dataclass(frozen=True, slots=True)
class Watch:
    """A field that protects something."""

    of: type[AnyThing]
    field: str
    topic: str
    what: str
    compare: Compare


WATCHED = (
    Watch(Database, "retention_days", "retention", "Time Travel in days", less_is_weaker),
    Watch(Schema, "retention_days", "retention", "Time Travel in days", less_is_weaker),
    Watch(Table, "retention_days", "retention", "Time Travel in days", less_is_weaker),
    Watch(Database, "transient", "retention", "transient: no Fail-safe", _on_is_weaker),
    Watch(Schema, "transient", "retention", "transient: no Fail-safe", _on_is_weaker),
    Watch(Schema, "managed_access", "guard", "managed access", off_is_weaker),
    Watch(Monitor, "quota", "limit", "credit quota", _more_is_weaker),
    Watch(Monitor, "suspend_at", "limit", "percent of the quota at which it suspends", _more_is_weaker),
    Watch(
        Monitor, "suspend_immediately_at", "limit", "percent of the quota at which it stops statements", _more_is_weaker
    ),
    Watch(Warehouse, "monitor", "limit", "resource monitor", gone_is_weaker),
    Watch(Warehouse, "statement_timeout", "limit", "statement timeout in seconds", _more_is_weaker),
    Watch(User, "type", "login", "type", _login_type),
    Watch(User, "disabled", "login", "disabled", off_is_weaker),
    Watch(User, "has_password", "login", "password", _on_is_weaker),
    Watch(User, "mfa_disabled", "login", "second factor switched off", _on_is_weaker),
    Watch(User, "bypass_mfa_minutes", "login", "minutes without second factor", _some_is_weaker),
    Watch(User, "public_keys", "login", "public keys", _differs),
    Watch(User, "workload_identity", "login", "workload identity", _differs),
    Watch(Token, "bypass_network_minutes", "login", "minutes without network policy", _some_is_weaker),
    Watch(Token, "role", "login", "role of the token", gone_is_weaker),
    Watch(AuthenticationPolicy, "methods", "policy", "ways to log in", _none_is_all),
    Watch(AuthenticationPolicy, "client_types", "policy", "clients", _none_is_all),
    Watch(AuthenticationPolicy, "mfa", "policy", "enrolment in a second factor", _enrolment),
    Watch(AuthenticationPolicy, "tokens", "policy", "rules for access tokens", _differs),
    Watch(AuthenticationPolicy, "workloads", "policy", "rules for workload identities", _differs),
    Watch(PasswordPolicy, "min_length", "policy", "shortest password", less_is_weaker),
    Watch(PasswordPolicy, "max_retries", "policy", "tries before a lock-out", _more_is_weaker),
    Watch(SessionPolicy, "idle_minutes", "policy", "idle minutes", _more_is_weaker),
    Watch(SessionPolicy, "ui_idle_minutes", "policy", "idle minutes in the browser", _more_is_weaker),
    Watch(SessionPolicy, "secondary_roles", "policy", "secondary roles", _none_is_all),
    Watch(MaskingPolicy, "body", "masking", "what the masking policy shows", _differs),
    Watch(RowAccessPolicy, "body", "masking", "which rows the policy shows", _differs),
    Watch(Tag, "masking_policies", "masking", "masking policies of the tag", gone_is_weaker),
    Watch(Share, "accounts", "sharing", "accounts it is shared with", _more_entries_are_weaker),
    Watch(Integration, "enabled", "sharing", "enabled", _on_is_weaker),
    Watch(Integration, "allowed_locations", "sharing", "allowed locations", _none_is_all),
)
GUARDS = (
    "PREVENT_UNLOAD_TO_INLINE_URL", "PREVENT_UNLOAD_TO_INTERNAL_STAGES", "PERIODIC_DATA_REKEYING",
    "REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_CREATION", "REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_OPERATION",
    "ENFORCE_NETWORK_RULES_FOR_INTERNAL_STAGES", "DISABLE_USER_PRIVILEGE_GRANTS",
)  # fmt: skip
"""Account parameters that guard something while they are true."""
