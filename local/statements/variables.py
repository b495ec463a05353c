"""SET, UNSET and SHOW VARIABLES."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from local.errors import compilation_error, unsupported
from local.names import like
from local.reader import Reader
from local.registry import COVERAGE, FUNCTION, Answer, Coverage, Level, show, statement
from local.results import Cell, Column, Deferred, Result, Type, status, timestamp
from local.session import Context
from local.statements.context_functions import try_context_select
from local.statements.queries import query
from local.variables import LONGEST, Variable

_SOURCE = "docs.snowflake.com: SQL variables, SET, UNSET, SHOW VARIABLES, GETVARIABLE"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENTS = (Type.TIMESTAMP_NTZ, Type.TIMESTAMP_LTZ, Type.TIMESTAMP_TZ)


@statement("SET", notes="no semi-structured or binary values", source=_SOURCE)
def set_variables(context: Context, reader: Reader) -> Answer:
    """``SET name = expression`` or ``SET (name, …) = (expression, …)``."""
    several = reader.at("(")
    names = list(reader.parenthesised(Reader.name)) if several else [reader.name()]
    reader.expect("=")
    text = Reader(reader.rest()).rest().rstrip().removesuffix(";").rstrip()
    if several:
        if not (text.startswith("(") and text.endswith(")")):
            raise reader.unexpected()
        text = text[1:-1]
    wanted = Reader(f"SELECT {text}")
    found = try_context_select(context, wanted)
    answer = found if found is not None else query(context, Reader(f"SELECT {text}"))
    if isinstance(answer, Deferred):
        computed = answer
        return Deferred(lambda: _keep(context, names, computed.run()), computed.cancel)
    return _keep(context, names, answer)


def _keep(context: Context, names: list[str], result: Result) -> Result:
    if len(result.columns) != len(names):
        raise compilation_error(f"SET of {len(names)} variables with {len(result.columns)} values.")
    if context.describe_only:
        return status("Statement executed successfully.")
    if len(result.rows) != 1:
        raise compilation_error("Single-row subquery returns more than one row.", "090150", "22000")
    made = [_variable(context, *item) for item in zip(names, result.columns, result.rows[0], strict=True)]
    context.session.variables.update(zip(names, made, strict=True))
    return status("Statement executed successfully.")


def _variable(context: Context, name: str, column: Column, cell: Cell) -> Variable:
    value, text = _forms(column.type, cell)
    if len(text.encode()) > LONGEST:
        raise compilation_error(
            f"Assignment to '{name}' not done because value exceeds size limit for variables. Its size is "
            f"{len(text.encode())}; the limit is {LONGEST} (internal storage size in bytes)."
        )
    before = context.session.variables.get(name)
    now = time.time()
    return Variable(column.type.value.upper(), value, text, before.created if before else now, now)


def _forms(kind: Type, cell: Cell) -> tuple[str | None, str]:
    """A cell as a bound value, and as people read it."""
    if cell is None:
        return None, ""
    if kind is Type.BOOLEAN:
        shown = "true" if cell in ("1", "true") else "false"
        return shown, shown
    if kind is Type.DATE:
        return str(int(cell) * 86_400_000), (_EPOCH + timedelta(days=int(cell))).date().isoformat()
    if kind is Type.TIME or kind in _MOMENTS:
        nanoseconds = int(Decimal(cell.partition(" ")[0]) * 1_000_000_000)
        moment = _EPOCH + timedelta(microseconds=nanoseconds // 1000)
        text = moment.strftime("%H:%M:%S" if kind is Type.TIME else "%Y-%m-%d %H:%M:%S.%f")
        return str(nanoseconds), text
    if kind in (Type.VARIANT, Type.OBJECT, Type.ARRAY, Type.BINARY):
        raise unsupported(f"variables of type {kind.value.upper()}")
    return cell, cell


@statement("UNSET", source=_SOURCE)
def unset_variables(context: Context, reader: Reader) -> Result:
    """``UNSET name`` or ``UNSET (name, …)``; a variable that is not set is no error."""
    names = reader.parenthesised(Reader.name) if reader.at("(") else (reader.name(),)
    reader.end()
    for name in names:
        context.session.variables.pop(name, None)
    return status("Statement executed successfully.")


_COLUMNS = (
    Column("session_id", Type.FIXED, 38, 0),
    Column("created_on", Type.TIMESTAMP_LTZ, 0, 3),
    Column("updated_on", Type.TIMESTAMP_LTZ, 0, 3),
    *(Column(name) for name in ("name", "value", "type", "comment")),
)


@show("VARIABLES", source=_SOURCE)
def show_variables(context: Context, reader: Reader) -> Result:
    """``SHOW VARIABLES [LIKE '…']``."""
    wanted = like(reader.string()) if reader.accept("LIKE") else None
    reader.end()
    rows = [
        (str(context.session.id), timestamp(found.created), timestamp(found.updated), name,
         found.text if found.value is not None else None, found.type.lower(), "")
        for name, found in sorted(context.session.variables.items())
        if wanted is None or wanted.match(name)
    ]  # fmt: skip
    return Result(_COLUMNS, rows)


def get_variable(context: Context, arguments: tuple[str | None, ...]) -> str | None:
    """``GETVARIABLE('NAME')``: its text; NULL for one that is not set. Names are in upper case."""
    if len(arguments) != 1:
        raise unsupported("GETVARIABLE with other than one argument")
    found = context.session.variables.get(arguments[0] or "")
    return found.text if found is not None and found.value is not None else None


FUNCTION["GETVARIABLE"] = get_variable
COVERAGE.append(Coverage("SELECT GETVARIABLE()", Level.SUPPORTED, "", _SOURCE))
