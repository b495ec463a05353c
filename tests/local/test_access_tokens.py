"""Programmatic access tokens: docs.snowflake.com, ALTER USER … ADD PROGRAMMATIC ACCESS TOKEN."""

import json

import pytest

from local import dump
from local.credentials import tokens
from local.model import Kind, Obj
from local.records import encode
from tests.local.conftest import Account, Client
from tests.local.grants import roles

ADD = "ALTER USER ANN ADD PROGRAMMATIC ACCESS TOKEN T1"
ADD_SERVICE = "ALTER USER SVC ADD PROGRAMMATIC ACCESS TOKEN T1 ROLE_RESTRICTION = 'LOADER'"


@pytest.fixture
def admin(account: Account) -> Client:
    """Person ANN; service user SVC with role LOADER, under a network policy."""
    client = account.admin
    client.run("CREATE USER ANN")
    client.run("CREATE USER SVC TYPE = SERVICE")
    roles(account, "LOADER")
    client.run("GRANT ROLE LOADER TO USER SVC")
    client.run("CREATE NETWORK POLICY GATE ALLOWED_IP_LIST = ('10.0.0.0/8')")
    client.run("ALTER USER SVC SET NETWORK_POLICY = GATE")
    return client


def user(account: Account, name: str) -> Obj:
    found = account.catalogue.find(Kind.USER, (name,))
    assert found is not None
    return found


def test_secret_is_answered_once_and_stored_as_a_hash_only(account: Account, admin: Client) -> None:
    ((name, secret),) = admin.run(ADD).rows
    assert name == "T1"
    assert secret is not None
    assert len(secret) > 40
    assert secret not in encode(user(account, "ANN"))
    assert secret not in json.dumps(dump.dump(account.catalogue))
    (token,) = tokens(user(account, "ANN"))
    assert token.secret_hash.startswith("sha256$")


def test_dump_compares_neither_hash_nor_moments(account: Account, admin: Client) -> None:
    admin.run(ADD)
    assert (
        '"PATS": {"T1": {"ROLE": "", "CREATED_BY": "LOCAL_ADMIN", "COMMENT": "", "SECRET_HASH": "***"}}'
        in json.dumps(dump.dump(account.catalogue))
    )


def test_token_is_listed_without_its_secret(admin: Client) -> None:
    admin.run("ALTER USER ANN ADD PAT T1 DAYS_TO_EXPIRY = 30 COMMENT = 'laptop'")
    (row,) = admin.rows("SHOW USER PROGRAMMATIC ACCESS TOKENS FOR USER ANN")
    created, expires = float(str(row.pop("created_on"))), float(str(row.pop("expires_at")))
    assert round((expires - created) / 86400, 3) == 30
    assert row == {
        "name": "T1", "user_name": "ANN", "role_restriction": "", "status": "ACTIVE", "comment": "laptop",
        "created_by": "LOCAL_ADMIN", "mins_to_bypass_network_policy_requirement": None, "rotated_to": None,
    }  # fmt: skip


def test_default_expiry_is_fifteen_days(account: Account, admin: Client) -> None:
    admin.run(ADD)
    (token,) = tokens(user(account, "ANN"))
    assert round((token.expires - token.created) / 86400, 3) == 15


def test_user_shows_that_it_has_one(admin: Client) -> None:
    admin.run(ADD)
    assert [row["has_pat"] for row in admin.rows("SHOW USERS LIKE 'ANN'")] == ["true"]
    admin.run("ALTER USER ANN REMOVE PROGRAMMATIC ACCESS TOKEN T1")
    assert [row["has_pat"] for row in admin.rows("SHOW USERS LIKE 'ANN'")] == ["false"]
    assert admin.rows("SHOW USER PATS FOR USER ANN") == []


def test_bypass_of_the_network_policy_requirement_is_shown_in_minutes(admin: Client) -> None:
    admin.run(f"{ADD} MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT = 60")
    (row,) = admin.rows("SHOW USER PATS FOR USER ANN")
    assert row["mins_to_bypass_network_policy_requirement"] == "60"


