"""File formats: their types and options, with readers, defaults and what DESCRIBE calls them.

Source: docs.snowflake.com, CREATE FILE FORMAT and CREATE STAGE (formatTypeOptions), COPY INTO <table>.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from local.errors import compilation_error, unsupported
from local.lexer import TokenKind
from local.model import Json, Kind
from local.names import Path
from local.reader import Reader, Value, ValueReader, read_boolean, read_integer, read_strings
from local.session import Context


class Option(NamedTuple):
    """An option's reader, its type as DESCRIBE names it, and its default."""

    read: ValueReader
    type: str
    default: Json


def read_text(reader: Reader) -> Value:
    """A string literal, or a word such as NONE, AUTO or HEX."""
    return reader.string() if reader.peek().kind is TokenKind.STRING else reader.word()


def flag(default: bool) -> Option:
    """A boolean option."""
    return Option(read_boolean, "Boolean", default)


def named(default: str) -> Option:
    """An option with a text or a keyword."""
    return Option(read_text, "String", default)


def number(default: str | int) -> Option:
    """An option with a whole number."""
    return Option(read_integer, "Integer", default)


def _words(*allowed: str) -> ValueReader:
    def read(reader: Reader) -> Value:
        word = reader.word()
        if word not in allowed:
            raise compilation_error(f"invalid value '{word}'. Allowed: {', '.join(allowed)}.")
        return word

    return read


_PACKED = ("AUTO", "GZIP", "BZ2", "BROTLI", "ZSTD", "DEFLATE", "RAW_DEFLATE", "NONE")
_COMPRESSION = Option(_words(*_PACKED), "String", "AUTO")
_BINARY = Option(_words("HEX", "BASE64", "UTF8", "UTF-8"), "String", "HEX")
_NULL_IF = Option(read_strings, "List", ["\\N"])
_COMMON = {"REPLACE_INVALID_CHARACTERS": flag(False), "SKIP_BYTE_ORDER_MARK": flag(True)}
_TIMES = {name: named("AUTO") for name in ("DATE_FORMAT", "TIME_FORMAT", "TIMESTAMP_FORMAT")}
_EXTENSION = Option(read_text, "String", None)

FILE_FORMATS: dict[str, dict[str, Option]] = {
    "CSV": {
        "RECORD_DELIMITER": named("\n"),
        "FIELD_DELIMITER": named(","),
        "FILE_EXTENSION": _EXTENSION,
        "SKIP_HEADER": number(0),
        "PARSE_HEADER": flag(False),
        **_TIMES,
        "BINARY_FORMAT": _BINARY,
        "ESCAPE": named("NONE"),
        "ESCAPE_UNENCLOSED_FIELD": named("\\"),
        "TRIM_SPACE": flag(False),
        "FIELD_OPTIONALLY_ENCLOSED_BY": named("NONE"),
        "NULL_IF": _NULL_IF,
        "COMPRESSION": _COMPRESSION,
        "ERROR_ON_COLUMN_COUNT_MISMATCH": flag(True),
        "VALIDATE_UTF8": flag(True),
        "SKIP_BLANK_LINES": flag(False),
        "REPLACE_INVALID_CHARACTERS": flag(False),
        "EMPTY_FIELD_AS_NULL": flag(True),
        "SKIP_BYTE_ORDER_MARK": flag(True),
        "ENCODING": named("UTF8"),
        "MULTI_LINE": flag(True),
    },
    "JSON": {
        "FILE_EXTENSION": _EXTENSION,
        **_TIMES,
        "BINARY_FORMAT": _BINARY,
        "TRIM_SPACE": flag(False),
        "NULL_IF": Option(read_strings, "List", []),
        "COMPRESSION": _COMPRESSION,
        "ENABLE_OCTAL": flag(False),
        "ALLOW_DUPLICATE": flag(False),
        "STRIP_OUTER_ARRAY": flag(False),
        "STRIP_NULL_VALUES": flag(False),
        "IGNORE_UTF8_ERRORS": flag(False),
        "MULTI_LINE": flag(True),
        **_COMMON,
    },
    "PARQUET": {
        "TRIM_SPACE": flag(False),
        "NULL_IF": _NULL_IF,
        "COMPRESSION": Option(_words(*_PACKED, "SNAPPY", "LZO"), "String", "AUTO"),
        "BINARY_AS_TEXT": flag(True),
        "USE_LOGICAL_TYPE": flag(False),
        "USE_VECTORIZED_SCANNER": flag(False),
        "REPLACE_INVALID_CHARACTERS": flag(False),
    },
    "AVRO": {
        "TRIM_SPACE": flag(False),
        "NULL_IF": _NULL_IF,
        "COMPRESSION": _COMPRESSION,
        "REPLACE_INVALID_CHARACTERS": flag(False),
    },
    "ORC": {"TRIM_SPACE": flag(False), "NULL_IF": _NULL_IF, "REPLACE_INVALID_CHARACTERS": flag(False)},
    "XML": {
        "COMPRESSION": _COMPRESSION,
        "IGNORE_UTF8_ERRORS": flag(False),
        "PRESERVE_SPACE": flag(False),
        "STRIP_OUTER_ELEMENT": flag(False),
        "DISABLE_AUTO_CONVERT": flag(False),
        **_COMMON,
    },
}
"""Format type → its options."""

