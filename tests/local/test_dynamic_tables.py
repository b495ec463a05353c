"""Dynamic tables: computed when made and on refresh, shown, suspended, granted."""

from __future__ import annotations

import pytest

from tests.local.conftest import Account, Client
from tests.local.test_time_travel import run

DYNAMIC = (
    """CREATE DYNAMIC TABLE "D"."S"."DT" TARGET_LAG = '2 minutes' INITIALIZE = ON_CREATE REFRESH_MODE = AUTO """
    """WAREHOUSE = "W" COMMENT = 'it''s' AS SELECT ID, N FROM T WHERE ID > 1"""
)


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin.computing()
    for sql in (
        "CREATE WAREHOUSE W INITIALLY_SUSPENDED = TRUE",
        "USE WAREHOUSE COMPUTE_WH",
        "CREATE DATABASE D",
        "CREATE SCHEMA D.S",
        "USE SCHEMA D.S",
        "CREATE TABLE T (ID NUMBER(5,0), N VARCHAR(5))",
        "INSERT INTO T VALUES (1, 'a'), (2, 'b')",
    ):
        client.run(sql)
    return client


def rows(client: Client, sql: str) -> list[tuple[str | None, ...]]:
    return list(client.run(sql).rows)


def test_it_holds_the_rows_of_its_query_as_of_the_last_refresh(admin: Client) -> None:
    admin.run(DYNAMIC)
    admin.run("INSERT INTO T VALUES (3, 'c')")
    assert rows(admin, "SELECT * FROM DT") == [("2", "b")]
    ((_, statistics),) = rows(admin, "ALTER DYNAMIC TABLE DT REFRESH")
    assert statistics == '{"insertedRows":2}'
    assert rows(admin, "SELECT * FROM DT ORDER BY 1") == [("2", "b"), ("3", "c")]
    assert [row["type"] for row in admin.rows("DESC DYNAMIC TABLE DT")] == ["NUMBER(5,0)", "VARCHAR(5)"]


def test_refresh_computes_upstream_tables_first(admin: Client) -> None:
    admin.run(DYNAMIC)
    admin.run("CREATE VIEW V AS SELECT ID FROM DT")
    admin.run("CREATE DYNAMIC TABLE TOTAL (X) TARGET_LAG = DOWNSTREAM WAREHOUSE = W AS SELECT SUM(ID) FROM V")
    admin.run("INSERT INTO T VALUES (3, 'c')")
    admin.run("ALTER DYNAMIC TABLE TOTAL REFRESH")
    assert rows(admin, "SELECT X FROM TOTAL") == [("5",)]


def test_a_table_initialized_on_schedule_waits_for_its_first_refresh(admin: Client) -> None:
    admin.run(DYNAMIC.replace("ON_CREATE", "ON_SCHEDULE"))
    assert admin.fails("SELECT * FROM DT").code == "002730"
    admin.run("ALTER DYNAMIC TABLE DT REFRESH")
    assert rows(admin, "SELECT * FROM DT") == [("2", "b")]


def test_it_is_shown_as_the_provider_reads_it(admin: Client) -> None:
    admin.run(DYNAMIC)
    (row,) = admin.rows("SHOW DYNAMIC TABLES LIKE 'DT' IN SCHEMA D.S")
    wanted = ("target_lag", "warehouse", "comment", "rows", "scheduling_state", "is_clone", "owner_role_type")
    assert [row[name] for name in wanted] == ["2 minutes", "W", "it's", "1", "ACTIVE", "false", "ROLE"]
    assert row["text"] == (
        "CREATE DYNAMIC TABLE DT comment = 'it\\'s' lag = '2 minutes' refresh_mode = 'AUTO' initialize = 'ON_CREATE' "
        "warehouse = W AS SELECT ID, N FROM T WHERE ID > 1"
    )
    admin.run("ALTER DYNAMIC TABLE DT SET TARGET_LAG = DOWNSTREAM WAREHOUSE = COMPUTE_WH")
    admin.run("COMMENT ON DYNAMIC TABLE DT IS 'new'")
    (row,) = admin.rows("SHOW DYNAMIC TABLES")
    assert [row[name] for name in ("target_lag", "warehouse", "comment")] == ["DOWNSTREAM", "COMPUTE_WH", "new"]
    assert [(row["name"], row["is_dynamic"]) for row in admin.rows("SHOW TABLES")] == [("DT", "Y"), ("T", "N")]
    assert ("DT", "BASE TABLE") in rows(admin, "SELECT TABLE_NAME, TABLE_TYPE FROM INFORMATION_SCHEMA.TABLES")


def test_suspending_goes_downstream_and_so_does_resuming(admin: Client) -> None:
    admin.run(DYNAMIC)
    admin.run("CREATE DYNAMIC TABLE BELOW TARGET_LAG = DOWNSTREAM WAREHOUSE = W AS SELECT ID FROM DT")
    admin.run("ALTER DYNAMIC TABLE DT SUSPEND")
    states = [row["scheduling_state"] for row in admin.rows("SHOW DYNAMIC TABLES")]
    assert states == ["SUSPENDED", "SUSPENDED"]
    admin.run("ALTER DYNAMIC TABLE DT RESUME")
    assert {row["scheduling_state"] for row in admin.rows("SHOW DYNAMIC TABLES")} == {"ACTIVE"}


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (DYNAMIC.replace("2 minutes", "5 seconds"), "001008"),
        (DYNAMIC.replace("""WAREHOUSE = "W" """, ""), "002029"),
        (DYNAMIC.replace("AUTO", "SOMETIMES"), "001008"),
        (DYNAMIC.replace("FROM T", "FROM NONE_SUCH"), "002003"),
        (DYNAMIC.replace('"DT"', '"T"'), "002002"),
        (DYNAMIC.replace(" COMMENT", " CLUSTER BY (ID) COMMENT"), "000002"),
        ("INSERT INTO DT VALUES (1, 'x')", "002203"),
        ("ALTER DYNAMIC TABLE DT SWAP WITH T", "002003"),
        ("ALTER DYNAMIC TABLE DT SWAP WITH DT", "001008"),
        ("DROP TABLE DT", "002003"),
    ],
)
def test_what_it_cannot_be_is_refused(admin: Client, sql: str, code: str) -> None:
    if 'DYNAMIC TABLE "D"' not in sql:
        admin.run(DYNAMIC)
    assert admin.fails(sql).code == code


