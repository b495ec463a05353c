"""CREATE TABLE … AS: rows first, under a table number that nobody knows yet; then the table, in one commit.

If the server dies in between, no table of the catalogue has that number and the rows are dropped with the next
comparison of the two stores. If what the query reads was renamed, dropped, altered or given a policy in between, the
rows are thrown away and the statement begins anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from local.data.blame import Blame, Written
from local.data.columns import ColumnDef
from local.data.definition import UNTYPED
from local.data.faults import translated
from local.data.halt import halt
from local.data.identity import Identity
from local.data.overlay import roll_back
from local.data.query import Query, plan_query
from local.data.shapes import NO_SHAPES, create_statement, physical, shape_of
from local.data.store import data_store
from local.data.ticket import Stale
from local.data.values import converted
from local.data.work import Plan, defer
from local.errors import SnowflakeError, compilation_error
from local.results import Deferred, Result
from local.session import Context
from local.warehouse_use import require_warehouse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Make = Callable[[Sequence[ColumnDef], int], Result]
"""Records the table with these columns under this number, in a transaction of the catalogue."""


Existing = Callable[[], Result | None]
"""Looks for a table of the new one's name: the answer where nothing is to be done, or an error."""


def create_as(
    context: Context,
    sql: str,
    given: Sequence[ColumnDef],
    make: Make,
    named: str | None = None,
    existing: Existing = lambda: None,
) -> Deferred:
    """Run the query into a new table; ``given`` are the columns written before AS, if any.

    ``named`` is the table's full name for an error that is about one of its columns; ``existing`` is asked before the
    query each time that the statement begins anew.
    """

    def plan() -> Plan:
        answer = existing()
        if answer is not None:
            return Plan(NO_SHAPES, frozenset(), lambda _: answer, ddl=True)
        query = plan_query(context, sql)
        require_warehouse(context)
        number = context.catalogue.reserve()
        identity = Identity(context.catalogue, query.reads | query.views)

        def record(columns: Sequence[ColumnDef], number: int) -> Result:
            if not identity.same():
                raise Stale
            return make(columns, number)

        def run(cursor: DuckDBPyConnection) -> Result:
            return _fill(context, cursor, query, number, given, record, named)

        return Plan(data_store(context).wanted(context.catalogue), query.reads, run, ddl=True, identity=identity)

    return defer(context, plan)


def _fill(
    context: Context,
    cursor: DuckDBPyConnection,
    query: Query,
    number: int,
    given: Sequence[ColumnDef],
    make: Make,
    named: str | None,
) -> Result:
    store = data_store(context)
    store.filling.add(number)
    try:
        found = query.columns(cursor)
        columns = merge_columns(found, given)
        cursor.execute("BEGIN")
        cursor.execute(create_statement(number, shape_of(columns)))
        _insert(cursor, query, number, columns, named)
        cursor.execute("COMMIT")
        halt("filled")
        with context.catalogue.transaction():
            result = make(columns, number)
            version = store.version(context.catalogue)
        halt("recorded")
        store.adopt(number, version)
    except BaseException:
        roll_back(cursor)
        store.abandon(number)
        raise
    return result


def _insert(
    cursor: DuckDBPyConnection, query: Query, number: int, columns: Sequence[ColumnDef], named: str | None
) -> None:
    names = [f"x{index}" for index in range(len(columns))]
    source = f"({query.sql}) AS q({', '.join(names)})"
    values = [converted(f"q.{name}", column.type) for name, column in zip(names, columns, strict=True)]
    into = f"{physical(number)} ({', '.join(column.physical for column in columns)})"
    try:
        with translated():
            cursor.execute(f"INSERT INTO {into} SELECT {', '.join(values)} FROM {source}")  # noqa: S608
    except SnowflakeError as error:
        roll_back(cursor)
        if named is None:
            raise
        written = [Written(column.name, value, source) for column, value in zip(columns, values, strict=True)]
        names_of = {column.physical: column.name for column in columns}
        raise Blame(named, names_of, lambda: written).told(cursor, error) from None


def merge_columns(found: Sequence[ColumnDef], given: Sequence[ColumnDef]) -> tuple[ColumnDef, ...]:
    """The query's columns under the names and types that were written; 002026 if their number differs."""
    if not given:
        names = [column.name for column in found]
        for name in names:
            if names.count(name) > 1:
                raise compilation_error(f"duplicate column name '{name}'", "002025", "42S21")
        return tuple(found)
    if len(found) != len(given):
        raise compilation_error("Invalid column definition list", "002026", "42601")
    return tuple(
        replace(column, type=source.type) if column.type == UNTYPED else column
        for column, source in zip(given, found, strict=True)
    )
