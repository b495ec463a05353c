"""TABLES, VIEWS and COLUMNS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from local.data.columns import ColumnDef, columns_of
from local.data.rows import Row
from local.data.store import data_store
from local.model import Kind
from local.parameters import retention_days
from local.usage.entries import Entry, entries, yes
from local.usage.objects import octets
from local.usage.view import OBJECT, Viewer, usage_view

_LIVE = "nothing of dropped ones"
_BY = "LAST_DDL_BY is NULL: who it was is not kept"


@usage_view(
    "TABLES",
    "TABLE_ID:N TABLE_NAME TABLE_SCHEMA_ID:N TABLE_SCHEMA TABLE_CATALOG_ID:N TABLE_CATALOG TABLE_OWNER TABLE_TYPE "
    "IS_TRANSIENT CLUSTERING_KEY ROW_COUNT:N BYTES:N RETENTION_TIME:N SELF_REFERENCING_COLUMN_NAME "
    "REFERENCE_GENERATION USER_DEFINED_TYPE_CATALOG USER_DEFINED_TYPE_SCHEMA USER_DEFINED_TYPE_NAME IS_INSERTABLE_INTO "
    "IS_TYPED COMMIT_ACTION CREATED:T LAST_ALTERED:T LAST_DDL:T LAST_DDL_BY DELETED:T AUTO_CLUSTERING_ON COMMENT "
    "OWNER_ROLE_TYPE INSTANCE_ID:N IS_ICEBERG IS_DYNAMIC IS_HYBRID ARCHIVE_STORAGE_COOL_ROW_COUNT:N "
    "ARCHIVE_STORAGE_COOL_BYTES:N ARCHIVE_STORAGE_COLD_ROW_COUNT:N ARCHIVE_STORAGE_COLD_BYTES:N",
    OBJECT,
    notes=f"BYTES is 0; LAST_ALTERED does not move with DML; {_BY}; {_LIVE}",
)
def tables(viewer: Viewer) -> Iterator[Row]:
    """Tables and views of the account; rows that are committed count."""
    store = data_store(viewer.context)
    counts = store.counts() if store.exists else {}
    for kind in (Kind.TABLE, Kind.VIEW):
        for found in entries(viewer, kind):
            yield _table(viewer, found, counts)


def _table(viewer: Viewer, found: Entry, counts: Mapping[int, int]) -> Row:
    table, props = found.obj, found.obj.props
    real = table.kind is Kind.TABLE
    kind = "TEMPORARY TABLE" if "session" in props else "BASE TABLE" if real else "VIEW"
    key = str(props.get("cluster_by") or "") or None
    return (
        table.id, table.name, found.parents[1], found.path[1], found.parents[0], found.path[0], found.owner, kind,
        yes(props.get("TRANSIENT")) if real else None, key if real else None,
        counts.get(table.id, 0) if real else None, 0 if real else None,
        retention_days(viewer.catalogue, table) if real else None, None, None, None, None, None, None, None, None,
        table.created, table.changed, table.changed, None, None, yes(key) if real else None, found.comment,
        found.owner_type, None, "NO", "NO", "NO", None, None, None, None,
    )  # fmt: skip


@usage_view(
    "VIEWS",
    "TABLE_ID:N TABLE_NAME TABLE_SCHEMA_ID:N TABLE_SCHEMA TABLE_CATALOG_ID:N TABLE_CATALOG TABLE_OWNER VIEW_DEFINITION "
    "CHECK_OPTION IS_UPDATABLE INSERTABLE_INTO IS_SECURE CREATED:T LAST_ALTERED:T LAST_DDL:T LAST_DDL_BY DELETED:T "
    "COMMENT INSTANCE_ID:N OWNER_ROLE_TYPE",
    OBJECT,
    notes=f"the text of a secure view for its owner only; {_BY}; {_LIVE}",
)
def views(viewer: Viewer) -> Iterator[Row]:
    """Views of the account, without those of ACCOUNT_USAGE."""
    for found in entries(viewer, Kind.VIEW):
        view = found.obj
        secure = bool(view.props.get("secure"))
        text = None if secure and not viewer.access.owns(view) else str(view.props.get("text") or "")
        yield (view.id, view.name, found.parents[1], found.path[1], found.parents[0], found.path[0], found.owner, text,
               None, None, None, yes(secure), view.created, view.changed, view.changed, None, None, found.comment, None,
               found.owner_type)  # fmt: skip


_UNUSED = (
    "INTERVAL_TYPE INTERVAL_PRECISION CHARACTER_SET_CATALOG CHARACTER_SET_SCHEMA CHARACTER_SET_NAME COLLATION_CATALOG "
    "COLLATION_SCHEMA COLLATION_NAME DOMAIN_CATALOG DOMAIN_SCHEMA DOMAIN_NAME UDT_CATALOG UDT_SCHEMA UDT_NAME "
    "SCOPE_CATALOG SCOPE_SCHEMA SCOPE_NAME MAXIMUM_CARDINALITY DTD_IDENTIFIER IS_SELF_REFERENCING"
)
"""Columns that are not applicable for Snowflake."""


@usage_view(
    "COLUMNS",
    "COLUMN_ID:N COLUMN_NAME TABLE_ID:N TABLE_NAME TABLE_SCHEMA_ID:N TABLE_SCHEMA TABLE_CATALOG_ID:N TABLE_CATALOG "
    "ORDINAL_POSITION:N COLUMN_DEFAULT IS_NULLABLE DATA_TYPE CHARACTER_MAXIMUM_LENGTH:N CHARACTER_OCTET_LENGTH:N "
    f"NUMERIC_PRECISION:N NUMERIC_PRECISION_RADIX:N NUMERIC_SCALE:N DATETIME_PRECISION:N {_UNUSED} IS_IDENTITY "
    "IDENTITY_GENERATION IDENTITY_START IDENTITY_INCREMENT IDENTITY_MAXIMUM IDENTITY_MINIMUM IDENTITY_CYCLE "
    "IDENTITY_ORDERED SCHEMA_EVOLUTION_RECORD COMMENT DELETED:T DATA_TYPE_ALIAS EXPRESSION KIND",
    OBJECT,
    notes=f"COLUMN_ID is unique within its table only; DATA_TYPE_ALIAS is NULL; {_LIVE}",
)
def columns(viewer: Viewer) -> Iterator[Row]:
    """Columns of tables and views."""
    for kind in (Kind.TABLE, Kind.VIEW):
        for found in entries(viewer, kind):
            for position, column in enumerate(columns_of(found.obj), 1):
                yield _column(found, position, column)


def _column(found: Entry, position: int, column: ColumnDef) -> Row:
    kind = column.type
    number, text = kind.name == "NUMBER", kind.name == "VARCHAR"
    identity = column.start is not None
    return (
        column.id, column.name, found.obj.id, found.obj.name, found.parents[1], found.path[1], found.parents[0],
        found.path[0], position, column.default, yes(column.nullable), "TEXT" if text else kind.name, kind.length,
        octets(kind.length) if text else kind.length, kind.precision if number else None, 10 if number else None,
        kind.scale if number else None, None, *([None] * len(_UNUSED.split())), yes(identity),
        "BY DEFAULT" if identity else None, str(column.start) if identity else None,
        str(column.step) if identity else None, None, None, "NO CYCLE" if identity else None,
        "NO" if identity else None, None, column.comment or None, None, None, None, "COLUMN",
    )  # fmt: skip