def test_a_refresh_that_fails_leaves_the_rows(admin: Client) -> None:
    admin.run(DYNAMIC)
    admin.run("ALTER TABLE T DROP COLUMN N")
    assert admin.fails("ALTER DYNAMIC TABLE DT REFRESH").code == "000904"
    assert rows(admin, "SELECT * FROM DT") == [("2", "b")]


def test_rights_on_dynamic_tables(account: Account, admin: Client) -> None:
    admin.run("CREATE ROLE R")
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.S", "USAGE ON WAREHOUSE COMPUTE_WH"):
        admin.run(f"GRANT {grant} TO ROLE R")
    role = account.as_role("R")
    role.run("USE WAREHOUSE COMPUTE_WH")
    role.run("USE SCHEMA D.S")
    assert role.fails(DYNAMIC).code == "003001"
    admin.run("GRANT CREATE DYNAMIC TABLE ON SCHEMA D.S TO ROLE R")
    assert role.fails(DYNAMIC).code == "002003"
    admin.run("GRANT USAGE ON WAREHOUSE W TO ROLE R")
    assert role.fails(DYNAMIC).code == "002003"
    admin.run(DYNAMIC)
    assert role.fails("SELECT * FROM DT").code == "002003"
    admin.run("GRANT SELECT ON DYNAMIC TABLE DT TO ROLE R")
    assert rows(role, "SELECT * FROM DT") == [("2", "b")]
    assert role.fails("ALTER DYNAMIC TABLE DT REFRESH").code == "003001"
    admin.run("GRANT OPERATE ON DYNAMIC TABLE DT TO ROLE R")
    role.run("ALTER DYNAMIC TABLE DT REFRESH")
    role.run("ALTER DYNAMIC TABLE DT SET TARGET_LAG = '1 hour'")
    assert role.fails("ALTER DYNAMIC TABLE DT SET COMMENT = 'x'").code == "003001"
    assert role.fails("DROP DYNAMIC TABLE DT").code == "003001"


def test_two_change_their_names(account: Account, admin: Client) -> None:
    admin.run(DYNAMIC)
    admin.run("CREATE DYNAMIC TABLE OTHER TARGET_LAG = '1 hour' WAREHOUSE = W AS SELECT ID FROM T WHERE ID < 2")
    admin.run("CREATE ROLE R")
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.S", "OPERATE ON DYNAMIC TABLE D.S.DT"):
        admin.run(f"GRANT {grant} TO ROLE R")
    admin.run("GRANT OPERATE ON DYNAMIC TABLE D.S.OTHER TO ROLE R")
    assert account.as_role("R").fails("ALTER DYNAMIC TABLE D.S.DT SWAP WITH D.S.OTHER").code == "003001"
    admin.run("ALTER DYNAMIC TABLE DT SWAP WITH OTHER")
    assert rows(admin, "SELECT * FROM DT") == [("1",)]
    assert rows(admin, "SELECT * FROM OTHER") == [("2", "b")]
    admin.run("INSERT INTO T VALUES (0, 'z')")
    admin.run("ALTER DYNAMIC TABLE DT REFRESH")
    assert rows(admin, "SELECT * FROM DT ORDER BY 1") == [("0",), ("1",)]


def test_its_past_can_be_read_within_the_retention(admin: Client) -> None:
    admin.run(DYNAMIC)
    admin.run("INSERT INTO T VALUES (3, 'c')")
    run(admin, "refresh", "ALTER DYNAMIC TABLE DT REFRESH")
    assert rows(admin, "SELECT ID FROM DT BEFORE (STATEMENT => 'refresh') ORDER BY 1") == [("2",)]
    assert rows(admin, "SELECT ID FROM DT AT (STATEMENT => 'refresh') ORDER BY 1") == [("2",), ("3",)]


def test_what_computes_it_is_seen_with_monitor_only(account: Account, admin: Client) -> None:
    admin.run(DYNAMIC)
    admin.run("CREATE ROLE R")
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.S", "OPERATE ON DYNAMIC TABLE D.S.DT"):
        admin.run(f"GRANT {grant} TO ROLE R")
    role = account.as_role("R")
    show = "SHOW DYNAMIC TABLES IN SCHEMA D.S"
    hidden = ("warehouse", "text", "target_lag", "scheduling_state", "data_timestamp")
    assert [role.rows(show)[0][name] for name in ("name", *hidden)] == ["DT", *[None] * len(hidden)]
    assert role.fails("DESC DYNAMIC TABLE D.S.DT").code == "003001"
    admin.run("GRANT MONITOR ON DYNAMIC TABLE D.S.DT TO ROLE R")
    assert role.rows(show)[0]["warehouse"] == "W"
    assert None not in [role.rows(show)[0][name] for name in hidden]
    role.run("DESC DYNAMIC TABLE D.S.DT")
