"""Which privileges exist on which object type, and what ALL PRIVILEGES stands for.

Source: docs.snowflake.com, "GRANT <privileges> … TO ROLE" (syntax) and "Access control privileges" (notes on who may
grant a global privilege).
"""

from __future__ import annotations

from local.errors import SnowflakeError, compilation_error
from local.model import Kind, Obj


def _words(prefix: str, text: str) -> frozenset[str]:
    return frozenset(f"{prefix}{part.strip()}" for part in text.split(",") if part.strip())


ACCOUNT = (
    _words(
        "APPLY ",
        "AGGREGATION POLICY, AUTHENTICATION POLICY, CONTACT, JOIN POLICY, MASKING POLICY, PACKAGES POLICY, "
        "PASSWORD POLICY, PRIVACY POLICY, PROJECTION POLICY, ROW ACCESS POLICY, SESSION POLICY, "
        "STORAGE LIFECYCLE POLICY, TAG",
    )
    | _words(
        "CREATE ",
        "ACCOUNT, APPLICATION, APPLICATION PACKAGE, COMPUTE POOL, DATA EXCHANGE LISTING, DATABASE, EXTERNAL VOLUME, "
        "FAILOVER GROUP, INTEGRATION, LISTING, NETWORK POLICY, ORGANIZATION LISTING, REPLICATION GROUP, ROLE, SHARE, "
        "USER, WAREHOUSE",
    )
    | _words("EXECUTE ", "ALERT, DATA METRIC FUNCTION, MANAGED ALERT, MANAGED TASK, TASK")
    | _words("IMPORT ", "SHARE, ORGANIZATION LISTING")
    | _words(
        "MANAGE ",
        "ACCOUNT SUPPORT CASES, EVENT SHARING, GRANTS, LISTING AUTO FULFILLMENT, ORGANIZATION SUPPORT CASES, "
        "SHARE TARGET, USER SUPPORT CASES, WAREHOUSES",
    )
    | _words(
        "MODIFY ", "LOG LEVEL, METRIC LEVEL, SESSION LOG LEVEL, SESSION METRIC LEVEL, SESSION TRACE LEVEL, TRACE LEVEL"
    )
    | _words("MONITOR ", "EXECUTION, ROLE, SECURITY, USAGE, USER")
    | _words(
        "",
        "ATTACH POLICY, AUDIT, BIND SERVICE ENDPOINT, CANCEL QUERY, MONITOR, OVERRIDE SHARE RESTRICTIONS, "
        "PURCHASE DATA EXCHANGE LISTING, READ SESSION, RESOLVE ALL, VIEW LINEAGE",
    )
)
"""Privileges ON ACCOUNT."""

OPTION_ONLY = (
    _words(
        "CREATE ",
        "ACCOUNT, APPLICATION, APPLICATION PACKAGE, COMPUTE POOL, DATABASE, FAILOVER GROUP, INTEGRATION, LISTING, "
        "REPLICATION GROUP, SHARE, WAREHOUSE",
    )
    | _words("EXECUTE ", "ALERT, MANAGED TASK, TASK")
    | _words("MONITOR ", "EXECUTION, USAGE")
    | _words("MANAGE ", "GRANTS, LISTING AUTO FULFILLMENT, ORGANIZATION SUPPORT CASES, WAREHOUSES")
    | _words("", "BIND SERVICE ENDPOINT, IMPORT SHARE, READ SESSION")
)
"""Global privileges that MANAGE GRANTS does not suffice to grant: their holders need the grant option on them."""

_SCHEMA_CREATE = _words(
    "CREATE ",
    "AGENT, ALERT, ARTIFACT REPOSITORY, CONTACT, CORTEX SEARCH SERVICE, DATA METRIC FUNCTION, DATASET, DBT PROJECT, "
    "DYNAMIC TABLE, EVENT TABLE, EXPERIMENT, EXTERNAL TABLE, FILE FORMAT, FUNCTION, GATEWAY, GIT REPOSITORY, "
    "HYBRID TABLE, ICEBERG TABLE, IMAGE REPOSITORY, INTERACTIVE TABLE, MATERIALIZED VIEW, MCP SERVER, MODEL, "
    "MODEL MONITOR, NETWORK RULE, NOTEBOOK, ONLINE FEATURE TABLE, PIPE, PROCEDURE, SECRET, SEMANTIC VIEW, SEQUENCE, "
    "SERVICE, SNAPSHOT, STAGE, STREAM, STREAMLIT, TABLE, TAG, TASK, TYPE, VIEW, WORKSPACE, AGGREGATION POLICY, "
    "AUTHENTICATION POLICY, JOIN POLICY, MASKING POLICY, PACKAGES POLICY, PASSWORD POLICY, PRIVACY POLICY, "
    "PROJECTION POLICY, ROW ACCESS POLICY, SESSION POLICY, STORAGE LIFECYCLE POLICY",
)

