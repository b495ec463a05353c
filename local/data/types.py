"""Snowflake's column types: how statements write them, how DESCRIBE shows them, what DuckDB stores.

Source: docs.snowflake.com, "Data types" (synonyms, defaults). Deviations: TIMESTAMP and TIME keep microseconds, a
TIMESTAMP_TZ keeps its instant but not its offset.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from local.errors import compilation_error, unsupported
from local.lexer import TokenKind
from local.reader import Reader
from local.results import Column, Type

MAX_TEXT = 16_777_216
MAX_BINARY = 8_388_608


@dataclass(frozen=True, slots=True)
class SqlType:
    """A type by its Snowflake name; ``precision``/``scale`` for NUMBER, ``length`` for text and binary,
    ``scale`` also for fractional seconds."""

    name: str
    precision: int | None = None
    scale: int | None = None
    length: int | None = None

    @property
    def text(self) -> str:
        """As DESCRIBE shows it, for example ``NUMBER(38,0)`` or ``VARCHAR(16777216)``."""
        if self.name == "NUMBER":
            return f"NUMBER({self.precision},{self.scale})"
        if self.length is not None:
            return f"{self.name}({self.length})"
        return f"{self.name}({self.scale})" if self.scale is not None else self.name

    @property
    def storage(self) -> str:
        """The DuckDB type that holds such values, spelled as DuckDB reports it."""
        if self.name == "NUMBER":
            return f"DECIMAL({self.precision},{self.scale})"
        return _STORAGE[self.name]

    def column(self, name: str, *, nullable: bool = True) -> Column:
        """A result column of this type."""
        kind = _RESULT[self.name]
        if kind in (Type.TIMESTAMP_NTZ, Type.TIMESTAMP_LTZ, Type.TIMESTAMP_TZ, Type.TIME):
            return Column(name, kind, 0, self.scale, None, nullable)
        return Column(name, kind, self.precision, self.scale, self.length, nullable)


_STORAGE = {
    "FLOAT": "DOUBLE",
    "VARCHAR": "VARCHAR",
    "BINARY": "BLOB",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "TIME": "TIME",
    "TIMESTAMP_NTZ": "TIMESTAMP",
    "TIMESTAMP_LTZ": "TIMESTAMP WITH TIME ZONE",
    "TIMESTAMP_TZ": "TIMESTAMP WITH TIME ZONE",
    "VARIANT": "JSON",
    "OBJECT": "JSON",
    "ARRAY": "JSON",
}

_RESULT = {
    "NUMBER": Type.FIXED,
    "FLOAT": Type.REAL,
    "VARCHAR": Type.TEXT,
    "BINARY": Type.BINARY,
    "BOOLEAN": Type.BOOLEAN,
    "DATE": Type.DATE,
    "TIME": Type.TIME,
    "TIMESTAMP_NTZ": Type.TIMESTAMP_NTZ,
    "TIMESTAMP_LTZ": Type.TIMESTAMP_LTZ,
    "TIMESTAMP_TZ": Type.TIMESTAMP_TZ,
    "VARIANT": Type.VARIANT,
    "OBJECT": Type.OBJECT,
    "ARRAY": Type.ARRAY,
}

NUMBER = SqlType("NUMBER", 38, 0)
VARCHAR = SqlType("VARCHAR", length=MAX_TEXT)

_NUMBERS = ("NUMBER", "DECIMAL", "NUMERIC", "DEC")
_INTEGERS = ("INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "BYTEINT")
_FLOATS = ("DOUBLE PRECISION", "DOUBLE", "FLOAT", "FLOAT4", "FLOAT8", "REAL")
_TEXTS = ("CHAR VARYING", "NCHAR VARYING", "VARCHAR", "STRING", "TEXT", "NVARCHAR", "NVARCHAR2")
_CHARS = ("CHARACTER", "CHAR", "NCHAR")
_TIMESTAMPS = {
    "TIMESTAMP_NTZ": "TIMESTAMP_NTZ",
    "TIMESTAMPNTZ": "TIMESTAMP_NTZ",
    "TIMESTAMP WITHOUT TIME ZONE": "TIMESTAMP_NTZ",
    "TIMESTAMP_LTZ": "TIMESTAMP_LTZ",
    "TIMESTAMPLTZ": "TIMESTAMP_LTZ",
    "TIMESTAMP WITH LOCAL TIME ZONE": "TIMESTAMP_LTZ",
    "TIMESTAMP_TZ": "TIMESTAMP_TZ",
    "TIMESTAMPTZ": "TIMESTAMP_TZ",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP_TZ",
    "DATETIME": "TIMESTAMP_NTZ",
    "TIMESTAMP": "TIMESTAMP_NTZ",
}
_PLAIN = ("BOOLEAN", "DATE", "VARIANT", "OBJECT", "ARRAY")
_REFUSED = ("GEOGRAPHY", "GEOMETRY", "VECTOR", "MAP", "FILE", "UUID", "DECFLOAT")


def read_type(reader: Reader) -> SqlType:
    """Read a type with its arguments; 000002 for a type that is not there, 001003 for no type at all."""
    if reader.accept_one(*_NUMBERS):
        return _number(reader)
    if reader.accept_one(*_INTEGERS):
        return NUMBER
    if reader.accept_one(*_FLOATS):
        return SqlType("FLOAT")
    if word := reader.accept_one(*_TEXTS, *_CHARS):
        return _sized(reader, "VARCHAR", 1 if word in _CHARS else MAX_TEXT, MAX_TEXT)
    if reader.accept_one("BINARY", "VARBINARY"):
        return _sized(reader, "BINARY", MAX_BINARY, MAX_BINARY)
    if word := reader.accept_one(*_TIMESTAMPS):
        return SqlType(_TIMESTAMPS[word], scale=_fraction(reader))
    if reader.accept("TIME"):
        return SqlType("TIME", scale=_fraction(reader))
    if word := reader.accept_one(*_PLAIN):
        if reader.at("("):
            raise unsupported(f"structured type {word}(…)")
        return SqlType(word)
    if word := reader.accept_one(*_REFUSED):
        raise unsupported(f"data type {word}")
    if reader.peek().kind is TokenKind.WORD:
        raise compilation_error(f"Unsupported data type '{reader.peek().upper}'.", "002040", "42601")
    raise reader.unexpected()


@lru_cache(maxsize=1024)
def parse_type(text: str) -> SqlType:
    """The type behind a text that ``SqlType.text`` made."""
    return read_type(Reader(text))


def _number(reader: Reader) -> SqlType:
    precision, scale = (*(_arguments(reader) or (38,)), 0)[:2]
    if not (1 <= precision <= 38 and 0 <= scale <= min(37, precision)):
        raise compilation_error(f"Invalid numeric precision or scale: NUMBER({precision},{scale}).", "002024")
    return SqlType("NUMBER", precision, scale)


def _arguments(reader: Reader) -> tuple[int, ...]:
    return reader.parenthesised(Reader.integer) if reader.at("(") else ()


def _sized(reader: Reader, name: str, default: int, largest: int) -> SqlType:
    length = (*_arguments(reader), default)[0]
    if not 1 <= length <= largest:
        raise compilation_error(f"invalid length {length} for {name}. Allowed: 1 to {largest}.", "002023")
    return SqlType(name, length=length)


def _fraction(reader: Reader) -> int:
    scale = (*_arguments(reader), 9)[0]
    if not 0 <= scale <= 9:
        raise compilation_error(f"invalid fractional seconds precision {scale}. Allowed: 0 to 9.", "002024")
    return scale


def from_storage(storage: str) -> SqlType:
    """The Snowflake type for a DuckDB result type where nothing better is known."""
    if storage.startswith("DECIMAL("):
        precision, scale = storage[8:-1].split(",")
        return SqlType("NUMBER", int(precision), int(scale))
    if storage.endswith("]"):
        return SqlType("ARRAY")
    if storage.startswith(("STRUCT", "MAP")):
        return SqlType("OBJECT")
    return _FROM_STORAGE.get(storage, VARCHAR)


_FROM_STORAGE = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), NUMBER),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "BIGNUM"), NUMBER),
    **dict.fromkeys(("FLOAT", "DOUBLE"), SqlType("FLOAT")),
    "BOOLEAN": SqlType("BOOLEAN"),
    "DATE": SqlType("DATE"),
    "TIME": SqlType("TIME", scale=9),
    "BLOB": SqlType("BINARY", length=MAX_BINARY),
    "JSON": SqlType("VARIANT"),
    "TIMESTAMP": SqlType("TIMESTAMP_NTZ", scale=9),
    "TIMESTAMP_NS": SqlType("TIMESTAMP_NTZ", scale=9),
    "TIMESTAMP_MS": SqlType("TIMESTAMP_NTZ", scale=9),
    "TIMESTAMP_S": SqlType("TIMESTAMP_NTZ", scale=9),
    "TIMESTAMP WITH TIME ZONE": SqlType("TIMESTAMP_LTZ", scale=9),
}
