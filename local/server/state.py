"""What the running server holds."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from local.catalogue import Catalogue
from local.data.store import existing_store, temporary_tables
from local.faults import Faults
from local.results import StatementType
from local.server.body import BadRequest
from local.server.login import Login
from local.server.querylog import QueryLog
from local.server.sessions import Sessions, Validity
from local.server.throttle import Throttle
from local.session import Settings

_LOG = logging.getLogger("local.server")


@dataclass(slots=True)
class Query:
    """A statement that runs or has run; ``task`` gives the answer's body, ``cancel`` stops the data plane."""

    id: str
    session: int
    user: int
    sql: str
    started: float
    task: asyncio.Task[bytes]
    ended: float | None = None
    code: str | None = None
    cancel: Callable[[], object] | None = None
    cancelled: bool = False
    kind: StatementType | None = None


class Queries:
    """The last statements by request id and by query id.

    A driver that lost the connection sends the same request id again and gets the answer of the first attempt: a
    statement is never run twice. The oldest answers go when there are more than ``COUNT`` or ``BYTES`` of them.
    """

    COUNT = 512
    BYTES = 32 * 1024 * 1024
    RUNNING = 512
    RUNNING_OF_A_SESSION = 32
    """How many statements may run (or wait for each other) at once."""

    def __init__(self) -> None:
        self._by_request: OrderedDict[tuple[int, str], Query] = OrderedDict()
        self._by_id: dict[str, Query] = {}
        self._bytes = 0
        self._running: Counter[int] = Counter()

    def admit(self, session: int, *, in_transaction: bool) -> None:
        """BadRequest (429) where too many statements are running already.

        A session whose transaction the others may be waiting for always gets through.
        """
        if self._running[session] >= self.RUNNING_OF_A_SESSION:
            raise BadRequest(f"{self._running[session]} statements of this session are running already.", 429, 1)
        if self._running.total() >= self.RUNNING and not in_transaction:
            raise BadRequest(f"{self._running.total()} statements are running already.", 429, 1)

    def add(self, session: int, request_id: str, query: Query) -> None:
        """Remember a statement that was just started."""
        self._by_request[session, request_id] = query
        self._by_id[query.id] = query
        self._running[session] += 1
        query.task.add_done_callback(lambda _: self._ended(session))

    def _ended(self, session: int) -> None:
        self._running[session] -= 1
        if self._running[session] <= 0:
            del self._running[session]

    def settle(self, size: int) -> None:
        """Account for an answer of ``size`` bytes and forget the oldest ones where there are too many."""
        self._bytes += size
        while self._by_request and (len(self._by_request) > self.COUNT or self._bytes > self.BYTES):
            key, query = next(iter(self._by_request.items()))
            if not query.task.done():
                self._by_request.move_to_end(key)
                if all(not other.task.done() for other in self._by_request.values()):
                    return
                continue
            del self._by_request[key]
            self._by_id.pop(query.id, None)
            if not query.task.cancelled() and query.task.exception() is None:
                self._bytes -= len(query.task.result())

    @property
    def kept(self) -> int:
        """How many statements are remembered."""
        return len(self._by_request)

    @property
    def kept_bytes(self) -> int:
        """Bytes of their answers."""
        return self._bytes

    def of_request(self, session: int, request_id: str) -> Query | None:
        """The statement that this request id started."""
        return self._by_request.get((session, request_id))

    def of_id(self, query_id: str) -> Query | None:
        """The statement with this query id."""
        return self._by_id.get(query_id)


_BEGAN = time.time() - time.monotonic()


def steady() -> float:
    """Epoch seconds that never go back or leap, whatever is done to the machine's clock while the server runs."""
    return _BEGAN + time.monotonic()


@dataclass
class Server:
    """One account being served; ``latency`` in seconds is added to every statement; ``clock`` is replaced in tests."""

    catalogue: Catalogue
    settings: Settings
    latency: float = 0.0
    faults: Faults | None = None
    log: QueryLog = field(default_factory=lambda: QueryLog(None))
    validity: Validity = field(default_factory=Validity)
    clock: Callable[[], float] = steady
    queries: Queries = field(default_factory=Queries)
    workers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2 * Queries.RUNNING, "query"))
    """One thread per running query: writers that wait for a transaction must not keep its COMMIT from a thread."""

    def __post_init__(self) -> None:
        self.sessions = Sessions(self.validity, self.clock, self._ended)
        self.login = Login(self.catalogue, self.settings, self.sessions, Throttle(self.clock))

    def _ended(self, session: int) -> None:
        """A session has ended: its transaction is rolled back in a thread, because that may take a while."""
        self.workers.submit(self._forget, session)

    def _forget(self, session: int) -> None:
        try:
            store = existing_store(self.catalogue)
            if store is not None:
                store.end_session(session)
            self.drop_temporary_tables(lambda owner: owner != session)
        except Exception:  # noqa: BLE001 (it runs in a thread of its own, where nobody else would see it)
            _LOG.exception("session %d ended badly", session)

    def drop_temporary_tables(self, keep: Callable[[int], bool]) -> None:
        """Drop the temporary tables of sessions that ``keep`` denies."""
        with self.catalogue.transaction():
            for table in temporary_tables(self.catalogue, keep):
                self.catalogue.drop(self.catalogue.get(table))

    def close(self) -> None:
        """Stop running queries, then close the data, the log and the catalogue."""
        self.workers.shutdown(wait=False, cancel_futures=True)
        store = existing_store(self.catalogue)
        if store is not None:
            store.close()
        self.workers.shutdown(wait=True)
        self.log.close()
        self.catalogue.close()
