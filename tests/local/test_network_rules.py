import pytest

from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    client.run("CREATE DATABASE D")
    client.run("CREATE SCHEMA D.S")
    return client


def test_rule_is_shown_and_described_as_the_provider_reads_it(admin: Client) -> None:
    admin.run(
        """CREATE NETWORK RULE "D"."S"."OFFICE" TYPE = IPV4 VALUE_LIST = ('10.1.0.0/16', '192.168.0.1') """
        """MODE = INGRESS COMMENT = 'office'"""
    )
    (row,) = admin.rows("""SHOW NETWORK RULES LIKE 'OFFICE' IN SCHEMA "D"."S\"""")
    assert row.pop("created_on") is not None
    assert row == {
        "name": "OFFICE",
        "database_name": "D",
        "schema_name": "S",
        "owner": "ACCOUNTADMIN",
        "comment": "office",
        "type": "IPV4",
        "mode": "INGRESS",
        "entries_in_valuelist": "2",
        "owner_role_type": "ROLE",
    }
    (row,) = admin.rows("DESCRIBE NETWORK RULE D.S.OFFICE")
    assert row["value_list"] == "10.1.0.0/16,192.168.0.1"


def test_values_and_comment_change_in_place(admin: Client) -> None:
    admin.run("CREATE NETWORK RULE D.S.R TYPE = IPV4 VALUE_LIST = ('10.0.0.0/8')")
    admin.run("ALTER NETWORK RULE D.S.R SET VALUE_LIST = ('10.2.0.0/16'), COMMENT = 'c'")
    (row,) = admin.rows("DESC NETWORK RULE D.S.R")
    assert (row["value_list"], row["comment"]) == ("10.2.0.0/16", "c")
    admin.run("ALTER NETWORK RULE D.S.R UNSET VALUE_LIST, COMMENT")
    (row,) = admin.rows("DESC NETWORK RULE D.S.R")
    assert (row["value_list"], row["comment"], row["entries_in_valuelist"]) == ("", "", "0")


@pytest.mark.parametrize(
    "properties",
    [
        "TYPE = IPV4 VALUE_LIST = ('10.0.0.300')",
        "TYPE = IPV4 VALUE_LIST = ('vpce-1')",
        "TYPE = IPV6 VALUE_LIST = ('10.0.0.1')",
        "TYPE = AWSVPCEID VALUE_LIST = ('10.0.0.1')",
        "TYPE = IPV4 MODE = EGRESS VALUE_LIST = ()",
        "TYPE = HOST_PORT MODE = EGRESS VALUE_LIST = ('host:port')",
        "TYPE = TELEPATHY VALUE_LIST = ()",
        "VALUE_LIST = ()",
        "TYPE = IPV4",
    ],
)
def test_rule_with_values_that_do_not_fit_is_refused(admin: Client, properties: str) -> None:
    assert admin.fails(f"CREATE NETWORK RULE D.S.R {properties}").code in ("001008", "002029")


def test_type_of_a_rule_cannot_be_altered(admin: Client) -> None:
    admin.run("CREATE NETWORK RULE D.S.R TYPE = IPV4 VALUE_LIST = ()")
    error = admin.fails("ALTER NETWORK RULE D.S.R SET TYPE = IPV6")
    assert (error.code, error.message.splitlines()[1]) == ("001420", "invalid property 'TYPE' for 'NETWORK_RULE'")


def test_rule_of_a_network_policy_is_neither_dropped_nor_replaced(admin: Client) -> None:
    admin.run("CREATE NETWORK RULE D.S.R TYPE = IPV4 VALUE_LIST = ()")
    admin.run("CREATE NETWORK POLICY P ALLOWED_NETWORK_RULE_LIST = (D.S.R)")
    assert "associated with some network policies" in admin.fails("DROP NETWORK RULE D.S.R").message
    admin.fails("CREATE OR REPLACE NETWORK RULE D.S.R TYPE = IPV4 VALUE_LIST = ()")
    admin.run("DROP NETWORK POLICY P")
    admin.run("DROP NETWORK RULE D.S.R")
    assert admin.rows("SHOW NETWORK RULES IN ACCOUNT") == []


def test_role_without_the_right_to_create_rules_is_refused(account: Account, admin: Client) -> None:
    admin.run("CREATE ROLE R")
    admin.run("GRANT USAGE ON DATABASE D TO ROLE R")
    admin.run("GRANT USAGE ON SCHEMA D.S TO ROLE R")
    assert account.as_role("R").fails("CREATE NETWORK RULE D.S.R TYPE = IPV4 VALUE_LIST = ()").code == "003001"
