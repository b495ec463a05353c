"""Options of stages: file formats, copy options, directory tables, encryption; how they are read and described."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from local.errors import compilation_error, unsupported
from local.lexer import TokenKind
from local.model import Json
from local.reader import Reader, Value, ValueReader, read_boolean, read_integer, read_string, read_strings
from local.results import Cell
from local.statements.common import one_of
from local.statements.external_stages import CREDENTIALS, ENCRYPTION, SPEC, describe_external, is_external


class Option(NamedTuple):
    """An option's reader, its type as DESCRIBE STAGE names it, and its default as DESCRIBE STAGE prints it."""

    read: ValueReader
    type: str
    default: str


def _text(reader: Reader) -> Value:
    """A string literal, or a word such as NONE, AUTO or HEX."""
    return reader.string() if reader.peek().kind is TokenKind.STRING else reader.word()


def _flag(default: bool) -> Option:
    return Option(read_boolean, "Boolean", str(default).lower())


def _named(default: str) -> Option:
    return Option(_text, "String", default)


def _number(default: str) -> Option:
    return Option(read_integer, "Integer", default)


_NULL_IF = Option(read_strings, "List", "[\\N]")
_COMMON = {"REPLACE_INVALID_CHARACTERS": _flag(False), "SKIP_BYTE_ORDER_MARK": _flag(True)}
_TIMES = {name: _named("AUTO") for name in ("DATE_FORMAT", "TIME_FORMAT", "TIMESTAMP_FORMAT")}

FILE_FORMATS: dict[str, dict[str, Option]] = {
    "CSV": {
        "RECORD_DELIMITER": _named("\\n"),
        "FIELD_DELIMITER": _named(","),
        "FILE_EXTENSION": _named(""),
        "SKIP_HEADER": _number("0"),
        "PARSE_HEADER": _flag(False),
        **_TIMES,
        "BINARY_FORMAT": _named("HEX"),
        "ESCAPE": _named("NONE"),
        "ESCAPE_UNENCLOSED_FIELD": _named("\\\\"),
        "TRIM_SPACE": _flag(False),
        "FIELD_OPTIONALLY_ENCLOSED_BY": _named("NONE"),
        "NULL_IF": _NULL_IF,
        "COMPRESSION": _named("AUTO"),
        "ERROR_ON_COLUMN_COUNT_MISMATCH": _flag(True),
        "VALIDATE_UTF8": _flag(True),
        "SKIP_BLANK_LINES": _flag(False),
        "EMPTY_FIELD_AS_NULL": _flag(True),
        "ENCODING": _named("UTF8"),
        "MULTI_LINE": _flag(True),
        **_COMMON,
    },
    "JSON": {
        "FILE_EXTENSION": _named(""),
        **_TIMES,
        "BINARY_FORMAT": _named("HEX"),
        "TRIM_SPACE": _flag(False),
        "NULL_IF": Option(read_strings, "List", "[]"),
        "COMPRESSION": _named("AUTO"),
        "ENABLE_OCTAL": _flag(False),
        "ALLOW_DUPLICATE": _flag(False),
        "STRIP_OUTER_ARRAY": _flag(False),
        "STRIP_NULL_VALUES": _flag(False),
        "IGNORE_UTF8_ERRORS": _flag(False),
        "MULTI_LINE": _flag(True),
        **_COMMON,
    },
    "PARQUET": {
        "TRIM_SPACE": _flag(False),
        "NULL_IF": _NULL_IF,
        "COMPRESSION": _named("AUTO"),
        "BINARY_AS_TEXT": _flag(True),
        "USE_LOGICAL_TYPE": _flag(False),
        "USE_VECTORIZED_SCANNER": _flag(False),
        "REPLACE_INVALID_CHARACTERS": _flag(False),
    },
    "AVRO": {
        "TRIM_SPACE": _flag(False),
        "NULL_IF": _NULL_IF,
        "COMPRESSION": _named("AUTO"),
        "REPLACE_INVALID_CHARACTERS": _flag(False),
    },
    "ORC": {"TRIM_SPACE": _flag(False), "NULL_IF": _NULL_IF, "REPLACE_INVALID_CHARACTERS": _flag(False)},
    "XML": {
        "COMPRESSION": _named("AUTO"),
        "IGNORE_UTF8_ERRORS": _flag(False),
        "PRESERVE_SPACE": _flag(False),
        "STRIP_OUTER_ELEMENT": _flag(False),
        "DISABLE_AUTO_CONVERT": _flag(False),
        **_COMMON,
    },
}
"""Format type → its options (docs.snowflake.com: CREATE STAGE, formatTypeOptions)."""

