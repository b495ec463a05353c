from __future__ import annotations

import time

import pytest

from local.errors import SnowflakeError
from local.model import ACCOUNT_ID, Json, Kind, Reference
from local.passwords import hash_password, verify_password
from local.server.lockout import Lockout
from tests.local.wire import Wire, new_wire


@pytest.fixture
def wire() -> Wire:
    made = new_wire()
    made.user("PIPELINE", "right-password", TYPE="LEGACY_SERVICE")
    return made


def test_legacy_service_user_logs_in_with_the_password(wire: Wire) -> None:
    assert wire.login("PIPELINE", PASSWORD="right-password").code is None


def test_login_name_is_not_case_sensitive(wire: Wire) -> None:
    assert wire.login("pipeline", PASSWORD="right-password").code is None


def test_login_name_may_differ_from_the_users_name(wire: Wire) -> None:
    wire.user("JANE", "right-password", TYPE="LEGACY_SERVICE", LOGIN_NAME="JANE@EXAMPLE.ORG")
    assert wire.login("jane@example.org", PASSWORD="right-password").code is None
    assert wire.login("JANE", PASSWORD="right-password").code == "390100"


def test_wrong_password_and_unknown_user_look_alike(wire: Wire) -> None:
    wrong = wire.login("PIPELINE", PASSWORD="wrong")
    unknown = wire.login("NOBODY", PASSWORD="wrong")
    assert (wrong.code, wrong.message) == ("390100", "Incorrect username or password was specified.")
    assert (unknown.code, unknown.message) == (wrong.code, wrong.message)


def test_user_without_password_cannot_use_one(wire: Wire) -> None:
    wire.user("KEYS_ONLY", TYPE="LEGACY_SERVICE")
    for password in ("", "x"):
        assert wire.login("KEYS_ONLY", PASSWORD=password).code == "390100"


def test_password_of_a_service_user_is_refused(wire: Wire) -> None:
    wire.user("SERVICE", "right-password", TYPE="SERVICE")
    assert wire.login("SERVICE", PASSWORD="right-password").code == "390100"


def test_other_account_is_refused(wire: Wire) -> None:
    assert wire.login("PIPELINE", PASSWORD="right-password", ACCOUNT_NAME="LOCAL-OTHER").code == "390100"


def test_person_needs_a_second_factor(wire: Wire) -> None:
    wire.user("JANE", "right-password")
    answer = wire.login("JANE", PASSWORD="right-password")
    assert (answer.code, answer.message) == (
        "390197",
        "Multi-factor authentication is required for this account. Log in to Snowsight to enroll.",
    )


def test_wrong_password_does_not_tell_that_a_second_factor_is_missing(wire: Wire) -> None:
    wire.user("JANE", "right-password")
    assert wire.login("JANE", PASSWORD="wrong").code == "390100"


def _policy(wire: Wire, name: str, **props: Json) -> None:
    wire.make(Kind.AUTHENTICATION_POLICY, name, wire.find(Kind.SCHEMA, "SECURITY", "POLICIES").id, **props)


def _attach(wire: Wire, name: str, target: int) -> None:
    wire.attach(wire.find(Kind.AUTHENTICATION_POLICY, "SECURITY", "POLICIES", name), target)


def test_person_enters_with_a_password_where_the_policy_makes_enrolment_optional(wire: Wire) -> None:
    user = wire.user("JANE", "right-password")
    wire.schema()
    _policy(wire, "LEGACY", MFA_ENROLLMENT="OPTIONAL")
    _attach(wire, "LEGACY", user.id)
    assert wire.login("JANE", PASSWORD="right-password").code is None


def test_method_outside_the_policy_is_refused(wire: Wire) -> None:
    wire.schema()
    _policy(wire, "KEYS", AUTHENTICATION_METHODS=["KEYPAIR"])
    _attach(wire, "KEYS", ACCOUNT_ID)
    answer = wire.login("PIPELINE", PASSWORD="right-password")
    assert (answer.code, answer.message) == (
        "390202",
        "Authentication attempt rejected by the current authentication policy.",
    )
    assert wire.login("PIPELINE").code is None


