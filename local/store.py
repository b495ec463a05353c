"""The catalogue on disk: one SQLite table of records, written in one transaction per statement."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from local.errors import disk_failure

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    relation TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (relation, key)
) WITHOUT ROWID
"""


class Store:
    """Opens or creates ``path``; ``None`` keeps everything in memory (tests).

    WAL with synchronous=NORMAL: what was committed survives the death of the process; only a power failure may lose
    the last statements. ``read_only`` opens an existing file that another process may be writing.
    """

    def __init__(self, path: Path | None, *, read_only: bool = False) -> None:
        if read_only and path is not None:
            uri = f"{path.resolve().as_uri()}?mode=ro"
            self._db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
            return
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(_SCHEMA)

    def records(self, relation: str) -> Iterator[str]:
        """Bodies of a relation's records in key order."""
        for (body,) in self._db.execute("SELECT body FROM records WHERE relation = ? ORDER BY key", (relation,)):
            yield body

    def apply(self, writes: Mapping[tuple[str, str], str | None]) -> None:
        """Write (body) or delete (None) records, all or nothing; 000603 where the disk cannot be written."""
        if not writes:
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for (relation, key), body in writes.items():
                if body is None:
                    self._db.execute("DELETE FROM records WHERE relation = ? AND key = ?", (relation, key))
                else:
                    self._db.execute(
                        "INSERT INTO records VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
                        (relation, key, body),
                    )
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:  # a full disk may have ended it
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise disk_failure(str(error)) from error
            raise

    def close(self) -> None:
        """Close the file; idempotent."""
        self._db.close()
