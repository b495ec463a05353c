import pytest

from local.model import Kind
from tests.local.conftest import Account
from tests.local.grants import make, platform, roles

_GRANT = ["created_on", "privilege", "granted_on", "name", "granted_to", "grantee_name", "grant_option", "granted_by"]
_INHERITED = ["is_inherited", "inherited_from", "inherited_from_database", "inherited_from_schema"]


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SHOW GRANTS ON TABLE DB.S.T", [*_GRANT, "granted_by_role_type", *_INHERITED]),
        ("SHOW GRANTS ON ACCOUNT", [*_GRANT, "granted_by_role_type", *_INHERITED]),
        ("SHOW GRANTS TO ROLE READER", [*_GRANT, *_INHERITED]),
        ("SHOW GRANTS TO USER LOCAL_ADMIN", [*_GRANT[:4], "role", *_GRANT[4:], *_INHERITED]),
        ("SHOW GRANTS", [*_GRANT[:4], "role", *_GRANT[4:], *_INHERITED]),
        ("SHOW GRANTS OF ROLE READER", ["created_on", "role", "granted_to", "grantee_name", "granted_by"]),
    ],
)
def test_columns(account: Account, sql: str, columns: list[str]) -> None:
    platform(account)
    assert [column.name for column in account.admin.run(sql).columns] == columns


@pytest.mark.parametrize(
    ("on", "granted_on", "name"),
    [
        ("DATABASE DB", "DATABASE", "DB"),
        ("SCHEMA DB.S", "SCHEMA", "DB.S"),
        ("TABLE DB.S.T", "TABLE", "DB.S.T"),
        ("WAREHOUSE WH", "WAREHOUSE", "WH"),
        ("RESOURCE MONITOR RM", "RESOURCE_MONITOR", "RM"),
        ("ROLE READER", "ROLE", "READER"),
        ("USER LOCAL_ADMIN", "USER", "LOCAL_ADMIN"),
        ("MASKING POLICY DB.S.MASK", "MASKING_POLICY", "DB.S.MASK"),
    ],
)
def test_every_object_shows_its_owner(account: Account, on: str, granted_on: str, name: str) -> None:
    platform(account)
    make(account, Kind.WAREHOUSE, "WH", "OWNER")
    make(account, Kind.RESOURCE_MONITOR, "RM", "ACCOUNTADMIN")
    make(account, Kind.MASKING_POLICY, "DB.S.MASK", "OWNER")
    (row,) = [row for row in account.admin.rows(f"SHOW GRANTS ON {on}") if row["privilege"] == "OWNERSHIP"]
    assert (row["granted_on"], row["name"], row["granted_to"], row["grant_option"]) == (
        granted_on,
        name,
        "ROLE",
        "true",
    )
    assert row["granted_by"] == row["grantee_name"]


def test_grants_of_the_system_have_no_grantor(account: Account) -> None:
    rows = account.admin.rows("SHOW GRANTS TO ROLE USERADMIN")
    assert {(r["privilege"], r["granted_by"], r["grant_option"]) for r in rows} == {
        ("CREATE ROLE", "", "true"),
        ("CREATE USER", "", "true"),
    }


def test_grants_on_account_name_its_locator(account: Account) -> None:
    roles(account, "RUNNER")
    account.admin.run("GRANT EXECUTE TASK, MONITOR USAGE ON ACCOUNT TO ROLE RUNNER")
    rows = [row for row in account.admin.rows("SHOW GRANTS ON ACCOUNT") if row["grantee_name"] == "RUNNER"]
    assert [(r["privilege"], r["granted_on"], r["name"], r["granted_by"]) for r in rows] == [
        ("EXECUTE TASK", "ACCOUNT", "LM00001", "ACCOUNTADMIN"),
        ("MONITOR USAGE", "ACCOUNT", "LM00001", "ACCOUNTADMIN"),
    ]


