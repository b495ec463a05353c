import pytest

from tests.local.conftest import Account

CREATE = (
    "CREATE RESOURCE MONITOR \"RM\" WITH CREDIT_QUOTA = 500 FREQUENCY = MONTHLY START_TIMESTAMP = '2026-12-01 00:00' "
    "TRIGGERS ON 75 PERCENT DO NOTIFY ON 90 PERCENT DO NOTIFY "
    "ON 100 PERCENT DO SUSPEND ON 110 PERCENT DO SUSPEND_IMMEDIATE"
)


def _row(account: Account) -> dict[str, str | None]:
    (row,) = account.admin.rows("SHOW RESOURCE MONITORS LIKE 'RM'")
    return row


def test_monitor_as_the_provider_creates_it(account: Account) -> None:
    account.admin.run(CREATE)
    row = _row(account)
    expected = {
        "credit_quota": "500.00", "used_credits": "0.00", "remaining_credits": "500.00", "level": None,
        "frequency": "MONTHLY", "start_time": "2026-12-01 00:00", "end_time": None, "notify_at": "75%,90%",
        "suspend_at": "100%", "suspend_immediately_at": "110%", "owner": "ACCOUNTADMIN", "notify_users": "",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_level_follows_what_is_watched(account: Account) -> None:
    admin = account.admin
    admin.run(CREATE)
    admin.run("CREATE WAREHOUSE W RESOURCE_MONITOR = RM")
    assert _row(account)["level"] == "WAREHOUSE"
    admin.run("DROP WAREHOUSE W")
    assert _row(account)["level"] is None
    admin.run("ALTER ACCOUNT SET RESOURCE_MONITOR = RM")
    assert _row(account)["level"] == "ACCOUNT"
    admin.run("ALTER ACCOUNT UNSET RESOURCE_MONITOR")
    assert _row(account)["level"] is None


def test_alter_replaces_triggers_and_nulls_the_quota(account: Account) -> None:
    account.admin.run(CREATE)
    account.admin.run("ALTER RESOURCE MONITOR RM SET CREDIT_QUOTA = 7 TRIGGERS ON 80 PERCENT DO NOTIFY")
    row = _row(account)
    assert (row["credit_quota"], row["notify_at"], row["suspend_at"]) == ("7.00", "80%", None)
    account.admin.run("ALTER RESOURCE MONITOR RM SET CREDIT_QUOTA = null")
    assert _row(account)["credit_quota"] is None


def test_notified_users_need_an_address(account: Account) -> None:
    admin = account.admin
    admin.run(CREATE)
    admin.run("CREATE USER ANN EMAIL = 'ann@example.com'")
    admin.run("CREATE USER BOB")
    admin.run("ALTER RESOURCE MONITOR RM SET NOTIFY_USERS = (ANN)")
    assert _row(account)["notify_users"] == "ANN"
    assert "email" in admin.fails("ALTER RESOURCE MONITOR RM SET NOTIFY_USERS = (BOB)").message
    assert admin.fails("ALTER ACCOUNT SET RESOURCE_MONITOR = RM").code == "001008"
    admin.run("ALTER RESOURCE MONITOR RM SET NOTIFY_USERS = ()")
    assert _row(account)["notify_users"] == ""


def test_only_accountadmin_creates_monitors_and_modify_alters_them(account: Account) -> None:
    assert account.as_role("SYSADMIN").fails("CREATE RESOURCE MONITOR RM").code == "003001"
    account.admin.run(CREATE)
    account.admin.run("CREATE ROLE R")
    client = account.as_role("R")
    assert client.rows("SHOW RESOURCE MONITORS") == []
    account.admin.run("GRANT MONITOR ON RESOURCE MONITOR RM TO ROLE R")
    assert len(client.rows("SHOW RESOURCE MONITORS")) == 1
    assert client.fails("ALTER RESOURCE MONITOR RM SET CREDIT_QUOTA = 1").code == "003001"
    account.admin.run("GRANT MODIFY ON RESOURCE MONITOR RM TO ROLE R")
    client.run("ALTER RESOURCE MONITOR RM SET CREDIT_QUOTA = 1")


@pytest.mark.parametrize(
    ("clause", "text"),
    [
        ("TRIGGERS ON 1 PERCENT DO SUSPEND ON 2 PERCENT DO SUSPEND", "at most one suspend trigger"),
        (
            "TRIGGERS ON 1 PERCENT DO SUSPEND_IMMEDIATE ON 2 PERCENT DO SUSPEND_IMMEDIATE",
            "at most one suspend_immediate",
        ),
        ("TRIGGERS " + " ".join(f"ON {n} PERCENT DO NOTIFY" for n in range(6)), "at most 5 notify"),
        ("FREQUENCY = DAILY", "set together"),
        ("CREDIT_QUOTA = -1", "invalid value [-1]"),
        ("FREQUENCY = HOURLY START_TIMESTAMP = IMMEDIATELY", "invalid value 'HOURLY'"),
        ("END_TIMESTAMP = 'soon'", "invalid value [soon]"),
    ],
)
def test_impossible_monitors_are_refused(account: Account, clause: str, text: str) -> None:
    assert text in account.admin.fails(f"CREATE RESOURCE MONITOR RM WITH {clause}").message


def test_immediately_starts_now(account: Account) -> None:
    account.admin.run("CREATE RESOURCE MONITOR RM WITH FREQUENCY = NEVER START_TIMESTAMP = 'IMMEDIATELY'")
    row = _row(account)
    assert row["frequency"] == "NEVER"
    assert row["start_time"]
