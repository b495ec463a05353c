"""Delimited files: records and fields by Snowflake's rules.

Source: docs.snowflake.com, COPY INTO <table>, "TYPE = CSV". A field that is empty and not enclosed is None; whether
that means NULL is decided later, as is NULL_IF for everything that is not an escape sequence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.data.formats import FileFormat

if TYPE_CHECKING:
    import pyarrow as pa

_LARGE = 1 << 20
"""Bytes from which a plain file is left to Arrow's parser, which knows no positions."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its fields, the line on which it begins (from 1), its offset, its text, and what is wrong with it."""

    fields: tuple[str | None, ...]
    line: int
    start: int
    text: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _Grammar:
    field: re.Pattern[str]
    quote: str
    escape: str
    unenclosed: str
    newline: bool
    trim: bool
    nulls: frozenset[str]


def _grammar(made: FileFormat) -> _Grammar:
    delimiter, record = made.text("FIELD_DELIMITER"), made.text("RECORD_DELIMITER")
    quote, escape = made.text("FIELD_OPTIONALLY_ENCLOSED_BY"), made.text("ESCAPE")
    unenclosed = made.text("ESCAPE_UNENCLOSED_FIELD")
    newline = record in ("\n", "\r\n", "\r")
    ends = [re.escape(delimiter)] if delimiter else []
    if record:
        ends.append(r"\r?\n" if newline and record != "\r" else re.escape(record))
    end = "|".join([*ends, r"\Z"])
    stop = "|".join(ends) or r"\Z"
    escaped = f"{re.escape(unenclosed)}[\\s\\S]|" if unenclosed else ""
    if len(delimiter) <= 1 and (newline or len(record) <= 1):
        marks = re.escape(delimiter) + ("\\r\\n" if newline else re.escape(record)) + re.escape(unenclosed)
        # A lone carriage return is part of the field.
        plain = f"[^{marks}]" + (r"|\r(?!\n)" if newline and record != "\r" else "") if marks else r"[\s\S]"
    else:
        plain = rf"(?!{stop})[\s\S]"
    body = f"(?P<plain>(?:{escaped}{plain})*+)"
    if quote:
        inner = f"[^{quote}{re.escape(escape)}]|{quote}{quote}" + (f"|{re.escape(escape)}[\\s\\S]" if escape else "")
        space = r"[ \t]*" if made.on("TRIM_SPACE") else ""
        body = f"(?:{space}{quote}(?P<enclosed>(?:{inner})*+){quote}{space}(?={end})|(?!{space}{quote}){body})"
    return _Grammar(
        re.compile(f"{body}(?P<end>{end})"), quote, escape, unenclosed, newline, made.on("TRIM_SPACE"),
        frozenset(made.null_if),
    )  # fmt: skip


def records(text: str, made: FileFormat) -> Iterator[Record]:
    """The records of a file behind its header, blank ones left out where the format says so."""
    grammar = _grammar(made)
    delimiter, record = made.text("FIELD_DELIMITER"), made.text("RECORD_DELIMITER")
    one_line = made.value("MULTI_LINE") is False and bool(record)
    position, line = skip_lines(text, made.count("SKIP_HEADER"))
    while position < len(text):
        start, first = position, line
        fields: list[str | None] = []
        fault = ""
        while True:
            found = grammar.field.match(text, position)
            if found is None:
                fault = _fault(text, position, grammar, delimiter)
                position = _next_line(text, position)
                break
            fields.append(_value(found, grammar))
            position = found.end()
            end = found["end"]
            if end != delimiter or not delimiter:
                break
        whole = text[start:position]
        line += whole.count("\n")
        if one_line and not fault and any(field is not None and record in field for field in fields):
            fault = "Found a record delimiter in a field, and MULTI_LINE is FALSE"
        if not fault and made.on("SKIP_BLANK_LINES") and not whole.strip("\r\n"):
            continue
        yield Record(tuple(fields), first, start, whole, fault)


