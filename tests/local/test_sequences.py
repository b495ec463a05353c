"""Sequences: values in queries and defaults, SHOW, rights."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin.computing()
    client.run("CREATE DATABASE D")
    client.run("CREATE SCHEMA D.S")
    client.run("USE SCHEMA D.S")
    return client


def values(client: Client, sql: str) -> list[str | None]:
    return [value for row in client.run(sql).rows for value in row]


def test_each_reference_takes_a_value_of_its_own(admin: Client) -> None:
    admin.run("CREATE SEQUENCE Q START = 5 INCREMENT = 2")
    assert values(admin, "SELECT Q.NEXTVAL, D.S.Q.NEXTVAL, Q.NEXTVAL + 1") == ["5", "7", "10"]


def test_every_row_gets_another_value(admin: Client) -> None:
    admin.run("CREATE SEQUENCE Q")
    assert values(admin, "SELECT Q.NEXTVAL FROM (VALUES (1), (2), (3)) ORDER BY 1") == ["1", "2", "3"]


def test_sequence_numbers_rows_as_a_default_and_in_an_insert(admin: Client) -> None:
    admin.run("CREATE SEQUENCE Q START WITH 10 INCREMENT BY 10")
    admin.run("CREATE TABLE T (ID NUMBER DEFAULT Q.NEXTVAL, N VARCHAR)")
    admin.run("INSERT INTO T (N) VALUES ('a'), ('b')")
    admin.run("INSERT INTO T VALUES (DEFAULT, 'c')")
    admin.run("INSERT INTO T SELECT Q.NEXTVAL, 'd'")
    assert values(admin, "SELECT ID FROM T ORDER BY N") == ["10", "20", "30", "40"]
    assert admin.rows("DESC TABLE T")[0]["default"] == "D.S.Q.NEXTVAL"


def test_values_are_not_given_back(admin: Client) -> None:
    admin.run("CREATE SEQUENCE Q")
    admin.run("CREATE TABLE T (ID NUMBER)")
    admin.run("BEGIN")
    admin.run("INSERT INTO T SELECT Q.NEXTVAL")
    admin.run("ROLLBACK")
    assert values(admin, "SELECT Q.NEXTVAL") == ["2"]


def test_a_sequence_that_is_first_used_inside_a_transaction_works(admin: Client) -> None:
    admin.run("CREATE TABLE T (ID NUMBER)")
    admin.run("CREATE SEQUENCE Q")
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (0)")
    admin.run("INSERT INTO T SELECT Q.NEXTVAL")
    admin.run("COMMIT")
    assert values(admin, "SELECT ID FROM T ORDER BY 1") == ["0", "1"]


def test_no_value_is_given_twice_to_sessions_side_by_side(account: Account, admin: Client) -> None:
    admin.run("CREATE SEQUENCE Q")
    clients = [account.admin.computing() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        taken = pool.map(lambda c: [v for _ in range(20) for v in values(c, "SELECT D.S.Q.NEXTVAL")], clients)
        found = [value for part in taken for value in part]
    assert len(set(found)) == 80


def test_a_new_step_counts_after_the_next_value(admin: Client) -> None:
    admin.run("CREATE SEQUENCE Q START 5")
    assert values(admin, "SELECT Q.NEXTVAL") == ["5"]
    admin.run("ALTER SEQUENCE Q SET INCREMENT = -10")
    assert values(admin, "SELECT Q.NEXTVAL, Q.NEXTVAL") == ["6", "-4"]


def test_sequence_is_shown_as_the_provider_reads_it(admin: Client) -> None:
    admin.run("CREATE SEQUENCE Q INCREMENT = 3 ORDER COMMENT = 'c'")
    admin.run("SELECT Q.NEXTVAL")
    (row,) = admin.rows("SHOW SEQUENCES LIKE 'Q' IN SCHEMA D.S")
    wanted = ("next_value", "interval", "ordered", "comment", "owner", "owner_role_type")
    assert [row[name] for name in wanted] == ["4", "3", "Y", "c", "ACCOUNTADMIN", "ROLE"]
    assert admin.rows("DESC SEQUENCE Q") == [row]
    admin.run("ALTER SEQUENCE Q SET NOORDER COMMENT = 'd'")
    (row,) = admin.rows("SHOW SEQUENCES")
    assert (row["ordered"], row["comment"]) == ("N", "d")
    admin.run("ALTER SEQUENCE Q UNSET COMMENT")
    admin.run("ALTER SEQUENCE Q RENAME TO R")
    assert values(admin, "SELECT R.NEXTVAL") == ["4"]


def test_a_table_called_like_the_sequence_wins(admin: Client) -> None:
    admin.run("CREATE SEQUENCE Q")
    assert values(admin, "SELECT Q.NEXTVAL FROM (SELECT 'column' AS NEXTVAL) AS Q") == ["column"]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("CREATE SEQUENCE X INCREMENT = 0", "002018"),
        ("CREATE SEQUENCE X START = 99999999999999999999", "001008"),
        ("ALTER SEQUENCE Q SET ORDER", "001008"),
        ("SELECT NONE_SUCH.NEXTVAL", "002003"),
        ("SELECT Q.CURRVAL", "000904"),
        ("SELECT nextval('stored.q1_0')", "002140"),
        ("CREATE TABLE T (ID NUMBER DEFAULT NONE_SUCH.NEXTVAL)", "002003"),
    ],
)
def test_what_sequences_cannot_do_is_refused(admin: Client, sql: str, code: str) -> None:
    admin.run("CREATE SEQUENCE Q NOORDER")
    assert admin.fails(sql).code == code


def test_insert_fails_when_the_sequence_of_a_default_is_gone(admin: Client) -> None:
    admin.run("CREATE SEQUENCE Q")
    admin.run("CREATE TABLE T (ID NUMBER DEFAULT Q.NEXTVAL, N NUMBER)")
    admin.run("DROP SEQUENCE Q")
    assert admin.fails("INSERT INTO T (N) VALUES (1)").code == "002003"


def test_values_need_usage_and_making_needs_create(account: Account, admin: Client) -> None:
    admin.run("CREATE SEQUENCE Q")
    admin.run("CREATE ROLE R")
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.S", "USAGE ON WAREHOUSE COMPUTE_WH"):
        admin.run(f"GRANT {grant} TO ROLE R")
    role = account.as_role("R")
    role.run("USE WAREHOUSE COMPUTE_WH")
    assert role.fails("SELECT D.S.Q.NEXTVAL").code == "002003"
    assert role.fails("CREATE SEQUENCE D.S.X").code == "003001"
    admin.run("GRANT USAGE ON SEQUENCE D.S.Q TO ROLE R")
    assert values(role, "SELECT D.S.Q.NEXTVAL") == ["1"]
    assert role.fails("ALTER SEQUENCE D.S.Q SET INCREMENT = 2").code == "003001"
    admin.run("GRANT OWNERSHIP ON SEQUENCE D.S.Q TO ROLE R REVOKE CURRENT GRANTS")
    role.run("DROP SEQUENCE D.S.Q")
