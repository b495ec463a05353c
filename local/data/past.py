"""Earlier versions of tables, for Time Travel: what DuckDB keeps beside the present rows.

Every table has a hidden column ``_v``, the number of the write that made the row. A row that is changed or deleted goes
as it was to ``past.h<table>_<shape>``, by a trigger, with the number of the write that removed it (``_g``). What a
number means, which statement and when it was committed, is in ``past.versions``, written in the same transaction. So a
write costs what it changes and no more, an insert nothing at all, and a crash loses or keeps both together.

Bounds: old rows go once the retention of their table is over (``purge``, at the first use and every ``_OFTEN`` writes),
and of one table ``MOST_ROWS`` old rows are kept; the oldest go first, and the time before is then no more available.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from local.data.shapes import PRESENT, SCHEMA, STAMP, VERSION, Shape, physical

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PAST = "past"
MOST_ROWS = 5_000_000
_OFTEN = 2000
_STATEMENTS = 20_000
_MICRO = 1_000_000


class Past:
    """The earlier versions in one DuckDB file; ``open`` comes before everything else. Threads may share it."""

    def __init__(self) -> None:
        self._guard = threading.RLock()
        self._next = 1
        self._writes = 0
        self._tables: dict[int, dict[str, frozenset[str]]] = {}
        """Table → its tables of old rows with their columns."""
        self._watched: dict[int, str] = {}
        """Table → where its triggers put old rows."""
        self._floors: dict[int, int] = {}
        """Table → microseconds since the epoch before which its old rows are gone for want of room."""
        self.finished: OrderedDict[str, float] = OrderedDict()
        """The newest statements of any sort with the moment at which they ended (epoch seconds); not stored."""

    def open(self, root: DuckDBPyConnection) -> None:
        """Make what is missing, and find what is there."""
        root.execute(f"CREATE SCHEMA IF NOT EXISTS {PAST}")
        root.execute(f"CREATE TABLE IF NOT EXISTS {PAST}.versions (v BIGINT, query VARCHAR, committed BIGINT)")
        root.execute(f"CREATE TABLE IF NOT EXISTS {PAST}.floors (t BIGINT, moment BIGINT)")
        row = root.execute(f"SELECT max(v) FROM {PAST}.versions").fetchone()  # noqa: S608
        self._next = int(row[0]) + 1 if row and row[0] is not None else 1
        self._floors = {
            int(table): int(moment)
            for table, moment in root.execute(f"SELECT t, max(moment) FROM {PAST}.floors GROUP BY t").fetchall()  # noqa: S608
        }
        for name, column in root.execute(
            "SELECT table_name, column_name FROM duckdb_columns() "
            "WHERE database_name = current_database() AND schema_name = ? AND starts_with(table_name, 'h')",
            [PAST],
        ).fetchall():
            found = self._tables.setdefault(int(str(name)[1:].split("_")[0]), {})
            found[str(name)] = found.get(str(name), frozenset()) | {str(column)}
        for name, sql in root.execute("SELECT trigger_name, sql FROM duckdb_triggers()").fetchall():
            if str(name).startswith("d"):
                self._watched[int(str(name)[1:])] = str(sql).split(f"INSERT INTO {PAST}.")[1].split(" ")[0]
        for (name,) in root.execute(
            "SELECT table_name FROM duckdb_tables() AS t WHERE schema_name = ? AND table_name SIMILAR TO 't[0-9]+' "
            "AND NOT EXISTS (SELECT 1 FROM duckdb_columns() AS c WHERE c.schema_name = t.schema_name "
            "AND c.table_name = t.table_name AND c.column_name = ?)",
            [SCHEMA, VERSION],
        ).fetchall():  # a file of an earlier release
            root.execute(f"ALTER TABLE {SCHEMA}.{name} ADD COLUMN {VERSION} BIGINT")
            root.execute(f"ALTER TABLE {SCHEMA}.{name} ALTER COLUMN {VERSION} SET DEFAULT {STAMP}")

    # Writing

    def begin(self, cursor: DuckDBPyConnection) -> int:
        """Give the rows that the cursor's transaction writes a new number."""
        with self._guard:
            number, self._next = self._next, self._next + 1
        cursor.execute(f"SET VARIABLE {PRESENT} = {number}")
        return number

    def end(self, cursor: DuckDBPyConnection, number: int, statements: Sequence[str]) -> None:
        """Note, in the transaction that is about to commit, which statements the number stands for."""
        moment = int(time.time() * _MICRO)
        rows = [(number, query, moment) for query in statements or ("",)]
        for row in rows:
            cursor.execute(f"INSERT INTO {PAST}.versions VALUES (?, ?, ?)", row)  # noqa: S608

    def note(self, query: str) -> None:
        """A statement has ended."""
        if query:
            with self._guard:
                self.finished[query] = time.time()
                while len(self.finished) > _STATEMENTS:
                    self.finished.popitem(last=False)

    def watch(self, cursor: DuckDBPyConnection, table: int, shape: Shape) -> None:
        """See that old rows of a table are kept from now on; to be called by who has the table alone."""
        name = _table_name(table, shape)
        with self._guard:
            if self._watched.get(table) == name:
                return
            columns = ", ".join(shape)
            if name not in self._tables.get(table, {}):
                kinds = ", ".join(f"{column} {_widest(found.type)}" for column, found in shape.items())
                cursor.execute(f"CREATE TABLE IF NOT EXISTS {PAST}.{name} ({kinds}, {VERSION} BIGINT, _g BIGINT)")
                self._tables.setdefault(table, {})[name] = frozenset((*shape, VERSION, "_g"))
            for statement in self.release(table):
                cursor.execute(statement)
            for letter, event in (("u", "UPDATE"), ("d", "DELETE")):
                cursor.execute(
                    f"CREATE TRIGGER {letter}{table} AFTER {event} ON {physical(table)} REFERENCING OLD TABLE AS o "  # noqa: S608
                    f"FOR EACH STATEMENT INSERT INTO {PAST}.{name} ({columns}, {VERSION}, _g) "
                    f"SELECT {columns}, {VERSION}, {STAMP} FROM o"
                )
            self._watched[table] = name

    def release(self, table: int) -> list[str]:
        """What must be done before a table can be altered: DuckDB alters none that has triggers."""
        with self._guard:
            self._watched.pop(table, None)
        return [f"DROP TRIGGER IF EXISTS {letter}{table} ON {physical(table)}" for letter in ("u", "d")]

    def watched(self, table: int) -> bool:
        """Whether the table has triggers."""
        return table in self._watched

    def forget(self, cursor: DuckDBPyConnection, table: int) -> None:
        """Drop the old rows of a table that is gone."""
        with self._guard:
            self._watched.pop(table, None)
            for name in self._tables.pop(table, {}):
                cursor.execute(f"DROP TABLE IF EXISTS {PAST}.{name}")

    # Reading

    def statement(self, cursor: DuckDBPyConnection, query: str) -> tuple[float, int | None] | None:
        """When a statement was committed (epoch seconds) and its number; without one where it wrote nothing."""
        row = cursor.execute(
            f"SELECT committed, v FROM {PAST}.versions WHERE query = ? ORDER BY v DESC LIMIT 1",  # noqa: S608
            [query],
        ).fetchone()
        if row is not None:
            return int(row[0]) / _MICRO, int(row[1])
        ended = self.finished.get(query)
        return None if ended is None else (ended, None)

    def floor(self, table: int) -> float:
        """Epoch seconds before which nothing of the table's past is kept any more."""
        return self._floors.get(table, 0) / _MICRO

    def rows(self, table: int, columns: Mapping[str, str], moment: float, number: int | None, *, before: bool) -> str:
        """A query for a table's rows as of a moment; ``columns`` are physical names with their DuckDB types.

        ``number`` tells writes of one moment apart; ``before`` leaves out what was written just then.
        """
        unseen = f"(SELECT v FROM {PAST}.versions WHERE {_later(moment, number, before=before)})"  # noqa: S608
        alive = f"coalesce({VERSION}, 0) NOT IN {unseen}"
        parts = [f"SELECT {', '.join(columns)} FROM {physical(table)} WHERE {alive}"]  # noqa: S608
        with self._guard:
            tables = dict(self._tables.get(table, {}))
        for name, known in sorted(tables.items()):
            cells = (
                f"CAST({column} AS {kind}) AS {column}" if column in known else f"CAST(NULL AS {kind}) AS {column}"
                for column, kind in columns.items()
            )
            parts.append(f"SELECT {', '.join(cells)} FROM {PAST}.{name} WHERE {alive} AND _g IN {unseen}")  # noqa: S608
        return " UNION ALL ".join(parts)

    # Forgetting

    def due(self) -> bool:
        """Whether it is time to purge; counts the writes."""
        with self._guard:
            self._writes += 1
            return self._writes % _OFTEN == 1

    def purge(self, cursor: DuckDBPyConnection, retention: Mapping[int, float]) -> None:
        """Delete what is past the retention (seconds by table); of other tables nothing old is wanted."""
        now = time.time()
        with self._guard:
            tables = {table: list(names) for table, names in self._tables.items()}
        for table, names in tables.items():
            limit = int((now - retention.get(table, 0.0)) * _MICRO)
            for name in names:
                self._trim(cursor, table, name, limit)
        oldest = int((now - max(retention.values(), default=0.0)) * _MICRO)
        cursor.execute(
            f"DELETE FROM {PAST}.versions WHERE committed < ? AND v < (SELECT max(v) FROM {PAST}.versions)",  # noqa: S608
            [oldest],
        )

    def _trim(self, cursor: DuckDBPyConnection, table: int, name: str, limit: int) -> None:
        gone = f"_g NOT IN (SELECT v FROM {PAST}.versions WHERE committed >= ?)"  # noqa: S608
        cursor.execute(f"DELETE FROM {PAST}.{name} WHERE {gone}", [limit])  # noqa: S608
        row = cursor.execute(f"SELECT count(*) FROM {PAST}.{name}").fetchone()  # noqa: S608
        if not row or int(row[0]) <= MOST_ROWS:
            return
        cut = cursor.execute(
            f"SELECT v.committed FROM {PAST}.{name} AS h JOIN {PAST}.versions AS v ON h._g = v.v "  # noqa: S608
            "ORDER BY v.committed DESC OFFSET ? LIMIT 1",
            [MOST_ROWS // 2],
        ).fetchone()
        if cut is not None:
            cursor.execute(f"DELETE FROM {PAST}.{name} WHERE {gone}", [int(cut[0])])  # noqa: S608
            cursor.execute(f"INSERT INTO {PAST}.floors VALUES (?, ?)", [table, int(cut[0])])  # noqa: S608
            self._floors[table] = int(cut[0])


def _later(moment: float, number: int | None, *, before: bool) -> str:
    """Condition for the versions that a point in time does not see."""
    micro = round(moment * _MICRO)
    if number is None:
        return f"committed {'>=' if before else '>'} {micro}"
    return f"committed > {micro} OR (committed = {micro} AND v {'>=' if before else '>'} {number})"


def _table_name(table: int, shape: Shape) -> str:
    text = ",".join(f"{column} {found.type}" for column, found in shape.items())
    return f"h{table}_{zlib.crc32(text.encode()):08x}"


def _widest(kind: str) -> str:
    """The type in which old values are kept: a column's precision may change, its scale never does."""
    return f"DECIMAL(38,{kind[8:-1].split(',')[1]})" if kind.startswith("DECIMAL(") else kind
