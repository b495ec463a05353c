"""BEGIN, COMMIT, ROLLBACK; what is told about open transactions."""

from __future__ import annotations

from local.data.store import existing_store
from local.data.work import worker_of
from local.errors import unsupported
from local.reader import Reader
from local.registry import Answer, show, statement
from local.results import Column, Deferred, Result, Type, status, timestamp
from local.session import Context
from local.statements.warehouses import require_account_admin

_SOURCE = "docs.snowflake.com: Transactions; BEGIN, COMMIT, ROLLBACK"
_DONE = "Statement executed successfully."


@statement("BEGIN", "START", notes="no Snowflake Scripting block (BEGIN … END)", source=_SOURCE)
def begin(context: Context, reader: Reader) -> Answer:
    """``BEGIN [WORK|TRANSACTION] [NAME name]``; does nothing in an open transaction, unless a write without
    autocommit has opened that: then it commits it."""
    reader.accept_one("WORK", "TRANSACTION")
    name = reader.name() if reader.accept("NAME") else None
    if not reader.done():
        raise unsupported("Snowflake Scripting (BEGIN … END)")
    worker = worker_of(context)

    def run() -> Result:
        worker.begin(name)
        return status(_DONE)

    if worker.open and worker.implicit:
        return Deferred(run)
    worker.begin(name)
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


_COLUMNS = (
    Column("id", Type.FIXED, 38, 0),
    Column("user"),
    Column("session", Type.FIXED, 38, 0),
    Column("name"),
    Column("started_on", Type.TIMESTAMP_LTZ, 0, 3),
    Column("state"),
    Column("scope", Type.FIXED, 38, 0),
)


@show("TRANSACTIONS", source="docs.snowflake.com: SHOW TRANSACTIONS")
def show_transactions(context: Context, reader: Reader) -> Result:
    """``SHOW TRANSACTIONS [IN ACCOUNT]``: what runs for the user, or for everybody (ACCOUNTADMIN only)."""
    whole = reader.accept("IN", "ACCOUNT")
    reader.end()
    if whole:
        require_account_admin(context)
    store = existing_store(context.catalogue)
    rows: list[tuple[str | None, ...]] = []
    for session, worker in sorted(dict(store.workers).items()) if store is not None else ():
        transaction, user = worker.transaction, context.catalogue.lookup(worker.user)
        if transaction is None or user is None or not (whole or user.id == context.session.user):
            continue
        started = timestamp(transaction.started)
        rows.append((str(transaction.id), user.name, str(session), transaction.name, started, "running", "0"))
    return Result(_COLUMNS, rows)
