"""Grants of every shape, memberships and owners that resources make."""

from __future__ import annotations

import pytest

from account.names import ACCOUNT, Name
from account.principals import Grant, Membership, Principal, PrincipalKind, Scope, database_role, role, user
from account.things import Procedure, Schema, Table, Warehouse
from tests.account.made import made, pictured

DB, S, T = Name.of("DB"), Name.of("DB", "S"), Name.of("DB", "S", "T")
R, DR = role("R"), database_role("DB", "R")
SHARE = Principal(PrincipalKind.SHARE, Name.of("SH"))


def _all(scope: str, plural: str, **container: object) -> dict[str, object]:
    return {"onSchemaObject": {scope: {"objectTypePlural": plural, **container}}}


TO_ACCOUNT_ROLE: list[tuple[dict[str, object], Grant]] = [
    ({"onAccount": True, "privileges": ["manage grants"]}, Grant(R, "MANAGE GRANTS", "ACCOUNT", ACCOUNT)),
    ({"onAccountObject": {"objectType": "warehouse", "objectName": '"W"'}}, Grant(R, "P", "WAREHOUSE", Name.of("W"))),
    ({"onAccountObject": {"objectType": "INTEGRATION", "objectName": "a.b"}},
     Grant(R, "P", "INTEGRATION", Name.of("a.b"))),
    ({"onAccountObject": {"inherited": {"objectTypePlural": "WAREHOUSES"}}},
     Grant(R, "P", "WAREHOUSE", ACCOUNT, Scope.INHERITED)),
    ({"onSchema": {"schemaName": '"DB"."S"'}}, Grant(R, "P", "SCHEMA", S)),
    ({"onSchema": {"allSchemasInDatabase": "DB"}}, Grant(R, "P", "SCHEMA", DB, Scope.ALL)),
    ({"onSchema": {"futureSchemasInDatabase": '"DB"'}}, Grant(R, "P", "SCHEMA", DB, Scope.FUTURE)),
    ({"onSchema": {"inherited": {"inDatabase": "DB"}}}, Grant(R, "P", "SCHEMA", DB, Scope.INHERITED)),
    ({"onSchema": {"inherited": {"inAccount": True}}}, Grant(R, "P", "SCHEMA", ACCOUNT, Scope.INHERITED)),
    ({"onSchemaObject": {"objectType": "TABLE", "objectName": "DB.S.T"}}, Grant(R, "P", "TABLE", T)),
    ({"onSchemaObject": {"objectType": "PROCEDURE", "objectName": '"DB"."S"."T"(number,varchar)'}},
     Grant(R, "P", "PROCEDURE", Name.of("DB", "S", "T(NUMBER, VARCHAR)"))),
    (_all("all", "TABLES", inSchema="DB.S"), Grant(R, "P", "TABLE", S, Scope.ALL)),
    (_all("all", "TABLES", inDatabase="DB"), Grant(R, "P", "TABLE", DB, Scope.ALL)),
    (_all("future", "MATERIALIZED VIEWS", inSchema='"DB"."S"'),
     Grant(R, "P", "MATERIALIZED VIEW", S, Scope.FUTURE)),
    (_all("future", "MASKING POLICIES", inDatabase="DB"), Grant(R, "P", "MASKING POLICY", DB, Scope.FUTURE)),
    (_all("inherited", "VIEWS", inSchema="DB.S"), Grant(R, "P", "VIEW", S, Scope.INHERITED)),
    (_all("inherited", "VIEWS", inDatabase="DB"), Grant(R, "P", "VIEW", DB, Scope.INHERITED)),
    (_all("inherited", "VIEWS", inAccount=True), Grant(R, "P", "VIEW", ACCOUNT, Scope.INHERITED)),
    ({"onSchemaObject": {"objectType": "TABLE", "objectName": "DB.S.T"}, "withGrantOption": True},
     Grant(R, "P", "TABLE", T, grant_option=True)),
    ({"onSchema": {"schemaName": "DB.S"}, "privileges": None, "allPrivileges": True}, Grant(R, "ALL", "SCHEMA", S)),
    ({"onSchema": {"schemaName": "DB.S"}, "privileges": ["ALL PRIVILEGES"]}, Grant(R, "ALL", "SCHEMA", S)),
]  # fmt: skip


