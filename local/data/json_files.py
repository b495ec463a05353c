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
    outer, strip = made.on("STRIP_OUTER_ARRAY"), made.on("STRIP_NULL_VALUES")
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
        yield Document(*_shown(text[start:end], value, strip=strip), line, start)


def _shown(text: str, value: Json, *, strip: bool) -> tuple[str, Json]:
    if not strip:
        return text, value
    left = _without_nulls(value)
    return json.dumps(left, ensure_ascii=False, separators=(",", ":")), left


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
