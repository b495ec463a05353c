"""The views of SNOWFLAKE.ACCOUNT_USAGE: their columns, their rows, and any SELECT on them."""

from __future__ import annotations

import json

import pytest

from local.model import Kind
from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin.computing()
    client.run("CREATE DATABASE D")
    return client


def run(client: Client, *statements: str) -> None:
    for sql in statements:
        client.run(sql.replace("AU.", "SNOWFLAKE.ACCOUNT_USAGE."))


def ask(client: Client, sql: str) -> list[dict[str, str | None]]:
    return client.rows(sql.replace("AU.", "SNOWFLAKE.ACCOUNT_USAGE."))


def one(client: Client, sql: str) -> dict[str, str | None]:
    (row,) = ask(client, sql)
    return row


def values(client: Client, sql: str) -> list[tuple[str | None, ...]]:
    return [tuple(row.values()) for row in ask(client, sql)]


T, B, N, V = "timestamp_ltz", "boolean", "fixed", "variant"
DOCUMENTED = {
    "GRANTS_TO_ROLES": {
        "CREATED_ON": T, "MODIFIED_ON": T, "PRIVILEGE": "", "GRANTED_ON": "", "NAME": "", "TABLE_CATALOG": "",
        "TABLE_SCHEMA": "", "GRANTED_TO": "", "GRANTEE_NAME": "", "GRANT_OPTION": B, "GRANTED_BY": "", "DELETED_ON": T,
        "GRANTED_BY_ROLE_TYPE": "", "OBJECT_INSTANCE": "",
    },
    "GRANTS_TO_USERS": {
        "CREATED_ON": T, "DELETED_ON": T, "ROLE": "", "GRANTED_TO": "", "GRANTEE_NAME": "", "GRANTED_BY": "",
    },
    "USERS": {
        "USER_ID": N, "NAME": "", "CREATED_ON": T, "DELETED_ON": T, "LOGIN_NAME": "", "DISPLAY_NAME": "",
        "FIRST_NAME": "", "LAST_NAME": "", "EMAIL": "", "MUST_CHANGE_PASSWORD": B, "HAS_PASSWORD": B, "COMMENT": "",
        "DISABLED": V, "SNOWFLAKE_LOCK": V, "DEFAULT_WAREHOUSE": "", "DEFAULT_NAMESPACE": "", "DEFAULT_ROLE": "",
        "EXT_AUTHN_DUO": B, "EXT_AUTHN_UID": "", "HAS_MFA": B, "BYPASS_MFA_UNTIL": T, "LAST_SUCCESS_LOGIN": T,
        "EXPIRES_AT": T, "LOCKED_UNTIL_TIME": T, "HAS_RSA_PUBLIC_KEY": B, "PASSWORD_LAST_SET_TIME": T, "OWNER": "",
        "DEFAULT_SECONDARY_ROLE": "", "HAS_PAT": B, "HAS_WORKLOAD_IDENTITY": B, "TYPE": "", "DATABASE_NAME": "",
        "DATABASE_ID": N, "SCHEMA_NAME": "", "SCHEMA_ID": N, "IS_FROM_ORGANIZATION_USER": B,
    },
    "ROLES": {
        "ROLE_ID": N, "CREATED_ON": T, "DELETED_ON": T, "NAME": "", "COMMENT": "", "OWNER": "", "ROLE_TYPE": "",
        "ROLE_DATABASE_NAME": "", "ROLE_INSTANCE_ID": N, "OWNER_ROLE_TYPE": "", "IS_FROM_ORGANIZATION_USER_GROUP": B,
    },
    "POLICY_REFERENCES": {
        "POLICY_DB": "", "POLICY_SCHEMA": "", "POLICY_ID": N, "POLICY_NAME": "", "POLICY_KIND": "",
        "REF_DATABASE_NAME": "", "REF_SCHEMA_NAME": "", "REF_ENTITY_NAME": "", "REF_ENTITY_DOMAIN": "",
        "REF_COLUMN_NAME": "", "REF_ARG_COLUMN_NAMES": "", "TAG_DATABASE": "", "TAG_SCHEMA": "", "TAG_NAME": "",
        "POLICY_STATUS": "",
    },
}  # fmt: skip
"""Columns and types of docs.snowflake.com; text where nothing is written."""


