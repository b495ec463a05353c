"""Rows as files of a stage: how they are written and cut, before the files go to their place.

Source: docs.snowflake.com, COPY INTO <location>. A file holds at most MAX_FILE_SIZE bytes before it is packed, and one
record at least; Parquet files are cut into parts with as many rows each, whose sizes may differ a little.
"""

from __future__ import annotations

import bz2
import gzip
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from local.data.cells import quoted
from local.data.columns import ColumnDef
from local.data.conversions import strftime_format
from local.data.formats import FileFormat
from local.errors import SnowflakeError, compilation_error, unsupported
from local.names import quote

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ENDINGS = {
    "AUTO": ".gz", "GZIP": ".gz", "BZ2": ".bz2", "BROTLI": ".br", "ZSTD": ".zst", "DEFLATE": ".deflate",
    "RAW_DEFLATE": ".raw_deflate", "NONE": "",
}  # fmt: skip
"""COMPRESSION of text files → what their names end with."""
_PARQUET = {"AUTO": "snappy", "SNAPPY": "snappy", "NONE": "uncompressed"}
_PLAIN = ("NUMBER", "FLOAT")
"""Types whose values are never enclosed."""
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file: where it is, its rows, and its bytes before it was packed."""

    path: Path
    rows: int
    before: int


@dataclass(frozen=True, slots=True)
class Rows:
    """What a file or several are made of: DuckDB's SQL and its columns."""

    sql: str
    columns: Sequence[ColumnDef]

    def aliased(self, labels: Sequence[str]) -> str:
        """The rows as a relation ``q`` with columns of these names."""
        return f"({self.sql}) AS q({', '.join(map(quote, labels))})"


@dataclass(frozen=True, slots=True)
class Shape:
    """How files are written: format, with names of columns or without, bytes of one file, in one file only."""

    made: FileFormat
    header: bool
    most: int
    single: bool


def check_format(made: FileFormat) -> None:
    """000002 for what no file is written in."""
    packing = made.word("COMPRESSION")
    if packing not in (_PARQUET if made.kind == "PARQUET" else ENDINGS):
        raise unsupported(f"unloading with COMPRESSION = {packing}")
    if made.kind == "CSV" and made.word("ENCODING").upper() not in ("UTF8", "UTF-8"):
        raise unsupported(f"unloading with ENCODING = {made.word('ENCODING')}")


def ending(made: FileFormat) -> str:
    """What the names of the files end with."""
    packing = made.word("COMPRESSION")
    if made.kind == "PARQUET":
        return ".parquet" if packing == "NONE" else ".snappy.parquet"
    extension = made.value("FILE_EXTENSION")
    return f".{str(extension).removeprefix('.')}" if extension else f".{made.kind.lower()}{ENDINGS[packing]}"


def write_files(cursor: DuckDBPyConnection, rows: Rows, shape: Shape, target: Callable[[], Path]) -> list[Made]:
    """Write the rows to as many files as it takes, none without rows; ``target`` gives a name for each."""
    if shape.made.kind == "PARQUET":
        return _parquet(cursor, rows, shape, target)
    first = ""
    if shape.made.kind == "JSON":
        if len(rows.columns) != 1:
            raise compilation_error(
                "JSON file format can only unload one column of type variant, object or array: use OBJECT_CONSTRUCT.",
                "002019",
                "0A000",
            )
        query = f"SELECT CAST(x0 AS VARCHAR) FROM {rows.aliased(['x0'])} WHERE x0 IS NOT NULL"  # noqa: S608
        return _texts(cursor, query, lambda row: f"{row[0]}\n", shape, target)
    labels = [f"x{index}" for index in range(len(rows.columns))]
    cells = ", ".join(_text(f"q.{name}", c.type.name, shape.made) for name, c in zip(labels, rows.columns, strict=True))
    record = _recorder(shape.made, [column.type.name not in _PLAIN for column in rows.columns])
    if shape.header:
        named = _recorder(shape.made, [True] * len(labels))
        first = named(tuple(column.name for column in rows.columns))
    return _texts(cursor, f"SELECT {cells} FROM {rows.aliased(labels)}", record, shape, target, first)  # noqa: S608


# Text


Line = Callable[[tuple[str | None, ...]], str]


def _texts(
    cursor: DuckDBPyConnection, query: str, line: Line, shape: Shape, target: Callable[[], Path], first: str = ""
) -> list[Made]:
    done: list[Made] = []
    cursor.execute(query)
    file: IO[bytes] | None = None
    path, rows, size = Path(), 0, 0
    head = first.encode()

    def close() -> None:
        if file is not None:
            file.close()
            done.append(Made(path, rows, size))
            _pack(path, shape.made.word("COMPRESSION"))

    try:
        while found := cursor.fetchmany(10_000):
            for row in found:
                text = line(row).encode()
                if file is not None and size + len(text) > shape.most:
                    if shape.single:
                        raise too_large(shape.most)
                    close()
                    file = None
                if file is None:
                    path, rows, size = target(), 0, len(head)
                    file = path.open("wb", buffering=_BLOCK)
                    file.write(head)
                file.write(text)
                rows, size = rows + 1, size + len(text)
        close()
    finally:
        if file is not None:
            file.close()
    return done


