"""R5 by trying: every role attempts everything on every kind of object, through its own login.

`MAY` is written by hand from the requirement, not computed; a test beside this one compares it with the declaration.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from snowflake.connector.errors import ProgrammingError

from tests.e2e.workspace import Workspace

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection

DEPLOYER = "SVC_ECOMMERCE_DEPLOYER"
LOGINS = {
    "LOADER": "SVC_ECOMMERCE_LOADER",
    "TRANSFORMER": "SVC_ECOMMERCE_DBT",
    "ANALYST": "SVC_ECOMMERCE_DASHBOARD",
    "ADMIN": "ADA_ADMIN",
    "DEPLOYER": DEPLOYER,
}
WAREHOUSE = {
    "LOADER": "LOADING_WH",
    "TRANSFORMER": "TRANSFORMING_WH",
    "ANALYST": "REPORTING_WH",
    "ADMIN": "TRANSFORMING_WH",
    "DEPLOYER": "ECOMMERCE_DEPLOYER_WH",
}

RAW = ("RAW.POSTGRES", "RAW.STRIPE", "RAW.FILES", "RAW.POS")
STAGING = ("STAGING.POSTGRES", "STAGING.STRIPE", "STAGING.FILES", "STAGING.POS")
MARTS = ("ANALYTICS.MARTS",)
BUILT = ("ANALYTICS.MONITORING", "ANALYTICS.ML")
GOVERNANCE = ("ANALYTICS.GOVERNANCE",)
CONTROL = ("RAW._LOADER",)
SCHEMAS = (*RAW, *CONTROL, *STAGING, *MARTS, *BUILT, *GOVERNANCE)

READ = {"select table", "select view"}
WRITE = {"insert", "update", "delete"}
DBT = {"create table", "create view"}
LOAD = {"create table", "create stage"}
OWN = {"alter", "truncate", "drop table", "drop view", "drop stage", "drop stream", "drop task", "drop procedure"}
CREATE = {"create table", "create view", "create stage", "create stream", "create task", "create procedure"}

# What a role may do with objects that the deployment role (migrations) owns, by group of schemas.
MAY: dict[str, dict[tuple[str, ...], set[str]]] = {
    "LOADER": {RAW: READ | WRITE, CONTROL: {"select table"} | WRITE | LOAD},
    "TRANSFORMER": {RAW: READ, STAGING: READ | WRITE | DBT, MARTS: READ | WRITE | DBT, BUILT: READ | WRITE},
    "ANALYST": {MARTS: READ, BUILT: READ},
    "ADMIN": {
        RAW: READ | WRITE,
        CONTROL: {"select table"} | WRITE | LOAD,
        STAGING: READ | WRITE | DBT,
        MARTS: READ | WRITE | DBT,
        BUILT: READ | WRITE,
    },
    "DEPLOYER": {SCHEMAS: CREATE | OWN | READ | WRITE},
}

# What each role may do with a table that TRANSFORMER built in ANALYTICS.MARTS and with one that LOADER made in _LOADER.
BUILT_BY_DBT = {
    "LOADER": set[str](),
    "TRANSFORMER": {"select", "insert", "alter", "truncate", "drop"},
    "ANALYST": {"select"},
    "ADMIN": {"select", "insert", "alter", "truncate", "drop"},
    "DEPLOYER": set[str](),
}
MADE_BY_LOADER = {
    "LOADER": {"select", "insert", "alter", "truncate", "drop"},
    "TRANSFORMER": set[str](),
    "ANALYST": set[str](),
    "ADMIN": {"select", "insert", "alter", "truncate", "drop"},
    "DEPLOYER": set[str](),
}

SETUP = (
    "CREATE OR REPLACE TABLE {s}.P_TABLE (ID NUMBER, NOTE VARCHAR)",
    "CREATE OR REPLACE VIEW {s}.P_VIEW AS SELECT ID FROM {s}.P_TABLE",
    "CREATE OR REPLACE STAGE {s}.P_STAGE",
    "CREATE OR REPLACE STREAM {s}.P_STREAM ON TABLE {s}.P_TABLE",
    "CREATE OR REPLACE TASK {s}.P_TASK SCHEDULE = '60 MINUTE' WAREHOUSE = ECOMMERCE_DEPLOYER_WH AS SELECT 1",
    "CREATE OR REPLACE PROCEDURE {s}.P_PROCEDURE() RETURNS VARCHAR LANGUAGE SQL AS $$ BEGIN RETURN 'x'; END $$",
)
ATTEMPTS = {
    "select table": ("SELECT COUNT(*) FROM {s}.P_TABLE",),
    "select view": ("SELECT COUNT(*) FROM {s}.P_VIEW",),
    "insert": ("INSERT INTO {s}.P_TABLE VALUES (1, 'a')",),
    "update": ("UPDATE {s}.P_TABLE SET NOTE = 'b' WHERE ID = 1",),
    "delete": ("DELETE FROM {s}.P_TABLE WHERE ID = 1",),
    "create table": ("CREATE TABLE {s}.X_TABLE (ID NUMBER)", "DROP TABLE {s}.X_TABLE"),
    "create view": ("CREATE VIEW {s}.X_VIEW AS SELECT 1 AS ONE", "DROP VIEW {s}.X_VIEW"),
    "create stage": ("CREATE STAGE {s}.X_STAGE", "DROP STAGE {s}.X_STAGE"),
    "create stream": ("CREATE STREAM {s}.X_STREAM ON TABLE {s}.P_TABLE", "DROP STREAM {s}.X_STREAM"),
    "create task": (
        "CREATE TASK {s}.X_TASK SCHEDULE = '60 MINUTE' WAREHOUSE = ECOMMERCE_DEPLOYER_WH AS SELECT 1",
        "DROP TASK {s}.X_TASK",
    ),
    "create procedure": (
        "CREATE PROCEDURE {s}.X_PROCEDURE() RETURNS VARCHAR LANGUAGE SQL AS $$ BEGIN RETURN 'x'; END $$",
        "DROP PROCEDURE {s}.X_PROCEDURE()",
    ),
    "alter": ("ALTER TABLE {s}.P_TABLE ADD COLUMN EXTRA NUMBER",),
    "truncate": ("TRUNCATE TABLE {s}.P_TABLE",),
    "drop table": ("DROP TABLE {s}.P_TABLE",),
    "drop view": ("DROP VIEW {s}.P_VIEW",),
    "drop stage": ("DROP STAGE {s}.P_STAGE",),
    "drop stream": ("DROP STREAM {s}.P_STREAM",),
    "drop task": ("DROP TASK {s}.P_TASK",),
    "drop procedure": ("DROP PROCEDURE {s}.P_PROCEDURE()",),
}
DROPS = [attempt for attempt in ATTEMPTS if attempt.startswith("drop")]
REFUSED = {2003, 3001, 2043}


@dataclass
class Tried:
    """One open session per role on the account with stack prod up."""

    workspace: Workspace
    sessions: dict[str, SnowflakeConnection]

    def name(self, schema: str) -> str:
        """The schema's full name in prod."""
        return f"ECOMMERCE_{schema}"

    def may(self, role: str, *statements: str) -> bool:
        """Whether the role's user may run the statements; any error but a refusal fails the test."""
        for statement in statements:
            try:
                self.sessions[role].cursor().execute(statement)
            except ProgrammingError as error:
                if error.errno not in REFUSED:
                    raise
                return False
        return True

    def attempt(self, role: str, schema: str, attempts: Iterable[str] = ATTEMPTS) -> set[str]:
        """Which of the attempts the role succeeds with in a schema."""
        name = self.name(schema)
        return {each for each in attempts if self.may(role, *(text.format(s=name) for text in ATTEMPTS[each]))}

    def make(self, schema: str) -> None:
        """Objects of every kind, made (again) by the deployment role."""
        for text in SETUP:
            assert self.may("DEPLOYER", text.format(s=self.name(schema))), text


