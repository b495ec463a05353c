"""Where a statement is worked on: on the event loop while that is quick, else in a thread, so that others are answered.

Python runs one thread at a time, but lets the next one in every few milliseconds: beside a megabyte that is parsed in a
thread, heartbeats and other statements become slower and do not stand still.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from local.server.state import Server

T = TypeVar("T")

LONG = 16_384
"""Characters from which a statement is never worked on by the event loop: reading them takes 50 ms or more."""


async def apart(server: Server, sql: str, work: Callable[[], T]) -> T:
    """Do work that depends on the length of a statement."""
    if len(sql) < LONG:
        return work()
    return await asyncio.get_running_loop().run_in_executor(server.workers, work)


async def inside(server: Server, sql: str, work: Callable[[], T]) -> T:
    """Do work on a statement in a transaction of the catalogue; the event loop never waits for another thread's."""
    if len(sql) < LONG:
        with server.catalogue.at_once() as alone:
            if alone:
                return work()

    def locked() -> T:
        with server.catalogue.transaction():
            return work()

    return await asyncio.get_running_loop().run_in_executor(server.workers, locked)