@pytest.mark.parametrize(("inputs", "expected"), TO_ACCOUNT_ROLE)
def test_a_grant_to_an_account_role_is_read_in_every_shape(inputs: dict[str, object], expected: Grant) -> None:
    resource = made("GrantPrivilegesToAccountRole", {"accountRoleName": '"R"', "privileges": ["P"], **inputs})
    picture = pictured(resource)
    assert (picture.grants, picture.blind_spots) == ((expected,), ())


TO_DATABASE_ROLE: list[tuple[dict[str, object], Grant]] = [
    ({"onDatabase": '"DB"'}, Grant(DR, "P", "DATABASE", DB)),
    ({"onSchema": {"schemaName": "DB.S"}}, Grant(DR, "P", "SCHEMA", S)),
    ({"onSchema": {"inherited": "DB"}}, Grant(DR, "P", "SCHEMA", DB, Scope.INHERITED)),
    (_all("inherited", "TABLES", inDatabase="DB"), Grant(DR, "P", "TABLE", DB, Scope.INHERITED)),
    (_all("future", "TABLES", inSchema="DB.S"), Grant(DR, "P", "TABLE", S, Scope.FUTURE)),
]


@pytest.mark.parametrize(("inputs", "expected"), TO_DATABASE_ROLE)
def test_a_grant_to_a_database_role_is_read_in_every_shape(inputs: dict[str, object], expected: Grant) -> None:
    resource = made("GrantPrivilegesToDatabaseRole", {"databaseRoleName": '"DB"."R"', "privileges": ["P"], **inputs})
    picture = pictured(resource)
    assert (picture.grants, picture.blind_spots) == ((expected,), ())


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"onDatabase": "DB"}, Grant(SHARE, "P", "DATABASE", DB)),
        ({"onSchema": "DB.S"}, Grant(SHARE, "P", "SCHEMA", S)),
        ({"onTable": "DB.S.T"}, Grant(SHARE, "P", "TABLE", T)),
        ({"onView": "DB.S.T"}, Grant(SHARE, "P", "VIEW", T)),
        ({"onAllTablesInSchema": "DB.S"}, Grant(SHARE, "P", "TABLE", S, Scope.ALL)),
    ],
)
def test_a_grant_to_a_share_is_read_in_every_shape(inputs: dict[str, object], expected: Grant) -> None:
    assert pictured(made("GrantPrivilegesToShare", {"toShare": "SH", "privileges": ["P"], **inputs})).grants == (
        expected,
    )


def test_every_privilege_is_a_grant_of_its_own() -> None:
    inputs = {"accountRoleName": "R", "privileges": ["SELECT", "INSERT"], "onSchema": {"schemaName": "DB.S"}}
    assert {grant.privilege for grant in pictured(made("GrantPrivilegesToAccountRole", inputs)).grants} == {
        "SELECT",
        "INSERT",
    }


APP = Principal(PrincipalKind.APPLICATION_ROLE, Name.of("APP", "R"))


@pytest.mark.parametrize(
    ("kind", "inputs", "expected"),
    [
        ("GrantAccountRole", {"roleName": '"A"', "parentRoleName": "B"}, Membership(role("A"), role("B"))),
        ("GrantAccountRole", {"roleName": "A", "userName": '"U"'}, Membership(role("A"), user("U"))),
        ("GrantDatabaseRole", {"databaseRoleName": '"DB"."R"', "parentRoleName": "B"}, Membership(DR, role("B"))),
        ("GrantDatabaseRole", {"databaseRoleName": "DB.R", "parentDatabaseRoleName": "DB.Q"},
         Membership(DR, database_role("DB", "Q"))),
        ("GrantDatabaseRole", {"databaseRoleName": "DB.R", "shareName": "SH"}, Membership(DR, SHARE)),
        ("GrantApplicationRole", {"applicationRoleName": "APP.R", "parentAccountRoleName": "B"},
         Membership(APP, role("B"))),
    ],
)  # fmt: skip
def test_a_granted_role_is_a_membership(kind: str, inputs: dict[str, object], expected: Membership) -> None:
    picture = pictured(made(kind, inputs))
    assert (picture.memberships, picture.blind_spots) == ((expected,), ())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ACCOUNTADMIN", "ACCOUNTADMIN"),
        ('"ACCOUNTADMIN"', "ACCOUNTADMIN"),
        ("accountadmin", "ACCOUNTADMIN"),
        (" AccountAdmin ", "ACCOUNTADMIN"),
        ('"accountadmin"', "accountadmin"),
        ("loader", "loader"),
        ('"a""b"', 'a"b'),
        ("a.b", "a.b"),
    ],
)
def test_roles_are_named_as_the_provider_reads_them_and_system_roles_in_any_case(written: str, meant: str) -> None:
    (edge,) = pictured(made("GrantAccountRole", {"roleName": written, "userName": "U"})).memberships
    assert edge.role == role(meant)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('"DB"."R"', ("DB", "R")),
        ("DB.R", ("DB", "R")),
        ('db."R"', ("db", "R")),
        ('"d.b"."R"', ("d.b", "R")),
        ('"d""b"."R"', ('d"b', "R")),
        (' "DB" . "R" ', ("DB", "R")),
    ],
)
def test_database_roles_are_named_with_their_database(written: str, meant: tuple[str, ...]) -> None:
    (edge,) = pictured(made("GrantDatabaseRole", {"databaseRoleName": written, "parentRoleName": "B"})).memberships
    assert edge.role == Principal(PrincipalKind.DATABASE_ROLE, Name(meant))


