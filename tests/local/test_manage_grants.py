"""MANAGE GRANTS on a database or schema: docs.snowflake.com, "Using container-level MANAGE GRANTS"."""

import pytest

from local.model import Kind
from tests.local.conftest import Account, Client
from tests.local.grants import held, make, platform, roles
from tests.local.test_inherited_grants import ENABLE

ON_DATABASE = "GRANT MANAGE GRANTS ON DATABASE DB TO ROLE LEAD"


@pytest.fixture
def lead(account: Account) -> Client:
    """Roles LEAD and NEXT hold nothing; OWNER owns DB, DB.S and table DB.S.T; container-level MANAGE GRANTS is on."""
    platform(account)
    roles(account, "LEAD", "NEXT")
    account.admin.run(ENABLE)
    return account.as_role("LEAD")


def security(account: Account) -> Client:
    return account.as_role("SECURITYADMIN")


@pytest.mark.parametrize("container", ["DATABASE DB", "SCHEMA DB.S"])
def test_its_holder_grants_on_what_is_inside(account: Account, lead: Client, container: str) -> None:
    security(account).run(f"GRANT MANAGE GRANTS ON {container} TO ROLE LEAD")
    lead.run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER")
    assert held(account, "READER", "TABLE DB.S.T") == {"SELECT"}


def test_its_holder_grants_on_the_container_itself(account: Account, lead: Client) -> None:
    security(account).run(ON_DATABASE)
    lead.run("GRANT USAGE ON DATABASE DB TO ROLE READER")
    assert held(account, "READER", "DATABASE DB") == {"USAGE"}


def test_its_holder_revokes_what_others_granted(account: Account, lead: Client) -> None:
    account.as_role("OWNER").run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER")
    security(account).run(ON_DATABASE)
    lead.run("REVOKE SELECT ON TABLE DB.S.T FROM ROLE READER")
    assert held(account, "READER", "TABLE DB.S.T") == set()


def test_its_holder_defines_future_grants_in_it(account: Account, lead: Client) -> None:
    security(account).run("GRANT MANAGE GRANTS ON SCHEMA DB.S TO ROLE LEAD")
    lead.run("GRANT SELECT ON FUTURE TABLES IN SCHEMA DB.S TO ROLE READER")
    assert len(account.admin.rows("SHOW FUTURE GRANTS IN SCHEMA DB.S")) == 1


def test_it_ends_at_the_container(account: Account, lead: Client) -> None:
    make(account, Kind.DATABASE, "ELSEWHERE", "OWNER")
    security(account).run(ON_DATABASE)
    assert lead.fails("GRANT USAGE ON DATABASE ELSEWHERE TO ROLE READER").code == "002003"


def test_on_a_schema_it_does_not_reach_the_next(account: Account, lead: Client) -> None:
    make(account, Kind.SCHEMA, "DB.X", "OWNER")
    make(account, Kind.TABLE, "DB.X.T", "OWNER")
    security(account).run("GRANT MANAGE GRANTS ON SCHEMA DB.S TO ROLE LEAD")
    assert lead.fails("GRANT SELECT ON TABLE DB.X.T TO ROLE READER").code == "002003"


def test_its_holder_sees_what_is_inside_but_may_not_read_it(account: Account, lead: Client) -> None:
    security(account).run(ON_DATABASE)
    assert [row["name"] for row in lead.rows("SHOW TABLES IN DATABASE DB")] == ["T"]
    assert lead.fails("SELECT * FROM DB.S.T").code in ("000606", "003001")


def test_owning_the_container_does_not_give_it(account: Account, lead: Client) -> None:
    assert account.as_role("OWNER").fails(ON_DATABASE).code == "003001"


def test_all_privileges_does_not_give_it(account: Account, lead: Client) -> None:
    security(account).run("GRANT ALL PRIVILEGES ON DATABASE DB TO ROLE LEAD")
    assert "MANAGE GRANTS" not in held(account, "LEAD", "DATABASE DB")


def test_it_is_not_passed_on_without_grant_option(account: Account, lead: Client) -> None:
    security(account).run(ON_DATABASE)
    assert lead.fails("GRANT MANAGE GRANTS ON SCHEMA DB.S TO ROLE NEXT").code == "003001"
    assert lead.fails("GRANT MANAGE GRANTS ON DATABASE DB TO ROLE NEXT").code == "003001"


