"""Statements on rows: each session's DuckDB connection, its transaction, and how a planned statement runs on it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from local.data.attach import with_attachments
from local.data.blame import Blame
from local.data.faults import Fatal, translated
from local.data.identity import Identity
from local.data.overlay import Overlay, Writing, covered_name, roll_back
from local.data.past import now
from local.data.shapes import SCHEMA, STAMP, VERSION, Shapes, physical, stored_name
from local.data.store import DataStore, data_store, existing_store, forget_old
from local.data.ticket import Stale, Terms, Ticket, cancelled, terms_of, timed_out
from local.data.transaction import Transaction
from local.errors import SnowflakeError, disk_failure
from local.results import Deferred, Result
from local.session import Context

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

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
    refresh: bool = False
    """Whether DDL changes rows, whose earlier versions are kept, and no shape."""
    guards: frozenset[int] = frozenset()
    """Further locks that the statement needs alone, until its transaction ends (negative: they are no tables)."""
    sides: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Tables of the server itself that commit with the rows: name → columns with their DuckDB types (``Worker.side``).
    Only a statement that also ``writes`` a table may write them."""
    blame: Blame | None = None
    """Finds the column that an error of a value is about."""
    identity: Identity | None = None
    """What the statement was planned for, looked at again when it has its locks; ``defer`` notes it for writers."""


