"""What snowflake-sqlalchemy and BI tools read of tables: keys and columns (docs.snowflake.com: SHOW … KEYS)."""

from __future__ import annotations

import pytest

from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    for sql in (
        "CREATE WAREHOUSE WH",
        "CREATE DATABASE D",
        "CREATE TABLE P (A INT, B INT, C VARCHAR(10) UNIQUE, CONSTRAINT P_KEY PRIMARY KEY (A, B))",
        "CREATE TABLE F (ID INT IDENTITY(5, 2), A INT, B INT, "
        "CONSTRAINT F_P FOREIGN KEY (A, B) REFERENCES P (A, B) ON DELETE CASCADE)",
    ):
        client.run(sql)
    return client


@pytest.mark.parametrize("where", ["SCHEMA D.PUBLIC", "TABLE P", "P", "DATABASE D", "ACCOUNT"])
def test_primary_key_has_a_row_for_each_column(admin: Client, where: str) -> None:
    rows = admin.rows(f"SHOW /* sqlalchemy:_get_schema_primary_keys */PRIMARY KEYS IN {where}")
    assert [
        (r["schema_name"], r["table_name"], r["column_name"], r["key_sequence"], r["constraint_name"]) for r in rows
    ] == [
        ("PUBLIC", "P", "A", "1", "P_KEY"),
        ("PUBLIC", "P", "B", "2", "P_KEY"),
    ]


def test_unique_key_without_a_name_has_the_systems(admin: Client) -> None:
    (row,) = admin.rows("SHOW UNIQUE KEYS IN SCHEMA D.PUBLIC")
    assert row["column_name"] == "C"
    assert (row["constraint_name"] or "").startswith("SYS_CONSTRAINT_")


@pytest.mark.parametrize("statement", ["IMPORTED KEYS IN TABLE F", "EXPORTED KEYS IN TABLE P"])
def test_foreign_key_is_shown_from_both_sides(admin: Client, statement: str) -> None:
    rows = admin.rows(f"SHOW {statement}")
    shown = ("pk_table_name", "pk_column_name", "fk_table_name", "fk_column_name", "fk_name", "pk_name", "delete_rule")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        ("P", "A", "F", "A", "F_P", "P_KEY", "CASCADE"),
        ("P", "B", "F", "B", "F_P", "P_KEY", "CASCADE"),
    ]


def test_table_has_no_keys_of_another_kind(admin: Client) -> None:
    assert admin.rows("SHOW PRIMARY KEYS IN TABLE F") == []
    assert admin.rows("SHOW EXPORTED KEYS IN TABLE F") == []


def test_keys_of_tables_that_a_role_does_not_see_are_not_shown(account: Account, admin: Client) -> None:
    admin.run("CREATE ROLE R")
    admin.run("GRANT USAGE ON DATABASE D TO ROLE R")
    admin.run("GRANT USAGE ON SCHEMA D.PUBLIC TO ROLE R")
    admin.run("GRANT SELECT ON TABLE D.PUBLIC.F TO ROLE R")
    role = account.as_role("R")
    assert role.rows("SHOW PRIMARY KEYS IN ACCOUNT") == []
    assert role.rows("SHOW IMPORTED KEYS IN TABLE D.PUBLIC.F") == []
    assert role.fails("SHOW PRIMARY KEYS IN TABLE D.PUBLIC.P").code == "002003"


def test_columns_are_read_as_snowflake_sqlalchemy_reads_them(admin: Client) -> None:
    rows = admin.rows(
        "SELECT /* sqlalchemy:_get_schema_columns */ ic.column_name, ic.data_type, ic.character_maximum_length, "
        "ic.numeric_precision, ic.numeric_scale, ic.is_identity, ic.identity_start, ic.identity_increment "
        "FROM information_schema.columns ic WHERE ic.table_schema = 'PUBLIC' AND ic.table_name = 'F' "
        "ORDER BY ic.ordinal_position LIMIT 2"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("ID", "NUMBER", None, "38", "0", "YES", "5", "2"),
        ("A", "NUMBER", None, "38", "0", "NO", None, None),
    ]


def test_constraints_are_a_view_of_the_information_schema(admin: Client) -> None:
    rows = admin.rows("SELECT TABLE_NAME, CONSTRAINT_TYPE FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS ORDER BY ALL")
    assert [tuple(row.values()) for row in rows] == [("F", "FOREIGN KEY"), ("P", "PRIMARY KEY"), ("P", "UNIQUE")]
