"""Ways round access control that were tried, each with what stops it."""

import pytest

from local.data.guard import require_checked
from local.errors import SnowflakeError
from local.model import Kind
from tests.local.conftest import Account, Client


@pytest.fixture
def intruder(account: Account) -> Client:
    """A role with a database of its own beside SEC.PUBLIC.T, on which it holds nothing."""
    admin = account.admin
    for sql in (
        "CREATE WAREHOUSE WH",
        "CREATE DATABASE SEC",
        "CREATE TABLE SEC.PUBLIC.T (ID INT, S VARCHAR)",
        "INSERT INTO SEC.PUBLIC.T VALUES (1, 'secret')",
        "CREATE ROLE INTRUDER",
        "GRANT USAGE ON WAREHOUSE WH TO ROLE INTRUDER",
        "CREATE DATABASE OWN",
        "CREATE TABLE OWN.PUBLIC.MINE (X INT, Y VARCHAR)",
        "GRANT OWNERSHIP ON TABLE OWN.PUBLIC.MINE TO ROLE INTRUDER",
        "GRANT OWNERSHIP ON SCHEMA OWN.PUBLIC TO ROLE INTRUDER",
        "GRANT OWNERSHIP ON DATABASE OWN TO ROLE INTRUDER",
    ):
        admin.run(sql)
    client = account.as_role("INTRUDER")
    client.run("USE WAREHOUSE WH")
    client.run("USE DATABASE OWN")
    return client


def physical(account: Account) -> str:
    table = account.catalogue.find(Kind.TABLE, ("SEC", "PUBLIC", "T"))
    assert table is not None
    return f"stored.t{table.id}"


@pytest.mark.parametrize("text", ["(SELECT c2 FROM {t})", "1 + (SELECT 1)", "(WITH a AS (SELECT 1) SELECT * FROM a)"])
def test_default_of_a_column_asks_no_table(account: Account, intruder: Client, text: str) -> None:
    default = text.format(t=physical(account))
    error = intruder.fails(f"CREATE TABLE A (X INT, Y VARCHAR DEFAULT {default})")
    assert error.message.startswith("SQL compilation error:\nInvalid column default expression")


@pytest.mark.parametrize("default", ["(FROM {t})", "1 FROM {t}"])
def test_default_that_names_a_physical_table_is_refused_when_it_is_used(
    account: Account, intruder: Client, default: str
) -> None:
    intruder.run(f"CREATE TABLE A (X INT, Y VARCHAR DEFAULT {default.format(t=physical(account))})")
    assert intruder.fails("INSERT INTO A (X) VALUES (1)").code == "002003"


def test_tree_with_an_unchecked_table_never_reaches_duckdb() -> None:
    import sqlglot

    with pytest.raises(SnowflakeError) as caught:
        require_checked(sqlglot.parse_one("SELECT (SELECT 1 FROM stored.t7)"))
    assert caught.value.code == "002003"


@pytest.mark.parametrize(
    "sql",
    [
        "WITH X AS (SHOW TABLES) SELECT * FROM X",
        "WITH X AS (INSERT INTO MINE VALUES (1, 'a')) SELECT 1",
        "SELECT * FROM (DESCRIBE MINE)",
        "SELECT SESSION_USER()",
        "SELECT CURRENT_CATALOG",
        "SELECT CURRENT_SCHEMA FROM MINE",
        "SELECT USER FROM MINE",
        "SELECT COLUMNS('.*') FROM MINE",
        "SELECT ANONYMOUS_AGG_FUNC(READ_TEXT, '/etc/passwd')",
        "SELECT ANONYMOUS(READ_TEXT, '/etc/passwd')",
        "SELECT SAFE_FUNC(GETENV('HOME'))",
        "SELECT GLOB('*', '*')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM TABLE(READ_CSV('/etc/passwd'))",
        "SELECT CURRENT_SETTING('search_path')",
    ],
)
def test_duckdb_answers_nothing_that_snowflake_does_not(intruder: Client, sql: str) -> None:
    assert intruder.fails(sql).code in ("000002", "000904", "002141", "002003")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM MINE FOR UPDATE",
        "SELECT * FROM MINE CHANGES (INFORMATION => DEFAULT) AT (OFFSET => 0)",
        "INSERT INTO MINE VALUES (1, 'a') RETURNING X",
        "DELETE FROM MINE WHERE X = 1 RETURNING X",
        "UPDATE MINE SET X = 1 LIMIT 1",
    ],
)
def test_clause_that_would_be_ignored_is_refused(intruder: Client, sql: str) -> None:
    assert intruder.fails(sql).code in ("000002", "001003")


def test_column_may_be_called_user(intruder: Client) -> None:
    intruder.run('CREATE TABLE N ("USER" VARCHAR)')
    intruder.run("INSERT INTO N VALUES ('x')")
    assert intruder.run("SELECT USER FROM N").rows == [("x",)]


@pytest.mark.parametrize("sql", ["SELECT OBJECT_CONSTRUCT('a')", "SELECT DATE_TRUNC()", "SELECT J_S_O_N_OBJECT('a')"])
def test_function_with_odd_arguments_is_a_clean_error(intruder: Client, sql: str) -> None:
    assert intruder.fails(sql).code in ("000002", "001003", "002141")