class Worker:
    """One session's DuckDB connection; one statement at a time."""

    def __init__(self, store: DataStore, session: int, user: int) -> None:
        self._store = store
        self._session = session
        self.user = user
        """Whose session it is."""
        self._guard = threading.RLock()
        self._signal = threading.Lock()
        self._running: Ticket | None = None
        self._cursor: DuckDBPyConnection | None = None
        self._overlay: Overlay | None = None
        self._zone = "UTC"
        self._statements: list[str] = []
        """Query ids of the statements of the open transaction that wrote rows."""
        self.transaction: Transaction | None = None
        """What BEGIN, or a write without autocommit, has opened."""
        self.implicit = False
        """Whether it was a write without autocommit."""
        self.failed = False
        """Whether a statement has failed under TRANSACTION_ABORT_ON_ERROR: nothing is left of the transaction."""

        self.lost = False
        """Whether DuckDB had to be opened anew under the open transaction; ``failed`` is set too."""

    @property
    def open(self) -> bool:
        """Whether a transaction is open."""
        return self.transaction is not None

    @property
    def covered(self) -> frozenset[str]:
        """Tables (DuckDB's names) that the open transaction has written."""
        return self._overlay.tables if self._overlay is not None else frozenset()

    def writing(self, wanted: Shapes, table: int) -> Writing:
        """How the running statement writes a table; only for tables of its plan's ``writes``, inside ``run``."""
        name = stored_name(table)
        stamp = f"{VERSION} = {STAMP}"
        return Writing(self._connect(), name, tuple(wanted.tables[table]), covered=name in self.covered, stamp=stamp)

    def side(self, name: str, columns: Sequence[str]) -> Writing:
        """How the running statement writes one of its plan's ``sides``; ``side_name`` is where it reads it."""
        return Writing(self._connect(), name, tuple(columns), covered=name in self.covered)

    def side_name(self, name: str) -> str:
        """Under which name the running statement reads one of its plan's ``sides``."""
        return covered_name(name) if name in self.covered else f"{SCHEMA}.{name}"

    def perform(self, plan: Plan, ticket: Ticket, terms: Terms, covered: frozenset[str]) -> Result:
        """Run a planned statement; raises ``Stale`` if it must be planned again (``covered`` is what it knew)."""
        with self._guard:
            ticket.check()
            if self.failed:
                raise SnowflakeError("090232", "25000", "The transaction is aborted; it can only be closed.")
            if covered != self.covered:
                raise Stale
            if not terms.autocommit and plan.writes and not plan.ddl and not self.open:
                self.transaction, self.implicit = Transaction(), True
            self._running = ticket
            try:
                with translated():
                    self._set_zone(terms.timezone)
                    return self._run(plan, ticket, terms)
            except SnowflakeError:
                ticket.check()
                raise
            finally:
                self._settle()

    def _run(self, plan: Plan, ticket: Ticket, terms: Terms) -> Result:
        try:
            self._ready(plan, ticket, terms)
            cursor = self._connect()
            for name, columns in plan.sides.items():
                self._store.provide(name, columns)
            if not plan.writes:
                result = plan.run(cursor)
                ticket.check()
                return result
            if self.open:
                self._cover(plan)
            began = now()
            cursor.execute("BEGIN")
            try:
                with translated():
                    result = plan.run(cursor)
                self._settle()
                ticket.check()
                cursor.execute("COMMIT")
            except SnowflakeError as error:
                self._settle()
                roll_back(cursor)
                raise self._blamed(plan, ticket, error) from None
            except BaseException:
                self._settle()
                roll_back(cursor)
                raise
            if self.open:
                self._statements.append(terms.query)
            else:
                self._store.past.wrote([terms.query], began)
            return result
        except Stale:
            raise
        except BaseException:
            if self.open and terms.abort_on_error:
                transaction = self.transaction
                self._end()
                self.transaction, self.failed = transaction, True
            raise
        finally:
            if not self.open:
                self._store.locks.release(self._session)

    def _blamed(self, plan: Plan, ticket: Ticket, error: SnowflakeError) -> SnowflakeError:
        """The error with the column that it is about; looking for it can be stopped as the statement itself."""
        if plan.blame is None or ticket.error is not None:
            return error
        self._running = ticket
        try:
            return plan.blame.told(self._connect(), error)
        finally:
            self._settle()

    def _settle(self) -> None:
        """From here on the statement is not interrupted any more."""
        with self._signal:
            self._running = None

    def _ready(self, plan: Plan, ticket: Ticket, terms: Terms) -> None:
        """Take the locks and see that every table has the shape that the statement was planned for."""
        for alone in (False, True):
            tables = [table for table, needed in plan.writes.items() if needed is alone]
            tables += plan.guards if alone else ()
            self._store.locks.acquire(
                self._session, tables, alone=alone, seconds=terms.lock_timeout, check=ticket.check
            )
        if plan.identity is not None and not plan.identity.same():
            raise Stale
        self._connect()
        self._store.shape(plan.wanted, self._session, self.covered)
        if not all(self._store.in_shape(plan.wanted, table) for table in plan.reads | set(plan.writes)):
            raise Stale
        for table, alone in plan.writes.items():
            if alone and (plan.refresh or not plan.ddl):
                self._store.watch(plan.wanted, table)

    def _cover(self, plan: Plan) -> None:
        if self._overlay is None:
            self._overlay = Overlay(self._connect(), self._store.cursor())
        for table in plan.writes:
            shape = plan.wanted.tables[table]
            columns = {name: f"{c.type}{'' if c.nullable else ' NOT NULL'}" for name, c in shape.items()}
            self._overlay.cover(stored_name(table), columns)
        for name, kinds in plan.sides.items():
            self._overlay.cover(name, kinds)

    def _set_zone(self, timezone: str) -> None:
        if timezone != self._zone:
            self._connect().execute("SET SESSION TimeZone = '" + timezone.replace("'", "''") + "'")
            self._zone = timezone

    def _connect(self) -> DuckDBPyConnection:
        if self._cursor is None:
            self._cursor = self._store.cursor()
        return self._cursor

    def begin(self, name: str | None = None) -> None:
        """BEGIN; commits a transaction that a write without autocommit has opened, does nothing in another one."""
        with self._guard:
            if self.open and self.implicit:
                self.commit()
            if self.transaction is None:
                self.transaction = Transaction() if name is None else Transaction(name)

    def commit(self) -> None:
        """COMMIT; does nothing without an open transaction."""
        with self._guard, translated():
            try:
                if self.lost:
                    raise disk_failure("the transaction was lost when the data were opened anew")
                if self._overlay is not None:
                    began = now()
                    self._overlay.commit()
                    self._store.past.wrote(self._statements, began)
            finally:
                self._end()

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
        with self._guard, translated():
            self._end()

    def _end(self) -> None:
        """No transaction is open any more; what it has not committed is gone."""
        self.transaction = None
        self.implicit = self.failed = self.lost = False
        self._statements = []
        try:
            if self._overlay is not None:
                self._overlay.forget()
        finally:
            self._store.locks.release(self._session)

    def stop(self, ticket: Ticket, error: SnowflakeError) -> None:
        """Have a statement end with this error, from another thread; it may not have begun yet."""
        if ticket.error is None:
            ticket.error = error
        threading.Thread(target=self._interrupt, args=(ticket,), name="stop", daemon=True).start()

    def _interrupt(self, ticket: Ticket) -> None:
        # Again and again: DuckDB forgets an interruption that comes between two statements.
        while True:
            with self._signal:
                if self._running is not ticket:
                    return
                if self._cursor is not None:
                    self._cursor.interrupt()
            time.sleep(0.02)

    def lose(self) -> None:
        """Give the connections up, which are of no more use; an open transaction is lost and says so at its end."""
        with self._stopped(disk_failure("the data were opened anew")):
            self._disconnect()
            self._zone = "UTC"
            self.failed = self.lost = self.open
            self._store.locks.release(self._session)

    def close(self) -> None:
        """Roll back and give the connections back."""
        with self._stopped(cancelled()):
            self._end()
            self._disconnect()

    def _stopped(self, error: SnowflakeError) -> threading.RLock:
        if (running := self._running) is not None:
            self.stop(running, error)
        return self._guard

    def _disconnect(self) -> None:
        from duckdb import Error

        for held in (self._overlay, self._cursor):
            with suppress(Error):
                if held is not None:
                    held.close()
        self._overlay = self._cursor = None


