"""INSERT, UPDATE, DELETE, MERGE, TRUNCATE: they write rows only, so DuckDB alone commits them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from local.data.change import plan_delete, plan_insert, plan_update
from local.data.loads import SIDES, forget
from local.data.merge import plan_merge
from local.data.parse import parse
from local.data.store import data_store
from local.data.work import Plan, defer, worker_of
from local.errors import SnowflakeError, unsupported
from local.reader import Reader
from local.registry import Answer, Handler, refuse, statement
from local.results import Result, status
from local.session import Context
from local.statements.tables import find_table
from local.warehouse_use import require_warehouse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from sqlglot.expressions import Expr

_SOURCE = "docs.snowflake.com: INSERT, UPDATE, DELETE, MERGE, TRUNCATE TABLE"


def _register(word: str, make: Callable[[Context, Expr], Plan], notes: str = "") -> Handler:
    @statement(word, notes=notes, source=_SOURCE)
    def handler(context: Context, reader: Reader) -> Answer:
        sql = Reader(reader.sql).rest()

        def plan() -> Plan:
            made = make(context, _parsed(sql))
            require_warehouse(context)
            return made

        return defer(context, plan)

    return handler


def _parsed(sql: str) -> Expr:
    try:
        return parse(sql)
    except SnowflakeError:
        if _BY_NAME.search(sql):
            raise unsupported("ALL BY NAME in MERGE") from None
        raise


_BY_NAME = re.compile(r"\A\s*MERGE\b.*\b(UPDATE|INSERT)\s+ALL\s+BY\s+NAME\b", re.IGNORECASE | re.DOTALL)

_register("INSERT", plan_insert, "no multi-table INSERT")
_register("UPDATE", plan_update)
_register("DELETE", plan_delete)
_register("MERGE", plan_merge, "no ALL BY NAME")
refuse("INSERT ALL|FIRST", source=_SOURCE)


@statement("TRUNCATE", source=_SOURCE)
def truncate(context: Context, reader: Reader) -> Answer:
    """``TRUNCATE [TABLE] [IF EXISTS] name``: needs TRUNCATE or ownership; part of an open transaction."""
    reader.accept("TABLE")
    if_exists = reader.accept("IF", "EXISTS")
    path = reader.path()
    reader.end()

    def plan() -> Plan:
        table = find_table(context, path)
        context.access.require(table, "TRUNCATE")
        require_warehouse(context)

        def run(cursor: DuckDBPyConnection) -> Result:
            worker = worker_of(context)
            worker.writing(wanted, table.id).delete()
            forget(worker, table.id)
            return status("Statement executed successfully.")

        wanted = data_store(context).wanted(context.catalogue)
        return Plan(wanted, frozenset(), run, {table.id: True}, sides=SIDES)

    try:
        return defer(context, plan)
    except SnowflakeError as error:
        if if_exists and error.code == "002003":
            return status("Statement executed successfully.")
        raise
