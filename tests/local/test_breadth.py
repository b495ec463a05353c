"""Statements as analytics engineers write them, with the answers of Snowflake's documentation (a table of data)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from local.data.store import existing_store
from local.results import Cell, Column, Type
from tests.local.conftest import Client, new_account

TABLE = Path(__file__).parent / "data" / "statements_by_area.txt"
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (cells are in UTC)
NAMES = {"TEXT": "VARCHAR", "REAL": "FLOAT"}


@dataclass
class Case:
    """A statement and what it must answer; ``error`` is a code."""

    area: str
    sql: str = ""
    rows: list[list[str]] = field(default_factory=list)
    types: list[str] | None = None
    names: list[str] | None = None
    error: str = ""


def cases() -> list[Case]:
    """The table's statements."""
    found: list[Case] = []
    area = ""
    for block in TABLE.read_text().split("\n\n"):
        case = Case(area)
        for line in block.strip("\n").split("\n"):
            mark, _, rest = line.partition(" ")
            if mark == "##":
                area = case.area = rest
            elif mark == "=":
                case.rows.append(rest.split(" | "))
            elif mark == ":":
                case.types = rest.split(" | ")
            elif mark == "#":
                case.names = [name.replace("_", " ") for name in rest.split(" ")]
            elif mark == "!":
                case.error = rest
            elif line != "(none)":
                case.sql += line + "\n"
        if case.sql:
            found.append(case)
    return found


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    account = new_account()
    made = account.admin
    for sql in (
        "CREATE WAREHOUSE WH",
        "CREATE DATABASE D",
        "CREATE TABLE NUMS (N INT, NAME VARCHAR(10))",
        "INSERT INTO NUMS VALUES (1, 'one'), (2, 'two'), (3, 'three')",
    ):
        made.run(sql)
    yield made
    store = existing_store(account.catalogue)
    assert store is not None
    store.close()


def shown(cell: Cell, column: Column) -> str:
    """A cell as the table writes it."""
    if cell is None:
        return "NULL"
    match column.type:
        case Type.TEXT:
            return repr(cell)
        case Type.FIXED:
            return cell
        case Type.REAL:
            return (cell if cell in ("inf", "-inf", "NaN") else repr(float(cell))) + "f"
        case Type.BOOLEAN:
            return "TRUE" if cell == "1" else "FALSE"
        case Type.DATE:
            return str(date.fromordinal(EPOCH.toordinal() + int(cell)))
        case Type.BINARY:
            return f"x'{cell}'"
        case Type.VARIANT | Type.OBJECT | Type.ARRAY:
            return "j" + json.dumps(json.loads(cell), separators=(",", ":"))
    moment = EPOCH + timedelta(microseconds=int(Decimal(cell.partition(" ")[0]) * 1_000_000))
    if column.type is Type.TIME:
        return str(moment.time())
    return str(moment) + ("" if column.type is Type.TIMESTAMP_NTZ else "Z")


def type_name(column: Column) -> str:
    """A column's type as the table writes it."""
    name = column.type.name
    return f"NUMBER({column.precision},{column.scale})" if name == "FIXED" else NAMES.get(name, name)


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.area.split(' |')[0]}: {case.sql[:50].strip()}")
def test_statement_answers_as_documented(client: Client, case: Case) -> None:
    if case.error:
        assert client.fails(case.sql).code == case.error
        return
    result = client.run(case.sql)
    assert [[shown(cell, column) for cell, column in zip(row, result.columns, strict=True)] for row in result.rows] == (
        case.rows
    )
    if case.types is not None:
        assert [type_name(column) for column in result.columns] == case.types
    if case.names is not None:
        assert [column.name for column in result.columns] == case.names


def test_every_area_of_the_table_names_its_source() -> None:
    assert all(" | " in case.area for case in cases())
    assert len(cases()) > 250
