"""Effective rights of what Pulumi resources make: owners by provider, names that come from other resources."""

from __future__ import annotations

import pytest

from account.access import Access, can, in_words, rights
from account.graph import graph
from account.names import Name
from account.principals import database_role, role
from account.values import Unknown
from tests.account.made import DEPLOYER, made, pictured, urn

T = Name.of("DB", "S", "T")
USAGE = made(
    "GrantPrivilegesToDatabaseRole",
    {"databaseRoleName": '"DB"."R"', "privileges": ["USAGE"], "onSchema": {"schemaName": '"DB"."S"'}},
    "usage",
)
SELECT = made(
    "GrantPrivilegesToDatabaseRole",
    {
        "databaseRoleName": '"DB"."R"',
        "privileges": ["SELECT"],
        "onSchemaObject": {"future": {"objectTypePlural": "TABLES", "inSchema": '"DB"."S"'}},
    },
    "select",
)


def test_the_role_of_the_provider_can_take_over_the_role_that_it_makes() -> None:
    found = pictured(made("AccountRole", {"name": "R"}))
    right = can(found, role(DEPLOYER), Access.MANAGE, Name.of("R"), "ROLE")
    assert right is not None
    assert in_words(right) == "DEPLOYER -> OWNERSHIP on ROLE R"
    assert right.why == "the owner can grant it to itself"


def test_the_role_of_the_provider_reads_the_table_that_it_makes_only_while_it_owns_it() -> None:
    inputs = {"database": "DB", "schema": "S", "name": "T", "columns": [{"name": "A", "type": "NUMBER"}]}
    database, schema = made("Database", {"name": "DB"}), made("Schema", {"name": "S", "database": "DB"})
    kept = pictured(database, schema, made("Table", inputs))
    assert can(kept, role(DEPLOYER), Access.READ, T)
    given = made(
        "GrantOwnership",
        {"accountRoleName": "OTHER", "on": {"objectType": "TABLE", "objectName": '"DB"."S"."T"'}},
        "given",
    )
    away = pictured(database, schema, made("Table", inputs), given)
    assert can(away, role(DEPLOYER), Access.READ, T) is None
    assert rights(away, role("OTHER"), accesses=[Access.READ])


def test_a_database_role_whose_name_comes_from_another_resource_is_followed() -> None:
    held = made("DatabaseRole", {"name": "R", "database": "DB"}, "held")
    given = made(
        "GrantDatabaseRole",
        {"databaseRoleName": Unknown("the name of another resource"), "parentRoleName": "LOADER"},
        "given",
        {"databaseRoleName": (urn("DatabaseRole", "held"),)},
    )
    right = can(pictured(held, given, USAGE, SELECT), role("LOADER"), Access.READ, T)
    assert right is not None
    assert in_words(right) == "LOADER -> DB.R (database role) -> SELECT on future TABLES in DB.S"


def test_a_database_role_whose_name_nothing_tells_is_a_blind_spot() -> None:
    given = made(
        "GrantDatabaseRole", {"databaseRoleName": Unknown("no dependency"), "parentRoleName": "LOADER"}, "given"
    )
    found = pictured(given, USAGE, SELECT)
    assert found.blind_spots
    assert database_role("DB", "R") not in graph(found).closure(role("LOADER"))


@pytest.mark.parametrize("sql", ["GRANT SELECT ON ALL TABLES IN SCHEMA DB.S TO ROLE LOADER", "grant role r to role x"])
def test_a_grant_inside_of_execute_is_kept_for_the_rules_that_read_sql(sql: str) -> None:
    found = pictured(made("Execute", {"execute": sql, "revert": "SELECT 1"}))
    assert [resource.inputs["execute"] for resource in found.resources] == [sql]
    assert found.grants == ()