@pytest.mark.parametrize(
    ("written", "meant"),
    [("SYSADMIN", "SYSADMIN"), ("sysadmin", "SYSADMIN"), ("loader", "LOADER"), ('"loader"', "loader")],
)
def test_what_a_provider_makes_belongs_to_the_role_of_its_session(written: str, meant: str) -> None:
    (warehouse,) = pictured(made("Warehouse", {"name": "W"}, provider_role=written)).all(Warehouse)
    assert warehouse.owner == role(meant)


TABLE = made("Table", {"database": "DB", "schema": "S", "name": "T", "columns": []})


def _given(on: dict[str, object]) -> dict[str, object]:
    return {"accountRoleName": "R", "on": on}


def test_ownership_of_a_thing_goes_to_its_new_owner() -> None:
    picture = pictured(TABLE, made("GrantOwnership", _given({"objectType": "TABLE", "objectName": "DB.S.T"})))
    assert ([table.owner for table in picture.all(Table)], picture.grants) == ([R], ())


def test_ownership_of_a_view_is_that_of_a_table_in_the_picture() -> None:
    view = made("View", {"database": "DB", "schema": "S", "name": "T"})
    picture = pictured(view, made("GrantOwnership", _given({"objectType": "VIEW", "objectName": "DB.S.T"})))
    assert [table.owner for table in picture.all(Table)] == [R]


def test_ownership_of_a_procedure_is_found_by_its_arguments() -> None:
    types = [{"argDataType": "NUMBER"}, {"argDataType": "VARCHAR"}]
    procedure = made("ProcedureSql", {"database": "DB", "schema": "S", "name": "P", "arguments": types})
    given = _given({"objectType": "PROCEDURE", "objectName": '"DB"."S"."P"(NUMBER,VARCHAR)'})
    assert [entry.owner for entry in pictured(procedure, made("GrantOwnership", given)).all(Procedure)] == [R]


def test_ownership_of_something_that_is_not_in_the_picture_stands_as_a_grant() -> None:
    picture = pictured(made("GrantOwnership", _given({"objectType": "TABLE", "objectName": "DB.S.T"})))
    assert picture.grants == (Grant(R, "OWNERSHIP", "TABLE", T),)


def test_ownership_of_all_tables_changes_those_in_the_container_only() -> None:
    other = made("Table", {"database": "DB", "schema": "OTHER", "name": "T", "columns": []}, "other")
    all_tables = _given({"all": {"objectTypePlural": "TABLES", "inSchema": "DB.S"}})
    picture = pictured(TABLE, other, made("GrantOwnership", all_tables))
    owners = {table.name[1]: table.owner for table in picture.all(Table)}
    assert owners == {"S": R, "OTHER": role("DEPLOYER")}
    assert picture.grants == (Grant(R, "OWNERSHIP", "TABLE", S, Scope.ALL),)


def test_ownership_of_future_tables_stands_as_a_grant() -> None:
    picture = pictured(
        TABLE, made("GrantOwnership", _given({"future": {"objectTypePlural": "TABLES", "inDatabase": "DB"}}))
    )
    assert picture.grants == (Grant(R, "OWNERSHIP", "TABLE", DB, Scope.FUTURE),)
    assert [table.owner for table in picture.all(Table)] == [role("DEPLOYER")]


def test_a_schema_of_a_database_with_a_dot_in_its_name_keeps_its_parts() -> None:
    (schema,) = pictured(made("Schema", {"database": '"d.b"', "name": "s.t"})).all(Schema)
    assert schema.name == ("d.b", "s.t")
