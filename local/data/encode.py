"""DuckDB's values in the JSON result format (docs of the drivers: gosnowflake converter, Python connector)."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from local.data.faults import NOT_REPRESENTABLE
from local.data.types import SqlType, from_storage
from local.errors import SnowflakeError, unsupported
from local.results import Cell, Column, Result, StatementType, Type

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

_DAY_ZERO = date(1970, 1, 1).toordinal()
_UTC_OFFSET = 1440
_DIGITS = 38
_LIMIT = 10**_DIGITS
"""DuckDB computes whole numbers of a digit more than Snowflake has."""
MOST_BYTES = 2**30
"""Memory that the rows of one result may take; Snowflake sends them in chunks and knows no such limit."""
_BATCH = 10_000
_CELL = 56
"""Bytes of a Python text or tuple besides its content, about."""
Encoder = Callable[[object], Cell]


def fetch(
    cursor: DuckDBPyConnection, names: Sequence[str] | None = None, types: Sequence[SqlType | None] | None = None
) -> Result:
    """The cursor's rows as a result; ``names`` and ``types`` replace what DuckDB reports where they are known."""
    columns = describe(cursor, names, types)
    rows: list[tuple[Cell, ...]] = []
    size = 0
    while batch := cursor.fetchmany(_BATCH):
        encoded, added = encode_rows(columns, batch)
        rows += encoded
        size += added
        if size > MOST_BYTES:
            raise unsupported(f"result of more than {MOST_BYTES // 2**20} MiB")
    return Result(columns, rows, StatementType.SELECT)


def encode_rows(columns: Sequence[Column], rows: Sequence[tuple[object, ...]]) -> tuple[list[tuple[Cell, ...]], int]:
    """DuckDB's values as the protocol's texts, and about how many bytes they take.

    Column by column, which is quicker than row by row.
    """
    encoded: list[list[Cell]] = []
    size = len(rows) * _CELL * (len(columns) + 1)
    for column, cells in zip(columns, zip(*rows, strict=True), strict=True):
        encode = encoder(column)
        texts = [None if cell is None else encode(cell) for cell in cells]
        size += sum(map(len, filter(None, texts)))
        encoded.append(texts)
    return list(zip(*encoded, strict=True)), size


def describe(
    cursor: DuckDBPyConnection | DuckDBPyRelation,
    names: Sequence[str] | None = None,
    types: Sequence[SqlType | None] | None = None,
) -> tuple[Column, ...]:
    """The columns of the statement that the cursor has executed, or of a relation."""
    found: list[Column] = []
    for index, item in enumerate(cursor.description or ()):
        storage = str(item[1])
        known = types[index] if types else None
        kind = known if known is not None and fits(known, storage) else from_storage(storage)
        found.append(kind.column(names[index] if names else str(item[0])))
    return tuple(found)


def fits(known: SqlType, storage: str) -> bool:
    """Whether a value stored as ``storage`` can be of the Snowflake type that was derived from the statement."""
    derived = from_storage(storage)
    semi = ("VARIANT", "OBJECT", "ARRAY")
    zoned = ("TIMESTAMP_LTZ", "TIMESTAMP_TZ")
    if known.name == "NUMBER" and storage == "VARCHAR":
        return True  # ``Query.fetched``
    if known.name == "NUMBER":
        return derived.name == "NUMBER" and (known.scale == derived.scale)
    return (
        known.name == derived.name
        or {known.name, derived.name} <= set(semi)
        or {known.name, derived.name} <= set(zoned)
    )


def count_result(labels: Sequence[str], counts: Sequence[int], kind: StatementType) -> Result:
    """The one-row answer of DML, for example ``number of rows inserted``."""
    columns = tuple(Column(label, Type.FIXED, 19, 0, nullable=False) for label in labels)
    return Result(columns, (tuple(str(count) for count in counts),), kind, sum(counts))


def _number(value: object) -> Cell:
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    text = str(value)
    if len(text) > _DIGITS + 1 or abs(int(text)) >= _LIMIT:
        raise not_representable(text)
    return text


def not_representable(text: str) -> SnowflakeError:
    """100046: a whole number of more than 38 digits."""
    shown = text if len(text) <= 100 else f"{text[:100]}..."
    return SnowflakeError("100046", "22003", f"{NOT_REPRESENTABLE}, value {shown}")


def _real(value: object) -> Cell:
    number = float(str(value))
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    return "NaN" if math.isnan(number) else repr(number)


def _date(value: object) -> Cell:
    return str(value.toordinal() - _DAY_ZERO) if isinstance(value, date) else str(value)


def _time(value: object, scale: int) -> Cell:
    if not isinstance(value, time):
        return str(value)
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return seconds_text(seconds * 1_000_000 + value.microsecond, scale)


def _timestamp(value: object, scale: int) -> Cell:
    if not isinstance(value, datetime):
        return str(value)  # infinity
    value = value.astimezone(UTC) if value.tzinfo else value
    days = value.toordinal() - _DAY_ZERO
    seconds = days * 86_400 + value.hour * 3600 + value.minute * 60 + value.second
    return seconds_text(seconds * 1_000_000 + value.microsecond, scale)


def seconds_text(micros: int, scale: int) -> str:
    """Seconds with exactly ``scale`` digits of a fraction, cut towards the past: drivers count the digits
    (Python connector ``converter.py``)."""
    units = micros * 10 ** (scale - 6) if scale >= 6 else micros // 10 ** (6 - scale)
    sign = "-" if units < 0 else ""
    whole, rest = divmod(abs(units), 10**scale)
    return f"{sign}{whole}.{rest:0{scale}d}" if scale else f"{sign}{whole}"


def _offset(value: object) -> int:
    """Minutes east of UTC, plus 1440."""
    offset = value.utcoffset() if isinstance(value, datetime) else None
    return _UTC_OFFSET + (int(offset.total_seconds()) // 60 if offset else 0)


def _semi(value: object) -> Cell:
    content = value
    if isinstance(value, str):
        try:
            content = json.loads(value)
        except ValueError:
            content = value
    return json.dumps(content, indent=2, default=str, ensure_ascii=False)


def _text(value: object) -> Cell:
    return value if isinstance(value, str) else str(value)


def encoder(column: Column) -> Encoder:
    """What makes the protocol's text of a value of the column."""
    scale = 9 if column.scale is None else column.scale
    match column.type:
        case Type.TIME:
            return lambda value: _time(value, scale)
        case Type.TIMESTAMP_NTZ | Type.TIMESTAMP_LTZ:
            return lambda value: _timestamp(value, scale)
        case Type.TIMESTAMP_TZ:
            return lambda value: f"{_timestamp(value, scale)} {_offset(value)}"
    return _ENCODERS[column.type]


_ENCODERS: dict[Type, Encoder] = {
    Type.FIXED: _number,
    Type.REAL: _real,
    Type.BOOLEAN: lambda value: "1" if value else "0",
    Type.DATE: _date,
    Type.BINARY: lambda value: value.hex().upper() if isinstance(value, bytes) else str(value),
    Type.VARIANT: _semi,
    Type.OBJECT: _semi,
    Type.ARRAY: _semi,
    Type.TEXT: _text,
}
