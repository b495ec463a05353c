"""Columns and types of a staged file, as INFER_SCHEMA finds them.

Source: docs.snowflake.com, INFER_SCHEMA.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from local.data.csv_files import records
from local.data.files import StagedFile
from local.data.formats import FileFormat
from local.data.json_files import documents
from local.data.locations import Place
from local.data.staged import Wanted, close_file, open_file
from local.data.unpack import as_text, content
from local.model import Json

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_VIEW = "_inferred"
_SAMPLE = 100_000
"""Records of a text file that are looked at."""
_KINDS = (
    (r"(?:U?(?:TINYINT|SMALLINT|INTEGER|BIGINT)|U?HUGEINT)\Z", "NUMBER(38, 0)"),
    (r"DECIMAL\((\d+),(\d+)\)\Z", r"NUMBER(\1, \2)"),
    (r"(?:FLOAT|DOUBLE)\Z", "REAL"), (r"BOOLEAN\Z", "BOOLEAN"), (r"DATE\Z", "DATE"), (r"TIME\Z", "TIME"),
    (r"TIMESTAMP(?: WITH TIME ZONE|TZ)", "TIMESTAMP_LTZ"), (r"TIMESTAMP", "TIMESTAMP_NTZ"), (r"BLOB\Z", "BINARY"),
    (r"VARCHAR\Z", "TEXT"), (r".*\[\]\Z", "ARRAY"), (r"(?:STRUCT|MAP)", "OBJECT"),
)  # fmt: skip


def file_types(cursor: DuckDBPyConnection, place: Place, file: StagedFile, made: FileFormat) -> dict[str, str]:
    """Column → Snowflake type of one file."""
    if made.kind == "PARQUET":
        opened = open_file(cursor, place, file, file.name, _VIEW, Wanted(made, 1))
        close_file(cursor, _VIEW)
        return {name: _kind(storage) for name, storage in opened.columns.items()}
    text = as_text(content(place.fetch(file), made), made)
    if made.kind == "JSON":
        return _json_types(text, made)
    found = records(text, made)
    header: tuple[str | None, ...] = ()
    if made.on("PARSE_HEADER"):
        first = next(found, None)
        header = first.fields if first is not None else ()
    kinds: dict[str, str] = {str(name): "" for name in header}
    for record in islice(found, _SAMPLE):
        for index, cell in enumerate(record.fields):
            name = str(header[index]) if index < len(header) else f"c{index + 1}"
            kind = "" if cell is None or cell in made.null_if else _text_kind(cell)
            kinds[name] = _join(kinds.get(name, ""), kind)
    return {name: kind or "TEXT" for name, kind in kinds.items()}


def _json_types(text: str, made: FileFormat) -> dict[str, str]:
    kinds: dict[str, str] = {}
    for document in islice(documents(text, made), _SAMPLE):
        for name, value in (document.value if isinstance(document.value, dict) else {}).items():
            kinds[name] = _join(kinds.get(name, ""), _value_kind(value))
    return {name: kind or "TEXT" for name, kind in kinds.items()}


def _join(one: str, other: str) -> str:
    if not one or not other or one == other:
        return one or other
    return wider(one, other)


def _value_kind(value: Json) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "BOOLEAN"
        case dict():
            return "OBJECT"
        case list():
            return "ARRAY"
        case str():
            return _text_kind(value) if re.match(r"\d{4}-", value) else "TEXT"
    return _text_kind(str(value))


def _text_kind(text: str) -> str:
    if found := re.match(r"[+-]?(\d{1,38})(?:\.(\d{1,37}))?\Z", text):
        scale = len(found[2] or "")
        return f"NUMBER({min(38, len(found[1]) + scale)}, {scale})"
    if re.match(r"[+-]?\d+(?:\.\d*)?[eE][+-]?\d+\Z", text):
        return "REAL"
    if text.lower() in ("true", "false"):
        return "BOOLEAN"
    if re.match(r"\d{4}-\d\d-\d\d\Z", text):
        return "DATE"
    if re.match(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\Z", text):
        return "TIMESTAMP_NTZ"
    return "TIME" if re.match(r"\d\d:\d\d:\d\d(?:\.\d+)?\Z", text) else "TEXT"


def _kind(storage: str) -> str:
    for pattern, kind in _KINDS:
        if found := re.match(pattern, storage):
            return found.expand(kind)
    return "VARIANT"


def wider(one: str, other: str) -> str:
    """The type that holds values of both."""
    numbers = [re.match(r"NUMBER\((\d+), (\d+)\)\Z", kind) for kind in (one, other)]
    first, second = numbers
    if first and second:
        scale = max(int(first[2]), int(second[2]))
        whole = max(int(first[1]) - int(first[2]), int(second[1]) - int(second[2]))
        return f"NUMBER({min(38, whole + scale)}, {scale})"
    if {one, other} <= {"REAL"} or (("REAL" in (one, other)) and any(numbers)):
        return "REAL"
    return "TEXT" if {one, other}.isdisjoint({"ARRAY", "OBJECT", "VARIANT"}) else "VARIANT"
