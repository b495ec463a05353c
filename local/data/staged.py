"""Staged files as relations of DuckDB: one view per file, with ``$1`` … and the METADATA$ columns.

Source: docs.snowflake.com, Querying data in staged files; Querying metadata for staged files. Text files are read here
(``csv_files``, ``json_files``) and handed over as Arrow tables, Parquet files are DuckDB's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.data import csv_files, json_files
from local.data.cells import nullable_text, quoted
from local.data.files import StagedFile
from local.data.formats import FileFormat
from local.data.locations import Place
from local.data.unpack import as_text, content
from local.errors import SnowflakeError
from local.names import quote

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

ROW = "_r"
"""The column with a record's number in its file, from 1."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A record that cannot be read, or a value that does not fit its column; positions count from 1."""

    row: int
    line: int
    character: int
    offset: int
    code: str
    state: str
    message: str
    column: str = ""
    text: str = ""
    category: str = "conversion"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a record is in its file."""

    line: int
    character: int
    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a statement asks of the files: how many fields, which members of Parquet's records, which names.

    ``width`` is the number of columns that every record must have; None takes records as they are.
    """

    made: FileFormat
    fields: int
    keys: tuple[str, ...] = ()
    width: int | None = None
    table: str = ""
    matched: tuple[str, ...] = ()
    """Columns that are matched by name; with ``folded`` in upper case."""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A file as the view ``name``; ``columns`` are the names of its fields where it has some, with DuckDB's types."""

    name: str
    rows: int
    faults: Sequence[Fault]
    columns: Mapping[str, str]
    spot: Callable[[int, int], Spot] = field(repr=False)
    """Row and index of a field → where it is."""


def open_file(
    cursor: DuckDBPyConnection, place: Place, file: StagedFile, shown: str, name: str, want: Wanted
) -> Opened:
    """Make the view ``name`` of one file; ``shown`` is METADATA$FILENAME. Raises only if the file as a whole is bad."""
    path = place.fetch(file)
    meta = ", ".join(
        (
            f"{quoted(shown)} AS {quote('METADATA$FILENAME')}",
            f"CAST({ROW} AS DECIMAL(38,0)) AS {quote('METADATA$FILE_ROW_NUMBER')}",
            f"{quoted(file.etag)} AS {quote('METADATA$FILE_CONTENT_KEY')}",
            f"make_timestamp({int(file.modified * 1_000_000)}) AS {quote('METADATA$FILE_LAST_MODIFIED')}",
            f"to_timestamp({time.time():.3f}) AS {quote('METADATA$START_SCAN_TIME')}",
        )
    )
    if want.made.kind == "PARQUET":
        return _parquet(cursor, str(path), name, meta, want)
    data = content(path, want.made)
    return (_csv if want.made.kind == "CSV" else _json)(cursor, data, name, meta, want)


def close_file(cursor: DuckDBPyConnection, name: str) -> None:
    """Drop what ``open_file`` made."""
    import duckdb

    # In a transaction that an error has aborted both fail: the view goes with it, the rows with the next file's.
    with suppress(duckdb.Error):
        cursor.execute(f"DROP VIEW IF EXISTS {name}")
        cursor.unregister(f"{name}_rows")


def _view(cursor: DuckDBPyConnection, name: str, shown: Sequence[str], meta: str, source: str) -> None:
    cells = ", ".join([*shown, meta])
    cursor.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {cells}, {ROW} FROM {source}")  # noqa: S608


# CSV


def _csv(cursor: DuckDBPyConnection, data: bytes, name: str, meta: str, want: Wanted) -> Opened:
    import pyarrow as pa

    made = want.made
    header: list[str] = []
    fields = want.fields
    table: pa.Table | None = None
    if want.width is not None and made.on("ERROR_ON_COLUMN_COUNT_MISMATCH") and not made.on("PARSE_HEADER"):
        table = csv_files.as_arrow(data, made, want.width)
    if table is not None:
        rows, faults = table.num_rows, list[Fault]()
        table = table.append_column(ROW, pa.array(range(1, rows + 1), pa.int64()))
    else:
        records = csv_files.records(as_text(data, made), made)
        if made.on("PARSE_HEADER"):
            first = next(records, None)
            header = [cell or "" for cell in first.fields] if first is not None else []
            fields = len(header)
        table, rows, faults = _records(records, fields, want)
    cursor.register(f"{name}_rows", table)
    shown = [f"{nullable_text(quote(f'${i + 1}'), made)} AS {quote(f'${i + 1}')}" for i in range(fields)]
    _view(cursor, name, shown, meta, f"{name}_rows")

    def spot(row: int, column: int) -> Spot:
        found = csv_files.records(as_text(data, made), made)
        for number, record in enumerate(found, 0 if header else 1):
            if number == row:
                character = csv_files.column_start(record, made, column)
                return Spot(record.line, character, record.start, record.text.rstrip("\r\n"))
        return Spot(0, 0, 0, "")

    return Opened(name, rows, faults, dict.fromkeys(header, "VARCHAR"), spot)


