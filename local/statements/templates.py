"""CREATE TABLE … USING TEMPLATE: columns as a query describes them, usually INFER_SCHEMA's.

Source: docs.snowflake.com, CREATE TABLE … USING TEMPLATE; INFER_SCHEMA.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from local.data.columns import ColumnDef
from local.data.definition import Definition
from local.data.query import plan_query
from local.data.store import data_store
from local.data.types import parse_type
from local.data.work import Plan, defer
from local.errors import SnowflakeError, compilation_error
from local.names import Path
from local.reader import Reader
from local.registry import Answer, CreateHead
from local.results import Result
from local.session import Context
from local.statements.tables import existing_table, make_table, read_options
from local.warehouse_use import require_warehouse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def create_from_template(context: Context, reader: Reader, head: CreateHead, path: Path) -> Answer:
    """``USING TEMPLATE ( query ) [options]``: the query's one value is an array of objects, one for each column."""
    reader.expect("USING", "TEMPLATE", "(")
    sql = reader.text_until(lambda r: r.at(")"))
    reader.expect(")")
    options = read_options(reader)
    reader.end()
    existing = existing_table(context, head, path)
    if existing is not None:
        return existing

    def plan() -> Plan:
        query = plan_query(context, sql)
        require_warehouse(context)

        def run(cursor: DuckDBPyConnection) -> Result:
            found = cursor.execute(query.sql).fetchall()
            definition = Definition(_columns(found[0][0] if len(found) == 1 and len(found[0]) == 1 else None))
            with context.catalogue.transaction():
                return make_table(context, head, path, definition, options)[1]

        return Plan(data_store(context).wanted(context.catalogue), query.reads, run, ddl=True)

    return defer(context, plan)


def _columns(value: object) -> list[ColumnDef]:
    """The columns that an array of objects with COLUMN_NAME, TYPE and NULLABLE describes; 001008 for anything else."""
    try:
        items = json.loads(str(value)) if value is not None else None
    except ValueError:
        items = None
    if not isinstance(items, list) or not items:
        raise compilation_error("The template must give one array that describes columns, and none is described.")
    columns: list[ColumnDef] = []
    for number, item in enumerate(items, 1):
        name, kind = (item.get("COLUMN_NAME"), item.get("TYPE")) if isinstance(item, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(kind, str) or not name:
            raise compilation_error(f"The template's object {number} has no COLUMN_NAME and TYPE.")
        if any(name == column.name for column in columns):
            raise SnowflakeError("002025", "42S21", f"SQL compilation error:\nduplicate column name '{name}'")
        columns.append(ColumnDef(number, name, parse_type(kind), nullable=item.get("NULLABLE") is not False))
    return columns
