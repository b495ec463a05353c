import pytest

from local.model import Kind
from tests.local.conftest import Account
from tests.local.grants import held, make, platform, roles


def _with_roles(account: Account) -> None:
    """Database roles DB.R (SELECT on DB.S.T) and DB.RW (INSERT, holds DB.R), owned by OWNER."""
    platform(account)
    owner = account.as_role("OWNER")
    owner.run("CREATE DATABASE ROLE DB.R")
    owner.run("CREATE DATABASE ROLE DB.RW")
    owner.run("GRANT USAGE ON SCHEMA DB.S TO DATABASE ROLE DB.R")
    owner.run("GRANT SELECT ON TABLE DB.S.T TO DATABASE ROLE DB.R")
    owner.run("GRANT INSERT ON TABLE DB.S.T TO DATABASE ROLE DB.RW")
    owner.run("GRANT DATABASE ROLE DB.R TO DATABASE ROLE DB.RW")


def _table_privileges(account: Account, role: str) -> frozenset[str]:
    table = account.catalogue.find(Kind.TABLE, ("DB", "S", "T"))
    assert table is not None
    return account.as_role(role).context.access.privileges(table)


def test_nested_database_roles_reach_the_account_role(account: Account) -> None:
    _with_roles(account)
    account.as_role("OWNER").run("GRANT DATABASE ROLE DB.RW TO ROLE WRITER")
    assert _table_privileges(account, "WRITER") == {"SELECT", "INSERT"}
    assert _table_privileges(account, "READER") == frozenset()


def test_database_role_gives_usage_on_its_database(account: Account) -> None:
    _with_roles(account)
    account.as_role("OWNER").run("GRANT DATABASE ROLE DB.R TO ROLE READER")
    assert account.as_role("READER").rows("SHOW GRANTS ON TABLE DB.S.T") != []


def test_lower_database_role_does_not_inherit_from_the_higher(account: Account) -> None:
    _with_roles(account)
    account.as_role("OWNER").run("GRANT DATABASE ROLE DB.R TO ROLE READER")
    assert _table_privileges(account, "READER") == {"SELECT"}


def test_grantee_is_named_without_its_database(account: Account) -> None:
    _with_roles(account)
    rows = account.admin.rows("SHOW GRANTS ON TABLE DB.S.T")
    assert {(r["granted_to"], r["grantee_name"]) for r in rows} == {
        ("ROLE", "OWNER"),
        ("DATABASE_ROLE", "R"),
        ("DATABASE_ROLE", "RW"),
    }


def test_holders_of_a_database_role_are_named_as_the_provider_parses_them(account: Account) -> None:
    _with_roles(account)
    account.as_role("OWNER").run("GRANT DATABASE ROLE DB.R TO ROLE READER")
    rows = account.admin.rows("SHOW GRANTS OF DATABASE ROLE DB.R")
    assert [(r["role"], r["granted_to"], r["grantee_name"], r["granted_by"]) for r in rows] == [
        ("DB.R", "DATABASE_ROLE", "DB.RW", "OWNER"),
        ("DB.R", "ROLE", "READER", "OWNER"),
    ]


def test_privileges_of_a_database_role_are_listed(account: Account) -> None:
    _with_roles(account)
    rows = account.admin.rows("SHOW GRANTS TO DATABASE ROLE DB.RW")
    assert {(r["privilege"], r["granted_on"], r["name"]) for r in rows} == {
        ("USAGE", "DATABASE_ROLE", "DB.R"),
        ("INSERT", "TABLE", "DB.S.T"),
    }


def test_future_grants_of_a_database_role_name_it_without_its_database(account: Account) -> None:
    _with_roles(account)
    account.admin.run("GRANT ROLE OWNER TO ROLE SYSADMIN")
    account.admin.run("GRANT SELECT ON FUTURE VIEWS IN SCHEMA DB.S TO DATABASE ROLE DB.R")
    (row,) = account.admin.rows("SHOW FUTURE GRANTS IN SCHEMA DB.S")
    assert (row["grant_to"], row["grantee_name"]) == ("DATABASE_ROLE", "R")
    assert len(account.admin.rows("SHOW FUTURE GRANTS TO DATABASE ROLE DB.R")) == 1


def test_future_grant_to_a_database_role_needs_a_right_on_its_database(account: Account) -> None:
    _with_roles(account)
    sql = "GRANT SELECT ON FUTURE TABLES IN SCHEMA DB.S TO DATABASE ROLE DB.R"
    error = account.as_role("SECURITYADMIN").fails(sql)
    assert (error.code, "database 'DB'" in error.message) == ("003001", True)
    account.as_role("OWNER").run("GRANT USAGE ON DATABASE DB TO ROLE SECURITYADMIN")
    account.as_role("SECURITYADMIN").run(sql)


