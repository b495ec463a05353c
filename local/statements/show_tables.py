"""SHOW TABLES."""

from __future__ import annotations

from collections.abc import Sequence

from local.data.store import data_store
from local.model import Kind, Obj
from local.parameters import retention_days
from local.reader import Reader
from local.registry import Answer, show
from local.results import Cell, Column, Deferred, Result, Type, timestamp, yes_no
from local.session import Context
from local.statements.common import candidates, owner_name, owner_role_type, read_show_filter
from local.statements.history import dated, dropped_rows, with_dropped

_SOURCE = "docs.snowflake.com: SHOW TABLES; provider tableDBRow"

_SHOW = (
    Column("created_on", Type.TIMESTAMP_LTZ),
    *(Column(name) for name in ("name", "database_name", "schema_name", "kind", "comment", "cluster_by")),
    Column("rows", Type.FIXED),
    Column("bytes", Type.FIXED),
    Column("owner"),
    Column("retention_time"),
    *(
        Column(name)
        for name in (
            "automatic_clustering", "change_tracking", "is_external", "enable_schema_evolution", "owner_role_type",
            "is_event", "budget", "is_hybrid", "is_iceberg", "is_dynamic", "is_immutable",
        )
    ),
)  # fmt: skip


@show("TABLES", notes="bytes is always 0; HISTORY counts no rows of dropped tables", source=_SOURCE)
def show_tables(context: Context, reader: Reader) -> Answer:
    """Row counts are those that are committed."""
    wanted = read_show_filter(context, reader, Kind.TABLE)
    mine = context.session.id
    found = [o for kind in (Kind.TABLE, Kind.DYNAMIC_TABLE) for o in candidates(context, wanted.container, kind)]
    tables = [
        table
        for table in sorted(found, key=context.catalogue.path)
        if wanted.keeps(table.name)
        and table.props.get("session") in (None, mine)
        and context.access.visible(table)
        and (wanted.after is None or table.name > wanted.after)
    ][: wanted.limit]
    rows = [_row(context, table) for table in tables]
    history = wanted.history
    gone = dropped_rows(context, wanted, Kind.TABLE, _SHOW, lambda table: _row(context, table)) if history else []

    def answer(shown: Sequence[tuple[Cell, ...]]) -> Result:
        if not wanted.history:
            return Result(_SHOW, shown)
        return Result(with_dropped(_SHOW), [*(dated(_SHOW, row) for row in shown), *gone][: wanted.limit])

    store = data_store(context)
    if not tables or not store.exists:
        return answer(rows)
    numbers = [table.id for table in tables]

    def count() -> Result:
        counts = store.counts(numbers)
        counted = [(*row[:7], str(counts.get(number, 0)), *row[8:]) for number, row in zip(numbers, rows, strict=True)]
        return answer(counted)

    return Deferred(count)


def _row(context: Context, table: Obj) -> tuple[Cell, ...]:
    database, schema, name = context.catalogue.path(table)
    cluster_by = str(table.props.get("cluster_by") or "")
    kind = "TEMPORARY" if "session" in table.props else "TRANSIENT" if table.props.get("TRANSIENT") else "TABLE"
    return (
        timestamp(table.created),
        name,
        database,
        schema,
        kind,
        table.comment,
        cluster_by,
        "0",
        "0",
        owner_name(context, table),
        str(retention_days(context.catalogue, table)),
        "ON" if cluster_by else "OFF",
        "ON" if table.props.get("change_tracking") else "OFF",
        "N",
        yes_no(bool(table.props.get("schema_evolution"))),
        owner_role_type(context, table),
        "N",
        None,
        "N",
        "N",
        yes_no(table.kind is Kind.DYNAMIC_TABLE),
        "N",
    )
