"""Outbound shares: docs.snowflake.com, CREATE SHARE, GRANT <privilege> … TO SHARE, SHOW SHARES."""

import pytest

from local.model import Kind
from tests.local.conftest import Account, Client
from tests.local.grants import make
from tests.local.test_inherited_grants import ENABLE


@pytest.fixture
def admin(account: Account) -> Client:
    """Share OUT with nothing in it; database D with table T, view V and secure view W."""
    client = account.admin
    for sql in (
        "CREATE SHARE OUT COMMENT = 'for partners'", "CREATE DATABASE D", "CREATE TABLE D.PUBLIC.T (A INT)",
        "CREATE VIEW D.PUBLIC.V AS SELECT A FROM D.PUBLIC.T", "CREATE SECURE VIEW D.PUBLIC.W AS SELECT 1 AS A",
    ):  # fmt: skip
        client.run(sql)
    return client


def share_d(admin: Client) -> None:
    admin.run("GRANT USAGE ON DATABASE D TO SHARE OUT")
    admin.run("GRANT USAGE ON SCHEMA D.PUBLIC TO SHARE OUT")


def test_new_share_is_outbound_and_for_nobody(admin: Client) -> None:
    (row,) = admin.rows("SHOW SHARES LIKE 'out'")
    row.pop("created_on")
    assert row == {
        "kind": "OUTBOUND", "owner_account": "LOCAL.MAIN", "name": "OUT", "database_name": "", "to": "",
        "owner": "ACCOUNTADMIN", "comment": "for partners", "listing_global_name": "", "secure_objects_only": "true",
    }  # fmt: skip


def test_accounts_are_added_and_removed(admin: Client) -> None:
    share_d(admin)
    admin.run("ALTER SHARE OUT ADD ACCOUNTS = PARTNER.ONE, XY12345")
    assert [(row["to"], row["database_name"]) for row in admin.rows("SHOW SHARES")] == [("PARTNER.ONE, XY12345", "D")]
    admin.run("ALTER SHARE OUT REMOVE ACCOUNTS = XY12345")
    admin.run("ALTER SHARE OUT ADD ACCOUNTS = PARTNER.TWO SHARE_RESTRICTIONS = FALSE")
    assert [row["to"] for row in admin.rows("SHOW SHARES")] == ["PARTNER.ONE, PARTNER.TWO"]
    admin.run("ALTER SHARE OUT SET ACCOUNTS = PARTNER.ONE COMMENT = 'one'")
    assert [(row["to"], row["comment"]) for row in admin.rows("SHOW SHARES")] == [("PARTNER.ONE", "one")]


def test_share_without_database_takes_no_accounts(admin: Client) -> None:
    assert "does not currently have a database" in admin.fails("ALTER SHARE OUT ADD ACCOUNTS = PARTNER.ONE").message


def test_own_account_is_no_consumer(admin: Client) -> None:
    share_d(admin)
    assert admin.fails("ALTER SHARE OUT ADD ACCOUNTS = LOCAL.MAIN").code == "001008"


def test_what_it_holds_is_listed(admin: Client) -> None:
    share_d(admin)
    admin.run("GRANT SELECT ON ALL TABLES IN SCHEMA D.PUBLIC TO SHARE OUT")
    admin.run("GRANT SELECT ON VIEW D.PUBLIC.W TO SHARE OUT")
    rows = admin.rows("SHOW GRANTS TO SHARE OUT")
    assert [(r["privilege"], r["granted_on"], r["name"], r["granted_to"], r["grantee_name"]) for r in rows] == [
        ("USAGE", "DATABASE", "D", "SHARE", "LM00001.OUT"),
        ("USAGE", "SCHEMA", "D.PUBLIC", "SHARE", "LM00001.OUT"),
        ("SELECT", "TABLE", "D.PUBLIC.T", "SHARE", "LM00001.OUT"),
        ("SELECT", "VIEW", "D.PUBLIC.W", "SHARE", "LM00001.OUT"),
    ]
    assert [(row["kind"], row["name"]) for row in admin.rows("DESC SHARE OUT")] == [
        ("DATABASE", "D"), ("SCHEMA", "D.PUBLIC"), ("TABLE", "D.PUBLIC.T"), ("VIEW", "D.PUBLIC.W"),
    ]  # fmt: skip
    assert ("SHARE", "LM00001.OUT") in [
        (row["granted_to"], row["grantee_name"]) for row in admin.rows("SHOW GRANTS ON TABLE D.PUBLIC.T")
    ]


def test_revoke_takes_it_out(admin: Client) -> None:
    share_d(admin)
    admin.run("GRANT SELECT ON TABLE D.PUBLIC.T TO SHARE OUT")
    admin.run("REVOKE SELECT ON TABLE D.PUBLIC.T FROM SHARE OUT")
    assert {row["granted_on"] for row in admin.rows("SHOW GRANTS TO SHARE OUT")} == {"DATABASE", "SCHEMA"}


def test_non_secure_views_need_a_share_that_says_so(admin: Client) -> None:
    share_d(admin)
    assert admin.fails("GRANT SELECT ON VIEW D.PUBLIC.V TO SHARE OUT").code == "090838"
    admin.run("ALTER SHARE OUT SET SECURE_OBJECTS_ONLY = FALSE")
    admin.run("GRANT SELECT ON VIEW D.PUBLIC.V TO SHARE OUT")
    assert [row["secure_objects_only"] for row in admin.rows("SHOW SHARES")] == ["false"]


