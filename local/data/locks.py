"""Who may write which table: a writer waits for another's transaction instead of failing.

INSERT shares a table with other inserts; UPDATE, DELETE, MERGE, TRUNCATE and a change of the table's columns have it
alone (docs.snowflake.com: Transactions, "Resource locking").
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from threading import Condition

from local.errors import SnowflakeError

_WAITERS = 20
"""Statements that may wait for one table."""


class TableLocks:
    """Locks on tables (by object id) held by sessions until their transaction ends."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._holders: dict[int, dict[int, bool]] = {}
        """Table → session → whether it has the table alone."""
        self._waiting: dict[int, tuple[int, bool]] = {}
        """Session → the table that it waits for, and whether it wants it alone."""

    def acquire(
        self, session: int, tables: Iterable[int], *, alone: bool, seconds: float, check: Callable[[], None]
    ) -> None:
        """Take every table, waiting up to ``seconds`` for each; ``check`` raises when there is no use in waiting.

        000625 when the time is over, or at once when the others wait for this session: it is the victim of the
        deadlock, loses the statement and keeps its transaction.
        """
        with self._changed:
            for table in sorted(set(tables)):
                deadline = time.monotonic() + seconds
                queue = sum(waited == table for waited, _ in self._waiting.values())
                if queue >= _WAITERS and self._in_the_way(session, table, alone):
                    raise _locked(
                        f"because the number of waiters for this lock exceeds the {_WAITERS} statements limit"
                    )
                self._waiting[session] = (table, alone)
                try:
                    while self._in_the_way(session, table, alone):
                        check()
                        if self._in_circle(session):
                            raise _locked("because it would wait for a transaction that waits for its own (deadlock)")
                        left = deadline - time.monotonic()
                        if left <= 0:
                            raise _locked(
                                f"because the lock was not released within {seconds:g} seconds (LOCK_TIMEOUT)"
                            )
                        self._changed.wait(min(left, 0.2))
                finally:
                    del self._waiting[session]
                holders = self._holders.setdefault(table, {})
                holders[session] = alone or holders.get(session, False)

    def _in_circle(self, session: int) -> bool:
        """Whether those who hold what the session waits for wait, in the end, for the session."""
        seen = {session}
        following = [session]
        while following:
            waiter = following.pop()
            for holder in self._in_the_way(waiter, *self._waiting[waiter]) if waiter in self._waiting else ():
                if holder == session:
                    return True
                if holder not in seen:
                    seen.add(holder)
                    following.append(holder)
        return False

    def _in_the_way(self, session: int, table: int, alone: bool) -> list[int]:
        """Who else holds a table so that the session cannot have it."""
        return [
            holder
            for holder, has_alone in self._holders.get(table, {}).items()
            if holder != session and (alone or has_alone)
        ]

    def try_alone(self, holder: int, table: int, besides: int) -> bool:
        """Take a table alone if nobody but ``besides`` has it; never waits."""
        with self._changed:
            holders = self._holders.setdefault(table, {})
            if any(other not in (holder, besides) for other in holders):
                return False
            holders[holder] = True
            return True

    def release(self, session: int) -> None:
        """Give back everything the session holds."""
        with self._changed:
            for table in [table for table, holders in self._holders.items() if session in holders]:
                del self._holders[table][session]
                if not self._holders[table]:
                    del self._holders[table]
            self._changed.notify_all()


def _locked(reason: str) -> SnowflakeError:
    return SnowflakeError(
        "000625",
        "57014",
        "Another transaction has locked a table that the statement writes and this lock has not yet been released.\n"
        f"Your statement was aborted {reason}.",
    )
