"""What loaders, dbt and schemachange rely on and an emulator is easily wrong about."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest

from local.data.store import existing_store
from local.session import Binding
from tests.local.conftest import Account, Client
from tests.local.wire import Wire, new_wire


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    for sql in (
        "CREATE WAREHOUSE WH",
        "CREATE DATABASE D",
        "CREATE TABLE T (ID INT, NAME VARCHAR(10))",
        "CREATE TABLE S (ID INT, NAME VARCHAR)",
        "INSERT INTO T VALUES (1, 'a')",
        "INSERT INTO S VALUES (1, 'A'), (2, 'B')",
    ):
        client.run(sql)
    return client


def table(client: Client, name: str = "T") -> list[tuple[str | None, ...]]:
    return sorted(client.run(f"SELECT * FROM {name}").rows, key=str)  # noqa: S608


def test_keys_are_declared_and_not_enforced(admin: Client) -> None:
    admin.run(
        "CREATE TABLE K (ID INT PRIMARY KEY, U INT UNIQUE NOT ENFORCED, R INT REFERENCES S (ID), "
        "CONSTRAINT X UNIQUE (ID, U) NOT ENFORCED RELY)"
    )
    admin.run("INSERT INTO K VALUES (1, 1, 99), (1, 1, 98)")
    assert len(table(admin, "K")) == 2
    assert admin.fails("INSERT INTO K VALUES (NULL, 1, 1)").code == "100072"


def test_null_in_a_required_column_is_an_error_and_not_a_failure_of_the_server(admin: Client) -> None:
    admin.run("CREATE TABLE N (ID INT NOT NULL, NAME VARCHAR)")
    admin.run("INSERT INTO N VALUES (1, 'x')")
    for sql in ("INSERT INTO N (NAME) VALUES ('y')", "UPDATE N SET ID = NULL", "INSERT INTO N SELECT NULL, 'z'"):
        error = admin.fails(sql)
        assert (error.code, error.state) == ("100072", "22000")
    assert table(admin, "N") == [("1", "x")]


def test_merge_of_dbt_means_the_source_by_names_without_a_table(admin: Client) -> None:
    admin.run(
        'MERGE INTO T AS DBT_INTERNAL_DEST USING S AS DBT_INTERNAL_SOURCE '
        "ON DBT_INTERNAL_SOURCE.ID = DBT_INTERNAL_DEST.ID "
        'WHEN MATCHED THEN UPDATE SET "NAME" = DBT_INTERNAL_SOURCE."NAME" '
        'WHEN NOT MATCHED AND "ID" > 1 THEN INSERT ("ID", "NAME") VALUES ("ID", "NAME")'
    )  # fmt: skip
    assert table(admin) == [("1", "A"), ("2", "B")]


def test_merge_refuses_two_changes_of_a_row_unless_the_session_allows_any_one(admin: Client) -> None:
    merge = (
        "MERGE INTO T USING (SELECT 1 ID, 'x' NAME UNION ALL SELECT 1, 'y') S ON T.ID = S.ID "
        "WHEN MATCHED THEN UPDATE SET NAME = S.NAME"
    )
    assert admin.fails(merge).code == "100090"
    assert table(admin) == [("1", "a")]
    admin.run("ALTER SESSION SET ERROR_ON_NONDETERMINISTIC_MERGE = FALSE")
    assert list(admin.run(merge).rows) == [("1",)]
    assert table(admin)[0][1] in ("x", "y")


@pytest.mark.parametrize("start", ["BEGIN", "SELECT 1"])
def test_merge_that_takes_any_source_row_changes_a_row_once(admin: Client, start: str) -> None:
    admin.run("ALTER SESSION SET ERROR_ON_NONDETERMINISTIC_MERGE = FALSE")
    admin.run(start)
    (counts,) = admin.run(
        "MERGE INTO T USING (SELECT 1 ID, 'x' NAME UNION ALL SELECT 1, 'gone' UNION ALL SELECT 3, 'n' UNION ALL "
        "SELECT 3, 'n') S ON T.ID = S.ID WHEN MATCHED AND S.NAME = 'gone' THEN DELETE "
        "WHEN MATCHED THEN UPDATE SET NAME = S.NAME WHEN NOT MATCHED THEN INSERT VALUES (S.ID, S.NAME)"
    ).rows
    rest = [("3", "n"), ("3", "n")]
    assert (counts, table(admin)) in [(("2", "1", "0"), [("1", "x"), *rest]), (("2", "0", "1"), rest)]


@pytest.mark.parametrize(
    ("clause", "columns"),
    [
        ("WHEN MATCHED THEN DELETE", ["deleted"]),
        ("WHEN NOT MATCHED THEN INSERT VALUES (S.ID, S.NAME)", ["inserted"]),
        ("WHEN MATCHED AND S.ID = 9 THEN DELETE WHEN MATCHED THEN UPDATE SET NAME = 'q'", ["updated", "deleted"]),
    ],
)
def test_merge_answers_with_the_kinds_of_change_that_it_has_clauses_for(
    admin: Client, clause: str, columns: list[str]
) -> None:
    result = admin.run(f"MERGE INTO T USING S ON T.ID = S.ID {clause}")
    assert [column.name for column in result.columns] == [f"number of rows {name}" for name in columns]


@pytest.mark.parametrize(
    ("clause", "code"),
    [
        ("WHEN NOT MATCHED BY SOURCE THEN DELETE", "000002"),
        ("WHEN MATCHED THEN UPDATE ALL BY NAME", "000002"),
        ("WHEN NOT MATCHED THEN INSERT ALL BY NAME", "000002"),
        ("WHEN NOT MATCHED THEN INSERT VALUES (1)", "002020"),
        ("WHEN MATCHED THEN UPDATE SET NOPE = 1", "000904"),
        ("WHEN MATCHED THEN UPDATE SET ID = TRUE", "002023"),
    ],
)
def test_merge_that_is_not_understood_changes_nothing(admin: Client, clause: str, code: str) -> None:
    assert admin.fails(f"MERGE INTO T USING S ON T.ID = S.ID {clause}").code == code
    assert table(admin) == [("1", "a")]


def test_update_with_several_sources_takes_any_one_and_counts_it(admin: Client) -> None:
    update = "UPDATE T SET NAME = X.NAME FROM (SELECT 1 ID, 'x' NAME UNION ALL SELECT 1, 'y') X WHERE T.ID = X.ID"
    assert list(admin.run(update).rows) == [("1", "1")]
    assert table(admin)[0][1] in ("x", "y")
    admin.run("ALTER SESSION SET ERROR_ON_NONDETERMINISTIC_UPDATE = TRUE")
    assert admin.fails(update).code == "100090"


def test_temporary_table_made_in_a_transaction_commits_it(admin: Client) -> None:
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (2, 'b')")
    admin.run("CREATE TEMPORARY TABLE STAGING AS SELECT * FROM T")
    admin.run("ROLLBACK")
    assert len(table(admin)) == 2


def test_rows_and_watermark_roll_back_together_over_two_databases(admin: Client) -> None:
    admin.run("CREATE DATABASE STATE")
    admin.run("CREATE TABLE STATE.PUBLIC.WATERMARKS (NAME VARCHAR, HI INT)")
    admin.run("USE SCHEMA D.PUBLIC")
    load = (
        "DELETE FROM T USING S WHERE T.ID = S.ID",
        "INSERT INTO T SELECT * FROM S QUALIFY ROW_NUMBER() OVER (PARTITION BY ID ORDER BY NAME) = 1",
        "INSERT INTO STATE.PUBLIC.WATERMARKS VALUES ('T', 2)",
    )
    for end, rows, marks in (("ROLLBACK", [("1", "a")], []), ("COMMIT", [("1", "A"), ("2", "B")], [("T", "2")])):
        admin.run("BEGIN TRANSACTION NAME LOAD_T")
        for sql in load:
            admin.run(sql)
        admin.run(end)
        assert (table(admin), table(admin, "STATE.PUBLIC.WATERMARKS")) == (rows, marks)


def test_decimals_can_be_bound(admin: Client) -> None:
    admin.run("CREATE TABLE N (X NUMBER(38, 10))")
    exact = "1234567890123456789012345678.0123456789"
    admin.context.bindings = (Binding("FIXED", exact),)
    admin.run("INSERT INTO N VALUES (?)")
    admin.context.bindings = ()
    assert Decimal(str(table(admin, "N")[0][0])) == Decimal(exact)


def test_text_executed_immediately_is_the_statement_itself(admin: Client) -> None:
    admin.run("EXECUTE IMMEDIATE $$INSERT INTO T VALUES (2, 'b')$$")
    assert list(admin.run("EXECUTE IMMEDIATE 'SELECT COUNT(*) FROM T'").rows) == [("2",)]
    assert admin.fails("EXECUTE IMMEDIATE 'EXECUTE IMMEDIATE ''SELECT 1'''").code == "000002"
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (3, 'c')")
    admin.run("EXECUTE IMMEDIATE 'CREATE ROLE R'")
    admin.run("ROLLBACK")
    assert len(table(admin)) == 3


# Session parameters


@pytest.mark.parametrize(
    ("name", "given", "shown", "kind"),
    [
        ("QUERY_TAG", "'loads;V1.0.0'", "loads;V1.0.0", "STRING"),
        ("STATEMENT_TIMEOUT_IN_SECONDS", "30", "30", "NUMBER"),
        ("LOCK_TIMEOUT", "'5'", "5", "NUMBER"),
        ("AUTOCOMMIT", "FALSE", "false", "BOOLEAN"),
        ("AUTOCOMMIT", "'false'", "false", "BOOLEAN"),
        ("TIMEZONE", "'Europe/Berlin'", "Europe/Berlin", "STRING"),
        ("ERROR_ON_NONDETERMINISTIC_MERGE", "false", "false", "BOOLEAN"),
    ],
)
def test_session_parameter_is_set_shown_with_its_type_and_unset(
    admin: Client, name: str, given: str, shown: str, kind: str
) -> None:
    ask = f"SHOW PARAMETERS LIKE '{name}' IN SESSION"
    (before,) = admin.rows(ask)
    assert (before["value"], before["level"], before["type"]) == (before["default"], "", kind)
    admin.run(f"ALTER SESSION SET {name} = {given}")
    (after,) = admin.rows(ask)
    assert (after["value"], after["level"]) == (shown, "SESSION")
    admin.run(f"ALTER SESSION UNSET {name}")
    assert admin.rows(ask) == [before]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("SET STATEMENT_TIMEOUT_IN_SECONDS = 'soon'", "001008"),
        ("SET STATEMENT_TIMEOUT_IN_SECONDS = -1", "001008"),
        ("SET AUTOCOMMIT = 7", "001008"),
        ("SET TIMEZONE = 'Mars/Phobos'", "001008"),
        ("SET NOPE = 1", "001420"),
        ("UNSET NOPE", "001420"),
        ("SET QUERY_TAG", "001003"),
    ],
)
def test_wrong_change_of_a_session_is_refused_and_changes_nothing(admin: Client, change: str, code: str) -> None:
    before = admin.rows("SHOW PARAMETERS IN SESSION")
    assert admin.fails(f"ALTER SESSION {change}").code == code
    assert admin.rows("SHOW PARAMETERS IN SESSION") == before


# Over the wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = new_wire()
    yield made
    store = existing_store(made.server.catalogue)
    if store is not None:
        store.close()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT error('x')",
        "SELECT getenv('HOME')",
        "SELECT * FROM range(5)",
        "SELECT CAST('x' AS INT) FROM T",
        "SELECT ARRAY_CONSTRUCT(1) + 1",
        "SELECT SUM('x' || ID) FROM T",
        "SELECT OBJECT_CONSTRUCT('a') FROM T",
        "SELECT REGEXP_REPLACE('a', '(', 'b')",
        "SELECT DATEADD(century, 100000000, CURRENT_DATE())",
        "SELECT TO_DATE('9999999-01-01')",
        "SELECT REPEAT('x', -1), REPEAT('x', 10)",
        "SELECT SUBSTR('x', 99999999999999)",
        "SELECT (SELECT ID FROM T UNION ALL SELECT 2)",
        "SELECT ID FROM T GROUP BY 7",
        "SELECT ID FROM T ORDER BY 7",
        "SELECT 1 UNION ALL SELECT 1, 2",
        "SELECT * FROM T PIVOT (SUM(ID) FOR X IN ('a'))",
        "WITH RECURSIVE R AS (SELECT 1 X UNION ALL SELECT X FROM R) SELECT COUNT(*) FROM R LIMIT 'x'",
        "INSERT INTO T SELECT * FROM T, T X",
        "INSERT INTO T VALUES (1), (1, 2)",
        "MERGE INTO T USING T ON TRUE WHEN MATCHED THEN DELETE",
        "UPDATE T SET ID = (SELECT ID FROM T UNION ALL SELECT 2)",
        "SELECT PARSE_JSON('{\"a\": ')",
        "SELECT '\x00'",
        "SELECT 1e999::NUMBER",
        "SELECT 'NaN'::FLOAT, 'inf'::FLOAT",
        "SELECT LISTAGG(ID) WITHIN GROUP (ORDER BY NOPE) FROM T",
        "SELECT F.VALUE FROM T, LATERAL FLATTEN(INPUT => ID) F",
    ],
)
def test_no_statement_is_a_failure_of_the_server(wire: Wire, sql: str) -> None:
    token = wire.token()
    for setup in ("USE ROLE ACCOUNTADMIN", "CREATE WAREHOUSE W", "CREATE DATABASE D", "CREATE TABLE T (ID INT)",
                  "INSERT INTO T VALUES (1)", "ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 3"):  # fmt: skip
        wire.run(setup, token)
    answer = wire.run(sql, token)
    assert answer.status == 200
    assert answer.code != "000603"
    if answer.code is not None:
        assert (len(answer.code), len(answer.data["sqlState"])) == (6, 5)
    text = json.dumps(answer.body)
    assert not any(word in text for word in ("Traceback", "duckdb", "sqlglot", "stored.", ".py"))


@pytest.mark.parametrize("failure", [duckdb.InternalException("INTERNAL Error: secret"), MemoryError("secret")])
def test_failure_inside_duckdb_is_an_incident_and_the_session_goes_on(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    token = wire.token()
    for setup in ("USE ROLE ACCOUNTADMIN", "CREATE WAREHOUSE W", "CREATE DATABASE D", "CREATE TABLE T (ID INT)"):
        wire.run(setup, token)

    def fail(*_: object) -> None:
        raise failure

    with monkeypatch.context() as patched:
        patched.setattr("local.data.overlay.Writing.insert", fail)
        answer = wire.run("INSERT INTO T VALUES (1)", token)
    assert (answer.status, answer.code, "secret" in json.dumps(answer.body)) == (200, "000603", False)
    assert wire.run("INSERT INTO T VALUES (2)", token).code is None
    assert wire.run("SELECT ID FROM T", token).data["rowset"] == [["2"]]


def test_second_session_that_updates_a_row_waits_for_the_first(wire: Wire) -> None:
    first = wire.token()
    for sql in ("USE ROLE ACCOUNTADMIN", "CREATE WAREHOUSE W", "CREATE DATABASE D", "CREATE TABLE T (ID INT)",
                "INSERT INTO T VALUES (1)", "BEGIN", "UPDATE T SET ID = ID + 1"):  # fmt: skip
        assert wire.run(sql, first).code is None
    second = wire.token()
    for sql in ("USE ROLE ACCOUNTADMIN", "USE WAREHOUSE W", "USE SCHEMA D.PUBLIC"):
        wire.run(sql, second)
    codes: list[str | None] = []
    thread = threading.Thread(target=lambda: codes.append(wire.run("UPDATE T SET ID = ID * 10", second).code))
    thread.start()
    time.sleep(0.3)
    assert codes == []
    wire.run("COMMIT", first)
    thread.join(10)
    assert codes == [None]
    assert wire.run("SELECT ID FROM T", first).data["rowset"] == [["20"]]