def test_database_comes_first_and_is_one(account: Account, admin: Client) -> None:
    assert "already has a database" in admin.fails("GRANT SELECT ON TABLE D.PUBLIC.T TO SHARE OUT").message
    assert "prior to granting" in admin.fails("GRANT REFERENCE_USAGE ON DATABASE D TO SHARE OUT").message
    share_d(admin)
    admin.run("CREATE DATABASE E")
    admin.run("CREATE TABLE E.PUBLIC.T (A INT)")
    assert admin.fails("GRANT USAGE ON DATABASE E TO SHARE OUT").code == "001008"
    assert admin.fails("GRANT SELECT ON TABLE E.PUBLIC.T TO SHARE OUT").code == "001008"
    admin.run("GRANT REFERENCE_USAGE ON DATABASE E TO SHARE OUT")


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("GRANT INSERT ON TABLE D.PUBLIC.T TO SHARE OUT", "001008"),
        ("GRANT ALL ON TABLE D.PUBLIC.T TO SHARE OUT", "001008"),
        ("GRANT SELECT ON FUTURE TABLES IN SCHEMA D.PUBLIC TO SHARE OUT", "001008"),
        ("GRANT SELECT ON ALL TABLES IN DATABASE D TO SHARE OUT", "001008"),
        ("GRANT SELECT ON TABLE D.PUBLIC.T TO SHARE OUT WITH GRANT OPTION", "001003"),
        ("GRANT USAGE ON DATABASE SNOWFLAKE TO SHARE OUT", "001008"),
        ("GRANT REFERENCE_USAGE ON DATABASE D TO ROLE SYSADMIN", "001008"),
        ("GRANT USAGE ON DATABASE D TO SHARE NONE", "002003"),
    ],
)
def test_what_cannot_be_shared_is_refused(admin: Client, sql: str, code: str) -> None:
    share_d(admin)
    assert admin.fails(sql).code == code


def test_only_who_owns_share_and_object_shares_it(account: Account, admin: Client) -> None:
    make(account, Kind.DATABASE, "X", "SYSADMIN")
    sysadmin = account.as_role("SYSADMIN")
    assert sysadmin.fails("GRANT USAGE ON DATABASE X TO SHARE OUT").code == "002003"
    assert sysadmin.fails("CREATE SHARE MINE").code == "003001"
    admin.run("GRANT CREATE SHARE ON ACCOUNT TO ROLE SYSADMIN")
    sysadmin.run("CREATE SHARE MINE")
    assert sysadmin.fails("GRANT USAGE ON DATABASE D TO SHARE MINE").code == "002003"
    sysadmin.run("GRANT USAGE ON DATABASE X TO SHARE MINE")


def test_list_needs_import_share_and_then_shows_ones_own(account: Account, admin: Client) -> None:
    admin.run("GRANT CREATE SHARE ON ACCOUNT TO ROLE SYSADMIN")
    sysadmin = account.as_role("SYSADMIN")
    sysadmin.run("CREATE SHARE MINE")
    assert sysadmin.rows("SHOW SHARES") == []
    admin.run("GRANT IMPORT SHARE ON ACCOUNT TO ROLE SYSADMIN")
    assert [row["name"] for row in sysadmin.rows("SHOW SHARES")] == ["MINE"]
    assert [row["name"] for row in admin.rows("SHOW SHARES")] == ["MINE", "OUT"]


def test_database_role_is_shared_unless_it_grows_by_itself(account: Account, admin: Client) -> None:
    share_d(admin)
    for name in ("PLAIN", "FUTURE_R", "INHERITED_R"):
        admin.run(f"CREATE DATABASE ROLE D.{name}")
    admin.run(ENABLE)
    admin.run("GRANT SELECT ON FUTURE TABLES IN SCHEMA D.PUBLIC TO DATABASE ROLE D.FUTURE_R")
    admin.run("GRANT INHERITED SELECT ON ALL TABLES IN DATABASE D TO DATABASE ROLE D.INHERITED_R")
    admin.run("GRANT DATABASE ROLE D.PLAIN TO SHARE OUT")
    assert "future grants" in admin.fails("GRANT DATABASE ROLE D.FUTURE_R TO SHARE OUT").message
    assert "inherited grants" in admin.fails("GRANT DATABASE ROLE D.INHERITED_R TO SHARE OUT").message
    more = "ALL TABLES IN DATABASE D TO DATABASE ROLE D.PLAIN"
    assert "granted to a share" in admin.fails(f"GRANT INHERITED SELECT ON {more}").message
    admin.run("REVOKE DATABASE ROLE D.PLAIN FROM SHARE OUT")
    admin.run(f"GRANT INHERITED SELECT ON {more}")


def test_drop_takes_its_grants_along(account: Account, admin: Client) -> None:
    share_d(admin)
    admin.run("DROP SHARE OUT")
    assert admin.rows("SHOW SHARES") == []
    assert [row["granted_to"] for row in admin.rows("SHOW GRANTS ON DATABASE D")] == ["ROLE"]
