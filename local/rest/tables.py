"""Tables in the REST API: columns and constraints."""

from __future__ import annotations

from collections.abc import Mapping

from local.data.types import read_type
from local.errors import SnowflakeError
from local.lexer import TokenKind, tokenize
from local.model import Json
from local.reader import Reader
from local.rest.request import Ask, flag, given, malformed, number, options, spelled, text, words

_OPTIONS = {
    "data_retention_time_in_days": "number",
    "max_data_extension_time_in_days": "number",
    "change_tracking": "flag",
    "enable_schema_evolution": "flag",
    "default_ddl_collation": "text",
    "comment": "text",
}
_COLUMN = frozenset(
    ("name", "datatype", "nullable", "collate", "default", "autoincrement", "autoincrement_start",
     "autoincrement_increment", "comment", "constraints")
)  # fmt: skip


def table_body(body: Mapping[str, Json]) -> str:
    """What follows a new table's name."""
    told = given(body, frozenset((*_OPTIONS, "name", "kind", "columns", "constraints", "cluster_by")))
    parts = [_column(item) for item in _list(told, "columns")]
    if not parts:
        raise malformed("columns must name at least one column.")
    parts += [_constraint(item) for item in _list(told, "constraints")]
    keys = [_expression(text(item, "cluster_by"), "cluster_by") for item in _list(told, "cluster_by")]
    cluster = f" CLUSTER BY ({', '.join(keys)})" if keys else ""
    return f" ({', '.join(parts)}){cluster}{options(told, _OPTIONS)}"


def _list(body: Mapping[str, Json], field: str) -> list[Json]:
    found = body.get(field)
    if found is None:
        return []
    if not isinstance(found, list):
        raise malformed(f"{field} must be a list.")
    return found


def _object(item: Json, known: frozenset[str]) -> dict[str, Json]:
    if not isinstance(item, dict):
        raise malformed("columns and constraints must be objects.")
    return given(item, known)


def _column(item: Json) -> str:
    column = _object(item, _COLUMN)
    parts = [spelled(column.get("name")), _datatype(column.get("datatype"))]
    if "collate" in column:
        parts.append(f"COLLATE{options(column, {'collate': 'text'}).partition('=')[2]}")
    if "default" in column:
        parts.append(f"DEFAULT {_expression(text(column['default'], 'default'), 'default')}")
    if "autoincrement" in column and flag(column["autoincrement"], "autoincrement"):
        start = number(column.get("autoincrement_start", 1), "autoincrement_start")
        step = number(column.get("autoincrement_increment", 1), "autoincrement_increment")
        parts.append(f"AUTOINCREMENT START {start} INCREMENT {step}")
    if not flag(column.get("nullable", True), "nullable"):
        parts.append("NOT NULL")
    parts += [_constraint(own, of_column=True) for own in _list(column, "constraints")]
    if "comment" in column:
        parts.append(f"COMMENT{options(column, {'comment': 'text'}).partition('=')[2]}")
    return " ".join(parts)


def _datatype(value: Json) -> str:
    written = text(value, "datatype")
    reader = Reader(written)
    try:
        read_type(reader)
        reader.end()
    except SnowflakeError as error:
        raise malformed(f"datatype: {error.message}") from None
    return written


def _constraint(item: Json, *, of_column: bool = False) -> str:
    known = ("name", "column_names", "constraint_type", "referenced_table_name", "referenced_column_names")
    told = _object(item, frozenset(known))
    kind = words(told.get("constraint_type"), "constraint_type")
    if kind not in ("PRIMARY KEY", "UNIQUE", "FOREIGN KEY"):
        raise malformed("constraint_type must be PRIMARY KEY, UNIQUE or FOREIGN KEY.")
    named = f"CONSTRAINT {spelled(told['name'])} " if "name" in told else ""
    if of_column and kind != "FOREIGN KEY":
        return f"{named}{kind}"
    columns = ", ".join(spelled(column, "column_names") for column in _list(told, "column_names"))
    if not columns:
        raise malformed("column_names must name the columns of the constraint.")
    if kind != "FOREIGN KEY":
        return f"{named}{kind} ({columns})"
    target = text(told.get("referenced_table_name"), "referenced_table_name")
    try:
        reader = Reader(target)
        reader.path()
        reader.end()
    except SnowflakeError:
        raise malformed(f"referenced_table_name is no name: {target}") from None
    others = ", ".join(spelled(column, "referenced_column_names") for column in _list(told, "referenced_column_names"))
    return f"{named}{kind} ({columns}) REFERENCES {target}{f' ({others})' if others else ''}"


def _expression(written: str, what: str) -> str:
    """An expression that ends where it seems to: brackets match, nothing separates it from what follows."""
    depth = 0
    try:
        for token in tokenize(written):
            if token.kind is TokenKind.PUNCTUATION:
                depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token.value, 0)
                if depth < 0 or token.value == ";" or (token.value == "," and not depth):
                    raise malformed(f"{what} is not one expression: {written}")
    except SnowflakeError:
        raise malformed(f"{what} is not one expression: {written}") from None
    if depth or not written.strip():
        raise malformed(f"{what} is not one expression: {written}")
    return written


async def described(ask: Ask, full: str) -> dict[str, Json]:
    """Columns and keys of a table."""
    columns: list[Json] = []
    keys: list[Json] = []
    unique: list[Json] = []
    for row in await ask(f"DESCRIBE TABLE {full}"):
        column: dict[str, Json] = {
            "name": row["name"],
            "datatype": row["type"],
            "nullable": row.get("null?") == "Y",
        }
        column |= {field: row[field] for field in ("default", "comment") if row.get(field)}
        columns.append(column)
        if row.get("primary key") == "Y":
            keys.append(row["name"])
        if row.get("unique key") == "Y":
            unique.append({"constraint_type": "UNIQUE", "column_names": [row["name"]]})
    primary: list[Json] = [{"constraint_type": "PRIMARY KEY", "column_names": keys}] if keys else []
    return {"columns": columns, "constraints": [*primary, *unique]}


async def view_columns(ask: Ask, full: str) -> list[Json]:
    """Columns of a view."""
    return [
        {"name": row["name"], **({"comment": row["comment"]} if row.get("comment") else {})}
        for row in await ask(f"DESCRIBE VIEW {full}")
    ]
