import json

import pytest

from local.errors import SnowflakeError
from local.model import Kind, Obj
from local.network import allows, effective_policy, require_requestor_allowed
from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    client.run("CREATE DATABASE D")
    client.run("CREATE SCHEMA D.S")
    client.run("CREATE NETWORK RULE D.S.OFFICE TYPE = IPV4 VALUE_LIST = ('10.0.0.0/8')")
    client.run("CREATE NETWORK RULE D.S.GUESTS TYPE = IPV4 VALUE_LIST = ('10.9.0.0/16')")
    client.run("CREATE NETWORK RULE D.S.SIX TYPE = IPV6 VALUE_LIST = ('2001:db8::/32')")
    client.run("CREATE NETWORK RULE D.S.LINK TYPE = AWSVPCEID VALUE_LIST = ('vpce-0abc')")
    return client


def policy(client: Client, name: str = "P") -> Obj:
    found = client.context.catalogue.find(Kind.NETWORK_POLICY, (name,))
    assert found is not None
    return found


def attach(client: Client, holder: Obj, name: str = "P") -> None:
    catalogue = client.context.catalogue
    with catalogue.transaction():
        catalogue.update(holder, params={**holder.params, "NETWORK_POLICY": name})


def test_policy_is_shown_and_described_as_the_provider_reads_it(admin: Client) -> None:
    admin.run(
        """CREATE NETWORK POLICY "P" ALLOWED_NETWORK_RULE_LIST = ("D"."S"."OFFICE") ALLOWED_IP_LIST = ('10.0.0.0/8') """
        """BLOCKED_IP_LIST = ('10.9.9.9') COMMENT = 'np'"""
    )
    (row,) = admin.rows("SHOW NETWORK POLICIES LIKE 'P'")
    assert row.pop("created_on") is not None
    assert row == {
        "name": "P",
        "comment": "np",
        "entries_in_allowed_ip_list": "1",
        "entries_in_blocked_ip_list": "1",
        "entries_in_allowed_network_rules": "1",
        "entries_in_blocked_network_rules": "0",
    }
    rows = {str(row["name"]): str(row["value"]) for row in admin.rows('DESCRIBE NETWORK POLICY "P"')}
    assert rows["ALLOWED_IP_LIST"] == "10.0.0.0/8"
    assert json.loads(rows["ALLOWED_NETWORK_RULE_LIST"]) == [{"fullyQualifiedRuleName": "D.S.OFFICE"}]
    assert "BLOCKED_NETWORK_RULE_LIST" not in rows


def test_lists_are_set_unset_added_to_and_taken_from(admin: Client) -> None:
    admin.run("CREATE NETWORK POLICY P ALLOWED_IP_LIST = ('10.0.0.0/8')")
    admin.run("ALTER NETWORK POLICY P SET ALLOWED_IP_LIST = ('10.0.0.0/8', '172.16.0.0/12')")
    admin.run("ALTER NETWORK POLICY P ADD ALLOWED_NETWORK_RULE_LIST = (D.S.OFFICE)")
    admin.run("ALTER NETWORK POLICY P ADD BLOCKED_NETWORK_RULE_LIST = D.S.GUESTS")
    (row,) = admin.rows("SHOW NETWORK POLICIES")
    assert [row[f"entries_in_{name}"] for name in ("allowed_ip_list", "allowed_network_rules")] == ["2", "1"]
    assert row["entries_in_blocked_network_rules"] == "1"
    admin.run("ALTER NETWORK POLICY P REMOVE ALLOWED_NETWORK_RULE_LIST = (D.S.OFFICE)")
    admin.run("ALTER NETWORK POLICY P UNSET ALLOWED_IP_LIST, BLOCKED_NETWORK_RULE_LIST")
    assert admin.rows("DESC NETWORK POLICY P") == []
    admin.run("DROP NETWORK RULE D.S.OFFICE")


def test_address_that_is_no_address_is_refused(admin: Client) -> None:
    assert admin.fails("CREATE NETWORK POLICY P ALLOWED_IP_LIST = ('office')").code == "001008"


