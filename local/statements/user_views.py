"""SHOW USERS and DESCRIBE USER."""

from __future__ import annotations

from datetime import UTC, datetime

from local.credentials import IDENTITY, tokens, workload_identity
from local.model import ACCOUNT_ID, Json, Kind, Obj
from local.names import Path
from local.reader import Reader
from local.registry import describe, show
from local.results import Cell, Column, Result, Type, flag, timestamp
from local.server.keypair import public_key
from local.session import Context
from local.statements.changes import text_columns
from local.statements.common import owner_name, read_show_filter
from local.statements.user_properties import NOT_ON, left, user_type

_SOURCE = "docs.snowflake.com: SHOW USERS, DESCRIBE USER; provider userDBRow, propertyRow"
KIND = Kind.USER


def _times(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, Type.TIMESTAMP_LTZ) for name in names)


COLUMNS = (
    *text_columns("name"),
    *_times("created_on"),
    *text_columns("login_name", "display_name", "first_name", "last_name", "email", "mins_to_unlock"),
    *text_columns("days_to_expiry", "comment", "disabled", "must_change_password", "snowflake_lock"),
    *text_columns("default_warehouse", "default_namespace", "default_role", "default_secondary_roles"),
    *text_columns("ext_authn_duo", "ext_authn_uid", "mins_to_bypass_mfa", "owner"),
    *_times("last_success_login", "expires_at_time", "locked_until_time"),
    *text_columns("has_password", "has_rsa_public_key", "type", "has_mfa", "has_pat", "has_workload_identity"),
    *text_columns("is_from_organization_user"),
)


@show("USERS", notes="created_on and owner are 1970 and empty, not NULL, where they are hidden", source=_SOURCE)
def show_users(context: Context, reader: Reader) -> Result:
    """Every user's name; the other columns only with ownership of the user or MANAGE GRANTS, and of oneself.

    Hidden values of created_on and owner are not NULL: the provider cannot take NULL there.
    """
    wanted = read_show_filter(context, reader, KIND)
    users = [o for o in context.catalogue.children(ACCOUNT_ID, KIND) if wanted.keeps(o.name)]
    rows = [_row(context, user) for user in users if wanted.after is None or user.name > wanted.after]
    return Result(COLUMNS, rows[: wanted.limit])


def may_read(context: Context, user: Obj) -> bool:
    """Whether the session may see the user's properties."""
    access = context.access
    return user.id == context.session.user or access.owns(user) or access.holds_global("MANAGE GRANTS")


def _row(context: Context, user: Obj) -> tuple[Cell, ...]:
    if not may_read(context, user):
        hidden = {"name": user.name, "created_on": timestamp(0.0), "owner": ""}
        return tuple(hidden.get(column.name) for column in COLUMNS)
    shown = dict(properties(context, user))
    keyed = bool(user.props.get("RSA_PUBLIC_KEY") or user.props.get("RSA_PUBLIC_KEY_2"))
    values: dict[str, Cell] = {column.name: shown.get(column.name.upper()) for column in COLUMNS}
    values |= {
        "created_on": timestamp(user.created),
        "comment": user.comment or None,
        "owner": owner_name(context, user),
        "last_success_login": timestamp(context.catalogue.last_login.get(user.id)),
        "expires_at_time": _moment(user.props.get("EXPIRES_AT")),
        "locked_until_time": _moment(user.props.get("LOCKED_UNTIL")),
        "has_password": flag(shown.get("PASSWORD") is not None),
        "has_rsa_public_key": flag(keyed),
        "is_from_organization_user": "false",
    }
    return tuple(values[column.name] for column in COLUMNS)


def _moment(value: Json) -> Cell:
    return timestamp(float(value)) if isinstance(value, int | float) else None


BOOLEAN = frozenset(
    {"MUST_CHANGE_PASSWORD", "DISABLED", "SNOWFLAKE_LOCK", "SNOWFLAKE_SUPPORT", "EXT_AUTHN_DUO", "HAS_MFA", "HAS_PAT"}
    | {"HAS_WORKLOAD_IDENTITY", "CUSTOM_LANDING_PAGE_URL_FLUSH_NEXT_UI_LOAD"}
)
"""Properties whose default must be ``false``: a default ``null`` ends the provider (its toBoolProperty)."""


