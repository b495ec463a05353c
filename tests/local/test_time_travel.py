"""AT and BEFORE: earlier rows of tables, within the retention."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.data import past
from local.data.store import data_store
from tests.local.conftest import Account, Client
from tests.local.test_data_store import close, open_account, ready


@pytest.fixture
def admin(account: Account) -> Client:
    client = ready(account)
    client.run("CREATE TABLE T (ID INT, NAME VARCHAR(9))")
    return client


def run(client: Client, query_id: str, sql: str) -> None:
    """Run a statement under a query id."""
    Client(replace(client.context, query_id=query_id)).run(sql)


def names(client: Client, clause: str = "", table: str = "T") -> list[str | None]:
    return [row[0] if row[0] is None else str(row[0]) for row in
            client.run(f"SELECT NAME FROM {table} {clause} ORDER BY ID, NAME").rows]  # fmt: skip # noqa: S608


def changed(client: Client) -> None:
    """Four writes: q1 adds two rows, q2 changes one, q3 removes one, q4 adds one."""
    run(client, "q1", "INSERT INTO T VALUES (1, 'one'), (2, 'two')")
    run(client, "q2", "UPDATE T SET NAME = 'eins' WHERE ID = 1")
    run(client, "q3", "DELETE FROM T WHERE ID = 2")
    run(client, "q4", "INSERT INTO T VALUES (3, 'three')")


@pytest.mark.parametrize(
    ("statement", "before", "at"),
    [
        ("q1", [], ["one", "two"]),
        ("q2", ["one", "two"], ["eins", "two"]),
        ("q3", ["eins", "two"], ["eins"]),
        ("q4", ["eins"], ["eins", "three"]),
    ],
)
def test_rows_before_and_at_a_statement(admin: Client, statement: str, before: list[str], at: list[str]) -> None:
    changed(admin)
    assert names(admin, f"BEFORE (STATEMENT => '{statement}')") == before
    assert names(admin, f"AT (STATEMENT => '{statement}')") == at
    assert names(admin) == ["eins", "three"]


def test_rows_at_a_moment_and_some_seconds_ago(admin: Client) -> None:
    run(admin, "q1", "INSERT INTO T VALUES (1, 'one')")
    time.sleep(0.05)
    moment = datetime.now(UTC)
    time.sleep(0.05)
    admin.run("UPDATE T SET NAME = 'two'")
    assert names(admin, f"AT (TIMESTAMP => '{moment.isoformat()}'::TIMESTAMP_TZ)") == ["one"]
    assert names(admin, f"AT (TIMESTAMP => '{moment.replace(tzinfo=None)}'::TIMESTAMP_NTZ)") == ["one"]
    assert names(admin, f"BEFORE (TIMESTAMP => TO_TIMESTAMP({int(moment.timestamp() * 1000)}, 3))") == ["one"]
    ago = time.time() - moment.timestamp()
    assert names(admin, f"AT (OFFSET => -{ago:.3f})") == ["one"]
    assert names(admin, "AT (TIMESTAMP => CURRENT_TIMESTAMP())") == ["two"]


def test_every_write_of_a_merge_an_overwrite_and_a_truncate_is_undone(admin: Client) -> None:
    run(admin, "q1", "INSERT INTO T VALUES (1, 'one'), (2, 'two')")
    run(
        admin,
        "q2",
        "MERGE INTO T USING (SELECT 1 AS I UNION SELECT 2 UNION SELECT 3) S ON T.ID = S.I "
        "WHEN MATCHED AND S.I = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET NAME = 'zwei' "
        "WHEN NOT MATCHED THEN INSERT VALUES (S.I, 'drei')",
    )
    run(admin, "q3", "INSERT OVERWRITE INTO T VALUES (9, 'nine')")
    run(admin, "q4", "TRUNCATE TABLE T")
    assert names(admin, "BEFORE (STATEMENT => 'q2')") == ["one", "two"]
    assert names(admin, "BEFORE (STATEMENT => 'q3')") == ["zwei", "drei"]
    assert names(admin, "BEFORE (STATEMENT => 'q4')") == ["nine"]
    assert names(admin) == []


def test_transaction_counts_as_one_write_from_its_commit_on(admin: Client) -> None:
    run(admin, "q0", "INSERT INTO T VALUES (0, 'zero')")
    admin.run("BEGIN")
    run(admin, "q1", "INSERT INTO T VALUES (1, 'one')")
    run(admin, "q2", "DELETE FROM T WHERE ID = 0")
    run(admin, "q3", "UPDATE T SET NAME = 'eins'")
    assert names(admin, "AT (STATEMENT => 'q0')") == ["zero"]
    admin.run("COMMIT")
    for statement in ("q1", "q2", "q3"):
        assert names(admin, f"BEFORE (STATEMENT => '{statement}')") == ["zero"]
        assert names(admin, f"AT (STATEMENT => '{statement}')") == ["eins"]


def test_rolled_back_writes_leave_no_past(admin: Client) -> None:
    run(admin, "q0", "INSERT INTO T VALUES (0, 'zero')")
    admin.run("BEGIN")
    run(admin, "q1", "DELETE FROM T")
    admin.run("ROLLBACK")
    assert names(admin, "AT (STATEMENT => 'q0')") == ["zero"]
    assert admin.rows("SELECT * FROM T AT (STATEMENT => 'q1')") == [{"ID": "0", "NAME": "zero"}]


def test_past_has_the_present_columns(admin: Client) -> None:
    changed(admin)
    admin.run("ALTER TABLE T ADD COLUMN EXTRA INT DEFAULT 7")
    admin.run("ALTER TABLE T RENAME COLUMN NAME TO LABEL")
    run(admin, "q5", "UPDATE T SET LABEL = 'x'")
    rows = admin.run("SELECT ID, LABEL, EXTRA FROM T BEFORE (STATEMENT => 'q5') ORDER BY ID").rows
    assert list(rows) == [("1", "eins", "7"), ("3", "three", "7")]
    rows = admin.run("SELECT ID, LABEL, EXTRA FROM T BEFORE (STATEMENT => 'q3') ORDER BY ID").rows
    assert list(rows) == [("1", "eins", "7"), ("2", "two", None)]
    admin.run("ALTER TABLE T DROP COLUMN LABEL")
    assert len(admin.rows("SELECT * FROM T BEFORE (STATEMENT => 'q3')")) == 2


def test_view_is_read_as_of_then(admin: Client) -> None:
    admin.run("CREATE VIEW V AS SELECT ID, UPPER(NAME) AS NAME FROM T")
    changed(admin)
    assert names(admin, "AT (STATEMENT => 'q1')", "V") == ["ONE", "TWO"]


def test_two_times_meet_in_one_query(admin: Client) -> None:
    changed(admin)
    sql = (
        "SELECT O.NAME, N.NAME FROM T BEFORE (STATEMENT => 'q2') AS O JOIN T AS N ON O.ID = N.ID WHERE O.NAME <> N.NAME"
    )
    assert list(admin.run(sql).rows) == [("one", "eins")]


def test_policies_of_today_hold_for_the_past(admin: Client) -> None:
    changed(admin)
    admin.run("CREATE MASKING POLICY M AS (V VARCHAR) RETURNS VARCHAR -> '*'")
    admin.run("CREATE ROW ACCESS POLICY R AS (N NUMBER) RETURNS BOOLEAN -> N = 2")
    admin.run("ALTER TABLE T MODIFY COLUMN NAME SET MASKING POLICY M")
    admin.run("ALTER TABLE T ADD ROW ACCESS POLICY R ON (ID)")
    assert admin.rows("SELECT * FROM T AT (STATEMENT => 'q1')") == [{"ID": "2", "NAME": "*"}]


@pytest.mark.parametrize(
    ("clause", "code"),
    [
        ("AT (OFFSET => -3600)", "000707"),
        ("AT (TIMESTAMP => '2020-01-01'::TIMESTAMP)", "000707"),
        ("AT (STATEMENT => 'nobody')", "000709"),
        ("AT (OFFSET => 60)", "001008"),
        ("AT (OFFSET => ID)", "001008"),
        ("AT (TIMESTAMP => (SELECT MAX(ID) FROM T))", "001008"),
        ("AT (TIMESTAMP => 'soon')", "100035"),
        ("AT (STREAM => 's')", "001003"),
    ],
)
def test_time_that_is_not_there_is_refused(admin: Client, clause: str, code: str) -> None:
    admin.run("INSERT INTO T VALUES (1, 'one')")
    assert admin.fails(f"SELECT * FROM T {clause}").code == code  # noqa: S608


def test_table_without_retention_has_no_past(admin: Client) -> None:
    changed(admin)
    admin.run("ALTER TABLE T SET DATA_RETENTION_TIME_IN_DAYS = 0")
    assert admin.fails("SELECT * FROM T BEFORE (STATEMENT => 'q4')").code == "000707"


def test_time_travel_of_what_is_no_table_is_refused(admin: Client) -> None:
    assert admin.fails("WITH C AS (SELECT 1 AS A) SELECT * FROM C AT (OFFSET => -1)").code == "001008"
    assert admin.fails("SELECT * FROM INFORMATION_SCHEMA.TABLES AT (OFFSET => -1)").code == "001008"
    assert admin.fails("DELETE FROM T AT (OFFSET => -1)").code in ("001003", "002203")


def test_role_without_select_does_not_see_the_past(account: Account, admin: Client) -> None:
    changed(admin)
    admin.run("CREATE ROLE R")
    other = account.as_role("R")
    other.context.session.warehouse = admin.context.session.warehouse
    assert other.fails("SELECT * FROM D.PUBLIC.T AT (STATEMENT => 'q1')").code == "002003"


def test_past_is_there_after_a_restart(tmp_path: Path) -> None:
    client = ready(open_account(tmp_path))
    client.run("CREATE TABLE T (ID INT, NAME VARCHAR(9))")
    changed(client)
    close(client)
    client = ready(open_account(tmp_path))
    assert names(client, "BEFORE (STATEMENT => 'q3')") == ["eins", "two"]
    run(client, "q5", "DELETE FROM T")
    assert names(client, "BEFORE (STATEMENT => 'q5')") == ["eins", "three"]
    assert names(client, "BEFORE (STATEMENT => 'q2')") == ["one", "two"]
    close(client)


def test_old_rows_go_when_their_retention_is_over(admin: Client) -> None:
    changed(admin)
    store = data_store(admin.context)
    with store.cursor() as cursor:
        rows = cursor.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'past'").fetchall()
        tables = [str(name) for (name,) in rows if str(name).startswith("h")]
        count = f"SELECT count(*) FROM past.{tables[0]}"  # noqa: S608
        assert cursor.execute(count).fetchall() == [(2,)]
        table = int(tables[0][1:].split("_")[0])
        store.past.purge(cursor, {table: 3600.0})
        assert cursor.execute(count).fetchall() == [(2,)]
        store.past.purge(cursor, {table: 0.0})
        assert cursor.execute(count).fetchall() == [(0,)]


def test_most_rows_bound_the_past_and_what_is_gone_is_said(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "MOST_ROWS", 4)
    for number in range(8):
        run(admin, f"i{number}", f"INSERT INTO T VALUES ({number}, 'n')")  # noqa: S608
        run(admin, f"d{number}", "DELETE FROM T")
    store = data_store(admin.context)
    table = next(iter(store.past._tables))
    with store.cursor() as cursor:
        store.past.purge(cursor, {table: 3600.0})
    assert admin.fails("SELECT * FROM T BEFORE (STATEMENT => 'd1')").code == "000707"
    assert names(admin, "BEFORE (STATEMENT => 'd7')") == ["n"]


def test_dropped_table_takes_its_past_along(admin: Client) -> None:
    changed(admin)
    admin.run("ALTER TABLE T SET DATA_RETENTION_TIME_IN_DAYS = 0")
    admin.run("DROP TABLE T")
    admin.run("CREATE TABLE U (A INT)")
    admin.run("SELECT * FROM U")
    with data_store(admin.context).cursor() as cursor:
        found = cursor.execute(
            "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'past' AND table_name[1] = 'h'"
        ).fetchall()
    assert found == [(0,)]
