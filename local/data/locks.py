"""Who may write which table: a writer waits for another's transaction instead of failing.

INSERT shares a table with other inserts; UPDATE, DELETE, MERGE, TRUNCATE and a change of the table's columns have it
alone (docs.snowflake.com: Transactions, "Resource locking").
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from threading import Condition

from local.errors import SnowflakeError


class TableLocks:
    """Locks on tables (by object id) held by sessions until their transaction ends."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._holders: dict[int, dict[int, bool]] = {}
        """Table → session → whether it has the table alone."""

    def acquire(
        self, session: int, tables: Iterable[int], *, alone: bool, seconds: float, cancelled: Callable[[], bool]
    ) -> None:
        """Take every table, waiting up to ``seconds``; 000625 when the time is over, 000604 when cancelled."""
        deadline = time.monotonic() + seconds
        wanted = sorted(set(tables))
        with self._changed:
            for table in wanted:
                while not self._free(session, table, alone):
                    if cancelled():
                        raise SnowflakeError("000604", "57014", "SQL execution canceled")
                    left = deadline - time.monotonic()
                    if left <= 0:
                        raise SnowflakeError(
                            "000625",
                            "57014",
                            "A table that the statement writes is locked by another transaction "
                            "and the lock has not yet been released.",
                        )
                    self._changed.wait(min(left, 0.2))
                holders = self._holders.setdefault(table, {})
                holders[session] = alone or holders.get(session, False)

    def _free(self, session: int, table: int, alone: bool) -> bool:
        others = [has_alone for holder, has_alone in self._holders.get(table, {}).items() if holder != session]
        return not others if alone else not any(others)

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