def test_with_grant_option_it_is_passed_on_below(account: Account, lead: Client) -> None:
    security(account).run(f"{ON_DATABASE} WITH GRANT OPTION")
    lead.run("GRANT MANAGE GRANTS ON SCHEMA DB.S TO ROLE NEXT")
    account.as_role("NEXT").run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER")
    (row,) = [row for row in account.admin.rows("SHOW GRANTS ON SCHEMA DB.S") if row["grantee_name"] == "NEXT"]
    assert (row["privilege"], row["granted_by"], row["is_inherited"]) == ("MANAGE GRANTS", "LEAD", "false")


def test_revoke_is_refused_while_it_was_passed_on(account: Account, lead: Client) -> None:
    security(account).run(f"{ON_DATABASE} WITH GRANT OPTION")
    lead.run("GRANT MANAGE GRANTS ON SCHEMA DB.S TO ROLE NEXT")
    assert security(account).fails("REVOKE MANAGE GRANTS ON DATABASE DB FROM ROLE LEAD").code == "003935"
    assert held(account, "LEAD", "DATABASE DB") == {"MANAGE GRANTS"}


def test_cascade_takes_what_was_passed_on_and_nothing_else(account: Account, lead: Client) -> None:
    security(account).run(f"{ON_DATABASE} WITH GRANT OPTION")
    lead.run("GRANT MANAGE GRANTS ON SCHEMA DB.S TO ROLE NEXT")
    lead.run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER")
    lead.run("GRANT INHERITED SELECT ON ALL TABLES IN DATABASE DB TO ROLE WRITER")
    security(account).run("REVOKE MANAGE GRANTS ON DATABASE DB FROM ROLE LEAD CASCADE")
    assert held(account, "NEXT", "SCHEMA DB.S") == set()
    assert held(account, "READER", "TABLE DB.S.T") == {"SELECT"}
    assert held(account, "WRITER", "TABLE DB.S.T") == {"SELECT"}


def test_cascade_on_the_account_reaches_containers(account: Account, lead: Client) -> None:
    security(account).run("GRANT MANAGE GRANTS ON ACCOUNT TO ROLE LEAD WITH GRANT OPTION")
    lead.run("GRANT MANAGE GRANTS ON DATABASE DB TO ROLE NEXT")
    security(account).run("REVOKE MANAGE GRANTS ON ACCOUNT FROM ROLE LEAD CASCADE")
    assert held(account, "NEXT", "DATABASE DB") == set()


def test_it_does_not_transfer_ownership(account: Account, lead: Client) -> None:
    security(account).run(f"{ON_DATABASE} WITH GRANT OPTION")
    assert lead.fails("GRANT OWNERSHIP ON TABLE DB.S.T TO ROLE LEAD COPY CURRENT GRANTS").code == "003001"


def test_it_does_not_transfer_ownership_in_a_managed_schema(account: Account, lead: Client) -> None:
    make(account, Kind.SCHEMA, "DB.M", "OWNER", MANAGED_ACCESS=True)
    make(account, Kind.TABLE, "DB.M.T", "OWNER")
    security(account).run(ON_DATABASE)
    assert lead.fails("GRANT OWNERSHIP ON TABLE DB.M.T TO ROLE OWNER").code == "003001"


def test_what_runs_as_its_owner_goes_only_to_an_active_role(account: Account, lead: Client) -> None:
    make(account, Kind.VIEW, "DB.S.V", "OWNER")
    assert account.as_role("OWNER").fails("GRANT OWNERSHIP ON VIEW DB.S.V TO ROLE READER").code == "003001"
    security(account).run("GRANT ROLE READER TO ROLE OWNER")
    account.as_role("OWNER").run("GRANT OWNERSHIP ON VIEW DB.S.V TO ROLE READER")


@pytest.mark.parametrize(
    "sql",
    [
        "GRANT MANAGE GRANTS ON ALL SCHEMAS IN DATABASE DB TO ROLE LEAD",
        "GRANT MANAGE GRANTS ON FUTURE SCHEMAS IN DATABASE DB TO ROLE LEAD",
        "GRANT MANAGE GRANTS ON DATABASE DB TO USER LOCAL_ADMIN",
    ],
)
def test_it_is_granted_on_one_container_to_a_role(account: Account, lead: Client, sql: str) -> None:
    assert account.admin.fails(sql).code == "000002"


def test_it_needs_the_opt_in(account: Account) -> None:
    platform(account)
    assert account.admin.fails("GRANT MANAGE GRANTS ON DATABASE DB TO ROLE READER").code == "000002"
