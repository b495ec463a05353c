import pytest

from local.model import Kind
from tests.local.conftest import Account
from tests.local.grants import held, make, platform, roles


def _owner(account: Account, on: str) -> str | None:
    (row,) = [row for row in account.admin.rows(f"SHOW GRANTS ON {on}") if row["privilege"] == "OWNERSHIP"]
    return row["grantee_name"]


def test_owner_transfers_the_object(account: Account) -> None:
    platform(account)
    account.as_role("OWNER").run("GRANT OWNERSHIP ON TABLE DB.S.T TO ROLE WRITER")
    assert _owner(account, "TABLE DB.S.T") == "WRITER"


def test_ownership_row_is_granted_by_the_owner_with_option(account: Account) -> None:
    platform(account)
    (row,) = account.admin.rows("SHOW GRANTS ON TABLE DB.S.T")
    assert (row["privilege"], row["granted_on"], row["grantee_name"], row["grant_option"], row["granted_by"]) == (
        "OWNERSHIP",
        "TABLE",
        "OWNER",
        "true",
        "OWNER",
    )


def test_transfer_by_neither_owner_nor_manage_grants_is_refused(account: Account) -> None:
    platform(account)
    owner = account.as_role("OWNER")
    owner.run("GRANT USAGE ON DATABASE DB TO ROLE READER")
    owner.run("GRANT USAGE ON SCHEMA DB.S TO ROLE READER")
    owner.run("GRANT ALL ON TABLE DB.S.T TO ROLE READER")
    error = account.as_role("READER").fails("GRANT OWNERSHIP ON TABLE DB.S.T TO ROLE READER COPY CURRENT GRANTS")
    assert error.code == "003001"


def test_manage_grants_transfers_any_object(account: Account) -> None:
    platform(account)
    account.as_role("SECURITYADMIN").run("GRANT OWNERSHIP ON DATABASE DB TO ROLE WRITER")
    assert _owner(account, "DATABASE DB") == "WRITER"


def _with_grant(account: Account) -> None:
    platform(account)
    account.as_role("OWNER").run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER")


def test_outbound_privileges_block_the_transfer(account: Account) -> None:
    _with_grant(account)
    error = account.as_role("OWNER").fails("GRANT OWNERSHIP ON TABLE DB.S.T TO ROLE WRITER")
    assert (error.code, error.state) == ("003036", "23001")
    assert "Dependent grant of privilege 'SELECT' on securable 'DB.S.T' to role 'READER' exists." in error.message
    assert _owner(account, "TABLE DB.S.T") == "OWNER"


def test_revoke_current_grants_removes_them(account: Account) -> None:
    _with_grant(account)
    account.as_role("OWNER").run("GRANT OWNERSHIP ON TABLE DB.S.T TO ROLE WRITER REVOKE CURRENT GRANTS")
    assert held(account, "READER", "TABLE DB.S.T") == set()


def test_copy_current_grants_makes_the_new_owner_their_grantor(account: Account) -> None:
    _with_grant(account)
    account.admin.run("GRANT OWNERSHIP ON TABLE DB.S.T TO ROLE WRITER COPY CURRENT GRANTS")
    rows = account.admin.rows("SHOW GRANTS ON TABLE DB.S.T")
    assert {(r["privilege"], r["grantee_name"], r["granted_by"]) for r in rows} == {
        ("OWNERSHIP", "WRITER", "WRITER"),
        ("SELECT", "READER", "WRITER"),
    }


def test_copy_needs_the_new_owner_among_the_active_roles(account: Account) -> None:
    _with_grant(account)
    sql = "GRANT OWNERSHIP ON TABLE DB.S.T TO ROLE WRITER COPY CURRENT GRANTS"
    assert account.as_role("OWNER").fails(sql).code == "003001"
    account.admin.run("GRANT ROLE WRITER TO ROLE OWNER")
    account.as_role("OWNER").run(sql)
    assert _owner(account, "TABLE DB.S.T") == "WRITER"


def test_all_tables_of_a_schema_are_transferred(account: Account) -> None:
    platform(account)
    make(account, Kind.TABLE, "DB.S.U", "OWNER")
    result = account.as_role("OWNER").run("GRANT OWNERSHIP ON ALL TABLES IN SCHEMA DB.S TO ROLE WRITER")
    assert result.rows[0][0] == "Statement executed successfully. 2 objects affected."
    assert {_owner(account, "TABLE DB.S.T"), _owner(account, "TABLE DB.S.U")} == {"WRITER"}


