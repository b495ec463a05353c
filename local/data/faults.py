"""DuckDB's and sqlglot's errors as Snowflake's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from local.errors import SnowflakeError, compilation_error, disk_failure, syntax_error, unsupported

_MARK = "\x01"


def marker(code: str, state: str, message: str) -> str:
    """A text that DuckDB's ``error()`` carries back to ``translated``."""
    return f"{_MARK}{code}|{state}|{message}"


def unknown_function(name: str) -> SnowflakeError:
    """002140: a function that is not there; 000002 for one that Snowflake has."""
    from sqlglot.dialects.snowflake import Snowflake

    if not name.upper().startswith("READ_") and (
        name.upper() in Snowflake.Parser.FUNCTIONS or name.upper() in _FURTHER
    ):
        return unsupported(f"function {name.upper()}")
    return compilation_error(f"Unknown function {name.upper()}.", "002140", "42601")


def parse_error(error: Exception) -> SnowflakeError:
    """001003 for sqlglot's ParseError or TokenError."""
    found: list[dict[str, object]] = getattr(error, "errors", [])
    if not found:
        return SnowflakeError("001003", "42000", "SQL compilation error:\nsyntax error: the statement cannot be read.")
    first = found[0]
    wrong = _arguments(first)
    if wrong is not None:
        return wrong
    line, column = first.get("line"), first.get("col")
    return syntax_error(
        str(first.get("highlight") or ""),
        line if isinstance(line, int) else 1,
        column if isinstance(column, int) else 0,
    )


_FURTHER = frozenset(("AI_COMPLETE", "HASH_AGG", "SOUNDEX_P123", "SHA2_HEX", "SHA2_BINARY", "SHA1_BINARY"))
"""Functions of Snowflake that sqlglot does not know."""
_REQUIRED = re.compile(r"Required (?:argument|keyword): '\w+' missing for <class '[\w.]*\.(\w+)'>")
_TOO_MANY = re.compile(
    r"provided arguments \((\d+)\) is greater than the maximum number of supported arguments \((\d+)\)"
)


def _arguments(error: dict[str, object]) -> SnowflakeError | None:
    """000938 or 000939 for a function with too few or too many arguments; None for other errors."""
    text, before = str(error.get("description") or ""), str(error.get("start_context") or "")
    name = re.search(r"(\w+)\s*\([^()]*$", before)
    shown = name[1].upper() if name else ""
    if _REQUIRED.search(text) and shown:
        return compilation_error(f"not enough arguments for function [{shown}]", "000938", "22023")
    many = _TOO_MANY.search(text)
    if many and shown:
        return compilation_error(
            f"too many arguments for function [{shown}] expected {many[2]}, got {many[1]}", "000939", "22023"
        )
    return None


class MissingValue(SnowflakeError):
    """100072: NULL where a value must be; ``column`` is DuckDB's name of the column."""

    def __init__(self, column: str) -> None:
        super().__init__("100072", "22000", "NULL result in a non-nullable column")
        self.column = column


class Fatal(SnowflakeError):
    """An error after which DuckDB does nothing more until it is opened anew."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn every DuckDB error of the block into a SnowflakeError."""
    import duckdb

    try:
        yield
    except duckdb.InterruptException:
        raise SnowflakeError("000604", "57014", "SQL execution canceled") from None
    except duckdb.FatalException as error:
        found = disk_failure(disk[1] if (disk := _DISK.search(str(error))) else "the data must be opened anew")
        raise Fatal(found.code, found.state, found.message) from None
    except duckdb.InternalException:
        raise  # a defect, which the log must tell
    except duckdb.Error as error:
        raise _translate(str(error)) from None
    except UnicodeEncodeError:
        raise SnowflakeError("100183", "22000", "A text holds half a character.") from None


NOT_REPRESENTABLE = "Number out of representable range: type FIXED[SB16](38,0)"
_COMPILATION = "SQL compilation error:\n"

