"""Secrets and the security integrations that OAuth secrets refer to."""

from __future__ import annotations

import pytest

from local.server.redact import redact
from tests.local.conftest import Account, Client

VALUE = "hunter2"
INTEGRATION = (
    "CREATE SECURITY INTEGRATION API TYPE = API_AUTHENTICATION AUTH_TYPE = OAUTH2 ENABLED = TRUE "
    f"OAUTH_CLIENT_ID = 'id' OAUTH_CLIENT_SECRET = '{VALUE}' OAUTH_GRANT = CLIENT_CREDENTIALS"
)
MADE = {
    "GENERIC_STRING": f"CREATE SECRET D.S.X TYPE = GENERIC_STRING SECRET_STRING = '{VALUE}'",
    "PASSWORD": f"CREATE SECRET D.S.X TYPE = PASSWORD USERNAME = 'me' PASSWORD = '{VALUE}'",
    "client credentials": "CREATE SECRET D.S.X TYPE = OAUTH2 API_AUTHENTICATION = API OAUTH_SCOPES = ('a', 'b')",
    "authorization code": f"CREATE SECRET D.S.X TYPE = OAUTH2 OAUTH_REFRESH_TOKEN = '{VALUE}' "
    "OAUTH_REFRESH_TOKEN_EXPIRY_TIME = '2030-01-02 10:00 +02:00' API_AUTHENTICATION = API",
}


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    client.run("CREATE DATABASE D")
    client.run("CREATE SCHEMA D.S")
    client.run(INTEGRATION)
    return client


@pytest.mark.parametrize("sql", MADE.values(), ids=MADE)
def test_no_value_is_kept_anywhere(admin: Client, sql: str) -> None:
    admin.run(f"{sql} COMMENT = 'c'")
    assert VALUE not in "".join(repr(obj) for obj in admin.context.catalogue.objects)
    assert VALUE not in redact(sql)


def test_secrets_are_shown_and_described_as_the_provider_reads_them(admin: Client) -> None:
    admin.run(MADE["client credentials"])
    (row,) = admin.rows("SHOW SECRETS LIKE 'X' IN SCHEMA D.S")
    wanted = ("name", "schema_name", "database_name", "owner", "comment", "secret_type", "oauth_scopes")
    assert [row[name] for name in wanted] == ["X", "S", "D", "ACCOUNTADMIN", None, "OAUTH2", "[a, b]"]
    (described,) = admin.rows("DESCRIBE SECRET D.S.X")
    assert (described["integration_name"], described["oauth_scopes"]) == ("API", "[a, b]")
    admin.run(MADE["PASSWORD"].replace("SECRET", "SECRET", 1).replace("CREATE", "CREATE OR REPLACE"))
    (described,) = admin.rows("DESC SECRET D.S.X")
    assert (described["secret_type"], described["username"]) == ("PASSWORD", "me")


def test_expiry_of_a_refresh_token_is_a_moment(admin: Client) -> None:
    admin.run(MADE["authorization code"])
    assert admin.rows("DESC SECRET D.S.X")[0]["oauth_refresh_token_expiry_time"] == "1893571200.000"
    admin.run("ALTER SECRET D.S.X SET OAUTH_REFRESH_TOKEN_EXPIRY_TIME = '2030-01-02 00:00 UTC'")
    assert admin.rows("DESC SECRET D.S.X")[0]["oauth_refresh_token_expiry_time"] == "1893542400.000"
    assert admin.fails("ALTER SECRET D.S.X SET OAUTH_REFRESH_TOKEN_EXPIRY_TIME = 'soon'").code == "100035"


