"""Runs a function where nobody has called anything yet."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def shallow(body: Callable[[], T]) -> T:
    """What ``body`` returns or raises, run in a thread with an event loop of its own.

    Pulumi's SDK walks the whole stack for every resource that is registered; below pytest it is sixty frames deep.
    """
    answers: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            answers.append(body())
        except BaseException as error:  # noqa: BLE001 (raised again below)
            errors.append(error)
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    thread = threading.Thread(target=contextvars.copy_context().run, args=(run,), name="shallow")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return answers[0]
