"""Directory tables: what ALTER STAGE … REFRESH found in a stage, for queries of ``DIRECTORY(@stage)``.

Kept beside the rows until the next refresh, whatever happens to the files meanwhile. Source: docs.snowflake.com,
Directory tables; Querying directory tables; ALTER STAGE; ALTER EXTERNAL TABLE … REFRESH (words of the answer).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from local.data.attach import Attachment, Value, attach, next_name, register
from local.data.columns import ColumnDef
from local.data.locations import Access, Location, resolve_location
from local.data.overlay import roll_back
from local.data.store import data_store
from local.data.types import NUMBER, VARCHAR, SqlType
from local.data.work import Plan, defer, worker_of
from local.errors import compilation_error
from local.results import Column, Deferred, Result
from local.session import Context

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from sqlglot import exp

SIDE = "directories"
_SIDES = {
    SIDE: {"stage": "BIGINT", "path": "VARCHAR", "size": "BIGINT", "modified": "DOUBLE", "etag": "VARCHAR"},
}
COLUMNS = tuple(
    ColumnDef(index, name, kind)
    for index, (name, kind) in enumerate(
        (
            ("RELATIVE_PATH", VARCHAR), ("SIZE", NUMBER), ("LAST_MODIFIED", SqlType("TIMESTAMP_LTZ", scale=9)),
            ("MD5", VARCHAR), ("ETAG", VARCHAR), ("FILE_URL", VARCHAR),
        )
    )
)  # fmt: skip
_NEW = ("REGISTERED_NEW", "File registered successfully.")
_CHANGED = ("REGISTERED_UPDATE", "File updated successfully.")
_GONE = ("UNREGISTERED", "File unregistered successfully.")


def directory_of(table: exp.Table) -> str | None:
    """The stage of ``DIRECTORY(@stage)`` in FROM; None for anything else."""
    from sqlglot import exp

    return table.this.this.name if isinstance(table.this, exp.DirectoryStage) else None


def directory_source(context: Context, text: str) -> tuple[exp.Select, Sequence[ColumnDef]]:
    """The directory table as a relation; needs READ on the stage, USAGE on an external one."""
    location = _enabled(resolve_location(context, text, Access.READ))
    name, stage, worker = next_name(context), location.owner.id, worker_of(context)

    def make(cursor: DuckDBPyConnection) -> None:
        data_store(context).provide(SIDE, _SIDES[SIDE])
        found = cursor.execute(
            f"SELECT path, size, modified, etag FROM {worker.side_name(SIDE)} WHERE stage = ? ORDER BY path",  # noqa: S608
            [stage],
        ).fetchall()
        rows: list[Sequence[Value]] = [(path, size, modified, etag, etag, None) for path, size, modified, etag in found]
        register(cursor, name, COLUMNS, rows)

    return attach(context, Attachment(name, make), COLUMNS), COLUMNS


def _enabled(location: Location) -> Location:
    given = location.owner.props.get("DIRECTORY")
    if not (isinstance(given, dict) and given.get("ENABLE") is True):
        raise compilation_error(f"Stage '{location.owner.name}' has no directory table: DIRECTORY is not enabled.")
    return location


def refresh(context: Context, text: str, subpath: str) -> Deferred:
    """Take down what is in the stage, or below one path of it; needs WRITE, on an external stage USAGE."""

    def plan() -> Plan:
        location = _enabled(resolve_location(context, f"{text}/{subpath}" if subpath else text, Access.WRITE))
        side = worker_of(context).side_name(SIDE)

        def run(cursor: DuckDBPyConnection) -> Result:
            return _refresh(cursor, location, side)

        return Plan(data_store(context).wanted(context.catalogue), frozenset(), run, sides=_SIDES, ddl=True)

    return defer(context, plan)


def _refresh(cursor: DuckDBPyConnection, location: Location, side: str) -> Result:
    stage = location.owner.id
    files = {file.name: file for file in location.files()}
    known = dict(
        cursor.execute(
            f"SELECT path, etag FROM {side} WHERE stage = ? AND starts_with(path, ?)",  # noqa: S608
            [stage, location.prefix],
        ).fetchall()
    )
    told = [(name, *_NEW) for name in sorted(files.keys() - known.keys())]
    told += [(name, *_CHANGED) for name in sorted(files.keys() & known.keys()) if files[name].etag != known[name]]
    told += [(name, *_GONE) for name in sorted(known.keys() - files.keys())]
    cursor.execute("BEGIN")
    try:
        cursor.execute(f"DELETE FROM {side} WHERE stage = ? AND starts_with(path, ?)", [stage, location.prefix])  # noqa: S608
        rows = [[stage, file.name, file.size, file.modified, file.etag] for file in files.values()]
        if rows:
            cursor.executemany(f"INSERT INTO {side} VALUES (?, ?, ?, ?, ?)", rows)  # noqa: S608
        cursor.execute("COMMIT")
    except BaseException:
        roll_back(cursor)
        raise
    columns = (Column("file"), Column("status"), Column("description"))
    return Result(columns, [(location.shown(name), status, text) for name, status, text in told])