_RULES: tuple[tuple[str, str, str, str], ...] = (
    (r'Referenced column "(.+?)" (?:was )?not found', "000904", "42000", _COMPILATION + "invalid identifier '{0}'"),
    (r'[Tt]able "(.+?)" does not have a column named "(.+?)"', "000904", "42000",
     _COMPILATION + "invalid identifier '{0}.{1}'"),
    (r'list "(.+?)" does not have a column named "(.+?)"', "000904", "42000",
     _COMPILATION + "invalid identifier '{0}.{1}'"),
    (r'Referenced table "(.+?)" not found', "000904", "42000", _COMPILATION + "invalid identifier '{0}'"),
    (r'Ambiguous reference to column name "(.+?)"', "002028", "42601", _COMPILATION + "ambiguous column name '{0}'"),
    (r'column "(.+?)" must appear in the GROUP BY', "000979", "42601",
     _COMPILATION + "[{0}] is not a valid group by expression"),
    (r"[Nn]o function matches the given name and argument types '([^(]+)\(", "001044", "42P13",
     _COMPILATION + "Invalid argument types for function '{0}'"),
    (r"best candidate function for the function call \"(.+?)\(", "001044", "42P13",
     _COMPILATION + "Invalid argument types for function '{0}'"),
    (r"aggregate function calls cannot be nested", "001008", "22023",
     _COMPILATION + "Aggregate functions cannot be nested"),
    (r"WHERE clause cannot contain aggregates", "002032", "42601",
     _COMPILATION + "Invalid aggregate function in where clause"),
    (r"ORDER (?:BY )?term out of range", "001008", "22023", _COMPILATION + "ORDER BY names a column that is not there"),
    (r"same number of result columns", "001789", "42601",
     _COMPILATION + "invalid number of result columns for set operator input branches"),
    (r"More than one row returned by a subquery", "090150", "22000", "Single-row subquery returns more than one row."),
    (r"invalid date field format: \"(.*?)\"", "100040", "22007", "Date '{0}' is not recognized"),
    (r"date field value out of range: \"(.*?)\"", "100040", "22007", "Date '{0}' is not recognized"),
    (r"timestamp field .*?: \"(.*?)\"", "100035", "22007", "Timestamp '{0}' is not recognized"),
    (r"Unknown TimeZone '(.*?)'", "100035", "22007", "Timestamp '{0}' is not recognized"),
    (r"time field .*?: \"(.*?)\"", "100108", "22007", "Time '{0}' is not recognized"),
    (r"Could not convert string '(.*?)' to BOOL", "100037", "22018", "Boolean value '{0}' is not recognized"),
    (r"Could not convert string [\"'](\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*)[\"'] to DECIMAL",
     "100039", "22003", "Numeric value '{0}' is out of range"),
    (r"Could not convert string [\"'](.*?)[\"'] to (?:U?INT|U?BIGINT|HUGEINT|DECIMAL|DOUBLE|FLOAT)", "100038", "22018",
     "Numeric value '{0}' is not recognized"),
    (r"Failed to cast value to decimal: (.*)", "100071", "22000", "Failed to cast variant value {0} to FIXED"),
    (r"(?:Overflow|overflow|out of range)", "100046", "22003", NOT_REPRESENTABLE),
    (r"(?:Malformed|Invalid) JSON", "100069", "22P02", "Error parsing JSON"),
    (r"Conflict on|Transaction conflict|write-write conflict", "000625", "57014",
     "The transaction conflicts with another one that has committed since it began."),
    (r"Current transaction is aborted", "090232", "25000", "The transaction is aborted; it can only be rolled back."),
)  # fmt: skip
"""DuckDB's wording → code, state and Snowflake's text (docs.snowflake.com and the driver sources for the codes)."""


_UNKNOWN = re.compile(r"[Ff]unction with name \"?([\w$]+)\"? does not exist")
_TOO_LARGE = re.compile(r"(?:Could not cast value|Casting value) \"?(\S+?)\"? to (?:type )?DECIMAL\((\d+),(\d+)\)")
_BYTES = ((2, 1), (4, 2), (9, 4), (18, 8), (38, 16))
"""Digits of a number → bytes that hold it."""
_MISSING = re.compile(r"NOT NULL constraint failed: (?:\S+\.)?(\w+)")


_DISK = re.compile(
    r"(No space left on device|File too large|Disk quota exceeded|Read-only file system|Input/output error)"
)


def _translate(text: str) -> SnowflakeError:
    line = text.split("\n")[0]
    if _MARK in text:
        code, state, message = text.split(_MARK, 1)[1].split("|", 2)
        return SnowflakeError(code, state, message)
    unknown = _UNKNOWN.search(line)
    if unknown:
        return unknown_function(unknown[1])
    missing = _MISSING.search(line)
    if missing:
        return MissingValue(missing[1])
    large = _TOO_LARGE.search(line)
    if large:
        value, precision, scale = large.groups()
        size = next(size for digits, size in _BYTES if int(precision) <= digits)
        text = (
            f"Number out of representable range: type FIXED[SB{size}]({precision},{scale}){{nullable}}, value {value}"
        )
        return SnowflakeError("100046", "22003", text)
    for pattern, code, state, form in _RULES:
        found = re.search(pattern, line)
        if found:
            parts = [part.upper() if state.startswith("42") else part for part in found.groups()]
            return SnowflakeError(code, state, form.format(*parts))
    disk = _DISK.search(line)
    if disk:
        return disk_failure(disk[1])
    # What is left keeps its first line, without the name of DuckDB's exception class.
    return SnowflakeError("100183", "22000", re.sub(r"^[A-Za-z ]+ Error: ", "", line))
