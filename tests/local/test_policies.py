import pytest

from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    client.run("CREATE DATABASE D")
    client.run("CREATE SCHEMA D.S")
    return client


def described(client: Client, kind: str, name: str = "D.S.P") -> dict[str, tuple[str | None, str | None]]:
    rows = client.rows(f"DESCRIBE {kind} POLICY {name}")
    return {str(row["property"]): (row["value"], row["default"]) for row in rows}


def test_password_policy_is_shown_as_the_provider_reads_it(admin: Client) -> None:
    admin.run("CREATE PASSWORD POLICY D.S.P PASSWORD_MIN_LENGTH = 12 PASSWORD_HISTORY = 3")
    (row,) = admin.rows("""SHOW PASSWORD POLICIES LIKE 'P' IN SCHEMA "D"."S\"""")
    assert row.pop("created_on") is not None
    assert row == {
        "name": "P",
        "database_name": "D",
        "schema_name": "S",
        "kind": "PASSWORD_POLICY",
        "owner": "ACCOUNTADMIN",
        "comment": "",
        "owner_role_type": "ROLE",
        "options": "",
    }
    rows = described(admin, "PASSWORD")
    assert rows["NAME"] == ("P", "null")
    assert rows["COMMENT"] == ("null", "null")
    assert rows["PASSWORD_MIN_LENGTH"] == ("12", "14")
    assert rows["PASSWORD_MAX_AGE_DAYS"] == ("90", "90")


def test_password_policy_is_set_unset_and_renamed(admin: Client) -> None:
    admin.run("CREATE PASSWORD POLICY D.S.P")
    admin.run("ALTER PASSWORD POLICY D.S.P SET PASSWORD_MIN_LENGTH = 14 COMMENT = 'pp'")
    assert described(admin, "PASSWORD")["PASSWORD_MIN_LENGTH"][0] == "14"
    admin.run("ALTER PASSWORD POLICY D.S.P UNSET PASSWORD_MIN_LENGTH, COMMENT")
    assert described(admin, "PASSWORD")["COMMENT"][0] == "null"
    admin.run("ALTER PASSWORD POLICY D.S.P RENAME TO Q")
    assert described(admin, "PASSWORD", "D.S.Q")["NAME"][0] == "Q"


@pytest.mark.parametrize(
    "properties",
    ["PASSWORD_MIN_LENGTH = 7", "PASSWORD_MAX_RETRIES = 11", "PASSWORD_HISTORY = 25", "PASSWORD_MAX_LENGTH = 15"],
)
def test_value_out_of_range_is_refused(admin: Client, properties: str) -> None:
    assert admin.fails(f"CREATE PASSWORD POLICY D.S.P {properties}").code == "001008"


def test_unknown_property_is_refused(admin: Client) -> None:
    error = admin.fails("CREATE PASSWORD POLICY D.S.P PASSWORD_COLOUR = 1")
    assert error.message.endswith("invalid property 'PASSWORD_COLOUR' for 'PASSWORD_POLICY'")


def test_session_policy_is_described_in_one_row(admin: Client) -> None:
    admin.run("CREATE SESSION POLICY D.S.P SESSION_IDLE_TIMEOUT_MINS = 30 COMMENT = 's'")
    (row,) = admin.rows("DESCRIBE SESSION POLICY D.S.P")
    values = (row["session_idle_timeout_mins"], row["session_ui_idle_timeout_mins"], row["comment"])
    assert values == ("30", "1080", "s")