def worker_of(context: Context) -> Worker:
    """The session's worker, made at its first statement about data."""
    store = data_store(context)
    session = context.session.id
    return store.workers.setdefault(session, Worker(store, session, context.session.user))


def open_transaction(context: Context) -> Transaction | None:
    """The session's open transaction."""
    store = existing_store(context.catalogue)
    worker = store.workers.get(context.session.id) if store is not None else None
    return worker.transaction if worker is not None else None


def source_name(context: Context, table_id: int) -> str:
    """Under which name a statement of the session reads a table in DuckDB: with what its transaction has written."""
    store = existing_store(context.catalogue)
    worker = store.workers.get(context.session.id) if store is not None else None
    name = stored_name(table_id)
    return covered_name(name) if worker is not None and name in worker.covered else physical(table_id)


def defer(context: Context, plan: Callable[[], Plan]) -> Deferred:
    """Plan now, where the catalogue may be read; run later in a thread, planning again if a table changes meanwhile."""
    worker = worker_of(context)
    covered = worker.covered

    def planned() -> Plan:
        context.attached.clear()
        made = with_attachments(plan(), context.attached)
        if made.identity is None and made.writes:
            made = replace(made, identity=Identity(context.catalogue, made.reads | made.writes.keys()))
        return made

    first = planned()
    terms, ticket = terms_of(context), Ticket()

    def run() -> Result:
        timer = threading.Timer(terms.timeout, worker.stop, (ticket, timed_out(terms.timeout)))
        timer.daemon = True
        if terms.timeout < 86_400:  # nothing runs for a day here, and a timer is a thread
            timer.start()
        try:
            result = _perform(context, worker, planned, first, covered, ticket, terms)
            if first.writes:
                forget_old(context)
            return result
        finally:
            data_store(context).past.ended(context.query_id)
            timer.cancel()

    return Deferred(run, lambda: worker.stop(ticket, cancelled()))


def _perform(
    context: Context,
    worker: Worker,
    plan: Callable[[], Plan],
    current: Plan,
    covered: frozenset[str],
    ticket: Ticket,
    terms: Terms,
) -> Result:
    store = data_store(context)
    opening = store.openings
    for _ in range(_REPLANS):
        try:
            return worker.perform(current, ticket, terms, covered)
        except Fatal:
            store.reopen(opening)
            raise
        except Stale:
            time.sleep(0.02)
            with context.catalogue.transaction():
                covered = worker.covered
                current = plan()
    raise SnowflakeError("000625", "57014", "A table of the statement keeps changing; run the statement again.")


def commit_open_transaction(context: Context) -> None:
    """What DDL does first: commit the session's open transaction, if it has one."""
    store = existing_store(context.catalogue)
    worker = store.workers.get(context.session.id) if store else None
    if worker is not None and worker.open and not worker.try_commit():
        raise SnowflakeError("000625", "57014", "Another statement of this session is running in its transaction.")