def too_large(most: int) -> SnowflakeError:
    """A single file that would be larger than MAX_FILE_SIZE (text as users report it)."""
    return SnowflakeError(
        "100183",
        "22000",
        f"Max file size ({most}) exceeded for unload single file mode. "
        "Please increase MAX_FILE_SIZE or disable single file mode.",
    )


def _text(cell: str, kind: str, made: FileFormat) -> str:
    """DuckDB's SQL for a value as text, in the format's own words."""
    if kind == "BINARY":
        return {"BASE64": f"to_base64({cell})", "HEX": f"hex({cell})"}.get(
            made.word("BINARY_FORMAT"), f"decode({cell})"
        )
    option = "TIMESTAMP_FORMAT" if kind.startswith("TIMESTAMP") else f"{kind}_FORMAT"
    given = made.value(option)
    if given is not None and str(given).upper() != "AUTO":
        moment = f"(DATE '1970-01-01' + {cell})" if kind == "TIME" else cell
        return f"strftime({moment}, {quoted(strftime_format(str(given)))})"
    if kind == "TIMESTAMP_NTZ":
        return f"strftime({cell}, '%Y-%m-%d %H:%M:%S.%g')"
    return f"CAST({cell} AS VARCHAR)"


def _recorder(made: FileFormat, texts: Sequence[bool]) -> Line:
    """A record of a delimited file: NULL is the first text of NULL_IF, fields are enclosed where the format says so."""
    delimiter, record = made.text("FIELD_DELIMITER"), made.text("RECORD_DELIMITER")
    mark, escape, enclosed = (
        made.text(name) for name in ("FIELD_OPTIONALLY_ENCLOSED_BY", "ESCAPE_UNENCLOSED_FIELD", "ESCAPE")
    )
    null = made.null_if[0] if made.null_if else ""
    stops = "|".join(re.escape(text) for text in (escape, delimiter, record) if text)
    bare = re.compile(f"({stops})") if escape else None

    def cell(value: str | None, text: bool) -> str:
        if value is None:
            return null
        if mark and text:
            if enclosed:
                value = value.replace(enclosed, enclosed * 2)
                return mark + value.replace(mark, enclosed + mark) + mark
            return mark + value.replace(mark, mark * 2) + mark
        return bare.sub(lambda found: escape + found[1], value) if bare is not None else value

    return lambda row: delimiter.join(cell(value, text) for value, text in zip(row, texts, strict=True)) + record


def _pack(path: Path, packing: str) -> None:
    if packing == "NONE":
        return
    part = path.with_name(f"{path.name}.part")
    with path.open("rb") as source, _packed(part, packing) as write:
        while block := source.read(_BLOCK):
            write(block)
    part.replace(path)


@contextmanager
def _packed(target: Path, packing: str) -> Iterator[Callable[[bytes], object]]:
    """A function that packs what it is given into a file."""
    if packing in ("AUTO", "GZIP"):
        with gzip.open(target, "wb", compresslevel=6) as packed:
            yield packed.write
    elif packing == "BZ2":
        with bz2.open(target, "wb") as packed:
            yield packed.write
    elif packing in ("DEFLATE", "RAW_DEFLATE"):
        made = zlib.compressobj(wbits=zlib.MAX_WBITS if packing == "DEFLATE" else -zlib.MAX_WBITS)
        with target.open("wb") as file:
            yield lambda block: file.write(made.compress(block))
            file.write(made.flush())
    else:
        import pyarrow as pa

        with pa.OSFile(str(target), "wb") as sink, pa.CompressedOutputStream(sink, packing.lower()) as stream:
            yield stream.write


# Parquet


def _parquet(cursor: DuckDBPyConnection, rows: Rows, shape: Shape, target: Callable[[], Path]) -> list[Made]:
    """Columns keep their names with HEADER = TRUE, else they are ``_COL_0`` …, as Snowflake does."""
    names = [column.name for column in rows.columns]
    labels = names if shape.header else [f"_COL_{index}" for index in range(len(names))]
    options = f"FORMAT parquet, COMPRESSION {_PARQUET[shape.made.word('COMPRESSION')]}"
    whole = target()
    sql = f"COPY (SELECT * FROM {rows.aliased(labels)}) TO {quoted(str(whole))} ({options})"  # noqa: S608
    ((count,),) = cursor.execute(sql).fetchall()
    size = whole.stat().st_size if whole.exists() else 0
    if not count:
        whole.unlink(missing_ok=True)
        return []
    parts = min(-(-size // shape.most), int(count))
    if parts <= 1:
        return [Made(whole, int(count), size)]
    if shape.single:
        raise too_large(shape.most)
    done: list[Made] = []
    each = -(-int(count) // parts)
    for start in range(0, int(count), each):
        path = target()
        picked = f"file_row_number >= {start} AND file_row_number < {start + each}"
        source = f"read_parquet({quoted(str(whole))}, file_row_number = true)"
        cursor.execute(
            f"COPY (SELECT * EXCLUDE (file_row_number) FROM {source} WHERE {picked}) "  # noqa: S608
            f"TO {quoted(str(path))} ({options})"
        ).fetchall()
        done.append(Made(path, min(each, int(count) - start), path.stat().st_size))
    whole.unlink()
    return done
