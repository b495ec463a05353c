"""BEGIN, COMMIT, ROLLBACK."""

from __future__ import annotations

from local.data.work import worker_of
from local.errors import unsupported
from local.reader import Reader
from local.registry import Answer, statement
from local.results import Deferred, Result, status
from local.session import Context

_SOURCE = "docs.snowflake.com: Transactions; BEGIN, COMMIT, ROLLBACK"
_DONE = "Statement executed successfully."


@statement("BEGIN", "START", notes="no Snowflake Scripting block (BEGIN … END)", source=_SOURCE)
def begin(context: Context, reader: Reader) -> Answer:
    """``BEGIN [WORK|TRANSACTION] [NAME name]``; does nothing in an open transaction, unless a write without
    autocommit has opened that: then it commits it."""
    reader.accept_one("WORK", "TRANSACTION")
    if reader.accept("NAME"):
        reader.name()
    if not reader.done():
        raise unsupported("Snowflake Scripting (BEGIN … END)")
    worker = worker_of(context)

    def run() -> Result:
        worker.begin()
        return status(_DONE)

    if worker.open and worker.implicit:
        return Deferred(run)
    worker.begin()
    return status(_DONE)


@statement("COMMIT", source=_SOURCE)
def commit(context: Context, reader: Reader) -> Answer:
    """``COMMIT [WORK]``; does nothing without an open transaction."""
    reader.accept("WORK")
    reader.end()
    worker = worker_of(context)

    def run() -> Result:
        worker.commit()
        return status(_DONE)

    return Deferred(run) if worker.open else status(_DONE)


@statement("ROLLBACK", source=_SOURCE)
def roll_back(context: Context, reader: Reader) -> Answer:
    """``ROLLBACK [WORK]``; does nothing without an open transaction."""
    reader.accept("WORK")
    reader.end()
    worker = worker_of(context)

    def run() -> Result:
        worker.roll_back()
        return status(_DONE)

    return Deferred(run) if worker.open else status(_DONE)