def test_authentication_policy_shows_what_was_set_and_defaults(admin: Client) -> None:
    admin.run(
        """CREATE AUTHENTICATION POLICY "D"."S"."P" AUTHENTICATION_METHODS = ('KEYPAIR', 'PASSWORD') """
        """MFA_ENROLLMENT = OPTIONAL CLIENT_TYPES = ('DRIVERS', 'SNOWFLAKE_UI')"""
    )
    rows = described(admin, "AUTHENTICATION")
    assert rows["AUTHENTICATION_METHODS"] == ("[KEYPAIR, PASSWORD]", "[ALL]")
    assert rows["CLIENT_TYPES"] == ("[DRIVERS, SNOWFLAKE_UI]", "[ALL]")
    assert rows["SECURITY_INTEGRATIONS"] == ("[ALL]", "[ALL]")
    assert rows["MFA_ENROLLMENT"][0] == "OPTIONAL"
    assert rows["MFA_AUTHENTICATION_METHODS"][0] == "[PASSWORD, SAML]"


def test_authentication_policy_keeps_its_groups(admin: Client) -> None:
    admin.run(
        "CREATE AUTHENTICATION POLICY D.S.P "
        "MFA_POLICY = (ALLOWED_METHODS = ('PASSKEY', 'DUO') ENFORCE_MFA_ON_EXTERNAL_AUTHENTICATION = ALL) "
        "PAT_POLICY = (DEFAULT_EXPIRY_IN_DAYS = 1 MAX_EXPIRY_IN_DAYS = 30 NETWORK_POLICY_EVALUATION = NOT_ENFORCED) "
        "WORKLOAD_IDENTITY_POLICY = (ALLOWED_PROVIDERS = (OIDC) ALLOWED_OIDC_ISSUERS = ('https://example.com'))"
    )
    rows = described(admin, "AUTHENTICATION")
    assert rows["MFA_POLICY"] == (
        "{ALLOWED_METHODS=[PASSKEY, DUO], ENFORCE_MFA_ON_EXTERNAL_AUTHENTICATION=ALL}",
        "{ALLOWED_METHODS=[ALL], ENFORCE_MFA_ON_EXTERNAL_AUTHENTICATION=NONE}",
    )
    assert rows["PAT_POLICY"][0] == (
        "{DEFAULT_EXPIRY_IN_DAYS=1, MAX_EXPIRY_IN_DAYS=30, NETWORK_POLICY_EVALUATION=NOT_ENFORCED, "
        "REQUIRE_ROLE_RESTRICTION_FOR_SERVICE_USERS=true}"
    )
    assert str(rows["WORKLOAD_IDENTITY_POLICY"][0]).startswith("{ALLOWED_PROVIDERS=[OIDC], ALLOWED_AWS_ACCOUNTS=[ALL]")


def test_required_enrollment_needs_the_client_that_enrolls(admin: Client) -> None:
    admin.run("CREATE AUTHENTICATION POLICY D.S.P CLIENT_TYPES = ('DRIVERS')")
    assert "SNOWFLAKE_UI" in admin.fails("ALTER AUTHENTICATION POLICY D.S.P SET MFA_ENROLLMENT = REQUIRED").message
    admin.run("ALTER AUTHENTICATION POLICY D.S.P SET MFA_ENROLLMENT = REQUIRED CLIENT_TYPES = ('SNOWFLAKE_UI')")
    admin.run("ALTER AUTHENTICATION POLICY D.S.P UNSET MFA_ENROLLMENT, CLIENT_TYPES")


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ("AUTHENTICATION_METHODS = ('TELEPATHY')", "001008"),
        ("SECURITY_INTEGRATIONS = (OKTA)", "002003"),
        ("CLIENT_POLICY = (GO_DRIVER = (MINIMUM_VERSION = '1'))", "000002"),
        ("PAT_POLICY = (DEFAULT_EXPIRY_IN_DAYS = 90 MAX_EXPIRY_IN_DAYS = 30)", "001008"),
        ("PAT_POLICY = (COLOUR = 1)", "001420"),
    ],
)
def test_authentication_policy_with_bad_properties_is_refused(admin: Client, properties: str, code: str) -> None:
    assert admin.fails(f"CREATE AUTHENTICATION POLICY D.S.P {properties}").code == code
