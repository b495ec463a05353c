"""Users locked for a while after too many wrong passwords."""

from __future__ import annotations

import time
from collections.abc import Callable

from local.errors import SnowflakeError
from local.model import Obj


class Lockout:
    """Counts wrong passwords by user; forgotten when the server stops or the user is altered (MINS_TO_UNLOCK = 0)."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._failures: dict[int, int] = {}
        self._locked: dict[int, tuple[float, float]] = {}
        """User id → when the user was locked, and until when."""

    def check(self, user: Obj) -> None:
        """390102 while the user is locked, by wrong passwords or by MINS_TO_UNLOCK."""
        since, until = self._locked.get(user.id, (0.0, 0.0))
        if user.changed > since:
            until = 0.0
        stored = user.props.get("LOCKED_UNTIL")
        left = max(until, float(stored) if isinstance(stored, int | float) else 0.0) - self._clock()
        if left > 0:
            raise SnowflakeError(
                "390102",
                "08004",
                "Your user account has been temporarily locked due to too many failed attempts. "
                f"Try again after {max(1, round(left / 60))} minutes or contact your account administrator "
                "for assistance.",
            )

    def failed(self, user: Obj, retries: int, minutes: int) -> None:
        """Count a wrong password; the ``retries``-th locks the user for ``minutes``."""
        count = self._failures.get(user.id, 0) + 1
        self._failures[user.id] = count
        if count >= retries:
            now = self._clock()
            self._locked[user.id] = (now, now + minutes * 60)
            self._failures.pop(user.id)

    def passed(self, user: Obj) -> None:
        """Forget the user's wrong passwords."""
        self._failures.pop(user.id, None)