LOADABLE = ("CSV", "JSON", "PARQUET")
"""Types whose files can be read here."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A type with the options that were given; the others have their defaults."""

    kind: str
    given: Mapping[str, Json]

    def value(self, name: str) -> Json:
        """An option's value; None for one that the type does not have."""
        option = FILE_FORMATS[self.kind].get(name)
        return None if option is None else self.given.get(name, option.default)

    def on(self, name: str) -> bool:
        """Whether a boolean option is on."""
        return self.value(name) is True

    def text(self, name: str) -> str:
        """An option's text with escape sequences resolved; empty for NONE."""
        found = self.value(name)
        return "" if found in (None, "NONE") else decode(str(found))

    def word(self, name: str) -> str:
        """An option's text as it was written."""
        return str(self.value(name))

    def count(self, name: str) -> int:
        """An option's number."""
        found = self.value(name)
        return found if isinstance(found, int) else 0

    @property
    def null_if(self) -> tuple[str, ...]:
        """Texts that mean NULL."""
        found = self.value("NULL_IF")
        return tuple(str(item) for item in found) if isinstance(found, list) else ()


_ESCAPES = re.compile(r"0x([0-9A-Fa-f]{2})|((?:\\x[0-9A-Fa-f]{2})+)|\\([0-7]{3})|\\([trnfbN\\'\"0])")
_LETTERS = {"t": "\t", "r": "\r", "n": "\n", "f": "\f", "b": "\b", "0": "\0", "N": "\\N"}


def decode(text: str) -> str:
    """Octal, hexadecimal and common escape sequences of delimiters and escape characters."""

    def replace(match: re.Match[str]) -> str:
        plain, several, octal, letter = match.groups()
        if plain is not None:
            return chr(int(plain, 16))
        if several is not None:
            return bytes.fromhex(several.replace("\\x", "")).decode("utf-8", "replace")
        if octal is not None:
            return chr(int(octal, 8))
        return _LETTERS.get(letter, letter)

    return _ESCAPES.sub(replace, text)


Given = dict[str, Json]
"""A format as a statement gives it: ``TYPE`` and options, or ``FORMAT_NAME`` alone; empty where none was given."""


def read_format(reader: Reader) -> Given:
    """``( FORMAT_NAME = name | [TYPE = type] options )``, or a name alone, behind ``FILE_FORMAT =``."""
    if not reader.accept("("):
        return {"FORMAT_NAME": list[Json](reader.path_or_string())}
    found: Given = {}
    if reader.accept("FORMAT_NAME", "="):
        found["FORMAT_NAME"] = list[Json](reader.path_or_string())
    else:
        found = read_options(reader)
    reader.expect(")")
    return found


def read_format_value(reader: Reader) -> Value:
    """Property reader: a format, as pairs."""
    return tuple((name, as_value(value)) for name, value in read_format(reader).items())


