"""The SQL that a person runs once: plain statements, exactly the privileges a deployment needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infra.providers import MONITOR_ADMIN_ROLE
from stacks.platform import DEPLOYER_ROLE

TEXT = (Path(__file__).parents[2] / "bootstrap" / "account.sql").read_text(encoding="utf-8")
CODE = "\n".join(line for line in TEXT.splitlines() if not line.lstrip().startswith("--"))
STATEMENTS = [" ".join(statement.split()) for statement in CODE.split(";") if statement.strip()]
PRIVILEGES = {
    "CREATE DATABASE ON ACCOUNT",
    "CREATE ROLE ON ACCOUNT",
    "CREATE USER ON ACCOUNT",
    "CREATE NETWORK POLICY ON ACCOUNT",
    "ATTACH POLICY ON ACCOUNT",
    "APPLY AUTHENTICATION POLICY ON ACCOUNT",
    "APPLY PASSWORD POLICY ON ACCOUNT",
    "APPLY MASKING POLICY ON ACCOUNT",
    "USAGE ON WAREHOUSE ECOMMERCE_DEPLOYER_WH",
}


def test_the_deployment_role_gets_these_privileges_and_no_other() -> None:
    granted = {
        found.group(1)
        for statement in STATEMENTS
        if (found := re.fullmatch(rf"GRANT (?!ROLE )(.*) TO ROLE {DEPLOYER_ROLE}", statement))
    }
    assert granted == PRIVILEGES


def test_the_deployment_role_goes_to_sysadmin_and_its_user_only() -> None:
    to = {statement.partition(" TO ")[2] for statement in STATEMENTS if f"GRANT ROLE {DEPLOYER_ROLE} " in statement}
    assert to == {"ROLE SYSADMIN", "USER SVC_ECOMMERCE_DEPLOYER"}


def test_only_the_monitor_administrator_gets_an_administrators_role() -> None:
    to = {
        statement.partition(" TO ")[2] for statement in STATEMENTS if f"GRANT ROLE {MONITOR_ADMIN_ROLE} " in statement
    }
    assert to == {"USER SVC_ECOMMERCE_MONITOR_ADMIN"}


def test_the_places_to_fill_in_are_explained() -> None:
    places = set(re.findall(r"\{\{ [a-z_]+ \}\}", CODE))
    assert places == {"{{ deployer_public_key }}", "{{ monitor_admin_public_key }}", "{{ deployer_cidrs }}"}
    assert all(f"--   {place}" in TEXT for place in places)


@pytest.mark.parametrize("statement", [entry for entry in STATEMENTS if entry.startswith(("CREATE", "DROP"))])
def test_the_file_can_run_twice(statement: str) -> None:
    assert " IF NOT EXISTS " in statement or " IF EXISTS " in statement
    assert "OR REPLACE" not in statement


@pytest.mark.parametrize("user", ["SVC_ECOMMERCE_DEPLOYER", "SVC_ECOMMERCE_MONITOR_ADMIN"])
def test_both_users_are_bound_to_networks_and_key_pairs(user: str) -> None:
    create = next(entry for entry in STATEMENTS if entry.startswith(f"CREATE USER IF NOT EXISTS {user} "))
    assert "TYPE = SERVICE" in create
    assert "DEFAULT_SECONDARY_ROLES = ()" in create
    assert "NETWORK_POLICY = ECOMMERCE_DEPLOYER_NETWORK" in create
    assert any(entry.startswith(f"ALTER USER {user} SET AUTHENTICATION POLICY ") for entry in STATEMENTS)
    assert "PASSWORD =" not in create
