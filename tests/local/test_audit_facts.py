"""What an audit must be able to find: each fact is planted as a careless hand would, and read where an audit reads."""

import pytest

from local.model import Kind
from tests.local.conftest import Account, Client
from tests.local.grants import held, platform, roles
from tests.local.test_inherited_grants import ENABLE


@pytest.fixture
def admin(account: Account) -> Client:
    platform(account)
    account.admin.run("CREATE USER ANN")
    return account.admin


def held_by(client: Client, grantee: str) -> set[tuple[str | None, ...]]:
    rows = client.rows(f"SHOW GRANTS TO {grantee}")
    return {(row["privilege"], row["granted_on"], row["name"]) for row in rows}


def test_privilege_granted_to_a_user(account: Account, admin: Client) -> None:
    account.as_role("OWNER").run("GRANT SELECT ON TABLE DB.S.T TO USER ANN")
    assert held_by(admin, "USER ANN") == {("SELECT", "TABLE", "DB.S.T")}


def test_chain_of_grant_options(account: Account, admin: Client) -> None:
    account.as_role("OWNER").run("GRANT SELECT ON TABLE DB.S.T TO ROLE READER WITH GRANT OPTION")
    account.as_role("OWNER").run("GRANT USAGE ON DATABASE DB TO ROLE READER")
    account.as_role("OWNER").run("GRANT USAGE ON SCHEMA DB.S TO ROLE READER")
    account.as_role("READER").run("GRANT SELECT ON TABLE DB.S.T TO ROLE WRITER WITH GRANT OPTION")
    rows = [row for row in admin.rows("SHOW GRANTS ON TABLE DB.S.T") if row["privilege"] == "SELECT"]
    assert [(row["grantee_name"], row["granted_by"], row["grant_option"]) for row in rows] == [
        ("READER", "OWNER", "true"), ("WRITER", "READER", "true"),
    ]  # fmt: skip


def test_all_privileges(account: Account, admin: Client) -> None:
    account.as_role("OWNER").run("GRANT ALL PRIVILEGES ON TABLE DB.S.T TO ROLE READER")
    assert {"SELECT", "INSERT", "DELETE", "TRUNCATE"} <= held(account, "READER", "TABLE DB.S.T")


def test_grant_to_public(account: Account, admin: Client) -> None:
    account.as_role("OWNER").run("GRANT USAGE ON DATABASE DB TO ROLE PUBLIC")
    assert ("USAGE", "DATABASE", "DB") in held_by(admin, "ROLE PUBLIC")


@pytest.mark.parametrize("role", ["SECURITY_VIEWER", "GOVERNANCE_VIEWER", "OBJECT_VIEWER", "USAGE_VIEWER"])
def test_database_role_of_snowflake(admin: Client, role: str) -> None:
    admin.run(f"GRANT DATABASE ROLE SNOWFLAKE.{role} TO ROLE READER")
    assert ("USAGE", "DATABASE_ROLE", f"SNOWFLAKE.{role}") in held_by(admin, "ROLE READER")


def test_imported_privileges_are_usage_on_the_database(admin: Client) -> None:
    admin.run("GRANT IMPORTED PRIVILEGES ON DATABASE SNOWFLAKE TO ROLE READER")
    assert held_by(admin, "ROLE READER") == {("USAGE", "DATABASE", "SNOWFLAKE")}


@pytest.mark.parametrize(
    "sql",
    [
        "GRANT INHERITED SELECT ON ALL VIEWS IN DATABASE SNOWFLAKE TO ROLE READER",
        "GRANT MANAGE GRANTS ON DATABASE SNOWFLAKE TO ROLE READER",
    ],
)
def test_nothing_else_is_granted_on_snowflake(admin: Client, sql: str) -> None:
    admin.run(ENABLE)
    assert "imported database" in admin.fails(sql).message


def test_inherited_grant_of_the_account_does_not_reach_snowflake(account: Account, admin: Client) -> None:
    admin.run(ENABLE)
    admin.run("GRANT INHERITED USAGE ON ALL DATABASES IN ACCOUNT TO ROLE READER")
    access = account.as_role("READER").context.access
    ours, theirs = (account.catalogue.find(Kind.DATABASE, (name,)) for name in ("DB", "SNOWFLAKE"))
    assert ours is not None
    assert theirs is not None
    assert "USAGE" in access.privileges(ours)
    assert "USAGE" not in access.privileges(theirs)


def test_legacy_service_user_with_a_password(admin: Client) -> None:
    admin.run("CREATE USER OLD TYPE = LEGACY_SERVICE PASSWORD = 'Init-pass-1234'")
    (row,) = admin.rows("SHOW USERS LIKE 'OLD'")
    assert (row["type"], row["has_password"]) == ("LEGACY_SERVICE", "true")


def test_bypass_of_the_second_factor(admin: Client) -> None:
    admin.run("ALTER USER ANN SET MINS_TO_BYPASS_MFA = 90")
    (row,) = admin.rows("SHOW USERS LIKE 'ANN'")
    assert row["mins_to_bypass_mfa"] in ("89", "90")
    admin.run("ALTER USER ANN SET DISABLE_MFA = TRUE")
    assert [row["mins_to_bypass_mfa"] for row in admin.rows("SHOW USERS LIKE 'ANN'")] == [None]


def test_admin_role_as_default_role(admin: Client) -> None:
    admin.run("ALTER USER ANN SET DEFAULT_ROLE = ACCOUNTADMIN DEFAULT_SECONDARY_ROLES = ('ALL')")
    assert [row["default_role"] for row in admin.rows("SHOW USERS LIKE 'ANN'")] == ["ACCOUNTADMIN"]


def test_network_rule_open_to_ipv6(account: Account, admin: Client) -> None:
    owner = account.as_role("OWNER")
    owner.run("CREATE NETWORK RULE DB.S.SIX TYPE = IPV6 MODE = INGRESS VALUE_LIST = ('::/0', '2001:db8::1')")
    (row,) = admin.rows("DESC NETWORK RULE DB.S.SIX")
    assert (row["type"], row["value_list"]) == ("IPV6", "::/0,2001:db8::1")
    assert owner.fails("CREATE NETWORK RULE DB.S.BAD TYPE = IPV6 VALUE_LIST = ('2001:db8::/129')").code == "001008"


def test_object_that_changed_its_owner_by_hand(account: Account, admin: Client) -> None:
    roles(account, "SOMEBODY")
    account.as_role("SECURITYADMIN").run("GRANT OWNERSHIP ON TABLE DB.S.T TO ROLE SOMEBODY COPY CURRENT GRANTS")
    owners = [
        row["grantee_name"] for row in admin.rows("SHOW GRANTS ON TABLE DB.S.T") if row["privilege"] == "OWNERSHIP"
    ]
    assert owners == ["SOMEBODY"]
    assert ("OWNERSHIP", "TABLE", "DB.S.T") in held_by(admin, "ROLE SOMEBODY")


def test_role_that_takes_over_a_users_credentials(admin: Client) -> None:
    admin.run("GRANT MODIFY PROGRAMMATIC AUTHENTICATION METHODS ON USER ANN TO ROLE READER")
    assert held_by(admin, "ROLE READER") == {("MODIFY PROGRAMMATIC AUTHENTICATION METHODS", "USER", "ANN")}
