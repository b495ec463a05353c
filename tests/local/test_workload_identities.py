"""WORKLOAD_IDENTITY of service users: docs.snowflake.com, CREATE USER and Workload identity federation."""

import json

import pytest

from tests.local.conftest import Account

OIDC = (
    "WORKLOAD_IDENTITY = (TYPE = OIDC ISSUER = 'https://token.actions.githubusercontent.com' "
    "SUBJECT = 'repo:org/app:environment:prod')"
)
SHOW = "SHOW USER WORKLOAD IDENTITY AUTHENTICATION METHODS FOR USER SVC"


def test_identity_of_a_service_user_is_shown(account: Account) -> None:
    admin = account.admin
    admin.run(f"CREATE USER SVC TYPE = SERVICE {OIDC}")
    (row,) = admin.rows(SHOW)
    assert (row["name"], row["type"], row["comment"], row["last_used"], row["status"]) == (
        "DEFAULT", "OIDC", None, None, "ACTIVE",
    )  # fmt: skip
    assert json.loads(str(row["additional_info"])) == {
        "issuer": "https://token.actions.githubusercontent.com",
        "subject": "repo:org/app:environment:prod",
        "audienceList": [],
    }
    assert [row["has_workload_identity"] for row in admin.rows("SHOW USERS LIKE 'SVC'")] == ["true"]


@pytest.mark.parametrize(
    ("identity", "info"),
    [
        (
            "TYPE = AWS ARN = 'arn:aws:iam::123456789012:role/Loader'",
            {"awsPartition": "aws", "awsAccount": "123456789012", "type": "IAM_ROLE", "iamRole": "Loader"},
        ),
        (
            "TYPE = AZURE, ISSUER = 'https://login.microsoftonline.com/t/v2.0', SUBJECT = 'object-id'",
            {"issuer": "https://login.microsoftonline.com/t/v2.0", "subject": "object-id"},
        ),
        ("TYPE = GCP SUBJECT = '1234'", {"subject": "1234"}),
        (
            "TYPE = OIDC ISSUER = 'https://i' SUBJECT = 's' OIDC_AUDIENCE_LIST = ('a', 'b')",
            {"issuer": "https://i", "subject": "s", "audienceList": ["a", "b"]},
        ),
    ],
)
def test_every_provider_has_its_details(account: Account, identity: str, info: dict[str, object]) -> None:
    account.admin.run("CREATE USER SVC TYPE = SERVICE")
    account.admin.run(f"ALTER USER SVC SET WORKLOAD_IDENTITY = ({identity})")
    (row,) = account.admin.rows(SHOW)
    assert json.loads(str(row["additional_info"])) == info


def test_unset_takes_it_away(account: Account) -> None:
    account.admin.run(f"CREATE USER SVC TYPE = SERVICE {OIDC}")
    account.admin.run("ALTER USER SVC UNSET WORKLOAD_IDENTITY")
    assert account.admin.rows(SHOW) == []


@pytest.mark.parametrize("kind", ["PERSON", "LEGACY_SERVICE"])
def test_only_service_users_have_one(account: Account, kind: str) -> None:
    assert account.admin.fails(f"CREATE USER SVC TYPE = {kind} {OIDC}").code == "001474"


@pytest.mark.parametrize(
    "identity",
    [
        "TYPE = OIDC ISSUER = 'https://i'",
        "TYPE = AWS",
        "TYPE = AWS ARN = 'arn:aws:s3:::bucket'",
        "TYPE = GCP SUBJECT = '1' ISSUER = 'https://i'",
        "TYPE = KUBERNETES SUBJECT = '1'",
        "SUBJECT = '1'",
    ],
)
def test_incomplete_and_unknown_identities_are_refused(account: Account, identity: str) -> None:
    account.admin.run("CREATE USER SVC TYPE = SERVICE")
    assert account.admin.fails(f"ALTER USER SVC SET WORKLOAD_IDENTITY = ({identity})").code in ("001008", "002029")


def test_others_need_monitor_on_the_user(account: Account) -> None:
    admin = account.admin
    admin.run(f"CREATE USER SVC TYPE = SERVICE {OIDC}")
    admin.run("CREATE ROLE AUDITOR")
    assert account.as_role("AUDITOR").fails(SHOW).code == "002003"
    admin.run("GRANT MONITOR ON USER SVC TO ROLE AUDITOR")
    assert len(account.as_role("AUDITOR").rows(SHOW)) == 1


def test_one_without_identity_shows_nothing(account: Account) -> None:
    assert account.admin.rows("SHOW USER WORKLOAD IDENTITY AUTHENTICATION METHODS") == []
