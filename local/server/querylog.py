"""One JSON line per statement, for budgets in tests and for reading what a deployment did."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TextIO, TypedDict

from local.server.redact import logged

_LOG = logging.getLogger("local.querylog")


class Line(TypedDict):
    """A statement as it is logged; ``time`` in epoch seconds, ``ms`` from its arrival to its answer."""

    time: float
    query_id: str
    session: int
    user: str
    role: str
    resource: str
    operation: str
    sql: str
    ms: float
    code: str | None
    rows: int | None


class QueryLog:
    """Appends to ``path``; None logs nothing. Secrets in the statement's text are masked here."""

    def __init__(self, path: Path | None) -> None:
        self._file: TextIO | None = None
        self._guard = threading.Lock()
        self._failed = False
        if path is not None:
            path.touch(mode=0o600, exist_ok=True)
            self._file = path.open("a", encoding="utf-8", buffering=1)

    def write(self, line: Line) -> None:
        """Add a line; complete on disk when this returns, as far as the process may die.

        A line that cannot be written is lost: its statement has been answered for, and that answer counts.
        """
        if self._file is not None:
            masked: Line = {**line, "sql": logged(line["sql"], line["code"])}
            self._try(lambda file: file.write(json.dumps(masked, separators=(",", ":")) + "\n"))

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._try(lambda file: file.close())

    def _try(self, work: Callable[[TextIO], object]) -> None:
        try:
            if self._file is not None:
                work(self._file)
            self._failed = False
        except OSError as error:
            if not self._failed:
                _LOG.warning("the query log cannot be written: %s", error)
            self._failed = True
