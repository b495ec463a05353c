"""Earlier versions of tables, for Time Travel: what DuckDB keeps beside the present rows.

Every table has a hidden column ``_v``, the moment (microseconds since the epoch) at which the DuckDB transaction that
wrote the row began. A row that is changed or deleted goes as it was to ``past.h<table>_<shape>``, by a trigger in the
same transaction, with the moment of that one (``_g``). So a write costs what it changes and no more, an insert nothing
at all, and a crash loses or keeps both together. Writes that could meet have waited for each other before they begin,
so their moments are in order. Which statement wrote when is noted in memory and written down every ``_FLUSH`` writes
and at the end: a crash may lose the query ids of the last writes, never a row's moment.

Bounds: old rows go once the retention of their table is over (``purge``, at the first use and every ``_OFTEN`` writes),
and of one table ``MOST_ROWS`` old rows are kept; the oldest go first, and the time before is then no more available.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from local.data.shapes import SCHEMA, STAMP, VERSION, Shape, physical

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PAST = "past"
MOST_ROWS = 5_000_000
_OFTEN = 2000
_FLUSH = 500
_STATEMENTS = 4000
"""Statements without a write of which the moments are known: that many at least."""
MICRO = 1_000_000


class Past:
    """The earlier versions in one DuckDB file; ``open`` comes before everything else. Threads may share it."""

    def __init__(self) -> None:
        self._guard = threading.RLock()
        self._writes = 0
        self._unwritten: dict[str, tuple[int, int]] = {}
        self._tables: dict[int, dict[str, frozenset[str]]] = {}
        """Table → its tables of old rows with their columns."""
        self._watched: dict[int, str] = {}
        """Table → where its triggers put old rows."""
        self._floors: dict[int, int] = {}
        """Table → microseconds since the epoch before which its old rows are gone for want of room."""
        self._read: tuple[dict[str, int], dict[str, int]] = ({}, {})
        """The newest statements that wrote nothing with the moments at which they ended: newer and older ones."""

    def open(self, root: DuckDBPyConnection) -> None:
        """Make what is missing, and find what is there."""
        root.execute(f"CREATE SCHEMA IF NOT EXISTS {PAST}")
        root.execute(f"CREATE TABLE IF NOT EXISTS {PAST}.statements (query VARCHAR, began BIGINT, ended BIGINT)")
        root.execute(f"CREATE TABLE IF NOT EXISTS {PAST}.floors (t BIGINT, moment BIGINT)")
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

    def wrote(self, statements: Iterable[str], began: int) -> None:
        """Statements have been committed; ``began`` is a moment (``now``) before their DuckDB transaction."""
        ended = now()
        with self._guard:
            self._unwritten |= {query: (began, ended) for query in statements if query}

    def ended(self, query: str) -> None:
        """A statement of any sort has ended."""
        moment = now()
        with self._guard:
            if not query or query in self._unwritten:
                return
            newer, _ = self._read
            if len(newer) >= _STATEMENTS:
                self._read = newer, _ = {}, newer
            newer[query] = moment

    @property
    def full(self) -> bool:
        """Whether enough statements wait to be written down."""
        return len(self._unwritten) >= _FLUSH

    def flush(self, cursor: DuckDBPyConnection) -> None:
        """Write down which statements wrote when."""
        with self._guard:
            if not self._unwritten:
                return
            columns = [list(column) for column in zip(*((q, *m) for q, m in self._unwritten.items()), strict=True)]
            cursor.execute(f"INSERT INTO {PAST}.statements SELECT unnest(?), unnest(?), unnest(?)", columns)
            self._unwritten = {}

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

    def statement(self, cursor: DuckDBPyConnection, query: str) -> tuple[int, int] | None:
        """Moments around what a statement wrote: nothing of it is before the first, all of it at the second."""
        with self._guard:
            found = self._unwritten.get(query)
        if found is not None:
            return found
        row = cursor.execute(f"SELECT began, ended FROM {PAST}.statements WHERE query = ?", [query]).fetchone()  # noqa: S608
        if row is not None:
            return int(row[0]), int(row[1])
        # Only now: a statement of a transaction ends before the transaction does, and counts from then on.
        moment = next((read[query] for read in self._read if query in read), None)
        return None if moment is None else (moment, moment)

    def floor(self, table: int) -> int:
        """The moment before which nothing of the table's past is kept any more."""
        return self._floors.get(table, 0)

    def rows(self, table: int, columns: Mapping[str, str], moment: int, *, before: bool) -> str:
        """A query for a table's rows as of a moment; ``columns`` are physical names with their DuckDB types.

        ``before`` leaves out what was written just then.
        """
        made, gone = ("<", ">=") if before else ("<=", ">")
        alive = f"coalesce({VERSION}, 0) {made} {moment}"
        parts = [f"SELECT {', '.join(columns)} FROM {physical(table)} WHERE {alive}"]  # noqa: S608
        with self._guard:
            tables = dict(self._tables.get(table, {}))
        for name, known in sorted(tables.items()):
            cells = (
                f"CAST({column} AS {kind}) AS {column}" if column in known else f"CAST(NULL AS {kind}) AS {column}"
                for column, kind in columns.items()
            )
            parts.append(f"SELECT {', '.join(cells)} FROM {PAST}.{name} WHERE {alive} AND _g {gone} {moment}")  # noqa: S608
        return " UNION ALL ".join(parts)

    # Forgetting

    def due(self) -> bool:
        """Whether it is time to purge; counts the writes."""
        with self._guard:
            self._writes += 1
            return self._writes % _OFTEN == 1

    def purge(self, cursor: DuckDBPyConnection, retention: Mapping[int, float]) -> None:
        """Delete what is past the retention (seconds by table); of other tables nothing old is wanted."""
        present = now()
        with self._guard:
            tables = {table: list(names) for table, names in self._tables.items()}
        for table, names in tables.items():
            limit = present - int(retention.get(table, 0.0) * MICRO)
            for name in names:
                self._trim(cursor, table, name, limit)
        oldest = present - int(max(retention.values(), default=0.0) * MICRO)
        cursor.execute(f"DELETE FROM {PAST}.statements WHERE ended < ?", [oldest])  # noqa: S608

    def _trim(self, cursor: DuckDBPyConnection, table: int, name: str, limit: int) -> None:
        cursor.execute(f"DELETE FROM {PAST}.{name} WHERE _g < ?", [limit])  # noqa: S608
        row = cursor.execute(f"SELECT count(*) FROM {PAST}.{name}").fetchone()  # noqa: S608
        if not row or int(row[0]) <= MOST_ROWS:
            return
        cut = cursor.execute(
            f"SELECT _g FROM {PAST}.{name} ORDER BY _g DESC OFFSET ? LIMIT 1",  # noqa: S608
            [MOST_ROWS // 2],
        ).fetchone()
        if cut is not None:
            cursor.execute(f"DELETE FROM {PAST}.{name} WHERE _g <= ?", [int(cut[0])])  # noqa: S608
            cursor.execute(f"INSERT INTO {PAST}.floors VALUES (?, ?)", [table, int(cut[0])])  # noqa: S608
            self._floors[table] = int(cut[0])


def now() -> int:
    """The present moment in microseconds since the epoch, on the clock that DuckDB uses."""
    return time.time_ns() // 1000


def _table_name(table: int, shape: Shape) -> str:
    text = ",".join(f"{column} {found.type}" for column, found in shape.items())
    return f"h{table}_{zlib.crc32(text.encode()):08x}"


def _widest(kind: str) -> str:
    """The type in which old values are kept: a column's precision may change, its scale never does."""
    return f"DECIMAL(38,{kind[8:-1].split(',')[1]})" if kind.startswith("DECIMAL(") else kind
