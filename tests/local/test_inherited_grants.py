"""Grants on a container that cover every object of a type in it: docs.snowflake.com, "Using inherited grants"."""

from pathlib import Path

import pytest

from local.catalogue import Catalogue
from local.genesis import create_account
from local.model import Kind
from local.store import Store
from tests.local.conftest import Account, Client
from tests.local.grants import make, platform, roles

ENABLE = "ALTER ACCOUNT SET FEATURE_RBAC_INHERITED_GRANTS = 'ENABLED'"
IN_DATABASE = "GRANT INHERITED SELECT ON ALL TABLES IN DATABASE DB TO ROLE READER"
QUERY = "SELECT * FROM DB.S.T"


@pytest.fixture
def reader(account: Account) -> Client:
    """READER may look into DB and DB.S, where OWNER has table T, and may compute; inherited grants are on."""
    admin = account.admin
    admin.run(ENABLE)
    roles(account, "OWNER", "READER", "OTHER")
    admin.run("CREATE WAREHOUSE COMPUTE_WH INITIALLY_SUSPENDED = TRUE")
    admin.run("GRANT USAGE ON WAREHOUSE COMPUTE_WH TO ROLE PUBLIC")
    make(account, Kind.DATABASE, "DB", "OWNER")
    owner = account.as_role("OWNER")
    owner.run("CREATE SCHEMA DB.S")
    owner.run("CREATE TABLE DB.S.T (A INT)")
    for sql in ("GRANT USAGE ON DATABASE DB TO ROLE READER", "GRANT USAGE ON SCHEMA DB.S TO ROLE READER"):
        owner.run(sql)
    client = account.as_role("READER")
    client.run("USE WAREHOUSE COMPUTE_WH")
    return client


def security(account: Account) -> Client:
    return account.as_role("SECURITYADMIN")


# Access


def test_role_reads_a_table_through_an_inherited_grant(account: Account, reader: Client) -> None:
    security(account).run(IN_DATABASE)
    assert reader.run(QUERY).rows == []


def test_without_it_the_table_is_hidden(reader: Client) -> None:
    assert reader.fails(QUERY).code == "002003"


def test_a_table_made_later_is_covered(account: Account, reader: Client) -> None:
    security(account).run(IN_DATABASE)
    account.as_role("OWNER").run("CREATE TABLE DB.S.LATER (A INT)")
    assert reader.run("SELECT * FROM DB.S.LATER").rows == []


def test_a_table_moved_into_the_schema_is_covered(account: Account, reader: Client) -> None:
    owner = account.as_role("OWNER")
    owner.run("CREATE SCHEMA DB.X")
    owner.run("CREATE TABLE DB.X.MOVED (A INT)")
    security(account).run("GRANT INHERITED SELECT ON ALL TABLES IN SCHEMA DB.S TO ROLE READER")
    owner.run("ALTER TABLE DB.X.MOVED RENAME TO DB.S.MOVED")
    assert reader.run("SELECT * FROM DB.S.MOVED").rows == []


@pytest.mark.parametrize("place", ["ACCOUNT", "DATABASE DB", "SCHEMA DB.S"])
def test_after_revoke_the_table_is_hidden_again(account: Account, reader: Client, place: str) -> None:
    security(account).run(f"GRANT INHERITED SELECT ON ALL TABLES IN {place} TO ROLE READER")
    reader.run(QUERY)
    security(account).run(f"REVOKE INHERITED SELECT ON ALL TABLES IN {place} FROM ROLE READER")  # noqa: S608
    assert reader.fails(QUERY).code == "002003"


def test_other_privileges_are_not_covered(account: Account, reader: Client) -> None:
    security(account).run(IN_DATABASE)
    assert reader.fails("DELETE FROM DB.S.T").code == "003001"


def test_other_types_are_not_covered(account: Account, reader: Client) -> None:
    account.as_role("OWNER").run("CREATE VIEW DB.S.V AS SELECT A FROM DB.S.T")
    security(account).run(IN_DATABASE)
    assert reader.fails("SELECT * FROM DB.S.V").code == "002003"


def test_another_container_is_not_covered(account: Account, reader: Client) -> None:
    account.as_role("OWNER").run("CREATE SCHEMA DB.X")
    security(account).run("GRANT INHERITED SELECT ON ALL TABLES IN SCHEMA DB.X TO ROLE READER")
    assert reader.fails(QUERY).code == "002003"


