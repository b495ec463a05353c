"""Rows of SHOW and DESCRIBE as the REST API's JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from local.model import Json
from local.reader import whole
from local.rest.request import Row

_NUMBERS = frozenset(
    ("retention_time", "rows", "bytes", "min_cluster_count", "max_cluster_count", "auto_suspend", "started_clusters",
     "running", "queued", "query_acceleration_max_scale_factor", "assigned_to_users", "granted_to_roles",
     "granted_roles", "days_to_expiry", "mins_to_unlock", "mins_to_bypass_mfa", "max_concurrency_level")
)  # fmt: skip
_FLAGS = frozenset(
    ("is_default", "is_current", "is_inherited", "automatic_clustering", "search_optimization", "change_tracking",
     "enable_schema_evolution", "disabled", "must_change_password", "has_password", "has_rsa_public_key",
     "ext_authn_duo", "snowflake_lock", "is_secure", "is_materialized", "has_credentials", "has_encryption_key",
     "directory_enabled", "grant_option")
)  # fmt: skip
_TEXT_FLAGS = frozenset(("auto_resume", "enable_query_acceleration"))
_YES = ("Y", "TRUE", "ON", "YES")


def shaped(row: Row, fields: Iterable[str]) -> dict[str, Json]:
    """The fields that the row has a value for, each in its type."""
    return {field: cell(field, value) for field in fields if (value := row.get(field)) not in (None, "", "null")}


def cell(field: str, value: str | None) -> Json:
    """A value of SHOW in the type that the API gives the field."""
    if value is None:
        return None
    if field.endswith("_on") or field in ("expires_at_time", "locked_until_time", "last_success_login"):
        return moment(value)
    if field in _NUMBERS:
        return whole(value)
    if field in _FLAGS:
        return value.upper() in _YES
    return value.lower() if field in _TEXT_FLAGS else value


def moment(value: str) -> Json:
    """Epoch seconds in ISO 8601."""
    try:
        return datetime.fromtimestamp(float(value), UTC).isoformat(timespec="milliseconds")
    except ValueError:
        return None
