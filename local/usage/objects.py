"""DATABASES, SCHEMATA, STAGES, PROCEDURES and RESOURCE_MONITORS."""

from __future__ import annotations

import json
from collections.abc import Iterator

from local.data.rows import Row
from local.data.types import SqlType, parse_type
from local.errors import SnowflakeError
from local.model import ACCOUNT_ID, Json, Kind, Obj
from local.parameters import retention_days
from local.shared import ORIGIN, is_shared
from local.usage.entries import Entry, entries, yes
from local.usage.view import OBJECT, Viewer, usage_view

_SEEN = "rows only of what the session may see, as the page says"
_ONLY_LIVE = "nothing of dropped ones"


def _retention(viewer: Viewer, found: Entry) -> int | None:
    """Days of Time Travel; not known any more of what was dropped."""
    return retention_days(viewer.catalogue, found.obj) if found.deleted is None else None


@usage_view(
    "DATABASES",
    "DATABASE_ID:N DATABASE_NAME DATABASE_OWNER IS_TRANSIENT COMMENT CREATED:T LAST_ALTERED:T DELETED:T "
    "RETENTION_TIME:N RESOURCE_GROUP TYPE OWNER_ROLE_TYPE OBJECT_VISIBILITY:O",
    OBJECT,
    notes="RETENTION_TIME of dropped ones is NULL",
)
def databases(viewer: Viewer) -> Iterator[Row]:
    """All databases, the SNOWFLAKE database among them."""
    for found in entries(viewer, Kind.DATABASE):
        database = found.obj
        yield (database.id, database.name, found.owner, yes(database.props.get("TRANSIENT")), found.comment,
               database.created, database.changed, found.deleted, _retention(viewer, found), None,
               "APPLICATION" if ORIGIN in database.props else "STANDARD", found.owner_type, None)  # fmt: skip


@usage_view(
    "SCHEMATA",
    "SCHEMA_ID:N SCHEMA_NAME CATALOG_ID:N CATALOG_NAME SCHEMA_OWNER RETENTION_TIME:N IS_TRANSIENT IS_MANAGED_ACCESS "
    "DEFAULT_CHARACTER_SET_CATALOG DEFAULT_CHARACTER_SET_SCHEMA DEFAULT_CHARACTER_SET_NAME SQL_PATH COMMENT CREATED:T "
    "LAST_ALTERED:T DELETED:T SCHEMA_TYPE OWNER_ROLE_TYPE VERSION_NAME VERSIONED_SCHEMA_ID:N OBJECT_VISIBILITY:O",
    OBJECT,
    notes=f"{_SEEN}; RETENTION_TIME of dropped ones is NULL; SCHEMA_TYPE, which the page lists twice, once",
)
def schemata(viewer: Viewer) -> Iterator[Row]:
    """All schemas except ACCOUNT_USAGE."""
    for found in entries(viewer, Kind.SCHEMA, granted=True):
        schema = found.obj
        if found.deleted is None and is_shared(viewer.catalogue, schema):
            continue
        yield (schema.id, schema.name, found.parents[0], found.path[0], found.owner, _retention(viewer, found),
               yes(schema.props.get("TRANSIENT")), yes(schema.props.get("MANAGED_ACCESS")), None, None, None, None,
               found.comment, schema.created, schema.changed, found.deleted, "STANDARD", found.owner_type, None, None,
               None)  # fmt: skip


@usage_view(
    "STAGES",
    "STAGE_ID:N STAGE_NAME STAGE_SCHEMA_ID:N STAGE_SCHEMA STAGE_CATALOG_ID:N STAGE_CATALOG STAGE_URL STAGE_REGION "
    "STAGE_TYPE STAGE_OWNER COMMENT CREATED:T LAST_ALTERED:T DELETED:T OWNER_ROLE_TYPE INSTANCE_ID:N "
    "STORAGE_INTEGRATION",
    OBJECT,
    notes=f"{_SEEN}, without regard to MANAGE GRANTS; {_ONLY_LIVE}",
)
def stages(viewer: Viewer) -> Iterator[Row]:
    """Stages with their location, if they are external."""
    for found in entries(viewer, Kind.STAGE, granted=True, managers=False):
        stage = found.obj
        url = str(stage.props.get("URL") or "") or None
        yield (stage.id, stage.name, found.parents[1], found.path[1], found.parents[0], found.path[0], url, None,
               "External Named" if url else "Internal Named", found.owner, found.comment, stage.created, stage.changed,
               None, found.owner_type, None, str(stage.props.get("STORAGE_INTEGRATION") or "") or None)  # fmt: skip


