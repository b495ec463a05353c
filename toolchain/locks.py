"""A lock between processes: two builds never run at once."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_SECONDS = 0.25


@contextmanager
def exclusive(file: Path, waiting: Callable[[str, float], None]) -> Iterator[int]:
    """Hold the lock `file`; yields its descriptor.

    A child that inherits the descriptor keeps the lock should this process be killed. While another process holds it,
    `waiting` is called with that process' number (or ``""``) and the seconds waited. Raises OSError where the file
    cannot be opened for writing.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        start = time.monotonic()
        while not _try(descriptor):
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
            waiting(holder, time.monotonic() - start)
            time.sleep(POLL_SECONDS)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
