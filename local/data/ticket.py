"""A statement on its way: what its session's parameters say about it, and why it must stop."""

from __future__ import annotations

from dataclasses import dataclass

from local.errors import SnowflakeError
from local.model import Kind
from local.parameters import effective
from local.session import Context

_LONGEST = 7 * 86_400
"""Seconds that a statement may run where STATEMENT_TIMEOUT_IN_SECONDS is 0 (docs.snowflake.com: Parameters)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the session's parameters say about running a statement; times in seconds."""

    autocommit: bool
    timezone: str
    lock_timeout: float
    timeout: int
    abort_on_error: bool
    query: str = ""
    """The statement's query id."""


@dataclass(eq=False, slots=True)
class Ticket:
    """A statement on its way; ``error`` is why it must stop."""

    error: SnowflakeError | None = None

    def check(self) -> None:
        """Raise if the statement must stop."""
        if self.error is not None:
            raise self.error


def cancelled() -> SnowflakeError:
    """000604: the client has cancelled the statement."""
    return SnowflakeError("000604", "57014", "SQL execution canceled")


def timed_out(seconds: int) -> SnowflakeError:
    """000630: STATEMENT_TIMEOUT_IN_SECONDS is over."""
    return SnowflakeError(
        "000630",
        "57014",
        f"Statement reached its statement or warehouse timeout of {seconds} second(s) and was canceled.",
    )


class Stale(Exception):
    """What the statement was planned for has changed since."""


def terms_of(context: Context) -> Terms:
    """What the session says now; to be called where the catalogue may be read."""

    def value(name: str) -> str:
        return effective(context.catalogue, context.session, name)[0]

    limits = [int(value("STATEMENT_TIMEOUT_IN_SECONDS"))]
    warehouse = context.catalogue.lookup(context.session.warehouse)
    if warehouse is not None and warehouse.kind is Kind.WAREHOUSE:
        limits.append(int(effective(context.catalogue, warehouse, "STATEMENT_TIMEOUT_IN_SECONDS")[0]))
    return Terms(
        value("AUTOCOMMIT") == "true",
        value("TIMEZONE"),
        float(value("LOCK_TIMEOUT")),
        min((limit for limit in limits if limit), default=_LONGEST),
        value("TRANSACTION_ABORT_ON_ERROR") == "true",
        context.query_id,
    )
