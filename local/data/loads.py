"""What COPY INTO has loaded: by table, file name and ETag, and the records that it left out.

Kept in DuckDB beside the rows, so that both are committed together. Source: docs.snowflake.com, Considerations for data
loading ("Load metadata", 64 days), TRUNCATE TABLE (deletes it), LOAD_HISTORY, COPY_HISTORY, VALIDATE.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from local.data.work import Worker

DAYS = 64
SECONDS = DAYS * 86_400


@dataclass(frozen=True, slots=True)
class Load:
    """One file of one COPY INTO; times in epoch seconds. ``live`` until the table's load metadata is deleted."""

    table: int
    query: str
    key: str
    shown: str
    stage: str
    etag: str
    size: int
    loaded: float
    status: str
    parsed: int
    rows: int
    limit: int
    errors: int
    message: str | None
    line: int | None
    character: int | None
    column: str | None
    live: bool = True


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that was left out."""

    table: int
    query: str
    error: str
    file: str
    line: int
    character: int
    offset: int
    category: str
    code: str
    state: str
    column: str
    row: int
    start: int
    record: str


LOADS, REJECTS = "loads", "rejects"
SIDES: dict[str, dict[str, str]] = {
    LOADS: {
        "table_id": "BIGINT", "query": "VARCHAR", "key": "VARCHAR", "shown": "VARCHAR", "stage": "VARCHAR",
        "etag": "VARCHAR", "size": "BIGINT", "loaded": "DOUBLE", "status": "VARCHAR", "parsed": "BIGINT",
        "loaded_rows": "BIGINT", "error_limit": "BIGINT", "errors": "BIGINT", "message": "VARCHAR",
        "line": "BIGINT", "place": "BIGINT", "field": "VARCHAR", "live": "BOOLEAN",
    },
    REJECTS: {
        "table_id": "BIGINT", "query": "VARCHAR", "error": "VARCHAR", "file": "VARCHAR", "line": "BIGINT",
        "place": "BIGINT", "byte": "BIGINT", "category": "VARCHAR", "code": "VARCHAR", "state": "VARCHAR",
        "field": "VARCHAR", "number": "BIGINT", "start": "BIGINT", "record": "VARCHAR",
    },
}  # fmt: skip
"""Tables of the server beside the rows (``Plan.sides``); fields in the order of ``Load`` and ``Reject``."""


def write(cursor: DuckDBPyConnection, worker: Worker, loads: Sequence[Load], rejects: Sequence[Reject]) -> None:
    """Record a COPY INTO, in the running statement."""
    import pyarrow as pa

    for side, records in ((LOADS, loads), (REJECTS, rejects)):
        if records:
            columns = list(zip(*(astuple(record) for record in records), strict=True))
            table = pa.table({name: pa.array(c) for name, c in zip(SIDES[side], columns, strict=True)})
            cursor.register("_recorded", table)
            worker.side(side, tuple(SIDES[side])).insert("SELECT * FROM _recorded")
            cursor.unregister("_recorded")


def forget(worker: Worker, table: int) -> None:
    """Delete a table's load metadata, in the running statement; its history stays."""
    rows = f"SELECT rowid AS r FROM {worker.side_name(LOADS)} WHERE table_id = {table} AND live"  # noqa: S608
    worker.side(LOADS, tuple(SIDES[LOADS])).update({"live": "false"}, rows)


@dataclass(frozen=True, slots=True)
class Known:
    """Load metadata of a table: ETags by file, and when the first load of the last 64 days was, if any was before."""

    etags: dict[str, set[str]]
    first: float | None


def known(cursor: DuckDBPyConnection, worker: Worker, table: int) -> Known:
    """Which files a table has, in the eyes of the running statement."""
    side, since = worker.side_name(LOADS), time.time() - SECONDS
    etags: dict[str, set[str]] = {}
    for key, etag in cursor.execute(
        f"SELECT key, etag FROM {side} WHERE table_id = ? AND live AND loaded > ? AND (loaded_rows > 0 OR errors = 0)",  # noqa: S608
        [table, since],
    ).fetchall():
        etags.setdefault(str(key), set()).add(str(etag))
    # All rows are fetched, here and below: DuckDB does nothing else on a connection with an unfinished result.
    ((oldest,),) = cursor.execute(f"SELECT min(loaded) FROM {side} WHERE table_id = ?", [table]).fetchall()  # noqa: S608
    return Known(etags, float(oldest) if oldest is not None else None)


def history(cursor: DuckDBPyConnection, worker: Worker, tables: Sequence[int], since: float) -> list[Load]:
    """Loads of the tables, oldest first."""
    rows = cursor.execute(
        f"SELECT {', '.join(SIDES[LOADS])} FROM {worker.side_name(LOADS)} "  # noqa: S608
        "WHERE list_contains(?, table_id) AND loaded >= ? ORDER BY loaded",
        [list(tables), since],
    ).fetchall()
    return [Load(*row) for row in rows]


def rejected(cursor: DuckDBPyConnection, worker: Worker, table: int, query: str | None) -> list[Reject]:
    """Records that a COPY INTO (None: the last one) left out."""
    if query is None:
        last = cursor.execute(
            f"SELECT query FROM {worker.side_name(LOADS)} WHERE table_id = ? ORDER BY loaded DESC LIMIT 1",  # noqa: S608
            [table],
        ).fetchall()
        query = str(last[0][0]) if last else ""
    rows = cursor.execute(
        f"SELECT {', '.join(SIDES[REJECTS])} FROM {worker.side_name(REJECTS)} "  # noqa: S608
        "WHERE table_id = ? AND query = ? ORDER BY file, number",
        [table, query],
    ).fetchall()
    return [Reject(*row) for row in rows]
