"""The statements that the local Snowflake knows: handlers by the words they start with, and what they cover.

A module in ``local.statements`` registers its handlers with the decorators below. ``local.engine`` finds them by the
longest matching phrase; ``local.coverage`` writes COVERAGE.md from the same registrations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from local.reader import Reader
from local.results import Deferred, Result
from local.session import Context


class Level(Enum):
    """How much of a statement is there."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Coverage:
    """A line of COVERAGE.md: ``notes`` say what is missing or differs, ``source`` where the behaviour is from."""

    statement: str
    level: Level
    notes: str
    source: str


@dataclass(frozen=True, slots=True)
class CreateHead:
    """What stands around the type in ``CREATE [OR REPLACE] [modifiers] TYPE [IF NOT EXISTS]``."""

    or_replace: bool
    if_not_exists: bool
    modifiers: frozenset[str]


Answer = Result | Deferred
CreateHandler = Callable[[Context, Reader, CreateHead], Answer]
Handler = Callable[[Context, Reader], Answer]

CREATE: dict[str, tuple[CreateHandler, frozenset[str]]] = {}
"""Type phrase → handler and the modifiers that it accepts; the reader stands at the name."""
ALTER: dict[str, Handler] = {}
"""Type phrase → handler; the reader stands behind the type (``IF EXISTS`` not read yet)."""
DROP: dict[str, Handler] = {}
"""Type phrase → handler; the reader stands behind the type (``IF EXISTS`` not read yet)."""
SHOW: dict[str, Handler] = {}
"""Plural phrase → handler; the reader stands behind it."""
DESCRIBE: dict[str, Handler] = {}
"""Type phrase → handler; the reader stands at the name."""
STATEMENT: dict[str, Handler] = {}
"""Leading words of any other statement → handler; the reader stands behind them."""
RAW: dict[str, Callable[[Context, str], Answer]] = {}
"""First word → handler of a statement that is not made of SQL's tokens (PUT, GET); it gets the text behind the word."""
FUNCTION: dict[str, Callable[[Context, tuple[str | None, ...]], str | None]] = {}
"""Context and system functions by name (CURRENT_ROLE, SYSTEM$…): arguments as text → value as text."""
NAMES: dict[str, Callable[[Context], Sequence[str]]] = {}
"""Functions of one argument that tell whether it is one of these names (IS_ROLE_IN_SESSION); it may be a column."""
COVERAGE: list[Coverage] = []


def _cover(statement: str, notes: str, source: str) -> None:
    COVERAGE.append(Coverage(statement, Level.PARTLY if notes else Level.SUPPORTED, notes, source))


def create(
    phrase: str, *, modifiers: tuple[str, ...] = (), notes: str = "", source: str
) -> Callable[[CreateHandler], CreateHandler]:
    """Register ``CREATE phrase``; ``modifiers`` are words allowed before the type (TRANSIENT, SECURE …)."""

    def register(handler: CreateHandler) -> CreateHandler:
        CREATE[phrase] = (handler, frozenset(modifiers))
        _cover(f"CREATE {phrase}", notes, source)
        return handler

    return register


def _decorator(
    table: dict[str, Handler], verb: str, phrases: tuple[str, ...], notes: str, source: str
) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        for phrase in phrases:
            table[phrase] = handler
        _cover(f"{verb} {phrases[0]}".strip(), notes, source)
        return handler

    return register


def alter(*phrases: str, notes: str = "", source: str) -> Callable[[Handler], Handler]:
    """Register ``ALTER phrase``; further phrases are synonyms."""
    return _decorator(ALTER, "ALTER", phrases, notes, source)


def drop(*phrases: str, notes: str = "", source: str) -> Callable[[Handler], Handler]:
    """Register ``DROP phrase``."""
    return _decorator(DROP, "DROP", phrases, notes, source)


def show(*phrases: str, notes: str = "", source: str) -> Callable[[Handler], Handler]:
    """Register ``SHOW phrase``."""
    return _decorator(SHOW, "SHOW", phrases, notes, source)


def describe(*phrases: str, notes: str = "", source: str) -> Callable[[Handler], Handler]:
    """Register ``DESCRIBE phrase`` (``DESC`` is the same)."""
    return _decorator(DESCRIBE, "DESCRIBE", phrases, notes, source)


def statement(*phrases: str, notes: str = "", source: str) -> Callable[[Handler], Handler]:
    """Register any other statement by its leading words."""
    return _decorator(STATEMENT, "", phrases, notes, source)


def raw_statement(
    word: str, *, notes: str = "", source: str
) -> Callable[[Callable[[Context, str], Answer]], Callable[[Context, str], Answer]]:
    """Register a statement whose text must not be split into tokens."""

    def register(handler: Callable[[Context, str], Answer]) -> Callable[[Context, str], Answer]:
        RAW[word] = handler
        _cover(word, notes, source)
        return handler

    return register


def refuse(*statements: str, source: str) -> None:
    """Note statements that are refused on purpose; the engine refuses whatever is not registered anyway."""
    for text in statements:
        COVERAGE.append(Coverage(text, Level.REFUSED, "", source))
