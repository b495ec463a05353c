from local.model import Kind
from tests.local.conftest import Account
from tests.local.grants import held, make, platform, role


def _managed(account: Account) -> None:
    """Managed-access schema DB.S of OWNER; BUILDER may create in it and owns DB.S.MADE."""
    platform(account, managed=True)
    account.as_role("USERADMIN").run("CREATE ROLE BUILDER")
    owner = account.as_role("OWNER")
    owner.run("GRANT USAGE ON DATABASE DB TO ROLE BUILDER")
    owner.run("GRANT USAGE, CREATE TABLE ON SCHEMA DB.S TO ROLE BUILDER")
    make(account, Kind.TABLE, "DB.S.MADE", "BUILDER")


def test_owner_of_an_object_may_not_grant_on_it(account: Account) -> None:
    _managed(account)
    assert account.as_role("BUILDER").fails("GRANT SELECT ON TABLE DB.S.MADE TO ROLE READER").code == "003001"


def test_holder_of_a_grant_option_may_not_use_it(account: Account) -> None:
    _managed(account)
    account.as_role("OWNER").run("GRANT SELECT ON TABLE DB.S.T TO ROLE BUILDER WITH GRANT OPTION")
    assert account.as_role("BUILDER").fails("GRANT SELECT ON TABLE DB.S.T TO ROLE READER").code == "003001"


def test_owner_of_the_schema_grants_in_the_name_of_the_objects_owner(account: Account) -> None:
    _managed(account)
    account.as_role("OWNER").run("GRANT SELECT ON TABLE DB.S.MADE TO ROLE READER")
    (row,) = [r for r in account.admin.rows("SHOW GRANTS ON TABLE DB.S.MADE") if r["grantee_name"] == "READER"]
    assert row["granted_by"] == "BUILDER"


def test_owner_of_the_schema_defines_future_grants_without_manage_grants(account: Account) -> None:
    _managed(account)
    owner = account.as_role("OWNER")
    owner.run("GRANT SELECT ON FUTURE TABLES IN SCHEMA DB.S TO ROLE READER")
    make(account, Kind.TABLE, "DB.S.NEW", "BUILDER")
    assert held(account, "READER", "TABLE DB.S.NEW") == {"SELECT"}
    owner.run("REVOKE SELECT ON FUTURE TABLES IN SCHEMA DB.S FROM ROLE READER")
    assert owner.rows("SHOW FUTURE GRANTS IN SCHEMA DB.S") == []


def test_future_grants_on_the_database_still_need_manage_grants(account: Account) -> None:
    _managed(account)
    sql = "GRANT SELECT ON FUTURE TABLES IN DATABASE DB TO ROLE READER"
    assert account.as_role("OWNER").fails(sql).code == "003001"


def test_role_that_may_create_does_not_define_future_grants(account: Account) -> None:
    _managed(account)
    sql = "GRANT SELECT ON FUTURE TABLES IN SCHEMA DB.S TO ROLE BUILDER"
    assert account.as_role("BUILDER").fails(sql).code == "003001"


def test_owner_of_the_schema_revokes_what_anybody_granted(account: Account) -> None:
    _managed(account)
    account.as_role("SECURITYADMIN").run("GRANT SELECT ON TABLE DB.S.MADE TO ROLE READER")
    assert account.as_role("BUILDER").fails("REVOKE SELECT ON TABLE DB.S.MADE FROM ROLE READER").code == "003001"
    account.as_role("OWNER").run("REVOKE SELECT ON TABLE DB.S.MADE FROM ROLE READER")
    assert held(account, "READER", "TABLE DB.S.MADE") == set()


def test_grants_in_the_schema_show_no_grant_option(account: Account) -> None:
    _managed(account)
    account.as_role("OWNER").run("GRANT SELECT ON TABLE DB.S.MADE TO ROLE READER WITH GRANT OPTION")
    assert {r["grant_option"] for r in account.admin.rows("SHOW GRANTS ON TABLE DB.S.MADE")} == {"false"}


def test_owner_of_the_schema_is_shown_with_manage_grants(account: Account) -> None:
    _managed(account)
    assert {"OWNERSHIP", "MANAGE GRANTS"} <= held(account, "OWNER", "SCHEMA DB.S")


def test_objects_may_only_be_owned_below_the_owner_of_the_schema(account: Account) -> None:
    _managed(account)
    sql = "GRANT OWNERSHIP ON TABLE DB.S.T TO ROLE WRITER"
    assert "subordinate role" in account.as_role("OWNER").fails(sql).message
    account.admin.run("GRANT ROLE WRITER TO ROLE OWNER")
    account.as_role("OWNER").run(sql)
    assert "OWNERSHIP" in held(account, "WRITER", "TABLE DB.S.T")


def test_owner_of_an_object_does_not_give_it_away(account: Account) -> None:
    _managed(account)
    account.admin.run("GRANT ROLE WRITER TO ROLE OWNER")
    assert account.as_role("BUILDER").fails("GRANT OWNERSHIP ON TABLE DB.S.MADE TO ROLE WRITER").code == "003001"


def test_future_owner_must_be_below_the_owner_of_the_schema(account: Account) -> None:
    _managed(account)
    sql = "GRANT OWNERSHIP ON FUTURE TABLES IN SCHEMA DB.S TO ROLE WRITER"
    assert "subordinate role" in account.admin.fails(sql).message


def test_future_owner_on_the_database_does_not_reach_into_the_schema(account: Account) -> None:
    _managed(account)
    account.admin.run("GRANT OWNERSHIP ON FUTURE TABLES IN DATABASE DB TO ROLE WRITER")
    account.admin.run("GRANT SELECT ON FUTURE TABLES IN DATABASE DB TO ROLE READER")
    made = make(account, Kind.TABLE, "DB.S.NEW", "BUILDER")
    assert account.catalogue.get(made.id).owner == role(account, "BUILDER").id
    assert held(account, "READER", "TABLE DB.S.NEW") == {"SELECT"}


def test_schema_with_future_owners_is_not_transferred(account: Account) -> None:
    _managed(account)
    account.admin.run("GRANT ROLE WRITER TO ROLE OWNER")
    account.admin.run("GRANT OWNERSHIP ON FUTURE TABLES IN SCHEMA DB.S TO ROLE WRITER")
    sql = "GRANT OWNERSHIP ON SCHEMA DB.S TO ROLE READER COPY CURRENT GRANTS"
    assert "must be revoked" in account.admin.fails(sql).message
