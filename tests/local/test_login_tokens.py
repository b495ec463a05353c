"""Logins with programmatic access tokens: docs.snowflake.com, Using programmatic access tokens for authentication."""

import time

import pytest

from tests.local.wire import Answer, Wire, new_wire

INVALID = ("394400", "Programmatic access token is invalid.")


@pytest.fixture
def wire() -> Wire:
    """Person ANN and service user SVC with role LOADER, both under the account's network policy."""
    made = new_wire()
    admin = made.token()
    for sql in (
        "CREATE ROLE LOADER",
        "CREATE ROLE OTHER",
        "CREATE USER ANN",
        "CREATE USER SVC TYPE = SERVICE DEFAULT_ROLE = OTHER",
        *(f"GRANT ROLE {role} TO USER {user}" for role in ("LOADER", "OTHER") for user in ("ANN", "SVC")),
        "CREATE NETWORK POLICY GATE ALLOWED_IP_LIST = ('0.0.0.0/0')",
        "ALTER USER ANN SET NETWORK_POLICY = GATE",
        "ALTER USER SVC SET NETWORK_POLICY = GATE",
        "CREATE DATABASE D",
        "CREATE AUTHENTICATION POLICY D.PUBLIC.A",
        "USE SCHEMA D.PUBLIC",
    ):
        answer = made.run(sql, admin)
        assert answer.code is None, answer.message
    return made


def run(wire: Wire, sql: str) -> Answer:
    return wire.run(sql, wire.token())


def made(wire: Wire, user: str = "ANN", options: str = "") -> str:
    """The secret of a new token."""
    answer = run(wire, f"ALTER USER {user} ADD PAT T1 {options}")
    assert answer.code is None, answer.message
    return str(answer.data["rowset"][0][1])


def login(wire: Wire, secret: str, user: str = "ANN", **query: str) -> Answer:
    return wire.login(user, query=query, AUTHENTICATOR="PROGRAMMATIC_ACCESS_TOKEN", TOKEN=secret)


def refused(wire: Wire, secret: str, user: str = "ANN") -> tuple[str | None, str]:
    answer = login(wire, secret, user)
    return answer.code, answer.message


def test_token_opens_a_session(wire: Wire) -> None:
    answer = login(wire, made(wire), roleName="LOADER")
    assert answer.code is None, answer.message
    session = answer.data["token"]
    assert wire.run("SELECT CURRENT_USER(), CURRENT_ROLE()", session).data["rowset"] == [["ANN", "LOADER"]]


def test_token_stands_in_the_place_of_a_password(wire: Wire) -> None:
    secret = made(wire, "SVC", "ROLE_RESTRICTION = 'LOADER'")
    assert wire.login("SVC", PASSWORD=secret).code is None
    assert wire.login("SVC", PASSWORD=f"{secret}x").code == "390100"


def test_only_the_right_secret_of_the_right_user_gets_in(wire: Wire) -> None:
    secret = made(wire)
    for wrong in (f"{secret}x", secret[:-1], ""):
        assert refused(wire, wrong) == INVALID
    assert refused(wire, secret, "SVC") == INVALID
    assert refused(wire, secret, "NOBODY") == INVALID
    answer = wire.login("ANN", AUTHENTICATOR="PROGRAMMATIC_ACCESS_TOKEN", TOKEN=secret, ACCOUNT_NAME="LOCAL-ELSE")
    assert answer.code == "394400"


@pytest.mark.parametrize(
    "change",
    ["REMOVE PAT T1", "MODIFY PAT T1 SET DISABLED = TRUE", "ROTATE PAT T1 EXPIRE_ROTATED_TOKEN_AFTER_HOURS = 0"],
)
def test_token_that_is_gone_disabled_or_rotated_is_refused(wire: Wire, change: str) -> None:
    secret = made(wire)
    assert login(wire, secret).code is None
    assert run(wire, f"ALTER USER ANN {change}").code is None
    assert refused(wire, secret) == INVALID


def test_rotated_secret_is_good_for_a_day_beside_the_new_one(wire: Wire) -> None:
    secret = made(wire)
    fresh = str(run(wire, "ALTER USER ANN ROTATE PAT T1").data["rowset"][0][1])
    assert (login(wire, secret).code, login(wire, fresh).code) == (None, None)