@pytest.mark.parametrize("view", DOCUMENTED)
def test_view_has_the_documented_columns_in_order(admin: Client, view: str) -> None:
    columns = admin.run(f"SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.{view}").columns  # noqa: S608 (a key of the table)
    found = {column.name: column.type.value for column in columns}
    assert list(found.items()) == [(name, kind or "text") for name, kind in DOCUMENTED[view].items()]


# GRANTS_TO_ROLES


def test_privilege_of_a_role_is_listed_with_the_place_of_its_object(admin: Client) -> None:
    run(admin, "CREATE ROLE R", "CREATE TABLE T (ID INT)", "GRANT SELECT ON TABLE D.PUBLIC.T TO ROLE R")
    row = one(admin, "SELECT * FROM AU.GRANTS_TO_ROLES WHERE GRANTEE_NAME = 'R'")
    shown = ("PRIVILEGE", "GRANTED_ON", "NAME", "TABLE_CATALOG", "TABLE_SCHEMA", "GRANTED_TO", "GRANTED_BY")
    assert [row[name] for name in shown] == ["SELECT", "TABLE", "T", "D", "PUBLIC", "ROLE", "ACCOUNTADMIN"]
    assert (row["GRANT_OPTION"], row["DELETED_ON"], row["GRANTED_BY_ROLE_TYPE"]) == ("0", None, "ROLE")


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("DATABASE D", ["DATABASE", "D", "D", None]),
        ("SCHEMA D.PUBLIC", ["SCHEMA", "PUBLIC", "D", "PUBLIC"]),
        ("WAREHOUSE COMPUTE_WH", ["WAREHOUSE", "COMPUTE_WH", None, None]),
    ],
)
def test_container_stands_in_its_own_place(admin: Client, on: str, expected: list[str | None]) -> None:
    run(admin, "CREATE ROLE R", f"GRANT USAGE ON {on} TO ROLE R")
    query = "SELECT GRANTED_ON, NAME, TABLE_CATALOG, TABLE_SCHEMA FROM AU.GRANTS_TO_ROLES WHERE GRANTEE_NAME = 'R'"
    assert values(admin, query) == [tuple(expected)]


def test_owner_is_listed_with_ownership(admin: Client) -> None:
    row = one(
        admin,
        "SELECT * FROM AU.GRANTS_TO_ROLES WHERE PRIVILEGE = 'OWNERSHIP' AND NAME = 'D' AND TABLE_CATALOG = 'D'",
    )
    assert (row["GRANTEE_NAME"], row["GRANT_OPTION"]) == ("ACCOUNTADMIN", "1")


def test_revoked_privilege_stays_with_the_moment_it_went(admin: Client) -> None:
    run(admin, "CREATE ROLE R", "GRANT USAGE ON DATABASE D TO ROLE R", "REVOKE USAGE ON DATABASE D FROM ROLE R")
    row = one(admin, "SELECT * FROM AU.GRANTS_TO_ROLES WHERE GRANTEE_NAME = 'R'")
    assert float(row["DELETED_ON"] or 0) >= float(row["CREATED_ON"] or 0) > 0


def test_ownership_that_revokes_grants_leaves_them_as_deleted(admin: Client) -> None:
    run(admin, "CREATE ROLE R", "CREATE ROLE O", "CREATE TABLE T (ID INT)", "GRANT SELECT ON TABLE T TO ROLE R")
    admin.run("GRANT OWNERSHIP ON TABLE T TO ROLE O REVOKE CURRENT GRANTS")
    row = one(admin, "SELECT * FROM AU.GRANTS_TO_ROLES WHERE GRANTEE_NAME = 'R'")
    assert row["DELETED_ON"] is not None


