"""SHOW over the whole account, as an audit asks it: everything that the role may see, fewer rows and no error else."""

from __future__ import annotations

import pytest

from local.data.columns import ColumnDef, encode_columns
from local.data.types import NUMBER
from local.grants import give
from local.model import ACCOUNT_ID, Kind
from tests.counted import calls
from tests.local.conftest import Account, Client, new_account

SETUP = (
    "CREATE WAREHOUSE W",
    "CREATE RESOURCE MONITOR M",
    "CREATE USER U",
    "CREATE NETWORK POLICY NP ALLOWED_IP_LIST = ('127.0.0.1')",
    "CREATE DATABASE D",
    "CREATE NETWORK RULE NR TYPE = IPV4 VALUE_LIST = ('1.2.3.4')",
    "CREATE AUTHENTICATION POLICY AP",
    "CREATE PASSWORD POLICY PP",
    "CREATE SESSION POLICY SP",
    "CREATE MASKING POLICY MP AS (V VARCHAR) RETURNS VARCHAR -> V",
    "CREATE ROW ACCESS POLICY RP AS (V VARCHAR) RETURNS BOOLEAN -> TRUE",
    "CREATE TAG TG",
    "CREATE STAGE ST",
    "CREATE TABLE T (ID INT)",
    "CREATE VIEW V AS SELECT ID FROM T",
    "CREATE TASK TK SCHEDULE = '60 MINUTES' AS SELECT 1",
    "CREATE PROCEDURE P() RETURNS VARCHAR LANGUAGE SQL AS 'BEGIN RETURN 1; END'",
    "CREATE STREAM S ON TABLE T",
    "CREATE ROLE NOBODY",
)

SHOWS = {
    "DATABASES": "D",
    "SCHEMAS": "PUBLIC",
    "WAREHOUSES": "W",
    "RESOURCE MONITORS": "M",
    "USERS": "U",
    "ROLES": "NOBODY",
    "NETWORK POLICIES": "NP",
    "NETWORK RULES": "NR",
    "AUTHENTICATION POLICIES": "AP",
    "PASSWORD POLICIES": "PP",
    "SESSION POLICIES": "SP",
    "MASKING POLICIES": "MP",
    "ROW ACCESS POLICIES": "RP",
    "TAGS": "TG",
    "STAGES": "ST",
    "TABLES": "T",
    "VIEWS": "V",
    "TASKS": "TK",
    "PROCEDURES": "P",
    "STREAMS": "S",
}
OPEN = ("ROLES", "USERS")
"""Names of these are listed to everybody."""


@pytest.fixture(scope="module")
def account() -> Account:
    made = new_account()
    admin = made.admin
    for sql in SETUP:
        admin.run(sql)
    return made


@pytest.mark.parametrize("kind", SHOWS)
def test_administrator_is_shown_all_of_the_account(account: Account, kind: str) -> None:
    assert SHOWS[kind] in [row["name"] for row in account.admin.rows(f"SHOW {kind} IN ACCOUNT")]


@pytest.mark.parametrize("kind", [kind for kind in SHOWS if kind not in OPEN])
def test_role_without_rights_is_shown_less_and_no_error(account: Account, kind: str) -> None:
    assert SHOWS[kind] not in [row["name"] for row in account.as_role("NOBODY").rows(f"SHOW {kind} IN ACCOUNT")]


@pytest.mark.parametrize("kind", OPEN)
def test_names_of_users_and_roles_are_shown_to_everybody(account: Account, kind: str) -> None:
    assert SHOWS[kind] in [row["name"] for row in account.as_role("NOBODY").rows(f"SHOW {kind} IN ACCOUNT")]


def test_parameters_of_the_account_are_shown_to_everybody(account: Account) -> None:
    keys = {row["key"] for row in account.as_role("NOBODY").rows("SHOW PARAMETERS IN ACCOUNT")}
    assert "NETWORK_POLICY" in keys


def test_grants_on_the_account_are_shown(account: Account) -> None:
    rows = account.admin.rows("SHOW GRANTS ON ACCOUNT")
    assert ("MANAGE GRANTS", "SECURITYADMIN") in {(row["privilege"], row["grantee_name"]) for row in rows}


@pytest.mark.parametrize("tail", ["IN DATABASE D", "IN SCHEMA D.PUBLIC", "TO ROLE NOBODY", "TO DATABASE ROLE D.DR"])
def test_future_grants_are_shown_from_each_side(account: Account, tail: str) -> None:
    admin: Client = account.admin
    admin.run("CREATE DATABASE ROLE IF NOT EXISTS D.DR")
    for grantee in ("ROLE NOBODY", "DATABASE ROLE D.DR"):
        for place in ("DATABASE D", "SCHEMA D.PUBLIC"):
            admin.run(f"GRANT SELECT ON FUTURE VIEWS IN {place} TO {grantee}")
    assert len(admin.rows(f"SHOW FUTURE GRANTS {tail}")) == 2


def test_database_roles_are_shown_of_one_database_only(account: Account) -> None:
    account.admin.run("CREATE DATABASE ROLE IF NOT EXISTS D.DR")
    assert [row["name"] for row in account.admin.rows("SHOW DATABASE ROLES IN DATABASE D")] == ["DR"]
    assert account.admin.fails("SHOW DATABASE ROLES IN ACCOUNT").code == "001003"


def with_tables(number: int) -> Client:
    """The administrator of an account with as many tables, each with a grant to role R."""
    account = new_account()
    admin = account.admin.computing()
    admin.run("CREATE DATABASE D")
    catalogue = account.catalogue
    schema, owner = catalogue.find(Kind.SCHEMA, ("D", "PUBLIC")), catalogue.find(Kind.ROLE, ("SYSADMIN",))
    assert schema is not None
    assert owner is not None
    columns = encode_columns([ColumnDef(1, "ID", NUMBER)])
    with catalogue.transaction():
        role = catalogue.create(Kind.ROLE, "R", ACCOUNT_ID, owner.id)
        for number_of_one in range(number):
            table = catalogue.create(Kind.TABLE, f"T{number_of_one}", schema.id, owner.id, props={"columns": columns})
            give(catalogue, role.id, "SELECT", table.id, owner.id)
    return admin


@pytest.fixture(scope="module")
def large_and_small() -> tuple[Client, Client]:
    return with_tables(1000), with_tables(100)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.GRANTS_TO_ROLES WHERE GRANTEE_NAME = 'R'",
        "SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.TABLES",
        "SHOW TABLES IN ACCOUNT",
    ],
)
def test_each_of_many_rows_costs_the_same(large_and_small: tuple[Client, Client], sql: str) -> None:
    large, small = large_and_small
    assert (len(large.run(sql).rows), len(small.run(sql).rows)) == (1000, 100)
    assert calls(lambda: large.run(sql)) <= 11 * calls(lambda: small.run(sql))