def test_rule_for_outgoing_traffic_is_refused(admin: Client) -> None:
    admin.run("CREATE NETWORK RULE D.S.OUT TYPE = HOST_PORT MODE = EGRESS VALUE_LIST = ('example.com:443')")
    admin.fails("CREATE NETWORK POLICY P ALLOWED_NETWORK_RULE_LIST = (D.S.OUT)")


def test_missing_rule_is_refused_as_not_existing(admin: Client) -> None:
    assert admin.fails("CREATE NETWORK POLICY P ALLOWED_NETWORK_RULE_LIST = (D.S.NONE)").code == "002003"


def test_policy_is_not_dropped_while_a_user_has_it(admin: Client) -> None:
    admin.run("CREATE NETWORK POLICY P")
    user = admin.context.catalogue.get(admin.context.session.user)
    attach(admin, user)
    error = admin.fails("DROP NETWORK POLICY P")
    assert (error.code, error.state) == ("001492", "42601")
    assert "The policy is attached to USER with name LOCAL_ADMIN." in error.message


def test_renamed_policy_stays_attached(admin: Client) -> None:
    admin.run("CREATE NETWORK POLICY P")
    catalogue = admin.context.catalogue
    attach(admin, catalogue.account)
    admin.run("ALTER NETWORK POLICY P RENAME TO Q")
    assert catalogue.account.params["NETWORK_POLICY"] == "Q"
    assert "ACCOUNT" in admin.fails("DROP NETWORK POLICY Q").message


@pytest.mark.parametrize(
    ("lists", "address", "expected"),
    [
        ("", "8.8.8.8", True),
        ("ALLOWED_IP_LIST = ('10.0.0.0/8')", "10.1.2.3", True),
        ("ALLOWED_IP_LIST = ('10.0.0.0/8')", "8.8.8.8", False),
        ("ALLOWED_NETWORK_RULE_LIST = (D.S.OFFICE)", "10.1.2.3", True),
        ("ALLOWED_NETWORK_RULE_LIST = (D.S.OFFICE)", "8.8.8.8", False),
        ("ALLOWED_NETWORK_RULE_LIST = (D.S.OFFICE) BLOCKED_NETWORK_RULE_LIST = (D.S.GUESTS)", "10.9.1.1", False),
        ("ALLOWED_NETWORK_RULE_LIST = (D.S.LINK)", "8.8.8.8", True),
        ("BLOCKED_IP_LIST = ('8.8.8.8')", "8.8.8.8", False),
        ("BLOCKED_IP_LIST = ('8.8.8.8')", "::ffff:8.8.8.8", False),
        ("ALLOWED_IP_LIST = ('10.0.0.0/8')", "::1", False),
        ("ALLOWED_NETWORK_RULE_LIST = (D.S.SIX)", "2001:db8::1", True),
        ("ALLOWED_NETWORK_RULE_LIST = (D.S.SIX)", "::1", False),
        ("ALLOWED_NETWORK_RULE_LIST = (D.S.SIX)", "8.8.8.8", True),
    ],
)
def test_policy_lets_in_what_is_allowed_and_not_blocked(
    admin: Client, lists: str, address: str, expected: bool
) -> None:
    admin.run(f"CREATE NETWORK POLICY P {lists}")
    assert allows(admin.context.catalogue, policy(admin), address) is expected


def test_policy_of_the_user_replaces_that_of_the_account(admin: Client) -> None:
    admin.run("CREATE NETWORK POLICY P")
    admin.run("CREATE NETWORK POLICY Q")
    catalogue = admin.context.catalogue
    attach(admin, catalogue.account)
    user = catalogue.get(admin.context.session.user)
    assert effective_policy(catalogue, user) == policy(admin, "P")
    attach(admin, user, "Q")
    assert effective_policy(catalogue, catalogue.get(user.id)) == policy(admin, "Q")


def test_policy_that_locks_out_its_requestor_cannot_be_activated(admin: Client) -> None:
    admin.run("CREATE NETWORK POLICY P ALLOWED_IP_LIST = ('10.0.0.0/8')")
    with pytest.raises(SnowflakeError, match=r"Requestor IP address/Token, 127\.0\.0\.1, must be included"):
        require_requestor_allowed(admin.context, policy(admin))