def _value(found: re.Match[str], grammar: _Grammar) -> str | None:
    groups = found.groupdict()
    if groups.get("enclosed") is not None:
        return _unescape(groups["enclosed"].replace(grammar.quote * 2, grammar.quote), grammar.escape)
    plain = groups.get("plain") or ""
    if grammar.trim:
        plain = plain.strip()
    if not plain:
        return None
    if grammar.unenclosed and grammar.unenclosed in plain and plain not in grammar.nulls:
        return _unescape(plain, grammar.unenclosed)
    return plain


_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0"}


def _unescape(text: str, escape: str) -> str:
    if not escape or escape not in text:
        return text

    def replace(match: re.Match[str]) -> str:
        return _LETTERS.get(match[1], match[1]) if escape == "\\" else match[1]

    return re.sub(f"{re.escape(escape)}([\\s\\S])", replace, text)


def _fault(text: str, position: int, grammar: _Grammar, delimiter: str) -> str:
    """Why an enclosed field cannot be read."""
    quote = re.escape(grammar.quote)
    inner = f"[^{quote}{re.escape(grammar.escape)}]|{quote}{quote}"
    inner += f"|{re.escape(grammar.escape)}[\\s\\S]" if grammar.escape else ""
    closed = re.compile(rf"\s*{quote}(?:{inner})*+{quote}").match(text, position)
    if closed is None or closed.end() >= len(text):
        return "Missing closing quote: end of file reached inside an enclosed field"
    return f"Found character '{text[closed.end()]}' instead of field delimiter '{delimiter}'"


def _next_line(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end + 1


def skip_lines(text: str, count: int) -> tuple[int, int]:
    """Where the text goes on behind ``count`` lines, and the number of that line."""
    position = 0
    for number in range(count):
        if position >= len(text):
            return position, number + 1
        position = _next_line(text, position)
    return position, count + 1


def column_start(record: Record, made: FileFormat, column: int) -> int:
    """The character (from 1) at which a column's field begins in its record."""
    grammar = _grammar(made)
    position = 0
    for _ in range(column):
        found = grammar.field.match(record.text, position)
        if found is None:
            break
        position = found.end()
    return position + 1


def as_arrow(data: bytes, made: FileFormat, width: int) -> pa.Table | None:
    """The fields of a large plain file with exactly ``width`` columns; None if it has to be read record by record."""
    quote, delimiter = made.text("FIELD_OPTIONALLY_ENCLOSED_BY"), made.text("FIELD_DELIMITER")
    escapes = made.text("ESCAPE_UNENCLOSED_FIELD")
    plain = (
        len(data) >= _LARGE
        and width > 1
        and made.value("MULTI_LINE") is not False
        and len(delimiter.encode()) == 1
        and made.text("RECORD_DELIMITER") in ("\n", "\r\n")
        and str(made.value("ENCODING")).upper() in ("UTF8", "UTF-8")
        and not (made.text("ESCAPE") and made.text("ESCAPE").encode() in data)
        and not (escapes and data.count(escapes.encode()) != data.count(b"\\N"))
        and not (b"\\N" in data and "\\N" not in made.null_if)
        and not any(made.on(name) for name in ("TRIM_SPACE", "SKIP_BLANK_LINES", "REPLACE_INVALID_CHARACTERS"))
    )
    if not plain or (quote and _stray(data, quote, delimiter)):
        return None
    import pyarrow as pa
    from pyarrow import csv

    names = [f"${index + 1}" for index in range(width)]
    try:
        return csv.read_csv(
            pa.BufferReader(data),
            read_options=csv.ReadOptions(column_names=names, skip_rows=made.count("SKIP_HEADER"), block_size=1 << 22),
            parse_options=csv.ParseOptions(
                delimiter=delimiter,
                quote_char=quote or False,
                double_quote=bool(quote),
                newlines_in_values=bool(quote),
                ignore_empty_lines=False,
            ),
            convert_options=csv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowException:
        return None


def _stray(data: bytes, quote: str, delimiter: str) -> bool:
    """Whether a quote stands neither at an edge of a field nor beside another one."""
    edge = re.escape(f"{delimiter}\r\n{quote}".encode())
    return re.search(rb"[^" + edge + rb"]" + quote.encode() + rb"[^" + edge + rb"]", data) is not None
