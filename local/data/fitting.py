"""Which type may be written into which column, decided before any row is read.

``Expression type does not match column data type, expecting … but got … for column …`` (002023; docs.snowflake.com:
ALTER TABLE … ADD COLUMN shows the error, Data type conversion says what is coerced). A text becomes a number, a date
or a boolean row by row and may fail there; a number never becomes a date, nor a text a VARIANT.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.data.blame import Written, lists_of_values
from local.data.columns import ColumnDef
from local.data.lineage import outputs
from local.data.types import SqlType, from_storage
from local.data.values import converted
from local.errors import compilation_error
from local.names import display

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from sqlglot.expressions import Expr

_NUMBERS = frozenset(("NUMBER", "FLOAT"))
_STAMPS = frozenset(("TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ"))
_NESTED = frozenset(("OBJECT", "ARRAY"))
_PLAIN = _NUMBERS | _STAMPS | {"BOOLEAN", "DATE", "TIME", "BINARY"}
_REFUSED: dict[str, frozenset[str]] = {
    **dict.fromkeys(_NUMBERS, _NESTED | _PLAIN - _NUMBERS),
    **dict.fromkeys(_STAMPS, _NESTED | _NUMBERS | {"BOOLEAN", "BINARY"}),
    "BOOLEAN": _NESTED | _STAMPS | {"DATE", "TIME", "BINARY"},
    "DATE": _NESTED | _NUMBERS | {"BOOLEAN", "TIME", "BINARY"},
    "TIME": _NESTED | _NUMBERS | {"BOOLEAN", "DATE", "BINARY"},
    "BINARY": _NESTED | _PLAIN - {"BINARY"},
    "VARCHAR": frozenset(("BINARY",)),
    "VARIANT": frozenset(("VARCHAR",)),
    "OBJECT": _PLAIN | {"VARCHAR", "ARRAY"},
    "ARRAY": _PLAIN | {"VARCHAR", "OBJECT"},
}
"""Type of the column → types that are never written into it."""
Given = SqlType | str | None
"""The type of a value: known, ``"NULL"``, or None where only DuckDB can tell."""


def types_of(query: Expr) -> Sequence[Given] | None:
    """Types of a resolved query's columns as far as its text tells them; None if not even their number."""
    from sqlglot import exp

    if isinstance(query, exp.Values):
        first = query.expressions[0]
        cells = first.expressions if isinstance(first, exp.Tuple) else [first]
        query = exp.Select(expressions=[cell.copy() for cell in cells])
    known = outputs(query)
    if known is None or not isinstance(query, exp.Select) or len(known) != len(query.expressions):
        return None if known is None else [kind for _, kind in known]
    return [_literal(cell.unalias()) or kind for cell, (_, kind) in zip(query.expressions, known, strict=True)]


def _literal(cell: Expr) -> Given:
    from sqlglot import exp

    inner = cell.this if isinstance(cell, exp.Neg) else cell
    if isinstance(inner, exp.Null):
        return "NULL"
    if isinstance(inner, exp.Boolean):
        return SqlType("BOOLEAN")
    if not isinstance(inner, exp.Literal):
        return None
    if inner.is_string:
        return SqlType("VARCHAR", length=max(1, len(inner.name)))
    whole, _, fraction = inner.name.partition(".")
    if not (whole + fraction).isdecimal():
        return SqlType("FLOAT")
    return SqlType("NUMBER", max(1, len(whole.lstrip("0")) + len(fraction)), len(fraction))


def require_fit(
    cursor: DuckDBPyConnection, source: str, names: Sequence[str], columns: Sequence[ColumnDef], given: Sequence[Given]
) -> None:
    """002023 if a value is of a type that its column never takes.

    ``given`` are the types that the statement tells; for the others DuckDB plans ``names`` over ``source``.
    """
    unknown = [name for name, kind in zip(names, given, strict=True) if kind is None]
    storage: dict[str, str] = {}
    if unknown:
        rows = cursor.execute(f"DESCRIBE SELECT {', '.join(unknown)} FROM {source}").fetchall()  # noqa: S608
        storage = {name: str(row[1]) for name, row in zip(unknown, rows, strict=True)}
    for name, kind, column in zip(names, given, columns, strict=True):
        found = kind if kind is not None else _of(storage[name])
        if isinstance(found, SqlType) and found.name in _REFUSED[column.type.name]:
            raise compilation_error(
                f"Expression type does not match column data type, expecting {column.type.text} but got {found.text} "
                f"for column {display(column.name)}",
                "002023",
                "22000",
            )


def _of(storage: str) -> SqlType | None:
    """The type of a DuckDB value; None for nothing and for what may be any semi-structured one."""
    if storage == '"NULL"' or storage.endswith("]") or storage.startswith(("STRUCT", "MAP")):
        return None
    return from_storage(storage)


@dataclass(frozen=True, slots=True)
class Values:
    """What a statement writes into columns of its target: the column ``names`` of a query part ``source``."""

    columns: tuple[ColumnDef, ...]
    names: tuple[str, ...]
    source: str
    given: tuple[Given, ...]
    """Their types, as far as the statement tells them."""
    joined: bool = False
    """Whether they are computed by a join with the target (see ``Written.given``)."""

    def require_fit(self, cursor: DuckDBPyConnection) -> None:
        """002023 if a column never takes a value of its type."""
        require_fit(cursor, self.source, [f"q.{name}" for name in self.names], self.columns, self.given)

    def written(self) -> list[Written]:
        """For ``Blame``."""
        alone = lists_of_values(self.source)
        return [
            Written(
                column.name,
                converted(f"q.{name}", column.type),
                alone[index] if alone else self.source,
                f"q.{name}" if self.joined else None,
                listed=alone is not None,
            )
            for index, (column, name) in enumerate(zip(self.columns, self.names, strict=True))
        ]
