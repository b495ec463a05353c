"""Programmatic access tokens: docs.snowflake.com, ALTER USER … ADD PROGRAMMATIC ACCESS TOKEN."""

import json

import pytest

from local import dump
from local.credentials import hashed, tokens
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
        '"PATS": {"T1": {"ROLE": "", "CREATED_BY": "LOCAL_ADMIN", "COMMENT": "", "SECRET_HASH": "***", "DAYS": 15}}'
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


def shown(client: Client, name: str = "ANN") -> dict[str | None, dict[str, str | None]]:
    return {row["name"]: row for row in client.rows(f"SHOW USER PATS FOR USER {name}")}


def left(row: dict[str, str | None], unit: float) -> float:
    return (float(str(row["expires_at"])) - float(str(row["created_on"]))) / unit


def test_rotation_gives_a_new_secret_and_lets_the_old_one_run_out(account: Account, admin: Client) -> None:
    ((_, before),) = admin.run(f"{ADD} DAYS_TO_EXPIRY = 30 COMMENT = 'c'").rows
    result = admin.run("ALTER USER ANN ROTATE PROGRAMMATIC ACCESS TOKEN T1")
    assert [column.name for column in result.columns] == ["token_name", "token_secret", "rotated_token_name"]
    ((name, secret, former),) = result.rows
    assert name == "T1"
    assert secret != before
    assert str(former).startswith("T1_ROTATED_")
    rows = shown(admin)
    assert (rows["T1"]["rotated_to"], rows["T1"]["comment"]) == (None, "c")
    assert round(left(rows["T1"], 86400), 3) == 30
    assert (rows[former]["rotated_to"], rows[former]["status"]) == ("T1", "ACTIVE")
    assert round(left(rows[former], 3600), 1) == 24
    by_name = {token.name: token for token in tokens(user(account, "ANN"))}
    assert by_name["T1"].secret_hash == hashed(str(secret))
    assert by_name[str(former)].secret_hash == hashed(str(before))


def test_rotated_secret_may_end_at_once(admin: Client) -> None:
    admin.run(ADD)
    ((_, _, former),) = admin.run("ALTER USER ANN ROTATE PAT T1 EXPIRE_ROTATED_TOKEN_AFTER_HOURS = 0").rows
    assert {name: row["status"] for name, row in shown(admin).items()} == {"T1": "ACTIVE", former: "EXPIRED"}
    for hours in (-1, 15 * 24 + 1):
        sql = f"ALTER USER ANN ROTATE PAT T1 EXPIRE_ROTATED_TOKEN_AFTER_HOURS = {hours}"
        assert admin.fails(sql).code in ("001008", "001003")


def test_rotated_token_can_only_be_removed(admin: Client) -> None:
    admin.run(ADD)
    ((_, _, former),) = admin.run("ALTER USER ANN ROTATE PAT T1").rows
    for change in (
        f"ROTATE PAT {former}",
        f"MODIFY PAT {former} RENAME TO X",
        f"MODIFY PAT {former} SET COMMENT = 'x'",
    ):
        assert admin.fails(f"ALTER USER ANN {change}").code == "001008"
    (answer,) = admin.rows(f"ALTER USER ANN REMOVE PAT {former}")
    assert answer == {"status": f"Programmatic access token {former} successfully removed."}
    assert set(shown(admin)) == {"T1"}


