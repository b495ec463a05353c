"""COPY INTO <table>: files become rows, all or as ON_ERROR says, in the statement's own DuckDB transaction.

Source: docs.snowflake.com, COPY INTO <table> (output, copyOptions), VALIDATE (errors).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.data.cells import failure, fitted, nullable_text, text_cell
from local.data.columns import ColumnDef
from local.data.copy_job import CopyJob, choose
from local.data.encode import fetch
from local.data.files import StagedFile
from local.data.loads import Load, Reject, known, write
from local.data.overlay import Writing
from local.data.staged import ROW, Fault, Opened, Wanted, close_file, open_file
from local.data.store import DataStore
from local.data.values import converted
from local.data.work import Worker
from local.errors import SnowflakeError, compilation_error, unsupported
from local.names import quote
from local.results import Cell, Column, Result, StatementType, Type

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

VIEW = "_staged"
_HINT = (
    "  If you would like to continue loading when an error is encountered, use other values such as 'SKIP_FILE' or "
    "'CONTINUE' for the ON_ERROR option. For more information on loading options, please run 'info loading_data' in a "
    "SQL client."
)


def _number(name: str) -> Column:
    return Column(name, Type.FIXED, 38, 0)


COLUMNS = (
    Column("file"), Column("status"), _number("rows_parsed"), _number("rows_loaded"), _number("error_limit"),
    _number("errors_seen"), Column("first_error"), _number("first_error_line"), _number("first_error_character"),
    Column("first_error_column_name"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cells:
    """DuckDB SQL for each of the table's columns over one file's view; None for what the file does not fill."""

    sql: tuple[str | None, ...]
    raw: tuple[str | None, ...]
    """The value before it is converted, as text."""


def run_copy(job: CopyJob, cursor: DuckDBPyConnection, store: DataStore, worker: Worker, writing: Writing) -> Result:
    """Load the files; the caller commits."""
    if job.before:
        with store.cursor() as other:
            for statement in job.before:
                other.execute(statement)
    choice = choose(job, known(cursor, worker, job.table.id), time.time())
    if job.options.validation:
        return _validate(job, cursor, choice.load)
    rows: list[tuple[Cell, ...]] = [
        (file, status, None, None, None, None, message, None, None, None) for file, status, message in choice.told
    ]
    done: list[tuple[Load, list[Reject]]] = []
    for file in choice.load:
        load, rejected = _one(job, cursor, store, writing, file)
        done.append((load, rejected))
        rows.append(_row(load))
    loads, left = [load for load, _ in done], [reject for _, found in done for reject in found]
    write(cursor, worker, loads, left)
    if job.options.failed_only:
        rows = [row for row in rows if row[1] in ("LOAD_FAILED", "PARTIALLY_LOADED")]
    if not rows:
        text = f"Copy executed with {len(loads)} files processed."
        return Result((Column("status", length=len(text)),), ((text,),), StatementType.SELECT)
    return Result(COLUMNS, rows, StatementType.SELECT, sum(load.rows for load in loads))


def _row(load: Load) -> tuple[Cell, ...]:
    def text(value: int | None) -> Cell:
        return None if value is None else str(value)

    return (load.shown, load.status, str(load.parsed), str(load.rows), str(load.limit), str(load.errors), load.message,
            text(load.line), text(load.character), load.column)  # fmt: skip


def _one(
    job: CopyJob, cursor: DuckDBPyConnection, store: DataStore, writing: Writing, file: StagedFile
) -> tuple[Load, list[Reject]]:
    """Load one file as ON_ERROR says."""
    strict = job.options.on_error.word == "ABORT_STATEMENT"
    try:
        opened = _open(job, cursor, file)
    except SnowflakeError as error:
        if strict or not error.code.startswith("100"):
            raise
        fault = Fault(0, 1, 1, 0, error.code, error.state, error.message, category="parsing")
        return _load(job, file, 0, 0, [fault]), _rejects(job, file, [fault])
    try:
        if strict:
            return _load(job, file, opened.rows, _strictly(job, cursor, store, writing, file, opened), []), []
        faults = sorted([*opened.faults, *_wrong(job, cursor, opened)], key=lambda fault: fault.row)
        given_up = len(faults) >= job.options.on_error.allowed(opened.rows) and job.options.on_error.word != "CONTINUE"
        bad = {fault.row for fault in faults}
        rows = 0 if given_up else writing.insert(_select(job, _cells(job, opened), opened, bad))
        return _load(job, file, opened.rows, rows, faults), _rejects(job, file, faults)
    finally:
        close_file(cursor, VIEW)


def _strictly(
    job: CopyJob, cursor: DuckDBPyConnection, store: DataStore, writing: Writing, file: StagedFile, opened: Opened
) -> int:
    """Load all of a file; an error of DuckDB's is looked up in the file, to say where it is."""
    import duckdb

    if opened.faults:
        first = min([opened.faults[0], *_wrong(job, cursor, opened, most=1)], key=lambda fault: fault.row)
        raise _aborted(job, file, first)
    ((zone,),) = cursor.execute("SELECT current_setting('TimeZone')").fetchall()
    try:
        return writing.insert(_select(job, _cells(job, opened), opened, set()))
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        with store.cursor() as other:
            other.execute("SET SESSION TimeZone = '" + str(zone).replace("'", "''") + "'")
            again = _open(job, other, file)
            found = _wrong(job, other, again, most=1)
        if not found:
            raise
        raise _aborted(job, file, found[0]) from error


