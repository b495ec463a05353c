"""SHOW DYNAMIC TABLES and DESCRIBE DYNAMIC TABLE."""

from __future__ import annotations

from local.data.store import data_store
from local.model import Obj
from local.names import dotted
from local.reader import Reader
from local.registry import Answer, describe, show
from local.results import Cell, Column, Deferred, Result, Type, flag, timestamp
from local.session import Context
from local.statements.changes import text_columns
from local.statements.common import owner_name, owner_role_type, read_show_filter, shown_objects
from local.statements.describe_columns import described
from local.statements.dynamic_tables import KIND

_SOURCE = "docs.snowflake.com: SHOW DYNAMIC TABLES, DESC DYNAMIC TABLE; provider dynamicTableRow"

_COLUMNS = (
    Column("created_on", Type.TIMESTAMP_LTZ),
    *text_columns("name", "reserved", "database_name", "schema_name", "cluster_by"),
    Column("rows", Type.FIXED),
    Column("bytes", Type.FIXED),
    *text_columns("owner", "target_lag", "refresh_mode", "refresh_mode_reason", "warehouse", "comment", "text"),
    *text_columns("automatic_clustering", "scheduling_state"),
    Column("last_suspended_on", Type.TIMESTAMP_LTZ),
    *text_columns("is_clone", "is_replica"),
    Column("data_timestamp", Type.TIMESTAMP_LTZ),
    Column("owner_role_type"),
)
_ROWS = 6
_MONITORED = frozenset(
    {"target_lag", "refresh_mode", "refresh_mode_reason", "warehouse", "text", "scheduling_state", "last_suspended_on",
     "data_timestamp"}
)  # fmt: skip
"""What only roles with MONITOR see (docs: Dynamic table access control; behaviour change 1373 names the warehouse)."""


def _moment(value: object) -> Cell:
    return timestamp(float(value)) if isinstance(value, int | float) else None


def _text(context: Context, table: Obj, warehouse: str) -> str:
    """The CREATE statement as Snowflake writes it anew: comment first, then lag, modes and warehouse."""
    props = table.props
    replaces = "OR REPLACE " if props.get("replaces") else ""
    quoted = table.comment.replace("\\", "\\\\").replace("'", "\\'")
    comment = f"comment = '{quoted}' " if table.comment else ""
    return (
        f"CREATE {replaces}DYNAMIC TABLE {dotted((table.name,))} {comment}lag = '{props['TARGET_LAG']}' "
        f"refresh_mode = '{props['REFRESH_MODE']}' initialize = '{props['INITIALIZE']}' warehouse = {warehouse} "
        f"AS {props['query']}"
    )


def _row(context: Context, table: Obj) -> tuple[Cell, ...]:
    catalogue, props = context.catalogue, table.props
    database, schema = catalogue.path(table)[:2]
    number = props.get("WAREHOUSE")
    warehouse = catalogue.lookup(number) if isinstance(number, int) else None
    name = warehouse.name if warehouse is not None else ""
    automatic = props["REFRESH_MODE"] == "AUTO"
    return (
        timestamp(table.created),
        table.name,
        "",
        database,
        schema,
        "",
        "0",
        "0",
        owner_name(context, table),
        str(props["TARGET_LAG"]),
        "FULL" if automatic else str(props["REFRESH_MODE"]),
        "Each refresh computes the whole query here." if automatic else None,
        name,
        table.comment,
        _text(context, table, dotted((name,))),
        "OFF",
        "SUSPENDED" if props["suspended_by"] else "ACTIVE",
        _moment(props["last_suspended_on"]),
        flag(bool(props.get("is_clone"))),
        flag(False),
        _moment(props["refreshed"]),
        owner_role_type(context, table),
    )


def _seen(context: Context, table: Obj) -> tuple[Cell, ...]:
    row = _row(context, table)
    if context.access.holds(table, "MONITOR"):
        return row
    return tuple(None if column.name in _MONITORED else cell for column, cell in zip(_COLUMNS, row, strict=True))


@show(
    "DYNAMIC TABLES",
    notes="bytes is always 0; which columns roles without MONITOR do not see is documented in part only",
    source=_SOURCE,
)
def show_dynamic_tables(context: Context, reader: Reader) -> Answer:
    """Dynamic tables that the session may see; scheduling_state says whether REFRESH is left to people."""
    wanted = read_show_filter(context, reader, KIND)
    tables = list(shown_objects(context, wanted, KIND))[: wanted.limit]
    rows = [_seen(context, table) for table in tables]
    store = data_store(context)
    if not tables or not store.exists:
        return Result(_COLUMNS, rows)
    numbers = [table.id for table in tables]

    def count() -> Result:
        counts = store.counts(numbers)
        counted = [
            (*row[:_ROWS], str(counts.get(number, 0)), *row[_ROWS + 1 :])
            for number, row in zip(numbers, rows, strict=True)
        ]
        return Result(_COLUMNS, counted)

    return Deferred(count)


@describe("DYNAMIC TABLE", source=_SOURCE)
def describe_dynamic_table(context: Context, reader: Reader) -> Result:
    """A row per column; with SELECT, MONITOR or ownership."""
    table = context.access.resolve(KIND, reader.path())
    reader.end()
    context.access.require(table, "SELECT", "MONITOR")
    return described(context, table)
