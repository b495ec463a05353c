"""What an open transaction has written: kept beside the tables, in temporary ones of its connection, until it commits.

A row that was added is in ``x_<table>``, the row id of one that was removed in ``d_<table>``, and ``v_<table>`` shows
the table as its writer sees it. So each statement of a transaction is a DuckDB transaction of its own: it sees what
others have committed by then (READ COMMITTED), and when it fails it takes back itself and nothing else, neither of
which DuckDB's own transactions can do (docs.snowflake.com: Transactions, "READ COMMITTED", "Failed statements within
a transaction").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from local.data.shapes import SCHEMA
from local.errors import SnowflakeError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PLACE = "temp.main"


def covered_name(table: str) -> str:
    """The view of a table (``t7``) as the transaction sees it; row ids of added rows are negative."""
    return f"{_PLACE}.v_{table}"


class Overlay:
    """The uncommitted changes of one session; ``tables`` are DuckDB names in ``SCHEMA``, such as ``t7``."""

    def __init__(self, cursor: DuckDBPyConnection, keeper: DuckDBPyConnection) -> None:
        self._cursor = cursor
        self._keeper = keeper
        self._columns: dict[str, str] = {}

    @property
    def tables(self) -> frozenset[str]:
        """What the transaction has written so far."""
        return frozenset(self._columns)

    def cover(self, table: str, columns: Mapping[str, str]) -> None:
        """Prepare a table for changes; ``columns`` are all of its columns with what follows them in CREATE TABLE."""
        if table in self._columns:
            return
        if not self._columns:
            # DuckDB gives rows new numbers when it tidies a table, but never while somebody else reads the file.
            self._keeper.execute("BEGIN")
            self._keeper.execute(f"SELECT 1 FROM {SCHEMA}.{table} LIMIT 1").fetchall()  # noqa: S608
        names = ", ".join(columns)
        kinds = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        self._cursor.execute(f"CREATE OR REPLACE TEMP TABLE x_{table} ({kinds})")
        self._cursor.execute(f"CREATE OR REPLACE TEMP TABLE d_{table} (r BIGINT)")
        self._cursor.execute(
            f"CREATE OR REPLACE TEMP VIEW v_{table} AS "  # noqa: S608
            f"SELECT {names}, b.rowid AS rowid FROM {SCHEMA}.{table} AS b ANTI JOIN {_PLACE}.d_{table} AS d "
            f"ON b.rowid = d.r UNION ALL SELECT {names}, -1 - x.rowid FROM {_PLACE}.x_{table} AS x"
        )
        self._columns[table] = names

    def commit(self) -> None:
        """Bring the changes into the tables, all or nothing, and forget them; they are forgotten also on failure."""
        cursor = self._cursor
        if not self._columns:
            return
        try:
            cursor.execute("BEGIN")
            for table, names in self._columns.items():
                cursor.execute(f"DELETE FROM {SCHEMA}.{table} WHERE rowid IN (SELECT r FROM {_PLACE}.d_{table})")  # noqa: S608
                cursor.execute(
                    f"INSERT INTO {SCHEMA}.{table} ({names}) SELECT {names} FROM {_PLACE}.x_{table}"  # noqa: S608
                )
            cursor.execute("COMMIT")
        except BaseException:
            roll_back(cursor)
            raise
        finally:
            self.forget()

    def forget(self) -> None:
        """Throw the changes away."""
        for table in self._columns:
            self._cursor.execute(f"DROP VIEW IF EXISTS {covered_name(table)}")
            self._cursor.execute(f"DROP TABLE IF EXISTS {_PLACE}.x_{table}")
            self._cursor.execute(f"DROP TABLE IF EXISTS {_PLACE}.d_{table}")
        if self._columns:
            roll_back(self._keeper)
        self._columns = {}

    def close(self) -> None:
        """Give the second connection back; the first one takes its temporary tables along when it is closed."""
        self._keeper.close()


class Writing:
    """A table as a running statement writes it: directly, or in the overlay of its transaction.

    Every way to write rows goes through here; each returns the number of rows and runs in a DuckDB transaction that
    the caller has begun.
    """

    def __init__(
        self, cursor: DuckDBPyConnection, table: str, columns: Sequence[str], *, covered: bool, stamp: str = ""
    ) -> None:
        self.table = f"{SCHEMA}.{table}"
        """Its name in DuckDB."""
        self._stamp = stamp
        """What an update of a row sets besides."""
        self._cursor = cursor
        self._columns = tuple(columns)
        self._covered = covered
        self._added, self._removed = f"{_PLACE}.x_{table}", f"{_PLACE}.d_{table}"
        self._seen = covered_name(table)

    def insert(self, query: str) -> int:
        """Add the rows of a query, which has all the columns in their order."""
        into = self._added if self._covered else self.table
        return self._count(f"INSERT INTO {into} ({', '.join(self._columns)}) {query}")

    def update(self, changes: Mapping[str, str], rows: str) -> int:
        """Change rows: ``rows`` is a query for row ids ``r``, each once, and values; ``changes`` (column → SQL) speak
        of it as ``q``."""
        shown = ", ".join(f"{name} = {value}" for name, value in changes.items())
        if not self._covered:
            changed = f"{shown}, {self._stamp}" if self._stamp else shown
            return self._count(f"UPDATE {self.table} AS b SET {changed} FROM ({rows}) AS q WHERE b.rowid = q.r")  # noqa: S608
        cells = ", ".join(changes.get(name, f"b.{name}") for name in self._columns)
        with self._kept(rows) as hits:
            count = self._count(
                f"UPDATE {self._added} AS b SET {shown} FROM (SELECT * FROM {hits} WHERE r < 0) AS q "  # noqa: S608
                "WHERE b.rowid = -1 - q.r"
            )
            count += self._count(
                f"INSERT INTO {self._added} ({', '.join(self._columns)}) SELECT {cells} FROM {self.table} AS b "  # noqa: S608
                f"JOIN {hits} AS q ON b.rowid = q.r WHERE q.r >= 0"
            )
            self._count(f"INSERT INTO {self._removed} SELECT r FROM {hits} WHERE r >= 0")  # noqa: S608
        return count

    def delete(self, rows: str | None = None) -> int:
        """Remove the rows whose ids a query yields, or all."""
        if not self._covered:
            where = "" if rows is None else f" WHERE rowid IN ({rows})"
            return self._count(f"DELETE FROM {self.table}{where}")  # noqa: S608
        found = rows or f"SELECT rowid FROM {self._seen}"  # noqa: S608
        with self._kept(f"SELECT DISTINCT r FROM ({found}) AS q(r)") as hits:  # noqa: S608
            count = self._count(f"DELETE FROM {self._added} WHERE -1 - rowid IN (SELECT r FROM {hits} WHERE r < 0)")  # noqa: S608
            return count + self._count(f"INSERT INTO {self._removed} SELECT r FROM {hits} WHERE r >= 0")  # noqa: S608

    def overwrite(self, query: str) -> int:
        """Remove all rows and add those of a query, which may read the table."""
        with self._kept(query, "rows_kept") as kept:
            self.delete()
            return self.insert(f"SELECT * FROM {kept}")  # noqa: S608

    def update_joined(self, changes: Mapping[str, str], rows: str, *, strict: bool) -> tuple[int, int]:
        """As ``update`` where a row id may come several times: any one of them counts.

        Returns also how many rows that were; ``strict`` makes it an error (100090) instead.
        """
        with self._kept(rows, "joined") as joined:
            several = self._count(
                f"SELECT count(*) FROM (SELECT r FROM {joined} GROUP BY r HAVING count(*) > 1)"  # noqa: S608
            )
            if several and strict:
                raise SnowflakeError("100090", "42P18", "Duplicate row detected during DML action")
            once = " QUALIFY row_number() OVER (PARTITION BY r) = 1" if several else ""
            return self.update(changes, f"SELECT * FROM {joined}{once}"), several  # noqa: S608

    @contextmanager
    def _kept(self, rows: str, name: str = "hits") -> Iterator[str]:
        """The result of a query as a table for the time of the block; after an error the rollback takes it away."""
        self._cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {rows}")
        yield f"{_PLACE}.{name}"
        self._cursor.execute(f"DROP TABLE {_PLACE}.{name}")

    def _count(self, statement: str) -> int:
        row = self._cursor.execute(statement).fetchone()
        return int(row[0]) if row else 0


def roll_back(cursor: DuckDBPyConnection) -> None:
    """ROLLBACK that also bears that there is nothing to roll back."""
    import duckdb

    try:
        cursor.execute("ROLLBACK")
    except duckdb.TransactionException:
        return
