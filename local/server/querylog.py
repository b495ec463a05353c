"""One JSON line per statement, for budgets in tests and for reading what a deployment did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TextIO, TypedDict

from local.server.redact import logged


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
        if path is not None:
            path.touch(mode=0o600, exist_ok=True)
            self._file = path.open("a", encoding="utf-8", buffering=1)

    def write(self, line: Line) -> None:
        """Add a line; complete on disk when this returns, as far as the process may die."""
        if self._file is not None:
            masked: Line = {**line, "sql": logged(line["sql"], line["code"])}
            self._file.write(json.dumps(masked, separators=(",", ":")) + "\n")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