def test_an_object_level_revoke_does_not_override_it(account: Account, reader: Client) -> None:
    security(account).run(IN_DATABASE)
    security(account).run("REVOKE SELECT ON TABLE DB.S.T FROM ROLE READER")
    assert reader.run(QUERY).rows == []


def test_revoke_of_the_inherited_grant_leaves_a_direct_one(account: Account, reader: Client) -> None:
    security(account).run(IN_DATABASE)
    security(account).run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER")
    security(account).run("REVOKE INHERITED SELECT ON ALL TABLES IN DATABASE DB FROM ROLE READER")
    assert reader.run(QUERY).rows == []


def test_revoke_in_the_database_leaves_the_grant_in_its_schema(account: Account, reader: Client) -> None:
    security(account).run(IN_DATABASE)
    security(account).run("GRANT INHERITED SELECT ON ALL TABLES IN SCHEMA DB.S TO ROLE READER")
    security(account).run("REVOKE INHERITED SELECT ON ALL TABLES IN DATABASE DB FROM ROLE READER")
    assert reader.run(QUERY).rows == []


def test_usage_on_the_containers_is_still_needed(account: Account, reader: Client) -> None:
    security(account).run(IN_DATABASE)
    security(account).run("REVOKE USAGE ON SCHEMA DB.S FROM ROLE READER")
    assert reader.fails(QUERY).code == "002003"


def test_usage_on_schemas_may_be_inherited_too(account: Account, reader: Client) -> None:
    security(account).run("REVOKE USAGE ON SCHEMA DB.S FROM ROLE READER")
    security(account).run("GRANT INHERITED USAGE ON ALL SCHEMAS IN DATABASE DB TO ROLE READER")
    security(account).run(IN_DATABASE)
    assert reader.run(QUERY).rows == []


def test_a_role_above_the_grantee_has_it_too(account: Account, reader: Client) -> None:
    security(account).run(IN_DATABASE)
    security(account).run("GRANT ROLE READER TO ROLE OTHER")
    other = account.as_role("OTHER")
    other.run("USE WAREHOUSE COMPUTE_WH")
    assert other.run(QUERY).rows == []


def test_warehouses_of_the_account_may_be_used_through_it(account: Account, reader: Client) -> None:
    account.admin.run("CREATE WAREHOUSE NEXT_WH INITIALLY_SUSPENDED = TRUE")
    security(account).run("GRANT INHERITED USAGE ON ALL WAREHOUSES IN ACCOUNT TO ROLE READER")
    reader.run("USE WAREHOUSE NEXT_WH")
    assert reader.run("SELECT CURRENT_WAREHOUSE()").rows == (("NEXT_WH",),)


def test_a_database_role_may_hold_it_in_its_own_database(account: Account, reader: Client) -> None:
    make(account, Kind.DATABASE_ROLE, "DB.R", "OWNER")
    security(account).run("GRANT INHERITED SELECT ON ALL TABLES IN DATABASE DB TO DATABASE ROLE DB.R")
    security(account).run("GRANT DATABASE ROLE DB.R TO ROLE READER")
    assert reader.run(QUERY).rows == []


def test_a_database_role_may_not_hold_it_in_the_account(account: Account, reader: Client) -> None:
    make(account, Kind.DATABASE_ROLE, "DB.R", "OWNER")
    error = account.admin.fails("GRANT INHERITED SELECT ON ALL TABLES IN ACCOUNT TO DATABASE ROLE DB.R")
    assert "its own database" in error.message


def test_what_a_user_holds_counts_with_all_secondary_roles(account: Account, reader: Client) -> None:
    security(account).run("GRANT INHERITED SELECT ON ALL TABLES IN SCHEMA DB.S TO USER LOCAL_ADMIN")
    assert reader.fails(QUERY).code == "002003"
    reader.run("USE SECONDARY ROLES ALL")
    assert reader.run(QUERY).rows == []


