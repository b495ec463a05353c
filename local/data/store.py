"""The DuckDB file of an account: opened at the first statement about data, kept in shape from the catalogue."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from local.access import TEMPORARY
from local.catalogue import Catalogue
from local.data.files import file_store
from local.data.halt import halt
from local.data.locks import TableLocks
from local.data.past import Past
from local.data.shapes import (
    SCHEMA,
    VERSION,
    ColumnShape,
    Shape,
    Shapes,
    alter_statements,
    create_statement,
    physical,
    same,
    stored_name,
    wanted_shapes,
)
from local.dropped import forget, tables
from local.model import Kind
from local.parameters import retention_days
from local.session import Context

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from local.data.work import Worker

FILE = "data.duckdb"
_BLOCK = 16_384
"""Bytes of a block of a new file, the least that DuckDB takes: a table takes one at least, on disk and in memory."""
_FEW = 20
"""Tables up to which counting each is quicker than asking which are empty."""
SHAPER = 0
"""The holder of locks while tables are brought into shape; sessions have other ids."""


class DataStore:
    """The account's rows. One per catalogue (``data_store``); threads may share it."""

    def __init__(self, path: Path | None, folders: Sequence[Path] = ()) -> None:
        self.locks = TableLocks()
        self.workers: dict[int, Worker] = {}
        """Open DuckDB sessions by session id."""
        self.filling: set[int] = set()
        """Tables that a running CREATE TABLE … AS fills before the catalogue knows them."""
        self._path = path
        self._folders = tuple(folders)
        self._root: DuckDBPyConnection | None = None
        self._guard = threading.RLock()
        self._reopening = threading.Lock()
        self.openings = 0
        """How often DuckDB had to be opened anew."""
        self._present: dict[int, Shape] = {}
        self._seen = -1
        self._newest = -1
        """The newest version of the catalogue that any table has been made for."""
        self._wanted: Shapes | None = None
        self.past = Past()
        """Earlier versions of the tables."""
        self._sequences: set[str] = set()
        """Sequences (DuckDB's names) that are there."""

    @property
    def opened(self) -> bool:
        """Whether a statement about data has run since the server started."""
        return self._root is not None

    @property
    def exists(self) -> bool:
        """Whether there can be rows: DuckDB is open, or has left a file."""
        return self.opened or (self._path is not None and self._path.exists())

    @staticmethod
    def version(catalogue: Catalogue) -> int:
        """The version of ``wanted`` as the catalogue is now."""
        return catalogue.objects.version + catalogue.dropped.version

    def wanted(self, catalogue: Catalogue) -> Shapes:
        """What the catalogue asks for now; to be called where the catalogue may be read."""
        version = self.version(catalogue)
        if self._wanted is None or self._wanted.version != version:
            self._wanted = wanted_shapes(catalogue, version)
        return self._wanted

    def cursor(self) -> DuckDBPyConnection:
        """A connection of its own for a session; the first call opens the file."""
        with self._guard:
            if self._root is None:
                self._root = self._open()
            return self._root.cursor()

    def reopen(self, opening: int) -> None:
        """Open DuckDB anew after an error that it does not survive, unless that was done since ``opening``.

        What was committed is in the file; open transactions are lost.
        """
        from duckdb import Error

        with self._reopening:
            if self.openings != opening or self._path is None:
                return
            for worker in list(self.workers.values()):
                worker.lose()
            with self._guard:
                with suppress(Error):
                    if self._root is not None:
                        self._root.close()
                self._root = None
                self._present, self._sequences, self.past = {}, set(), Past()
                self._seen = self._newest = -1
                self.openings += 1

    def _open(self) -> DuckDBPyConnection:
        import duckdb

        from local.data.macros import script

        root = duckdb.connect(
            str(self._path) if self._path else ":memory:",
            config={
                "lambda_syntax": "ENABLE_SINGLE_ARROW",
                "memory_limit": f"{_half_of_memory()}B",
                "default_block_size": _BLOCK,
            },
        )
        try:
            self._prepare(root, script())
        except BaseException:
            root.close()
            raise
        return root

    def _prepare(self, root: DuckDBPyConnection, script: str) -> None:
        # Staged files are all that DuckDB may read; the list cannot be changed once access is off.
        root.execute("SET allowed_directories = [" + ", ".join(_quoted(str(f)) for f in self._folders) + "]")
        root.execute("SET enable_external_access = false")
        root.execute("SET GLOBAL TimeZone = 'UTC'")
        # DuckDB 2.0.0 loses 4 KiB for good with every LIMIT over more than a few rows that it reads that way.
        root.execute("SET GLOBAL disabled_optimizers = 'late_materialization'")
        # It takes two fifths of the time of a load, to make a file a fifth smaller.
        root.execute("SET GLOBAL disabled_compression_methods = 'dict_fsst'")
        root.execute(script)
        root.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        for table, column, kind, nullable in root.execute(
            "SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() "
            "WHERE database_name = current_database() AND schema_name = ? AND table_name SIMILAR TO 't[0-9]+' "
            "ORDER BY table_name, column_index",
            [SCHEMA],
        ).fetchall():
            if column == VERSION:
                continue
            shape = dict(self._present.get(int(table[1:]), {}))
            shape[column] = ColumnShape(kind, bool(nullable))
            self._present[int(table[1:])] = shape
        self.past.open(root)
        self._sequences = {
            str(name)
            for (name,) in root.execute(
                "SELECT sequence_name FROM duckdb_sequences() "
                "WHERE schema_name = ? AND starts_with(sequence_name, 'q')",
                [SCHEMA],
            ).fetchall()
        }

    def shape(self, wanted: Shapes, session: int, covered: frozenset[str]) -> None:
        """Bring every table that no transaction writes at the moment into the wanted shape.

        ``covered`` are the tables (DuckDB's names) that the session's own transaction has written. An older wish than
        one that was seen already is left alone: it would drop tables and columns that were made since.
        """
        with self._guard:
            if wanted.version <= self._seen or wanted.version < self._newest:
                return
            self._newest = wanted.version
            late = False
            try:
                for table in {*self._present, *wanted.tables} - self.filling - wanted.dropped:
                    steps = self._steps(table, wanted.tables.get(table))
                    own = SHAPER if stored_name(table) in covered else session
                    if steps and self.locks.try_alone(SHAPER, table, besides=own):
                        self._apply(table, steps)
                    elif steps:
                        late = True
            finally:
                self.locks.release(SHAPER)
            self._shape_sequences(wanted)
            self._seen = self._seen if late else wanted.version

    def _shape_sequences(self, wanted: Shapes) -> None:
        if wanted.sequences.keys() == self._sequences:
            return
        with self.cursor() as cursor:
            for name in self._sequences - wanted.sequences.keys():
                cursor.execute(f"DROP SEQUENCE IF EXISTS {SCHEMA}.{name}")
            for name in wanted.sequences.keys() - self._sequences:
                cursor.execute(wanted.sequences[name])
        self._sequences = set(wanted.sequences)

    def _steps(self, table: int, wanted: Shape | None) -> list[str]:
        present = self._present.get(table)
        if wanted is None:
            columns = (name.removeprefix("c") for name in present or ())
            sequences = [f"DROP SEQUENCE IF EXISTS {SCHEMA}.s{table}_{number}" for number in columns]
            return [f"DROP TABLE {physical(table)}", *sequences]
        if present is None:
            return [create_statement(table, wanted)]
        if same(present, wanted):
            return []
        fills = {n: _literal(c.fill) for n, c in wanted.items() if n not in present and c.fill is not None}
        return list(alter_statements(table, present, wanted, fills))

    def _apply(self, table: int, steps: Iterable[str]) -> None:
        # DuckDB refuses to alter a table twice in one transaction, so each step has its own; every prefix of the steps
        # is a state that the next comparison finishes.
        with self.cursor() as cursor:
            try:
                if self.past.watched(table):
                    steps = [*self.past.release(table), *steps]
                for number, statement in enumerate(steps):
                    cursor.execute(statement)
                    halt(f"shaped-{number}")
            finally:
                shape = self._read(table)
                if shape:
                    self._present[table] = shape
                else:
                    self._present.pop(table, None)
                    self.past.forget(cursor, table)

    def _read(self, table: int) -> Shape:
        # Not from duckdb_columns(), which walks every table of the account for each one.
        from duckdb import CatalogException

        with self.cursor() as cursor:
            try:
                rows = cursor.execute(
                    'SELECT name, type, "notnull" FROM pragma_table_info(?)', [physical(table)]
                ).fetchall()
            except CatalogException:
                return {}
        return {name: ColumnShape(kind, not required) for name, kind, required in rows if name != VERSION}

    def provide(self, side: str, columns: Mapping[str, str]) -> None:
        """Make a table of the server itself (``Plan.sides``) unless it is there."""
        with self._guard, self.cursor() as cursor:
            kinds = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {SCHEMA}.{side} ({kinds})")

    def watch(self, wanted: Shapes, table: int) -> None:
        """Keep the old rows of a table that the caller has alone and is about to change."""
        with self._guard, self.cursor() as cursor:
            self.past.watch(cursor, table, wanted.tables[table])

    def in_shape(self, wanted: Shapes, table: int) -> bool:
        """Whether a table has its wanted shape now."""
        with self._guard:
            present, shape = self._present.get(table), wanted.tables.get(table)
            return present is not None and shape is not None and same(present, shape)

    def adopt(self, table: int, version: int) -> None:
        """A CREATE TABLE … AS has filled the table and the catalogue knows it since ``version``."""
        with self._guard:
            self._newest = max(self._newest, version)
            self._present[table] = self._read(table)
            self.filling.discard(table)

    def abandon(self, table: int) -> None:
        """A CREATE TABLE … AS failed: its rows go, at the latest with the next start."""
        from duckdb import Error

        with self._guard, self.cursor() as cursor:
            self.filling.discard(table)
            with suppress(Error):  # what cannot be written now was not written before
                cursor.execute(f"DROP TABLE IF EXISTS {physical(table)}")

    def counts(self, tables: Iterable[int] | None = None) -> dict[int, int]:
        """Committed rows by table id, for those of the tables (None for all) that have any."""
        wanted = None if tables is None else set(tables)
        with self._guard, self.cursor() as cursor:
            if wanted is None or len(wanted) > _FEW:
                filled = self._filled(cursor)
                wanted = filled if wanted is None else wanted & filled
            found: dict[int, int] = {}
            for table in wanted & self._present.keys():
                row = cursor.execute(f"SELECT count(*) FROM {physical(table)}").fetchone()  # noqa: S608
                found[table] = int(row[0]) if row else 0
            return found

    def _filled(self, cursor: DuckDBPyConnection) -> set[int]:
        """Tables that are not empty, by DuckDB's estimate, which counts deleted rows too: one look for all of them."""
        found = cursor.execute(
            "SELECT table_name FROM duckdb_tables() "
            "WHERE database_name = current_database() AND schema_name = ? AND estimated_size > 0 "
            "AND table_name SIMILAR TO 't[0-9]+'",
            [SCHEMA],
        ).fetchall()
        return {int(name[1:]) for (name,) in found}

    def end_session(self, session: int) -> None:
        """Roll back and forget what a session has open; idempotent."""
        worker = self.workers.pop(session, None)
        if worker is not None:
            worker.close()

    def close(self) -> None:
        """Roll back what is open, write the checkpoint and close the file."""
        for session in list(self.workers):
            self.end_session(session)
        with self._guard:
            if self._root is not None:
                self.past.flush(self._root)
                self._root.close()
                self._root = None