COPY_OPTIONS: dict[str, Option] = {
    "ON_ERROR": _named("ABORT_STATEMENT"),
    "SIZE_LIMIT": Option(read_integer, "Long", ""),
    "PURGE": _flag(False),
    "RETURN_FAILED_ONLY": _flag(False),
    "ENFORCE_LENGTH": _flag(True),
    "TRUNCATECOLUMNS": _flag(False),
    "FORCE": _flag(False),
    "MATCH_BY_COLUMN_NAME": _named("NONE"),
}
DIRECTORY: dict[str, Option] = {
    "ENABLE": _flag(False),
    "REFRESH_ON_CREATE": _flag(True),
    "AUTO_REFRESH": _flag(False),
}
_ENCRYPTION = ("SNOWFLAKE_FULL", "SNOWFLAKE_SSE")


def _group(name: str, options: Mapping[str, Option]) -> ValueReader:
    spec = {key: option.read for key, option in options.items()}

    def read(reader: Reader) -> Value:
        reader.expect("(")
        found = reader.properties(name, spec)
        reader.expect(")")
        return tuple(found.items())

    return read


def _format(reader: Reader) -> Value:
    """``(TYPE = … options)``; without TYPE it is CSV. Named formats are not there."""
    reader.expect("(")
    if reader.at("FORMAT_NAME"):
        raise unsupported("FILE FORMAT objects")
    kind = one_of("TYPE", reader.word(), FILE_FORMATS) if reader.accept("TYPE", "=") else "CSV"
    spec = {key: option.read for key, option in FILE_FORMATS[kind].items()}
    found = reader.properties("FILE_FORMAT", spec)
    reader.expect(")")
    return (("TYPE", kind), *found.items())


def _encryption(reader: Reader) -> Value:
    reader.expect("(", "TYPE", "=")
    kind = one_of("TYPE", reader.word(), (*_ENCRYPTION, *(word for words in ENCRYPTION.values() for word in words)))
    # Keys of the client side are not kept: nothing is encrypted here.
    reader.properties("ENCRYPTION", dict.fromkeys(("MASTER_KEY", "KMS_KEY_ID"), read_string))
    reader.expect(")")
    return kind


SET_SPEC: dict[str, ValueReader] = {
    "FILE_FORMAT": _format,
    "COPY_OPTIONS": _group("COPY_OPTIONS", COPY_OPTIONS),
    "DIRECTORY": _group("DIRECTORY", DIRECTORY),
    "COMMENT": read_string,
    **SPEC,
}
CREATE_SPEC: dict[str, ValueReader] = {**SET_SPEC, "ENCRYPTION": _encryption}


def as_groups(values: Mapping[str, Json]) -> dict[str, Json]:
    """The values read with these readers, groups as JSON objects in place of their pairs."""

    def convert(name: str, value: Json) -> Json:
        if name not in ("FILE_FORMAT", "COPY_OPTIONS", "DIRECTORY", CREDENTIALS) or not isinstance(value, list):
            return value
        return {str(pair[0]): pair[1] for pair in value if isinstance(pair, list)}

    return {name: convert(name, value) for name, value in values.items()}


def _shown(value: Json) -> str:
    if isinstance(value, list):
        return f"[{', '.join(str(item) for item in value)}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _given(props: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    found = props.get(name)
    return found if isinstance(found, dict) else {}


def _rows(parent: str, options: Mapping[str, Option], given: Mapping[str, Json]) -> list[tuple[Cell, ...]]:
    return [
        (parent, name, option.type, _shown(given[name]) if name in given else option.default, option.default)
        for name, option in options.items()
    ]


def describe_rows(props: Mapping[str, Json]) -> list[tuple[Cell, ...]]:
    """Rows of DESCRIBE STAGE: parent, property, type, value, default (provider stageDescRow)."""
    file_format = _given(props, "FILE_FORMAT")
    kind = str(file_format.get("TYPE", "CSV"))
    directory = {name: option for name, option in DIRECTORY.items() if name != "REFRESH_ON_CREATE"}
    return [
        ("STAGE_FILE_FORMAT", "TYPE", "String", kind, "CSV"),
        *_rows("STAGE_FILE_FORMAT", FILE_FORMATS[kind], file_format),
        *_rows("STAGE_COPY_OPTIONS", COPY_OPTIONS, _given(props, "COPY_OPTIONS")),
        *(describe_external(props) if is_external(props) else [("STAGE_LOCATION", "URL", "String", "", "")]),
        *_rows("DIRECTORY", directory, _given(props, "DIRECTORY")),
    ]


def directory_enabled(props: Mapping[str, Json]) -> bool:
    """Whether the stage has a directory table."""
    return bool(_given(props, "DIRECTORY").get("ENABLE"))


def check_stage(props: Mapping[str, Json]) -> None:
    """ON_ERROR takes CONTINUE, SKIP_FILE with a number or percentage, or ABORT_STATEMENT."""
    if not is_external(props) and "ENCRYPTION" in props:
        one_of("TYPE", str(props["ENCRYPTION"]), _ENCRYPTION)
    on_error = str(_given(props, "COPY_OPTIONS").get("ON_ERROR", "ABORT_STATEMENT")).upper()
    if on_error not in ("CONTINUE", "ABORT_STATEMENT") and not on_error.startswith("SKIP_FILE"):
        raise compilation_error(f"invalid value '{on_error}' for property 'ON_ERROR'.")