def test_a_stage_has_only_the_privileges_of_its_sort(account: Account, reader: Client) -> None:
    account.as_role("OWNER").run("CREATE STAGE DB.S.INSIDE")
    security(account).run("GRANT INHERITED READ, WRITE, USAGE ON ALL STAGES IN SCHEMA DB.S TO ROLE READER")
    stage = account.catalogue.find(Kind.STAGE, ("DB", "S", "INSIDE"))
    assert stage is not None
    assert reader.context.access.privileges(stage) == {"READ", "WRITE"}


def test_information_schema_shows_what_it_covers(account: Account, reader: Client) -> None:
    query = "SELECT TABLE_NAME FROM DB.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'S'"
    assert len(reader.run(query).rows) == 0
    security(account).run(IN_DATABASE)
    assert [row[0] for row in reader.run(query).rows] == ["T"]


def test_off_means_that_existing_inherited_grants_do_not_count(account: Account, reader: Client) -> None:
    security(account).run(IN_DATABASE)
    account.admin.run("ALTER ACCOUNT SET FEATURE_RBAC_INHERITED_GRANTS = 'DISABLED'")
    assert reader.fails(QUERY).code == "002003"
    account.admin.run(ENABLE)
    assert reader.run(QUERY).rows == []


# Who may, and what may not be


def test_it_is_off_until_the_account_opts_in(account: Account) -> None:
    platform(account)
    error = account.admin.fails(IN_DATABASE)
    assert (error.code, "FEATURE_RBAC_INHERITED_GRANTS" in error.message) == ("000002", True)


def test_owning_the_database_does_not_suffice(account: Account, reader: Client) -> None:
    assert account.as_role("OWNER").fails(IN_DATABASE).code == "003001"


def test_manage_grants_on_the_database_suffices_there(account: Account, reader: Client) -> None:
    security(account).run("GRANT MANAGE GRANTS ON DATABASE DB TO ROLE OTHER")
    account.as_role("OTHER").run(IN_DATABASE)
    assert reader.run(QUERY).rows == []


def test_manage_grants_on_a_schema_does_not_reach_its_database(account: Account, reader: Client) -> None:
    security(account).run("GRANT MANAGE GRANTS ON SCHEMA DB.S TO ROLE OTHER")
    account.as_role("OTHER").run("GRANT INHERITED SELECT ON ALL TABLES IN SCHEMA DB.S TO ROLE READER")
    security(account).run("GRANT USAGE ON DATABASE DB TO ROLE OTHER")
    assert account.as_role("OTHER").fails(IN_DATABASE).code == "003001"


def test_anybody_with_manage_grants_may_revoke_it(account: Account, reader: Client) -> None:
    security(account).run(IN_DATABASE)
    security(account).run("GRANT MANAGE GRANTS ON DATABASE DB TO ROLE OTHER")
    account.as_role("OTHER").run("REVOKE INHERITED SELECT ON ALL TABLES IN DATABASE DB FROM ROLE READER")
    assert reader.fails(QUERY).code == "002003"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (f"{IN_DATABASE} WITH GRANT OPTION", "001003"),
        ("REVOKE INHERITED SELECT ON ALL TABLES IN DATABASE DB FROM ROLE READER CASCADE", "001003"),
        ("REVOKE INHERITED SELECT ON ALL TABLES IN DATABASE DB FROM ROLE READER RESTRICT", "001003"),
        ("GRANT INHERITED SELECT ON TABLE DB.S.T TO ROLE READER", "001003"),
        ("GRANT INHERITED SELECT ON FUTURE TABLES IN DATABASE DB TO ROLE READER", "001003"),
        ("GRANT INHERITED OWNERSHIP ON ALL TABLES IN DATABASE DB TO ROLE READER", "001008"),
        ("GRANT INHERITED MANAGE WAREHOUSES ON ALL WAREHOUSES IN ACCOUNT TO ROLE READER", "001008"),
        ("GRANT INHERITED USAGE ON ALL ROLES IN ACCOUNT TO ROLE READER", "001008"),
        ("GRANT INHERITED USAGE ON ALL USERS IN ACCOUNT TO ROLE READER", "001008"),
        ("GRANT INHERITED USAGE ON ALL STREAMLITS IN DATABASE DB TO ROLE READER", "001008"),
        ("GRANT INHERITED ALL ON ALL STREAMLITS IN DATABASE DB TO ROLE READER", "001008"),
        ("GRANT INHERITED SELECT ON ALL SCHEMAS IN DATABASE DB TO ROLE READER", "001008"),
        ("GRANT INHERITED USAGE ON ALL WAREHOUSES IN DATABASE DB TO ROLE READER", "001008"),
        ("GRANT INHERITED USAGE ON ALL SCHEMAS IN SCHEMA DB.S TO ROLE READER", "001008"),
        ("GRANT INHERITED WRITE ON ALL STAGES IN SCHEMA DB.S TO ROLE READER", "001008"),
        ("GRANT INHERITED MANAGE GRANTS ON ALL SCHEMAS IN DATABASE DB TO ROLE READER", "000002"),
        ("GRANT INHERITED USAGE ON ALL INTEGRATIONS IN ACCOUNT TO ROLE READER", "001008"),
        ("GRANT INHERITED SELECT ON ALL TABLES IN DATABASE NONE TO ROLE READER", "002003"),
    ],
)
def test_what_cannot_be_inherited_is_refused(account: Account, reader: Client, sql: str, code: str) -> None:
    assert account.admin.fails(sql).code == code


