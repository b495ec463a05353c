"""What holds of effective rights whatever the grants: more of them never gives less."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from account.access import Access, can, matrix, rights
from account.names import ACCOUNT, Name
from account.principals import PUBLIC, Grant, Principal, PrincipalKind, Scope
from tests.account.pictures import DB, DB_R, OTHER, PARENT, READER, SVC, S, T, grant, picture

S2 = Name.of("DB", "S2")
PRINCIPALS = [READER, PARENT, OTHER, DB_R, SVC, PUBLIC]
grants = st.builds(
    grant,
    st.sampled_from(PRINCIPALS),
    st.sampled_from(["SELECT", "INSERT", "USAGE", "ALL", "OWNERSHIP", "MANAGE GRANTS", "CREATE TABLE"]),
    st.sampled_from(["TABLE", "VIEW", "SCHEMA", "DATABASE"]),
    st.sampled_from([DB, S, S2, T, ACCOUNT]),
    st.sampled_from([Scope.OBJECT, Scope.ALL, Scope.INHERITED]),
)
memberships = st.lists(
    st.tuples(st.sampled_from(PRINCIPALS), st.sampled_from([READER, PARENT, OTHER, DB_R])), max_size=5
)


@given(st.lists(grants, max_size=8), memberships, grants, st.sampled_from(PRINCIPALS))
def test_one_more_grant_never_takes_a_right_away(
    held: list[Grant], pairs: list[tuple[Principal, Principal]], more: Grant, who: Principal
) -> None:
    before, after = picture(held, *pairs), picture([*held, more], *pairs)
    kept = {(right.access, right.privilege, right.on, right.scope) for right in rights(after, who)}
    assert {(right.access, right.privilege, right.on, right.scope) for right in rights(before, who)} <= kept
    for access in (Access.READ, Access.WRITE, Access.MANAGE):
        if can(before, who, access, T) is not None:
            assert can(after, who, access, T) is not None
    table, wider = matrix(before, [who]), matrix(after, [who])
    assert all(classes <= wider[cell] for cell, classes in table.items())


@given(st.lists(grants, max_size=8), memberships, st.sampled_from(PRINCIPALS))
def test_a_member_can_do_whatever_its_role_can(
    held: list[Grant], pairs: list[tuple[Principal, Principal]], who: Principal
) -> None:
    found = picture(held, *pairs, (PARENT, who)) if who.kind is not PrincipalKind.USER else picture(held, *pairs)
    above = PARENT if who.kind is not PrincipalKind.USER else who
    for access in Access:
        if can(found, who, access, T) is not None:
            assert can(found, above, access, T) is not None


@given(st.lists(grants, max_size=8), memberships, st.sampled_from(PRINCIPALS))
def test_what_the_matrix_shows_somebody_can_do_to_a_table_there(
    held: list[Grant], pairs: list[tuple[Principal, Principal]], who: Principal
) -> None:
    found = picture(held, *pairs)
    for access in (Access.READ, Access.WRITE):
        if can(found, who, access, T) is not None:
            assert access in matrix(found, [who]).get((who, S), ())
