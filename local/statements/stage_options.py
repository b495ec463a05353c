"""Options of stages: file formats, copy options, directory tables, encryption; how they are read and described."""

from __future__ import annotations

from collections.abc import Mapping

from local.data.formats import FILE_FORMATS, Option, flag, named, read_format_value, shown
from local.errors import compilation_error
from local.model import Json
from local.names import dotted
from local.reader import Reader, Value, ValueReader, read_integer, read_string
from local.results import Cell
from local.statements.common import one_of
from local.statements.external_stages import CREDENTIALS, ENCRYPTION, SPEC, describe_external, is_external

COPY_OPTIONS: dict[str, Option] = {
    "ON_ERROR": named("ABORT_STATEMENT"),
    "SIZE_LIMIT": Option(read_integer, "Long", ""),
    "PURGE": flag(False),
    "RETURN_FAILED_ONLY": flag(False),
    "ENFORCE_LENGTH": flag(True),
    "TRUNCATECOLUMNS": flag(False),
    "FORCE": flag(False),
    "MATCH_BY_COLUMN_NAME": named("NONE"),
}
DIRECTORY: dict[str, Option] = {
    "ENABLE": flag(False),
    "REFRESH_ON_CREATE": flag(True),
    "AUTO_REFRESH": flag(False),
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


def _encryption(reader: Reader) -> Value:
    reader.expect("(", "TYPE", "=")
    kind = one_of("TYPE", reader.word(), (*_ENCRYPTION, *(word for words in ENCRYPTION.values() for word in words)))
    # Keys of the client side are not kept: nothing is encrypted here.
    reader.properties("ENCRYPTION", dict.fromkeys(("MASTER_KEY", "KMS_KEY_ID"), read_string))
    reader.expect(")")
    return kind


SET_SPEC: dict[str, ValueReader] = {
    "FILE_FORMAT": read_format_value,
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


def _given(props: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    return as_given(props.get(name))


def _rows(parent: str, options: Mapping[str, Option], given: Mapping[str, Json]) -> list[tuple[Cell, ...]]:
    return [
        (parent, name, option.type, shown(given.get(name, option.default)), shown(option.default))
        for name, option in options.items()
    ]


def describe_rows(props: Mapping[str, Json]) -> list[tuple[Cell, ...]]:
    """Rows of DESCRIBE STAGE: parent, property, type, value, default (provider stageDescRow)."""
    file_format = _given(props, "FILE_FORMAT")
    kind = str(file_format.get("TYPE", "CSV"))
    directory = {name: option for name, option in DIRECTORY.items() if name != "REFRESH_ON_CREATE"}
    name = file_format.get("FORMAT_NAME")
    return [
        *(
            [("STAGE_FILE_FORMAT", "FORMAT_NAME", "String", dotted(tuple(str(part) for part in name)), "")]
            if isinstance(name, list)
            else [
                ("STAGE_FILE_FORMAT", "TYPE", "String", kind, "CSV"),
                *_rows("STAGE_FILE_FORMAT", FILE_FORMATS[kind], file_format),
            ]
        ),
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


def as_given(value: Json) -> Mapping[str, Json]:
    """A group of a stage's properties, empty where it has none."""
    return value if isinstance(value, dict) else {}
