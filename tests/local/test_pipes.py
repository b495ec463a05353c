"""Pipes: kept, shown, paused, and refreshed."""

from __future__ import annotations

import json

import pytest

from tests.local.conftest import Account, Client
from tests.local.staged import loader, put, table
from tests.local.test_integrations import S3

PIPE = "CREATE PIPE D.S.P AS COPY INTO D.S.T FROM @D.S.ST FILE_FORMAT = (TYPE = CSV)"


@pytest.fixture
def admin(account: Account) -> Client:
    client = loader(account)
    client.run("CREATE TABLE T (A INT, B VARCHAR(5))")
    put(client, "in/one.csv", "1,x\n")
    return client


def test_pipe_is_shown_and_described_as_the_provider_reads_it(admin: Client) -> None:
    admin.run(PIPE.replace(" AS ", " COMMENT = 'c' AS "))
    (row,) = admin.rows("SHOW PIPES LIKE 'P' IN SCHEMA D.S")
    assert row["definition"] == "COPY INTO D.S.T FROM @D.S.ST FILE_FORMAT = (TYPE = CSV)"
    wanted = ("comment", "notification_channel", "integration", "error_integration", "owner", "pattern")
    assert [row[name] for name in wanted] == ["c", None, None, None, "ACCOUNTADMIN", None]
    assert admin.rows("DESC PIPE D.S.P") == [row]
    admin.run("ALTER PIPE D.S.P SET COMMENT = 'd'")
    assert admin.rows("SHOW PIPES")[0]["comment"] == "d"
    admin.run("ALTER PIPE D.S.P UNSET COMMENT")
    admin.run("DROP PIPE D.S.P")
    assert admin.rows("SHOW PIPES") == []


def test_refresh_loads_new_files_once(admin: Client) -> None:
    admin.run(PIPE)
    assert table(admin, "ALTER PIPE P REFRESH") == [("st/in/one.csv", "SENT")]
    put(admin, "in/two.csv", "2,y\n")
    assert table(admin, "ALTER PIPE P REFRESH") == [("st/in/two.csv", "SENT")]
    assert table(admin, "ALTER PIPE P REFRESH") == []
    assert table(admin, "SELECT A FROM T ORDER BY 1") == [("1",), ("2",)]


def test_a_bad_file_is_skipped(admin: Client) -> None:
    put(admin, "in/bad.csv", "no number,x\n")
    admin.run(PIPE)
    admin.run("ALTER PIPE P REFRESH")
    assert table(admin, "SELECT A FROM T") == [("1",)]


def test_refresh_takes_a_prefix_and_a_moment(admin: Client) -> None:
    put(admin, "out/two.csv", "2,y\n")
    admin.run(PIPE)
    assert table(admin, "ALTER PIPE P REFRESH PREFIX = 'out/'") == [("st/out/two.csv", "SENT")]
    assert table(admin, "ALTER PIPE P REFRESH MODIFIED_AFTER = '2999-01-01T00:00:00+00:00'") == []
    assert admin.fails("ALTER PIPE P REFRESH MODIFIED_AFTER = 'soon'").code == "100035"


def test_a_paused_pipe_is_not_refreshed(admin: Client) -> None:
    admin.run(PIPE)
    admin.run("ALTER PIPE P SET PIPE_EXECUTION_PAUSED = TRUE")
    (row,) = table(admin, "SELECT SYSTEM$PIPE_STATUS('D.S.P')")
    assert json.loads(str(row[0]))["executionState"] == "PAUSED"
    assert admin.fails("ALTER PIPE P REFRESH").code == "090222"
    admin.run("ALTER PIPE P SET PIPE_EXECUTION_PAUSED = FALSE")
    assert "RUNNING" in str(table(admin, "SELECT SYSTEM$PIPE_STATUS('D.S.P')"))
    admin.run("ALTER PIPE P UNSET PIPE_EXECUTION_PAUSED")
    admin.run("ALTER SCHEMA D.S SET PIPE_EXECUTION_PAUSED = TRUE")
    assert "PAUSED" in str(table(admin, "SELECT SYSTEM$PIPE_STATUS('D.S.P')"))


