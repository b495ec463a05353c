"""YAML files of the rule book, read strictly: a key twice is a mistake and not the last one's victory."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

import yaml

from policies.errors import Mistake, RuleBookError

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

LINE = "__line__"
"""Key under which a mapping carries the line it begins on, counted from 1."""


class _Loader(yaml.SafeLoader):
    """Refuses a mapping with a key twice, and notes the line of each mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value} stands there twice", key.start_mark)
            seen.add(key.value)
        return {**super().construct_mapping(node, deep), LINE: node.start_mark.line + 1}


def read(path: Path, named: str) -> object:
    """The content of a YAML file; None for an empty one. Every mapping has its line under `LINE`.

    Args:
        named: the file as messages name it.

    Raises:
        RuleBookError: it cannot be read or is no YAML.
    """
    try:
        return parse(path.read_text(encoding="utf-8"), named)
    except (OSError, UnicodeDecodeError) as error:
        raise RuleBookError([Mistake("File cannot be read", named, "file", type(error).__name__, str(error))]) from None


def parse(text: str, named: str) -> object:
    """The content of YAML text, as `read`."""
    try:
        content: object = yaml.load(text, _Loader)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{named}:{mark.line + 1}" if mark is not None else named
        said = getattr(error, "problem", None) or str(error)
        raise RuleBookError(
            [Mistake("File is no acceptable YAML", where, "text", "…", f"correct it: {said}")]
        ) from None
    return content


def plain(value: object) -> object:
    """A value without the lines of its mappings."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items() if key != LINE}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def mapping(value: object) -> dict[str, object] | None:
    """A mapping without its line; None if the value is none. Mappings inside it keep theirs."""
    if not isinstance(value, dict):
        return None
    return {str(key): inner for key, inner in value.items() if key != LINE}


def line(value: object) -> int:
    """The line that a mapping begins on; 0 if it is none."""
    found = value.get(LINE) if isinstance(value, dict) else None
    return found if isinstance(found, int) else 0


def shown(value: object) -> str:
    """A value as it is shown in a message, on one line."""
    text = repr(plain(value))
    return text if len(text) <= 60 else f"{text[:57]}..."


def allowed(detail: ErrorDetails, names: list[str]) -> str:
    """What may stand where pydantic found something wrong."""
    if detail["type"] == "extra_forbidden":
        return f"use one of {', '.join(names)}"
    if detail["type"] == "missing":
        return "add it"
    return detail["msg"].replace("Input should be", "use").replace("String should", "the text should")
