"""Rows that the catalogue answers, as part of a query for DuckDB.

They travel as one text literal, column by column, so that ten thousand rows are one node of the syntax tree; nothing
of them stays anywhere when the query is done.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from local.data.columns import ColumnDef
from local.data.macros import MOMENT
from local.data.types import SqlType

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

Cell = str | int | float | bool | None
"""A value: timestamps as epoch seconds, VARIANT and OBJECT as JSON text."""
Row = tuple[Cell, ...]

_CARRIED = {
    "NUMBER": "BIGINT",
    "FLOAT": "DOUBLE",
    "BOOLEAN": "BOOLEAN",
    "TIMESTAMP_LTZ": "DOUBLE",
}
"""Snowflake type → the DuckDB type in which its values travel; text for all others."""


def rows_query(columns: Sequence[ColumnDef], rows: Sequence[Row]) -> Expr:
    """``SELECT … AS "NAME", …`` that yields the rows with the columns' types; every row has a cell for each column."""
    from sqlglot import exp

    values = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    varied = {column.physical for column, cells in zip(columns, values, strict=True) if len(set(cells)) > 1}
    carried = [c for c in columns if c.physical in varied] or list(columns[:1])
    content = {c.physical: cells for c, cells in zip(columns, values, strict=True) if c in carried}
    kinds = {c.physical: [_CARRIED.get(c.type.name, "VARCHAR")] for c in carried}
    read = exp.Anonymous(
        this="FROM_JSON", expressions=[exp.Literal.string(_json(content)), exp.Literal.string(_json(kinds))]
    )
    whole = exp.Subquery(this=exp.select(exp.alias_(read, "s")), alias=exp.TableAlias(this=exp.to_identifier("w")))
    lists = [exp.alias_(_unnest(c.physical), c.physical) for c in carried]
    inner = exp.Subquery(this=exp.select(*lists).from_(whole), alias=exp.TableAlias(this=exp.to_identifier("v")))
    names = {c.physical for c in carried}
    shown = [
        exp.Alias(
            this=_cast(
                column.type, exp.column(column.physical) if column.physical in names else _constant(cells, column.type)
            ),
            alias=exp.to_identifier(column.name, quoted=True),
        )
        for column, cells in zip(columns, values, strict=True)
    ]
    return exp.select(*shown).from_(inner)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _unnest(column: str) -> Expr:
    from sqlglot import exp

    struct = exp.Dot(this=exp.column("s"), expression=exp.to_identifier(column))
    return exp.Anonymous(this="UNNEST", expressions=[struct])


def _constant(cells: Sequence[Cell], kind: SqlType) -> Expr:
    """The one value of a column that is the same in every row."""
    from sqlglot import exp

    value = cells[0] if cells else None
    if value is None:
        return exp.cast(exp.null(), _CARRIED.get(kind.name, "VARCHAR"), dialect="duckdb")
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    return exp.Literal.number(value) if isinstance(value, (int, float)) else exp.Literal.string(value)


def _cast(kind: SqlType, place: Expr) -> Expr:
    from sqlglot import exp

    match kind.name:
        case "TIMESTAMP_LTZ":
            return exp.Anonymous(this=MOMENT, expressions=[place])
        case "NUMBER":
            return exp.cast(place, "DECIMAL(38, 0)")
        case "FLOAT" | "BOOLEAN" as name:
            return exp.cast(place, "DOUBLE" if name == "FLOAT" else name)
        case "VARIANT" | "OBJECT" | "ARRAY":
            return exp.cast(place, "JSON", dialect="duckdb")
        case _:
            return exp.cast(place, "VARCHAR")