def test_account_parameter_takes_only_its_two_words(account: Account) -> None:
    error = account.admin.fails("ALTER ACCOUNT SET FEATURE_RBAC_INHERITED_GRANTS = 'SOMETIMES'")
    assert error.code == "001008"


# SHOW


def test_it_is_listed_on_its_container(account: Account, reader: Client) -> None:
    security(account).run("GRANT INHERITED INSERT, SELECT ON ALL TABLES IN SCHEMA DB.S TO ROLE READER")
    first, second = account.admin.rows("SHOW INHERITED GRANTS IN SCHEMA DB.S")
    first.pop("created_on")
    assert second["privilege"] == "SELECT"
    assert first == {
        "privilege": "INSERT", "granted_on": "TABLE", "name": "", "granted_to": "ROLE", "grantee_name": "READER",
        "grant_option": "false", "granted_by": "SECURITYADMIN", "is_inherited": "true", "inherited_from": "SCHEMA",
        "inherited_from_database": "DB", "inherited_from_schema": "S",
    }  # fmt: skip


def test_each_container_lists_only_its_own(account: Account, reader: Client) -> None:
    security(account).run(IN_DATABASE)
    security(account).run("GRANT INHERITED USAGE ON ALL WAREHOUSES IN ACCOUNT TO ROLE READER")
    account_rows = account.admin.rows("SHOW INHERITED GRANTS IN ACCOUNT")
    database_rows = account.admin.rows("SHOW INHERITED GRANTS IN DATABASE DB")
    schema_rows = account.admin.rows("SHOW INHERITED GRANTS IN SCHEMA DB.S")
    assert [(row["granted_on"], row["inherited_from"]) for row in account_rows] == [("WAREHOUSE", "ACCOUNT")]
    assert [(row["granted_on"], row["inherited_from_database"]) for row in database_rows] == [("TABLE", "DB")]
    assert schema_rows == []


def test_it_is_listed_on_a_covered_object_by_name(account: Account, reader: Client) -> None:
    security(account).run(IN_DATABASE)
    rows = [row for row in account.admin.rows("SHOW GRANTS ON TABLE DB.S.T") if row["is_inherited"] == "true"]
    assert [(row["privilege"], row["name"], row["grantee_name"], row["inherited_from"]) for row in rows] == [
        ("SELECT", "DB.S.T", "READER", "DATABASE")
    ]


def test_a_direct_grant_is_told_apart(account: Account, reader: Client) -> None:
    security(account).run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER")
    (row,) = [row for row in account.admin.rows("SHOW GRANTS ON TABLE DB.S.T") if row["grantee_name"] == "READER"]
    assert (row["is_inherited"], row["inherited_from"], row["inherited_from_database"]) == ("false", None, None)


def test_a_role_lists_it_without_a_name(account: Account, reader: Client) -> None:
    security(account).run(IN_DATABASE)
    rows = [row for row in account.admin.rows("SHOW GRANTS TO ROLE READER") if row["is_inherited"] == "true"]
    assert [(row["privilege"], row["granted_on"], row["name"]) for row in rows] == [("SELECT", "TABLE", "")]


