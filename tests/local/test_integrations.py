"""Storage integrations: docs.snowflake.com, CREATE STORAGE INTEGRATION."""

import pytest

from tests.local.conftest import Account
from tests.local.grants import roles

S3 = (
    "CREATE STORAGE INTEGRATION LAKE TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE "
    "STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::123456789012:role/lake' STORAGE_ALLOWED_LOCATIONS = ('s3://lake/a/')"
)


def test_integration_is_listed_and_described(account: Account) -> None:
    admin = account.admin
    admin.run(f"{S3} STORAGE_BLOCKED_LOCATIONS = ('s3://lake/a/secret/') COMMENT = 'the lake'")
    (row,) = admin.rows("SHOW INTEGRATIONS")
    assert (row["name"], row["type"], row["category"], row["enabled"], row["comment"]) == (
        "LAKE", "EXTERNAL_STAGE", "STORAGE", "true", "the lake",
    )  # fmt: skip
    described = {r["property"]: r["property_value"] for r in admin.rows("DESC INTEGRATION LAKE")}
    assert described["STORAGE_ALLOWED_LOCATIONS"] == "s3://lake/a/"
    assert described["STORAGE_BLOCKED_LOCATIONS"] == "s3://lake/a/secret/"
    assert described["STORAGE_AWS_ROLE_ARN"] == "arn:aws:iam::123456789012:role/lake"
    assert str(described["STORAGE_AWS_EXTERNAL_ID"]).startswith("LM00001_SFCRole=")
    assert admin.rows("SHOW STORAGE INTEGRATIONS LIKE 'x%'") == []


def test_azure_and_gcs_have_properties_of_their_own(account: Account) -> None:
    admin = account.admin
    tail = "TYPE = EXTERNAL_STAGE ENABLED = FALSE"
    admin.run(
        f"CREATE STORAGE INTEGRATION AZ {tail} STORAGE_PROVIDER = 'AZURE' AZURE_TENANT_ID = 't' "
        "STORAGE_ALLOWED_LOCATIONS = ('azure://x.blob.core.windows.net/c/')"
    )
    admin.run(f"CREATE STORAGE INTEGRATION G {tail} STORAGE_PROVIDER = 'GCS' STORAGE_ALLOWED_LOCATIONS = ('*')")
    assert [(row["name"], row["enabled"]) for row in admin.rows("SHOW INTEGRATIONS")] == [
        ("AZ", "false"),
        ("G", "false"),
    ]


def test_it_is_altered_and_dropped(account: Account) -> None:
    admin = account.admin
    admin.run(S3)
    admin.run("ALTER STORAGE INTEGRATION LAKE SET ENABLED = FALSE, STORAGE_ALLOWED_LOCATIONS = ('*')")
    described = {r["property"]: r["property_value"] for r in admin.rows("DESC STORAGE INTEGRATION LAKE")}
    assert (described["ENABLED"], described["STORAGE_ALLOWED_LOCATIONS"]) == ("false", "*")
    admin.run("DROP INTEGRATION LAKE")
    assert admin.rows("SHOW INTEGRATIONS") == []


@pytest.mark.parametrize(
    "sql",
    [
        S3.replace("'s3://lake/a/'", "'gcs://lake/'"),
        S3.replace("STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::123456789012:role/lake'", ""),
        S3.replace("ENABLED = TRUE", ""),
        S3.replace("'S3'", "'FTP'"),
        f"{S3} AZURE_TENANT_ID = 't'",
    ],
)
def test_incomplete_and_mixed_integrations_are_refused(account: Account, sql: str) -> None:
    assert account.admin.fails(sql).code in ("001008", "002029")


@pytest.mark.parametrize("kind", ["API", "CATALOG", "EXTERNAL ACCESS"])
def test_other_integrations_are_not_there(account: Account, kind: str) -> None:
    assert account.admin.fails(f"CREATE {kind} INTEGRATION X ENABLED = TRUE").code == "000002"


def test_usage_is_granted_and_needed(account: Account) -> None:
    admin = account.admin
    admin.run(S3)
    roles(account, "LOADER")
    loader = account.as_role("LOADER")
    assert loader.fails("DESC INTEGRATION LAKE").code == "002003"
    admin.run("GRANT USAGE ON INTEGRATION LAKE TO ROLE LOADER")
    assert loader.rows("DESC INTEGRATION LAKE") != []
    assert [row["privilege"] for row in admin.rows("SHOW GRANTS TO ROLE LOADER")] == ["USAGE"]


def test_creating_one_needs_the_privilege_on_the_account(account: Account) -> None:
    assert account.as_role("SYSADMIN").fails(S3).code == "003001"
