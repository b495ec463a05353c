import pytest

from local.model import Kind
from tests.local.conftest import Account
from tests.local.grants import held, make, platform, roles


def test_granted_privileges_are_held(account: Account) -> None:
    platform(account)
    account.as_role("OWNER").run("GRANT SELECT, INSERT ON TABLE DB.S.T TO ROLE READER")
    assert held(account, "READER", "TABLE DB.S.T") == {"SELECT", "INSERT"}


def test_word_role_may_be_left_out(account: Account) -> None:
    platform(account)
    account.as_role("OWNER").run("GRANT SELECT ON TABLE DB.S.T TO READER")
    assert held(account, "READER", "TABLE DB.S.T") == {"SELECT"}


def test_grant_to_public_reaches_every_role(account: Account) -> None:
    platform(account)
    owner = account.as_role("OWNER")
    owner.run("GRANT USAGE ON DATABASE DB TO ROLE PUBLIC")
    access = account.as_role("READER").context.access
    database = account.catalogue.find(Kind.DATABASE, ("DB",))
    assert database is not None
    assert access.holds(database, "USAGE")


def test_provider_statements_of_a_platform_are_accepted(account: Account) -> None:
    platform(account)
    for sql in (
        'GRANT USAGE ON FUTURE SCHEMAS IN DATABASE "DB" TO ROLE "READER"',
        'GRANT USAGE ON DATABASE "DB" TO ROLE "READER"',
        'GRANT EXECUTE TASK, MONITOR USAGE ON ACCOUNT TO ROLE "READER"',
        'GRANT CREATE TABLE, USAGE ON SCHEMA "DB"."S" TO ROLE "READER"',
        'GRANT INSERT, SELECT ON ALL TABLES IN SCHEMA "DB"."S" TO ROLE "READER"',
        'GRANT INSERT, SELECT ON FUTURE TABLES IN SCHEMA "DB"."S" TO ROLE "READER"',
        'GRANT ROLE "READER" TO ROLE "WRITER"',
        'GRANT ROLE "READER" TO USER "LOCAL_ADMIN"',
        'REVOKE GRANT OPTION FOR DELETE ON FUTURE TABLES IN SCHEMA "DB"."S" FROM ROLE "READER"',
        'REVOKE ROLE "READER" FROM ROLE "WRITER"',
    ):
        answer = account.admin.run(sql).rows[0][0]
        assert answer is not None, sql
        assert answer.startswith("Statement executed successfully."), sql


@pytest.mark.parametrize(
    "plural",
    [
        "TABLES", "VIEWS", "STAGES", "STREAMS", "TASKS", "PROCEDURES", "FUNCTIONS", "FILE FORMATS", "SEQUENCES",
        "DYNAMIC TABLES", "MATERIALIZED VIEWS", "EXTERNAL TABLES", "ALERTS", "SECRETS", "ICEBERG TABLES",
        "EVENT TABLES",
    ],
)  # fmt: skip
def test_all_and_future_grants_are_accepted_for_every_common_type(account: Account, plural: str) -> None:
    platform(account)
    for reach in ("ALL", "FUTURE"):
        account.admin.run(f"GRANT ALL PRIVILEGES ON {reach} {plural} IN SCHEMA DB.S TO ROLE READER")
        account.admin.run(f"REVOKE ALL PRIVILEGES ON {reach} {plural} IN DATABASE DB FROM ROLE READER")