def test_a_user_lists_it_too(account: Account, reader: Client) -> None:
    security(account).run("GRANT INHERITED SELECT ON ALL TABLES IN SCHEMA DB.S TO USER LOCAL_ADMIN")
    rows = [row for row in account.admin.rows("SHOW GRANTS TO USER LOCAL_ADMIN") if row["is_inherited"] == "true"]
    assert [(row["privilege"], row["role"], row["inherited_from_schema"]) for row in rows] == [("SELECT", None, "S")]


def test_all_privileges_leaves_out_what_cannot_be_inherited(account: Account, reader: Client) -> None:
    security(account).run("GRANT INHERITED ALL PRIVILEGES ON ALL SCHEMAS IN DATABASE DB TO ROLE READER")
    found = {row["privilege"] for row in account.admin.rows("SHOW INHERITED GRANTS IN DATABASE DB")}
    assert {"USAGE", "CREATE TABLE"} <= found
    assert found.isdisjoint({"OWNERSHIP", "MANAGE GRANTS"})


# What it does to the records


def test_granting_twice_is_one_grant(account: Account, reader: Client) -> None:
    security(account).run(IN_DATABASE)
    security(account).run(IN_DATABASE)
    assert len(account.admin.rows("SHOW INHERITED GRANTS IN DATABASE DB")) == 1


@pytest.mark.parametrize("sql", ["DROP SCHEMA DB.S", "DROP DATABASE DB", "DROP ROLE READER"])
def test_it_goes_with_its_container_and_with_its_grantee(account: Account, reader: Client, sql: str) -> None:
    security(account).run("GRANT INHERITED SELECT ON ALL TABLES IN SCHEMA DB.S TO ROLE READER")
    account.as_role("USERADMIN" if "ROLE" in sql else "OWNER").run(sql)
    assert len(account.catalogue.inherited) == 0


def test_it_survives_the_role_that_granted_it(account: Account, reader: Client) -> None:
    security(account).run("GRANT MANAGE GRANTS ON DATABASE DB TO ROLE OTHER")
    account.as_role("OTHER").run(IN_DATABASE)
    account.as_role("USERADMIN").run("DROP ROLE OTHER")
    (row,) = account.admin.rows("SHOW INHERITED GRANTS IN DATABASE DB")
    assert row["granted_by"] == "USERADMIN"


def test_it_is_there_after_a_restart(tmp_path: Path) -> None:
    catalogue = Catalogue(Store(tmp_path / "catalogue.sqlite"))
    create_account(
        catalogue, account="MAIN", account_id="LM1", edition="ENTERPRISE", administrator="LOCAL_ADMIN", public_key="key"
    )
    admin = Account(catalogue).admin
    admin.run(ENABLE)
    admin.run("GRANT INHERITED USAGE ON ALL WAREHOUSES IN ACCOUNT TO ROLE PUBLIC")
    catalogue.close()
    again = Account(Catalogue(Store(tmp_path / "catalogue.sqlite")))
    (row,) = again.admin.rows("SHOW INHERITED GRANTS IN ACCOUNT")
    assert (row["privilege"], row["grantee_name"]) == ("USAGE", "PUBLIC")
    again.catalogue.close()


def test_a_task_runs_on_a_warehouse_that_its_owner_has_through_it(account: Account, reader: Client) -> None:
    account.admin.run("CREATE WAREHOUSE TASK_WH INITIALLY_SUSPENDED = TRUE")
    account.admin.run("GRANT EXECUTE TASK ON ACCOUNT TO ROLE OWNER")
    security(account).run("GRANT INHERITED USAGE ON ALL WAREHOUSES IN ACCOUNT TO ROLE OWNER")
    owner = account.as_role("OWNER")
    owner.run("CREATE TASK DB.S.JOB WAREHOUSE = TASK_WH SCHEDULE = '60 MINUTE' AS SELECT 1")
    security(account).run("REVOKE INHERITED USAGE ON ALL WAREHOUSES IN ACCOUNT FROM ROLE OWNER")
    assert owner.fails("ALTER TASK DB.S.JOB RESUME").code == "091089"
    security(account).run("GRANT INHERITED USAGE ON ALL WAREHOUSES IN ACCOUNT TO ROLE OWNER")
    owner.run("ALTER TASK DB.S.JOB RESUME")
