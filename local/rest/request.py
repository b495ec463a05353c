"""What a REST request asks for: its path, its query and its body, read strictly."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from local.errors import SnowflakeError
from local.lexer import quote_text
from local.model import Json
from local.names import display
from local.reader import Reader, whole

Row = dict[str, str | None]
"""A row of an answer by its columns' names."""
Ask = Callable[[str], Awaitable[list[Row]]]
"""Runs a statement in the caller's session."""

_SEGMENT = re.compile(r'(?P<name>"(?:[^"]|"")+"|[^":]+)(?::(?P<action>[\w-]+))?\Z')


class Refused(Exception):
    """A request that is not run: its HTTP status, code and message."""

    def __init__(self, status: int, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or f"390{status}"


def missing(what: str) -> Refused:
    """404 for a path that is not there."""
    return Refused(404, f"{what} is not an endpoint of this server.")


def not_here(what: str) -> Refused:
    """501 for what Snowflake's API has and this server has not."""
    return Refused(501, f"{what} is not implemented by this server.")


def malformed(message: str) -> Refused:
    """400 for a body or query that does not fit."""
    return Refused(400, message)


@dataclass(frozen=True, slots=True)
class Call:
    """A request: ``path`` are the decoded segments behind ``/api/v2``, the last one without its ``action``."""

    method: str
    path: tuple[str, ...]
    action: str
    query: Mapping[str, str]
    body: Mapping[str, Json]

    @property
    def if_exists(self) -> str:
        """The clause of DROP."""
        return "IF EXISTS " if flag(self.query.get("ifExists", "false"), "ifExists") else ""

    @property
    def create_mode(self) -> tuple[str, str]:
        """``OR REPLACE `` and ``IF NOT EXISTS ``, at most one of them."""
        modes = {"": ("", ""), "errorifexists": ("", ""), "orreplace": ("OR REPLACE ", ""),
                 "ifnotexists": ("", "IF NOT EXISTS ")}  # fmt: skip
        found = modes.get(self.query.get("createMode", "").lower())
        if found is None:
            raise malformed("createMode must be errorIfExists, orReplace or ifNotExists.")
        return found

    def show(self) -> tuple[str, str, str]:
        """The clauses of SHOW before and after the place, and HISTORY."""
        before = f" LIKE {quote_text(self.query['like'])}" if self.query.get("like") else ""
        after = f" STARTS WITH {quote_text(self.query['startsWith'])}" if self.query.get("startsWith") else ""
        if self.query.get("showLimit"):
            after += f" LIMIT {number(self.query['showLimit'], 'showLimit')}"
            after += f" FROM {quote_text(self.query['fromName'])}" if self.query.get("fromName") else ""
        history = " HISTORY" if flag(self.query.get("history", "false"), "history") else ""
        return history, before, after


def wrong_method(call: Call) -> Refused:
    """405 for a method that the path does not take."""
    return Refused(405, f"{call.method} is not allowed here.")


def split_path(raw: str) -> tuple[tuple[str, ...], str]:
    """The decoded segments of a path and the action that its last one ends with (``NAME:undrop``)."""
    segments = [unquote(part) for part in raw.split("/") if part]
    if not segments:
        raise missing("/api/v2")
    last = _SEGMENT.match(segments[-1])
    if last is None:
        raise missing(segments[-1])
    return (*segments[:-1], last["name"]), last["action"] or ""


def name(text: Json, what: str = "name") -> str:
    """An identifier of a path or body in stored form."""
    if not isinstance(text, str) or not text:
        raise malformed(f"{what} must be an identifier.")
    reader = Reader(text)
    try:
        found = reader.name()
        reader.end()
    except SnowflakeError:
        raise malformed(f"{what} is not an identifier: {text}") from None
    return found


def spelled(text: Json, what: str = "name") -> str:
    """An identifier of a path or body as statements write it."""
    return display(name(text, what))


def number(value: Json, what: str) -> int:
    """A whole number, also as text."""
    found = whole(value) if isinstance(value, str) else value
    if not isinstance(found, int) or isinstance(found, bool):
        raise malformed(f"{what} must be a whole number.")
    return found


def flag(value: Json, what: str) -> bool:
    """A truth value, also as text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise malformed(f"{what} must be true or false.")


def text(value: Json, what: str) -> str:
    """A text."""
    if not isinstance(value, str):
        raise malformed(f"{what} must be a text.")
    return value


def words(value: Json, what: str) -> str:
    """Keywords, such as a privilege or a type, in upper case."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_ -]*", value):
        raise malformed(f"{what} must be words.")
    return value.upper().replace("-", " ")


OPTIONS: Mapping[str, Callable[[Json, str], str]] = {
    "text": lambda value, what: quote_text(text(value, what)),
    "number": lambda value, what: str(number(value, what)),
    "flag": lambda value, what: "TRUE" if flag(value, what) else "FALSE",
    "name": spelled,
}
"""How a property's value is written in SQL, by its kind."""


def given(body: Mapping[str, Json], known: frozenset[str]) -> dict[str, Json]:
    """What a body sets; 400 for a field that would have no effect."""
    found: dict[str, Json] = {field: value for field, value in body.items() if value is not None}
    if unknown := found.keys() - known:
        raise malformed(f"Not settable here: {', '.join(sorted(unknown))}.")
    return found


def options(body: Mapping[str, Json], kinds: Mapping[str, str]) -> str:
    """Properties of a body as SQL writes them after a name, each with a blank before it."""
    return "".join(
        f" {field.upper()} = {OPTIONS[kind](body[field], field)}" for field, kind in kinds.items() if field in body
    )