def test_grants_on_a_dropped_object_are_not_listed(admin: Client) -> None:
    run(admin, "CREATE ROLE R", "CREATE TABLE T (ID INT)", "GRANT SELECT ON TABLE T TO ROLE R")
    run(admin, "REVOKE SELECT ON TABLE T FROM ROLE R", "DROP TABLE T")
    assert ask(admin, "SELECT * FROM AU.GRANTS_TO_ROLES WHERE GRANTEE_NAME = 'R'") == []


def test_grants_of_a_dropped_role_are_deleted(admin: Client) -> None:
    run(admin, "CREATE ROLE R", "GRANT USAGE ON DATABASE D TO ROLE R", "DROP ROLE R")
    row = one(admin, "SELECT * FROM AU.GRANTS_TO_ROLES WHERE GRANTEE_NAME = 'R'")
    assert (row["PRIVILEGE"], row["DELETED_ON"] is not None) == ("USAGE", True)


def test_future_grants_are_not_listed(admin: Client) -> None:
    run(admin, "CREATE ROLE R", "GRANT SELECT ON FUTURE TABLES IN DATABASE D TO ROLE R")
    assert ask(admin, "SELECT * FROM AU.GRANTS_TO_ROLES WHERE GRANTEE_NAME = 'R'") == []


def test_privilege_of_a_user_is_here_and_its_role_is_not(admin: Client) -> None:
    run(admin, "CREATE USER U", "CREATE ROLE R", "GRANT ROLE R TO USER U", "GRANT USAGE ON DATABASE D TO USER U")
    row = one(admin, "SELECT * FROM AU.GRANTS_TO_ROLES WHERE GRANTEE_NAME = 'U'")
    assert (row["GRANTED_TO"], row["PRIVILEGE"], row["GRANTED_ON"]) == ("USER", "USAGE", "DATABASE")


def test_role_granted_to_a_database_role_is_a_row_of_its_kind(admin: Client) -> None:
    run(admin, "CREATE DATABASE ROLE D.A", "CREATE DATABASE ROLE D.B", "GRANT DATABASE ROLE D.A TO DATABASE ROLE D.B")
    row = one(admin, "SELECT * FROM AU.GRANTS_TO_ROLES WHERE GRANTEE_NAME = 'B'")
    assert (row["GRANTED_TO"], row["GRANTED_ON"], row["NAME"]) == ("DATABASE_ROLE", "DATABASE_ROLE", "A")
    assert row["TABLE_CATALOG"] == "D"


def test_what_the_roles_of_the_shared_database_hold_is_not_listed(admin: Client) -> None:
    assert ask(admin, "SELECT * FROM AU.GRANTS_TO_ROLES WHERE GRANTEE_NAME LIKE '%VIEWER'") == []


def test_inherited_grants_have_rows_and_columns_once_the_account_opts_in(admin: Client) -> None:
    run(admin, "ALTER ACCOUNT SET FEATURE_RBAC_INHERITED_GRANTS = 'ENABLED'", "CREATE ROLE R")
    admin.run("GRANT INHERITED SELECT ON ALL TABLES IN DATABASE D TO ROLE R")
    row = one(admin, "SELECT * FROM AU.GRANTS_TO_ROLES WHERE IS_INHERITED AND DELETED_ON IS NULL")
    shown = ("PRIVILEGE", "GRANTED_ON", "NAME", "GRANTEE_NAME", "INHERITED_FROM", "INHERITED_FROM_DATABASE")
    assert [row[name] for name in shown] == ["SELECT", "TABLE", None, "R", "DATABASE", "D"]


# GRANTS_TO_USERS, USERS, ROLES


