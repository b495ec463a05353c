"""What was asked and what came back, with cells read strictly: a missing column or a strange value is not known."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from account.names import ACCOUNT, Name
from account.values import Maybe, Unknown

_YES: Final = frozenset({"true", "yes", "y", "1", "on"})
_NO: Final = frozenset({"false", "no", "n", "0", "off"})


class Unreadable(Exception):
    """A row does not even tell what it is about. The text says which column is missing."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One statement to run.

    Attributes:
        key: of its source in `account.live.sources`.
        on: what it is about: a database, a role, a policy …; the empty name for the account.
    """

    key: str
    sql: str
    on: Name = ACCOUNT


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of one statement by lower-case column name, or Snowflake's message.

    Attributes:
        columns: lower case; told even where there are no rows.
        error: number and text of Snowflake's message; empty where the statement ran.
    """

    ask: Ask
    rows: tuple[Mapping[str, object], ...] = ()
    columns: tuple[str, ...] = ()
    error: str = ""


class Row:
    """One row. Readers take several names of one column: views and SHOW spell them differently."""

    __slots__ = ("_cells", "_missing", "ask")

    def __init__(self, cells: Mapping[str, object], ask: Ask, missing: set[tuple[str, str]]) -> None:
        self._cells = cells
        self._missing = missing
        self.ask = ask

    def has(self, *names: str) -> bool:
        """Whether one of the columns is there."""
        return any(name in self._cells for name in names)

    def cell(self, *names: str) -> object:
        """The value as it came; Unknown, and remembered, where none of the columns is there."""
        for name in names:
            if name in self._cells:
                return self._cells[name]
        self._missing.add((self.ask.sql, names[0]))
        return Unknown(f"{self.ask.sql} has no column {names[0]}")

    def text(self, *names: str) -> Maybe[str | None]:
        """Text; None for NULL and for nothing."""
        value = self.cell(*names)
        if isinstance(value, Unknown):
            return value
        return None if value is None or value == "" else _shown(value)

    def must(self, *names: str) -> str:
        """Text that a row cannot do without.

        Raises:
            Unreadable: the column is missing or empty.
        """
        value = self.text(*names)
        if isinstance(value, Unknown) or value is None:
            raise Unreadable(f"{names[0]} is {'missing' if isinstance(value, Unknown) else 'empty'}")
        return value

    def flag(self, *names: str) -> Maybe[bool | None]:
        """Yes or no in any spelling (booleans, VARIANT, text, Y/N); None for NULL."""
        value = self.cell(*names)
        return value if isinstance(value, Unknown) else flag(value, names[0])

    def number(self, *names: str) -> Maybe[int | None]:
        """A whole number, also where it comes as text or with decimals; None for NULL."""
        value = self.cell(*names)
        return value if isinstance(value, Unknown) else number(value, names[0])

    def moment(self, *names: str) -> Maybe[str | None]:
        """A timestamp in ISO format; None for NULL."""
        value = self.cell(*names)
        return value.isoformat() if isinstance(value, datetime) else self.text(*names)

    def items(self, *names: str) -> Maybe[tuple[str, ...] | None]:
        """A list, in JSON or as `[A, B]` or `A,B`; None for NULL and for nothing."""
        value = self.cell(*names)
        return value if isinstance(value, Unknown) else items(value)

    def details(self, *names: str) -> Maybe[Mapping[str, object]]:
        """An object with its keys in upper case; empty for NULL."""
        value = self.cell(*names)
        if isinstance(value, str) and value.strip():
            try:
                value = json.loads(value)
            except ValueError:
                return Unknown(f"{names[0]} is no JSON")
        if isinstance(value, Unknown):
            return value
        if value is None or value == "":
            return {}
        if not isinstance(value, Mapping):
            return Unknown(f"{names[0]} is no object")
        return {str(key).upper(): content for key, content in value.items()}


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else str(value)


def flag(value: object, what: str) -> Maybe[bool | None]:
    """Yes or no in any spelling; Unknown for any other text."""
    if value is None or value == "" or isinstance(value, bool):
        return value if isinstance(value, bool) else None
    word = str(value).strip().strip('"').lower()
    if word in _YES or word in _NO:
        return word in _YES
    return None if word == "null" else Unknown(f"{what} is {word[:40]!r}, neither yes nor no")


def number(value: object, what: str) -> Maybe[int | None]:
    """A whole number; Unknown for any other text and for fractions."""
    if value is None or value == "" or value == "null":
        return None
    try:
        exact = Decimal(str(value).removesuffix("%"))
        if exact == exact.to_integral_value():
            return int(exact)
    except ArithmeticError:
        pass
    return Unknown(f"{what} is {str(value)[:40]!r}, no whole number")


def items(value: object) -> Maybe[tuple[str, ...] | None]:
    """A list, in JSON, as `[A, B]` or as `A,B`, without empty entries; None for NULL, `null` and nothing."""
    if value is None or value == "" or value == "null":
        return None
    if isinstance(value, list | tuple):
        return tuple(str(entry) for entry in value)
    text = str(value).strip()
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if isinstance(found, list):
        return tuple(str(entry) for entry in found)
    inner = text[1:-1] if text[:1] + text[-1:] in ("[]", "{}", "()") else text
    return tuple(entry for entry in (piece.strip().strip("'\"") for piece in inner.split(",")) if entry)


@dataclass
class Answers:
    """Everything that was answered so far, by source.

    Attributes:
        role: the role that asked; empty where it is not known.
    """

    role: str = ""
    by_key: dict[str, list[Answer]] = field(default_factory=dict)
    missing: set[tuple[str, str]] = field(default_factory=set)

    def add(self, answer: Answer) -> None:
        """Keep an answer."""
        self.by_key.setdefault(answer.ask.key, []).append(answer)

    def of(self, key: str) -> tuple[Answer, ...]:
        """The answers of a source, in the order of the names they are about."""
        return tuple(sorted(self.by_key.get(key, ()), key=lambda answer: answer.ask.on))

    def told(self, *keys: str) -> bool:
        """Whether every source was asked and everything asked of it was answered without an error."""
        return all(self.by_key.get(key) and not any(one.error for one in self.by_key[key]) for key in keys)

    def failed(self, key: str) -> bool:
        """Whether the source was asked and something of it was refused."""
        return any(answer.error for answer in self.by_key.get(key, ()))

    def rows(self, *keys: str) -> Iterator[Row]:
        """The rows of sources, as far as they were answered."""
        for key in keys:
            for answer in self.of(key):
                for cells in answer.rows:
                    yield Row(cells, answer.ask, self.missing)

    def first(self, *keys: str) -> Iterator[Row]:
        """The rows of the first of these sources that was told; several tell the same."""
        yield from self.rows(next((key for key in keys if self.told(key)), keys[0]))

    def has_column(self, key: str, column: str) -> bool:
        """Whether the answers of a source have that column."""
        return any(column in answer.columns for answer in self.by_key.get(key, ()))

    def __iter__(self) -> Iterator[Answer]:
        for key in self.by_key:
            yield from self.of(key)
