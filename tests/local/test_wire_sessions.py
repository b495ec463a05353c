"""Sessions, transactions, requests and their end as an official connector sees them, against a served process."""

from __future__ import annotations

import itertools
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import Error, IntegrityError

from tests.local.test_server_process import Process

pytestmark = pytest.mark.e2e

ENDLESS = "SELECT COUNT(*) FROM D.PUBLIC.BIG A, D.PUBLIC.BIG B, D.PUBLIC.BIG C WHERE A.ID + B.ID * C.ID = 7"
Open = Callable[..., SnowflakeCursor]
"""Opens a session in the test's schema; the same options as of a connection."""


def prepare(server: Process) -> None:
    with server.connect() as connection:
        for sql in (
            "USE ROLE ACCOUNTADMIN",
            "CREATE WAREHOUSE W",
            "CREATE DATABASE D",
            "CREATE TABLE BIG AS SELECT SEQ4() AS ID FROM TABLE(GENERATOR(ROWCOUNT => 100000))",
        ):
            connection.cursor().execute(sql)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    made = Process(tmp_path_factory.mktemp("server"))
    made.start()
    prepare(made)
    yield made
    made.stop()


NUMBERS = itertools.count()


@pytest.fixture
def session(server: Process) -> Iterator[Open]:
    """Sessions in a schema of their own with the table T (A INT, B VARCHAR(3))."""
    schema = f"D.S{next(NUMBERS)}"
    opened = []

    def make(**options: Any) -> SnowflakeCursor:
        connection = server.connect(**{"network_timeout": 60, **options})
        opened.append(connection)
        cursor = connection.cursor()
        for sql in ("USE ROLE ACCOUNTADMIN", "USE WAREHOUSE W", f"USE SCHEMA {schema}"):
            cursor.execute(sql)
        return cursor

    with server.connect() as connection:
        for sql in ("USE ROLE ACCOUNTADMIN", f"CREATE SCHEMA {schema}", "CREATE TABLE T (A INT, B VARCHAR(3))"):
            connection.cursor().execute(sql)
    yield make
    for connection in opened:
        connection.close()


def rows(cursor: SnowflakeCursor, sql: str) -> list[Any]:
    """What a statement answers."""
    cursor.execute(sql)
    return list(cursor.fetchall())


def count(cursor: SnowflakeCursor, table: str = "T") -> int:
    """How many rows the session sees."""
    ((number,),) = rows(cursor, f"SELECT COUNT(*) FROM {table}")  # noqa: S608
    return int(number)


def refused(cursor: SnowflakeCursor, sql: str, **options: Any) -> Error:
    with pytest.raises(Error) as caught:
        cursor.execute(sql, **options)
    return caught.value


# Several statements in one request


@pytest.mark.parametrize("number", [0, 3])
def test_each_of_several_statements_has_its_result(session: Open, number: int) -> None:
    cursor = session()
    cursor.execute("INSERT INTO T VALUES (1, 'a;b'); -- ;\n SELECT B FROM T; SHOW TABLES", num_statements=number)
    found = [cursor.fetchall()]
    while cursor.nextset():
        found.append(cursor.fetchall())
    assert (found[0], found[1], len(found), len(found[2])) == ([(1,)], [("a;b",)], 3, 1)


@pytest.mark.parametrize("number", [None, 2, 4])
def test_wrong_number_of_statements_runs_none(session: Open, number: int | None) -> None:
    cursor = session()
    text = "INSERT INTO T VALUES (1, 'a'); INSERT INTO T VALUES (2, 'b'); SELECT 1"
    error = refused(cursor, text, num_statements=number)
    assert (error.errno, f"desired statement count {number or 1}" in str(error.raw_msg)) == (8, True)
    assert count(cursor) == 0


def test_failing_statement_among_several_keeps_those_before_it_and_stops_there(session: Open) -> None:
    cursor = session()
    text = "INSERT INTO T VALUES (1, 'a'); INSERT INTO T VALUES (2, 'long'); INSERT INTO T VALUES (3, 'c')"
    assert refused(cursor, text, num_statements=0).errno == 100078
    assert rows(cursor, "SELECT A FROM T") == [(1,)]


def test_failing_statement_among_several_leaves_their_transaction_open(session: Open) -> None:
    cursor, other = session(), session()
    assert refused(cursor, "BEGIN NAME L; INSERT INTO T VALUES (1, 'a'); SELECT 1/0", num_statements=0).errno == 100051
    assert rows(cursor, "SELECT CURRENT_TRANSACTION() IS NOT NULL") == [(True,)]
    assert [row[3] for row in rows(other, "SHOW TRANSACTIONS")] == ["L"]
    assert (count(cursor), count(other)) == (1, 0)
    cursor.execute("COMMIT")
    assert (count(other), rows(other, "SHOW TRANSACTIONS")) == (1, [])