def test_token_of_a_disabled_user_is_disabled(admin: Client) -> None:
    admin.run(ADD)
    admin.run("ALTER USER ANN SET DISABLED = TRUE")
    assert [row["status"] for row in admin.rows("SHOW USER PATS FOR USER ANN")] == ["DISABLED"]


def test_service_user_has_a_token_for_a_role_of_its_own(admin: Client) -> None:
    admin.run(ADD_SERVICE)
    assert [row["role_restriction"] for row in admin.rows("SHOW USER PATS FOR USER SVC")] == ["LOADER"]


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER USER SVC ADD PAT T1",
        "ALTER USER SVC ADD PAT T1 ROLE_RESTRICTION = 'SYSADMIN'",
        "ALTER USER SVC ADD PAT T1 ROLE_RESTRICTION = 'NOBODY'",
        f"{ADD_SERVICE} MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT = 60",
        f"{ADD} MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT = 1441",
        f"{ADD} DAYS_TO_EXPIRY = 0",
        f"{ADD} DAYS_TO_EXPIRY = 366",
    ],
)
def test_what_a_token_may_not_be_is_refused(admin: Client, sql: str) -> None:
    assert admin.fails(sql).code == "001008"


def test_service_user_without_network_policy_has_none(admin: Client) -> None:
    admin.run("ALTER USER SVC UNSET NETWORK_POLICY")
    assert "network policy" in admin.fails(ADD_SERVICE).message


def test_authentication_policy_decides_about_network_role_and_days(admin: Client) -> None:
    admin.run("ALTER USER SVC UNSET NETWORK_POLICY")
    admin.run("CREATE DATABASE D")
    admin.run(
        "CREATE AUTHENTICATION POLICY D.PUBLIC.A PAT_POLICY = (MAX_EXPIRY_IN_DAYS = 20 "
        "NETWORK_POLICY_EVALUATION = NOT_ENFORCED REQUIRE_ROLE_RESTRICTION_FOR_SERVICE_USERS = FALSE)"
    )
    admin.run("ALTER USER SVC SET AUTHENTICATION POLICY D.PUBLIC.A")
    admin.run("ALTER USER SVC ADD PAT T1 DAYS_TO_EXPIRY = 20")
    assert admin.fails("ALTER USER SVC ADD PAT T2 DAYS_TO_EXPIRY = 21").code == "001008"


def test_name_is_taken_once_per_user(admin: Client) -> None:
    admin.run(ADD)
    assert admin.fails(ADD).code == "002002"
    assert admin.run("ALTER USER ANN ADD PAT IF NOT EXISTS T1").columns[0].name == "status"
    admin.run("ALTER USER LOCAL_ADMIN ADD PAT T1")


def test_sixteenth_token_is_refused(admin: Client) -> None:
    for number in range(15):
        admin.run(f"ALTER USER ANN ADD PAT N{number}")
    assert "15" in admin.fails(ADD).message


def test_users_have_tokens_made_for_themselves(account: Account, admin: Client) -> None:
    ann = account.client("ANN", "PUBLIC")
    ann.run("ALTER USER ADD PAT MINE")
    assert [row["name"] for row in ann.rows("SHOW USER PATS")] == ["MINE"]
    ann.run("ALTER USER REMOVE PAT MINE")


def test_others_need_the_privilege_on_the_user(account: Account, admin: Client) -> None:
    bob = account.as_role("LOADER")
    assert bob.fails(ADD).code == "002003"
    admin.run("GRANT MONITOR ON USER ANN TO ROLE LOADER")
    assert bob.fails(ADD).code == "003001"
    assert bob.fails("SHOW USER PATS FOR USER ANN").code == "003001"
    admin.run("GRANT MODIFY PROGRAMMATIC AUTHENTICATION METHODS ON USER ANN TO ROLE LOADER")
    bob.run(ADD)
    bob.run("SHOW USER PATS FOR USER ANN")


def test_missing_token_is_not_found(admin: Client) -> None:
    assert admin.fails("ALTER USER ANN REMOVE PAT T1").code == "002003"
    admin.run("ALTER USER ANN REMOVE PAT IF EXISTS T1")


def test_rotation_is_not_there(admin: Client) -> None:
    assert admin.fails("ALTER USER ANN ROTATE PROGRAMMATIC ACCESS TOKEN T1").code == "000002"