def test_policy_of_the_user_replaces_that_of_the_account(wire: Wire) -> None:
    wire.schema()
    _policy(wire, "KEYS", AUTHENTICATION_METHODS=["KEYPAIR"])
    _policy(wire, "ANYTHING", AUTHENTICATION_METHODS=["ALL"])
    _attach(wire, "KEYS", ACCOUNT_ID)
    _attach(wire, "ANYTHING", wire.find(Kind.USER, "PIPELINE").id)
    assert wire.login("PIPELINE", PASSWORD="right-password").code is None


def test_policy_for_all_service_users_replaces_that_of_the_account(wire: Wire) -> None:
    wire.schema()
    _policy(wire, "KEYS", AUTHENTICATION_METHODS=["KEYPAIR"])
    _policy(wire, "ANYTHING", AUTHENTICATION_METHODS=["ALL"])
    _attach(wire, "KEYS", ACCOUNT_ID)
    policy = wire.find(Kind.AUTHENTICATION_POLICY, "SECURITY", "POLICIES", "ANYTHING")
    with wire.server.catalogue.transaction():
        role = "AUTHENTICATION POLICY FOR ALL SERVICE USERS"
        wire.server.catalogue.references.put(Reference(policy.id, ACCOUNT_ID, role))
    assert wire.login("PIPELINE", PASSWORD="right-password").code is None


def test_client_type_outside_the_policy_is_refused(wire: Wire) -> None:
    wire.schema()
    _policy(wire, "BROWSER", CLIENT_TYPES=["SNOWFLAKE_UI"])
    _attach(wire, "BROWSER", ACCOUNT_ID)
    assert wire.login().code == "390202"


def test_user_is_locked_after_too_many_wrong_passwords(wire: Wire) -> None:
    wire.schema()
    schema = wire.find(Kind.SCHEMA, "SECURITY", "POLICIES")
    wire.attach(wire.make(Kind.PASSWORD_POLICY, "STRICT", schema.id, PASSWORD_MAX_RETRIES=2), ACCOUNT_ID)
    codes = [wire.login("PIPELINE", PASSWORD="wrong").code for _ in range(3)]
    assert codes == ["390100", "390100", "390102"]
    assert wire.login("PIPELINE", PASSWORD="right-password").code == "390102"
    assert wire.login("PIPELINE").code is None


def test_lock_ends_by_itself(wire: Wire) -> None:
    user = wire.find(Kind.USER, "PIPELINE")
    now = [user.changed]
    lockout = Lockout(lambda: now[0])
    lockout.failed(user, 1, 15)
    with pytest.raises(SnowflakeError):
        lockout.check(user)
    now[0] += 15 * 60
    lockout.check(user)


def test_altered_user_is_no_longer_locked(wire: Wire) -> None:
    for _ in range(5):
        wire.login("PIPELINE", PASSWORD="wrong")
    assert wire.login("PIPELINE", PASSWORD="right-password").code == "390102"
    with wire.server.catalogue.transaction():
        wire.server.catalogue.update(wire.find(Kind.USER, "PIPELINE"), comment="unlocked")
    assert wire.login("PIPELINE", PASSWORD="right-password").code is None


def test_user_locked_by_an_administrator_is_refused(wire: Wire) -> None:
    wire.user("LOCKED", "right-password", TYPE="LEGACY_SERVICE", LOCKED_UNTIL=time.time() + 600)
    assert wire.login("LOCKED", PASSWORD="right-password").code == "390102"


def test_person_whose_second_factor_is_bypassed_enters(wire: Wire) -> None:
    wire.user("JANE", "right-password", BYPASS_MFA_UNTIL=time.time() + 600)
    assert wire.login("JANE", PASSWORD="right-password").code is None


def test_expired_user_is_refused(wire: Wire) -> None:
    wire.user("TEMPORARY", "right-password", TYPE="LEGACY_SERVICE", EXPIRES_AT=time.time() - 1)
    assert wire.login("TEMPORARY", PASSWORD="right-password").code == "390101"


def test_password_is_stored_as_a_salted_hash() -> None:
    first, second = hash_password("secret"), hash_password("secret")
    assert first != second
    assert "secret" not in first
    assert verify_password("secret", first)
    assert not verify_password("Secret", first)


def test_password_of_half_a_character_is_wrong_and_nothing_else() -> None:
    assert not verify_password("\ud800", hash_password("right-password"))
