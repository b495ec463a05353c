"""Effective access of the declared platform, against a table written by hand from R5."""

from __future__ import annotations

import pytest

from account.access import Access, by_database, classes_in_words, matrix, rights
from account.declaration import from_platform
from account.facts import facts
from account.graph import graph
from account.names import Name
from account.picture import Picture
from account.principals import PUBLIC, Principal, role, user
from account.things import Schema, Warehouse
from stacks.roles import ADMIN_ROLES
from tests import samples

SOURCES = ("POSTGRES", "STRIPE", "FILES", "POS")
SCHEMAS = {
    "RAW": (*SOURCES, "_LOADER"),
    "STAGING": SOURCES,
    "ANALYTICS": ("MARTS", "MONITORING", "ML", "GOVERNANCE"),
}
# R5 by hand: role, database, schema, what it may do there; a schema that is not listed is out of reach.
R5 = """
LOADER       RAW        POSTGRES    read write
LOADER       RAW        STRIPE      read write
LOADER       RAW        FILES       read write
LOADER       RAW        POS         read write
LOADER       RAW        _LOADER     read write create
TRANSFORMER  RAW        POSTGRES    read
TRANSFORMER  RAW        STRIPE      read
TRANSFORMER  RAW        FILES       read
TRANSFORMER  RAW        POS         read
TRANSFORMER  STAGING    POSTGRES    read write create
TRANSFORMER  STAGING    STRIPE      read write create
TRANSFORMER  STAGING    FILES       read write create
TRANSFORMER  STAGING    POS         read write create
TRANSFORMER  ANALYTICS  MARTS       read write create
TRANSFORMER  ANALYTICS  MONITORING  read write
TRANSFORMER  ANALYTICS  ML          read write
ANALYST      ANALYTICS  MARTS       read
ANALYST      ANALYTICS  MONITORING  read
ANALYST      ANALYTICS  ML          read
ADMIN        RAW        POSTGRES    read write
ADMIN        RAW        STRIPE      read write
ADMIN        RAW        FILES       read write
ADMIN        RAW        POS         read write
ADMIN        RAW        _LOADER     read write create
ADMIN        STAGING    POSTGRES    read write create
ADMIN        STAGING    STRIPE      read write create
ADMIN        STAGING    FILES       read write create
ADMIN        STAGING    POS         read write create
ADMIN        ANALYTICS  MARTS       read write create
ADMIN        ANALYTICS  MONITORING  read write
ADMIN        ANALYTICS  ML          read write
"""
WAREHOUSES = {
    "LOADER": {"LOADING_WH"},
    "TRANSFORMER": {"TRANSFORMING_WH"},
    "ANALYST": {"REPORTING_WH"},
    "ADMIN": {"LOADING_WH", "TRANSFORMING_WH", "REPORTING_WH"},
}
DEPLOYER = role("ECOMMERCE_DEPLOYER")


def by_hand(prefix: str) -> dict[tuple[str, Name], str]:
    table: dict[tuple[str, Name], str] = {}
    for line in R5.strip().splitlines():
        name, database, schema, *classes = line.split()
        table[f"{prefix}ECOMMERCE_{name}", Name.of(f"{prefix}ECOMMERCE_{database}", schema)] = " ".join(classes)
    return table


def declared(environment: str = "dev") -> Picture:
    return from_platform(samples.platform(environment))


def access_of(picture: Picture, principal: Principal) -> dict[Name, frozenset[Access]]:
    return {name: classes for (_, name), classes in matrix(picture, [principal]).items()}


@pytest.mark.parametrize(("environment", "prefix"), [("dev", "DEV_"), ("qa", "QA_"), ("prod", "")])
def test_functional_roles_reach_what_the_requirement_says(environment: str, prefix: str) -> None:
    roles = [role(f"{prefix}ECOMMERCE_{name}") for name in WAREHOUSES]
    found = {
        (str(principal), name): classes_in_words(classes)
        for (principal, name), classes in matrix(declared(environment), roles).items()
        if len(name) == 2
    }
    assert found == by_hand(prefix)


@pytest.mark.parametrize("name", WAREHOUSES)
def test_functional_roles_use_the_warehouses_of_their_work(name: str) -> None:
    picture = declared("prod")
    warehouses = {entry.name for entry in picture.all(Warehouse)}
    used = {str(entry) for entry in access_of(picture, role(f"ECOMMERCE_{name}")) if entry in warehouses}
    assert used == WAREHOUSES[name]


def test_only_the_deployment_role_owns_schemas() -> None:
    picture = declared("prod")
    schemas = {entry.name for entry in picture.all(Schema)}
    found = matrix(picture).items()
    assert {holder for (holder, name), classes in found if name in schemas and Access.OWN in classes} == {DEPLOYER}


def test_nobody_is_declared_a_member_of_the_deployment_role() -> None:
    assert graph(declared("prod")).members(DEPLOYER) == ()


def test_public_reaches_nothing() -> None:
    assert access_of(declared("prod"), PUBLIC) == {}


@pytest.mark.parametrize("environment", ["dev", "qa", "prod"])
def test_no_service_user_has_an_administrator_role(environment: str) -> None:
    found = graph(declared(environment))
    for service in samples.platform(environment).service_users:
        assert not {str(entry) for entry in found.closure(user(str(service.name)))} & ADMIN_ROLES


@pytest.mark.parametrize("name", ["LOADER", "TRANSFORMER", "ANALYST", "ADMIN"])
def test_functional_roles_decide_about_nothing(name: str) -> None:
    assert rights(declared("prod"), role(f"ECOMMERCE_{name}"), accesses=[Access.MANAGE]) == ()


def test_no_environment_reaches_another() -> None:
    found = facts(declared("dev"))
    assert all(name[0].startswith("DEV_") for name in (*found.databases, *found.warehouses))


def test_break_glass_people_reach_everything_that_the_functional_roles_do() -> None:
    picture = declared("prod")
    admin = access_of(picture, role("ECOMMERCE_ADMIN"))
    mine = access_of(picture, user("BREAK_GLASS_ONE"))
    assert all(classes <= mine[name] for name, classes in admin.items())


def test_a_role_on_one_line_shows_the_rule_and_the_exceptions() -> None:
    picture = declared("prod")
    access, schemas = access_of(picture, role("ECOMMERCE_LOADER")), facts(picture).schemas
    assert by_database(access, "ECOMMERCE_RAW", schemas) == "read write; _LOADER: read write create"
    assert by_database(access, "ECOMMERCE_ANALYTICS", schemas) == "-"
