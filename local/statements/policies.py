"""Password and session policies: numbers with a range and a default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from local.errors import compilation_error
from local.model import Json, Kind, Obj
from local.reader import Reader, read_integer, read_string
from local.registry import CreateHead, alter, create, describe, drop, show
from local.results import Cell, Column, Result, Type, timestamp
from local.session import Context
from local.statements.changes import (
    POLICY_COLUMNS,
    alter_properties,
    policy_row,
    read_values,
    split_comment,
    text_columns,
)
from local.statements.common import create_object, drop_object, owner_name, show_objects
from local.uses import require_unused


class Limit(NamedTuple):
    """A whole number: its default, and the least and greatest value allowed."""

    default: int
    least: int
    greatest: int
    description: str


PASSWORD = {
    "PASSWORD_MIN_LENGTH": Limit(14, 8, 256, "Minimum length of new password."),
    "PASSWORD_MAX_LENGTH": Limit(256, 8, 256, "Maximum length of new password."),
    "PASSWORD_MIN_UPPER_CASE_CHARS": Limit(1, 0, 256, "Minimum number of uppercase characters in new password."),
    "PASSWORD_MIN_LOWER_CASE_CHARS": Limit(1, 0, 256, "Minimum number of lowercase characters in new password."),
    "PASSWORD_MIN_NUMERIC_CHARS": Limit(1, 0, 256, "Minimum number of numeric characters in new password."),
    "PASSWORD_MIN_SPECIAL_CHARS": Limit(0, 0, 256, "Minimum number of special characters in new password."),
    "PASSWORD_MIN_AGE_DAYS": Limit(0, 0, 999, "Days before a changed password may be changed again."),
    "PASSWORD_MAX_AGE_DAYS": Limit(90, 0, 999, "Days after which a password must be changed; 0 means never."),
    "PASSWORD_MAX_RETRIES": Limit(5, 1, 10, "Failed attempts before the user is locked."),
    "PASSWORD_LOCKOUT_TIME_MINS": Limit(15, 1, 999, "Minutes that a locked user stays locked."),
    "PASSWORD_HISTORY": Limit(5, 0, 24, "Number of former passwords that may not come back."),
}
"""Docs.snowflake.com: CREATE and ALTER PASSWORD POLICY (ranges and defaults of 2025 and later)."""

SESSION = {
    "SESSION_IDLE_TIMEOUT_MINS": Limit(240, 5, 240, "Minutes after which an idle session ends."),
    "SESSION_UI_IDLE_TIMEOUT_MINS": Limit(1080, 5, 1080, "Minutes after which an idle Snowsight session ends."),
}
"""Docs.snowflake.com: CREATE SESSION POLICY."""

_LIMITS = {Kind.PASSWORD_POLICY: PASSWORD, Kind.SESSION_POLICY: SESSION}
_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW/DESC PASSWORD POLICY, … SESSION POLICY; provider row structs"


def _check(limits: Mapping[str, Limit], props: Mapping[str, Json]) -> None:
    for name, value in props.items():
        limit = limits[name]
        if not isinstance(value, int) or not limit.least <= value <= limit.greatest:
            raise compilation_error(f"invalid value '{value}' for property '{name}'.")
    parts = ("PASSWORD_MIN_LENGTH", "PASSWORD_MIN_UPPER_CASE_CHARS", "PASSWORD_MIN_LOWER_CASE_CHARS")
    if value_of(limits, props, "PASSWORD_MAX_LENGTH") < sum(value_of(limits, props, name) for name in parts):
        raise compilation_error(f"PASSWORD_MAX_LENGTH cannot be less than the sum of {', '.join(parts)}.")


def value_of(limits: Mapping[str, Limit], props: Mapping[str, Json], name: str) -> int:
    """What holds for a property: the value set, else the default; 0 for one that the policy does not have."""
    value = props.get(name)
    return value if isinstance(value, int) else limits[name].default if name in limits else 0


def _register(kind: Kind, notes: str) -> None:
    limits = _LIMITS[kind]
    spec = {**dict.fromkeys(limits, read_integer), "COMMENT": read_string}

    def check(props: Mapping[str, Json]) -> None:
        _check(limits, props)

    @create(kind.value, notes=notes, source=_SOURCE)
    def create_policy(context: Context, reader: Reader, head: CreateHead) -> Result:
        path = reader.path()
        comment, props = split_comment(read_values(reader, kind, spec).onto({}))
        reader.end()
        check(props)
        return create_object(
            context,
            head,
            kind,
            path,
            comment=comment,
            props=props,
            before_replace=lambda old: require_unused(context.catalogue, old),
        )[1]

    @alter(kind.value, source=_SOURCE)
    def alter_policy(context: Context, reader: Reader) -> Result:
        return alter_properties(context, reader, kind, spec, check)

    @drop(kind.value, source=_SOURCE)
    def drop_policy(context: Context, reader: Reader) -> Result:
        return drop_object(context, reader, kind, lambda policy: require_unused(context.catalogue, policy))

    @show(kind.info.plural, notes="without ON ACCOUNT and ON USER", source=_SOURCE)
    def show_policies(context: Context, reader: Reader) -> Result:
        return show_objects(context, reader, kind, POLICY_COLUMNS, lambda policy: policy_row(context, policy))


_register(Kind.PASSWORD_POLICY, "")
_register(Kind.SESSION_POLICY, "idle sessions do not end by it; ALLOWED_SECONDARY_ROLES is refused")

PROPERTY_COLUMNS = text_columns("property", "value", "default", "description")


def property_head(context: Context, policy: Obj, noun: str) -> list[tuple[Cell, ...]]:
    """The rows NAME, OWNER and COMMENT that DESCRIBE of property/value policies begins with."""
    return [
        ("NAME", policy.name, "null", f"Name of {noun}."),
        ("OWNER", owner_name(context, policy), "null", f"Owner of {noun}."),
        ("COMMENT", policy.comment or "null", "null", f"Comment associated with {noun}."),
    ]


@describe("PASSWORD POLICY", source=_SOURCE)
def describe_password_policy(context: Context, reader: Reader) -> Result:
    """A row per property with its value and default."""
    policy = context.access.resolve(Kind.PASSWORD_POLICY, reader.path())
    reader.end()
    rows = property_head(context, policy, "password policy")
    for name, limit in PASSWORD.items():
        rows.append((name, str(value_of(PASSWORD, policy.props, name)), str(limit.default), limit.description))
    return Result(PROPERTY_COLUMNS, rows)


@describe("SESSION POLICY", source=_SOURCE)
def describe_session_policy(context: Context, reader: Reader) -> Result:
    """One row (provider describeSessionPolicyDBRow)."""
    policy = context.access.resolve(Kind.SESSION_POLICY, reader.path())
    reader.end()
    columns = (
        Column("created_on", Type.TIMESTAMP_LTZ),
        Column("name"),
        *(Column(name.lower(), Type.FIXED) for name in SESSION),
        Column("comment"),
    )
    values = (str(value_of(SESSION, policy.props, name)) for name in SESSION)
    return Result(columns, ((timestamp(policy.created), policy.name, *values, policy.comment),))