# The end of a statement


def test_statement_that_runs_longer_than_its_caller_waits_is_cancelled(session: Open) -> None:
    cursor = session()
    began = time.monotonic()
    assert refused(cursor, ENDLESS, timeout=2).errno == 604
    assert time.monotonic() - began < 30
    assert count(cursor) == 0


def test_statement_in_the_background_is_stopped_by_its_id(session: Open) -> None:
    cursor = session()
    cursor.execute_async(f"INSERT INTO T SELECT 1, 'x' FROM ({ENDLESS})")  # noqa: S608
    query_id = str(cursor.sfqid)
    time.sleep(0.5)
    assert cursor.connection.is_still_running(cursor.connection.get_query_status(query_id))
    assert cursor.abort_query(query_id)
    with pytest.raises(Error, match="SQL execution canceled"):
        for _ in range(300):
            cursor.connection.get_query_status_throw_if_error(query_id)
            time.sleep(0.1)
    assert count(cursor) == 0


@pytest.mark.parametrize(
    ("set_it", "unset"),
    [
        ("ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 1", "ALTER SESSION UNSET STATEMENT_TIMEOUT_IN_SECONDS"),
        ("ALTER USER LOCAL_ADMIN SET STATEMENT_TIMEOUT_IN_SECONDS = 1",
         "ALTER USER LOCAL_ADMIN UNSET STATEMENT_TIMEOUT_IN_SECONDS"),
        ("ALTER WAREHOUSE W SET STATEMENT_TIMEOUT_IN_SECONDS = 1",
         "ALTER WAREHOUSE W UNSET STATEMENT_TIMEOUT_IN_SECONDS"),
    ],
    ids=["session", "user", "warehouse"],
)  # fmt: skip
def test_statement_ends_when_the_time_that_a_parameter_gives_it_is_over(session: Open, set_it: str, unset: str) -> None:
    cursor = session()
    cursor.execute(set_it)
    try:
        error = refused(cursor, ENDLESS)
    finally:
        cursor.execute(unset)
    assert (error.errno, error.sqlstate) == (630, "57014")


def test_result_of_a_statement_in_the_background_is_fetched_by_its_id(session: Open) -> None:
    cursor, other = session(), session()
    cursor.execute_async("SELECT COUNT(*) FROM D.PUBLIC.BIG")
    other.get_results_from_sfqid(str(cursor.sfqid))
    assert other.fetchall() == [(100_000,)]


def test_earlier_results_are_read_again(session: Open) -> None:
    cursor = session()
    cursor.execute("SELECT 1 AS X UNION ALL SELECT 2")
    cursor.execute("SELECT 'last'")
    assert rows(cursor, "SELECT SUM(X) FROM TABLE(RESULT_SCAN(LAST_QUERY_ID(-2)))") == [(3,)]
    assert rows(cursor, "SELECT LAST_QUERY_ID(-1) = LAST_QUERY_ID()") == [(True,)]


# Transactions


@pytest.mark.parametrize("options", [{"autocommit": False}, {"session_parameters": {"AUTOCOMMIT": False}}])
def test_login_without_autocommit_opens_a_transaction_at_the_first_change(
    session: Open, options: dict[str, Any]
) -> None:
    cursor, other = session(**options), session()
    assert rows(cursor, "SELECT CURRENT_TRANSACTION()") == [(None,)]
    cursor.execute("INSERT INTO T VALUES (1, 'a')")
    assert (count(cursor), count(other)) == (1, 0)
    cursor.connection.rollback()
    assert count(cursor) == 0
    cursor.execute("INSERT INTO T VALUES (2, 'b')")
    cursor.connection.commit()
    assert count(other) == 1


def test_transaction_is_shown_by_its_name_until_it_ends(session: Open) -> None:
    cursor, other = session(), session()
    cursor.execute('BEGIN NAME "Load of T"')
    ((number, user, of, name, _, state, scope),) = rows(other, "SHOW TRANSACTIONS IN ACCOUNT")
    assert (user, of, name, state, scope) == ("LOCAL_ADMIN", cursor.connection.session_id, "Load of T", "running", 0)
    assert rows(cursor, "SELECT CURRENT_TRANSACTION()") == [(str(number),)]
    cursor.execute("ROLLBACK")
    assert rows(other, "SHOW TRANSACTIONS IN ACCOUNT") == []


