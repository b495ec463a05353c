"""What a database holds, as data that can be compared: objects, columns, rows, views, files; no ids, no times."""

# ruff: noqa: S608 (names come from the database itself)

import base64
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection
    from snowflake.connector.cursor import SnowflakeCursor

State = dict[str, list[list[str]]]
"""Lines by topic: ``columns PUBLIC.T``, ``rows PUBLIC.T``, ``view …``, ``files …``."""


def read(connection: "SnowflakeConnection", database: str, volatile: frozenset[str] = frozenset()) -> State:
    """The state of a database; columns named in `volatile` count as present, whatever their value."""
    state: State = {}
    with connection.cursor() as cursor:
        tables = _rows(
            cursor,
            f"SELECT table_schema, table_name, table_type FROM {database}.INFORMATION_SCHEMA.TABLES "
            "WHERE table_schema <> 'INFORMATION_SCHEMA' ORDER BY 1, 2",
        )
        state["objects"] = [[text(cell) for cell in row] for row in tables]
        for schema, name, _ in tables:
            full = f'{database}."{schema}"."{name}"'
            state[f"columns {schema}.{name}"] = _columns(cursor, database, str(schema), str(name))
            state[f"rows {schema}.{name}"] = _content(cursor, full, volatile)
        state |= _views(cursor, database)
        state |= _stages(cursor, database)
    return state


def _columns(cursor: "SnowflakeCursor", database: str, schema: str, name: str) -> list[list[str]]:
    cursor.execute(
        "SELECT column_name, data_type, is_nullable, character_maximum_length, numeric_precision, numeric_scale "
        f"FROM {database}.INFORMATION_SCHEMA.COLUMNS WHERE table_schema = %s AND table_name = %s "
        "ORDER BY ordinal_position",
        (schema, name),
    )
    return [[text(cell) for cell in row] for row in cursor.fetchall()]


def _content(cursor: "SnowflakeCursor", full: str, volatile: frozenset[str]) -> list[list[str]]:
    rows = _rows(cursor, f"SELECT * FROM {full}")
    names = [column.name.upper() for column in cursor.description]
    return sorted([["…" if n in volatile else text(cell) for n, cell in zip(names, row, strict=True)] for row in rows])


def _views(cursor: "SnowflakeCursor", database: str) -> State:
    return {
        f"view {row['schema_name']}.{row['name']}": [[row["text"]]]
        for row in _shown(cursor, f"SHOW VIEWS IN DATABASE {database}")
        if row["schema_name"] != "INFORMATION_SCHEMA"
    }


def _stages(cursor: "SnowflakeCursor", database: str) -> State:
    found: State = {}
    for row in _shown(cursor, f"SHOW STAGES IN DATABASE {database}"):
        listed = _shown(cursor, f'LIST @{database}."{row["schema_name"]}"."{row["name"]}"')
        found[f"files {row['schema_name']}.{row['name']}"] = sorted([file["name"]] for file in listed)
    return found


def _shown(cursor: "SnowflakeCursor", sql: str) -> list[dict[str, str]]:
    rows = _rows(cursor, sql)
    names = [column.name for column in cursor.description]
    return [dict(zip(names, map(text, row), strict=True)) for row in rows]


def _rows(cursor: "SnowflakeCursor", sql: str) -> list[tuple[object, ...]]:
    cursor.execute(sql)
    return [tuple(row) for row in cursor.fetchall()]


def text(value: object) -> str:
    """A value as text that is the same whichever client read it."""
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    return "NULL" if value is None else str(value)


def differences(before: Mapping[str, object], after: Mapping[str, object], most: int = 20) -> list[str]:
    """What two states or answers do not have in common, one line per topic."""
    lines = []
    for topic in [*before, *(name for name in after if name not in before)]:
        if topic not in after:
            lines.append(f"{topic}: gone")
        elif topic not in before:
            lines.append(f"{topic}: new")
        elif before[topic] != after[topic]:
            lines.append(f"{topic}: {_short(before[topic], after[topic])}")
    return lines[:most]


def _short(before: object, after: object) -> str:
    if isinstance(before, Sequence) and isinstance(after, Sequence) and not isinstance(before, str):
        lost = [item for item in before if item not in after]
        won = [item for item in after if item not in before]
        return f"{len(before)} -> {len(after)}; without {json.dumps(lost)[:300]}; with {json.dumps(won)[:300]}"
    return f"{before!r} -> {after!r}"[:400]
