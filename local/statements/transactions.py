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


@statement(
    "BEGIN",
    "START",
    notes="one snapshot for the whole transaction; a statement that fails while it runs ends it",
    source=_SOURCE,
)
def begin(context: Context, reader: Reader) -> Result:
    """``BEGIN [WORK|TRANSACTION] [NAME name]``; does nothing in an open transaction."""
    reader.accept_one("WORK", "TRANSACTION")
    if reader.accept("NAME"):
        reader.name()
    if not reader.done():
        raise unsupported("Snowflake Scripting (BEGIN … END)")
    worker_of(context).open = True
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
