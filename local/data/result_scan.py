"""RESULT_SCAN: the answer of an earlier statement as a relation of a query.

Source: docs.snowflake.com, RESULT_SCAN: only who ran the statement may read its result, and for 24 hours; here as long
as the server keeps it to be fetched again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.data.attach import Attachment, attach, next_name
from local.data.columns import ColumnDef
from local.data.types import SqlType
from local.errors import SnowflakeError, compilation_error
from local.reader import whole
from local.results import Cell, Column, Result, Type
from local.session import Context

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from sqlglot import exp
    from sqlglot.expressions import Expr

_LARGEST = 38
_TYPES = {kind: kind.name for kind in Type} | {Type.FIXED: "NUMBER", Type.REAL: "FLOAT", Type.TEXT: "VARCHAR"}
_MICROSECONDS = "CAST(CAST({} AS DECIMAL(38, 6)) * 1000000 AS BIGINT)"
_READ = {
    "FLOAT": "CAST({} AS DOUBLE)",
    "BOOLEAN": "({} IN ('1', 'true'))",
    "BINARY": "unhex({})",
    "DATE": "CAST(DATE '1970-01-01' + CAST({} AS INTEGER) AS DATE)",
    "TIME": f"CAST(make_timestamp({_MICROSECONDS}) AS TIME)",
    "TIMESTAMP_NTZ": f"make_timestamp({_MICROSECONDS})",
    "TIMESTAMP_LTZ": f"(make_timestamp({_MICROSECONDS}) AT TIME ZONE 'UTC')",
    **dict.fromkeys(("VARIANT", "OBJECT", "ARRAY"), "CAST({} AS JSON)"),
}
"""What makes DuckDB's value of the protocol's text, by type."""
_READ["TIMESTAMP_TZ"] = _READ["TIMESTAMP_LTZ"].format("split_part({}, ' ', 1)")


def result_scan(context: Context, query_id: str | None) -> tuple[exp.Select, list[ColumnDef]]:
    """The relation; 000709 for a statement that is not known, has not ended well, or is another user's."""
    found = context.result_of(query_id) if query_id else None
    if found is None or not found.columns:
        raise SnowflakeError("000709", "02000", f"Statement {query_id or ''} not found")
    result = found
    columns = [ColumnDef(number, column.name, _type(column)) for number, column in enumerate(result.columns)]
    name = next_name(context)

    def make(cursor: DuckDBPyConnection) -> None:
        _register(cursor, name, columns, result)

    return attach(context, Attachment(name, make), columns), columns


def query_id_of(context: Context, given: list[Expr]) -> str | None:
    """The id that a call names: a literal, or LAST_QUERY_ID with or without a number."""
    from sqlglot import exp

    argument = given[0] if len(given) == 1 else None
    if isinstance(argument, exp.Literal) and argument.is_string:
        return argument.name
    if isinstance(argument, exp.Anonymous) and argument.name.upper() == "LAST_QUERY_ID":
        numbers = [value.sql() for value in argument.expressions]
        number = whole(numbers[0]) if len(numbers) == 1 else None if numbers else -1
        if number is not None:
            return context.session.query_id(number)
    raise compilation_error("RESULT_SCAN takes a query id: a literal or LAST_QUERY_ID([number]).", "000938", "22023")


def _type(column: Column) -> SqlType:
    name = _TYPES[column.type]
    match name:
        case "NUMBER":
            precision = _LARGEST if column.precision is None else min(max(column.precision, 1), _LARGEST)
            return SqlType(name, precision, column.scale or 0)
        case "VARCHAR" | "BINARY":
            return SqlType(name, length=column.length or None)
        case "TIME" | "TIMESTAMP_NTZ" | "TIMESTAMP_LTZ" | "TIMESTAMP_TZ":
            return SqlType(name, scale=column.scale if column.scale is not None else 9)
    return SqlType(name)


def _register(cursor: DuckDBPyConnection, name: str, columns: list[ColumnDef], result: Result) -> None:
    import pyarrow as pa

    places = [f"x{index}" for index in range(len(columns))]
    cells: list[list[Cell]] = [[row[index] for row in result.rows] for index in range(len(columns))]
    cursor.register(f"{name}_rows", pa.table([pa.array(column, pa.string()) for column in cells], names=places))
    shown = ", ".join(
        f'{_value(column.type, place)} AS "{column.name.replace(chr(34), chr(34) * 2)}"'
        for place, column in zip(places, columns, strict=True)
    )
    cursor.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {shown} FROM {name}_rows")  # noqa: S608


def _value(kind: SqlType, place: str) -> str:
    return _READ.get(kind.name, f"CAST({{}} AS {kind.storage})").format(place)