def test_one_refused_object_keeps_all_where_they_were(account: Account) -> None:
    _with_grant(account)
    make(account, Kind.TABLE, "DB.S.A", "OWNER")
    sql = "GRANT OWNERSHIP ON ALL TABLES IN SCHEMA DB.S TO ROLE WRITER"
    assert account.as_role("OWNER").fails(sql).code == "003036"
    assert _owner(account, "TABLE DB.S.A") == "OWNER"


def test_role_is_transferred_although_it_was_granted(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT ROLE READER TO ROLE WRITER")
    account.as_role("USERADMIN").run("GRANT OWNERSHIP ON ROLE READER TO ROLE OWNER")
    assert _owner(account, "ROLE READER") == "OWNER"
    assert [r["grantee_name"] for r in account.admin.rows("SHOW GRANTS OF ROLE READER")] == ["WRITER"]


def test_owner_does_not_inherit_what_an_owned_role_holds(account: Account) -> None:
    _with_grant(account)
    account.admin.run("GRANT OWNERSHIP ON ROLE READER TO ROLE WRITER")
    assert account.as_role("WRITER").fails("SHOW GRANTS ON TABLE DB.S.T").code == "002003"


def test_system_role_is_not_transferred(account: Account) -> None:
    platform(account)
    assert account.admin.fails("GRANT OWNERSHIP ON ROLE SYSADMIN TO ROLE OWNER").code == "003001"


def test_database_role_may_own_what_is_in_its_database(account: Account) -> None:
    platform(account)
    make(account, Kind.DATABASE_ROLE, "DB.OWNERS", "OWNER")
    account.admin.run("GRANT OWNERSHIP ON TABLE DB.S.T TO DATABASE ROLE DB.OWNERS")
    (row,) = account.admin.rows("SHOW GRANTS ON TABLE DB.S.T")
    assert (row["granted_to"], row["grantee_name"], row["granted_by_role_type"]) == (
        "DATABASE_ROLE",
        "OWNERS",
        "DATABASE_ROLE",
    )


def test_database_role_may_own_neither_its_database_nor_another_ones_objects(account: Account) -> None:
    platform(account)
    make(account, Kind.DATABASE, "OTHER", "OWNER")
    make(account, Kind.DATABASE_ROLE, "OTHER.OWNERS", "OWNER")
    for sql in (
        "GRANT OWNERSHIP ON TABLE DB.S.T TO DATABASE ROLE OTHER.OWNERS",
        "GRANT OWNERSHIP ON DATABASE OTHER TO DATABASE ROLE OTHER.OWNERS",
    ):
        assert "database role" in account.admin.fails(sql).message.lower()


def test_future_owner_gets_new_objects(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT OWNERSHIP ON FUTURE TABLES IN SCHEMA DB.S TO ROLE WRITER")
    account.admin.run("GRANT SELECT ON FUTURE TABLES IN SCHEMA DB.S TO ROLE READER")
    make(account, Kind.TABLE, "DB.S.U", "OWNER")
    rows = account.admin.rows("SHOW GRANTS ON TABLE DB.S.U")
    assert {(r["privilege"], r["grantee_name"], r["granted_by"]) for r in rows} == {
        ("OWNERSHIP", "WRITER", "WRITER"),
        ("SELECT", "READER", "WRITER"),
    }


def test_second_future_owner_is_refused(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT OWNERSHIP ON FUTURE TABLES IN SCHEMA DB.S TO ROLE WRITER")
    sql = "GRANT OWNERSHIP ON FUTURE TABLES IN SCHEMA DB.S TO ROLE READER"
    assert "WRITER" in account.admin.fails(sql).message
    account.admin.run("REVOKE OWNERSHIP ON FUTURE TABLES IN SCHEMA DB.S FROM ROLE WRITER")
    account.admin.run(sql)


@pytest.mark.parametrize("plural", ["PASSWORD POLICIES", "AUTHENTICATION POLICIES", "STREAMLITS"])
def test_future_owner_is_refused_for_types_without_one(account: Account, plural: str) -> None:
    platform(account)
    sql = f"GRANT OWNERSHIP ON FUTURE {plural} IN SCHEMA DB.S TO ROLE WRITER"
    assert account.admin.fails(sql).code == "000002"


def test_word_role_is_needed(account: Account) -> None:
    platform(account)
    assert account.admin.fails("GRANT OWNERSHIP ON TABLE DB.S.T TO WRITER").code == "001003"


def test_transfer_to_a_user_is_a_syntax_error(account: Account) -> None:
    roles(account, "X")
    assert account.admin.fails("GRANT OWNERSHIP ON ROLE X TO USER LOCAL_ADMIN").code == "001003"
