"""The SNOWFLAKE database: who sees it, who may read ACCOUNT_USAGE, and that nobody changes it."""

from __future__ import annotations

import pytest

from local.dump import dump
from local.genesis import install_shared
from local.model import Kind
from tests.local.conftest import Account, Client, new_account

USERS = "SELECT NAME FROM SNOWFLAKE.ACCOUNT_USAGE.USERS"
TABLES = "SELECT TABLE_NAME FROM SNOWFLAKE.ACCOUNT_USAGE.TABLES"


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin.computing()
    client.run("CREATE ROLE R")
    client.run("GRANT USAGE ON WAREHOUSE COMPUTE_WH TO ROLE R")
    return client


@pytest.fixture
def reader(account: Account, admin: Client) -> Client:
    client = account.as_role("R")
    client.run("USE WAREHOUSE COMPUTE_WH")
    return client


def test_everybody_sees_the_database(reader: Client) -> None:
    (row,) = reader.rows("SHOW DATABASES")
    shown = ("name", "origin", "kind", "owner", "owner_role_type", "retention_time")
    assert [row[name] for name in shown] == ["SNOWFLAKE", "SNOWFLAKE.ACCOUNT_USAGE", "APPLICATION", "", "", "1"]


def test_without_any_right_the_schema_does_not_exist(reader: Client) -> None:
    error = reader.fails(USERS)
    assert (error.code, error.state) == ("002003", "02000")
    assert error.message.endswith("Schema 'SNOWFLAKE.ACCOUNT_USAGE' does not exist or not authorized.")


@pytest.mark.parametrize("role", ["SECURITYADMIN", "SYSADMIN"])
def test_only_accountadmin_has_it_from_the_start(account: Account, admin: Client, role: str) -> None:
    admin.run(f"GRANT USAGE ON WAREHOUSE COMPUTE_WH TO ROLE {role}")
    client = account.as_role(role)
    client.run("USE WAREHOUSE COMPUTE_WH")
    assert client.fails(USERS).code == "002003"
    assert admin.rows(USERS) == [{"NAME": "LOCAL_ADMIN"}]


def test_imported_privileges_open_every_view_and_are_shown_as_usage(admin: Client, reader: Client) -> None:
    admin.run("GRANT IMPORTED PRIVILEGES ON DATABASE SNOWFLAKE TO ROLE R")
    assert reader.rows(USERS) == [{"NAME": "LOCAL_ADMIN"}]
    assert reader.rows(TABLES) == []
    grants = [row for row in admin.rows("SHOW GRANTS TO ROLE R") if row["granted_on"] == "DATABASE"]
    assert [(row["privilege"], row["name"]) for row in grants] == [("USAGE", "SNOWFLAKE")]


def test_imported_privileges_can_be_revoked(admin: Client, reader: Client) -> None:
    admin.run("GRANT IMPORTED PRIVILEGES ON DATABASE SNOWFLAKE TO R")
    admin.run("REVOKE IMPORTED PRIVILEGES ON DATABASE SNOWFLAKE FROM ROLE R")
    assert reader.fails(USERS).code == "002003"


def test_database_role_opens_its_own_views_only(admin: Client, reader: Client) -> None:
    admin.run("GRANT DATABASE ROLE SNOWFLAKE.SECURITY_VIEWER TO ROLE R")
    assert reader.rows(USERS) == [{"NAME": "LOCAL_ADMIN"}]
    error = reader.fails(TABLES)
    assert (error.code, error.state) == ("002003", "42S02")
    assert error.message.endswith("Object 'SNOWFLAKE.ACCOUNT_USAGE.TABLES' does not exist or not authorized.")


@pytest.mark.parametrize(
    ("role", "view"),
    [
        ("OBJECT_VIEWER", "TABLES"),
        ("OBJECT_VIEWER", "TAGS"),
        ("GOVERNANCE_VIEWER", "TAGS"),
        ("GOVERNANCE_VIEWER", "MASKING_POLICIES"),
        ("GOVERNANCE_VIEWER", "POLICY_REFERENCES"),
        ("SECURITY_VIEWER", "POLICY_REFERENCES"),
        ("SECURITY_VIEWER", "NETWORK_RULES"),
    ],
)
def test_view_is_read_with_its_documented_role(admin: Client, reader: Client, role: str, view: str) -> None:
    admin.run(f"GRANT DATABASE ROLE SNOWFLAKE.{role} TO ROLE R")
    assert reader.run(f"SELECT COUNT(*) FROM SNOWFLAKE.ACCOUNT_USAGE.{view}").rows  # noqa: S608 (from the list)


def test_role_without_a_view_reads_none(admin: Client, reader: Client) -> None:
    admin.run("GRANT DATABASE ROLE SNOWFLAKE.USAGE_VIEWER TO ROLE R")
    assert reader.fails(USERS).code == "002003"


