"""Alerts: kept, shown, resumed, and executed on demand."""

from __future__ import annotations

import pytest

from local.outbox import sent
from tests.local.conftest import Account, Client

ALERT = (
    """CREATE ALERT "D"."S"."LATE" WAREHOUSE = "COMPUTE_WH" SCHEDULE = '60 MINUTE' COMMENT = 'c' """
    "IF (EXISTS (SELECT ID FROM D.S.T WHERE ID > 2)) THEN INSERT INTO D.S.T SELECT 99"
)


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin.computing()
    for sql in ("CREATE DATABASE D", "CREATE SCHEMA D.S", "CREATE TABLE D.S.T (ID NUMBER)"):
        client.run(sql)
    return client


def ids(client: Client) -> list[str | None]:
    return [row[0] for row in client.run("SELECT ID FROM D.S.T ORDER BY 1").rows]


def test_alert_is_shown_and_described_as_the_provider_reads_it(admin: Client) -> None:
    admin.run(ALERT)
    (row,) = admin.rows("SHOW ALERTS LIKE 'LATE' IN SCHEMA D.S")
    wanted = ("warehouse", "schedule", "state", "condition", "action", "comment")
    assert [row[name] for name in wanted] == [
        "COMPUTE_WH", "60 MINUTE", "suspended", "SELECT ID FROM D.S.T WHERE ID > 2", "INSERT INTO D.S.T SELECT 99", "c",
    ]  # fmt: skip
    assert admin.rows("DESC ALERT D.S.LATE") == [row]


def test_alert_changes_and_is_resumed(admin: Client) -> None:
    admin.run(ALERT)
    for change in (
        "RESUME",
        "SET SCHEDULE = 'USING CRON 0 3 * * * UTC' COMMENT = ''",
        "MODIFY CONDITION EXISTS (SHOW TABLES IN ACCOUNT)",
        "MODIFY ACTION DELETE FROM D.S.T",
    ):
        admin.run(f"ALTER ALERT D.S.LATE {change}")
    (row,) = admin.rows("SHOW ALERTS IN ACCOUNT")
    wanted = ("state", "schedule", "condition", "action", "comment")
    assert [row[name] for name in wanted] == [
        "started", "USING CRON 0 3 * * * UTC", "SHOW TABLES IN ACCOUNT", "DELETE FROM D.S.T", "",
    ]  # fmt: skip
    admin.run("ALTER ALERT D.S.LATE SUSPEND")
    assert admin.rows("SHOW ALERTS IN ACCOUNT")[0]["state"] == "suspended"


def test_action_runs_only_where_the_condition_finds_something(admin: Client) -> None:
    admin.run(ALERT)
    assert "CONDITION_FALSE" in str(admin.run("EXECUTE ALERT D.S.LATE").rows)
    assert ids(admin) == []
    admin.run("INSERT INTO D.S.T VALUES (3)")
    assert "TRIGGERED" in str(admin.run("EXECUTE ALERT D.S.LATE").rows)
    assert ids(admin) == ["3", "99"]


def test_alert_sends_mail_to_the_outbox(admin: Client) -> None:
    admin.run("ALTER USER LOCAL_ADMIN SET EMAIL = 'me@example.com'")
    admin.run("CREATE NOTIFICATION INTEGRATION MAIL TYPE = EMAIL ENABLED = TRUE")
    admin.run(
        "CREATE ALERT D.S.MAILED WAREHOUSE = COMPUTE_WH SCHEDULE = '1 MINUTE' IF (EXISTS (SELECT 1)) "
        "THEN CALL SYSTEM$SEND_EMAIL('MAIL', 'me@example.com', 'Late', 'Loads are late')"
    )
    admin.run("EXECUTE ALERT D.S.MAILED")
    (mail,) = sent(admin.context.catalogue)
    assert (mail["subject"], mail["role"]) == ("Late", "ACCOUNTADMIN")