@usage_view(
    "PROCEDURES",
    "PROCEDURE_CATALOG PROCEDURE_SCHEMA PROCEDURE_NAME PROCEDURE_OWNER ARGUMENT_SIGNATURE DATA_TYPE "
    "CHARACTER_MAXIMUM_LENGTH:N CHARACTER_OCTET_LENGTH:N NUMERIC_PRECISION:N NUMERIC_PRECISION_RADIX:N NUMERIC_SCALE:N "
    "PROCEDURE_LANGUAGE PROCEDURE_DEFINITION CREATED:T LAST_ALTERED:T COMMENT DELETED:T RUNTIME_VERSION PACKAGES "
    "INSTALLED_PACKAGES OWNER_ROLE_TYPE PROCEDURE_SCHEMA_ID:N PROCEDURE_CATALOG_ID:N SECRETS:O "
    "EXTERNAL_ACCESS_INTEGRATIONS",
    OBJECT,
    notes=f"{_SEEN}, without regard to MANAGE GRANTS; {_ONLY_LIVE}; the body of a secure procedure for its owner only",
)
def procedures(viewer: Viewer) -> Iterator[Row]:
    """Procedures with their bodies."""
    for found in entries(viewer, Kind.PROCEDURE, granted=True, managers=False):
        procedure, props = found.obj, found.obj.props
        returns = str(props.get("returns") or "")
        kind = _returned(returns)
        number, text = kind is not None and kind.name == "NUMBER", kind.length if kind is not None else None
        hidden = bool(props.get("secure")) and not viewer.access.owns(procedure)
        packages = props.get("PACKAGES")
        yield (
            found.path[0], found.path[1], procedure.name, found.owner, _signature(procedure),
            kind.name if kind is not None else returns, text, octets(text), kind.precision if number and kind else None,
            10 if number else None, kind.scale if number and kind else None, str(props.get("language") or ""),
            None if hidden else str(props.get("body") or ""), procedure.created, procedure.changed, found.comment, None,
            str(props["RUNTIME_VERSION"]) if "RUNTIME_VERSION" in props else None,
            json.dumps(packages) if isinstance(packages, list) else None, None, found.owner_type, found.parents[1],
            found.parents[0], None, None,
        )  # fmt: skip


def octets(length: int | None) -> int | None:
    """Bytes that a text of so many characters may have: four each, 16 MB at most."""
    return None if length is None else min(4 * length, 16_777_216)


def _returned(text: str) -> SqlType | None:
    """The type that a procedure returns; None for a table."""
    try:
        return parse_type(text.removesuffix(" NOT NULL"))
    except SnowflakeError:
        return None


def _signature(procedure: Obj) -> str:
    found = procedure.props.get("arguments")
    items = [item for item in found if isinstance(item, list)] if isinstance(found, list) else []
    return f"({', '.join(f'{item[0]} {item[1]}' for item in items)})"


@usage_view(
    "RESOURCE_MONITORS",
    "NAME CREATED:T CREDIT_QUOTA:V USED_CREDITS:V REMAINING_CREDITS:F OWNER WAREHOUSES NOTIFY:N SUSPEND:N "
    "SUSPEND_IMMEDIATE:N LEVEL",
    OBJECT,
    notes=f"{_SEEN}; no credits are used; of several thresholds to notify at, the lowest",
)
def resource_monitors(viewer: Viewer) -> Iterator[Row]:
    """Monitors with the warehouses that they watch."""
    catalogue = viewer.catalogue
    for found in entries(viewer, Kind.RESOURCE_MONITOR, granted=True):
        monitor, props = found.obj, found.obj.props
        quota = props.get("CREDIT_QUOTA")
        watched = [catalogue.get(use.target) for use in catalogue.references.by("source", monitor.id)]
        names = sorted(obj.name for obj in watched if obj.kind is Kind.WAREHOUSE)
        level = "ACCOUNT" if any(obj.id == ACCOUNT_ID for obj in watched) else "WAREHOUSE" if watched else None
        yield (monitor.name, monitor.created, None if quota is None else str(quota), "0",
               float(quota) if isinstance(quota, int | float) else None, found.owner, ", ".join(names) or None,
               *(_threshold(props.get("TRIGGERS"), action) for action in ("NOTIFY", "SUSPEND", "SUSPEND_IMMEDIATE")),
               level)  # fmt: skip


def _threshold(triggers: Json, action: str) -> int | None:
    found = triggers.get(action) if isinstance(triggers, dict) else None
    numbers = [number for number in found if isinstance(number, int)] if isinstance(found, list) else []
    return min(numbers, default=None)