def test_query_needs_a_warehouse_like_any_other(account: Account) -> None:
    assert account.admin.fails(USERS).code == "000606"


def test_views_of_visible_objects_hide_what_the_role_may_not_see(admin: Client, reader: Client) -> None:
    admin.run("CREATE NETWORK POLICY P ALLOWED_IP_LIST = ('127.0.0.1')")
    admin.run("GRANT DATABASE ROLE SNOWFLAKE.SECURITY_VIEWER TO ROLE R")
    query = "SELECT NAME FROM SNOWFLAKE.ACCOUNT_USAGE.NETWORK_POLICIES"
    assert reader.rows(query) == []
    assert admin.rows(query) == [{"NAME": "P"}]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("DROP DATABASE SNOWFLAKE", "003001"),
        ("ALTER DATABASE SNOWFLAKE SET COMMENT = 'mine'", "003001"),
        ("ALTER DATABASE SNOWFLAKE RENAME TO MINE", "003001"),
        ("CREATE OR REPLACE DATABASE SNOWFLAKE", "003001"),
        ("CREATE DATABASE SNOWFLAKE", "002002"),
        ("CREATE SCHEMA SNOWFLAKE.MINE", "003001"),
        ("CREATE TABLE SNOWFLAKE.ACCOUNT_USAGE.MINE (ID INT)", "003001"),
        ("DROP SCHEMA SNOWFLAKE.ACCOUNT_USAGE", "003001"),
        ("DROP DATABASE ROLE SNOWFLAKE.SECURITY_VIEWER", "003001"),
        ("DELETE FROM SNOWFLAKE.ACCOUNT_USAGE.USERS", "002003"),
        ("GRANT USAGE ON DATABASE SNOWFLAKE TO ROLE R", "001008"),
        ("GRANT ALL ON SCHEMA SNOWFLAKE.ACCOUNT_USAGE TO ROLE R", "001008"),
        ("GRANT SELECT ON FUTURE VIEWS IN DATABASE SNOWFLAKE TO ROLE R", "001008"),
        ("GRANT OWNERSHIP ON DATABASE SNOWFLAKE TO ROLE R", "001008"),
        ("GRANT OWNERSHIP ON DATABASE ROLE SNOWFLAKE.SECURITY_VIEWER TO ROLE R", "001008"),
        ("REVOKE USAGE ON DATABASE SNOWFLAKE FROM ROLE ACCOUNTADMIN", "001008"),
    ],
)
def test_nobody_changes_it(account: Account, admin: Client, sql: str, code: str) -> None:
    before = dump(account.catalogue)
    assert admin.fails(sql).code == code
    assert dump(account.catalogue) == before


def test_individual_grant_is_refused_with_snowflakes_words(admin: Client) -> None:
    admin.run("CREATE SHARE S")
    for sql in ("GRANT USAGE ON DATABASE SNOWFLAKE TO ROLE R", "GRANT USAGE ON DATABASE SNOWFLAKE TO SHARE S"):
        assert "Use 'GRANT IMPORTED PRIVILEGES' instead" in admin.fails(sql).message
    error = admin.fails("REVOKE USAGE ON DATABASE SNOWFLAKE FROM ROLE R")
    assert "Revoking individual privileges on imported database is not allowed" in error.message


def test_imported_privileges_exist_on_the_shared_database_alone(admin: Client) -> None:
    admin.run("CREATE DATABASE D")
    assert admin.fails("GRANT IMPORTED PRIVILEGES ON DATABASE D TO ROLE R").code == "001008"


def test_imported_privileges_need_the_right_to_grant(account: Account, admin: Client) -> None:
    client = account.as_role("SYSADMIN")
    assert client.fails("GRANT IMPORTED PRIVILEGES ON DATABASE SNOWFLAKE TO ROLE R").code == "003001"


def test_account_older_than_the_database_gets_it_at_the_next_start() -> None:
    account = new_account()
    expected = dump(account.catalogue)
    database = account.catalogue.find(Kind.DATABASE, ("SNOWFLAKE",))
    assert database is not None
    with account.catalogue.transaction():
        account.catalogue.drop(database)
    install_shared(account.catalogue)
    install_shared(account.catalogue)
    assert dump(account.catalogue) == expected


def test_account_is_as_before_when_everything_is_dropped_again(account: Account) -> None:
    before = dump(account.catalogue)
    admin = account.admin
    for sql in ("CREATE ROLE X", "CREATE USER U", "GRANT ROLE X TO USER U", "CREATE DATABASE D"):
        admin.run(sql)
    admin.run("GRANT DATABASE ROLE SNOWFLAKE.OBJECT_VIEWER TO ROLE X")
    for sql in ("DROP DATABASE D", "DROP USER U", "DROP ROLE X"):
        admin.run(sql)
    assert dump(account.catalogue) == before