def test_a_secret_changes_only_in_what_its_type_has(admin: Client) -> None:
    admin.run(MADE["GENERIC_STRING"])
    admin.run("ALTER SECRET D.S.X SET SECRET_STRING = 'other' COMMENT = 'c'")
    assert admin.rows("SHOW SECRETS IN ACCOUNT")[0]["comment"] == "c"
    admin.run("ALTER SECRET D.S.X SET COMMENT = NULL")
    admin.run("ALTER SECRET D.S.X SET")
    assert admin.rows("SHOW SECRETS IN ACCOUNT")[0]["comment"] is None
    assert admin.fails("ALTER SECRET D.S.X SET PASSWORD = 'x'").code == "001420"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("TYPE = GENERIC_STRING", "002029"),
        ("TYPE = GENERIC_STRING SECRET_STRING = ''", "001008"),
        ("TYPE = PASSWORD USERNAME = 'u'", "002029"),
        ("TYPE = OAUTH2 OAUTH_SCOPES = ('a')", "002029"),
        ("TYPE = GENERIC_STRING SECRET_STRING = 'x' USERNAME = 'u'", "001420"),
        ("TYPE = SYMMETRIC_KEY", "000002"),
        ("SECRET_STRING = 'x'", "002029"),
        ("TYPE = OAUTH2 API_AUTHENTICATION = NONE_SUCH OAUTH_SCOPES = ('a')", "002003"),
    ],
)
def test_incomplete_and_mixed_secrets_are_refused(admin: Client, sql: str, code: str) -> None:
    assert admin.fails(f"CREATE SECRET D.S.X {sql}").code == code


def test_rights_on_secrets(account: Account, admin: Client) -> None:
    admin.run("CREATE ROLE R")
    for grant in ("USAGE ON DATABASE D", "USAGE ON SCHEMA D.S"):
        admin.run(f"GRANT {grant} TO ROLE R")
    role = account.as_role("R")
    assert role.fails(MADE["GENERIC_STRING"]).code == "003001"
    admin.run("GRANT CREATE SECRET ON SCHEMA D.S TO ROLE R")
    assert role.fails(MADE["client credentials"]).code == "002003"
    admin.run("GRANT USAGE ON INTEGRATION API TO ROLE R")
    role.run(MADE["client credentials"])
    admin.run(MADE["GENERIC_STRING"].replace("D.S.X", "D.S.Y"))
    assert [row["name"] for row in role.rows("SHOW SECRETS IN SCHEMA D.S")] == ["X"]
    admin.run("GRANT READ ON SECRET D.S.Y TO ROLE R")
    assert role.fails("DESC SECRET D.S.Y").code == "003001"
    admin.run("GRANT USAGE ON SECRET D.S.Y TO ROLE R")
    role.run("DESC SECRET D.S.Y")
    assert role.fails("DROP SECRET D.S.Y").code == "003001"


def test_security_integrations_are_described_without_their_secret(admin: Client) -> None:
    described = {row["property"]: row["property_value"] for row in admin.rows("DESC SECURITY INTEGRATION API")}
    assert "OAUTH_CLIENT_SECRET" not in described
    wanted = ("OAUTH_CLIENT_ID", "OAUTH_ACCESS_TOKEN_VALIDITY", "OAUTH_REFRESH_TOKEN_VALIDITY", "OAUTH_GRANT")
    assert [described[name] for name in wanted] == ["id", "0", "7776000", "CLIENT_CREDENTIALS"]
    admin.run("ALTER SECURITY INTEGRATION API SET OAUTH_REFRESH_TOKEN_VALIDITY = 60 OAUTH_ALLOWED_SCOPES = ('x')")
    described = {row["property"]: row["property_value"] for row in admin.rows("DESC INTEGRATION API")}
    assert (described["OAUTH_REFRESH_TOKEN_VALIDITY"], described["OAUTH_ALLOWED_SCOPES"]) == ("60", "x")


@pytest.mark.parametrize("kind", ["TYPE = OAUTH", "TYPE = SAML2", "TYPE = API_AUTHENTICATION AUTH_TYPE = AWS_IAM"])
def test_other_security_integrations_are_refused(admin: Client, kind: str) -> None:
    assert admin.fails(f"CREATE SECURITY INTEGRATION X {kind} ENABLED = TRUE").code == "000002"