def test_auto_ingest_from_s3_has_a_channel(admin: Client) -> None:
    admin.run(S3)
    admin.run("CREATE STAGE OUT URL = 's3://lake/a/' STORAGE_INTEGRATION = LAKE")
    admin.run("CREATE PIPE P AUTO_INGEST = TRUE AS COPY INTO D.S.T FROM @D.S.OUT PATTERN = '.*csv'")
    (row,) = admin.rows("SHOW PIPES")
    assert str(row["notification_channel"]).startswith("arn:aws:sqs:")
    assert row["pattern"] == ".*csv"
    admin.run(
        "CREATE OR REPLACE PIPE P AUTO_INGEST = TRUE AWS_SNS_TOPIC = 'arn:aws:sns:eu:1:t' "
        "AS COPY INTO D.S.T FROM @D.S.OUT"
    )
    assert admin.rows("SHOW PIPES")[0]["notification_channel"] == "arn:aws:sns:eu:1:t"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (PIPE.replace(" AS ", " AUTO_INGEST = TRUE AS "), "000002"),
        (PIPE.replace(" AS ", " INTEGRATION = 'Q' AS "), "000002"),
        (PIPE.replace(" AS ", " AWS_SNS_TOPIC = 'arn' AS "), "001008"),
        (PIPE.replace("D.S.T ", "D.S.NONE_SUCH "), "002003"),
        (PIPE.replace("@D.S.ST", "@D.S.NONE_SUCH"), "002003"),
        (PIPE.replace("@D.S.ST", "@~"), "090237"),
        (f"{PIPE} FORCE = TRUE", "090237"),
        (f"{PIPE} ON_ERROR = ABORT_STATEMENT", "090237"),
        ("CREATE PIPE P AS SELECT 1", "001003"),
    ],
)
def test_what_a_pipe_cannot_be_is_refused(admin: Client, sql: str, code: str) -> None:
    assert admin.fails(sql).code == code


def test_refresh_needs_operate_and_loads_with_the_rights_of_the_owner(account: Account, admin: Client) -> None:
    admin.run(PIPE)
    admin.run("CREATE ROLE R")
    for grant in (
        "USAGE ON DATABASE D",
        "USAGE ON SCHEMA D.S",
        "CREATE PIPE ON SCHEMA D.S",
    ):
        admin.run(f"GRANT {grant} TO ROLE R")
    role = account.as_role("R")  # without a warehouse: pipes need none
    assert role.fails("ALTER PIPE D.S.P REFRESH").code == "002003"
    assert role.fails(PIPE.replace("D.S.P", "D.S.Q")).code == "002003"
    admin.run("GRANT MONITOR ON PIPE D.S.P TO ROLE R")
    role.run("DESC PIPE D.S.P")
    assert role.fails("ALTER PIPE D.S.P REFRESH").code == "003001"
    admin.run("GRANT OPERATE ON PIPE D.S.P TO ROLE R")
    assert table(role, "ALTER PIPE D.S.P REFRESH") == [("st/in/one.csv", "SENT")]
    admin.run("GRANT USAGE ON WAREHOUSE COMPUTE_WH TO ROLE R")
    role.run("USE WAREHOUSE COMPUTE_WH")
    assert role.fails("SELECT * FROM D.S.T").code == "002003"
    assert role.fails("DROP PIPE D.S.P").code == "003001"


def test_a_pipe_is_paused_for_its_transfer_and_resumed_by_force(account: Account, admin: Client) -> None:
    admin.run(PIPE)
    admin.run("CREATE ROLE R")
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.S"):
        admin.run(f"GRANT {grant} TO ROLE R")
    transfer = "GRANT OWNERSHIP ON PIPE D.S.P TO ROLE R COPY CURRENT GRANTS"
    assert admin.fails(transfer).code == "001008"
    admin.run("ALTER PIPE D.S.P SET PIPE_EXECUTION_PAUSED = TRUE")
    admin.run(transfer)
    role = account.as_role("R")
    assert role.fails("ALTER PIPE D.S.P SET PIPE_EXECUTION_PAUSED = FALSE").code == "090223"
    other = account.as_role("PUBLIC")
    assert other.fails("SELECT SYSTEM$PIPE_FORCE_RESUME('D.S.P')").code == "002003"
    assert role.fails("SELECT SYSTEM$PIPE_FORCE_RESUME('D.S.P', 'PLEASE')").code == "001008"
    role.run("SELECT SYSTEM$PIPE_FORCE_RESUME('D.S.P', 'staleness_check_override, ownership_transfer_check_override')")
    assert '"RUNNING"' in str(role.run("SELECT SYSTEM$PIPE_STATUS('D.S.P')").rows[0][0])
    role.run("ALTER PIPE D.S.P SET PIPE_EXECUTION_PAUSED = TRUE")
    role.run("ALTER PIPE D.S.P SET PIPE_EXECUTION_PAUSED = FALSE")