def properties(context: Context, user: Obj) -> list[tuple[str, Cell]]:
    """Rows of DESCRIBE USER: property and value, None for what is not set."""
    props = user.props
    hidden = NOT_ON[user_type(props)]

    def text(name: str) -> Cell:
        value = props.get(name)
        return None if value is None or value == "" or name in hidden else str(value)

    def switch(name: str) -> Cell:
        return flag(bool(props.get(name)) and name not in hidden)

    return [
        ("NAME", user.name),
        ("COMMENT", user.comment or None),
        ("DISPLAY_NAME", text("DISPLAY_NAME")),
        ("TYPE", user_type(props)),
        ("LOGIN_NAME", text("LOGIN_NAME") or user.name.upper()),
        *((name, text(name)) for name in ("FIRST_NAME", "MIDDLE_NAME", "LAST_NAME", "EMAIL")),
        ("PASSWORD", "********" if props.get("PASSWORD_HASH") and "PASSWORD" not in hidden else None),
        ("MUST_CHANGE_PASSWORD", switch("MUST_CHANGE_PASSWORD")),
        ("DISABLED", switch("DISABLED")),
        ("SNOWFLAKE_LOCK", "false"),
        ("SNOWFLAKE_SUPPORT", "false"),
        ("DAYS_TO_EXPIRY", _days(left(props, "DAYS_TO_EXPIRY"))),
        ("MINS_TO_UNLOCK", _minutes(left(props, "MINS_TO_UNLOCK"))),
        *((name, _bare(text(name))) for name in ("DEFAULT_WAREHOUSE", "DEFAULT_NAMESPACE", "DEFAULT_ROLE")),
        ("DEFAULT_SECONDARY_ROLES", "[]" if props.get("DEFAULT_SECONDARY_ROLES") == [] else '["ALL"]'),
        ("EXT_AUTHN_DUO", "false"),
        ("EXT_AUTHN_UID", None),
        ("HAS_MFA", "false"),
        ("HAS_PAT", flag(bool(tokens(user)))),
        ("HAS_WORKLOAD_IDENTITY", flag(bool(workload_identity(user)) and IDENTITY not in hidden)),
        ("MINS_TO_BYPASS_MFA", _minutes(left(props, "MINS_TO_BYPASS_MFA"))),
        ("MINS_TO_BYPASS_NETWORK_POLICY", None),
        *_keys(props.get("RSA_PUBLIC_KEY"), user, "RSA_PUBLIC_KEY"),
        *_keys(props.get("RSA_PUBLIC_KEY_2"), user, "RSA_PUBLIC_KEY_2"),
        ("PASSWORD_LAST_SET_TIME", None if "PASSWORD" in hidden else _written(props.get("PASSWORD_SET"))),
        ("CUSTOM_LANDING_PAGE_URL", None),
        ("CUSTOM_LANDING_PAGE_URL_FLUSH_NEXT_UI_LOAD", "false"),
    ]


def _days(amount: float | None) -> Cell:
    return None if amount is None else f"{amount:.10f}".rstrip("0").rstrip(".")


def _minutes(amount: float | None) -> Cell:
    return None if amount is None else str(int(amount))


def _written(value: Json) -> Cell:
    if not isinstance(value, int | float):
        return None
    return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def _bare(text: Cell) -> Cell:
    """A stored name without the quotes that only reading it again needs."""
    if text is None:
        return None
    path: Path = Reader(text).path()
    return path[0] if len(path) == 1 else text


def _keys(key: Json, user: Obj, name: str) -> list[tuple[str, Cell]]:
    if not isinstance(key, str) or not key:
        return [(name, None), (f"{name}_FP", None), (f"{name}_LAST_SET_TIME", None)]
    try:
        fingerprint: Cell = public_key(key)[1]
    except ValueError:
        fingerprint = None
    return [
        (name, key),
        (f"{name}_FP", fingerprint),
        (f"{name}_LAST_SET_TIME", _written(user.props.get(f"{name}_SET"))),
    ]


@describe("USER", source=_SOURCE)
def describe_user(context: Context, reader: Reader) -> Result:
    """Properties of a user, for its owner and the user itself; ``null`` as text for what is not set."""
    user = context.access.resolve(KIND, reader.path())
    reader.end()
    if user.id != context.session.user:
        context.access.require_ownership(user)
    rows = [
        (name, "null" if value is None else value, "false" if name in BOOLEAN else "null", "")
        for name, value in properties(context, user)
    ]
    return Result(text_columns("property", "value", "default", "description"), rows)
