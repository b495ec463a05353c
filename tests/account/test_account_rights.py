"""Effective rights: every plane on which somebody can come by a privilege, one test each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from account.access import Access, can, in_words, matrix, rights, who_can
from account.names import ACCOUNT, Name
from account.picture import Picture
from account.principals import PUBLIC, Grant, Principal, PrincipalKind, Scope, database_role
from account.things import Other, Schema, Share, Table, User
from account.values import UNKNOWN, Undecided
from tests.account.pictures import DB, DB_R, OTHER, OWNER, PARENT, READER, SVC, THINGS, S, T, grant, picture, usage

S2 = Name.of("DB", "S2")
SELECT = grant(READER, "SELECT", "TABLE", T)


def readable(*grants: Grant, to: Principal = READER) -> Picture:
    """A picture in which somebody passes DB and DB.S and has these grants besides."""
    return picture((*usage(to), *grants), (SVC, PARENT), (PARENT, READER))


def words(found: Picture, principal: Principal, access: Access = Access.READ, on: Name = T, kind: str = "TABLE") -> str:
    """By which right somebody has access, or nothing."""
    right = can(found, principal, access, on, kind)
    return in_words(right) if right else ""


def test_a_direct_grant_lets_read() -> None:
    assert words(readable(SELECT), READER) == "READER -> SELECT on TABLE DB.S.T"


def test_without_the_grant_nothing_lets_read() -> None:
    assert words(readable(), READER) == ""


def test_a_role_two_steps_away_lets_read() -> None:
    assert words(readable(SELECT), SVC) == "SVC_X -> PARENT -> READER -> SELECT on TABLE DB.S.T"


def test_a_database_role_brings_usage_on_its_database() -> None:
    held = (grant(DB_R, "USAGE", "SCHEMA", S), grant(DB_R, "SELECT", "TABLE", T))
    found = picture(held, (READER, DB_R))
    assert words(found, READER) == "READER -> DB.DB_R (database role) -> SELECT on TABLE DB.S.T"


def test_a_nested_database_role_lets_read() -> None:
    inner = database_role("DB", "INNER")
    held = (grant(inner, "USAGE", "SCHEMA", S), grant(inner, "SELECT", "TABLE", T))
    found = picture(held, (SVC, READER), (READER, DB_R), (DB_R, inner))
    path = "SVC_X -> READER -> DB.DB_R (database role) -> DB.INNER (database role)"
    assert words(found, SVC) == f"{path} -> SELECT on TABLE DB.S.T"


def test_the_database_role_of_another_database_lets_nobody_in() -> None:
    other = database_role("OTHER", "DB_R")
    held = (grant(DB_R, "USAGE", "SCHEMA", S), grant(DB_R, "SELECT", "TABLE", T))
    assert words(picture(held, (READER, other)), READER) == ""


@pytest.mark.parametrize("container", [S, DB], ids=["schema", "database"])
@pytest.mark.parametrize("scope", [Scope.ALL, Scope.INHERITED])
def test_a_grant_on_everything_in_a_container_lets_read(scope: Scope, container: Name) -> None:
    right = can(readable(grant(READER, "SELECT", "TABLE", container, scope)), READER, Access.READ, T)
    assert right is not None
    assert not right.potential


def test_an_inherited_grant_of_the_account_lets_read() -> None:
    inherited = grant(READER, "SELECT", "TABLE", ACCOUNT, Scope.INHERITED)
    assert words(readable(inherited), READER) == "READER -> SELECT on all present and future TABLES in the account"


@pytest.mark.parametrize("container", [S, DB], ids=["schema", "database"])
def test_a_future_grant_is_a_potential_right(container: Name) -> None:
    right = can(readable(grant(READER, "SELECT", "TABLE", container, Scope.FUTURE)), READER, Access.READ, T)
    assert right is not None
    assert right.potential
    assert "only for objects made from now on" in right.why
    assert in_words(right) == f"READER -> SELECT on future TABLES in {container}"


def test_a_future_grant_of_the_schema_shadows_that_of_the_database_whoever_has_it() -> None:
    held = (
        grant(READER, "SELECT", "TABLE", DB, Scope.FUTURE),
        grant(OTHER, "INSERT", "TABLE", S, Scope.FUTURE),
    )
    assert words(readable(*held), READER) == ""


def test_a_shadowed_future_grant_still_counts_in_the_other_schemas_and_says_where_not() -> None:
    held = (
        grant(READER, "SELECT", "TABLE", DB, Scope.FUTURE),
        grant(OTHER, "INSERT", "TABLE", S, Scope.FUTURE),
        grant(READER, "USAGE", "SCHEMA", S2),
    )
    right = can(readable(*held), READER, Access.READ, Name.of("DB", "S2", "T"))
    assert right is not None
    assert right.why.startswith("without effect in DB.S: ")


def test_a_future_grant_of_the_schema_on_another_kind_shadows_nothing() -> None:
    held = (grant(READER, "SELECT", "TABLE", DB, Scope.FUTURE), grant(OTHER, "SELECT", "VIEW", S, Scope.FUTURE))
    assert words(readable(*held), READER) == "READER -> SELECT on future TABLES in DB"


def test_an_inherited_grant_is_shadowed_by_nothing() -> None:
    held = (grant(READER, "SELECT", "TABLE", DB, Scope.INHERITED), grant(OTHER, "INSERT", "TABLE", S, Scope.FUTURE))
    assert words(readable(*held), READER)


def test_future_ownership_of_a_database_does_not_reach_managed_access_schemas() -> None:
    held = grant(READER, "OWNERSHIP", "TABLE", DB, Scope.FUTURE)
    assert words(readable(held), READER) == ""
    things = tuple(replace(entry, managed_access=False) if isinstance(entry, Schema) else entry for entry in THINGS)
    assert words(replace(readable(held), things=things), READER) == "READER -> OWNERSHIP on future TABLES in DB"


def test_a_grant_on_views_does_not_reach_tables() -> None:
    assert words(readable(grant(READER, "SELECT", "VIEW", S, Scope.ALL)), READER) == ""


def test_a_view_that_the_picture_knows_is_judged_as_a_view() -> None:
    things = tuple(replace(entry, type="VIEW") if isinstance(entry, Table) else entry for entry in THINGS)
    found = replace(readable(grant(READER, "SELECT", "VIEW", S, Scope.ALL)), things=things)
    assert words(found, READER) == "READER -> SELECT on all VIEWS in DB.S"


@pytest.mark.parametrize("access", [Access.READ, Access.WRITE, Access.OWN])
def test_the_owner_of_a_table_reads_writes_and_owns_it(access: Access) -> None:
    assert words(picture(), OWNER, access) == "OWNER -> OWNERSHIP on TABLE DB.S.T"


def test_the_owner_of_a_managed_access_schema_cannot_read_but_can_give_itself_everything() -> None:
    things = tuple(replace(entry, owner=OTHER) if isinstance(entry, Table) else entry for entry in THINGS)
    found = picture(things=things)
    assert words(found, OWNER) == ""
    right = can(found, OWNER, Access.MANAGE, T)
    assert right is not None
    assert "can give itself everything inside DB.S" in right.why


def test_the_owner_of_an_ordinary_schema_does_not_decide_about_grants_in_it() -> None:
    things = tuple(
        replace(entry, managed_access=False) if isinstance(entry, Schema) else replace(entry, owner=None)
        for entry in THINGS
        if isinstance(entry, Schema | Table)
    )
    assert words(picture(things=things), OWNER, Access.MANAGE) == ""


@pytest.mark.parametrize("privilege", ["ALL", "ALL PRIVILEGES"])
@pytest.mark.parametrize("access", [Access.READ, Access.WRITE])
def test_all_privileges_let_read_and_write(privilege: str, access: Access) -> None:
    assert words(readable(grant(READER, privilege, "TABLE", T)), READER, access)


def test_all_privileges_are_not_ownership() -> None:
    assert words(readable(grant(READER, "ALL", "TABLE", T)), READER, Access.OWN) == ""


def test_what_public_has_everybody_has() -> None:
    found = readable(grant(PUBLIC, "SELECT", "TABLE", T), *usage(PUBLIC))
    assert words(found, OTHER) == "OTHER -> PUBLIC -> SELECT on TABLE DB.S.T"
    assert words(found, SVC) == "SVC_X -> PUBLIC -> SELECT on TABLE DB.S.T"


def test_imported_privileges_let_read_the_whole_database() -> None:
    found = picture([grant(READER, "IMPORTED PRIVILEGES", "DATABASE", Name.of("SNOWFLAKE"))])
    history = Name.of("SNOWFLAKE", "ACCOUNT_USAGE", "LOGIN_HISTORY")
    expected = "READER -> IMPORTED PRIVILEGES on DATABASE SNOWFLAKE"
    assert words(found, READER, on=history, kind="VIEW") == expected
    assert matrix(found, [READER])[READER, Name.of("SNOWFLAKE")] == {Access.READ, Access.USE}


def test_without_usage_on_the_schema_a_right_is_only_potential() -> None:
    found = picture([usage(READER)[0], SELECT])
    assert words(found, READER) == ""
    right = next(right for right in rights(found, READER) if right.access is Access.READ)
    assert right.potential
    assert "nothing lets it into the database or schema" in right.why


def test_without_usage_on_the_database_nothing_is_reached() -> None:
    assert words(picture([usage(READER)[1], SELECT]), READER) == ""


def test_any_privilege_on_the_schema_lets_pass() -> None:
    assert words(picture([usage(READER)[0], grant(READER, "MONITOR", "SCHEMA", S), SELECT]), READER)


def test_an_inherited_usage_on_schemas_lets_pass() -> None:
    held = (usage(READER)[0], grant(READER, "USAGE", "SCHEMA", DB, Scope.INHERITED), SELECT)
    assert words(picture(held), READER)


def test_usage_on_future_schemas_lets_pass_only_potentially() -> None:
    held = (usage(READER)[0], grant(READER, "USAGE", "SCHEMA", DB, Scope.FUTURE), SELECT)
    right = can(picture(held), READER, Access.READ, T)
    assert right is not None
    assert right.potential


def test_usage_may_come_from_one_role_and_select_from_another() -> None:
    found = picture([*usage(OTHER), SELECT], (SVC, OTHER), (SVC, READER))
    assert words(found, SVC) == "SVC_X -> READER -> SELECT on TABLE DB.S.T"
    assert words(found, READER) == ""


def test_a_privilege_held_by_the_user_itself_counts() -> None:
    assert words(readable(grant(SVC, "SELECT", "TABLE", T)), SVC) == "SVC_X -> SELECT on TABLE DB.S.T"


def secondary(*roles: str) -> Picture:
    user = User(name=SVC.name, default_role="PARENT", default_secondary_roles=roles)
    return replace(picture([*usage(OTHER), grant(OTHER, "SELECT", "TABLE", T)]), things=(user, *THINGS[:-1]))


def test_a_user_has_the_union_of_its_roles_whatever_its_session_begins_with() -> None:
    members = picture((), (SVC, PARENT), (SVC, OTHER)).memberships
    found = replace(secondary(), memberships=members)
    assert words(found, SVC) == "SVC_X -> OTHER -> SELECT on TABLE DB.S.T"
    session = rights(found, SVC, accesses=[Access.READ], default_session=True)
    assert session == ()


def test_secondary_roles_all_begin_with_the_session() -> None:
    found = replace(secondary("ALL"), memberships=picture((), (SVC, PARENT), (SVC, OTHER)).memberships)
    session = rights(found, SVC, accesses=[Access.READ], default_session=True)
    assert [right.holder for right in session] == [OTHER]


def test_a_default_session_keeps_the_default_role_and_public() -> None:
    held = (*usage(READER), SELECT, grant(PUBLIC, "USAGE", "WAREHOUSE", Name.of("WH")))
    found = replace(secondary(), grants=held, memberships=picture((), (SVC, PARENT), (PARENT, READER)).memberships)
    session = rights(found, SVC, default_session=True)
    assert {right.holder for right in session} == {PUBLIC, READER}
    assert "SVC_X -> PARENT -> READER -> SELECT on TABLE DB.S.T" in [in_words(right) for right in session]


def test_secondary_roles_that_are_not_known_are_undecided() -> None:
    things = (User(name=SVC.name, default_secondary_roles=UNKNOWN),)
    with pytest.raises(Undecided):
        rights(picture(things=things), SVC, default_session=True)


def test_usage_on_a_procedure_is_told_to_run_with_the_rights_of_its_owner() -> None:
    held = grant(READER, "USAGE", "PROCEDURE", Name.of("DB", "S", "P()"))
    right = can(readable(held), READER, Access.USE, Name.of("DB", "S", "P()"), "PROCEDURE")
    assert right is not None
    assert "owner's rights" in right.why


def test_a_share_reads_through_its_database_role() -> None:
    share = Principal(PrincipalKind.SHARE, Name.of("OUT"))
    held = (grant(DB_R, "USAGE", "SCHEMA", S), grant(DB_R, "SELECT", "TABLE", T))
    found = picture(held, (share, DB_R), things=(*THINGS, Share(name=Name.of("OUT"))))
    assert words(found, share).startswith("OUT (share) -> DB.DB_R (database role)")


def test_an_application_role_brings_what_it_has() -> None:
    app = Principal(PrincipalKind.APPLICATION_ROLE, Name.of("APP", "VIEWER"))
    found = picture([*usage(app), grant(app, "SELECT", "TABLE", T)], (READER, app))
    assert words(found, READER) == "READER -> APP.VIEWER (application role) -> SELECT on TABLE DB.S.T"


def test_a_grant_option_is_told() -> None:
    found = rights(readable(grant(READER, "SELECT", "TABLE", T, grant_option=True)), READER, accesses=[Access.READ])
    assert [right.grant_option for right in found] == [True]


def test_quoted_lower_case_names_are_names_of_their_own() -> None:
    lower = Name.of("DB", "S", "t")
    found = readable(grant(READER, "SELECT", "TABLE", lower))
    assert words(found, READER) == ""
    assert words(found, READER, on=lower) == 'READER -> SELECT on TABLE DB.S."t"'


def test_the_nearest_right_wins_over_the_farther_one() -> None:
    found = picture([*usage(PARENT), *usage(READER), SELECT, grant(PARENT, "SELECT", "TABLE", T)], (SVC, PARENT))
    assert words(found, SVC) == "SVC_X -> PARENT -> SELECT on TABLE DB.S.T"


def test_a_right_that_works_wins_over_a_nearer_potential_one() -> None:
    future = grant(PARENT, "SELECT", "TABLE", S, Scope.FUTURE)
    assert words(readable(SELECT, future), SVC) == "SVC_X -> PARENT -> READER -> SELECT on TABLE DB.S.T"


def test_who_can_read_a_table_lists_everybody_once() -> None:
    found = who_can(readable(SELECT), Access.READ, T)
    assert [str(right.principal) for right in found] == ["OWNER", "PARENT", "READER", "SVC_X"]


def test_rights_within_a_container_count_grants_around_it() -> None:
    held = (grant(READER, "SELECT", "TABLE", DB, Scope.ALL), grant(READER, "SELECT", "TABLE", Name.of("D2", "S", "T")))
    found = rights(readable(*held), READER, accesses=[Access.READ], within=S)
    assert [right.on for right in found] == [DB]


def test_a_table_of_unknown_owner_leaves_open_who_reads_it() -> None:
    things = tuple(replace(entry, owner=UNKNOWN) if isinstance(entry, Table) else entry for entry in THINGS)
    found = picture(things=things)
    with pytest.raises(Undecided, match=r"owner of TABLE DB\.S\.T"):
        can(found, READER, Access.READ, T)
    with pytest.raises(Undecided):
        rights(found, READER, accesses=[Access.READ])


def test_an_unknown_owner_elsewhere_leaves_the_answer_as_it_is() -> None:
    things = (*THINGS, Table(name=Name.of("DB", "S2", "T"), owner=UNKNOWN))
    found = picture([*usage(READER), SELECT], things=things)
    assert can(found, READER, Access.READ, T)
    assert can(found, OTHER, Access.READ, T) is None
    assert rights(found, READER, accesses=[Access.READ], within=S)


def test_an_unknown_owner_of_the_schema_matters_only_to_who_is_stopped_there() -> None:
    things = tuple(replace(entry, owner=UNKNOWN) if isinstance(entry, Schema) else entry for entry in THINGS)
    found = picture([usage(READER)[0], SELECT], things=things)
    with pytest.raises(Undecided):
        can(found, READER, Access.READ, T)
    assert can(found, OTHER, Access.READ, T) is None


def test_unknown_managed_access_leaves_open_who_decides_about_grants() -> None:
    schema = Schema(name=S, owner=OWNER, managed_access=UNKNOWN)
    found = picture(things=[schema])
    with pytest.raises(Undecided, match="managed access"):
        can(found, OWNER, Access.MANAGE, T)
    assert can(found, OTHER, Access.MANAGE, T) is None


def test_the_matrix_shows_classes_by_schema_database_and_warehouse() -> None:
    found = matrix(readable(SELECT, grant(READER, "USAGE", "WAREHOUSE", Name.of("WH"))), [READER])
    assert {str(name): {entry.value for entry in classes} for (_, name), classes in found.items()} == {
        "DB": {"use"},
        "DB.S": {"read"},
        "WH": {"use"},
    }


def test_the_matrix_has_no_access_where_the_way_is_closed() -> None:
    assert matrix(picture([usage(READER)[0], SELECT]), [READER]) == {(READER, DB): {Access.USE}}


def test_the_matrix_shows_an_owned_schema_as_owned_and_not_as_read() -> None:
    things = [entry for entry in THINGS if not isinstance(entry, Table)]
    assert matrix(picture(things=things), [OWNER])[OWNER, S] == {Access.OWN}


def test_the_matrix_leaves_out_a_shadowed_future_grant() -> None:
    held = (grant(READER, "SELECT", "TABLE", DB, Scope.FUTURE), grant(OTHER, "INSERT", "TABLE", S, Scope.FUTURE))
    assert (READER, S) not in matrix(readable(*held), [READER])


def test_the_matrix_is_undecided_where_an_owner_is_not_known() -> None:
    with pytest.raises(Undecided):
        matrix(picture(things=[Schema(name=S, owner=UNKNOWN)]))


def test_an_object_of_a_kind_without_a_class_has_an_owner_too() -> None:
    stream = Other(kind="STREAM", name=Name.of("DB", "S", "ST"), owner=READER)
    assert words(picture(usage(READER), things=[stream]), READER, on=stream.name, kind="STREAM")