@pytest.fixture(scope="module")
def tried(platform: Workspace) -> Iterator[Tried]:
    """Objects of every kind in every schema; removed at the end."""
    with ExitStack() as stack:
        sessions = {role: stack.enter_context(platform.connect(user)) for role, user in LOGINS.items()}
        for role, warehouse in WAREHOUSE.items():
            sessions[role].cursor().execute(f"USE WAREHOUSE {warehouse}")
        made = Tried(platform, sessions)
        for schema in SCHEMAS:
            made.make(schema)
        yield made
        for schema in SCHEMAS:
            assert made.attempt("DEPLOYER", schema, reversed(DROPS)) == set(DROPS)


def expected(role: str, schema: str) -> set[str]:
    """The hand-written table for one role and schema."""
    return {may for schemas, allowed in MAY[role].items() if schema in schemas for may in allowed}


@pytest.mark.parametrize("role", ["LOADER", "TRANSFORMER", "ANALYST", "ADMIN"])
def test_role_may_do_exactly_what_the_table_says(tried: Tried, role: str) -> None:
    observed = {schema: tried.attempt(role, schema) for schema in SCHEMAS}
    assert observed == {schema: expected(role, schema) for schema in SCHEMAS}


def test_deployment_role_may_do_everything_in_what_it_declared(tried: Tried) -> None:
    for schema in SCHEMAS:
        observed = set()
        for each in ATTEMPTS:
            observed |= tried.attempt("DEPLOYER", schema, [each])
            if each == "drop table":
                tried.make(schema)
        tried.make(schema)
        assert observed == expected("DEPLOYER", schema), schema


