"""Who can decide about grants, take over users and roles, and to which class each privilege belongs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from account.access import Access, can, in_words, rights
from account.names import ACCOUNT, Name
from account.picture import Picture
from account.principals import Principal, role
from account.things import Role, User
from tests.account.pictures import DB, OTHER, READER, SVC, THINGS, S, T, grant, picture, usage

S2 = Name.of("DB", "S2")


def words(found: Picture, principal: Principal, access: Access = Access.READ) -> str:
    """By which right somebody has access to the table, or nothing."""
    right = can(found, principal, access, T)
    return in_words(right) if right else ""


@pytest.mark.parametrize("privilege", ["MODIFY PROGRAMMATIC AUTHENTICATION METHODS", "IMPERSONATE", "OWNERSHIP", "ALL"])
def test_who_can_act_as_a_user_manages_it(privilege: str) -> None:
    held = grant(READER, privilege, "USER", SVC.name)
    assert can(picture([held]), READER, Access.MANAGE, SVC.name, "USER")


def test_to_see_the_logins_of_a_user_is_no_takeover() -> None:
    held = grant(READER, "MONITOR", "USER", SVC.name)
    assert can(picture([held]), READER, Access.MANAGE, SVC.name, "USER") is None


@pytest.mark.parametrize("thing", [User(name=SVC.name, owner=READER), Role(name=OTHER.name, owner=READER)])
def test_the_owner_of_a_user_or_role_can_take_it_over(thing: User | Role) -> None:
    right = can(picture(things=[thing]), READER, Access.MANAGE, thing.name, thing.kind)
    assert right is not None
    assert right.why


def test_the_owner_of_a_role_does_not_have_what_the_role_has() -> None:
    things = (*THINGS, Role(name=OTHER.name, owner=READER))
    found = replace(picture([*usage(OTHER), grant(OTHER, "SELECT", "TABLE", T)]), things=things)
    assert words(found, READER) == ""


@pytest.mark.parametrize(("kind", "on"), [("ACCOUNT", ACCOUNT), ("DATABASE", DB), ("SCHEMA", S)])
def test_manage_grants_on_a_container_manages_what_is_inside_but_does_not_read_it(kind: str, on: Name) -> None:
    found = picture([grant(READER, "MANAGE GRANTS", kind, on)])
    right = can(found, READER, Access.MANAGE, T)
    assert right is not None
    assert not right.potential
    assert right.why == f"can give itself everything inside {on or 'the account'}"
    assert words(found, READER) == ""


def test_manage_grants_on_one_schema_says_nothing_about_another() -> None:
    found = picture([grant(READER, "MANAGE GRANTS", "SCHEMA", S2)])
    assert can(found, READER, Access.MANAGE, T) is None


def test_all_privileges_on_the_account_include_manage_grants() -> None:
    assert can(picture([grant(READER, "ALL", "ACCOUNT")]), READER, Access.MANAGE, T)


def test_securityadmin_manages_everything_and_accountadmin_through_it() -> None:
    expected = "ACCOUNTADMIN -> SECURITYADMIN -> MANAGE GRANTS on the account"
    assert words(picture(), role("ACCOUNTADMIN"), Access.MANAGE) == expected


def test_manage_warehouses_changes_every_warehouse_but_runs_nothing_on_it() -> None:
    found = picture([grant(READER, "MANAGE WAREHOUSES", "ACCOUNT")])
    assert can(found, READER, Access.WRITE, Name.of("WH"), "WAREHOUSE")
    assert can(found, READER, Access.USE, Name.of("WH"), "WAREHOUSE") is None


def test_to_operate_a_warehouse_is_not_to_use_it() -> None:
    found = picture([grant(READER, "OPERATE", "WAREHOUSE", Name.of("WH"))])
    assert can(found, READER, Access.USE, Name.of("WH"), "WAREHOUSE") is None


@pytest.mark.parametrize(
    ("privilege", "kind", "access"),
    [
        ("APPLY MASKING POLICY", "ACCOUNT", Access.MANAGE),
        ("ATTACH POLICY", "ACCOUNT", Access.MANAGE),
        ("CREATE USER", "ACCOUNT", Access.CREATE),
        ("MONITOR USAGE", "ACCOUNT", Access.MONITOR),
        ("EXECUTE TASK", "ACCOUNT", Access.USE),
        ("READ UNREDACTED ERROR TABLE", "ACCOUNT", Access.READ),
        ("A PRIVILEGE OF NEXT YEAR", "ACCOUNT", Access.MANAGE),
        ("READ", "STAGE", Access.READ),
        ("USAGE", "STAGE", Access.READ),
        ("USAGE", "CORTEX SEARCH SERVICE", Access.READ),
        ("SELECT", "STREAM", Access.READ),
        ("A PRIVILEGE OF NEXT YEAR", "VIEW", Access.READ),
        ("A PRIVILEGE OF NEXT YEAR", "VIEW", Access.WRITE),
        ("TRUNCATE", "TABLE", Access.WRITE),
        ("EVOLVE SCHEMA", "TABLE", Access.WRITE),
        ("REFERENCES", "TABLE", Access.MONITOR),
        ("CREATE DYNAMIC TABLE", "SCHEMA", Access.CREATE),
        ("MODIFY", "RESOURCE MONITOR", Access.WRITE),
        ("APPLY", "MASKING POLICY", Access.MANAGE),
    ],
)
def test_a_privilege_belongs_to_its_class(privilege: str, kind: str, access: Access) -> None:
    found = rights(picture([grant(READER, privilege, kind, Name.of("DB", "S", "X"))]), READER, accesses=[access])
    assert [right.privilege for right in found if right.kind == kind] == [privilege]