def _records(records: Iterator[csv_files.Record], fields: int, want: Wanted) -> tuple[pa.Table, int, list[Fault]]:
    import pyarrow as pa

    cells: list[list[str | None]] = [[] for _ in range(fields)]
    numbers: list[int] = []
    faults: list[Fault] = []
    strict = want.width is not None and want.made.on("ERROR_ON_COLUMN_COUNT_MISMATCH")
    row = 0
    for row, record in enumerate(records, 1):
        count = len(record.fields)
        message, code = record.fault, "100016"
        if not message and strict and count != want.width:
            code = "100080"
            message = (
                f"Number of columns in file ({count}) does not match that of the corresponding table ({want.width}), "
                "use file format option error_on_column_count_mismatch=false to ignore this error"
            )
        if message:
            column = f'"{want.table}"[{count}]' if want.table else ""
            text = record.text.rstrip("\r\n")
            faults.append(Fault(row, record.line, 1, record.start, code, "22000", message, column, text, "parsing"))
            continue
        numbers.append(row)
        for index in range(fields):
            cells[index].append(record.fields[index] if index < count else None)
    arrays = [pa.array(column, pa.string()) for column in cells]
    names = [f"${index + 1}" for index in range(fields)]
    return pa.table([*arrays, pa.array(numbers, pa.int64())], names=[*names, ROW]), row, faults


# JSON


def _json(cursor: DuckDBPyConnection, data: bytes, name: str, meta: str, want: Wanted) -> Opened:
    import pyarrow as pa

    made = want.made
    texts: list[str] = []
    members: list[list[str | None]] = [[] for _ in want.matched]
    numbers: list[int] = []
    faults: list[Fault] = []
    row = 0
    for row, found in enumerate(json_files.documents(as_text(data, made), made), 1):
        if found.fault:
            text = found.text.strip()
            faults.append(Fault(row, found.line, 1, found.start, "100069", "22P02", found.fault, "", text, "parsing"))
            continue
        numbers.append(row)
        texts.append(found.text)
        _take(found.value, want, members)
    arrays = [pa.array(texts, pa.string()), *(pa.array(column, pa.string()) for column in members)]
    names = ["$1", *(f"$1:{key}" for key in want.matched), ROW]
    cursor.register(f"{name}_rows", pa.table([*arrays, pa.array(numbers, pa.int64())], names=names))
    shown = ['CAST("$1" AS JSON) AS "$1"', *(quote(f"$1:{key}") for key in want.matched)]
    shown += [f"NULL AS {quote(f'${i + 2}')}" for i in range(want.fields - 1)]
    _view(cursor, name, shown, meta, f"{name}_rows")

    def spot(row: int, column: int) -> Spot:
        for number, found in enumerate(json_files.documents(as_text(data, made), made), 1):
            if number == row:
                return Spot(found.line, 1, found.start, found.text)
        return Spot(0, 0, 0, "")

    return Opened(name, row, faults, dict.fromkeys(want.matched, "JSON"), spot)


def _take(value: object, want: Wanted, members: Sequence[list[str | None]]) -> None:
    """Members of a record by name, each as JSON text; NULL for what is missing or null."""
    import json

    if not want.matched:
        return
    record = value if isinstance(value, dict) else {}
    if want.folded:
        record = {str(key).upper(): item for key, item in record.items()}
    for column, key in zip(members, want.matched, strict=True):
        item = record.get(key)
        column.append(None if item is None else json.dumps(item, ensure_ascii=False))


# Parquet


def _parquet(cursor: DuckDBPyConnection, path: str, name: str, meta: str, want: Wanted) -> Opened:
    import duckdb

    text = "true" if want.made.on("BINARY_AS_TEXT") else "false"
    source = f"read_parquet({quoted(path)}, binary_as_string={text}, file_row_number=true, hive_partitioning=false)"
    try:
        described = cursor.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {source}").fetchall()  # noqa: S608
        counted = cursor.execute(f"SELECT num_rows FROM parquet_file_metadata({quoted(path)})").fetchall()  # noqa: S608
    except duckdb.Error as error:
        cause = str(error).split("\n")[0]
        raise SnowflakeError("100152", "22000", f"Error parsing the parquet file: {cause[:200]}") from None
    columns = {str(row[0]): str(row[1]) for row in described}
    shown = [f"{_columnar(quote(name), kind)} AS {quote(f'$1:{name}')}" for name, kind in columns.items()]
    shown += [f"NULL AS {quote(f'$1:{key}')}" for key in want.keys if key not in columns]
    record = ", ".join(f"{quoted(column)}: {quote(column)}" for column in columns)
    shown.append(f'to_json({{{record}}}) AS "$1"')
    _view(cursor, name, shown, meta, f"(SELECT *, file_row_number + 1 AS {ROW} FROM {source})")  # noqa: S608

    def spot(row: int, column: int) -> Spot:
        return Spot(row, 1, 0, "")

    return Opened(name, int(counted[0][0]), (), columns, spot)


def _columnar(name: str, kind: str) -> str:
    """A Parquet column as the rest of the server takes it: nested ones as JSON, moments to the microsecond."""
    if kind.startswith(("STRUCT", "MAP")) or kind.endswith("]"):
        return f"to_json({name})"
    plain = {"TIMESTAMPTZ_NS": "TIMESTAMPTZ", "TIMESTAMP_NS": "TIMESTAMP"}.get(kind)
    return name if plain is None else f"CAST({name} AS {plain})"
