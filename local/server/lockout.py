"""Users locked for a while after too many wrong passwords."""

from __future__ import annotations

import time
from collections.abc import Callable

from local.errors import SnowflakeError


class Lockout:
    """Counts wrong passwords by user id; forgotten when the server stops."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[int, int] = {}
        self._until: dict[int, float] = {}

    def check(self, user: int) -> None:
        """390102 while the user is locked."""
        left = self._until.get(user, 0.0) - self._clock()
        if left > 0:
            raise SnowflakeError(
                "390102",
                "08004",
                "Your user account has been temporarily locked due to too many failed attempts. "
                f"Try again after {max(1, round(left / 60))} minutes or contact your account administrator "
                "for assistance.",
            )

    def failed(self, user: int, retries: int, minutes: int) -> None:
        """Count a wrong password; the ``retries``-th locks the user for ``minutes``."""
        count = self._failures.get(user, 0) + 1
        self._failures[user] = count
        if count >= retries:
            self._until[user] = self._clock() + minutes * 60
            self._failures.pop(user)

    def passed(self, user: int) -> None:
        """Forget the user's wrong passwords."""
        self._failures.pop(user, None)
