"""Values bound to ``?`` as literals of a statement."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from local.errors import compilation_error
from local.reader import whole

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = 38


def literal(kind: str, text: str | None) -> Expr:
    """The literal for a bound value in the protocol's text form; 100038 and friends for a text that does not fit.

    Dates come as milliseconds, times and timestamps as nanoseconds since the epoch (TIMESTAMP_TZ with its offset in
    minutes + 1440 behind a blank); drivers may also send them as plain text.
    """
    from sqlglot import exp

    if text is None:
        return exp.null()
    try:
        text.encode()
        match kind.upper():
            case "FIXED":
                return exp.Literal.number(_number(text))
            case "REAL":
                return exp.cast(exp.Literal.string(str(float(text))), "DOUBLE")
            case "BOOLEAN":
                return exp.true() if text.lower() in ("true", "1", "t") else exp.false()
            case "DATE":
                return exp.cast(exp.Literal.string(_date(text)), "DATE")
            case "TIME":
                return exp.cast(exp.Literal.string(_time(text)), "TIME")
            case "TIMESTAMP_NTZ":
                return exp.cast(exp.Literal.string(_timestamp(text)), "TIMESTAMP_NTZ", dialect="snowflake")
            case "TIMESTAMP_LTZ" | "TIMESTAMP_TZ":
                return exp.cast(exp.Literal.string(_timestamp(text) + "+00:00"), "TIMESTAMP_LTZ", dialect="snowflake")
            case "BINARY":
                return exp.HexString(this=bytes.fromhex(text).hex().upper())
            case _:
                return exp.Literal.string(text)
    except (ArithmeticError, ValueError):
        raise compilation_error(f"Bind value '{text}' is no {kind.upper()}.", "002086", "22018") from None


def _number(text: str) -> str:
    number = Decimal(text)
    if not number.is_finite() or number.adjusted() > _DIGITS or len(number.as_tuple().digits) > _DIGITS:
        raise ValueError(text)
    return format(number, "f")


def _date(text: str) -> str:
    if whole(text) is None:
        return date.fromisoformat(text).isoformat()
    return (_EPOCH + timedelta(milliseconds=int(text))).date().isoformat()


def _time(text: str) -> str:
    if whole(text) is None:
        return time.fromisoformat(text).isoformat()
    return (_EPOCH + timedelta(microseconds=int(text) // 1000)).time().isoformat()


def _timestamp(text: str) -> str:
    nanoseconds = text.split(" ")[0]
    since = whole(nanoseconds)
    if since is not None:
        moment = _EPOCH + timedelta(microseconds=since // 1000)
    else:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment
    return moment.replace(tzinfo=None).isoformat(sep=" ")
