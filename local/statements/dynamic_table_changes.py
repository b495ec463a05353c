"""ALTER DYNAMIC TABLE: suspend, resume, refresh, target lag, warehouse, comment."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from local.data.columns import columns_of
from local.data.identity import Identity
from local.data.query import plan_query
from local.data.store import data_store
from local.data.values import converted
from local.data.work import Plan, defer, worker_of
from local.errors import SnowflakeError, unsupported
from local.model import Json, Obj
from local.owner_run import as_owner, end
from local.reader import Reader
from local.registry import Answer, alter
from local.results import Deferred, Result, status
from local.session import Context
from local.statements.changes import Changes, apply_changes, read_changes, text_columns, try_rename_or_tags
from local.statements.common import resolve_or_skip, skipped
from local.statements.containers import swap
from local.statements.dynamic_tables import KIND, SET_SPEC, warehouse_of
from local.warehouse_use import require_warehouse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SOURCE = "docs.snowflake.com: ALTER DYNAMIC TABLE, Dynamic table access control"
_DONE = "Statement executed successfully."


@alter("DYNAMIC TABLE", notes="REFRESH computes the whole query again, upstream tables first", source=_SOURCE)
def alter_dynamic_table(context: Context, reader: Reader) -> Answer:
    """SUSPEND, RESUME, REFRESH, SET TARGET_LAG and WAREHOUSE need OPERATE, the rest ownership."""
    table = resolve_or_skip(context, reader, KIND)
    if table is None:
        return skipped()
    answer = try_rename_or_tags(context, reader, table)
    if answer is not None:
        return answer
    if word := reader.accept_one("SUSPEND", "RESUME", "REFRESH"):
        if reader.at("COPY") or reader.at("SESSION"):
            raise unsupported(f"ALTER DYNAMIC TABLE … {word} {reader.peek().upper}")
        reader.end()
        context.access.require(table, "OPERATE")
        if word == "REFRESH":
            return _refresh_all(context, table)
        _suspend(context, table) if word == "SUSPEND" else _resume(context, table)
        return status(_DONE)
    if reader.accept("SWAP", "WITH"):
        return swap(context, table, reader)
    if not (reader.at("SET") or reader.at("UNSET")):
        word = reader.peek().upper
        raise unsupported(f"ALTER DYNAMIC TABLE … {word}") if word else reader.unexpected()
    changes = read_changes(reader, KIND, SET_SPEC)
    values = dict(changes.values)
    if changes.unset - {"COMMENT"}:
        raise unsupported("UNSET of TARGET_LAG and WAREHOUSE")
    if "WAREHOUSE" in values:
        values["WAREHOUSE"] = warehouse_of(context, values["WAREHOUSE"]).id
    if "COMMENT" in values or changes.unset:
        return apply_changes(context, table, Changes(values, changes.unset))
    context.access.require(table, "OPERATE")
    context.catalogue.update(table, props={**table.props, **values})
    return status(_DONE)


def _upstream(table: Obj) -> list[int]:
    found = table.props.get("upstream")
    return [number for number in found if isinstance(number, int)] if isinstance(found, list) else []


def _downstream(context: Context, table: Obj) -> Iterator[Obj]:
    for other in context.catalogue.of_kind(KIND):
        if table.id in _upstream(other):
            yield other
            yield from _downstream(context, other)


def _suspend(context: Context, table: Obj) -> None:
    """Tables that are computed from it are suspended too."""
    for found, by in [(table, "user"), *((other, "upstream") for other in _downstream(context, table))]:
        current = context.catalogue.get(found.id)
        if not current.props["suspended_by"] or by == "user":
            props: dict[str, Json] = {**current.props, "suspended_by": by, "last_suspended_on": time.time()}
            context.catalogue.update(current, props=props)


def _resume(context: Context, table: Obj) -> None:
    """So do those that were suspended with it."""
    for found in (table, *_downstream(context, table)):
        current = context.catalogue.get(found.id)
        if found.id == table.id or current.props["suspended_by"] == "upstream":
            context.catalogue.update(current, props={**current.props, "suspended_by": ""})


# REFRESH


def _refresh_all(context: Context, table: Obj) -> Deferred:
    """Upstream tables first, each in a session of its owner."""
    order: list[int] = []

    def visit(number: int) -> None:
        found = context.catalogue.lookup(number)
        if found is None or found.kind is not KIND or number in order:
            return
        for other in _upstream(found):
            visit(other)
        order.append(number)

    visit(table.id)

    def run() -> Result:
        moment = time.time()
        counts = [_refresh(context, number) for number in order]
        shown = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + " +0000"
        statistics = f'{{"insertedRows":{counts[-1]}}}'
        return Result(text_columns("data_timestamp", "statistics"), ((shown, statistics),))

    return Deferred(run)


def _refresh(context: Context, number: int) -> int:
    """Compute one table; the number of its rows."""
    with context.catalogue.transaction():
        table = context.catalogue.lookup(number)
        if table is None:
            raise _dropped()
        warehouse = table.props.get("WAREHOUSE")
        inner = as_owner(context, table, warehouse if isinstance(warehouse, int) else None)
    try:
        with context.catalogue.transaction():
            work = defer(inner, lambda: _plan(inner, number))
        moment = time.time()
        result = work.run()
    finally:
        end(inner)
    with context.catalogue.transaction():
        current = context.catalogue.lookup(number)
        if current is not None:
            context.catalogue.update(current, props={**current.props, "refreshed": moment})
    return result.affected or 0


def _dropped() -> SnowflakeError:
    return SnowflakeError("002003", "02000", "SQL compilation error:\nA dynamic table was dropped meanwhile.")


def _plan(inner: Context, number: int) -> Plan:
    table = inner.catalogue.lookup(number)
    if table is None:
        raise _dropped()
    query = plan_query(inner, str(table.props["query"]))
    require_warehouse(inner)
    columns = columns_of(table)
    store = data_store(inner)
    wanted = store.wanted(inner.catalogue)
    names = [f"x{index}" for index in range(len(columns))]
    values = ", ".join(converted(f"q.{name}", column.type) for name, column in zip(names, columns, strict=True))
    rows = f"SELECT {values} FROM ({query.sql}) AS q({', '.join(names)})"  # noqa: S608

    def run(cursor: DuckDBPyConnection) -> Result:
        if len(query.columns(cursor)) != len(columns):
            raise SnowflakeError(
                "002057", "42601", f"Dynamic Table '{table.name}' cannot be refreshed: its query has other columns now."
            )
        return Result((), (), affected=worker_of(inner).writing(wanted, number).overwrite(rows))

    identity = Identity(inner.catalogue, {number, *query.reads, *query.views})
    return Plan(wanted, query.reads, run, {number: True}, ddl=True, refresh=True, identity=identity)
