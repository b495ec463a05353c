"""External stages: docs.snowflake.com, CREATE STAGE (externalStageParams)."""

import json

import pytest

from local import dump
from local.model import Kind
from tests.local.conftest import Account, Client
from tests.local.grants import roles
from tests.local.test_integrations import S3

SECRET = "wJalrXUtnFEMI"
KEYS = f"CREDENTIALS = (AWS_KEY_ID = 'AKIAEXAMPLE' AWS_SECRET_KEY = '{SECRET}')"


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    client.run("CREATE DATABASE D")
    client.run("CREATE SCHEMA D.S")
    client.run(S3)
    return client


def shown(client: Client) -> dict[str, str | None]:
    (row,) = client.rows("SHOW STAGES IN SCHEMA D.S")
    return row


def described(client: Client) -> dict[str | None, str | None]:
    return {row["property"]: row["property_value"] for row in client.rows("DESC STAGE D.S.OUT")}


def test_stage_with_an_integration_is_shown(admin: Client) -> None:
    admin.run("CREATE STAGE D.S.OUT URL = 's3://lake/a/x/' STORAGE_INTEGRATION = LAKE")
    row = shown(admin)
    wanted = ("url", "has_credentials", "has_encryption_key", "type", "cloud", "storage_integration")
    assert [row[name] for name in wanted] == ["s3://lake/a/x/", "N", "N", "EXTERNAL", "AWS", "LAKE"]
    assert (described(admin)["URL"], described(admin)["STORAGE_INTEGRATION"]) == ('["s3://lake/a/x/"]', "LAKE")


def test_of_credentials_only_that_they_are_is_kept(account: Account, admin: Client) -> None:
    admin.run(f"CREATE STAGE D.S.OUT URL = 's3://b/' {KEYS} ENCRYPTION = (TYPE = 'AWS_CSE' MASTER_KEY = 'm')")
    row = shown(admin)
    assert (row["has_credentials"], row["has_encryption_key"]) == ("Y", "Y")
    assert described(admin)["AWS_KEY_ID"] == "AKIAEXAMPLE"
    assert SECRET not in json.dumps(dump.dump(account.catalogue))
    stage = account.catalogue.find(Kind.STAGE, ("D", "S", "OUT"))
    assert stage is not None
    assert SECRET not in json.dumps(dict(stage.props))


@pytest.mark.parametrize(
    ("url", "cloud"),
    [("gcs://b/", "GCP"), ("azure://x.blob.core.windows.net/c/", "AZURE"), ("s3gov://b/", "AWS")],
)
def test_address_tells_the_cloud(admin: Client, url: str, cloud: str) -> None:
    admin.run(f"CREATE STAGE D.S.OUT URL = '{url}'")
    assert shown(admin)["cloud"] == cloud


def test_set_of_one_right_replaces_the_other(admin: Client) -> None:
    admin.run(f"CREATE STAGE D.S.OUT URL = 's3://lake/a/' {KEYS}")
    admin.run("ALTER STAGE D.S.OUT SET STORAGE_INTEGRATION = LAKE")
    assert (shown(admin)["has_credentials"], shown(admin)["storage_integration"]) == ("N", "LAKE")
    admin.run(f"ALTER STAGE D.S.OUT SET URL = 's3://b/' {KEYS}")
    assert (shown(admin)["has_credentials"], shown(admin)["storage_integration"]) == ("Y", None)


@pytest.mark.parametrize(
    ("clause", "code"),
    [
        ("URL = 'ftp://b/'", "001008"),
        ("URL = 's3://elsewhere/' STORAGE_INTEGRATION = LAKE", "001008"),
        (f"URL = 's3://lake/a/' STORAGE_INTEGRATION = LAKE {KEYS}", "001008"),
        ("URL = 's3://lake/a/' STORAGE_INTEGRATION = NONE", "002003"),
        (f"URL = 'gcs://b/' {KEYS}", "001008"),
        ("URL = 's3://b/' ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')", "001008"),
        ("ENCRYPTION = (TYPE = 'AWS_CSE' MASTER_KEY = 'm')", "001008"),
        (KEYS, "001008"),
    ],
)
def test_what_does_not_go_together_is_refused(admin: Client, clause: str, code: str) -> None:
    assert admin.fails(f"CREATE STAGE D.S.OUT {clause}").code == code


def test_disabled_integration_gives_nothing(admin: Client) -> None:
    admin.run("ALTER STORAGE INTEGRATION LAKE SET ENABLED = FALSE")
    assert admin.fails("CREATE STAGE D.S.OUT URL = 's3://lake/a/' STORAGE_INTEGRATION = LAKE").code == "001008"


def test_integration_needs_usage(account: Account, admin: Client) -> None:
    roles(account, "LOADER")
    for sql in (
        "GRANT USAGE ON DATABASE D TO ROLE LOADER", "GRANT USAGE, CREATE STAGE ON SCHEMA D.S TO ROLE LOADER",
    ):  # fmt: skip
        admin.run(sql)
    sql = "CREATE STAGE D.S.OUT URL = 's3://lake/a/' STORAGE_INTEGRATION = LAKE"
    assert account.as_role("LOADER").fails(sql).code == "002003"
    admin.run("GRANT USAGE ON INTEGRATION LAKE TO ROLE LOADER")
    account.as_role("LOADER").run(sql)


def test_account_may_require_an_integration(admin: Client) -> None:
    admin.run("ALTER ACCOUNT SET REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_CREATION = TRUE")
    assert admin.fails(f"CREATE STAGE D.S.OUT URL = 's3://lake/a/' {KEYS}").code == "001008"
    admin.run("CREATE STAGE D.S.OUT URL = 's3://lake/a/' STORAGE_INTEGRATION = LAKE")


def test_stage_stays_outside_or_inside(admin: Client) -> None:
    admin.run("CREATE STAGE D.S.OUT")
    assert admin.fails("ALTER STAGE D.S.OUT SET URL = 's3://b/'").code == "001008"


def test_usage_is_its_privilege(admin: Client) -> None:
    admin.run("CREATE STAGE D.S.OUT URL = 's3://b/'")
    admin.run("GRANT USAGE ON STAGE D.S.OUT TO ROLE SYSADMIN")
    assert "external stage" in admin.fails("GRANT READ ON STAGE D.S.OUT TO ROLE SYSADMIN").message


@pytest.mark.parametrize("sql", ["LIST @D.S.OUT", "COPY INTO D.S.T FROM @D.S.OUT", "GET @D.S.OUT file:///tmp"])
def test_nothing_is_read_from_it(admin: Client, sql: str) -> None:
    admin.run("CREATE TABLE D.S.T (A INT)")
    admin.run("CREATE STAGE D.S.OUT URL = 's3://b/'")
    assert admin.fails(sql).code == "000002"


def test_query_of_it_is_refused(admin: Client) -> None:
    admin.run("CREATE STAGE D.S.OUT URL = 's3://b/'")
    assert admin.computing().fails("SELECT $1 FROM @D.S.OUT").code == "000002"
