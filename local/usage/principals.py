"""USERS and ROLES."""

from __future__ import annotations

from collections.abc import Iterator

from local.data.rows import Cell, Row
from local.model import Json, Kind
from local.shared import is_shared
from local.statements.user_properties import NOT_ON, user_type
from local.statements.user_views import properties
from local.usage.credentials import SLOTS
from local.usage.entries import Entry, entries
from local.usage.view import SECURITY, Viewer, usage_view

_USERS = (
    "USER_ID:N NAME CREATED_ON:T DELETED_ON:T LOGIN_NAME DISPLAY_NAME FIRST_NAME LAST_NAME EMAIL "
    "MUST_CHANGE_PASSWORD:B HAS_PASSWORD:B COMMENT DISABLED:V SNOWFLAKE_LOCK:V DEFAULT_WAREHOUSE DEFAULT_NAMESPACE "
    "DEFAULT_ROLE EXT_AUTHN_DUO:B EXT_AUTHN_UID HAS_MFA:B BYPASS_MFA_UNTIL:T LAST_SUCCESS_LOGIN:T EXPIRES_AT:T "
    "LOCKED_UNTIL_TIME:T HAS_RSA_PUBLIC_KEY:B PASSWORD_LAST_SET_TIME:T OWNER DEFAULT_SECONDARY_ROLE HAS_PAT:B "
    "HAS_WORKLOAD_IDENTITY:B TYPE DATABASE_NAME DATABASE_ID:N SCHEMA_NAME SCHEMA_ID:N IS_FROM_ORGANIZATION_USER:B"
)

_NOT_OF_SERVICES = (
    "FIRST_NAME", "LAST_NAME", "MUST_CHANGE_PASSWORD", "HAS_PASSWORD", "EXT_AUTHN_DUO", "EXT_AUTHN_UID", "HAS_MFA",
    "BYPASS_MFA_UNTIL", "PASSWORD_LAST_SET_TIME",
)  # fmt: skip
"""Columns that are NULL for users of type SERVICE."""


def _moment(value: Json) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


@usage_view(
    "USERS",
    _USERS,
    SECURITY,
    notes="LAST_SUCCESS_LOGIN is since the server started; TYPE is PERSON where none was set, as in SHOW USERS; of a "
    "dropped user what tells about credentials is not kept",
)
def users(viewer: Viewer) -> Iterator[Row]:
    """All users, dropped ones with DELETED_ON; what a service user cannot have is NULL."""
    names = [word.partition(":")[0] for word in _USERS.split()]
    for entry in entries(viewer, Kind.USER):
        values = _user(viewer, entry)
        if user_type(entry.obj.props) == "SERVICE":
            values |= dict.fromkeys(_NOT_OF_SERVICES)
        yield tuple(values.get(name) for name in names)


def _user(viewer: Viewer, entry: Entry) -> dict[str, Cell]:
    user, props = entry.obj, entry.obj.props
    shown = dict(properties(viewer.context, user))
    hidden = NOT_ON[user_type(props)]

    def switch(name: str) -> bool:
        return shown.get(name) == "true"

    taken = ("LOGIN_NAME", "DISPLAY_NAME", "FIRST_NAME", "LAST_NAME", "EMAIL", "DEFAULT_WAREHOUSE", "DEFAULT_NAMESPACE",
             "DEFAULT_ROLE", "EXT_AUTHN_UID", "TYPE")  # fmt: skip
    switches = ("MUST_CHANGE_PASSWORD", "EXT_AUTHN_DUO", "HAS_MFA", "HAS_PAT", "HAS_WORKLOAD_IDENTITY")
    return {
        **{name: shown.get(name) for name in taken},
        **{name: switch(name) for name in switches},
        "USER_ID": user.id,
        "NAME": user.name,
        "CREATED_ON": user.created,
        "DELETED_ON": entry.deleted,
        "HAS_PASSWORD": shown.get("PASSWORD") is not None,
        "COMMENT": entry.comment,
        "DISABLED": "true" if switch("DISABLED") else "false",
        "SNOWFLAKE_LOCK": "true" if switch("SNOWFLAKE_LOCK") else "false",
        "BYPASS_MFA_UNTIL": None if "MINS_TO_BYPASS_MFA" in hidden else _moment(props.get("BYPASS_MFA_UNTIL")),
        "LAST_SUCCESS_LOGIN": viewer.catalogue.last_login.get(user.id),
        "EXPIRES_AT": _moment(props.get("EXPIRES_AT")),
        "LOCKED_UNTIL_TIME": _moment(props.get("LOCKED_UNTIL")),
        "HAS_RSA_PUBLIC_KEY": any(props.get(slot) for slot in SLOTS),
        "PASSWORD_LAST_SET_TIME": None if "PASSWORD" in hidden else _moment(props.get("PASSWORD_SET")),
        "OWNER": entry.owner,
        "DEFAULT_SECONDARY_ROLE": None if props.get("DEFAULT_SECONDARY_ROLES") == [] else "ALL",
        "IS_FROM_ORGANIZATION_USER": False,
    }


@usage_view(
    "ROLES",
    "ROLE_ID:N CREATED_ON:T DELETED_ON:T NAME COMMENT OWNER ROLE_TYPE ROLE_DATABASE_NAME ROLE_INSTANCE_ID:N "
    "OWNER_ROLE_TYPE IS_FROM_ORGANIZATION_USER_GROUP:B",
    SECURITY,
)
def roles(viewer: Viewer) -> Iterator[Row]:
    """Account and database roles; those of the SNOWFLAKE database are left out, as documented."""
    for kind in (Kind.ROLE, Kind.DATABASE_ROLE):
        for entry in entries(viewer, kind):
            if entry.deleted is None and is_shared(viewer.catalogue, entry.obj):
                continue
            yield (entry.obj.id, entry.obj.created, entry.deleted, entry.obj.name, entry.comment, entry.owner,
                   kind.value.replace(" ", "_"), entry.path[0] if kind is Kind.DATABASE_ROLE else None, None,
                   entry.owner_type, False)  # fmt: skip