def test_owner_of_a_database_role_is_listed_under_role(account: Account) -> None:
    _with_roles(account)
    rows = account.admin.rows("SHOW GRANTS ON DATABASE ROLE DB.R")
    assert ("OWNERSHIP", "ROLE", "OWNER") in {(r["privilege"], r["granted_on"], r["grantee_name"]) for r in rows}


@pytest.mark.parametrize(
    "sql",
    [
        "GRANT DATABASE ROLE DB.R TO DATABASE ROLE OTHER.X",
        "GRANT SELECT ON TABLE DB.S.T TO DATABASE ROLE OTHER.X",
        "GRANT USAGE ON DATABASE DB TO DATABASE ROLE OTHER.X",
        "GRANT USAGE ON WAREHOUSE WH TO DATABASE ROLE OTHER.X",
        "GRANT EXECUTE TASK ON ACCOUNT TO DATABASE ROLE OTHER.X",
        "GRANT SELECT ON FUTURE TABLES IN SCHEMA DB.S TO DATABASE ROLE OTHER.X",
    ],
)
def test_database_role_is_limited_to_its_database(account: Account, sql: str) -> None:
    _with_roles(account)
    make(account, Kind.DATABASE, "OTHER", "OWNER")
    make(account, Kind.DATABASE_ROLE, "OTHER.X", "OWNER")
    make(account, Kind.WAREHOUSE, "WH", "ACCOUNTADMIN")
    assert "database" in account.admin.fails(sql).message


def test_account_role_is_not_granted_to_a_database_role(account: Account) -> None:
    _with_roles(account)
    assert account.admin.fails("GRANT ROLE READER TO DATABASE ROLE DB.R").code == "001003"


def test_circle_of_database_roles_is_refused(account: Account) -> None:
    _with_roles(account)
    assert account.as_role("OWNER").fails("GRANT DATABASE ROLE DB.RW TO DATABASE ROLE DB.R").code == "001008"


def test_database_role_is_granted_by_its_owner_only(account: Account) -> None:
    _with_roles(account)
    account.as_role("OWNER").run("GRANT DATABASE ROLE DB.R TO ROLE READER")
    assert account.as_role("READER").fails("GRANT DATABASE ROLE DB.R TO ROLE WRITER").code == "003001"


def test_database_role_of_an_unreachable_database_is_hidden(account: Account) -> None:
    _with_roles(account)
    assert account.as_role("READER").fails("GRANT DATABASE ROLE DB.R TO ROLE READER").code == "002003"


def test_revoked_database_role_takes_its_rights_away(account: Account) -> None:
    _with_roles(account)
    owner = account.as_role("OWNER")
    owner.run("GRANT DATABASE ROLE DB.RW TO ROLE WRITER")
    owner.run("REVOKE DATABASE ROLE DB.R FROM DATABASE ROLE DB.RW")
    assert _table_privileges(account, "WRITER") == {"INSERT"}
    owner.run("REVOKE DATABASE ROLE DB.RW FROM ROLE WRITER")
    assert _table_privileges(account, "WRITER") == frozenset()


def test_relative_name_is_looked_up_in_the_current_database(account: Account) -> None:
    _with_roles(account)
    owner = account.as_role("OWNER")
    database = account.catalogue.find(Kind.DATABASE, ("DB",))
    assert database is not None
    owner.context.session.database = database.id
    owner.run("GRANT DATABASE ROLE R TO ROLE READER")
    assert held(account, "READER", "DATABASE ROLE DB.R") == {"USAGE"}


def test_same_name_in_two_databases_is_two_roles(account: Account) -> None:
    _with_roles(account)
    make(account, Kind.DATABASE, "OTHER", "OWNER")
    make(account, Kind.DATABASE_ROLE, "OTHER.R", "OWNER")
    account.as_role("OWNER").run("GRANT DATABASE ROLE OTHER.R TO ROLE READER")
    assert _table_privileges(account, "READER") == frozenset()


def test_database_role_granted_to_a_user_counts_with_all_secondary_roles(account: Account) -> None:
    _with_roles(account)
    account.as_role("OWNER").run("GRANT DATABASE ROLE DB.R TO USER LOCAL_ADMIN")
    table = account.catalogue.find(Kind.TABLE, ("DB", "S", "T"))
    assert table is not None
    every = account.client("LOCAL_ADMIN", "PUBLIC", secondary="ALL").context.access
    none = account.client("LOCAL_ADMIN", "PUBLIC").context.access
    assert every.privileges(table) == {"SELECT"}
    assert none.privileges(table) == frozenset()


def test_system_roles_do_not_hold_database_roles_by_themselves(account: Account) -> None:
    _with_roles(account)
    roles(account, "X")
    assert _table_privileges(account, "SYSADMIN") == frozenset()
    account.admin.run("GRANT ROLE OWNER TO ROLE SYSADMIN")
    assert _table_privileges(account, "ACCOUNTADMIN") >= {"OWNERSHIP"}
