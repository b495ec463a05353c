"""Values on their way into a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from local.data.columns import ColumnDef
from local.data.macros import BINARY, BOOLEAN, FIT, SHORT, ZONED
from local.data.parse import parse, prepare
from local.data.sequences import find_sequence, reference, sequence_name
from local.data.shapes import SCHEMA
from local.data.translate import to_duckdb
from local.data.types import MAX_BINARY, MAX_TEXT, SqlType
from local.session import Context


def converted(expression: str, kind: SqlType) -> str:
    """DuckDB SQL that casts an expression to a column's type; a text longer than the column is an error."""
    if kind.name == "VARCHAR" and kind.length is not None and kind.length < MAX_TEXT:
        return f"{FIT}(CAST({expression} AS VARCHAR), {kind.length})"
    if kind.name == "BINARY":
        return f"{SHORT}({BINARY}({expression}), {kind.length or MAX_BINARY})"
    if kind.name == "BOOLEAN":
        return f"{BOOLEAN}({expression})"
    if kind.storage == "JSON":
        return f"CASE WHEN {expression} IS NOT NULL THEN to_json({expression}) END"
    if kind.storage == "TIMESTAMP WITH TIME ZONE":
        return f"{ZONED}({expression})"
    return f"CAST({expression} AS {kind.storage})"


def default_value(context: Context, column: ColumnDef, table_id: int) -> str:
    """DuckDB SQL of what a column gets where a statement gives it nothing."""
    if column.start is not None:
        return f"nextval('{sequence(table_id, column)}')"
    if column.default is None:
        return "NULL"
    tree = prepare(replace(context, bindings=()), parse(f"SELECT {column.default}"))
    path = reference(tree.expressions[0])
    if path is not None:
        found = find_sequence(context.catalogue, context.access, path)
        return f"nextval('{SCHEMA}.{sequence_name(found)}')"
    return f"({to_duckdb(tree)})"


def sequence(table_id: int, column: ColumnDef) -> str:
    """The DuckDB sequence behind an identity column."""
    return f"{SCHEMA}.s{table_id}_{column.id}"


def sequence_statements(table_id: int, columns: Sequence[ColumnDef]) -> list[str]:
    """What makes the sequences of a table's identity columns; safe to run again."""
    return [
        f"CREATE SEQUENCE IF NOT EXISTS {sequence(table_id, column)} START {column.start} INCREMENT {column.step}"
        + (f" MINVALUE -9223372036854775808 MAXVALUE {max(column.start, 1)}" if (column.step or 1) < 0 else "")
        for column in columns
        if column.start is not None
    ]
