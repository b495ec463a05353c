"""Effective access of the declared platform, against a table written by hand from R5."""

from __future__ import annotations

from dataclasses import replace

import pytest

from account.former import Access, access_of, by_database, closure, effective_access, in_words
from account.model import Account, Held, Membership, Owned, Role, User
from account.model_declaration import from_platform
from stacks.grants import ObjectKind, Privilege, Scope
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
DEPLOYER = Role("ECOMMERCE_DEPLOYER")


def by_hand(prefix: str) -> dict[tuple[str, tuple[str, ...]], str]:
    table: dict[tuple[str, tuple[str, ...]], str] = {}
    for line in R5.strip().splitlines():
        role, database, schema, *classes = line.split()
        path = (f"{prefix}ECOMMERCE_{database}", schema)
        table[f"{prefix}ECOMMERCE_{role}", path] = " ".join(classes)
    return table


def declared(environment: str = "dev") -> Account:
    return from_platform(samples.platform(environment))


@pytest.mark.parametrize(("environment", "prefix"), [("dev", "DEV_"), ("qa", "QA_"), ("prod", "")])
def test_functional_roles_reach_what_the_requirement_says(environment: str, prefix: str) -> None:
    account = declared(environment)
    roles = [Role(f"{prefix}ECOMMERCE_{name}") for name in WAREHOUSES]
    found = {
        (role.name, path): in_words(classes)
        for (role, path), classes in effective_access(account, roles).items()
        if len(path) == 2
    }
    assert found == by_hand(prefix)


def test_functional_roles_use_the_warehouses_of_their_work() -> None:
    account = declared("prod")
    for name, warehouses in WAREHOUSES.items():
        access = access_of(account, Role(f"ECOMMERCE_{name}"))
        assert {path[0] for path in access if len(path) == 1} == warehouses


def test_only_the_deployment_role_and_those_above_own_schemas() -> None:
    account = declared("prod")
    owners = {role.name for (role, _), classes in effective_access(account).items() if Access.OWN in classes}
    assert owners == {"ECOMMERCE_DEPLOYER", "SYSADMIN", "ACCOUNTADMIN"}


def test_admin_does_not_inherit_the_deployment_role() -> None:
    assert DEPLOYER not in closure(declared("prod"), Role("ECOMMERCE_ADMIN"))


def test_the_deployment_role_is_granted_to_sysadmin_only() -> None:
    members = {edge.member for edge in declared("prod").memberships if edge.role == DEPLOYER}
    assert members == {Role("SYSADMIN")}


def test_public_reaches_nothing() -> None:
    assert access_of(declared("prod"), Role("PUBLIC")) == {}


@pytest.mark.parametrize("environment", ["dev", "qa", "prod"])
def test_no_service_user_has_an_administrator_role(environment: str) -> None:
    account = declared(environment)
    platform = samples.platform(environment)
    for user in platform.service_users:
        names = {role.name for role in closure(account, User(str(user.name)))}
        assert not names & ADMIN_ROLES


def test_no_environment_reaches_another() -> None:
    account = declared("dev")
    assert all(path[0].startswith("DEV_") for path in (*account.schemas, *account.warehouses))
    assert all(entry.path[0].startswith("DEV_") for entry in account.held)


def test_break_glass_people_reach_everything() -> None:
    account = declared("prod")
    access = access_of(account, User("BREAK_GLASS_ONE"))
    assert set(access) == {*account.schemas, *account.warehouses}


READER, PARENT = Role("READER"), Role("PARENT")
INSIDE = ("DB", "S")


def small(*held: Held, memberships: tuple[Membership, ...] = ()) -> Account:
    passing = (
        Held(READER, frozenset({Privilege.USAGE}), ObjectKind.DATABASE, Scope.OBJECT, ("DB",)),
        Held(READER, frozenset({Privilege.USAGE}), ObjectKind.SCHEMA, Scope.OBJECT, INSIDE),
    )
    owner = Role("OWNER")
    owned = frozenset({Owned(ObjectKind.DATABASE, ("DB",), owner), Owned(ObjectKind.SCHEMA, INSIDE, owner)})
    return Account(
        frozenset({READER, PARENT, owner}), frozenset(), frozenset(memberships), frozenset({*passing, *held}), owned
    )


def select(scope: Scope, path: tuple[str, ...], role: Role = READER) -> Held:
    return Held(role, frozenset({Privilege.SELECT}), ObjectKind.TABLE, scope, path)


@pytest.mark.parametrize("scope", [Scope.ALL, Scope.FUTURE, Scope.INHERITED])
@pytest.mark.parametrize("container", [INSIDE, ("DB",)])
def test_grants_on_what_a_container_holds_count(scope: Scope, container: tuple[str, ...]) -> None:
    assert access_of(small(select(scope, container)), READER) == {INSIDE: frozenset({Access.READ})}


def test_a_grant_on_one_table_counts() -> None:
    assert access_of(small(select(Scope.OBJECT, ("DB", "S", "T"))), READER) == {INSIDE: frozenset({Access.READ})}


def test_a_future_grant_of_the_schema_shadows_that_of_the_database() -> None:
    account = small(select(Scope.FUTURE, ("DB",)), select(Scope.FUTURE, INSIDE, PARENT))
    assert access_of(account, READER) == {}


def test_without_usage_on_the_way_nothing_is_reached() -> None:
    account = small(select(Scope.ALL, INSIDE))
    blocked = replace(account, held=frozenset(e for e in account.held if e.kind is not ObjectKind.SCHEMA))
    assert access_of(blocked, READER) == {}


def test_a_database_role_brings_usage_on_its_database() -> None:
    inner = Role("R", "DB")
    account = small(
        select(Scope.ALL, INSIDE, inner),
        Held(inner, frozenset({Privilege.USAGE}), ObjectKind.SCHEMA, Scope.OBJECT, INSIDE),
        memberships=(Membership(inner, PARENT),),
    )
    assert access_of(account, PARENT) == {INSIDE: frozenset({Access.READ})}


def test_the_same_database_role_name_in_two_databases_is_two_roles() -> None:
    account = small(memberships=(Membership(Role("R", "DB"), PARENT), Membership(Role("R", "OTHER"), READER)))
    assert closure(account, PARENT) == {PARENT, Role("R", "DB")}


def test_a_cycle_of_roles_ends() -> None:
    account = small(memberships=(Membership(READER, PARENT), Membership(PARENT, READER)))
    assert closure(account, READER) == {READER, PARENT}


def test_a_role_on_one_line_shows_the_rule_and_the_exceptions() -> None:
    account = declared("prod")
    access = access_of(account, Role("ECOMMERCE_LOADER"))
    assert by_database(access, "ECOMMERCE_RAW", account.schemas) == "read write; _LOADER: read write create"
    assert by_database(access, "ECOMMERCE_ANALYTICS", account.schemas) == "-"