def _open(job: CopyJob, cursor: DuckDBPyConnection, file: StagedFile) -> Opened:
    named = job.options.match_by_name != "NONE"
    folded = job.options.match_by_name == "CASE_INSENSITIVE"
    matched = tuple(column.name.upper() if folded else column.name for column in job.chosen) if named else ()
    want = Wanted(
        job.made,
        job.fields,
        job.keys,
        None if job.projections is not None or named else len(job.chosen),
        job.table.name,
        matched if job.made.kind == "JSON" else (),
        folded,
    )
    shown = job.location.shown(file.name) if job.location.external else file.name
    return open_file(cursor, job.location.place, file, shown.removeprefix("s3://").split("/", 1)[-1]
                     if job.location.external else shown, VIEW, want)  # fmt: skip


# Columns


def _cells(job: CopyJob, opened: Opened) -> Cells:
    """How the columns are made from the file's view."""
    made = {column.id: _source(job, opened, index, column) for index, column in enumerate(job.chosen)}
    found = [made.get(column.id) for column in job.columns]
    return Cells(tuple(cell[0] if cell else None for cell in found), tuple(cell[1] if cell else None for cell in found))


def _source(job: CopyJob, opened: Opened, index: int, column: ColumnDef) -> tuple[str, str] | None:
    """DuckDB SQL of a chosen column and of its raw text."""
    meta = job.options.metadata.get(column.name)
    if meta is not None:
        return converted(quote(meta), column.type), quote(meta)
    if job.projections is not None:
        projection = job.projections[index]
        if projection.text:
            return text_cell(f"({projection.sql})", column.type, job.made, cut=job.options.cut), projection.raw
        return _native(f"({projection.sql})", column, job), projection.raw
    if job.options.match_by_name != "NONE":
        return _matched(job, opened, column)
    if job.made.kind == "CSV":
        name = quote(f"${index + 1}")
        return text_cell(name, column.type, job.made, cut=job.options.cut), name
    return '"$1"', '"$1"'


def _native(sql: str, column: ColumnDef, job: CopyJob) -> str:
    if column.type.name == "VARCHAR":
        return fitted(sql, column.type, cut=job.options.cut)
    return converted(sql, column.type)


