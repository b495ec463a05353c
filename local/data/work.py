"""Statements on rows: each session's DuckDB connection, its transaction, and how a planned statement runs on it.

Deviations from Snowflake: a transaction sees one snapshot (Snowflake: each statement its own), and a statement that
fails while it runs ends the transaction (Snowflake keeps it open).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.data.faults import translated
from local.data.shapes import Shapes
from local.data.store import DataStore, data_store
from local.errors import SnowflakeError
from local.parameters import effective
from local.results import Deferred, Result
from local.session import Context

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LOCK_SECONDS = 60.0
"""How long a writer waits for another's transaction (Snowflake's LOCK_TIMEOUT is 12 hours)."""

_REPLANS = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement ready to run: tables that it reads, tables that it writes (and whether it needs them alone)."""

    wanted: Shapes
    reads: frozenset[int]
    run: Callable[[DuckDBPyConnection], Result]
    writes: Mapping[int, bool] = field(default_factory=dict)
    ddl: bool = False
    """Whether the statement is DDL, which never opens a transaction."""
    check: str = ""
    """A query that DuckDB only plans beforehand in a transaction, so that a wrong name does not abort it."""


class _Stale(Exception):
    """A table has changed since the statement was planned."""


class Worker:
    """One session's DuckDB connection; one statement at a time."""

    def __init__(self, store: DataStore, session: int) -> None:
        self._store = store
        self._session = session
        self._guard = threading.RLock()
        self._cursor: DuckDBPyConnection | None = None
        self._cancelled = False
        self._started = False
        self._zone = "UTC"
        self.open = False
        """Whether BEGIN, or a write without autocommit, has opened a transaction."""
        self.failed = False
        """Whether a statement of the open transaction has failed, so that it can only be rolled back."""

    def perform(self, plan: Plan, *, autocommit: bool, timezone: str) -> Result:
        """Run a planned statement; raises ``_Stale`` if it must be planned again."""
        with self._guard:
            self._cancelled = False
            if self.failed:
                raise SnowflakeError("090232", "25000", "The transaction is aborted; it can only be rolled back.")
            if not autocommit and plan.writes and not plan.ddl:
                self.open = True
            with translated():
                self._set_zone(timezone)
                return self._within(plan) if self.open else self._alone(plan)

    def _alone(self, plan: Plan) -> Result:
        try:
            self._ready(plan)
            cursor = self._connect()
            if not plan.writes:
                return plan.run(cursor)
            cursor.execute("BEGIN")
            try:
                result = plan.run(cursor)
                cursor.execute("COMMIT")
            except BaseException:
                roll_back(cursor)
                raise
            return result
        finally:
            self._store.locks.release(self._session)

    def _within(self, plan: Plan) -> Result:
        self._ready(plan)
        cursor = self._connect()
        if not self._started:
            cursor.execute("BEGIN")
            self._started = True
        if plan.check:
            with self._store.cursor() as scratch:
                scratch.execute(f"EXPLAIN {plan.check}")
        try:
            return plan.run(cursor)
        except BaseException:
            self.failed = True
            self._end(cursor, "ROLLBACK")
            raise

    def _ready(self, plan: Plan) -> None:
        """Take the locks and see that every table has the shape that the statement was planned for."""
        for alone in (False, True):
            tables = [table for table, needed in plan.writes.items() if needed is alone]
            self._store.locks.acquire(
                self._session, tables, alone=alone, seconds=LOCK_SECONDS, cancelled=lambda: self._cancelled
            )
        self._connect()
        if not self._started:
            self._store.shape(plan.wanted, self._session)
        if not all(self._store.in_shape(plan.wanted, table) for table in plan.reads | set(plan.writes)):
            raise _Stale

    def _set_zone(self, timezone: str) -> None:
        if timezone != self._zone:
            self._connect().execute("SET SESSION TimeZone = '" + timezone.replace("'", "''") + "'")
            self._zone = timezone

    def _connect(self) -> DuckDBPyConnection:
        if self._cursor is None:
            self._cursor = self._store.cursor()
        return self._cursor

    def _end(self, cursor: DuckDBPyConnection, verb: str) -> None:
        try:
            if self._started:
                cursor.execute(verb)
        finally:
            self._started = False
            self._store.locks.release(self._session)

    def commit(self) -> None:
        """COMMIT; does nothing without an open transaction. 090232 after a failed statement."""
        self._finish("COMMIT")

    def try_commit(self) -> bool:
        """COMMIT unless a statement is running at the moment; never waits for one."""
        if not self._guard.acquire(blocking=False):
            return False
        try:
            self.commit()
        finally:
            self._guard.release()
        return True

    def roll_back(self) -> None:
        """ROLLBACK; does nothing without an open transaction."""
        self.failed = False
        self._finish("ROLLBACK")

    def _finish(self, verb: str) -> None:
        with self._guard, translated():
            failed, self.open, self.failed = self.failed, False, False
            if self._cursor is not None:
                self._end(self._cursor, verb)
            if failed:
                raise SnowflakeError(
                    "090232", "25000", "The transaction was aborted by a failed statement and has been rolled back."
                )

    def cancel(self) -> None:
        """Stop the running statement, from another thread."""
        self._cancelled = True
        if self._cursor is not None:
            self._cursor.interrupt()

    def close(self) -> None:
        """Roll back and give the connection back."""
        self.cancel()
        with self._guard:
            self.failed = self.open = False
            if self._cursor is not None:
                self._end(self._cursor, "ROLLBACK")
                self._cursor.close()
                self._cursor = None


def roll_back(cursor: DuckDBPyConnection) -> None:
    """ROLLBACK that also bears that there is nothing to roll back."""
    import duckdb

    try:
        cursor.execute("ROLLBACK")
    except duckdb.TransactionException:
        return


def worker_of(context: Context) -> Worker:
    """The session's worker, made at its first statement about data."""
    store = data_store(context)
    session = context.session.id
    return store.workers.setdefault(session, Worker(store, session))


def defer(context: Context, plan: Callable[[], Plan]) -> Deferred:
    """Plan now, where the catalogue may be read; run later in a thread, planning again if a table changes meanwhile."""
    first = plan()
    worker = worker_of(context)
    autocommit = effective(context.catalogue, context.session, "AUTOCOMMIT")[0].lower() != "false"
    timezone = effective(context.catalogue, context.session, "TIMEZONE")[0]

    def run() -> Result:
        current = first
        for _ in range(_REPLANS):
            try:
                return worker.perform(current, autocommit=autocommit, timezone=timezone)
            except _Stale:
                time.sleep(0.02)
                with context.catalogue.transaction():
                    current = plan()
        raise SnowflakeError("000625", "57014", "A table of the statement keeps changing; run the statement again.")

    return Deferred(run, worker.cancel)


def commit_open_transaction(context: Context) -> None:
    """What DDL does first: commit the session's open transaction, if it has one."""
    from local.data.store import existing_store

    store = existing_store(context.catalogue)
    worker = store.workers.get(context.session.id) if store else None
    if worker is not None and worker.open and not worker.try_commit():
        raise SnowflakeError("000625", "57014", "Another statement of this session is running in its transaction.")
