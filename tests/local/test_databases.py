from dataclasses import replace

import pytest

from tests.local.conftest import SETTINGS, Account


def _as(account: Account, role: str, *grants: str) -> None:
    account.admin.run(f"CREATE ROLE {role}")
    for grant in grants:
        account.admin.run(f"GRANT {grant} TO ROLE {role}")


def test_new_database_has_a_public_schema_of_its_creator_and_both_become_current(account: Account) -> None:
    _as(account, "CREATOR", "CREATE DATABASE ON ACCOUNT")
    client = account.as_role("CREATOR")
    client.run("CREATE DATABASE RAW DATA_RETENTION_TIME_IN_DAYS = 90 COMMENT = 'landing'")
    (row,) = client.rows("SHOW DATABASES LIKE 'RAW'")
    shown = tuple(row[name] for name in ("name", "owner", "comment", "retention_time", "is_current", "kind"))
    assert shown == ("RAW", "CREATOR", "landing", "90", "Y", "STANDARD")
    (schema,) = client.rows("SHOW SCHEMAS LIKE 'PUBLIC' IN DATABASE RAW")
    assert (schema["owner"], schema["is_current"], schema["retention_time"]) == ("CREATOR", "Y", "90")


def test_transient_database_is_marked_and_keeps_one_day_at_most(account: Account) -> None:
    account.admin.run("CREATE TRANSIENT DATABASE TMP")
    (row,) = account.admin.rows("SHOW DATABASES LIKE 'TMP'")
    assert row["options"] == "TRANSIENT"
    error = account.admin.fails("ALTER DATABASE TMP SET DATA_RETENTION_TIME_IN_DAYS = 2")
    assert error.code == "001008"


