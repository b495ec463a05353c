"""Which column a value that cannot be written was meant for.

``DML operation to table T failed on column C with error: …`` (docs.snowflake.com: INSERT, "Multi-row inserts" and
Overview of data loading, "DML error logging"). DuckDB does not tell, so after the failure the values of each column
are computed alone; the first column that cannot be computed is the one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.data.faults import MissingValue, translated
from local.errors import SnowflakeError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_OF_VALUES = frozenset((
    "100035", "100037", "100038", "100039", "100040", "100046", "100051", "100069", "100071", "100072", "100078",
    "100108", "100115", "100145",
))  # fmt: skip
"""Errors of a value; every other one is told as it is."""


@dataclass(frozen=True, slots=True)
class Written:
    """A column as a statement writes it: its name and the SQL of its values over ``source``.

    With ``given``, the values before they are converted, a value that cannot be computed at all is told without the
    column (UPDATE … FROM and the UPDATE of a MERGE, which compute while they join).
    """

    name: str
    value: str
    source: str
    given: str | None = None
    listed: bool = False
    """Whether ``source`` is a list of values of this column alone, so that nothing else in it can fail."""


@dataclass(frozen=True, slots=True)
class Blame:
    """``table`` is the written table as the statement names it; ``written`` is asked after a failure only."""

    table: str
    columns: Mapping[str, str]
    """All columns of the table: DuckDB's names → names."""
    written: Callable[[], Sequence[Written]]

    def told(self, cursor: DuckDBPyConnection, error: SnowflakeError) -> SnowflakeError:
        """The error with the column that it is about, if it is about one; the cursor has been rolled back."""
        if error.code not in _OF_VALUES:
            return error
        if isinstance(error, MissingValue):
            missing = self.columns.get(error.column)
            return self._about(missing, error) if missing is not None else error
        whole: set[str] = set()
        for column in self.written():
            if (
                not column.listed
                and column.source not in whole
                and _failure(cursor, "count(*)", column.source) is not None
            ):
                return error  # the rows themselves cannot be found
            whole.add(column.source)
            found = _failure(cursor, f"max(hash({column.value}))", column.source)
            if found is None:
                continue
            if found.code not in _OF_VALUES:
                return error
            if column.given is not None and _failure(cursor, f"max(hash({column.given}))", column.source) is not None:
                return found
            return self._about(column.name, found)
        return error

    def _about(self, column: str, error: SnowflakeError) -> SnowflakeError:
        text = f"DML operation to table {self.table} failed on column {column} with error: {error.message}"
        return SnowflakeError(error.code, error.state, text)


def _failure(cursor: DuckDBPyConnection, expression: str, source: str) -> SnowflakeError | None:
    try:
        with translated():
            cursor.execute(f"SELECT {expression} FROM {source}").fetchall()  # noqa: S608
    except SnowflakeError as error:
        return error
    return None


def lists_of_values(source: str) -> list[str] | None:
    """For ``(VALUES …) AS q(x0, …)`` in DuckDB's SQL the same with each column alone; None for any other source.

    The rows of VALUES are computed whole, so that a value of one column would fail for all of them.
    """
    import sqlglot
    from sqlglot import exp

    if not source.startswith("(VALUES "):
        return None
    values = sqlglot.parse_one(f"SELECT * FROM {source}", read="duckdb").find(exp.Values)  # noqa: S608
    rows = values.expressions if values is not None else []
    cells = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in rows]
    return [
        "(VALUES " + ", ".join(f"({cell.sql(dialect='duckdb')})" for cell in column) + f") AS q(x{index})"
        for index, column in enumerate(zip(*cells, strict=True))
    ]