_CLASSES = _words(
    "CREATE SNOWFLAKE.",
    "CORE.BUDGET, DATA_PRIVACY.CLASSIFICATION_PROFILE, DATA_PRIVACY.CUSTOM_CLASSIFIER, ML.ANOMALY_DETECTION, "
    "ML.CLASSIFICATION, ML.FORECAST, ML.TOP_INSIGHTS, ML.DOCUMENT_INTELLIGENCE",
)

_TABLE = _words("", "APPLYBUDGET, DELETE, INSERT, REFERENCES, SELECT, TRUNCATE, UPDATE")
_VIEW = _words("", "REFERENCES, SELECT")
_APPLY = frozenset({"APPLY"})
_USAGE = frozenset({"USAGE"})
_READ_WRITE = _words("", "READ, WRITE")
_RUN = _words("", "MONITOR, OPERATE")

PRIVILEGES: dict[Kind, frozenset[str]] = {
    Kind.ACCOUNT: ACCOUNT,
    Kind.DATABASE: _words(
        "",
        "APPLYBUDGET, CREATE DATABASE ROLE, CREATE SCHEMA, IMPORTED PRIVILEGES, MANAGE GRANTS, MODIFY, MONITOR, USAGE",
    ),
    Kind.SCHEMA: _SCHEMA_CREATE
    | _CLASSES
    | _words(
        "", "ADD SEARCH OPTIMIZATION, APPLYBUDGET, EXECUTE AUTO CLASSIFICATION, MANAGE GRANTS, MODIFY, MONITOR, USAGE"
    ),
    Kind.WAREHOUSE: _words("", "APPLYBUDGET, MODIFY, MONITOR, OPERATE, USAGE"),
    Kind.RESOURCE_MONITOR: _words("", "MODIFY, MONITOR"),
    Kind.USER: _words("", "IMPERSONATE, MODIFY PROGRAMMATIC AUTHENTICATION METHODS, MONITOR"),
    Kind.ROLE: frozenset(),
    Kind.DATABASE_ROLE: frozenset(),
    Kind.NETWORK_POLICY: frozenset(),
    Kind.INTEGRATION: _words("", "USAGE, USE_ANY_ROLE"),
    Kind.SHARE: frozenset(),
    Kind.NETWORK_RULE: frozenset(),
    Kind.PASSWORD_POLICY: _APPLY,
    Kind.AUTHENTICATION_POLICY: _APPLY,
    Kind.SESSION_POLICY: _APPLY,
    Kind.MASKING_POLICY: _APPLY,
    Kind.ROW_ACCESS_POLICY: _APPLY,
    Kind.TAG: _words("", "APPLY, READ"),
    Kind.TABLE: _TABLE | _words("", "EVOLVE SCHEMA, SELECT ERROR TABLE"),
    Kind.VIEW: _VIEW,
    Kind.STAGE: _READ_WRITE | _USAGE,
    Kind.STREAM: frozenset({"SELECT"}),
    Kind.TASK: _RUN | {"APPLYBUDGET"},
    Kind.PROCEDURE: _USAGE,
    Kind.FUNCTION: _USAGE,
    Kind.SEQUENCE: _USAGE,
    Kind.FILE_FORMAT: _USAGE,
    Kind.PIPE: _RUN | {"APPLYBUDGET"},
    Kind.ALERT: _RUN,
    Kind.SECRET: _words("", "READ, USAGE"),
    Kind.DYNAMIC_TABLE: _RUN | {"SELECT"},
    Kind.EXTERNAL_TABLE: _VIEW,
    Kind.ICEBERG_TABLE: _TABLE,
    Kind.EVENT_TABLE: _words("", "APPLYBUDGET, DELETE, INGEST TELEMETRY, REFERENCES, SELECT, TRUNCATE"),
    Kind.MATERIALIZED_VIEW: _VIEW | {"APPLYBUDGET"},
    Kind.SEMANTIC_VIEW: _VIEW | {"MONITOR"},
    Kind.DATA_METRIC_FUNCTION: _USAGE,
    Kind.MODEL: _words("", "READ, USAGE"),
    Kind.NOTEBOOK: _USAGE,
    Kind.STREAMLIT: _USAGE,
    Kind.SERVICE: _RUN,
    Kind.GIT_REPOSITORY: _READ_WRITE,
    Kind.IMAGE_REPOSITORY: _READ_WRITE,
    Kind.CORTEX_SEARCH_SERVICE: _words("", "OPERATE, USAGE"),
}
"""Object type → its privileges, OWNERSHIP left out (it is transferred, see ``local.statements.ownership``)."""