def as_value(value: Json) -> Value:
    """A list of texts as a tuple, everything else as it is."""
    if isinstance(value, list):
        return tuple(as_value(item) for item in value)
    return None if isinstance(value, dict) else value


def format_of(value: Value) -> Given:
    """The format that ``read_format_value`` read; empty for None."""
    from local.statements.changes import as_json

    pairs = value if isinstance(value, tuple) else ()
    return {str(pair[0]): as_json(pair[1]) for pair in pairs if isinstance(pair, tuple)}


def read_options(reader: Reader, further: Mapping[str, ValueReader] | None = None) -> Given:
    """``[TYPE = type] option = value …`` in any order, with ``further`` properties; CSV where no type is written."""
    from local.statements.changes import as_json

    start, kind = reader.mark(), "CSV"
    while not reader.done() and not reader.at(")"):
        if reader.accept("TYPE", "="):
            kind = reader.word()
            break
        reader.next()
    reader.rewind(start)
    if kind not in FILE_FORMATS:
        raise compilation_error(f"invalid value '{kind}' for property 'TYPE'. Allowed: {', '.join(FILE_FORMATS)}.")
    spec: dict[str, ValueReader] = {key: option.read for key, option in FILE_FORMATS[kind].items()}
    spec |= {"TYPE": Reader.word, **(further or {})}
    found = {name: as_json(value) for name, value in reader.properties("FILE_FORMAT", spec).items()}
    given: Given = {"TYPE": kind, **{name: value for name, value in found.items() if name != "TYPE"}}
    check_options(given)
    return given


def check_options(given: Mapping[str, Json]) -> None:
    """001008 for options that do not go together or that no file can have."""
    if given.get("TYPE") != "CSV":
        return
    made = FileFormat("CSV", given)
    if made.on("PARSE_HEADER") and made.count("SKIP_HEADER"):
        raise compilation_error("SKIP_HEADER is not supported with PARSE_HEADER = TRUE.", "001008", "22023")
    if made.count("SKIP_HEADER") < 0:
        raise compilation_error(f"invalid value '{made.count('SKIP_HEADER')}' for property 'SKIP_HEADER'.")
    quote = made.text("FIELD_OPTIONALLY_ENCLOSED_BY")
    if quote not in ("", "'", '"'):
        raise compilation_error(f"invalid value '{quote}' for property 'FIELD_OPTIONALLY_ENCLOSED_BY'.")
    for name in ("ESCAPE", "ESCAPE_UNENCLOSED_FIELD"):
        if len(made.text(name)) > 1:
            raise compilation_error(f"invalid value '{made.word(name)}' for property '{name}'.")
    field, record = made.text("FIELD_DELIMITER"), made.text("RECORD_DELIMITER")
    if field and record and (field in record or record in field):
        raise compilation_error("FIELD_DELIMITER and RECORD_DELIMITER must not be part of each other.")


def named_format(context: Context, path: Path) -> FileFormat:
    """The format object of this name, which needs USAGE."""
    found = context.access.resolve(Kind.FILE_FORMAT, path)
    context.access.require(found, "USAGE")
    given = {name: value for name, value in found.props.items() if name in FILE_FORMATS[str(found.props["TYPE"])]}
    return FileFormat(str(found.props["TYPE"]), given)


def resolve_format(context: Context, *candidates: Mapping[str, Json] | None, loading: bool = True) -> FileFormat:
    """The first format that is given (a statement's own before the stage's), else CSV.

    000002 for one whose files cannot be read here, unless nothing is to be loaded.
    """
    for given in candidates:
        if not given:
            continue
        name = given.get("FORMAT_NAME")
        if isinstance(name, list):
            made = named_format(context, tuple(str(part) for part in name))
        else:
            made = FileFormat(str(given.get("TYPE", "CSV")), {k: v for k, v in given.items() if k != "TYPE"})
        if loading and made.kind not in LOADABLE:
            raise unsupported(f"files of TYPE = {made.kind}")
        return made
    return FileFormat("CSV", {})


def shown(value: Json) -> str:
    """An option's value as DESCRIBE prints it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return f"[{', '.join(str(item) for item in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
