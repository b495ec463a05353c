"""SELECT, WITH, VALUES: from the catalogue where it can answer, else from the data plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.data.arrow import fetch_arrow, in_arrow
from local.data.encode import describe, fetch
from local.data.query import plan_query
from local.data.shapes import NO_SHAPES
from local.data.store import data_store
from local.data.work import Plan, defer
from local.errors import unsupported
from local.reader import Reader
from local.registry import Answer, refuse, statement
from local.results import Result
from local.session import Context
from local.statements.context_functions import try_context_select
from local.statements.policy_references import try_policy_references
from local.warehouse_use import require_warehouse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SOURCE = "docs.snowflake.com: SELECT, Query syntax; fakesnow's transforms for functions and types"


@statement("SELECT", notes="context functions, policy references; everything else as WITH", source=_SOURCE)
def select(context: Context, reader: Reader) -> Answer:
    """What the catalogue can answer alone needs no warehouse and no DuckDB."""
    for attempt in (try_context_select, try_policy_references):
        found = attempt(context, reader)
        if found is not None:
            return in_arrow(found) if context.arrow else found
    return query(context, reader)


@statement(
    "WITH",
    "(",
    "VALUES",
    notes="quotients and averages are exact to 15 digits; HASH has other "
    "values; text is written in the default output formats, whatever the session's parameters say",
    source=_SOURCE,
)
def query(context: Context, reader: Reader) -> Answer:
    """A query; the reader's whole text counts."""
    if reader.peek(1).upper == "AS" and reader.peek(2).upper == "PROCEDURE":
        raise unsupported("WITH … AS PROCEDURE")
    sql = Reader(reader.sql).rest()

    def plan() -> Plan:
        found = plan_query(context, sql)
        require_warehouse(context)

        def run(cursor: DuckDBPyConnection) -> Result:
            if context.describe_only:
                cursor.execute(f"SELECT * FROM ({found.sql}) LIMIT 0")  # noqa: S608
                return Result(describe(cursor, None, found.types_for(len(cursor.description or ()))))
            if context.arrow:
                made = fetch_arrow(cursor, found.fetched(as_text=False), found.types_for)
                if made is not None:
                    return made
            cursor.execute(found.fetched())
            texts = fetch(cursor, None, found.types_for(len(cursor.description or ())))
            return in_arrow(texts) if context.arrow else texts

        wanted = data_store(context).wanted(context.catalogue) if found.reads or found.sequences else NO_SHAPES
        return Plan(wanted, found.reads, run)

    return defer(context, plan)


refuse("EXPLAIN", source="docs.snowflake.com")
