"""INFER_SCHEMA, VALIDATE, COPY_HISTORY, RESULT_SCAN and the view LOAD_HISTORY as relations of a query.

Source: docs.snowflake.com, pages of these names.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from local.data.attach import Attachment, Value, attach, next_name, register
from local.data.columns import ColumnDef
from local.data.formats import FileFormat, resolve_format
from local.data.inference import file_types, wider
from local.data.loads import Load, history, rejected
from local.data.locations import Access, resolve_location
from local.data.result_scan import query_id_of, result_scan
from local.data.staged_table import LOAD_FUNCTIONS
from local.data.types import NUMBER, VARCHAR, SqlType
from local.data.work import worker_of
from local.errors import compilation_error, unsupported
from local.model import Json, Kind, Obj
from local.reader import Reader
from local.session import Context

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from sqlglot import exp
    from sqlglot.expressions import Expr

_MOMENT = SqlType("TIMESTAMP_LTZ", scale=9)
_DAY = 86_400
Found = tuple["exp.Select", Sequence[ColumnDef]]


def _defs(*columns: tuple[str, SqlType]) -> list[ColumnDef]:
    return [ColumnDef(index, name, kind) for index, (name, kind) in enumerate(columns)]


def _text(*names: str) -> list[tuple[str, SqlType]]:
    return [(name, VARCHAR) for name in names]


def call_of(node: Expr) -> tuple[str, list[Expr], dict[str, Expr]] | None:
    """Name and arguments of one of these functions in TABLE(…); None for any other."""
    from sqlglot import exp

    inner = node.this
    if isinstance(inner, exp.Dot):
        inner = inner.expression
    if not isinstance(inner, exp.Anonymous) or inner.name.upper() not in LOAD_FUNCTIONS:
        return None
    given = [item for item in inner.expressions if not isinstance(item, exp.Kwarg)]
    named = {item.this.name.upper(): item.expression for item in inner.expressions if isinstance(item, exp.Kwarg)}
    return inner.name.upper(), given, named


def table_function(context: Context, name: str, given: list[Expr], named: dict[str, Expr]) -> Found:
    """The relation behind a call."""
    match name:
        case "INFER_SCHEMA":
            return _infer(context, named)
        case "VALIDATE":
            return _validate(context, given, named)
        case "RESULT_SCAN":
            return result_scan(context, query_id_of(context, given))
    return _copy_history(context, named)


def _literal(expression: Expr | None, name: str) -> str | None:
    from sqlglot import exp

    if expression is None:
        return None
    if isinstance(expression, (exp.Literal, exp.Boolean)):
        return expression.name if isinstance(expression, exp.Literal) else str(expression.this)
    raise unsupported(f"{name} => anything but a literal")


# VALIDATE

_ERRORS = _defs(
    *_text("ERROR", "FILE"), ("LINE", NUMBER), ("CHARACTER", NUMBER), ("BYTE_OFFSET", NUMBER), ("CATEGORY", VARCHAR),
    ("CODE", NUMBER), *_text("SQL_STATE", "COLUMN_NAME"), ("ROW_NUMBER", NUMBER), ("ROW_START_LINE", NUMBER),
    ("REJECTED_RECORD", VARCHAR),
)  # fmt: skip


def _validate(context: Context, given: list[Expr], named: dict[str, Expr]) -> Found:
    from local.statements.tables import find_table

    if len(given) != 1:
        raise compilation_error("VALIDATE takes a table and JOB_ID => '…'.", "000938", "22023")
    table = find_table(context, _path(given[0]))
    context.access.require(table, "SELECT")
    job = _literal(named.get("JOB_ID"), "JOB_ID")
    query = None if job in (None, "_last") else job
    worker = worker_of(context)

    def rows(cursor: DuckDBPyConnection) -> list[Sequence[Value]]:
        return [
            (r.error, r.file, r.line, r.character, r.offset, r.category, int(r.code), r.state, r.column or None, r.row,
             r.start, r.record)
            for r in rejected(cursor, worker, table.id, query)
        ]  # fmt: skip

    return _relation(context, _ERRORS, rows)


def _path(expression: Expr) -> tuple[str, ...]:
    from sqlglot import exp

    if isinstance(expression, exp.Literal):
        return Reader(expression.name).path()
    return Reader(expression.sql(dialect="snowflake")).path()


def _relation(
    context: Context, columns: list[ColumnDef], rows: Callable[[DuckDBPyConnection], Sequence[Sequence[Value]]]
) -> Found:
    name = next_name(context)

    def make(cursor: DuckDBPyConnection) -> None:
        register(cursor, name, columns, rows(cursor))

    return attach(context, Attachment(name, make), columns), columns


# Histories

_LOADS = _defs(
    *_text("SCHEMA_NAME", "FILE_NAME", "TABLE_NAME"), ("LAST_LOAD_TIME", _MOMENT), ("STATUS", VARCHAR),
    ("ROW_COUNT", NUMBER), ("ROW_PARSED", NUMBER), ("FIRST_ERROR_MESSAGE", VARCHAR),
    ("FIRST_ERROR_LINE_NUMBER", NUMBER), ("FIRST_ERROR_CHARACTER_POSITION", NUMBER), ("FIRST_ERROR_COL_NAME", VARCHAR),
    ("ERROR_COUNT", NUMBER), ("ERROR_LIMIT", NUMBER),
)  # fmt: skip
_COPIES = _defs(
    *_text("FILE_NAME", "STAGE_LOCATION"), ("LAST_LOAD_TIME", _MOMENT), ("ROW_COUNT", NUMBER), ("ROW_PARSED", NUMBER),
    ("FILE_SIZE", NUMBER), ("FIRST_ERROR_MESSAGE", VARCHAR), ("FIRST_ERROR_LINE_NUMBER", NUMBER),
    ("FIRST_ERROR_CHARACTER_POS", NUMBER), ("FIRST_ERROR_COLUMN_NAME", VARCHAR), ("ERROR_COUNT", NUMBER),
    ("ERROR_LIMIT", NUMBER), *_text("STATUS", "TABLE_CATALOG_NAME", "TABLE_SCHEMA_NAME", "TABLE_NAME",
    "PIPE_CATALOG_NAME", "PIPE_SCHEMA_NAME", "PIPE_NAME"), ("PIPE_RECEIVED_TIME", _MOMENT),
    ("FIRST_COMMIT_TIME", _MOMENT),
)  # fmt: skip
_STATUS = {"LOADED": "Loaded", "PARTIALLY_LOADED": "Partially loaded", "LOAD_FAILED": "Load failed"}


def load_history(context: Context, database: Obj) -> Found:
    """The view INFORMATION_SCHEMA.LOAD_HISTORY: 14 days, at most 10,000 rows, tables that the session may see."""
    tables = {
        table.id: (schema.name, table.name)
        for schema in context.catalogue.children(database.id, Kind.SCHEMA)
        for table in context.catalogue.children(schema.id, Kind.TABLE)
        if context.access.visible(table)
    }
    worker = worker_of(context)

    def rows(cursor: DuckDBPyConnection) -> list[Sequence[Value]]:
        found = history(cursor, worker, list(tables), time.time() - 14 * _DAY)[-10_000:]
        return [
            (tables[x.table][0], x.shown, tables[x.table][1], x.loaded, x.status.replace("_", " "), x.rows, x.parsed,
             x.message, x.line, x.character, x.column, x.errors, x.limit)
            for x in found
        ]  # fmt: skip

    return _relation(context, _LOADS, rows)


def _copy_history(context: Context, named: dict[str, Expr]) -> Found:
    from local.statements.tables import find_table

    name = _literal(named.get("TABLE_NAME"), "TABLE_NAME")
    if name is None or "START_TIME" not in named:
        raise compilation_error("COPY_HISTORY needs TABLE_NAME and START_TIME.", "000938", "22023")
    table = find_table(context, Reader(name).path())
    database, schema = context.catalogue.path(table)[:2]
    context.access.require(table, "SELECT", "INSERT")
    bounds = [_moment(named[key]) if key in named else None for key in ("START_TIME", "END_TIME")]
    worker = worker_of(context)

    def row(x: Load) -> Sequence[Value]:
        return (x.shown, x.stage, x.loaded, x.rows, x.parsed, x.size, x.message, x.line, x.character, x.column,
                x.errors, x.limit, _STATUS[x.status], database, schema, table.name, *(None,) * 4, x.loaded)  # fmt: skip

    def rows(cursor: DuckDBPyConnection) -> list[Sequence[Value]]:
        times = [_seconds(cursor, bound) if bound else None for bound in bounds]
        since = max(times[0] or 0.0, time.time() - 14 * _DAY)
        return [row(x) for x in history(cursor, worker, [table.id], since) if times[1] is None or x.loaded <= times[1]]

    return _relation(context, _COPIES, rows)


def _moment(expression: Expr) -> str:
    from sqlglot import exp

    from local.data.translate import to_duckdb

    return to_duckdb(exp.select(expression.copy()))


def _seconds(cursor: DuckDBPyConnection, query: str) -> float:
    ((found,),) = cursor.execute(f"SELECT epoch(CAST(({query}) AS TIMESTAMPTZ))").fetchall()
    return float(found)


# INFER_SCHEMA

_INFERRED = _defs(*_text("COLUMN_NAME", "TYPE"), ("NULLABLE", SqlType("BOOLEAN")), *_text("EXPRESSION", "FILENAMES"),
                  ("ORDER_ID", NUMBER))  # fmt: skip


def _infer(context: Context, named: dict[str, Expr]) -> Found:
    texts = {key: _literal(value, key) for key, value in named.items()}
    unknown = texts.keys() - {"LOCATION", "FILE_FORMAT", "IGNORE_CASE", "MAX_FILE_COUNT", "MAX_RECORDS_PER_FILE"}
    where, format_name = texts.get("LOCATION"), texts.get("FILE_FORMAT")
    if unknown:
        raise unsupported(f"INFER_SCHEMA({min(unknown)} => …)")
    if where is None or format_name is None:
        raise compilation_error("INFER_SCHEMA needs LOCATION and FILE_FORMAT.", "000938", "22023")
    location = resolve_location(context, where, Access.READ)
    made = resolve_format(context, {"FORMAT_NAME": list[Json](Reader(format_name).path())})
    ignore_case = str(texts.get("IGNORE_CASE")).lower() == "true"
    most = int(texts.get("MAX_FILE_COUNT") or 1_000_000)

    def rows(cursor: DuckDBPyConnection) -> list[Sequence[Value]]:
        found: dict[str, tuple[str, list[str]]] = {}
        for file in location.files()[:most]:
            for column, kind in file_types(cursor, location.place, file, made).items():
                name = column.upper() if ignore_case else column
                known = found.get(name)
                merged = kind if known is None or known[0] == kind else wider(known[0], kind)
                found[name] = (merged, [*(known[1] if known else []), location.shown(file.name)])
        return [
            (name, kind, True, _expression(made, name, index, kind, ignore_case), ", ".join(files), index)
            for index, (name, (kind, files)) in enumerate(found.items())
        ]

    return _relation(context, _INFERRED, rows)


def _expression(made: FileFormat, name: str, index: int, kind: str, ignore_case: bool) -> str:
    if made.kind == "CSV":
        return f"${index + 1}::{kind}"
    return f"GET_IGNORE_CASE ($1, '{name}')::{kind}" if ignore_case else f"$1:{name}::{kind}"