def test_future_grants_on_pipes_are_accepted_and_bulk_grants_on_pipes_refused(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT OPERATE ON FUTURE PIPES IN SCHEMA DB.S TO ROLE READER")
    assert account.admin.fails("GRANT OPERATE ON ALL PIPES IN SCHEMA DB.S TO ROLE READER").code == "000002"


@pytest.mark.parametrize("kind", ["FILE FORMAT", "SEQUENCE", "DYNAMIC TABLE", "PIPE", "FUNCTION", "ROW ACCESS POLICY"])
def test_create_privilege_is_granted_for_types_that_nothing_creates_yet(account: Account, kind: str) -> None:
    platform(account)
    account.as_role("OWNER").run(f"GRANT CREATE {kind} ON SCHEMA DB.S TO ROLE WRITER")
    assert held(account, "WRITER", "SCHEMA DB.S") == {f"CREATE {kind}"}


def test_all_privileges_on_a_table_leave_out_ownership(account: Account) -> None:
    platform(account)
    account.as_role("OWNER").run("GRANT ALL PRIVILEGES ON TABLE DB.S.T TO ROLE WRITER")
    given = held(account, "WRITER", "TABLE DB.S.T")
    assert {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES"} <= given
    assert "OWNERSHIP" not in given


def test_all_privileges_on_an_internal_stage_are_read_and_write(account: Account) -> None:
    platform(account)
    make(account, Kind.STAGE, "DB.S.FILES", "OWNER")
    account.as_role("OWNER").run("GRANT ALL ON STAGE DB.S.FILES TO ROLE WRITER")
    assert held(account, "WRITER", "STAGE DB.S.FILES") == {"READ", "WRITE"}


def test_write_on_a_stage_needs_read(account: Account) -> None:
    platform(account)
    make(account, Kind.STAGE, "DB.S.FILES", "OWNER")
    owner = account.as_role("OWNER")
    assert "without READ" in owner.fails("GRANT WRITE ON STAGE DB.S.FILES TO ROLE WRITER").message
    owner.run("GRANT READ ON STAGE DB.S.FILES TO ROLE WRITER")
    owner.run("GRANT WRITE ON STAGE DB.S.FILES TO ROLE WRITER")
    assert "while WRITE" in owner.fails("REVOKE READ ON STAGE DB.S.FILES FROM ROLE WRITER").message
    owner.run("REVOKE READ, WRITE ON STAGE DB.S.FILES FROM ROLE WRITER")
    assert held(account, "WRITER", "STAGE DB.S.FILES") == set()


def test_future_write_on_stages_needs_read(account: Account) -> None:
    platform(account)
    assert "without READ" in account.admin.fails("GRANT WRITE ON FUTURE STAGES IN SCHEMA DB.S TO ROLE WRITER").message
    account.admin.run("GRANT READ, WRITE ON FUTURE STAGES IN SCHEMA DB.S TO ROLE WRITER")
    assert "while WRITE" in account.admin.fails("REVOKE READ ON FUTURE STAGES IN SCHEMA DB.S FROM ROLE WRITER").message


def test_grant_on_all_tables_counts_the_tables(account: Account) -> None:
    platform(account)
    make(account, Kind.TABLE, "DB.S.U", "OWNER")
    result = account.as_role("OWNER").run("GRANT SELECT ON ALL TABLES IN DATABASE DB TO ROLE READER")
    assert result.rows[0][0] == "Statement executed successfully. 2 objects affected."


def test_unknown_word_is_a_syntax_error(account: Account) -> None:
    platform(account)
    assert account.admin.fails("GRANT FLY ON TABLE DB.S.T TO ROLE READER").code == "001003"


def test_privilege_of_another_object_type_is_refused(account: Account) -> None:
    platform(account)
    error = account.admin.fails("GRANT SELECT ON SCHEMA DB.S TO ROLE READER")
    assert "Invalid privilege 'SELECT' for object type 'SCHEMA'" in error.message


@pytest.mark.parametrize(
    "sql",
    [
        "GRANT INHERITED SELECT ON ALL TABLES IN SCHEMA DB.S TO ROLE READER",
        "GRANT USAGE ON DATABASE DB TO APPLICATION X",
        "GRANT MANAGE GRANTS ON DATABASE DB TO ROLE READER",
        "GRANT SELECT ON ALL HYBRID TABLES IN SCHEMA DB.S TO ROLE READER",
        "GRANT SELECT ON FUTURE TAGS IN SCHEMA DB.S TO ROLE READER",
    ],
)
def test_known_but_missing_features_are_unsupported(account: Account, sql: str) -> None:
    platform(account)
    assert account.admin.fails(sql).code == "000002"


def test_grant_to_a_missing_role_names_the_role(account: Account) -> None:
    platform(account)
    error = account.admin.fails("GRANT SELECT ON TABLE DB.S.T TO ROLE NOBODY")
    assert (error.code, error.message) == (
        "002003",
        "SQL compilation error:\nRole 'NOBODY' does not exist or not authorized.",
    )


def test_role_without_any_right_does_not_see_the_object(account: Account) -> None:
    platform(account)
    assert account.as_role("READER").fails("GRANT SELECT ON TABLE DB.S.T TO ROLE WRITER").code == "002003"


def test_holder_without_grant_option_is_refused(account: Account) -> None:
    platform(account)
    owner = account.as_role("OWNER")
    owner.run("GRANT USAGE ON DATABASE DB TO ROLE READER")
    owner.run("GRANT USAGE ON SCHEMA DB.S TO ROLE READER")
    owner.run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER")
    assert account.as_role("READER").fails("GRANT SELECT ON TABLE DB.S.T TO ROLE WRITER").code == "003001"


def _reader_with_option(account: Account) -> None:
    platform(account)
    owner = account.as_role("OWNER")
    owner.run("GRANT USAGE ON DATABASE DB TO ROLE READER")
    owner.run("GRANT USAGE ON SCHEMA DB.S TO ROLE READER")
    owner.run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER WITH GRANT OPTION")


def test_holder_with_grant_option_passes_the_privilege_on(account: Account) -> None:
    _reader_with_option(account)
    account.as_role("READER").run("GRANT SELECT ON TABLE DB.S.T TO ROLE WRITER")
    (row,) = [r for r in account.admin.rows("SHOW GRANTS ON TABLE DB.S.T") if r["grantee_name"] == "WRITER"]
    assert (row["privilege"], row["granted_by"], row["grant_option"]) == ("SELECT", "READER", "false")


def test_grant_is_partial_where_only_some_privileges_can_be_granted(account: Account) -> None:
    _reader_with_option(account)
    error = account.as_role("READER").fails("GRANT SELECT, INSERT ON TABLE DB.S.T TO ROLE WRITER")
    assert (error.code, error.message) == ("003011", "Grant partially executed: privileges [INSERT] not granted.")
    assert held(account, "WRITER", "TABLE DB.S.T") == {"SELECT"}


def test_granting_again_without_option_keeps_the_option(account: Account) -> None:
    _reader_with_option(account)
    account.as_role("OWNER").run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER")
    (row,) = [r for r in account.admin.rows("SHOW GRANTS ON TABLE DB.S.T") if r["grantee_name"] == "READER"]
    assert row["grant_option"] == "true"


def test_manage_grants_grants_in_the_name_of_the_owner(account: Account) -> None:
    platform(account)
    account.as_role("SECURITYADMIN").run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER")
    (row,) = [r for r in account.admin.rows("SHOW GRANTS ON TABLE DB.S.T") if r["grantee_name"] == "READER"]
    assert (row["granted_by"], row["granted_by_role_type"]) == ("OWNER", "ROLE")


def test_reserved_global_privilege_cannot_be_granted_by_manage_grants(account: Account) -> None:
    roles(account, "RUNNER")
    assert account.as_role("SECURITYADMIN").fails("GRANT EXECUTE TASK ON ACCOUNT TO ROLE RUNNER").code == "003001"
    account.as_role("SECURITYADMIN").run("GRANT APPLY TAG ON ACCOUNT TO ROLE RUNNER")
    account.admin.run("GRANT EXECUTE TASK ON ACCOUNT TO ROLE RUNNER")
    assert held(account, "RUNNER", "ACCOUNT") == {"APPLY TAG", "EXECUTE TASK"}


def test_all_privileges_on_account_warn_of_what_the_organization_keeps(account: Account) -> None:
    roles(account, "RUNNER")
    error = account.admin.fails("GRANT ALL PRIVILEGES ON ACCOUNT TO ROLE RUNNER")
    assert error.code == "003011"
    assert "Grant partially executed" in error.message
    assert "MANAGE LISTING AUTO FULFILLMENT" in error.message
    assert "CREATE DATABASE" in held(account, "RUNNER", "ACCOUNT")


def test_warehouse_and_monitor_privileges_are_granted(account: Account) -> None:
    platform(account)
    make(account, Kind.WAREHOUSE, "WH", "ACCOUNTADMIN")
    make(account, Kind.RESOURCE_MONITOR, "RM", "ACCOUNTADMIN")
    account.admin.run("GRANT MODIFY, OPERATE, MONITOR ON WAREHOUSE WH TO ROLE OWNER")
    account.admin.run("GRANT MONITOR ON RESOURCE MONITOR RM TO ROLE OWNER")
    assert held(account, "OWNER", "WAREHOUSE WH") == {"MODIFY", "OPERATE", "MONITOR"}
    assert held(account, "OWNER", "RESOURCE MONITOR RM") == {"MONITOR"}


def test_procedure_is_named_with_its_argument_types(account: Account) -> None:
    platform(account)
    make(account, Kind.PROCEDURE, "DB.S.P(VARCHAR, NUMBER)", "OWNER", RETURNS="VARCHAR")
    account.as_role("OWNER").run('GRANT USAGE ON PROCEDURE "DB"."S"."P"(STRING, NUMBER(38, 0)) TO ROLE READER')
    (row,) = [
        r
        for r in account.admin.rows("SHOW GRANTS ON PROCEDURE DB.S.P(VARCHAR, NUMBER)")
        if r["grantee_name"] == "READER"
    ]
    assert (row["granted_on"], row["name"]) == ("PROCEDURE", 'DB.S."P(VARCHAR, NUMBER):VARCHAR"')


def test_role_owner_grants_the_role_to_any_user(account: Account) -> None:
    platform(account)
    account.as_role("USERADMIN").run("GRANT ROLE READER TO USER LOCAL_ADMIN")
    rows = account.admin.rows("SHOW GRANTS OF ROLE READER")
    assert [(r["role"], r["granted_to"], r["grantee_name"], r["granted_by"]) for r in rows] == [
        ("READER", "USER", "LOCAL_ADMIN", "USERADMIN")
    ]


def test_role_is_not_granted_by_who_only_holds_it(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT ROLE READER TO ROLE WRITER")
    assert account.as_role("WRITER").fails("GRANT ROLE READER TO ROLE OWNER").code == "003001"


def test_role_granted_with_grant_option_is_passed_on(account: Account) -> None:
    platform(account)
    account.admin.run("GRANT ROLE READER TO ROLE WRITER WITH GRANT OPTION")
    account.as_role("WRITER").run("GRANT ROLE READER TO ROLE OWNER")
    rows = account.admin.rows("SHOW GRANTS OF ROLE READER")
    assert {(r["grantee_name"], r["granted_by"]) for r in rows} == {("WRITER", "USERADMIN"), ("OWNER", "WRITER")}


def test_role_is_not_granted_to_a_user_with_grant_option(account: Account) -> None:
    platform(account)
    assert account.admin.fails("GRANT ROLE READER TO USER LOCAL_ADMIN WITH GRANT OPTION").code == "001003"


def test_circle_of_roles_is_refused(account: Account) -> None:
    roles(account, "A", "B", "C")
    account.admin.run("GRANT ROLE A TO ROLE B")
    account.admin.run("GRANT ROLE B TO ROLE C")
    assert "holds that role itself" in account.admin.fails("GRANT ROLE C TO ROLE A").message
    assert account.admin.fails("GRANT ROLE A TO ROLE A").code == "001008"


def test_system_role_is_granted_only_by_manage_grants(account: Account) -> None:
    platform(account)
    assert account.as_role("SYSADMIN").fails("GRANT ROLE SYSADMIN TO ROLE READER").code == "003001"
    account.as_role("SECURITYADMIN").run("GRANT ROLE SYSADMIN TO ROLE READER")
    (row,) = [r for r in account.admin.rows("SHOW GRANTS OF ROLE SYSADMIN") if r["grantee_name"] == "READER"]
    assert row["granted_by"] == "SECURITYADMIN"


def test_privilege_is_granted_to_a_user(account: Account) -> None:
    platform(account)
    account.as_role("OWNER").run("GRANT SELECT ON TABLE DB.S.T TO USER LOCAL_ADMIN")
    (row,) = [r for r in account.admin.rows("SHOW GRANTS ON TABLE DB.S.T") if r["granted_to"] == "USER"]
    assert (row["privilege"], row["grantee_name"]) == ("SELECT", "LOCAL_ADMIN")


@pytest.mark.parametrize(
    "sql",
    [
        "GRANT CREATE TABLE ON SCHEMA DB.S TO USER LOCAL_ADMIN",
        "GRANT SELECT ON FUTURE TABLES IN SCHEMA DB.S TO USER LOCAL_ADMIN",
    ],
)
def test_create_and_future_privileges_are_not_granted_to_users(account: Account, sql: str) -> None:
    platform(account)
    assert account.admin.fails(sql).code in ("001008", "000002")


def test_account_parameter_turns_grants_to_users_off(account: Account) -> None:
    platform(account)
    with account.catalogue.transaction():
        account.catalogue.update(account.catalogue.account, params={"DISABLE_USER_PRIVILEGE_GRANTS": "true"})
    error = account.admin.fails("GRANT SELECT ON TABLE DB.S.T TO USER LOCAL_ADMIN")
    assert "DISABLE_USER_PRIVILEGE_GRANTS" in error.message


def test_rename_keeps_grants(account: Account) -> None:
    platform(account)
    account.as_role("OWNER").run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER")
    account.as_role("USERADMIN").run("ALTER ROLE READER RENAME TO VIEWER")
    assert held(account, "VIEWER", "TABLE DB.S.T") == {"SELECT"}


def test_dropped_role_takes_its_grants_along(account: Account) -> None:
    platform(account)
    account.as_role("OWNER").run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER")
    account.as_role("OWNER").run("GRANT CREATE TABLE ON SCHEMA DB.S TO ROLE READER")
    account.admin.run("GRANT SELECT ON FUTURE TABLES IN SCHEMA DB.S TO ROLE READER")
    account.as_role("USERADMIN").run("DROP ROLE READER")
    assert {row["grantee_name"] for row in account.admin.rows("SHOW GRANTS ON TABLE DB.S.T")} == {"OWNER"}
    assert account.admin.rows("SHOW FUTURE GRANTS IN SCHEMA DB.S") == []


def test_role_that_drops_another_becomes_the_grantor_of_its_grants(account: Account) -> None:
    platform(account)
    account.as_role("OWNER").run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER")
    account.as_role("USERADMIN").run("DROP ROLE OWNER")
    rows = account.admin.rows("SHOW GRANTS ON TABLE DB.S.T")
    assert {(r["privilege"], r["grantee_name"], r["granted_by"]) for r in rows} == {
        ("OWNERSHIP", "USERADMIN", "USERADMIN"),
        ("SELECT", "READER", "USERADMIN"),
    }


def test_same_privilege_from_two_grantors_is_two_grants(account: Account) -> None:
    _reader_with_option(account)
    account.as_role("READER").run("GRANT SELECT ON TABLE DB.S.T TO ROLE WRITER")
    account.as_role("OWNER").run("GRANT SELECT ON TABLE DB.S.T TO ROLE WRITER")
    rows = [r for r in account.admin.rows("SHOW GRANTS ON TABLE DB.S.T") if r["grantee_name"] == "WRITER"]
    assert {r["granted_by"] for r in rows} == {"READER", "OWNER"}


def test_ownership_is_not_granted_like_a_privilege(account: Account) -> None:
    platform(account)
    error = account.admin.fails("GRANT SELECT, OWNERSHIP ON TABLE DB.S.T TO ROLE READER")
    assert "GRANT OWNERSHIP" in error.message
