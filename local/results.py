"""Answers of statements, independent of the protocol that carries them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from local.model import Json


class Type(Enum):
    """A column's type as the protocol names it."""

    TEXT = "text"
    FIXED = "fixed"
    REAL = "real"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    TIMESTAMP_LTZ = "timestamp_ltz"
    TIMESTAMP_NTZ = "timestamp_ntz"
    TIMESTAMP_TZ = "timestamp_tz"
    VARIANT = "variant"
    OBJECT = "object"
    ARRAY = "array"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class Column:
    """A result column; ``precision`` and ``scale`` for numbers and times, ``length`` in characters for text."""

    name: str
    type: Type = Type.TEXT
    precision: int | None = None
    scale: int | None = None
    length: int | None = None
    nullable: bool = True


Cell = str | None
"""A value as the JSON result format carries it: text, timestamps as epoch seconds with a fraction."""


class StatementType(Enum):
    """The statement type ids that drivers read (gosnowflake takes 0x3000 to 0x3500 for DML)."""

    SELECT = 0x1000
    INSERT = 0x3100
    UPDATE = 0x3200
    DELETE = 0x3300
    MERGE = 0x3400
    DDL = 0x6000
    MULTIPLE = 0xA000


@dataclass(frozen=True, slots=True)
class Result:
    """Columns and rows of an answer; ``affected`` is the row count of DML."""

    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]] = field(default_factory=tuple)
    statement_type: StatementType = StatementType.SELECT
    affected: int | None = None
    data: Mapping[str, Json] = field(default_factory=dict)
    """What the answer says besides (a driver's orders for PUT and GET)."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """Work of the data plane that the server runs in a thread, outside the catalogue's statement.

    ``cancel`` is called from another thread when the client aborts; ``run`` then raises.
    """

    run: Callable[[], Result]
    cancel: Callable[[], None] | None = None


def status(text: str) -> Result:
    """The one-row answer of DDL, for example ``Table T successfully created.``"""
    return Result((Column("status", length=len(text)),), ((text,),), StatementType.DDL)


def timestamp(seconds: float | None) -> Cell:
    """Epoch seconds as a TIMESTAMP_LTZ cell (milliseconds)."""
    return None if seconds is None else f"{seconds:.3f}"


def flag(value: bool) -> Cell:
    """``true``/``false`` as SHOW prints booleans."""
    return "true" if value else "false"


def yes_no(value: bool) -> Cell:
    """``Y``/``N`` as SHOW prints flags of that kind."""
    return "Y" if value else "N"