def test_rollback_and_commit_outside_a_transaction_do_nothing(session: Open) -> None:
    cursor = session()
    cursor.execute("INSERT INTO T VALUES (1, 'a')")
    for sql in ("ROLLBACK", "COMMIT"):
        cursor.execute(sql)
    assert count(cursor) == 1


def test_each_statement_of_a_transaction_sees_what_others_have_committed(session: Open) -> None:
    cursor, other = session(), session()
    cursor.execute("BEGIN")
    cursor.execute("INSERT INTO T VALUES (1, 'a')")
    other.execute("INSERT INTO T VALUES (2, 'b')")
    assert (count(cursor), count(other)) == (2, 1)
    cursor.execute("ROLLBACK")
    assert rows(cursor, "SELECT A FROM T") == [(2,)]


def test_failed_statement_takes_back_itself_only(session: Open) -> None:
    cursor = session()
    cursor.execute("BEGIN")
    cursor.execute("INSERT INTO T VALUES (1, 'a')")
    assert refused(cursor, "INSERT INTO T SELECT SEQ4(), IFF(SEQ4() = 9999, 'long', 'x') "
                           "FROM TABLE(GENERATOR(ROWCOUNT => 10000))").errno == 100078  # fmt: skip
    cursor.execute("INSERT INTO T VALUES (2, 'b')")
    cursor.execute("COMMIT")
    assert rows(cursor, "SELECT A FROM T ORDER BY A") == [(1,), (2,)]


def test_create_table_as_in_a_transaction_commits_it_and_sees_its_rows(session: Open) -> None:
    cursor, other = session(), session()
    cursor.execute("BEGIN")
    cursor.execute("INSERT INTO T VALUES (1, 'a')")
    cursor.execute("CREATE TABLE X AS SELECT * FROM T")
    assert rows(cursor, "SELECT CURRENT_TRANSACTION()") == [(None,)]
    cursor.execute("ROLLBACK")
    assert (count(other), count(other, "X")) == (1, 1)


@pytest.mark.parametrize(
    "change",
    [
        "TRUNCATE TABLE T",
        "INSERT OVERWRITE INTO T SELECT 9, 'z'",
        "DELETE FROM T",
        "MERGE INTO T USING (SELECT 1 X) S ON T.A = S.X WHEN MATCHED THEN DELETE",
    ],
)
def test_change_of_a_transaction_is_seen_by_itself_alone_and_rolled_back(session: Open, change: str) -> None:
    cursor, other = session(), session()
    cursor.execute("INSERT INTO T VALUES (1, 'a'), (2, 'b')")
    cursor.execute("BEGIN")
    cursor.execute(change)
    assert (count(cursor) < 2, count(other)) == (True, 2)
    cursor.execute("ROLLBACK")
    assert rows(cursor, "SELECT A FROM T ORDER BY A") == [(1,), (2,)]


def test_temporary_table_takes_part_in_transactions(session: Open) -> None:
    cursor = session()
    cursor.execute("CREATE TEMPORARY TABLE X (A INT)")
    for end, left in (("ROLLBACK", 0), ("COMMIT", 1)):
        for sql in ("BEGIN", "INSERT INTO X VALUES (1)", "INSERT INTO T VALUES (1, 'a')", end):
            cursor.execute(sql)
        assert (count(cursor, "X"), count(cursor)) == (left, left)


def test_open_transaction_ends_with_its_session(session: Open) -> None:
    cursor, other = session(), session()
    cursor.execute("BEGIN")
    cursor.execute("UPDATE T SET A = 1")
    cursor.execute("INSERT INTO T VALUES (1, 'a')")
    cursor.connection.close()
    other.execute("UPDATE T SET A = 2")
    assert (count(other), rows(other, "SHOW TRANSACTIONS")) == (0, [])


def test_open_transaction_ends_with_the_server(tmp_path: Path) -> None:
    server = Process(tmp_path)
    server.start()
    try:
        prepare(server)
        cursor = server.connect().cursor()
        for sql in (
            "USE ROLE ACCOUNTADMIN",
            "USE WAREHOUSE W",
            "USE SCHEMA D.PUBLIC",
            "CREATE TABLE T AS SELECT 1 AS A",
            "BEGIN",
            "INSERT INTO T VALUES (2)",
            "DELETE FROM T WHERE A = 1",
        ):
            cursor.execute(sql)
        server.stop(signal.SIGKILL)
        server.start()
        with server.connect(warehouse="W", role="ACCOUNTADMIN") as connection:
            assert rows(connection.cursor(), "SELECT A FROM D.PUBLIC.T") == [(1,)]
    finally:
        server.stop(signal.SIGKILL)


