"""SHOW OBJECTS: tables and views in one list."""

from __future__ import annotations

from local.data.store import data_store
from local.model import Kind, Obj
from local.parameters import retention_days
from local.reader import Reader
from local.registry import Answer, show
from local.results import Cell, Column, Deferred, Result, Type, timestamp, yes_no
from local.session import Context
from local.statements.common import candidates, owner_name, owner_role_type, read_show_filter

_COLUMNS = (
    Column("created_on", Type.TIMESTAMP_LTZ),
    *(Column(name) for name in ("name", "database_name", "schema_name", "kind", "comment", "cluster_by")),
    Column("rows", Type.FIXED),
    Column("bytes", Type.FIXED),
    *(Column(name) for name in ("owner", "retention_time", "owner_role_type", "is_hybrid", "is_dynamic", "is_iceberg")),
)
_KINDS = (Kind.TABLE, Kind.DYNAMIC_TABLE, Kind.VIEW)


@show("OBJECTS", notes="without views of INFORMATION_SCHEMA; bytes is always 0",
      source="docs.snowflake.com: SHOW OBJECTS; dbt-snowflake reads its columns by name")  # fmt: skip
def show_objects(context: Context, reader: Reader) -> Answer:
    """Rows by schema and name; a transient table is of kind TABLE here, dbt relies on it.

    Row counts are those that are committed; views have none.
    """
    wanted = read_show_filter(context, reader, Kind.TABLE)
    mine = context.session.id
    found = [
        obj
        for kind in _KINDS
        for obj in candidates(context, wanted.container, kind)
        if wanted.keeps(obj.name)
        and obj.props.get("session") in (None, mine)
        and context.access.visible(obj)
        and (wanted.after is None or obj.name > wanted.after)
    ]
    found.sort(key=context.catalogue.path)
    rows = [_row(context, obj) for obj in found[: wanted.limit]]
    numbers = [obj.id if obj.kind is not Kind.VIEW else None for obj in found[: wanted.limit]]
    store = data_store(context)
    held = [number for number in numbers if number is not None]
    if not held or not store.exists:
        return Result(_COLUMNS, rows)

    def count() -> Result:
        counts = store.counts(held)
        return Result(
            _COLUMNS,
            [
                row if number is None else (*row[:7], str(counts.get(number, 0)), *row[8:])
                for number, row in zip(numbers, rows, strict=True)
            ],
        )

    return Deferred(count)


def _row(context: Context, obj: Obj) -> tuple[Cell, ...]:
    database, schema, name = context.catalogue.path(obj)
    view = obj.kind is Kind.VIEW
    return (
        timestamp(obj.created),
        name,
        database,
        schema,
        "VIEW" if view else "TABLE",
        obj.comment,
        str(obj.props.get("cluster_by") or ""),
        None if view else "0",
        None if view else "0",
        owner_name(context, obj),
        str(retention_days(context.catalogue, obj)),
        owner_role_type(context, obj),
        "N",
        yes_no(obj.kind is Kind.DYNAMIC_TABLE),
        "N",
    )
