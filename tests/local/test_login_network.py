from __future__ import annotations

import pytest

from local.model import ACCOUNT_ID, Json, Kind, Obj
from tests.local.wire import Wire, new_wire


def _rule(wire: Wire, name: str, values: list[Json], kind: str = "IPV4") -> int:
    found = wire.server.catalogue.find(Kind.SCHEMA, ("SECURITY", "POLICIES"))
    schema = found if found is not None else wire.schema()
    return wire.make(Kind.NETWORK_RULE, name, schema.id, TYPE=kind, MODE="INGRESS", VALUE_LIST=values).id


def _policy(wire: Wire, name: str, **props: Json) -> Obj:
    return wire.make(Kind.NETWORK_POLICY, name, ACCOUNT_ID, **props)


def _for_account(wire: Wire, policy: Obj) -> None:
    wire.set_parameter(wire.server.catalogue.account, "NETWORK_POLICY", policy.name)


def test_address_inside_an_allowed_rule_logs_in() -> None:
    wire = new_wire("127.0.0.9")
    _for_account(wire, _policy(wire, "P", ALLOWED_NETWORK_RULE_LIST=[_rule(wire, "R", ["127.0.0.8/29"])]))
    assert wire.login().code is None


def test_address_outside_the_allowed_rules_is_refused() -> None:
    wire = new_wire("127.0.0.9")
    _for_account(wire, _policy(wire, "P", ALLOWED_NETWORK_RULE_LIST=[_rule(wire, "R", ["127.0.0.1"])]))
    answer = wire.login()
    assert answer.code == "390422"
    assert answer.message.startswith("Incoming request with IP/Token 127.0.0.9 is not allowed to access Snowflake.")


def test_blocked_address_wins_over_an_allowed_one() -> None:
    wire = new_wire("127.0.0.9")
    _for_account(wire, _policy(wire, "P", ALLOWED_IP_LIST=["127.0.0.0/8"], BLOCKED_IP_LIST=["127.0.0.9"]))
    assert wire.login().code == "390422"


def test_policy_that_only_blocks_lets_the_others_in() -> None:
    wire = new_wire("127.0.0.1")
    _for_account(wire, _policy(wire, "P", BLOCKED_IP_LIST=["127.0.0.9"]))
    assert wire.login().code is None


@pytest.mark.parametrize("kind", ["AWSVPCEID", "AZURELINKID", "IPV6"])
def test_rules_of_other_types_do_not_restrict_public_addresses(kind: str) -> None:
    wire = new_wire("127.0.0.9")
    _for_account(wire, _policy(wire, "P", ALLOWED_NETWORK_RULE_LIST=[_rule(wire, "R", ["vpce-1"], kind)]))
    assert wire.login().code is None


def test_policy_of_the_user_replaces_that_of_the_account() -> None:
    wire = new_wire("127.0.0.9")
    user = wire.user("SERVICE", TYPE="SERVICE")
    _for_account(wire, _policy(wire, "TIGHT", ALLOWED_IP_LIST=["127.0.0.1"]))
    wire.set_parameter(user, "NETWORK_POLICY", _policy(wire, "WIDE", ALLOWED_IP_LIST=["127.0.0.9"]).name)
    assert wire.login("SERVICE").code is None
    assert wire.login().code == "390422"


def test_changed_policy_stops_sessions_that_are_open() -> None:
    wire = new_wire("127.0.0.9")
    token = wire.token()
    _for_account(wire, _policy(wire, "P", ALLOWED_IP_LIST=["127.0.0.1"]))
    assert wire.run("SHOW ROLES", token).code == "390422"


def test_wrong_key_from_a_refused_address_does_not_tell_about_the_policy() -> None:
    wire = new_wire("127.0.0.9")
    _for_account(wire, _policy(wire, "P", ALLOWED_IP_LIST=["127.0.0.1"]))
    assert wire.login("NOBODY").code == "390144"
