"""What differs between two pictures: objects, grants, access gained and lost, by whom and by which path."""

from __future__ import annotations

from dataclasses import replace
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from account import access_changes
from account.access import Access, can
from account.access_changes import AccessChange, change_in_words, what_in_words
from account.declaration import from_platform
from account.difference import Difference, FieldChange, Op, difference
from account.facts import Facts
from account.names import ACCOUNT, Name
from account.picture import Picture
from account.principals import Grant, Principal, Scope
from account.things import Database, PublicKey, Schema, Table, User, Warehouse
from account.values import UNKNOWN, Unknown
from tests import samples
from tests.account.pictures import DB, DB_R, OTHER, OWNER, PARENT, READER, SVC, THINGS, S, T, grant, picture, usage

S2 = Name.of("DB", "S2")
SELECT_ALL = grant(READER, "SELECT", "TABLE", S, Scope.ALL)


def told(found: Difference, *who: Principal) -> list[str]:
    """Changes of access in short, of these principals or of all."""
    return [
        f"{change.principal} {'gains' if change.gained else 'loses'} {what_in_words(change)}"
        for change in found.access
        if not who or change.principal in who
    ]


def test_equal_pictures_do_not_differ() -> None:
    assert difference(picture([SELECT_ALL]), picture([SELECT_ALL])).empty


@pytest.mark.parametrize("environment", ["dev", "qa", "prod"])
def test_the_declared_platform_does_not_differ_from_itself(environment: str) -> None:
    first, second = (from_platform(samples.platform(environment)) for _ in range(2))
    assert difference(first, second).empty


def test_values_that_are_not_known_on_both_sides_do_not_differ() -> None:
    sides = [picture(things=[Table(name=T, owner=Unknown(why), comment=Unknown(why))]) for why in ("one", "other")]
    assert difference(*sides).empty


def test_an_object_that_comes_or_goes_is_told() -> None:
    less = picture(things=THINGS[:-1])
    found = difference(less, picture())
    assert [(change.op, change.kind, str(change.name)) for change in found.objects] == [(Op.ADDED, "USER", "SVC_X")]
    assert [change.op for change in difference(picture(), less).objects] == [Op.REMOVED]


def test_a_field_that_changes_is_told_with_both_values() -> None:
    before, after = (picture(things=[Warehouse(name=Name.of("WH"), size=size)]) for size in ("SMALL", "LARGE"))
    (change,) = difference(before, after).objects
    assert change.op is Op.CHANGED
    assert [str(field) for field in change.fields] == ["size: SMALL -> LARGE"]


@pytest.mark.parametrize(("old", "new"), [("a", UNKNOWN), (UNKNOWN, "a"), (None, UNKNOWN)])
def test_a_value_that_is_not_known_is_never_equal_to_a_known_one(old: object, new: object) -> None:
    before, after = (picture(things=[Table(name=T, comment=side)]) for side in (old, new))  # type: ignore[arg-type]
    (change,) = difference(before, after).objects
    assert [field.unknown for field in change.fields] == [True]
    assert "not known" in str(change.fields[0])


def test_a_value_inside_another_that_is_not_known_is_told_too() -> None:
    keys = [(PublicKey(slot="1", fingerprint=print_),) for print_ in ("SHA256:a", UNKNOWN)]
    before, after = (picture(things=[User(name=SVC.name, public_keys=side)]) for side in keys)
    (change,) = difference(before, after).objects
    assert change.fields == (FieldChange("public_keys", keys[0], keys[1]),)
    assert change.fields[0].unknown


def test_a_parameter_of_the_account_is_told() -> None:
    after = replace(picture(), parameters={"TIMEZONE": "UTC"})
    (change,) = difference(picture(), after).objects
    assert (change.kind, str(change.name), str(change.fields[0])) == (
        "ACCOUNT PARAMETER",
        "TIMEZONE",
        "value: not set -> UTC",
    )


def test_grants_and_memberships_that_come_and_go_are_listed() -> None:
    before, after = picture([SELECT_ALL], (SVC, READER)), picture(usage(READER), (SVC, OTHER))
    found = difference(before, after)
    assert set(found.grants.added) == set(usage(READER))
    assert found.grants.removed == (SELECT_ALL,)
    assert [str(one.role) for one in found.memberships.added] == ["OTHER"]
    assert [str(one.role) for one in found.memberships.removed] == ["READER"]


def test_everybody_above_a_role_gains_what_the_role_gains_by_the_path() -> None:
    members = ((SVC, PARENT), (PARENT, READER))
    found = difference(picture(usage(READER), *members), picture([*usage(READER), SELECT_ALL], *members))
    assert [change_in_words(change) for change in found.access] == [
        "PARENT gains read TABLES in DB.S, by PARENT -> READER -> SELECT on all TABLES in DB.S",
        "READER gains read TABLES in DB.S, by READER -> SELECT on all TABLES in DB.S",
        "SVC_X gains read TABLES in DB.S, by SVC_X -> PARENT -> READER -> SELECT on all TABLES in DB.S",
    ]