def test_expired_token_is_refused(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = made(wire, options="DAYS_TO_EXPIRY = 2")
    now = time.time()
    monkeypatch.setattr("local.credentials.time.time", lambda: now + 2 * 86400 + 1)
    assert refused(wire, secret) == INVALID


def test_user_must_be_under_a_network_policy(wire: Wire) -> None:
    secret = made(wire)
    run(wire, "ALTER USER ANN UNSET NETWORK_POLICY")
    assert refused(wire, secret) == INVALID
    run(wire, "ALTER USER ANN MODIFY PAT T1 SET MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT = 5")
    assert login(wire, secret).code is None
    run(wire, "ALTER USER ANN MODIFY PAT T1 UNSET MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT")
    run(
        wire,
        "ALTER AUTHENTICATION POLICY D.PUBLIC.A SET PAT_POLICY = (NETWORK_POLICY_EVALUATION = ENFORCED_NOT_REQUIRED)",
    )
    assert refused(wire, secret) == INVALID
    run(wire, "ALTER USER ANN SET AUTHENTICATION POLICY D.PUBLIC.A")
    assert login(wire, secret).code is None


def test_network_policy_holds_for_tokens_unless_the_authentication_policy_says_otherwise(wire: Wire) -> None:
    secret = made(wire)
    run(wire, "ALTER NETWORK POLICY GATE SET ALLOWED_IP_LIST = ('10.1.1.1')")
    assert login(wire, secret).code == "390422"
    run(wire, "ALTER AUTHENTICATION POLICY D.PUBLIC.A SET PAT_POLICY = (NETWORK_POLICY_EVALUATION = NOT_ENFORCED)")
    run(wire, "ALTER USER ANN SET AUTHENTICATION POLICY D.PUBLIC.A")
    answer = login(wire, secret)
    assert answer.code is None, answer.message
    assert wire.run("SELECT 1", answer.data["token"]).code is None


def test_authentication_policy_may_leave_tokens_out(wire: Wire) -> None:
    secret = made(wire)
    run(wire, "ALTER USER ANN SET AUTHENTICATION POLICY D.PUBLIC.A")
    assert login(wire, secret).code is None
    run(wire, "ALTER AUTHENTICATION POLICY D.PUBLIC.A SET AUTHENTICATION_METHODS = ('KEYPAIR')")
    assert login(wire, secret).code == "390202"


def test_shorter_expiry_of_the_policy_ends_longer_tokens(wire: Wire) -> None:
    secret = made(wire, options="DAYS_TO_EXPIRY = 7")
    run(wire, "ALTER USER ANN SET AUTHENTICATION POLICY D.PUBLIC.A")
    days = (
        "ALTER AUTHENTICATION POLICY D.PUBLIC.A SET PAT_POLICY = (DEFAULT_EXPIRY_IN_DAYS = 1 MAX_EXPIRY_IN_DAYS = {})"
    )
    run(wire, days.format(7))
    assert login(wire, secret).code is None
    run(wire, days.format(2))
    assert refused(wire, secret) == INVALID


def test_disabled_user_is_refused(wire: Wire) -> None:
    secret = made(wire)
    run(wire, "ALTER USER ANN SET DISABLED = TRUE")
    assert login(wire, secret).code in ("390101", "394400")


def test_restricted_token_has_one_role_and_no_secondary_ones(wire: Wire) -> None:
    secret = made(wire, "SVC", "ROLE_RESTRICTION = 'LOADER'")
    session = login(wire, secret, "SVC").data["token"]
    shown = wire.run("SELECT CURRENT_ROLE(), CURRENT_SECONDARY_ROLES()", session).data["rowset"]
    assert shown == [["LOADER", '{"roles": "", "value": ""}']]
    assert wire.run("USE ROLE OTHER", session).code == "003013"
    assert wire.run("USE SECONDARY ROLES ALL", session).code == "001008"
    assert wire.run("USE SECONDARY ROLES OTHER", session).code == "001008"
    assert wire.run("USE ROLE LOADER", session).code is None
    assert login(wire, secret, "SVC", roleName="OTHER").code == "390189"
    run(wire, "REVOKE ROLE LOADER FROM USER SVC")
    assert refused(wire, secret, "SVC") == INVALID


def test_unrestricted_tokens_of_service_users_end_when_a_restriction_is_required(wire: Wire) -> None:
    lifted = "ALTER AUTHENTICATION POLICY D.PUBLIC.A SET PAT_POLICY = (REQUIRE_ROLE_RESTRICTION_FOR_SERVICE_USERS = {})"
    run(wire, lifted.format("FALSE"))
    run(wire, "ALTER USER SVC SET AUTHENTICATION POLICY D.PUBLIC.A")
    secret = made(wire, "SVC")
    assert login(wire, secret, "SVC").code is None
    run(wire, lifted.format("TRUE"))
    assert refused(wire, secret, "SVC") == INVALID


def test_session_of_a_token_changes_no_tokens_of_its_user(wire: Wire) -> None:
    session = login(wire, made(wire)).data["token"]
    for change in ("ROTATE PAT T1", "MODIFY PAT T1 SET COMMENT = 'x'", "REMOVE PAT T1"):
        assert wire.run(f"ALTER USER {change}", session).code == "001008"
    assert wire.run("ALTER USER ADD PAT T2", session).code is None


def test_wrong_tokens_are_throttled(wire: Wire) -> None:
    codes = [login(wire, "x").status for _ in range(12)]
    assert 429 in codes
