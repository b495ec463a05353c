from __future__ import annotations

import time

import jwt
import pytest

from tests.local.wire import KEY, OTHER_KEY, Wire, new_wire, public, token


@pytest.fixture
def wire() -> Wire:
    return new_wire()


def _code(wire: Wire, made: str, user: str = "LOCAL_ADMIN") -> str | None:
    return wire.login(user, AUTHENTICATOR="SNOWFLAKE_JWT", TOKEN=made).code


def test_administrator_logs_in_with_the_key(wire: Wire) -> None:
    data = wire.login().data
    assert data["sessionInfo"]["roleName"] == "ACCOUNTADMIN"
    assert data["masterValidityInSeconds"] == 14400
    assert isinstance(data["sessionId"], int)


@pytest.mark.parametrize("account", ["MAIN", "LOCAL-MAIN", "local-main", "LM00001"])
def test_account_may_be_named_in_every_form(wire: Wire, account: str) -> None:
    assert _code(wire, token("LOCAL_ADMIN", KEY, account)) is None


def test_user_name_may_hold_dots(wire: Wire) -> None:
    wire.user("first.last", LOGIN_NAME="FIRST.LAST")
    assert _code(wire, token("FIRST.LAST"), "first.last") is None


def test_second_key_logs_in_as_well(wire: Wire) -> None:
    wire.user("ROTATING", RSA_PUBLIC_KEY_2=public(OTHER_KEY))
    assert _code(wire, token("ROTATING", KEY), "ROTATING") is None
    assert _code(wire, token("ROTATING", OTHER_KEY), "ROTATING") is None


def test_removed_key_does_not_log_in(wire: Wire) -> None:
    wire.user("ROTATED", RSA_PUBLIC_KEY=None, RSA_PUBLIC_KEY_2=public(OTHER_KEY))
    assert _code(wire, token("ROTATED", KEY), "ROTATED") == "390144"


def test_key_of_somebody_else_does_not_log_in(wire: Wire) -> None:
    answer = wire.login(AUTHENTICATOR="SNOWFLAKE_JWT", TOKEN=token("LOCAL_ADMIN", OTHER_KEY))
    assert answer.code == "390144"
    assert answer.message.startswith("JWT token is invalid. [")


def test_signature_of_another_key_under_the_right_fingerprint_is_refused(wire: Wire) -> None:
    claims = jwt.decode(token("LOCAL_ADMIN"), options={"verify_signature": False})
    assert _code(wire, jwt.encode(claims, OTHER_KEY, algorithm="RS256")) == "390144"


def test_unsigned_token_is_refused(wire: Wire) -> None:
    claims = jwt.decode(token("LOCAL_ADMIN"), options={"verify_signature": False})
    assert _code(wire, jwt.encode(claims, "", algorithm="none")) == "390144"


def test_token_signed_with_the_public_key_as_secret_is_refused(wire: Wire) -> None:
    claims = jwt.decode(token("LOCAL_ADMIN"), options={"verify_signature": False})
    assert _code(wire, jwt.encode(claims, public(KEY), algorithm="HS256")) == "390144"


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 600, "iat": int(time.time()) - 700},
        {"iat": int(time.time()) - 7200, "exp": int(time.time()) + 600},
        {"iat": int(time.time()) + 600, "exp": int(time.time()) + 1200},
        {"iss": "LOCAL-MAIN.LOCAL_ADMIN"},
        {"sub": "LOCAL-MAIN.SOMEBODY"},
        {"iss": ""},
    ],
)
def test_token_with_wrong_claims_is_refused(wire: Wire, claims: dict[str, object]) -> None:
    assert _code(wire, token("LOCAL_ADMIN", **claims)) == "390144"


def test_token_for_another_account_is_refused(wire: Wire) -> None:
    assert _code(wire, token("LOCAL_ADMIN", KEY, "LOCAL-OTHER")) == "390144"


def test_token_of_another_user_than_the_one_named_is_refused(wire: Wire) -> None:
    wire.user("SECOND")
    assert _code(wire, token("SECOND"), "LOCAL_ADMIN") == "390144"


@pytest.mark.parametrize("made", ["", "x", "a.b.c", "....."])
def test_text_that_is_no_token_is_refused(wire: Wire, made: str) -> None:
    assert _code(wire, made) == "390144"


def test_unknown_user_looks_like_a_wrong_key(wire: Wire) -> None:
    assert _code(wire, token("NOBODY"), "NOBODY") == "390144"


def test_disabled_user_is_refused_whatever_the_key(wire: Wire) -> None:
    wire.user("LEFT", DISABLED=True)
    answer = wire.login("LEFT")
    assert (answer.code, answer.message) == (
        "390101",
        "User access disabled. Contact your local system administrator.",
    )


def test_other_authenticators_are_unsupported(wire: Wire) -> None:
    assert wire.login(AUTHENTICATOR="OAUTH", TOKEN="x").code == "000002"