TO_SHARES: dict[Kind, frozenset[str]] = {
    Kind.DATABASE: _words("", "REFERENCE_USAGE, USAGE"),
    Kind.SCHEMA: _USAGE,
    Kind.FUNCTION: _USAGE,
    Kind.TABLE: _words("", "EVOLVE SCHEMA, SELECT"),
    **dict.fromkeys((Kind.EXTERNAL_TABLE, Kind.ICEBERG_TABLE, Kind.DYNAMIC_TABLE, Kind.VIEW), frozenset({"SELECT"})),
    Kind.SEMANTIC_VIEW: _VIEW,
    Kind.TAG: frozenset({"READ"}),
}
"""Object type → what may be granted on it to a share (docs.snowflake.com: GRANT <privilege> … TO SHARE)."""

KNOWN = frozenset().union(*PRIVILEGES.values(), *TO_SHARES.values())
"""Every privilege on any object type; other words are a syntax error."""

NO_BULK = frozenset({Kind.PIPE, Kind.TAG, Kind.MASKING_POLICY})
"""Types for which GRANT … ON ALL is refused."""

NO_FUTURE = frozenset(
    {Kind.TAG, Kind.MASKING_POLICY, Kind.ROW_ACCESS_POLICY, Kind.SESSION_POLICY, Kind.IMAGE_REPOSITORY}
)
"""Types for which future grants are refused."""

NO_FUTURE_OWNERSHIP = NO_FUTURE | {
    Kind.AUTHENTICATION_POLICY,
    Kind.PASSWORD_POLICY,
    Kind.NOTEBOOK,
    Kind.STREAMLIT,
    Kind.SERVICE,
}
"""Types for which GRANT OWNERSHIP ON FUTURE is refused."""


def expand(kind: Kind, target: Obj | None = None) -> frozenset[str]:
    """What ALL PRIVILEGES means on an object type, or on ``target`` where it depends on the object.

    Classes (CREATE SNOWFLAKE.…) and IMPORTED PRIVILEGES are left out, as documented; so is MANAGE GRANTS on a
    container, which "must be granted explicitly". Raises for tags.
    """
    left_out = _CLASSES | {"IMPORTED PRIVILEGES"} | (set() if kind is Kind.ACCOUNT else {"MANAGE GRANTS"})
    if kind is Kind.TAG:
        raise compilation_error("ALL PRIVILEGES cannot be granted or revoked on a tag.")
    return _on_stage(target) if target is not None and kind is Kind.STAGE else PRIVILEGES[kind] - left_out


def check(kind: Kind, privilege: str, target: Obj | None = None) -> None:
    """Raise unless the privilege exists on the object type (and on this very object: stages differ)."""
    if privilege not in PRIVILEGES[kind]:
        raise invalid(privilege, kind)
    if target is not None and kind is Kind.STAGE and privilege not in _on_stage(target):
        which = "external" if target.props.get("URL") else "internal"
        raise compilation_error(f"Privilege '{privilege}' does not apply to {which} stage '{target.name}'.")
    if privilege == "IMPORTED PRIVILEGES":
        raise compilation_error("IMPORTED PRIVILEGES can only be granted on a database that was created from a share.")


def invalid(privilege: str, kind: Kind) -> SnowflakeError:
    """The error for a privilege that the object type does not have."""
    return compilation_error(f"Invalid privilege '{privilege}' for object type '{kind.value}'.")


def _on_stage(stage: Obj) -> frozenset[str]:
    return _USAGE if stage.props.get("URL") else _READ_WRITE