def test_role_revoked_and_granted_again_has_two_rows(admin: Client) -> None:
    run(admin, "CREATE ROLE R", "CREATE USER U", "GRANT ROLE R TO USER U", "REVOKE ROLE R FROM USER U")
    admin.run("GRANT ROLE R TO USER U")
    rows = ask(admin, "SELECT * FROM AU.GRANTS_TO_USERS WHERE ROLE = 'R' ORDER BY CREATED_ON")
    assert [row["DELETED_ON"] is None for row in rows] == [False, True]
    assert {row["GRANTEE_NAME"] for row in rows} == {"U"}


def test_dropped_user_and_role_are_listed_as_deleted(admin: Client) -> None:
    run(admin, "CREATE ROLE R COMMENT = 'gone'", "CREATE USER U EMAIL = 'u@example.com'", "DROP ROLE R", "DROP USER U")
    user = one(admin, "SELECT * FROM AU.USERS WHERE NAME = 'U'")
    role = one(admin, "SELECT * FROM AU.ROLES WHERE NAME = 'R'")
    assert (user["DELETED_ON"] is None, user["EMAIL"], user["OWNER"]) == (False, "u@example.com", None)
    assert (role["DELETED_ON"] is None, role["COMMENT"], role["OWNER"]) == (False, "gone", None)


def test_columns_that_a_service_user_cannot_have_are_null(admin: Client) -> None:
    run(admin, "CREATE USER S TYPE = SERVICE", "CREATE USER P PASSWORD = 'Abcdefgh-12345678'")
    rows = ask(admin, "SELECT HAS_PASSWORD, HAS_MFA, MUST_CHANGE_PASSWORD, TYPE FROM AU.USERS WHERE NAME IN ('S', 'P')")
    assert {row["TYPE"]: row["HAS_PASSWORD"] for row in rows} == {"SERVICE": None, "PERSON": "1"}
    assert {row["TYPE"]: row["HAS_MFA"] for row in rows} == {"SERVICE": None, "PERSON": "0"}
    assert {row["TYPE"]: row["MUST_CHANGE_PASSWORD"] for row in rows} == {"SERVICE": None, "PERSON": "0"}


@pytest.mark.parametrize(
    "condition", ["DISABLED = TRUE", "DISABLED = 'true'", "DISABLED::BOOLEAN", "NOT DISABLED = FALSE"]
)
def test_disabled_is_a_variant_that_compares_as_in_snowflake(admin: Client, condition: str) -> None:
    run(admin, "CREATE USER OFF DISABLED = TRUE", "CREATE USER ACTIVE")
    assert values(admin, f"SELECT NAME FROM AU.USERS WHERE {condition}") == [("OFF",)]  # noqa: S608 (from the list)


def test_no_secret_of_a_user_is_in_the_history(account: Account, admin: Client) -> None:
    run(admin, "CREATE USER U TYPE = PERSON PASSWORD = 'Abcdefgh-12345678'", "DROP USER U")
    kept = [gone.fields["props"] for gone in account.catalogue.history if gone.kind == "USER"]
    assert [sorted(props) for props in kept if isinstance(props, dict)] == [
        ["DEFAULT_SECONDARY_ROLES", "DISPLAY_NAME", "LOGIN_NAME", "TYPE"]
    ]


