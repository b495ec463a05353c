from __future__ import annotations

import json

import pytest

from local.grants import give
from local.model import Kind
from tests.local.wire import Wire, new_wire


@pytest.fixture
def wire() -> Wire:
    made = new_wire()
    made.make(Kind.ROLE, "ANALYST")
    made.make(Kind.ROLE, "READER")
    with made.server.catalogue.transaction():
        analyst, reader = made.find(Kind.ROLE, "ANALYST"), made.find(Kind.ROLE, "READER")
        give(made.server.catalogue, analyst.id, "USAGE", reader.id, None)
    made.grant_role("ANALYST", made.user("JANE"))
    return made


def _role(wire: Wire, **query: str) -> str | None:
    answer = wire.login("JANE", query=query)
    return answer.data["sessionInfo"]["roleName"] if answer.code is None else answer.code


def test_role_of_the_connection_is_used(wire: Wire) -> None:
    assert _role(wire, roleName="analyst") == "ANALYST"


def test_role_granted_to_a_granted_role_may_be_used(wire: Wire) -> None:
    assert _role(wire, roleName="READER") == "READER"


def test_role_that_is_not_granted_is_refused(wire: Wire) -> None:
    answer = wire.login("JANE", query={"roleName": "SYSADMIN"})
    assert answer.code == "390189"
    assert answer.message.startswith("Role 'SYSADMIN' specified in the connect string is not granted to this user.")
    assert _role(wire, roleName="NOPE") == "390189"


def test_user_without_default_role_starts_as_public(wire: Wire) -> None:
    assert _role(wire) == "PUBLIC"


def test_default_role_is_used(wire: Wire) -> None:
    wire.grant_role("ANALYST", wire.user("JOE", DEFAULT_ROLE="ANALYST"))
    assert wire.login("JOE").data["sessionInfo"]["roleName"] == "ANALYST"


def test_default_role_that_is_not_granted_is_refused(wire: Wire) -> None:
    wire.user("JOE", DEFAULT_ROLE="ANALYST")
    answer = wire.login("JOE")
    assert answer.code == "390186"
    assert "User's configured default role 'ANALYST' is not granted to this user." in answer.message
    assert wire.login("JOE", query={"roleName": "PUBLIC"}).code is None


def _secondary(wire: Wire, user: str) -> object:
    value = wire.run("SELECT CURRENT_SECONDARY_ROLES()", wire.token(user)).data["rowset"][0][0]
    return json.loads(value)


def test_secondary_roles_are_all_unless_the_user_has_none(wire: Wire) -> None:
    assert _secondary(wire, "JANE") == {"roles": "ANALYST", "value": "ALL"}
    wire.grant_role("ANALYST", wire.user("SERVICE", TYPE="SERVICE", DEFAULT_SECONDARY_ROLES=[]))
    assert _secondary(wire, "SERVICE") == {"roles": "", "value": ""}


def test_database_schema_and_warehouse_are_set_where_they_are_visible(wire: Wire) -> None:
    wire.make(Kind.SCHEMA, "ORDERS", wire.make(Kind.DATABASE, "RAW").id)
    wire.make(Kind.WAREHOUSE, "WH")
    query = {"databaseName": "raw", "schemaName": "orders", "warehouse": "wh"}
    info = wire.login(query=query).data["sessionInfo"]
    assert (info["databaseName"], info["schemaName"], info["warehouseName"]) == ("RAW", "ORDERS", "WH")


def test_missing_names_stay_unset(wire: Wire) -> None:
    info = wire.login(query={"databaseName": "NOPE", "warehouse": "NOPE"}).data["sessionInfo"]
    assert (info["databaseName"], info["schemaName"], info["warehouseName"]) == (None, None, None)


def test_hidden_names_stay_unset(wire: Wire) -> None:
    wire.make(Kind.DATABASE, "RAW")
    assert wire.login("JANE", query={"databaseName": "RAW"}).data["sessionInfo"]["databaseName"] is None


def test_driver_that_validates_defaults_is_refused(wire: Wire) -> None:
    strict = {"CLIENT_VALIDATE_DEFAULT_PARAMETERS": True}
    answer = wire.login(query={"warehouse": "NOPE"}, SESSION_PARAMETERS=strict)
    assert (answer.code, answer.message) == (
        "390201",
        "The requested warehouse does not exist or not authorized.",
    )


def test_defaults_of_the_user_are_set(wire: Wire) -> None:
    wire.make(Kind.SCHEMA, "ORDERS", wire.make(Kind.DATABASE, "RAW").id)
    wire.make(Kind.WAREHOUSE, "WH")
    user = wire.user("JOE", DEFAULT_ROLE="ACCOUNTADMIN", DEFAULT_NAMESPACE="RAW.ORDERS", DEFAULT_WAREHOUSE="WH")
    wire.grant_role("ACCOUNTADMIN", user)
    info = wire.login("JOE").data["sessionInfo"]
    assert (info["databaseName"], info["schemaName"], info["warehouseName"]) == ("RAW", "ORDERS", "WH")


def test_session_parameters_of_the_driver_are_kept(wire: Wire) -> None:
    parameters = wire.login(SESSION_PARAMETERS={"TIMEZONE": "UTC", "AUTOCOMMIT": False}).data["parameters"]
    assert {"name": "TIMEZONE", "value": "UTC"} in parameters
    assert {"name": "AUTOCOMMIT", "value": False} in parameters


def test_tokens_are_long_and_never_the_same(wire: Wire) -> None:
    logins = [wire.login().data for _ in range(10)]
    tokens = {login[kind] for login in logins for kind in ("token", "masterToken")}
    assert len(tokens) == 20
    assert min(map(len, tokens)) >= 64


def test_login_writes_nothing_to_the_catalogue(wire: Wire) -> None:
    before = wire.server.catalogue.objects.version
    wire.login()
    assert wire.server.catalogue.objects.version == before
    assert wire.find(Kind.USER, "LOCAL_ADMIN").id in wire.server.catalogue.last_login
