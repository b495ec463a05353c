"""COPY INTO <location>: rows of a table or query as files of a stage.

Source: docs.snowflake.com, COPY INTO <location>. Files are written elsewhere and moved into the stage when they are
complete. One file is written, as Snowflake does with SINGLE or few rows: how it cuts larger results is up to it.
"""

from __future__ import annotations

import gzip
import os
import re
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from local.data.cells import quoted
from local.data.files import file_store
from local.data.formats import FileFormat, format_of, read_format_value, resolve_format
from local.data.locations import Access, Location, read_location
from local.data.query import Query, plan_query
from local.data.store import data_store
from local.data.work import Plan, defer
from local.errors import compilation_error, unsupported
from local.names import quote
from local.reader import Reader, Value, read_boolean, read_integer
from local.registry import Answer
from local.results import Column, Result, Type
from local.session import Context
from local.statements.addresses import RIGHT_SPEC, resolve_place
from local.statements.stage_options import as_given
from local.warehouse_use import require_warehouse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SPEC = {
    "FILE_FORMAT": read_format_value,
    "OVERWRITE": read_boolean, "SINGLE": read_boolean, "MAX_FILE_SIZE": read_integer,
    "INCLUDE_QUERY_ID": read_boolean, "DETAILED_OUTPUT": read_boolean, "HEADER": read_boolean, **RIGHT_SPEC,
}  # fmt: skip


def unload(context: Context, reader: Reader) -> Answer:
    """``COPY INTO location FROM table | (query) [options]``: needs WRITE on the stage, and SELECT on what is read."""
    text = read_location(reader)
    reader.expect("FROM")
    if reader.accept("("):
        query = reader.text_until(lambda r: r.at(")"))
        reader.expect(")")
    else:
        query = f"SELECT * FROM {dotted_quoted(reader)}"  # noqa: S608 (quoted names)
    if reader.at("PARTITION", "BY"):
        raise unsupported("COPY INTO <location> … PARTITION BY")
    options = reader.properties("COPY", _SPEC)
    if reader.accept("HEADER"):
        options["HEADER"] = True
    reader.end()

    def plan() -> Plan:
        location = resolve_place(context, text, options, Access.WRITE)
        made = _format(context, location, options)
        found = plan_query(context, query)
        require_warehouse(context)
        store = data_store(context)
        scratch = file_store(context).scratch()

        def run(cursor: DuckDBPyConnection) -> Result:
            return _write(cursor, found, location, made, options, scratch, context.query_id)

        return Plan(store.wanted(context.catalogue), found.reads, run)

    return defer(context, plan)


def dotted_quoted(reader: Reader) -> str:
    """A table's name, quoted part by part."""
    return ".".join(quote(part) for part in reader.path())


def _format(context: Context, location: Location, options: Mapping[str, Value]) -> FileFormat:
    own = format_of(options.get("FILE_FORMAT"))
    made = resolve_format(context, own, as_given(location.owner.props.get("FILE_FORMAT")))
    packing = made.word("COMPRESSION")
    if packing not in ("AUTO", "GZIP", "NONE") and not (made.kind == "PARQUET" and packing == "SNAPPY"):
        raise unsupported(f"unloading with COMPRESSION = {packing}")
    if made.kind == "CSV" and (made.text("RECORD_DELIMITER") != "\n" or len(made.text("FIELD_DELIMITER")) != 1):
        raise unsupported("unloading with these delimiters")
    return made


def _write(
    cursor: DuckDBPyConnection,
    found: Query,
    location: Location,
    made: FileFormat,
    options: Mapping[str, Value],
    scratch: FilePath,
    query_id: str,
) -> Result:
    """Write the one file and answer with its counts."""
    name = _name(location, made, options, query_id)
    target = scratch / f"unload-{uuid.uuid4().hex}"
    try:
        rows = _copy(cursor, found, made, target, header=options.get("HEADER") is True)
        before = target.stat().st_size if target.exists() else 0
        if rows and _packed(made) and made.kind != "PARQUET":
            _pack(target)
        size = location.place.write(name, target, overwrite=options.get("OVERWRITE") is True) if rows else 0
    finally:
        target.unlink(missing_ok=True)
    if options.get("DETAILED_OUTPUT") is True:
        detail = (Column("FILE_NAME"), Column("FILE_SIZE", Type.FIXED, 38, 0), Column("ROW_COUNT", Type.FIXED, 38, 0))
        return Result(detail, [(name, str(size), str(rows))] if rows else [])
    names = ("rows_unloaded", "input_bytes", "output_bytes")
    columns = tuple(Column(label, Type.FIXED, 38, 0) for label in names)
    return Result(columns, [(str(rows), str(before if rows else 0), str(size))])


def _packed(made: FileFormat) -> bool:
    return made.word("COMPRESSION") in ("AUTO", "GZIP")