def test_role_lists_what_it_holds_and_what_it_owns(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT ROLE READER TO ROLE OWNER")
    rows = account.admin.rows("SHOW GRANTS TO ROLE OWNER")
    assert {(r["privilege"], r["granted_on"], r["name"]) for r in rows} == {
        ("OWNERSHIP", "DATABASE", "DB"),
        ("OWNERSHIP", "SCHEMA", "DB.S"),
        ("OWNERSHIP", "TABLE", "DB.S.T"),
        ("USAGE", "ROLE", "READER"),
    }


def test_role_lists_only_what_the_session_may_see(account: Account) -> None:
    platform(account)
    account.as_role("OWNER").run("GRANT USAGE ON DATABASE DB TO ROLE READER")
    assert account.as_role("WRITER").rows("SHOW GRANTS TO ROLE READER") == []
    assert len(account.as_role("READER").rows("SHOW GRANTS TO ROLE READER")) == 1


def test_user_lists_roles_and_own_privileges(account: Account) -> None:
    platform(account)
    account.as_role("OWNER").run("GRANT SELECT ON TABLE DB.S.T TO USER LOCAL_ADMIN")
    rows = account.admin.rows("SHOW GRANTS")
    assert [(r["privilege"], r["granted_on"], r["name"], r["role"], r["granted_to"]) for r in rows] == [
        ("USAGE", "ROLE", "ACCOUNTADMIN", "ACCOUNTADMIN", "USER"),
        ("SELECT", "TABLE", "DB.S.T", None, "USER"),
    ]


def test_grants_to_another_user_are_not_for_everybody(account: Account) -> None:
    platform(account)
    make(account, Kind.USER, "SOMEBODY", "USERADMIN")
    assert account.as_role("READER").fails("SHOW GRANTS TO USER SOMEBODY").code == "003001"
    assert account.as_role("USERADMIN").rows("SHOW GRANTS TO USER SOMEBODY") == []


def test_odd_names_are_quoted(account: Account) -> None:
    account.as_role("USERADMIN").run('CREATE ROLE "my-role"')
    account.as_role("USERADMIN").run('CREATE ROLE "parent role"')
    account.as_role("USERADMIN").run('GRANT ROLE "my-role" TO ROLE "parent role"')
    (row,) = account.admin.rows('SHOW GRANTS OF ROLE "my-role"')
    assert (row["role"], row["grantee_name"]) == ('"my-role"', '"parent role"')


def test_limit(account: Account) -> None:
    assert len(account.admin.rows("SHOW GRANTS ON ACCOUNT LIMIT 3")) == 3


@pytest.mark.parametrize(
    "sql", ["SHOW GRANTS ON DATABASE NONE", "SHOW FUTURE GRANTS IN SCHEMA NONE.S", "SHOW GRANTS OF ROLE NONE"]
)
def test_missing_objects_are_refused_with_the_text_that_the_provider_knows(account: Account, sql: str) -> None:
    error = account.admin.fails(sql)
    assert (error.code, error.state) == ("002003", "02000")
    assert "does not exist or not authorized" in error.message


@pytest.mark.parametrize(
    "sql", ["SHOW GRANTS OF SHARE X", "SHOW GRANTS OF APPLICATION ROLE X", "SHOW GRANTS ON CONNECTION X"]
)
def test_unsupported_forms_say_so(account: Account, sql: str) -> None:
    assert account.admin.fails(sql).code == "000002"


def test_show_roles_counts_a_role_once_however_often_it_was_granted(account: Account) -> None:
    roles(account, "A", "B", "C")
    account.as_role("USERADMIN").run("GRANT ROLE A TO ROLE B WITH GRANT OPTION")
    account.as_role("USERADMIN").run("GRANT ROLE A TO ROLE C")
    account.as_role("B").run("GRANT ROLE A TO ROLE C")
    (row,) = account.admin.rows("SHOW ROLES LIKE 'A'")
    assert (row["granted_to_roles"], row["granted_roles"], row["assigned_to_users"]) == ("2", "0", "0")
