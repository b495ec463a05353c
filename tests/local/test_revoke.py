from local.model import Kind
from tests.local.conftest import Account
from tests.local.grants import held, make, platform, roles


def _chain(account: Account) -> None:
    """READER holds SELECT with grant option from OWNER and gave it to WRITER, WRITER gave it to LAST."""
    platform(account)
    roles(account, "LAST")
    owner = account.as_role("OWNER")
    for name in ("READER", "WRITER", "LAST"):
        owner.run(f"GRANT USAGE ON DATABASE DB TO ROLE {name}")
        owner.run(f"GRANT USAGE ON SCHEMA DB.S TO ROLE {name}")
    owner.run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER WITH GRANT OPTION")
    account.as_role("READER").run("GRANT SELECT ON TABLE DB.S.T TO ROLE WRITER WITH GRANT OPTION")
    account.as_role("WRITER").run("GRANT SELECT ON TABLE DB.S.T TO ROLE LAST")


def test_revoked_privilege_is_gone(account: Account) -> None:
    platform(account)
    account.as_role("OWNER").run("GRANT SELECT, INSERT ON TABLE DB.S.T TO ROLE READER")
    account.as_role("OWNER").run("REVOKE INSERT ON TABLE DB.S.T FROM ROLE READER")
    assert held(account, "READER", "TABLE DB.S.T") == {"SELECT"}


def test_revoking_what_is_not_held_succeeds(account: Account) -> None:
    platform(account)
    owner = account.as_role("OWNER")
    for sql in (
        "REVOKE SELECT ON TABLE DB.S.T FROM ROLE READER",
        "REVOKE GRANT OPTION FOR SELECT ON TABLE DB.S.T FROM ROLE READER",
        "REVOKE SELECT ON ALL TABLES IN SCHEMA DB.S FROM ROLE READER",
    ):
        owner.run(sql)
    assert held(account, "READER", "TABLE DB.S.T") == set()


def test_revoking_from_a_missing_role_names_the_role(account: Account) -> None:
    platform(account)
    error = account.admin.fails("REVOKE SELECT ON TABLE DB.S.T FROM ROLE NOBODY")
    assert (error.code, "'NOBODY' does not exist or not authorized" in error.message) == ("002003", True)


def test_revoke_by_a_role_without_any_say_is_refused(account: Account) -> None:
    _chain(account)
    assert account.as_role("LAST").fails("REVOKE SELECT ON TABLE DB.S.T FROM ROLE WRITER").code == "003001"


def test_revoke_with_dependent_grants_is_refused(account: Account) -> None:
    _chain(account)
    error = account.as_role("OWNER").fails("REVOKE SELECT ON TABLE DB.S.T FROM ROLE READER")
    assert (error.code, error.state) == ("003935", "23001")
    assert "0 grant(s) revoked, 1 grant(s) skipped due to dependent grants" in error.message
    assert held(account, "READER", "TABLE DB.S.T") == {"SELECT"}


def test_cascade_revokes_the_whole_chain(account: Account) -> None:
    _chain(account)
    account.as_role("OWNER").run("REVOKE SELECT ON TABLE DB.S.T FROM ROLE READER CASCADE")
    assert {row["grantee_name"] for row in account.admin.rows("SHOW GRANTS ON TABLE DB.S.T")} == {"OWNER"}


def test_revoking_the_grant_option_keeps_the_privilege(account: Account) -> None:
    _chain(account)
    owner = account.as_role("OWNER")
    assert owner.fails("REVOKE GRANT OPTION FOR SELECT ON TABLE DB.S.T FROM ROLE READER").code == "003935"
    owner.run("REVOKE GRANT OPTION FOR SELECT ON TABLE DB.S.T FROM ROLE READER CASCADE")
    rows = account.admin.rows("SHOW GRANTS ON TABLE DB.S.T")
    assert [(r["grantee_name"], r["grant_option"]) for r in rows if r["privilege"] == "SELECT"] == [("READER", "false")]


def test_second_grant_with_option_keeps_dependent_grants_alive(account: Account) -> None:
    _chain(account)
    roles(account, "OTHER")
    owner = account.as_role("OWNER")
    owner.run("GRANT USAGE ON DATABASE DB TO ROLE OTHER")
    owner.run("GRANT USAGE ON SCHEMA DB.S TO ROLE OTHER")
    owner.run("GRANT SELECT ON TABLE DB.S.T TO ROLE OTHER WITH GRANT OPTION")
    account.as_role("OTHER").run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER WITH GRANT OPTION")
    owner.run("REVOKE SELECT ON TABLE DB.S.T FROM ROLE READER")
    rows = account.admin.rows("SHOW GRANTS ON TABLE DB.S.T")
    assert ("READER", "OTHER") in {(r["grantee_name"], r["granted_by"]) for r in rows}
    assert held(account, "WRITER", "TABLE DB.S.T") == {"SELECT"}