def test_token_is_renamed_disabled_and_commented(admin: Client) -> None:
    admin.run(ADD)
    admin.run("ALTER USER ANN ROTATE PAT T1")
    admin.run("ALTER USER ANN MODIFY PROGRAMMATIC ACCESS TOKEN T1 RENAME TO T2")
    admin.run(
        "ALTER USER ANN MODIFY PAT T2 SET DISABLED = TRUE COMMENT = 'c' MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT = 5"
    )
    row = shown(admin)["T2"]
    wanted = ("status", "comment", "mins_to_bypass_network_policy_requirement")
    assert [row[name] for name in wanted] == ["DISABLED", "c", "5"]
    assert {r["rotated_to"] for r in shown(admin).values()} == {None, "T2"}
    admin.run("ALTER USER ANN MODIFY PAT T2 UNSET DISABLED, COMMENT, MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT")
    assert [shown(admin)["T2"][name] for name in wanted] == ["ACTIVE", None, None]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("MODIFY PAT T1 RENAME TO T2", "002002"),
        ("MODIFY PAT T1 SET MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT = 1441", "001008"),
        ("MODIFY PAT T1 SET DAYS_TO_EXPIRY = 3", "001420"),
        ("MODIFY PAT T1 UNSET ROLE_RESTRICTION", "001420"),
        ("MODIFY PAT T1 SET", "001003"),
        ("MODIFY PAT NOPE SET DISABLED = TRUE", "002003"),
        ("ROTATE PAT NOPE", "002003"),
    ],
)
def test_changes_that_cannot_be_are_refused(admin: Client, change: str, code: str) -> None:
    admin.run(ADD)
    admin.run("ALTER USER ANN ADD PAT T2")
    assert admin.fails(f"ALTER USER ANN {change}").code == code


def test_missing_tokens_are_skipped_where_asked(admin: Client) -> None:
    for change in ("MODIFY PAT IF EXISTS NOPE SET DISABLED = TRUE", "ROTATE PAT IF EXISTS NOPE"):
        assert admin.run(f"ALTER USER ANN {change}").columns[0].name == "status"


def test_tokens_of_a_user_who_was_disabled_stay_disabled(admin: Client) -> None:
    admin.run(ADD)
    admin.run("ALTER USER ANN SET DISABLED = TRUE")
    admin.run("ALTER USER ANN SET DISABLED = FALSE")
    assert shown(admin)["T1"]["status"] == "DISABLED"
    admin.run("ALTER USER ANN MODIFY PAT T1 SET DISABLED = FALSE")
    assert shown(admin)["T1"]["status"] == "ACTIVE"


def test_others_change_tokens_with_the_privilege_on_the_user(account: Account, admin: Client) -> None:
    admin.run(ADD)
    admin.run("GRANT MONITOR ON USER ANN TO ROLE LOADER")
    loader = account.as_role("LOADER")
    changes = ("ROTATE PAT T1", "MODIFY PAT T1 SET COMMENT = 'x'", "REMOVE PAT T1")
    for change in changes:
        assert loader.fails(f"ALTER USER ANN {change}").code == "003001"
    admin.run("GRANT MODIFY PROGRAMMATIC AUTHENTICATION METHODS ON USER ANN TO ROLE LOADER")
    for change in changes:
        loader.run(f"ALTER USER ANN {change}")


def test_service_user_needs_the_privilege_for_its_own_tokens(account: Account, admin: Client) -> None:
    service = account.client("SVC", "LOADER")
    sql = "ALTER USER SVC ADD PAT T1 ROLE_RESTRICTION = 'LOADER'"
    admin.run("GRANT MONITOR ON USER SVC TO ROLE LOADER")
    assert service.fails(sql).code == "003001"
    admin.run("GRANT MODIFY PROGRAMMATIC AUTHENTICATION METHODS ON USER SVC TO ROLE LOADER")
    service.run(sql)


def test_policy_without_the_method_leaves_no_tokens(admin: Client) -> None:
    admin.run("CREATE DATABASE D")
    admin.run("CREATE AUTHENTICATION POLICY D.PUBLIC.A AUTHENTICATION_METHODS = ('KEYPAIR')")
    admin.run("ALTER USER ANN SET AUTHENTICATION POLICY D.PUBLIC.A")
    assert admin.fails(ADD).code == "001008"
    admin.run("ALTER AUTHENTICATION POLICY D.PUBLIC.A SET AUTHENTICATION_METHODS = ('PROGRAMMATIC_ACCESS_TOKEN')")
    admin.run(ADD)