def _owned(tried: Tried, builder: str, table: str, allowed: dict[str, set[str]]) -> None:
    attempts = {
        "select": "SELECT COUNT(*) FROM {t}",
        "insert": "INSERT INTO {t} VALUES (1)",
        "alter": "ALTER TABLE {t} ADD COLUMN EXTRA NUMBER",
        "truncate": "TRUNCATE TABLE {t}",
        "drop": "DROP TABLE {t}",
    }
    for role, may in allowed.items():
        assert tried.may(builder, f"CREATE OR REPLACE TABLE {table} (ID NUMBER)")
        assert {
            attempt for attempt, statement in attempts.items() if tried.may(role, statement.format(t=table))
        } == may, role
    assert tried.may(builder, f"DROP TABLE IF EXISTS {table}")


def test_only_transformer_and_admin_drop_what_dbt_built(tried: Tried) -> None:
    _owned(tried, "TRANSFORMER", "ECOMMERCE_ANALYTICS.MARTS.D_TABLE", BUILT_BY_DBT)


def test_only_loader_and_admin_drop_what_the_loader_made(tried: Tried) -> None:
    _owned(tried, "LOADER", "ECOMMERCE_RAW._LOADER.L_TABLE", MADE_BY_LOADER)


@pytest.mark.parametrize("role", ["LOADER", "TRANSFORMER", "ANALYST"])
def test_role_uses_its_own_warehouse_only(tried: Tried, role: str) -> None:
    own = WAREHOUSE[role]
    usable = {name for name in sorted(set(WAREHOUSE.values())) if tried.may(role, f"USE WAREHOUSE {name}")}
    assert usable == {own}
    assert tried.may(role, f"USE WAREHOUSE {own}")


@pytest.mark.parametrize("role", ["LOADER", "TRANSFORMER", "ANALYST", "ADMIN"])
def test_nobody_but_the_deployment_role_drops_a_database_or_schema(tried: Tried, role: str) -> None:
    for statement in (
        "DROP DATABASE ECOMMERCE_STAGING",
        "DROP SCHEMA ECOMMERCE_ANALYTICS.ML",
        "ALTER SCHEMA ECOMMERCE_RAW.POS DISABLE MANAGED ACCESS",
        "GRANT SELECT ON TABLE ECOMMERCE_RAW.POS.P_TABLE TO ROLE ECOMMERCE_ANALYST",
    ):
        assert not tried.may(role, statement), statement