def _name(location: Location, made: FileFormat, options: Mapping[str, Value], query_id: str) -> str:
    """The file's name: the prefix, with ``data_`` behind a folder, numbers and an extension unless SINGLE."""
    prefix = location.prefix
    if options.get("SINGLE") is True:
        return prefix if prefix and not prefix.endswith("/") else f"{prefix}data"
    stem = f"{prefix}data" if not prefix or prefix.endswith("/") else prefix
    if options.get("INCLUDE_QUERY_ID") is True:
        stem = f"{stem}_{query_id}"
    extension = made.value("FILE_EXTENSION")
    if made.kind == "PARQUET":
        ending = ".snappy.parquet" if made.word("COMPRESSION") in ("AUTO", "SNAPPY") else ".parquet"
    else:
        ending = f".{extension}" if extension else f".{made.kind.lower()}" + (".gz" if _packed(made) else "")
    return f"{stem}_0_0_0{ending}"


def _pack(target: FilePath) -> None:
    part = target.with_name(f"{target.name}.gz")
    with target.open("rb") as source, gzip.open(part, "wb", compresslevel=6) as packed:
        while block := source.read(1 << 20):
            packed.write(block)
    os.replace(part, target)


def _copy(cursor: DuckDBPyConnection, found: Query, made: FileFormat, target: FilePath, *, header: bool) -> int:
    columns = found.columns(cursor)
    if made.kind == "JSON" and len(columns) != 1:
        raise compilation_error(
            "JSON file format can only unload one column of type variant, object or array: use OBJECT_CONSTRUCT.",
            "002019",
            "0A000",
        )
    if made.kind == "PARQUET":
        return _parquet(cursor, found, target, [column.name for column in columns], header=header)
    shown = [f"q.{quote(name)}" for name in (f"x{i}" for i in range(len(columns)))]
    given = f"({found.sql}) AS q({', '.join(quote(f'x{i}') for i in range(len(columns)))})"
    if made.kind == "JSON":
        query = f"SELECT CAST({shown[0]} AS VARCHAR) FROM {given} WHERE {shown[0]} IS NOT NULL"  # noqa: S608
        return _lines(cursor, query, target, lambda row: str(row[0]))
    cells = ", ".join(_text(cell, column.type.name, made) for cell, column in zip(shown, columns, strict=True))
    texts = [column.type.name not in ("NUMBER", "FLOAT") for column in columns]
    first = _record(tuple(column.name for column in columns), made, [True] * len(columns)) if header else None
    query = f"SELECT {cells} FROM {given}"  # noqa: S608
    return _lines(cursor, query, target, lambda row: _record(row, made, texts), first)


def _text(cell: str, kind: str, made: FileFormat) -> str:
    if kind == "BINARY":
        return {"BASE64": f"to_base64({cell})"}.get(made.word("BINARY_FORMAT"), f"hex({cell})")
    if kind == "TIMESTAMP_NTZ":
        return f"strftime({cell}, '%Y-%m-%d %H:%M:%S.%g')"
    return f"CAST({cell} AS VARCHAR)"


def _lines(
    cursor: DuckDBPyConnection,
    query: str,
    target: FilePath,
    line: Callable[[tuple[str | None, ...]], str],
    header: str | None = None,
) -> int:
    """Write a line for every row of the query; how many rows there were."""
    count = 0
    cursor.execute(query)
    with target.open("w", encoding="utf-8", newline="") as file:
        if header is not None:
            file.write(f"{header}\n")
        while rows := cursor.fetchmany(10_000):
            file.writelines(f"{line(row)}\n" for row in rows)
            count += len(rows)
    return count


def _record(row: tuple[str | None, ...], made: FileFormat, texts: list[bool]) -> str:
    """A record of a delimited file: NULL is the first text of NULL_IF, fields are enclosed where the format says so."""
    delimiter, quote_mark = made.text("FIELD_DELIMITER"), made.text("FIELD_OPTIONALLY_ENCLOSED_BY")
    escape = made.text("ESCAPE_UNENCLOSED_FIELD")
    null = made.null_if[0] if made.null_if else ""
    cells: list[str] = []
    for value, text in zip(row, texts, strict=True):
        if value is None:
            cells.append(null)
        elif quote_mark and text:
            cells.append(quote_mark + value.replace(quote_mark, quote_mark * 2) + quote_mark)
        elif escape:
            cells.append(re.sub(f"([{re.escape(escape + delimiter)}\n])", lambda m: escape + m[1], value))
        else:
            cells.append(value)
    return delimiter.join(cells)


def _parquet(cursor: DuckDBPyConnection, found: Query, target: FilePath, names: list[str], *, header: bool) -> int:
    """Columns keep their names with HEADER = TRUE, else they are ``_COL_0`` …, as Snowflake does."""
    labels = names if header else [f"_COL_{index}" for index in range(len(names))]
    given = f"({found.sql}) AS q({', '.join(map(quote, labels))})"
    query = f"SELECT * FROM {given}"  # noqa: S608
    ((rows,),) = cursor.execute(
        f"COPY ({query}) TO {quoted(str(target))} (FORMAT parquet, COMPRESSION snappy)"
    ).fetchall()
    return int(rows)
