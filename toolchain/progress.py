"""Progress on standard error: one line that changes on a terminal, a line now and then elsewhere."""

import shutil
import sys
import threading
import time
from types import TracebackType
from typing import Self, TextIO

TERMINAL_SECONDS = 0.2
PLAIN_SECONDS = 15.0


def say(text: str) -> None:
    """Print a line on standard error."""
    print(text, file=sys.stderr, flush=True)


class Progress:
    """One step with a name, elapsed seconds and the detail last set; a context manager."""

    def __init__(self, name: str, stream: TextIO | None = None) -> None:
        self.detail = ""
        self._name = name
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._start = time.monotonic()
        self._done = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    @property
    def seconds(self) -> float:
        """Seconds since the step began."""
        return time.monotonic() - self._start

    def __enter__(self) -> Self:
        self._ticker.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._done.set()
        self._ticker.join()
        if self._terminal:
            print("\r\033[K", end="", file=self._stream)
        if kind is None:
            print(f"{self._name}: done in {self.seconds:.0f} s", file=self._stream, flush=True)

    def _tick(self) -> None:
        self._show()
        while not self._done.wait(TERMINAL_SECONDS if self._terminal else PLAIN_SECONDS):
            self._show()

    def _show(self) -> None:
        line = f"{self._name}: {self.seconds:.0f} s  {self.detail}".rstrip()
        if self._terminal:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\033[K{line[:width]}", end="", file=self._stream, flush=True)
        else:
            print(line, file=self._stream, flush=True)