def test_owner_does_not_revoke_what_another_granted(account: Account) -> None:
    _chain(account)
    account.as_role("OWNER").run("REVOKE SELECT ON TABLE DB.S.T FROM ROLE LAST")
    assert held(account, "LAST", "TABLE DB.S.T") == {"SELECT"}


def test_manage_grants_revokes_what_anybody_granted(account: Account) -> None:
    _chain(account)
    account.as_role("SECURITYADMIN").run("REVOKE SELECT ON TABLE DB.S.T FROM ROLE LAST")
    assert held(account, "LAST", "TABLE DB.S.T") == set()


def test_role_that_granted_may_revoke(account: Account) -> None:
    _chain(account)
    account.as_role("WRITER").run("REVOKE SELECT ON TABLE DB.S.T FROM ROLE LAST")
    assert held(account, "LAST", "TABLE DB.S.T") == set()


def test_part_of_a_bulk_revoke_is_done_and_the_rest_reported(account: Account) -> None:
    _chain(account)
    make(account, Kind.TABLE, "DB.S.U", "OWNER")
    owner = account.as_role("OWNER")
    owner.run("GRANT SELECT ON TABLE DB.S.U TO ROLE READER")
    error = owner.fails("REVOKE SELECT ON ALL TABLES IN SCHEMA DB.S FROM ROLE READER")
    assert "1 grant(s) revoked, 1 grant(s) skipped" in error.message
    assert held(account, "READER", "TABLE DB.S.U") == set()


def test_all_privileges_are_revoked_whatever_they_are(account: Account) -> None:
    platform(account)
    owner = account.as_role("OWNER")
    owner.run("GRANT ALL ON SCHEMA DB.S TO ROLE WRITER")
    owner.run("REVOKE ALL PRIVILEGES ON SCHEMA DB.S FROM ROLE WRITER")
    assert held(account, "WRITER", "SCHEMA DB.S") == set()


def test_privileges_of_system_roles_stay(account: Account) -> None:
    account.admin.run("REVOKE CREATE ROLE ON ACCOUNT FROM ROLE USERADMIN")
    assert "CREATE ROLE" in held(account, "USERADMIN", "ACCOUNT")


def test_ownership_is_not_revoked(account: Account) -> None:
    platform(account)
    assert "cannot be revoked" in account.admin.fails("REVOKE OWNERSHIP ON TABLE DB.S.T FROM ROLE OWNER").message


def test_role_is_revoked_from_role_and_user(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT ROLE READER TO ROLE WRITER")
    account.admin.run("GRANT ROLE READER TO USER LOCAL_ADMIN")
    account.as_role("USERADMIN").run("REVOKE ROLE READER FROM ROLE WRITER")
    account.as_role("USERADMIN").run("REVOKE ROLE READER FROM USER LOCAL_ADMIN")
    assert account.admin.rows("SHOW GRANTS OF ROLE READER") == []


def test_role_passed_on_with_grant_option_is_revoked_with_cascade(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT ROLE READER TO ROLE WRITER WITH GRANT OPTION")
    account.as_role("WRITER").run("GRANT ROLE READER TO ROLE OWNER")
    useradmin = account.as_role("USERADMIN")
    assert useradmin.fails("REVOKE GRANT OPTION FOR ROLE READER FROM ROLE WRITER").code == "003935"
    useradmin.run("REVOKE ROLE READER FROM ROLE WRITER CASCADE")
    assert account.admin.rows("SHOW GRANTS OF ROLE READER") == []


def test_membership_made_by_the_system_stays(account: Account) -> None:
    account.admin.run("REVOKE ROLE SYSADMIN FROM ROLE ACCOUNTADMIN")
    assert [r["grantee_name"] for r in account.admin.rows("SHOW GRANTS OF ROLE SYSADMIN")] == ["ACCOUNTADMIN"]


def test_privilege_is_revoked_from_a_user(account: Account) -> None:
    platform(account)
    account.as_role("OWNER").run("GRANT SELECT ON TABLE DB.S.T TO USER LOCAL_ADMIN")
    account.as_role("OWNER").run("REVOKE SELECT ON TABLE DB.S.T FROM USER LOCAL_ADMIN")
    assert held(account, "LOCAL_ADMIN", "TABLE DB.S.T") == set()