def _matched(job: CopyJob, opened: Opened, column: ColumnDef) -> tuple[str, str] | None:
    folded = job.options.match_by_name == "CASE_INSENSITIVE"
    wanted = column.name.upper() if folded else column.name
    places = [name for name in opened.columns if (name.upper() if folded else name) == wanted]
    if len(places) > 1:
        raise compilation_error(f"Duplicate column '{wanted}' in the file for MATCH_BY_COLUMN_NAME.", "002025", "42S21")
    if not places:
        return None
    semi = column.type.storage == "JSON"
    if job.made.kind == "CSV":
        name = quote(f"${list(opened.columns).index(places[0]) + 1}")
        return text_cell(name, column.type, job.made, cut=job.options.cut), name
    name = quote(f"$1:{places[0]}")
    if job.made.kind == "JSON":
        text = f"({name} ->> '$')"
        if semi:
            return f"CAST({name} AS JSON)", name
        return text_cell(f"({nullable_text(text, job.made)})", column.type, job.made, cut=job.options.cut), text
    if opened.columns[places[0]] == "VARCHAR" and not semi:
        text = f"({nullable_text(f'trim({name})' if job.made.on('TRIM_SPACE') else name, job.made)})"
        return text_cell(text, column.type, job.made, cut=job.options.cut), name
    if opened.columns[places[0]].startswith("TIMESTAMP") and column.type.name.startswith("TIMESTAMP"):
        return f"CAST({name} AS {column.type.storage})", name
    return _native(name, column, job), name


def _select(job: CopyJob, cells: Cells, opened: Opened, bad: set[int]) -> str:
    shown = ", ".join(
        cell if cell is not None else job.defaults[column.id]
        for column, cell in zip(job.columns, cells.sql, strict=True)
    )
    where = f" WHERE {ROW} NOT IN ({', '.join(map(str, sorted(bad)))})" if bad else ""
    alias = f" AS {quote(job.alias)}" if job.alias else ""
    return f"SELECT {shown} FROM {opened.name}{alias}{where}"  # noqa: S608


def _wrong(job: CopyJob, cursor: DuckDBPyConnection, opened: Opened, most: int | None = None) -> list[Fault]:
    """Values that do not fit their columns: one fault for each record, its first."""
    cells = _cells(job, opened)
    filled = [(c, sql, raw) for c, sql, raw in zip(job.columns, cells.sql, cells.raw, strict=True) if sql is not None]
    if not filled:
        return []
    tries = [f"TRY([{sql}])" for _, sql, _ in filled]
    tests = [
        f"({attempt} IS NULL{'' if column.nullable else f' OR {attempt}[1] IS NULL'})"
        for attempt, (column, _, _) in zip(tries, filled, strict=True)
    ]
    which = " ".join(f"WHEN {test} THEN {index}" for index, test in enumerate(tests))
    values = " ".join(f"WHEN {index} THEN TRY(CAST({raw} AS VARCHAR))" for index, (_, _, raw) in enumerate(filled))
    alias = f" AS {quote(job.alias)}" if job.alias else ""
    limit = f" LIMIT {most}" if most is not None else ""
    found = cursor.execute(
        f"SELECT {ROW}, wrong, CASE wrong {values} END FROM (SELECT *, CASE {which} END AS wrong "  # noqa: S608
        f"FROM {opened.name}{alias}){alias} WHERE wrong IS NOT NULL ORDER BY {ROW}{limit}"
    ).fetchall()
    return [_fault(job, opened, int(row), filled[int(index)][0], value) for row, index, value in found]


def _fault(job: CopyJob, opened: Opened, row: int, column: ColumnDef, value: str | None) -> Fault:
    place = [chosen.id for chosen in job.chosen].index(column.id)
    spot = opened.spot(row, place if job.projections is None else 0)
    code, state, message = failure(value, column, job.made.kind)
    if job.projections is not None and job.made.kind != "CSV" and value is not None:
        # What comes out of a record is a VARIANT.
        code, state, message = "100071", "22000", f"Failed to cast variant value {value} to {column.type.name}"
    name = f'"{job.table.name}"["{column.name}":{place + 1}]'
    return Fault(row, spot.line, spot.character, spot.offset, code, state, message, name, spot.text)


