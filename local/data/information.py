"""INFORMATION_SCHEMA views that the catalogue answers, filtered by what the session may see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from local.data.columns import ColumnDef, columns_of
from local.data.keys import keys_of
from local.data.rows import Row, rows_query
from local.data.store import data_store
from local.data.types import MAX_TEXT, NUMBER, VARCHAR, SqlType
from local.errors import SnowflakeError, unsupported
from local.model import Kind, Obj
from local.names import Path, dotted
from local.parameters import retention_days
from local.session import Context

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

SOURCE = (
    "docs.snowflake.com: Snowflake Information Schema (SCHEMATA, TABLES, VIEWS, COLUMNS, TABLE_CONSTRAINTS, DATABASES)"
)
_MOMENT = SqlType("TIMESTAMP_LTZ", scale=9)
Rows = Callable[[Context, Obj], Iterator[Row]]


def _owner(context: Context, obj: Obj) -> str | None:
    owner = context.catalogue.lookup(obj.owner)
    return owner.name if owner else None


def _schemata(context: Context, database: Obj) -> Iterator[Row]:
    for schema in context.catalogue.children(database.id, Kind.SCHEMA):
        if context.access.visible(schema):
            managed = "YES" if schema.props.get("MANAGED_ACCESS") else "NO"
            transient = "YES" if schema.props.get("TRANSIENT") else "NO"
            yield (database.name, schema.name, _owner(context, schema), transient, managed,
                   str(retention_days(context.catalogue, schema)), schema.created, schema.changed,
                   schema.comment or None)  # fmt: skip


def _relations(context: Context, database: Obj) -> Iterator[tuple[Obj, Obj]]:
    for schema in context.catalogue.children(database.id, Kind.SCHEMA):
        for kind in (Kind.TABLE, Kind.DYNAMIC_TABLE, Kind.VIEW):
            for relation in context.catalogue.children(schema.id, kind):
                mine = relation.props.get("session") in (None, context.session.id)
                if mine and context.access.visible(relation):
                    yield schema, relation


def _tables(context: Context, database: Obj) -> Iterator[Row]:
    relations = list(_relations(context, database))
    store = data_store(context)
    counts = store.counts(relation.id for _, relation in relations) if store.exists else {}
    for schema, relation in relations:
        table, temporary = relation.kind is not Kind.VIEW, "session" in relation.props
        kind = "VIEW" if not table else "LOCAL TEMPORARY" if temporary else "BASE TABLE"
        transient = ("YES" if relation.props.get("TRANSIENT") else "NO") if table else None
        clustering = str(relation.props.get("cluster_by") or "") or None if table else None
        yield (database.name, schema.name, relation.name, _owner(context, relation), kind, transient, clustering,
               counts.get(relation.id, 0) if table else None, 0 if table else None,
               str(retention_days(context.catalogue, relation)) if table else None,
               "YES" if table else "NO", "YES" if table else "NO", relation.created, relation.changed,
               "YES" if clustering else "NO", relation.comment or None, "YES" if temporary else "NO",
               "NO", "YES" if relation.kind is Kind.DYNAMIC_TABLE else "NO", "NO")  # fmt: skip


def _views(context: Context, database: Obj) -> Iterator[Row]:
    for schema, view in _relations(context, database):
        if view.kind is Kind.VIEW:
            secure = bool(view.props.get("secure"))
            text = None if secure and not context.access.owns(view) else str(view.props["text"])
            yield (database.name, schema.name, view.name, _owner(context, view), text, "YES" if secure else "NO",
                   view.created, view.changed, view.comment or None)  # fmt: skip


def _columns(context: Context, database: Obj) -> Iterator[Row]:
    for schema, relation in _relations(context, database):
        for position, column in enumerate(columns_of(relation), 1):
            kind = column.type
            number = kind.name == "NUMBER"
            name = "TEXT" if kind.name == "VARCHAR" else kind.name
            fraction = None if number else kind.scale
            identity = column.start is not None
            octets = min(kind.length * 4, MAX_TEXT) if kind.name == "VARCHAR" and kind.length else kind.length
            yield (database.name, schema.name, relation.name, column.name, position, column.default,
                   "YES" if column.nullable else "NO", name, kind.length, octets, kind.precision,
                   10 if number else None, kind.scale if number else None, fraction, *[None] * 18, None, "NO",
                   "YES" if identity else "NO", "BY DEFAULT" if identity else None,
                   str(column.start) if identity else None, str(column.step) if identity else None, None, None,
                   "NO" if identity else None, "NO" if identity else None, None, column.comment or None)  # fmt: skip


def _constraints(context: Context, database: Obj) -> Iterator[Row]:
    for schema, table in _relations(context, database):
        for key in keys_of(table):
            yield (database.name, schema.name, key.name, database.name, schema.name, table.name, key.kind, "NO", "YES",
                   "NO", None, table.created, table.changed, "NO")  # fmt: skip


def _databases(context: Context, database: Obj) -> Iterator[Row]:
    for found in context.catalogue.of_kind(Kind.DATABASE):
        if context.access.visible(found):
            yield (found.name, _owner(context, found), "YES" if found.props.get("TRANSIENT") else "NO",
                   found.comment or None, found.created, found.changed,
                   str(retention_days(context.catalogue, found)))  # fmt: skip


_TIMES = {"CREATED": _MOMENT, "LAST_ALTERED": _MOMENT}
_NUMBERS = (
    "ORDINAL_POSITION", "CHARACTER_MAXIMUM_LENGTH", "CHARACTER_OCTET_LENGTH", "NUMERIC_PRECISION",
    "NUMERIC_PRECISION_RADIX", "NUMERIC_SCALE", "DATETIME_PRECISION", "INTERVAL_PRECISION", "MAXIMUM_CARDINALITY",
    "RETENTION_TIME", "ROW_COUNT", "BYTES",
)  # fmt: skip

_VIEWS: dict[str, tuple[Rows, str]] = {
    "SCHEMATA": (
        _schemata,
        "CATALOG_NAME SCHEMA_NAME SCHEMA_OWNER IS_TRANSIENT IS_MANAGED_ACCESS RETENTION_TIME CREATED LAST_ALTERED "
        "COMMENT",
    ),
    "TABLES": (
        _tables,
        "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_OWNER TABLE_TYPE IS_TRANSIENT CLUSTERING_KEY ROW_COUNT BYTES "
        "RETENTION_TIME IS_INSERTABLE_INTO IS_TYPED CREATED LAST_ALTERED AUTO_CLUSTERING_ON COMMENT IS_TEMPORARY "
        "IS_ICEBERG IS_DYNAMIC IS_HYBRID",
    ),
    "VIEWS": (
        _views,
        "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME TABLE_OWNER VIEW_DEFINITION IS_SECURE CREATED LAST_ALTERED COMMENT",
    ),
    "COLUMNS": (
        _columns,
        "TABLE_CATALOG TABLE_SCHEMA TABLE_NAME COLUMN_NAME ORDINAL_POSITION COLUMN_DEFAULT IS_NULLABLE DATA_TYPE "
        "CHARACTER_MAXIMUM_LENGTH CHARACTER_OCTET_LENGTH NUMERIC_PRECISION NUMERIC_PRECISION_RADIX NUMERIC_SCALE "
        "DATETIME_PRECISION INTERVAL_TYPE INTERVAL_PRECISION CHARACTER_SET_CATALOG CHARACTER_SET_SCHEMA "
        "CHARACTER_SET_NAME COLLATION_CATALOG COLLATION_SCHEMA COLLATION_NAME DOMAIN_CATALOG DOMAIN_SCHEMA DOMAIN_NAME "
        "UDT_CATALOG UDT_SCHEMA UDT_NAME SCOPE_CATALOG SCOPE_SCHEMA SCOPE_NAME MAXIMUM_CARDINALITY DTD_IDENTIFIER "
        "IS_SELF_REFERENCING IS_IDENTITY IDENTITY_GENERATION IDENTITY_START IDENTITY_INCREMENT IDENTITY_MAXIMUM "
        "IDENTITY_MINIMUM IDENTITY_CYCLE IDENTITY_ORDERED SCHEMA_EVOLUTION_RECORD COMMENT",
    ),
    "TABLE_CONSTRAINTS": (
        _constraints,
        "CONSTRAINT_CATALOG CONSTRAINT_SCHEMA CONSTRAINT_NAME TABLE_CATALOG TABLE_SCHEMA TABLE_NAME CONSTRAINT_TYPE "
        "IS_DEFERRABLE INITIALLY_DEFERRED ENFORCED COMMENT CREATED LAST_ALTERED RELY",
    ),
    "DATABASES": (
        _databases,
        "DATABASE_NAME DATABASE_OWNER IS_TRANSIENT COMMENT CREATED LAST_ALTERED RETENTION_TIME",
    ),
}

INFORMATION_VIEWS = tuple(_VIEWS)
"""The views that there are."""


def information_schema(context: Context, path: Path, database: int | None) -> tuple[Expr, Sequence[ColumnDef]]:
    """A query that yields the view's rows, and its columns; 000002 for a view that is not there."""
    found = _VIEWS.get(path[-1])
    if found is None and path[-1] != "LOAD_HISTORY":
        raise unsupported(f"INFORMATION_SCHEMA.{path[-1]}")
    catalogue = context.catalogue
    home = catalogue.find(Kind.DATABASE, path[:1]) if len(path) == 3 else catalogue.lookup(database)
    if home is None or not context.access.visible(home):
        raise SnowflakeError(
            "002003", "42S02", f"SQL compilation error:\nObject '{dotted(path)}' does not exist or not authorized."
        )
    if found is None:
        from local.data.load_functions import load_history

        return load_history(context, home)
    rows, names = found
    columns = [
        ColumnDef(number, name, _TIMES.get(name, NUMBER if name in _NUMBERS else VARCHAR))
        for number, name in enumerate(names.split(), 1)
    ]
    return rows_query(columns, list(rows(context, home))), columns