def test_second_writer_of_a_row_waits_for_the_first(session: Open) -> None:
    cursor, other = session(), session()
    cursor.execute("INSERT INTO T VALUES (1, 'a')")
    cursor.execute("BEGIN")
    cursor.execute("UPDATE T SET A = A + 1")
    thread = threading.Thread(target=other.execute, args=("UPDATE T SET A = A * 10",))
    thread.start()
    time.sleep(0.5)
    assert thread.is_alive()
    cursor.execute("COMMIT")
    thread.join(30)
    assert rows(cursor, "SELECT A FROM T") == [(20,)]


def test_writer_gives_up_when_its_lock_timeout_is_over(session: Open) -> None:
    cursor, other = session(), session(session_parameters={"LOCK_TIMEOUT": 1})
    cursor.execute("BEGIN")
    cursor.execute("DELETE FROM T")
    assert refused(other, "DELETE FROM T").errno == 625
    cursor.execute("COMMIT")
    other.execute("DELETE FROM T")


# Errors of values


@pytest.mark.parametrize(
    ("sql", "number", "state", "text"),
    [
        ("INSERT INTO N (D) VALUES (1)", 100072, "22000",
         "{N} column I with error: NULL result in a non-nullable column"),
        ("UPDATE N SET I = NULL", 100072, "22000", "{N} column I with error: NULL result in a non-nullable column"),
        ("INSERT INTO N VALUES ('abc', 1, 'x', NULL)", 100038, "22018",
         "{N} column I with error: Numeric value 'abc' is not recognized"),
        ("INSERT INTO N SELECT 1, '1234.5', 'x', NULL", 100039, "22003",
         "{N} column D with error: Numeric value '1234.5' is out of range"),
        ("UPDATE N SET D = 1000", 100046, "22003",
         "{N} column D with error: Number out of representable range: type FIXED[SB4](5,2){{nullable}}, value 1000"),
        ("INSERT INTO N SELECT I, D / 0, V, T FROM N", 100051, "22012", "{N} column D with error: Division by zero"),
        ("INSERT INTO N VALUES (1, 1, 'abcd', NULL)", 100078, "22000",
         "{N} column V with error: String 'abcd' is too long and would be truncated"),
        ("INSERT INTO N VALUES (1, 1, 'x', '2024-02-30')", 100040, "22007",
         "{N} column T with error: Date '2024-02-30' is not recognized"),
        ("MERGE INTO N USING (SELECT 'q' Q) S ON FALSE WHEN NOT MATCHED THEN INSERT (I) VALUES (S.Q)", 100038, "22018",
         "{N} column I with error: Numeric value 'q' is not recognized"),
        ("CREATE TABLE C AS SELECT 1 / 0 AS X", 100051, "22012",
         ".C failed on column X with error: Division by zero"),
        ("INSERT INTO N (I, D) SELECT 1, TRUE", 2023, "22000",
         "Expression type does not match column data type, expecting NUMBER(5,2) but got BOOLEAN for column D"),
        ("UPDATE N SET T = I", 2023, "22000", "expecting DATE but got NUMBER(38,0) for column T"),
        ("INSERT INTO J SELECT 'abc'", 2023, "22000", "expecting VARIANT but got VARCHAR(3) for column J"),
        ("SELECT 'abc'::NUMBER", 100038, "22018", "Numeric value 'abc' is not recognized"),
        ("DELETE FROM N WHERE I / 0 = 1", 100051, "22012", "Division by zero"),
    ],
)  # fmt: skip
def test_value_that_does_not_fit_is_told_with_its_column(
    session: Open, sql: str, number: int, state: str, text: str
) -> None:
    cursor = session()
    cursor.execute("CREATE TABLE N (I INT NOT NULL, D NUMBER(5,2), V VARCHAR(3), T DATE)")
    cursor.execute("CREATE TABLE J (J VARIANT)")
    cursor.execute("INSERT INTO N VALUES (7, 7, 'x', '2024-01-01')")
    error = refused(cursor, sql)
    assert (error.errno, error.sqlstate) == (number, state)
    assert text.format(N="DML operation to table N failed on") in str(error.raw_msg)
    assert isinstance(error, IntegrityError) == (number == 100072)
    assert rows(cursor, "SELECT I, D FROM N") == [(7, 7)]
