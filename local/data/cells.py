"""A field's text as a value of a column: DuckDB SQL that fails where Snowflake would, and Snowflake's words for it.

Source: docs.snowflake.com, COPY INTO <table> (DATE_FORMAT, BINARY_FORMAT …), "Date and time input and output formats",
"Date and time detection"; VALIDATE (texts and codes of errors).
"""

from __future__ import annotations

import re

from local.data.columns import ColumnDef
from local.data.formats import FileFormat
from local.data.types import MAX_TEXT, SqlType

_ELEMENTS = re.compile(
    r'YYYY|YY|MMMM|MON|MM|DD|DY|HH24|HH12|AM|PM|MI|SS|FF[0-9]?|TZH:?TZM|TZH|"[^"]*"|%|.', re.IGNORECASE | re.DOTALL
)
_STRPTIME = {
    "YYYY": "%Y", "YY": "%y", "MMMM": "%B", "MON": "%b", "MM": "%m", "DD": "%d", "DY": "%a", "HH24": "%H",
    "HH12": "%I", "AM": "%p", "PM": "%p", "MI": "%M", "SS": "%S", "TZH:TZM": "%z", "TZHTZM": "%z", "TZH": "%z",
    "%": "%%",
}  # fmt: skip
_WORDS = {"TRUE": ("true", "t", "yes", "y", "on", "1"), "FALSE": ("false", "f", "no", "n", "off", "0")}


_NAMED = "['%m/%d/%Y %H:%M:%S', '%d-%b-%Y %H:%M:%S', '%a %b %d %H:%M:%S %Y']"
"""Further formats of a moment that AUTO knows."""


def quoted(text: str) -> str:
    """A text as a DuckDB literal."""
    return "'" + text.replace("'", "''") + "'"


def strptime_format(text: str) -> str:
    """A Snowflake format as DuckDB's."""

    def element(match: re.Match[str]) -> str:
        found = match[0]
        upper = found.upper()
        if upper.startswith("FF"):
            return "%f"
        return _STRPTIME.get(upper, found.strip('"') if len(found) > 1 else found)

    return _ELEMENTS.sub(element, text)


def nullable_text(field: str, made: FileFormat) -> str:
    """A CSV field (NULL where it was empty and not enclosed) with NULL_IF and EMPTY_FIELD_AS_NULL applied."""
    shown = field if made.on("EMPTY_FIELD_AS_NULL") or made.kind != "CSV" else f"coalesce({field}, '')"
    nulls = ", ".join(quoted(text) for text in made.null_if)
    return f"CASE WHEN {shown} IN ({nulls}) THEN NULL ELSE {shown} END" if nulls else shown


def text_cell(text: str, kind: SqlType, made: FileFormat, *, cut: bool) -> str:
    """DuckDB SQL for a text on its way into a column; it raises for one that does not fit."""
    name = kind.name
    if name == "VARCHAR":
        return fitted(text, kind, cut=cut)
    if name == "BOOLEAN":
        cases = " ".join(
            f"WHEN lower(trim({text})) IN ({', '.join(map(quoted, words))}) THEN {value}"
            for value, words in _WORDS.items()
        )
        return f"CASE {cases} WHEN {text} IS NOT NULL THEN {_fail(text, 'BOOLEAN')} END"
    if name in ("DATE", "TIME") or name.startswith("TIMESTAMP"):
        return _moment(text, kind, made)
    if name == "BINARY":
        return {"BASE64": f"from_base64({text})", "HEX": f"unhex({text})"}.get(
            made.word("BINARY_FORMAT"), f"encode({text})"
        )
    if name in ("VARIANT", "OBJECT", "ARRAY"):
        return f"CAST({text} AS JSON)"
    return f"CAST(trim({text}) AS {kind.storage})"


def fitted(text: str, kind: SqlType, *, cut: bool) -> str:
    """A text within its column's length: cut, or an error."""
    length = kind.length or MAX_TEXT
    if length >= MAX_TEXT:
        return f"CAST({text} AS VARCHAR)"
    if cut:
        return f"left(CAST({text} AS VARCHAR), {length})"
    return (
        f"CASE WHEN length(CAST({text} AS VARCHAR)) > {length} THEN CAST({_fail(text, 'INTEGER')} AS VARCHAR) "
        f"ELSE CAST({text} AS VARCHAR) END"
    )