def test_a_lost_membership_takes_the_access_with_the_path_of_before() -> None:
    held = (*usage(READER), SELECT_ALL)
    found = difference(picture(held, (SVC, READER)), picture(held))
    lost = [change for change in found.access if change.principal == SVC and change.access is Access.READ]
    assert [change_in_words(change) for change in lost] == [
        "SVC_X loses read TABLES in DB.S, by SVC_X -> READER -> SELECT on all TABLES in DB.S"
    ]


def test_another_way_to_the_same_access_is_no_change_of_access() -> None:
    other = (*usage(OTHER), grant(OTHER, "SELECT", "TABLE", S, Scope.ALL))
    held = (*usage(READER), SELECT_ALL, *other)
    found = difference(picture(held, (SVC, READER)), picture(held, (SVC, OTHER)))
    assert found.memberships.added
    assert told(found, SVC) == []


def test_the_same_access_granted_per_schema_instead_of_per_database_is_no_change() -> None:
    passing = (*usage(READER), grant(READER, "USAGE", "SCHEMA", S2))
    whole = picture([*passing, grant(READER, "SELECT", "TABLE", DB, Scope.ALL)])
    each = picture([*passing, *(grant(READER, "SELECT", "TABLE", name, Scope.INHERITED) for name in (S, S2))])
    assert told(difference(whole, each)) == []


def test_all_schemas_of_a_database_alike_are_one_line() -> None:
    passing = (*usage(READER), grant(READER, "USAGE", "SCHEMA", S2))
    more = [grant(READER, "SELECT", kind, name, Scope.ALL) for kind in ("TABLE", "VIEW") for name in (S, S2)]
    found = difference(picture(passing), picture([*passing, *more]))
    assert told(found) == ["READER gains read TABLES and VIEWS in DB"]


def test_one_schema_of_two_is_told_by_name() -> None:
    found = difference(picture(usage(READER)), picture([*usage(READER), SELECT_ALL]))
    assert told(found) == ["READER gains read TABLES in DB.S"]


def test_several_objects_of_a_schema_are_one_line() -> None:
    more = [grant(READER, "SELECT", "TABLE", Name.of("DB", "S", name)) for name in ("T1", "T2")]
    found = difference(picture(usage(READER)), picture([*usage(READER), *more]))
    assert told(found) == ["READER gains read T1, T2 (TABLES) in DB.S"]


def test_a_grant_on_one_object_is_no_gain_where_everything_was_readable() -> None:
    held = (*usage(READER), SELECT_ALL)
    assert told(difference(picture(held), picture([*held, grant(READER, "SELECT", "TABLE", T)]))) == []


def test_from_everything_to_one_object_is_lost() -> None:
    before, after = [*usage(READER), SELECT_ALL], [*usage(READER), grant(READER, "SELECT", "TABLE", T)]
    assert told(difference(picture(before), picture(after))) == ["READER loses read TABLES in DB.S"]


def test_from_one_object_to_everything_is_gained() -> None:
    before, after = [*usage(READER), grant(READER, "SELECT", "TABLE", T)], [*usage(READER), SELECT_ALL]
    assert told(difference(picture(before), picture(after))) == ["READER gains read TABLES in DB.S"]


def test_a_future_grant_is_gained_as_potential() -> None:
    future = grant(READER, "SELECT", "TABLE", S, Scope.FUTURE)
    found = difference(picture(usage(READER)), picture([*usage(READER), future]))
    assert told(found) == ["READER gains read TABLES in DB.S (potential)"]


def test_usage_on_the_schema_makes_a_potential_right_work() -> None:
    before, after = [usage(READER)[0], SELECT_ALL], [*usage(READER), SELECT_ALL]
    assert told(difference(picture(before), picture(after))) == [
        "READER gains read TABLES in DB.S",
        "READER gains use SCHEMA DB.S",
    ]
    assert told(difference(picture(after), picture(before))) == [
        "READER loses read TABLES in DB.S",
        "READER loses use SCHEMA DB.S",
    ]


def test_a_new_future_grant_of_a_schema_takes_that_of_the_database_away() -> None:
    held = [*usage(READER), grant(READER, "USAGE", "SCHEMA", S2), grant(READER, "SELECT", "TABLE", DB, Scope.FUTURE)]
    found = difference(picture(held), picture([*held, grant(OTHER, "INSERT", "TABLE", S, Scope.FUTURE)]))
    assert told(found, READER) == ["READER loses read TABLES in DB.S (potential)"]


def test_warehouses_and_account_privileges_are_told_by_name() -> None:
    more = [
        grant(READER, "USAGE", "WAREHOUSE", Name.of("WH")),
        grant(READER, "CREATE USER", "ACCOUNT"),
        grant(READER, "MANAGE GRANTS", "ACCOUNT"),
    ]
    assert told(difference(picture(), picture(more))) == [
        "READER gains CREATE USER on the account",
        "READER gains MANAGE GRANTS on the account",
        "READER gains use WAREHOUSE WH",
    ]


