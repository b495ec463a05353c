"""Session variables (docs.snowflake.com: SQL variables)."""

from __future__ import annotations

import pytest

from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    for sql in (
        "CREATE WAREHOUSE WH",
        "CREATE DATABASE D",
        "CREATE TABLE T (ID INT, NAME VARCHAR)",
        "INSERT INTO T VALUES (1, 'a'), (2, 'b')",
    ):
        client.run(sql)
    return client


def cells(client: Client, sql: str) -> list[tuple[str | None, ...]]:
    return list(client.run(sql).rows)


def test_variable_stands_for_its_value_in_queries(admin: Client) -> None:
    admin.run("SET wanted = 2")
    assert cells(admin, "SELECT NAME, $wanted + 1 FROM T WHERE ID = $WANTED") == [("b", "3")]


def test_several_variables_are_set_at_once_from_expressions(admin: Client) -> None:
    admin.run("SET (a, b, c) = ('x' || 'y', (SELECT MAX(ID) FROM T), '2024-01-31'::DATE)")
    assert cells(admin, "SELECT $a, $b, $c + 1") == [("xy", "2", "19754")]


def test_variable_names_objects_by_identifier(admin: Client) -> None:
    admin.run("SET place = 'D.PUBLIC.T'")
    assert cells(admin, "SELECT COUNT(*) FROM IDENTIFIER($place)") == [("2",)]
    admin.run("INSERT INTO IDENTIFIER($place) VALUES (3, 'c')")
    admin.run("SET other = 'MADE'")
    admin.run("CREATE SCHEMA IDENTIFIER($other)")
    admin.run("USE SCHEMA IDENTIFIER($other)")
    admin.run("DROP SCHEMA IDENTIFIER($other)")
    assert cells(admin, "SELECT COUNT(*) FROM D.PUBLIC.T") == [("3",)]


def test_variable_is_a_literal_where_no_expression_stands(admin: Client) -> None:
    admin.run("SET said = 'it''s'")
    admin.run("COMMENT ON TABLE T IS $said")
    assert admin.rows("SHOW TABLES LIKE 'T'")[0]["comment"] == "it's"


def test_variable_holds_a_statement_for_execute_immediate(admin: Client) -> None:
    admin.run("SET stmt = 'SELECT 7 AS N FROM T LIMIT 1'")
    assert cells(admin, "EXECUTE IMMEDIATE $stmt") == [("7",)]


def test_dml_reads_variables(admin: Client) -> None:
    admin.run("SET (id, name) = (1, 'new')")
    admin.run("UPDATE T SET NAME = $name WHERE ID = $id")
    admin.run("DELETE FROM T WHERE ID > $id")
    assert cells(admin, "SELECT * FROM T") == [("1", "new")]


def test_variables_are_shown_and_unset(admin: Client) -> None:
    admin.run("SET (b, a) = (1.50, CURRENT_ROLE())")
    assert [(r["name"], r["value"], r["type"]) for r in admin.rows("SHOW VARIABLES")] == [
        ("A", "ACCOUNTADMIN", "text"),
        ("B", "1.50", "fixed"),
    ]
    assert cells(admin, "SELECT GETVARIABLE('A'), GETVARIABLE('a')") == [("ACCOUNTADMIN", None)]
    admin.run("UNSET (a, b)")
    assert admin.rows("SHOW VARIABLES LIKE '%'") == []


def test_variable_in_a_view_is_the_readers(account: Account, admin: Client) -> None:
    admin.run("SET least = 1")
    admin.run("CREATE VIEW D.PUBLIC.V AS SELECT ID FROM D.PUBLIC.T WHERE ID > $least")
    assert cells(admin, "SELECT * FROM D.PUBLIC.V") == [("2",)]
    admin.run("SET least = 0")
    assert len(cells(admin, "SELECT * FROM D.PUBLIC.V")) == 2


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT $none", "002211"),
        ("USE SCHEMA IDENTIFIER($none)", "002211"),
        ("SET (a, b) = (1)", "001008"),
        ("SET a = REPEAT('x', 257)", "001008"),
        ("SET a = PARSE_JSON('1')", "000002"),
        ("SET a", "001003"),
    ],
)
def test_what_variables_cannot_be_is_refused(admin: Client, sql: str, code: str) -> None:
    assert admin.fails(sql).code == code
    assert admin.rows("SHOW VARIABLES") == []


def test_variables_of_another_session_are_not_seen(account: Account, admin: Client) -> None:
    admin.run("SET a = 1")
    assert account.admin.fails("SELECT $a").code == "002211"