def test_alert_without_warehouse_computes_without_one(account: Account, admin: Client) -> None:
    admin.run("CREATE ROLE R")
    for grant in (
        "USAGE ON DATABASE D",
        "USAGE ON SCHEMA D.S",
        "CREATE ALERT ON SCHEMA D.S",
        "EXECUTE ALERT ON ACCOUNT",
        "EXECUTE MANAGED ALERT ON ACCOUNT",
        "SELECT, INSERT ON TABLE D.S.T",
    ):
        admin.run(f"GRANT {grant} TO ROLE R")
    admin.run("INSERT INTO D.S.T VALUES (3)")
    role = account.as_role("R")
    role.run(ALERT.replace('WAREHOUSE = "COMPUTE_WH" ', ""))
    assert role.fails("SELECT * FROM D.S.T").code == "000606"
    assert "TRIGGERED" in str(role.run("EXECUTE ALERT D.S.LATE").rows)
    assert ids(admin) == ["3", "99"]
    admin.run("REVOKE EXECUTE MANAGED ALERT ON ACCOUNT FROM ROLE R")
    assert role.fails("EXECUTE ALERT D.S.LATE").code == "091089"


def test_what_fails_in_an_alert_is_the_error_of_its_execution(admin: Client) -> None:
    admin.run(ALERT.replace("INSERT INTO D.S.T SELECT 99", "DELETE FROM D.S.NONE_SUCH"))
    admin.run("INSERT INTO D.S.T VALUES (3)")
    assert admin.fails("EXECUTE ALERT D.S.LATE").code == "002003"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (ALERT.replace("SCHEDULE = '60 MINUTE'", ""), "000002"),
        (ALERT.replace("60 MINUTE", "now and then"), "001008"),
        (ALERT.replace("SELECT ID FROM D.S.T WHERE ID > 2", "DELETE FROM D.S.T"), "001003"),
        (ALERT.replace("INSERT INTO D.S.T SELECT 99", "BEGIN SELECT 1; END"), "000002"),
        (ALERT.replace('"COMPUTE_WH"', "NONE_SUCH"), "002003"),
        (ALERT.replace("INSERT INTO D.S.T SELECT 99", ""), "001003"),
    ],
)
def test_what_an_alert_cannot_be_is_refused(admin: Client, sql: str, code: str) -> None:
    assert admin.fails(sql).code == code


def test_rights_on_alerts(account: Account, admin: Client) -> None:
    admin.run("CREATE ROLE R")
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.S", "CREATE ALERT ON SCHEMA D.S"):
        admin.run(f"GRANT {grant} TO ROLE R")
    role = account.as_role("R")
    assert role.fails(ALERT).code == "003001"
    admin.run("GRANT EXECUTE ALERT ON ACCOUNT TO ROLE R")
    assert role.fails(ALERT).code == "002003"
    admin.run("GRANT USAGE ON WAREHOUSE COMPUTE_WH TO ROLE R")
    role.run(ALERT)
    assert role.fails("EXECUTE ALERT D.S.LATE").code == "002003"
    admin.run("GRANT SELECT, INSERT ON TABLE D.S.T TO ROLE R")
    admin.run("INSERT INTO D.S.T VALUES (3)")
    admin.run("CREATE ROLE OPERATOR")
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.S", "MONITOR ON ALERT D.S.LATE"):
        admin.run(f"GRANT {grant} TO ROLE OPERATOR")
    operator = account.as_role("OPERATOR")
    operator.run("DESC ALERT D.S.LATE")
    assert operator.fails("EXECUTE ALERT D.S.LATE").code == "003001"
    admin.run("GRANT OPERATE ON ALERT D.S.LATE TO ROLE OPERATOR")
    operator.run("EXECUTE ALERT D.S.LATE")
    assert ids(admin) == ["3", "99"]
    assert operator.fails("ALTER ALERT D.S.LATE MODIFY ACTION SELECT 1").code == "003001"
    admin.run("REVOKE EXECUTE ALERT ON ACCOUNT FROM ROLE R")
    assert operator.fails("ALTER ALERT D.S.LATE RESUME").code == "091089"