def test_set_and_unset_change_comment_and_parameters(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE DATABASE RAW")
    admin.run("ALTER DATABASE RAW SET DATA_RETENTION_TIME_IN_DAYS = 30, LOG_LEVEL = 'INFO', COMMENT = 'x'")
    (row,) = admin.rows("SHOW PARAMETERS LIKE 'DATA_RETENTION_TIME_IN_DAYS' IN DATABASE RAW")
    assert (row["value"], row["level"]) == ("30", "DATABASE")
    admin.run("ALTER DATABASE RAW UNSET DATA_RETENTION_TIME_IN_DAYS, COMMENT")
    (row,) = admin.rows("SHOW PARAMETERS LIKE 'DATA_RETENTION_TIME_IN_DAYS' IN DATABASE RAW")
    assert (row["value"], row["level"]) == ("1", "")
    (shown,) = admin.rows("SHOW DATABASES LIKE 'RAW'")
    assert (shown["comment"], shown["retention_time"]) == ("", "1")


@pytest.mark.parametrize(
    ("edition", "days", "refused"), [("STANDARD", 2, True), ("STANDARD", 1, False), ("ENTERPRISE", 91, True)]
)
def test_retention_is_limited_by_the_edition(account: Account, edition: str, days: int, refused: bool) -> None:
    account.settings = replace(SETTINGS, edition=edition)
    sql = f"CREATE DATABASE RAW DATA_RETENTION_TIME_IN_DAYS = {days}"
    if refused:
        error = account.admin.fails(sql)
        assert error.code == "001008"
        assert f"invalid value [{days}] for parameter 'DATA_RETENTION_TIME_IN_DAYS'" in error.message
    else:
        account.admin.run(sql)


def test_database_without_any_right_is_hidden(account: Account) -> None:
    account.admin.run("CREATE DATABASE RAW")
    _as(account, "READER")
    reader = account.as_role("READER")
    assert reader.rows("SHOW DATABASES LIKE 'RAW'") == []
    assert reader.fails("DESCRIBE DATABASE RAW").code == "002003"
    account.admin.run("GRANT USAGE ON DATABASE RAW TO ROLE READER")
    assert [row["name"] for row in reader.rows("SHOW DATABASES")] == ["RAW", "SNOWFLAKE"]


def test_database_is_visible_through_a_database_role(account: Account) -> None:
    account.admin.run("CREATE DATABASE RAW")
    account.admin.run("CREATE DATABASE ROLE RAW.RAW_R")
    _as(account, "READER")
    account.admin.run("GRANT DATABASE ROLE RAW.RAW_R TO ROLE READER")
    assert [row["name"] for row in account.as_role("READER").rows("SHOW DATABASES")] == ["RAW", "SNOWFLAKE"]


def test_usage_is_not_enough_to_alter(account: Account) -> None:
    account.admin.run("CREATE DATABASE RAW")
    _as(account, "READER", "USAGE ON DATABASE RAW")
    reader = account.as_role("READER")
    assert reader.fails("ALTER DATABASE RAW SET COMMENT = 'x'").code == "003001"
    assert reader.fails("DROP DATABASE RAW").code == "003001"
    account.admin.run("GRANT MODIFY ON DATABASE RAW TO ROLE READER")
    reader.run("ALTER DATABASE RAW SET COMMENT = 'x'")
    assert reader.fails("ALTER DATABASE RAW SET DEFAULT_DDL_COLLATION = 'de'").code == "003001"


def test_existing_name_is_refused_unless_the_statement_says_what_to_do(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE DATABASE RAW COMMENT = 'first'")
    assert admin.fails("CREATE DATABASE RAW").code == "002002"
    admin.run("CREATE DATABASE IF NOT EXISTS RAW COMMENT = 'second'")
    (row,) = admin.rows("SHOW DATABASES LIKE 'RAW'")
    assert row["comment"] == "first"
    admin.run("CREATE SCHEMA RAW.OLD")
    admin.run("CREATE OR REPLACE DATABASE RAW")
    assert admin.rows("SHOW SCHEMAS LIKE 'OLD' IN DATABASE RAW") == []


def test_drop_takes_the_schemas_along_and_can_be_repeated(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE DATABASE RAW")
    admin.run("DROP DATABASE RAW CASCADE")
    assert "already dropped" in str(admin.run("DROP DATABASE IF EXISTS RAW").rows)
    assert admin.fails("SHOW SCHEMAS IN DATABASE RAW").code == "002043"


def test_drop_is_refused_while_a_policy_in_it_is_used_outside(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE DATABASE GOV")
    admin.run("CREATE PASSWORD POLICY GOV.PUBLIC.P")
    admin.run("ALTER ACCOUNT SET PASSWORD POLICY GOV.PUBLIC.P")
    assert "cannot be dropped" in admin.fails("DROP DATABASE GOV").message
    admin.run("ALTER ACCOUNT UNSET PASSWORD POLICY")
    admin.run("DROP DATABASE GOV")


def test_rename_and_swap_keep_what_is_inside(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE DATABASE A")
    admin.run("CREATE SCHEMA A.ONLY_A")
    admin.run("ALTER DATABASE A RENAME TO B")
    admin.run("CREATE DATABASE C")
    admin.run("ALTER DATABASE B SWAP WITH C")
    assert [row["name"] for row in admin.rows("SHOW SCHEMAS LIKE 'ONLY_A' IN DATABASE C")] == ["ONLY_A"]
    assert admin.rows("SHOW SCHEMAS LIKE 'ONLY_A' IN DATABASE B") == []


def test_describe_lists_the_schemas(account: Account) -> None:
    account.admin.run("CREATE DATABASE RAW")
    names = [row["name"] for row in account.admin.rows("DESCRIBE DATABASE RAW")]
    assert names == ["INFORMATION_SCHEMA", "PUBLIC"]


def test_no_database_is_replicated(account: Account) -> None:
    assert account.admin.rows('SHOW REPLICATION DATABASES WITH PRIMARY "O"."A"."RAW"') == []


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("CREATE DATABASE RAW FOO = 1", "001420"),
        ("CREATE DATABASE RAW LOG_LEVEL = 'LOUD'", "001008"),
        ("CREATE DATABASE RAW CLONE OTHER", "002003"),
        ("CREATE DATABASE RAW EXTERNAL_VOLUME = VOL", "002003"),
        ("CREATE DATABASE RAW COMMENT = 'x' SOMETHING", "001003"),
    ],
)
def test_what_cannot_be_done_is_refused(account: Account, sql: str, code: str) -> None:
    assert account.admin.fails(sql).code == code
    assert account.admin.rows("SHOW DATABASES LIKE 'RAW'") == []
