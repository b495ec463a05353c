"""AT and BEFORE: the point in time that a clause means, and a table's rows at it.

Source: docs.snowflake.com: AT | BEFORE; Understanding & using Time Travel. The table has its present columns, policies
and grants at any point. Deviation: STATEMENT knows statements that wrote rows (within the retention) and the newest
others of this run of the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from local.data.columns import ColumnDef, columns_of
from local.data.guard import CHECKED
from local.data.past import MICRO, now
from local.data.store import data_store
from local.errors import SnowflakeError, compilation_error
from local.model import Obj
from local.parameters import effective, retention_days
from local.reader import Reader
from local.session import Context

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.expressions import Expr

UNAVAILABLE = "000707"
_DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS = ("TIMESTAMP", "OFFSET", "STATEMENT")


@dataclass(frozen=True, slots=True)
class Point:
    """A moment in microseconds since the epoch; ``before`` leaves out what was written just then."""

    moment: int
    before: bool = False


def read_point(context: Context, reader: Reader) -> Point | None:
    """``{AT|BEFORE} ({TIMESTAMP|OFFSET|STATEMENT} => expression)`` of CLONE; None if it does not come next."""
    from local.data.parse import parse, prepare

    word = reader.accept_one("AT", "BEFORE")
    if word is None:
        return None
    reader.expect("(")
    kind = reader.accept_one(*_KINDS)
    if kind is None:
        raise reader.unexpected()
    reader.expect("=>")
    text = reader.text_until(lambda r: r.at(")"))
    reader.expect(")")
    tree = prepare(context, parse(f"SELECT {text}"))
    return _point(context, word, kind, tree.expressions[0].unalias())


def point_of(context: Context, clause: exp.HistoricalData) -> Point:
    """The point that a clause behind a table's name means; its expression is prepared already."""
    word, kind = str(clause.this).upper(), str(clause.args["kind"]).upper()
    if word not in ("AT", "BEFORE") or kind not in _KINDS:
        raise compilation_error(f"Unsupported time travel clause {word} ({kind} => …).", "001003", "42000")
    return _point(context, word, kind, clause.expression)


def _point(context: Context, word: str, kind: str, expression: Expr) -> Point:
    from sqlglot import exp

    before = word == "BEFORE"
    if kind == "STATEMENT":
        if not (isinstance(expression, exp.Literal) and expression.is_string):
            raise compilation_error("The value of STATEMENT must be the query id of a statement.")
        store = data_store(context)
        with store.cursor() as cursor:
            found = store.past.statement(cursor, expression.name)
        if found is None:
            raise SnowflakeError("000709", "02000", f"Statement {expression.name} not found")
        began, ended = found
        return Point(began if before else ended, before)
    value = _value(context, kind, expression)
    if kind == "OFFSET":
        if not isinstance(value, int | float | Decimal) or value > 0:
            raise compilation_error("The value of OFFSET must be a number of seconds that is not positive.")
        return Point(now() + int(float(value) * MICRO), before)
    return Point(_moment(value), before)


def _value(context: Context, kind: str, expression: Expr) -> object:
    from sqlglot import exp

    from local.data.faults import translated
    from local.data.translate import to_duckdb

    if expression.find(exp.Column, exp.Query) is not None:
        raise compilation_error(f"The value of {kind} must be a constant expression.")
    sql = to_duckdb(exp.select(expression.copy()))
    zone = effective(context.catalogue, context.session, "TIMEZONE")[0].replace("'", "''")
    with data_store(context).cursor() as cursor, translated():
        cursor.execute(f"SET SESSION TimeZone = '{zone}'")
        row = cursor.execute(sql).fetchone()
    return row[0] if row else None


def _moment(value: object) -> int:
    """Microseconds since the epoch; what has no time zone is UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise compilation_error(f"Timestamp '{value}' is not recognized", "100035", "22007") from None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    if not isinstance(value, datetime):
        raise compilation_error("The value of TIMESTAMP must be a timestamp.")
    return ((value if value.tzinfo else value.replace(tzinfo=UTC)) - _EPOCH) // timedelta(microseconds=1)


def available(context: Context, table: Obj, point: Point, *, strict: bool = True) -> bool:
    """Whether the table's rows of that time are there; 000707 instead of False where ``strict``."""
    kept = now() - retention_days(context.catalogue, table) * _DAY * MICRO
    if point.moment >= max(kept, int(table.created * MICRO), data_store(context).past.floor(table.id)):
        return True
    if not strict:
        return False
    raise SnowflakeError(
        UNAVAILABLE,
        "02000",
        f"Time travel data is not available for table {table.name}. The requested time is either beyond the allowed "
        "time travel period or before the object creation time.",
    )


def past_source(context: Context, table: Obj, columns: Sequence[ColumnDef], point: Point) -> exp.Select:
    """``SELECT c1 AS "ID", … FROM (…)``: the table's rows as of that time under the columns' names."""
    import sqlglot
    from sqlglot import exp

    rows = sqlglot.parse_one(rows_at(context, table, point), read="duckdb")
    for found in rows.find_all(exp.Table):
        found.meta[CHECKED] = True
    shown = [
        exp.Alias(this=exp.column(column.physical), alias=exp.to_identifier(column.name, quoted=True))
        for column in columns
    ]
    return exp.select(*shown).from_(exp.Subquery(this=rows, alias=exp.TableAlias(this=exp.to_identifier("past"))))


def rows_at(context: Context, table: Obj, point: Point) -> str:
    """DuckDB's query for the physical columns of a table as of that time; 000707 if they are not kept."""
    available(context, table, point)
    columns = {column.physical: column.type.storage for column in columns_of(table)}
    return data_store(context).past.rows(table.id, columns, point.moment, before=point.before)