# Results


def _load(job: CopyJob, file: StagedFile, parsed: int, rows: int, faults: Sequence[Fault]) -> Load:
    first = faults[0] if faults else None
    status = "LOADED" if first is None else "PARTIALLY_LOADED" if rows else "LOAD_FAILED"
    return Load(
        job.table.id, job.query_id, job.key(file), job.location.shown(file.name), job.location.text, file.etag,
        file.size, time.time(), status, parsed, rows, job.options.on_error.allowed(parsed), len(faults),
        first.message if first else None, first.line if first else None, first.character if first else None,
        (first.column or None) if first else None,
    )  # fmt: skip


def _rejects(job: CopyJob, file: StagedFile, faults: Sequence[Fault]) -> list[Reject]:
    shown = job.location.shown(file.name)
    return [
        Reject(job.table.id, job.query_id, f.message, shown, f.line, f.character, f.offset, f.category, f.code, f.state,
               f.column, f.row, f.line, f.text)
        for f in faults
    ]  # fmt: skip


def _aborted(job: CopyJob, file: StagedFile, fault: Fault) -> SnowflakeError:
    where = f"  File '{job.location.shown(file.name)}', line {fault.line}, character {fault.character}\n"
    column = f"  Row {fault.row}, column {fault.column}\n" if fault.column else f"  Row {fault.row}\n"
    return SnowflakeError(fault.code, fault.state, f"{fault.message}\n{where}{column}{_HINT}")


_ERRORS = (
    Column("ERROR"), Column("FILE"), _number("LINE"), _number("CHARACTER"), _number("BYTE_OFFSET"), Column("CATEGORY"),
    _number("CODE"), Column("SQL_STATE"), Column("COLUMN_NAME"), _number("ROW_NUMBER"), _number("ROW_START_LINE"),
    Column("REJECTED_RECORD"),
)  # fmt: skip


def errors_result(rejects: Sequence[Reject]) -> Result:
    """Left out records as VALIDATE and VALIDATION_MODE show them."""
    rows: list[tuple[Cell, ...]] = [
        (r.error, r.file, str(r.line), str(r.character), str(r.offset), r.category, r.code, r.state, r.column or None,
         str(r.row), str(r.start), r.record)
        for r in rejects
    ]  # fmt: skip
    return Result(_ERRORS, rows)


def _validate(job: CopyJob, cursor: DuckDBPyConnection, files: Sequence[StagedFile]) -> Result:
    """VALIDATION_MODE: rows as they would be loaded, or every error; nothing is written."""
    if job.projections is not None:
        raise unsupported("VALIDATION_MODE of a COPY with a SELECT")
    mode = job.options.validation
    most = int(mode.split("_")[1]) if mode.endswith("_ROWS") else 0
    rejects: list[Reject] = []
    columns: tuple[Column, ...] = tuple(column.type.column(column.name) for column in job.columns)
    rows: list[tuple[Cell, ...]] = []
    for file in files:
        opened = _open(job, cursor, file)
        try:
            faults = sorted([*opened.faults, *_wrong(job, cursor, opened)], key=lambda fault: fault.row)
            if most and faults and faults[0].row <= most - len(rows):
                raise _aborted(job, file, faults[0])
            rejects += _rejects(job, file, faults)
            if most > len(rows):
                sql = _select(job, _cells(job, opened), opened, {fault.row for fault in faults})
                cursor.execute(f"{sql} ORDER BY {ROW} LIMIT {most - len(rows)}")
                names = [column.name for column in job.columns]
                rows += fetch(cursor, names, [column.type for column in job.columns]).rows
        finally:
            close_file(cursor, VIEW)
    return Result(columns, rows) if most else errors_result(rejects)
