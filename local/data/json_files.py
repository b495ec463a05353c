"""JSON files: documents one after the other, lines of documents, or one array of them.

Source: docs.snowflake.com, COPY INTO <table>, "TYPE = JSON". A document keeps its own text, so no digit is lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from local.data.formats import FileFormat
from local.model import Json

_SPACE = re.compile(r"[\s\x1e]*")


@dataclass(frozen=True, slots=True)
class Document:
    """One record: its JSON text and value, where it begins, or what is wrong with it."""

    text: str
    value: Json
    line: int
    start: int
    fault: str = ""


def documents(text: str, made: FileFormat) -> Iterator[Document]:
    """The documents of a file; behind a faulty one it goes on with the next line."""
    decode = _decoder(duplicates=made.on("ALLOW_DUPLICATE"))
    outer, one_line = made.on("STRIP_OUTER_ARRAY"), made.value("MULTI_LINE") is False
    text = _with_decimals(text) if made.on("ENABLE_OCTAL") else text
    position, line, counted = _space(text, 0), 1, 0
    inside = False
    while position < len(text):
        char = text[position]
        if outer and not inside and char == "[":
            inside, position = True, _space(text, position + 1)
            continue
        if (inside and char == "]") or char == ",":
            inside = inside and char == ","
            position = _space(text, position + 1)
            continue
        line, counted = line + text.count("\n", counted, position), position
        start = position
        try:
            value, end = decode(text, position)
        except (ValueError, RecursionError) as error:
            position = _space(text, _next_line(text, position))
            inside = False
            yield Document(text[start:position], None, line, start, f"Error parsing JSON: {_cause(error)}")
            continue
        position = _space(text, end)
        if one_line and "\n" in text[start:end]:
            fault = "Error parsing JSON: a record goes over several lines, and MULTI_LINE is FALSE"
            yield Document(text[start:end], None, line, start, fault)
            continue
        yield Document(*_shown(text[start:end], value, made), line, start)


_OCTAL = re.compile(r'"(?:[^"\\]|\\.)*+"|(?<![\w.+-])(-?)0([0-7]+)(?![\w.])')


def _with_decimals(text: str) -> str:
    """Numbers with a leading zero as decimal ones; texts stay."""
    return _OCTAL.sub(lambda found: f"{found[1]}{int(found[2], 8)}" if found[2] else found[0], text)


def _shown(text: str, value: Json, made: FileFormat) -> tuple[str, Json]:
    strip, trim = made.on("STRIP_NULL_VALUES"), made.on("TRIM_SPACE")
    if not strip and not trim:
        return text, value
    left = _without_nulls(value) if strip else value
    left = _trimmed(left) if trim else left
    return json.dumps(left, ensure_ascii=False, separators=(",", ":")), left


def _trimmed(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _trimmed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_trimmed(item) for item in value]
    return value.strip() if isinstance(value, str) else value


def _without_nulls(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value


def _decoder(*, duplicates: bool) -> Callable[[str, int], tuple[Json, int]]:
    def pairs(items: list[tuple[str, Json]]) -> Json:
        made = dict(items)
        if len(made) != len(items):
            names = [name for name, _ in items]
            raise ValueError(f'duplicate object attribute "{next(n for n in names if names.count(n) > 1)}"')
        return made

    def constant(name: str) -> Json:
        raise ValueError(f"unknown keyword {name}")

    decoder = json.JSONDecoder(object_pairs_hook=None if duplicates else pairs, parse_constant=constant)
    return decoder.raw_decode


def _cause(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "too deeply nested"
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[:1].lower()}{error.msg[1:]}, pos {error.pos}"
    return str(error)


def _space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _next_line(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end + 1