def test_another_account_privilege_of_the_same_class_is_told() -> None:
    before = picture([grant(READER, "CREATE ROLE", "ACCOUNT")])
    after = picture([grant(READER, "CREATE USER", "ACCOUNT")])
    assert told(difference(before, after)) == [
        "READER gains CREATE USER on the account",
        "READER loses CREATE ROLE on the account",
    ]


def test_a_database_role_brings_usage_of_its_database_as_access() -> None:
    found = difference(picture((), (PARENT, DB_R)), picture((), (PARENT, DB_R), (READER, DB_R)))
    assert told(found) == ["READER gains use DATABASE DB"]


def test_a_change_of_owner_takes_and_gives() -> None:
    things = tuple(replace(entry, owner=READER) if isinstance(entry, Warehouse) else entry for entry in THINGS)
    found = difference(picture(), picture(things=things))
    assert {change.principal for change in found.access if change.gained} == {READER}
    assert {change.principal for change in found.access if not change.gained} == {OWNER}
    assert "READER gains own WAREHOUSE WH" in told(found)


def test_an_owner_that_is_known_on_one_side_only_leaves_access_undecided() -> None:
    things = tuple(replace(entry, owner=UNKNOWN) if isinstance(entry, Table) else entry for entry in THINGS)
    found = difference(picture(), picture(things=things))
    assert found.undecided == ("the owner of TABLE DB.S.T is not known",)


def test_managed_access_lets_the_owner_decide_about_grants() -> None:
    plain, managed = (
        picture(things=[Database(name=DB, owner=OWNER), Schema(name=S, owner=OWNER, managed_access=on)])
        for on in (False, True)
    )
    assert told(difference(plain, managed)) == ["OWNER gains manage SCHEMA DB.S"]


def test_the_result_does_not_depend_on_the_order_of_what_went_in() -> None:
    held = [*usage(READER), SELECT_ALL, grant(OTHER, "USAGE", "WAREHOUSE", Name.of("WH"))]
    pairs = [(SVC, READER), (PARENT, READER)]
    turned = difference(picture(), picture(held[::-1], *pairs[::-1]))
    assert turned == difference(picture(), picture(held, *pairs))


PRINCIPALS = [READER, PARENT, OTHER, DB_R, SVC]
grants = st.lists(
    st.builds(
        grant,
        st.sampled_from(PRINCIPALS),
        st.sampled_from(["SELECT", "INSERT", "USAGE", "ALL", "MANAGE GRANTS", "CREATE TABLE"]),
        st.sampled_from(["TABLE", "VIEW", "SCHEMA", "DATABASE", "WAREHOUSE"]),
        st.sampled_from([DB, S, S2, T, ACCOUNT]),
        st.sampled_from(list(Scope)),
    ),
    max_size=6,
)
memberships = st.lists(
    st.tuples(st.sampled_from(PRINCIPALS), st.sampled_from([READER, PARENT, OTHER, DB_R])), max_size=4
)
pictures = st.builds(lambda held, pairs: picture(held, *pairs), grants, memberships)


def turned(change: AccessChange) -> AccessChange:
    return replace(change, gained=not change.gained)


@given(pictures)
def test_nothing_differs_from_itself(one: Picture) -> None:
    assert difference(one, one).empty
    assert difference(one, replace(one)).empty


@given(pictures, pictures)
def test_turned_round_gains_are_losses(one: Picture, other: Picture) -> None:
    there, back = difference(one, other), difference(other, one)
    assert set(map(turned, there.access)) == set(back.access)
    assert (there.grants.added, there.grants.removed) == (back.grants.removed, back.grants.added)
    assert {(change.name, change.op) for change in there.objects} == {
        (change.name, {Op.ADDED: Op.REMOVED, Op.REMOVED: Op.ADDED}.get(change.op, change.op)) for change in back.objects
    }


@given(pictures, st.lists(grants, max_size=1).map(lambda found: found[0] if found else []))
def test_more_grants_without_future_ones_never_take_access(one: Picture, more: list[Grant]) -> None:
    added = [entry for entry in more if entry.scope is not Scope.FUTURE]
    found = difference(one, replace(one, grants=(*one.grants, *added)))
    assert all(change.gained for change in found.access)


@given(pictures, pictures)
def test_to_leave_out_who_is_not_affected_changes_nothing(one: Picture, other: Picture) -> None:
    def everybody(old: Facts, new: Facts, _: set[Principal]) -> list[Principal]:
        return sorted({*old.graph.principals, *new.graph.principals})

    found = access_changes.access_changes(one, other)
    with mock.patch.object(access_changes, "_affected", everybody):
        assert access_changes.access_changes(one, other) == found


@given(pictures, pictures, st.sampled_from(PRINCIPALS))
def test_who_can_read_a_table_only_afterwards_gains_it(one: Picture, other: Picture, who: Principal) -> None:
    gained = [change for change in difference(one, other).access if change.principal == who and change.gained]
    about_it = [
        change for change in gained if change.access is Access.READ and "TABLE" in change.kinds and T.within(change.on)
    ]
    before, after = (can(side, who, Access.READ, T) for side in (one, other))
    if after is not None and before is None:
        assert about_it
    if after is not None and not after.potential and (before is None or before.potential):
        assert any(not change.potential for change in about_it)