def _fail(text: str, kind: str) -> str:
    """An expression that fails for every text: ``error()`` will not do, as TRY takes no volatile function."""
    return f"CAST('?' || CAST({text} AS VARCHAR) || '?' AS {kind})"


def _moment(text: str, kind: SqlType, made: FileFormat) -> str:
    option = "TIMESTAMP_FORMAT" if kind.name.startswith("TIMESTAMP") else f"{kind.name}_FORMAT"
    given = made.value(option)
    if given is not None and str(given).upper() != "AUTO":
        found = f"strptime({text}, {quoted(strptime_format(str(given)))})"
        return f"CAST({found} AS {kind.storage})"
    if kind.name == "DATE":
        return (
            f"coalesce(TRY_CAST({text} AS DATE), CAST(TRY_CAST({text} AS TIMESTAMP) AS DATE), "
            f"CAST(TRY_STRPTIME({text}, ['%m/%d/%Y', '%d-%b-%Y']) AS DATE), {_fail(text, 'DATE')})"
        )
    if kind.name == "TIME":
        return f"CAST({text} AS TIME)"
    number = f"TRY_CAST({text} AS BIGINT)"
    epoch = (
        f"CASE WHEN abs({number}) < 31536000000 THEN make_timestamp({number} * 1000000) "
        f"WHEN abs({number}) < 31536000000000 THEN make_timestamp({number} * 1000) "
        f"WHEN abs({number}) < 31536000000000000 THEN make_timestamp({number}) "
        f"ELSE make_timestamp({number} // 1000) END"
    )
    if kind.name == "TIMESTAMP_NTZ":
        wall = rf"regexp_replace({text}, '(\d{{2}}:\d{{2}}(?::[0-9.]+)?)\s*(?:[Zz]|[+-]\d{{2}}:?(?:\d{{2}})?)$', '\1')"
        named = f"coalesce(TRY_CAST({wall} AS TIMESTAMP), TRY_STRPTIME({text}, {_NAMED}), CAST({wall} AS TIMESTAMP))"
        return f"CASE WHEN {number} IS NOT NULL THEN {epoch} ELSE {named} END"
    tight = rf"regexp_replace({text}, '(\d)\s+([+-]\d{{2}}:?(?:\d{{2}})?|Z)$', '\1\2')"
    return f"CASE WHEN {number} IS NOT NULL THEN timezone('UTC', {epoch}) ELSE CAST({tight} AS TIMESTAMPTZ) END"


def failure(value: str | None, column: ColumnDef, kind: str) -> tuple[str, str, str]:
    """Code, state and text for a value that a column does not take; ``kind`` is the file's type."""
    if value is None:
        text = "NULL result in a non-nullable column"
        if kind != "CSV":
            return "100072", "22000", text
        hint = ". Use quotes if an empty field should be interpreted as an empty string instead of a null"
        return "100088", "22000", text + hint
    name = column.type.name
    if name == "VARCHAR":
        return "100074", "54000", f"User character length limit ({column.type.length}) exceeded by string '{value}'"
    if name == "NUMBER" and re.match(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*\Z", value):
        return "100039", "22003", f"Numeric value '{value}' is out of range"
    if name == "BINARY":
        return "100115", "22000", f"The following string is not a legal hex-encoded value: '{value}'"
    if name in ("VARIANT", "OBJECT", "ARRAY"):
        return "100069", "22P02", f"Error parsing JSON: {value}"
    code, what = {
        "NUMBER": ("100038", "Numeric value"), "FLOAT": ("100038", "Numeric value"), "DATE": ("100040", "Date"),
        "BOOLEAN": ("100037", "Boolean value"), "TIME": ("100108", "Time"),
    }.get(name, ("100035", "Timestamp"))  # fmt: skip
    return code, "22007" if what in ("Date", "Time", "Timestamp") else "22018", f"{what} '{value}' is not recognized"
