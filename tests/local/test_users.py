import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from local.model import Kind
from local.passwords import verify_password
from tests.local.conftest import Account, Client

PASSWORD = "Init-pass-1234"


def _encoded(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> str:
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


_PRIVATE = rsa.generate_private_key(65537, 2048)
KEY = _encoded(_PRIVATE.public_key())


def _described(client: Client, name: str) -> dict[str | None, str | None]:
    return {row["property"]: row["value"] for row in client.rows(f"DESCRIBE USER {name}")}


def _shown(client: Client, name: str) -> dict[str, str | None]:
    (row,) = client.rows(f"SHOW USERS LIKE '{name}'")
    return row


def test_person_as_the_provider_creates_it(account: Account) -> None:
    admin = account.admin
    admin.run(
        f"CREATE USER \"ANN\" PASSWORD = '{PASSWORD}' FIRST_NAME = 'Ann' LAST_NAME = 'Lee' EMAIL = 'ann@example.com' "
        'MUST_CHANGE_PASSWORD = true DEFAULT_NAMESPACE = "MARTS"."SALES" DEFAULT_ROLE = "ANALYST"'
    )
    row = _shown(admin, "ANN")
    expected = {
        "login_name": "ANN", "display_name": "ANN", "first_name": "Ann", "email": "ann@example.com", "type": "PERSON",
        "must_change_password": "true", "disabled": "false", "has_password": "true", "has_rsa_public_key": "false",
        "default_namespace": "MARTS.SALES", "default_role": "ANALYST", "default_secondary_roles": '["ALL"]',
        "owner": "ACCOUNTADMIN", "default_warehouse": None, "last_success_login": None,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_service_user_has_its_key_and_no_secondary_roles(account: Account) -> None:
    admin = account.admin
    admin.run(
        'CREATE USER "SVC" LOGIN_NAME = \'svc\' DEFAULT_WAREHOUSE = "WH" DEFAULT_ROLE = "R-1" '
        f"DEFAULT_SECONDARY_ROLES = () RSA_PUBLIC_KEY = '{KEY}' TYPE = SERVICE COMMENT = 'airbyte'"
    )
    described = _described(admin, "SVC")
    assert described["RSA_PUBLIC_KEY"] == KEY
    assert str(described["RSA_PUBLIC_KEY_FP"]).startswith("SHA256:")
    assert (described["TYPE"], described["DEFAULT_SECONDARY_ROLES"], described["LOGIN_NAME"]) == (
        "SERVICE",
        "[]",
        "SVC",
    )
    assert (described["DEFAULT_ROLE"], described["PASSWORD"], described["COMMENT"]) == ("R-1", "null", "airbyte")
    assert _shown(admin, "SVC")["has_rsa_public_key"] == "true"


def test_default_of_boolean_properties_is_false(account: Account) -> None:
    account.admin.run("CREATE USER ANN")
    rows = account.admin.rows("DESCRIBE USER ANN")
    booleans = {row["property"]: row["default"] for row in rows if row["value"] in ("true", "false")}
    assert set(booleans.values()) == {"false"}
    assert {"MUST_CHANGE_PASSWORD", "DISABLED", "EXT_AUTHN_DUO", "HAS_MFA"} <= booleans.keys()


def test_password_is_kept_as_a_hash_only(account: Account) -> None:
    account.admin.run(f"CREATE USER ANN PASSWORD = '{PASSWORD}'")
    user = account.catalogue.find(Kind.USER, ("ANN",))
    assert user is not None
    assert PASSWORD not in str(user)
    assert verify_password(PASSWORD, str(user.props["PASSWORD_HASH"]))
    assert _described(account.admin, "ANN")["PASSWORD"] == "********"


@pytest.mark.parametrize(
    ("password", "reason"),
    [("Short-1", "MIN_LENGTH"), ("all-lower-case-1", "MIN_UPPER_CASE_CHARS"), ("No-Number-Here", "MIN_NUMERIC_CHARS")],
)
def test_weak_password_is_rejected(account: Account, password: str, reason: str) -> None:
    error = account.admin.fails(f"CREATE USER ANN PASSWORD = '{password}'")
    assert error.code == "003002"
    assert reason in error.message
    assert account.admin.rows("SHOW USERS LIKE 'ANN'") == []


def test_same_password_again_is_rejected_and_unset_takes_it_away(account: Account) -> None:
    admin = account.admin
    admin.run(f"CREATE USER ANN PASSWORD = '{PASSWORD}'")
    assert "PRIOR_USE" in admin.fails(f"ALTER USER ANN SET PASSWORD = '{PASSWORD}'").message
    admin.run("ALTER USER ANN UNSET PASSWORD")
    assert _shown(admin, "ANN")["has_password"] == "false"


@pytest.mark.parametrize(
    ("kind", "clause", "name"),
    [
        ("SERVICE", f"PASSWORD = '{PASSWORD}'", "PASSWORD"),
        ("SERVICE", "FIRST_NAME = 'x'", "FIRST_NAME"),
        ("SERVICE", "MUST_CHANGE_PASSWORD = true", "MUST_CHANGE_PASSWORD"),
        ("SERVICE", "MINS_TO_BYPASS_MFA = 30", "MINS_TO_BYPASS_MFA"),
        ("LEGACY_SERVICE", "LAST_NAME = 'x'", "LAST_NAME"),
        ("LEGACY_SERVICE", "MINS_TO_BYPASS_MFA = 30", "MINS_TO_BYPASS_MFA"),
    ],
)
def test_types_refuse_properties_of_persons(account: Account, kind: str, clause: str, name: str) -> None:
    error = account.admin.fails(f"CREATE USER SVC TYPE = {kind} {clause}")
    assert f"Cannot set {name} on users with TYPE={kind}." in error.message
    account.admin.run(f"CREATE USER SVC TYPE = {kind}")
    error = account.admin.fails(f"ALTER USER SVC SET {clause}")
    assert f"Cannot set {name} on users with TYPE={kind}." in error.message


def test_unset_on_a_service_user_is_refused_for_two_properties_only(account: Account) -> None:
    account.admin.run("CREATE USER SVC TYPE = SERVICE")
    for name in ("MUST_CHANGE_PASSWORD", "DISABLE_MFA"):
        assert f"Cannot set {name}" in account.admin.fails(f"ALTER USER SVC UNSET {name}").message
    account.admin.run("ALTER USER SVC UNSET FIRST_NAME, PASSWORD, MINS_TO_BYPASS_MFA")


def test_what_a_service_user_cannot_have_comes_back_with_the_type(account: Account) -> None:
    admin = account.admin
    admin.run(f"CREATE USER X FIRST_NAME = 'Ann' PASSWORD = '{PASSWORD}'")
    admin.run("ALTER USER X SET TYPE = SERVICE")
    described = _described(admin, "X")
    assert (described["FIRST_NAME"], described["PASSWORD"]) == ("null", "null")
    admin.run("ALTER USER X UNSET TYPE")
    assert _described(admin, "X")["FIRST_NAME"] == "Ann"


@pytest.mark.parametrize(
    "key",
    [
        "not a key",
        _encoded(rsa.generate_private_key(65537, 1024).public_key()),  # noqa: S505
        _encoded(ec.generate_private_key(ec.SECP256R1()).public_key()),
        base64.b64encode(_PRIVATE.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode(),
        f"-----BEGIN PUBLIC KEY-----\n{KEY}\n-----END PUBLIC KEY-----",
    ],
    ids=["no key", "short", "elliptic", "private", "framed"],
)
def test_bad_public_key_is_rejected(account: Account, key: str) -> None:
    error = account.admin.fails(f"CREATE USER SVC RSA_PUBLIC_KEY = '{key}'")
    assert "New public key rejected by current policy. Reason: 'Invalid public key'" in error.message
    assert key not in error.message


def test_second_key_is_set_and_unset(account: Account) -> None:
    admin = account.admin
    admin.run(f"CREATE USER SVC TYPE = SERVICE RSA_PUBLIC_KEY = '{KEY}'")
    admin.run(f"ALTER USER SVC SET EMAIL = 'svc@example.com' RSA_PUBLIC_KEY_2 = '{KEY}' COMMENT = 'x'")
    assert _described(admin, "SVC")["RSA_PUBLIC_KEY_2"] == KEY
    admin.run("ALTER USER SVC UNSET EMAIL, RSA_PUBLIC_KEY_2, COMMENT")
    described = _described(admin, "SVC")
    assert (described["RSA_PUBLIC_KEY_2"], described["RSA_PUBLIC_KEY_2_FP"], described["EMAIL"]) == ("null",) * 3
    assert described["RSA_PUBLIC_KEY"] == KEY


def test_login_names_are_unique_and_survive_a_rename(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE USER ANN")
    assert admin.fails("CREATE USER BOB LOGIN_NAME = 'ann'").code == "002002"
    admin.run("CREATE USER BOB")
    assert admin.fails("ALTER USER BOB SET LOGIN_NAME = 'Ann'").code == "002002"
    admin.run("ALTER USER ANN RENAME TO EVE")
    described = _described(admin, "EVE")
    assert (described["LOGIN_NAME"], described["DISPLAY_NAME"]) == ("ANN", "ANN")
    admin.run("ALTER USER EVE UNSET LOGIN_NAME, DISPLAY_NAME")
    described = _described(admin, "EVE")
    assert (described["LOGIN_NAME"], described["DISPLAY_NAME"]) == ("EVE", "null")


def test_times_count_down(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE USER ANN DAYS_TO_EXPIRY = 5 MINS_TO_UNLOCK = 15 MINS_TO_BYPASS_MFA = 1")
    row = _shown(admin, "ANN")
    assert (row["mins_to_unlock"], row["mins_to_bypass_mfa"]) == ("14", "0")
    assert 4.9 < float(row["days_to_expiry"] or 0) < 5
    assert row["expires_at_time"]
    admin.run("ALTER USER ANN SET DAYS_TO_EXPIRY = 0 MINS_TO_UNLOCK = -1 MINS_TO_BYPASS_MFA = 0")
    row = _shown(admin, "ANN")
    assert (row["days_to_expiry"], row["mins_to_unlock"], row["mins_to_bypass_mfa"]) == (None, None, None)
    admin.run("ALTER USER ANN SET DAYS_TO_EXPIRY = -1")
    assert float(_shown(admin, "ANN")["days_to_expiry"] or 0) <= -1
    assert (
        "invalid value [1.5] for parameter 'DAYS_TO_EXPIRY'"
        in admin.fails("ALTER USER ANN SET DAYS_TO_EXPIRY = 1.5").message
    )


def test_session_parameters_are_set_on_the_user(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE USER ANN TIMEZONE = 'Europe/Berlin'")
    admin.run("ALTER USER ANN SET STATEMENT_TIMEOUT_IN_SECONDS = 600")
    rows = {row["key"]: (row["value"], row["level"]) for row in admin.rows("SHOW PARAMETERS IN USER ANN")}
    assert rows["STATEMENT_TIMEOUT_IN_SECONDS"] == ("600", "USER")
    assert rows["TIMEZONE"] == ("Europe/Berlin", "USER")
    admin.run("ALTER USER ANN UNSET STATEMENT_TIMEOUT_IN_SECONDS")
    (row,) = admin.rows("SHOW PARAMETERS LIKE 'STATEMENT_TIMEOUT_IN_SECONDS' IN USER ANN")
    assert (row["value"], row["level"]) == ("172800", "")


def test_network_policy_must_exist_and_belong_to_the_role_that_sets_it(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE ROLE R")
    admin.run("GRANT CREATE USER ON ACCOUNT TO ROLE R")
    client = account.as_role("R")
    assert client.fails("CREATE USER SVC NETWORK_POLICY = NOPE").code == "002003"
    admin.run("CREATE NETWORK POLICY OFFICE ALLOWED_IP_LIST = ('10.0.0.0/8')")
    assert client.fails("CREATE USER SVC NETWORK_POLICY = OFFICE").code == "002003"
    client.run("CREATE USER SVC")
    admin.run("GRANT CREATE NETWORK POLICY ON ACCOUNT TO ROLE R")
    client.run("CREATE NETWORK POLICY OWN ALLOWED_IP_LIST = ('10.0.0.0/8')")
    client.run('ALTER USER SVC SET NETWORK_POLICY = "OWN"')
    (row,) = client.rows("SHOW PARAMETERS LIKE 'NETWORK_POLICY' IN USER SVC")
    assert (row["value"], row["level"]) == ("OWN", "USER")
    assert "attached to USER" in client.fails("DROP NETWORK POLICY OWN").message
    client.run("ALTER USER SVC UNSET NETWORK_POLICY")


def test_others_see_only_the_name_of_a_user(account: Account) -> None:
    account.admin.run("CREATE USER ANN EMAIL = 'ann@example.com'")
    account.admin.run("CREATE ROLE R")
    client = account.as_role("R")
    row = _shown(client, "ANN")
    assert (row["name"], row["email"], row["type"]) == ("ANN", None, None)
    assert client.fails("DESCRIBE USER ANN").code in ("002003", "003001")
    assert _shown(account.as_role("SECURITYADMIN"), "ANN")["email"] == "ann@example.com"
    assert _shown(client, "LOCAL_ADMIN")["type"] == "PERSON"


def test_users_change_their_own_defaults_and_nothing_else(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE USER ANN")
    ann = account.client("ANN", "PUBLIC")
    ann.run("ALTER USER SET DEFAULT_ROLE = PUBLIC TIMEZONE = 'UTC'")
    ann.run("ALTER USER ANN SET DEFAULT_WAREHOUSE = W")
    assert _described(ann, "ANN")["DEFAULT_WAREHOUSE"] == "W"
    for clause in ("EMAIL = 'x'", f"PASSWORD = '{PASSWORD}'", f"RSA_PUBLIC_KEY = '{KEY}'", "DISABLED = FALSE"):
        assert ann.fails(f"ALTER USER ANN SET {clause}").code == "003001"


def test_create_needs_create_user_and_drop_needs_ownership(account: Account) -> None:
    admin = account.admin
    admin.run("CREATE ROLE R")
    assert account.as_role("R").fails("CREATE USER ANN").code == "003001"
    account.as_role("USERADMIN").run("CREATE USER ANN")
    assert account.as_role("SYSADMIN").fails("DROP USER ANN").code in ("002003", "003001")
    account.as_role("SECURITYADMIN").run("DROP USER ANN")
    assert admin.fails("DROP USER LOCAL_ADMIN").code == "001008"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("CREATE USER X RSA_PUBLIC_KEY_FP = 'SHA256:x'", "001420"),
        ("CREATE USER X DISABLE_MFA = TRUE", "001420"),
        ("CREATE USER X DEFAULT_SECONDARY_ROLES = ('SYSADMIN')", "001008"),
        ("CREATE USER X TYPE = ROBOT", "001008"),
        ("CREATE USER X TIMEZONE = 'Nowhere'", "001008"),
        ("ALTER USER LOCAL_ADMIN RESET PASSWORD", "000002"),
        ("ALTER USER LOCAL_ADMIN SET", "001003"),
        ("ALTER USER LOCAL_ADMIN UNSET FOO", "001420"),
    ],
)
def test_what_cannot_be_is_refused(account: Account, sql: str, code: str) -> None:
    assert account.admin.fails(sql).code == code