def _half_of_memory() -> int:
    """Bytes that DuckDB may take before it uses the disk or refuses: half of what the machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _literal(fill: str) -> str:
    from local.data.translate import constant

    return constant(fill)


_STORES: weakref.WeakKeyDictionary[Catalogue, DataStore] = weakref.WeakKeyDictionary()


def data_store(context: Context) -> DataStore:
    """The data store of the context's account; makes it without opening the file."""
    found = _STORES.get(context.catalogue)
    if found is None:
        folder = context.settings.data_dir
        path = folder / FILE if folder else None
        found = _STORES[context.catalogue] = DataStore(path, [file_store(context).root])
    return found


def forget_old(context: Context) -> None:
    """Now and then after a write: let go of old rows that are past the retention of their table."""
    store = data_store(context)
    due = store.past.due()
    if not (due or store.past.full):
        return
    catalogue = context.catalogue
    with catalogue.transaction():
        forget(catalogue, time.time())
        found = (*catalogue.objects.by("kind", Kind.TABLE), *catalogue.objects.by("kind", Kind.DYNAMIC_TABLE))
        retention = {table.id: retention_days(catalogue, table) * 86_400.0 for table in found} | tables(catalogue)
    with store.cursor() as cursor:
        store.past.flush(cursor)
        if due:
            store.past.purge(cursor, retention)


def existing_store(catalogue: Catalogue) -> DataStore | None:
    """The account's data store if a statement has asked for it already."""
    return _STORES.get(catalogue)


def temporary_tables(catalogue: Catalogue, keep: Callable[[int], bool]) -> list[int]:
    """Ids of temporary tables, views, stages and file formats whose session is not kept."""
    return [
        found.id
        for kind in TEMPORARY
        for found in catalogue.objects.by("kind", kind)
        if isinstance(session := found.props.get("session"), int) and not keep(session)
    ]
