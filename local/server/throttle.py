"""Wrong logins are slowed down: only so many by name from one address, and by address, whatever the names are.

What was refused is asked again later (HTTP status 429, as drivers know it), right or wrong; nothing is checked until
then. A client that fails again and again in one name keeps itself out and nobody else. Users lock themselves besides
(``lockout``), which is Snowflake's own way and knows no addresses.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from local.server.body import BadRequest


class Rate(NamedTuple):
    """``burst`` wrong logins at once, then one every ``seconds``."""

    burst: int
    seconds: float


BY_NAME = Rate(10, 6.0)
BY_ADDRESS = Rate(60, 1.0)
_REMEMBERED = 4096
_LONGEST_NAME = 256


@dataclass(slots=True)
class _Bucket:
    left: float
    filled: float


class Throttle:
    """Counts wrong logins, in memory only; ``clock`` is replaced in tests."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._buckets: OrderedDict[tuple[str, str], _Bucket] = OrderedDict()

    def check(self, address: str, login: str) -> None:
        """Raise BadRequest 429 where too many logins have been wrong."""
        waits = [self._wait(key, rate) for key, rate in _keys(address, login)]
        if max(waits) > 0:
            seconds = math.ceil(max(waits))
            raise BadRequest(f"Too many wrong logins. Try again in {seconds} seconds.", 429, seconds)

    def failed(self, address: str, login: str) -> None:
        """Count a wrong login."""
        for key, rate in _keys(address, login):
            bucket = self._filled(key, rate)
            bucket.left -= 1
            self._buckets[key] = bucket
            self._buckets.move_to_end(key)
        while len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)

    def passed(self, address: str, login: str) -> None:
        """Forget the wrong logins in this name from this address."""
        self._buckets.pop((address, _name(login)), None)

    def _filled(self, key: tuple[str, str], rate: Rate) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            return _Bucket(rate.burst, now)
        left = min(rate.burst, bucket.left + max(0.0, now - bucket.filled) / rate.seconds)
        return _Bucket(left, now)

    def _wait(self, key: tuple[str, str], rate: Rate) -> float:
        return (1 - self._filled(key, rate).left) * rate.seconds


def _name(login: str) -> str:
    return "=" + login.upper()[:_LONGEST_NAME]


def _keys(address: str, login: str) -> tuple[tuple[tuple[str, str], Rate], ...]:
    return ((address, _name(login)), BY_NAME), ((address, ""), BY_ADDRESS)