def test_history_keeps_the_newest(account: Account, admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.history.LIMIT", 3)
    for number in range(5):
        run(admin, f"CREATE ROLE R{number}", f"DROP ROLE R{number}")
    rows = ask(admin, "SELECT NAME FROM AU.ROLES WHERE DELETED_ON IS NOT NULL ORDER BY NAME")
    assert [row["NAME"] for row in rows] == ["R2", "R3", "R4"]
    assert len(account.catalogue.history) == 3


def test_statement_that_fails_leaves_no_history(account: Account, admin: Client) -> None:
    run(admin, "CREATE ROLE R", "CREATE USER U", "GRANT ROLE R TO USER U")
    before = len(account.catalogue.history)
    with pytest.raises(RuntimeError), account.catalogue.transaction():
        account.catalogue.drop(account.catalogue.of_kind(Kind.USER)[-1])
        raise RuntimeError
    assert len(account.catalogue.history) == before


# Policies, network, credentials, objects


def test_policies_are_listed_with_everything_they_are_set_on(admin: Client) -> None:
    run(
        admin,
        "CREATE USER U",
        "CREATE TABLE T (ID INT, NAME VARCHAR)",
        "CREATE PASSWORD POLICY P",
        "ALTER ACCOUNT SET PASSWORD POLICY D.PUBLIC.P",
        "CREATE SESSION POLICY S",
        "ALTER USER U SET SESSION POLICY D.PUBLIC.S",
        "CREATE MASKING POLICY M AS (V VARCHAR, I NUMBER) RETURNS VARCHAR -> '*'",
        "ALTER TABLE T MODIFY COLUMN NAME SET MASKING POLICY M USING (NAME, ID)",
        "CREATE NETWORK POLICY N ALLOWED_IP_LIST = ('127.0.0.1')",
        "ALTER USER U SET NETWORK_POLICY = N",
    )
    rows = values(
        admin,
        "SELECT POLICY_KIND, POLICY_NAME, REF_ENTITY_DOMAIN, REF_ENTITY_NAME, REF_COLUMN_NAME, REF_ARG_COLUMN_NAMES "
        "FROM AU.POLICY_REFERENCES ORDER BY POLICY_KIND",
    )
    assert rows == [
        ("MASKING_POLICY", "M", "TABLE", "T", "NAME", None),
        ("NETWORK_POLICY", "N", "USER", "U", None, None),
        ("PASSWORD_POLICY", "P", "ACCOUNT", "MAIN", None, None),
        ("SESSION_POLICY", "S", "USER", "U", None, None),
    ]


def test_limits_of_policies_are_those_that_hold(admin: Client) -> None:
    run(admin, "CREATE PASSWORD POLICY P PASSWORD_MIN_LENGTH = 15", "CREATE SESSION POLICY S")
    password = one(admin, "SELECT PASSWORD_MIN_LENGTH, PASSWORD_HISTORY, DATABASE, SCHEMA FROM AU.PASSWORD_POLICIES")
    session = one(admin, "SELECT SESSION_IDLE_TIMEOUT_MINS, NAME FROM AU.SESSION_POLICIES")
    assert list(password.values()) == ["15", "5", "D", "PUBLIC"]
    assert list(session.values()) == ["240", "S"]


def test_rules_are_listed_with_their_values_and_policies(admin: Client) -> None:
    admin.run("CREATE NETWORK RULE R TYPE = IPV4 MODE = INGRESS VALUE_LIST = ('10.0.0.0/8', '1.2.3.4')")
    admin.run("CREATE NETWORK POLICY P BLOCKED_NETWORK_RULE_LIST = ('D.PUBLIC.R') ALLOWED_IP_LIST = ('127.0.0.1')")
    assert one(admin, "SELECT NAME, TYPE, VALUE_LIST FROM AU.NETWORK_RULES") == {
        "NAME": "R",
        "TYPE": "IPV4",
        "VALUE_LIST": "10.0.0.0/8,1.2.3.4",
    }
    used = one(admin, "SELECT NETWORK_RULE_NAME, CONTAINER_NAME, ACTION_TYPE FROM AU.NETWORK_RULE_REFERENCES")
    assert list(used.values()) == ["R", "P", "BLOCK"]
    assert one(admin, "SELECT ALLOWED_IP_LIST FROM AU.NETWORK_POLICIES")["ALLOWED_IP_LIST"] == "127.0.0.1"


def test_tokens_and_identities_are_credentials(admin: Client) -> None:
    run(admin, "CREATE ROLE R", "CREATE USER P", "GRANT ROLE R TO USER P")
    admin.run("CREATE NETWORK POLICY N ALLOWED_IP_LIST = ('127.0.0.1')")
    admin.run("ALTER USER P SET NETWORK_POLICY = N")
    admin.run("ALTER USER P ADD PROGRAMMATIC ACCESS TOKEN TOK ROLE_RESTRICTION = 'R' DAYS_TO_EXPIRY = 30")
    admin.run("CREATE USER W TYPE = SERVICE WORKLOAD_IDENTITY = (TYPE = GCP SUBJECT = '123456')")
    rows = {row["USER_NAME"]: row for row in ask(admin, "SELECT * FROM AU.CREDENTIALS")}
    assert [rows["P"][name] for name in ("NAME", "TYPE", "STATUS")] == ["TOK", "PAT", "ACTIVE"]
    assert json.loads(rows["P"]["ADDITIONAL_DETAILS"] or "") == {"ROLE_RESTRICTION": ["R"]}
    assert [rows["W"][name] for name in ("TYPE", "STATUS")] == ["GCP", "ENROLLED"]
    assert (rows["LOCAL_ADMIN"]["TYPE"], rows["LOCAL_ADMIN"]["NAME"]) == ("KEYPAIR", "PUBLIC_KEY_1")


def test_tables_count_committed_rows(admin: Client) -> None:
    run(admin, "CREATE TABLE T (ID INT)", "INSERT INTO T VALUES (1), (2), (3)", "DELETE FROM T WHERE ID = 1")
    run(admin, "CREATE TABLE EMPTY (ID INT)", "CREATE VIEW V AS SELECT ID FROM T")
    rows = values(admin, "SELECT TABLE_NAME, TABLE_TYPE, ROW_COUNT FROM AU.TABLES ORDER BY 1")
    assert rows == [("EMPTY", "BASE TABLE", "0"), ("T", "BASE TABLE", "2"), ("V", "VIEW", None)]


def test_shared_database_is_one_of_the_databases_and_not_among_the_schemata(admin: Client) -> None:
    rows = values(admin, "SELECT DATABASE_NAME, TYPE, DELETED FROM AU.DATABASES ORDER BY 1")
    assert rows == [("D", "STANDARD", None), ("SNOWFLAKE", "APPLICATION", None)]
    assert [row["SCHEMA_NAME"] for row in ask(admin, "SELECT SCHEMA_NAME FROM AU.SCHEMATA")] == ["PUBLIC"]


def test_dropped_database_and_its_schema_are_deleted(admin: Client) -> None:
    admin.run("DROP DATABASE D")
    rows = ask(admin, "SELECT CATALOG_NAME, SCHEMA_NAME, DELETED FROM AU.SCHEMATA")
    assert [(row["CATALOG_NAME"], row["SCHEMA_NAME"], row["DELETED"] is None) for row in rows] == [
        ("D", "PUBLIC", False)
    ]
    assert one(admin, "SELECT DELETED FROM AU.DATABASES WHERE DATABASE_NAME = 'D'")["DELETED"] is not None


def test_tags_are_listed_where_they_are_set_and_nowhere_else(admin: Client) -> None:
    run(admin, "CREATE TAG TG", "CREATE TABLE T (ID INT)", "ALTER SCHEMA D.PUBLIC SET TAG TG = 'a'")
    admin.run("ALTER TABLE T MODIFY COLUMN ID SET TAG TG = 'b'")
    rows = values(admin, "SELECT DOMAIN, OBJECT_NAME, COLUMN_NAME, TAG_VALUE FROM AU.TAG_REFERENCES ORDER BY 1")
    assert rows == [("COLUMN", "T", "ID", "b"), ("SCHEMA", "PUBLIC", None, "a")]


def test_shares_and_what_they_hold(admin: Client) -> None:
    run(admin, "CREATE SHARE S", "GRANT USAGE ON DATABASE D TO SHARE S", "ALTER SHARE S ADD ACCOUNTS = ORG.OTHER")
    share = one(admin, "SELECT NAME, DATABASE_NAME, TARGET_ACCOUNTS FROM AU.SHARES")
    held = one(admin, "SELECT PRIVILEGE, GRANTED_ON, OBJECT_NAME, SHARE_NAME FROM AU.GRANTS_TO_SHARES")
    assert list(share.values()) == ["S", "D", "ORG.OTHER"]
    assert list(held.values()) == ["USAGE", "DATABASE", "D", "S"]
    assert ask(admin, "SELECT * FROM AU.GRANTS_TO_ROLES WHERE GRANTEE_NAME = 'S'") == []


# Any SELECT


def test_views_can_be_joined_and_walked_recursively(admin: Client) -> None:
    run(admin, "CREATE ROLE LOW", "CREATE ROLE HIGH", "CREATE USER U", "GRANT ROLE LOW TO ROLE HIGH")
    admin.run("GRANT ROLE HIGH TO USER U")
    rows = values(
        admin,
        """
        WITH RECURSIVE reached AS (
            SELECT grantee_name AS who, role FROM AU.grants_to_users WHERE deleted_on IS NULL
            UNION ALL
            SELECT r.who, g.name FROM reached r JOIN AU.grants_to_roles g
                ON g.grantee_name = r.role AND g.granted_on = 'ROLE' AND g.privilege = 'USAGE'
        )
        SELECT role, COUNT(*) FROM reached JOIN AU.users u ON u.name = reached.who
        WHERE u.name = 'U' GROUP BY role ORDER BY role
    """,
    )
    assert rows == [("HIGH", "1"), ("LOW", "1")]


def test_schema_may_be_current_and_the_view_unqualified(admin: Client) -> None:
    admin.run("USE SCHEMA SNOWFLAKE.ACCOUNT_USAGE")
    assert one(admin, "SELECT COUNT(*) AS N FROM ROLES WHERE ROLE_TYPE = 'ROLE'")["N"] == "6"


def test_view_of_the_account_may_read_them_with_its_owners_rights(account: Account, admin: Client) -> None:
    run(admin, "CREATE VIEW ADMINS AS SELECT GRANTEE_NAME FROM AU.GRANTS_TO_USERS WHERE ROLE = 'ACCOUNTADMIN'")
    run(admin, "CREATE ROLE R", "GRANT USAGE ON DATABASE D TO ROLE R", "GRANT USAGE ON SCHEMA D.PUBLIC TO ROLE R")
    run(admin, "GRANT SELECT ON VIEW ADMINS TO ROLE R", "GRANT USAGE ON WAREHOUSE COMPUTE_WH TO ROLE R")
    reader = account.as_role("R")
    reader.run("USE WAREHOUSE COMPUTE_WH")
    assert reader.rows("SELECT * FROM D.PUBLIC.ADMINS") == [{"GRANTEE_NAME": "LOCAL_ADMIN"}]


def test_bound_value_and_open_transaction_work_as_with_tables(admin: Client) -> None:
    run(admin, "CREATE TABLE T (NAME VARCHAR)", "BEGIN", "INSERT INTO T SELECT NAME FROM AU.ROLES")
    assert one(admin, "SELECT COUNT(*) AS N FROM T")["N"] == one(admin, "SELECT COUNT(*) AS N FROM AU.ROLES")["N"]
    admin.run("ROLLBACK")


def test_a_view_that_is_not_there_is_an_unsupported_feature(admin: Client) -> None:
    error = admin.fails("SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY")
    assert (error.code, "QUERY_HISTORY" in error.message) == ("000002", True)


@pytest.mark.parametrize("name", ['"it\'s; -- a \\ name"', '"Ünï 😀"', '"a\tb"'])
def test_any_name_comes_through_as_it_is(admin: Client, name: str) -> None:
    admin.run(f"CREATE ROLE {name}")
    found = ask(admin, "SELECT NAME FROM AU.ROLES WHERE ROLE_ID = (SELECT MAX(ROLE_ID) FROM AU.ROLES)")
    assert found == [{"NAME": name[1:-1]}]
