"""The role graph: what reaches what, by which path."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from account.graph import graph, in_words
from account.names import Name
from account.principals import PUBLIC, Principal, PrincipalKind, database_role, role, user
from account.things import Role
from tests.account.pictures import DB_R, PARENT, READER, SVC, picture

BUILT_IN = {
    ("ACCOUNTADMIN", "SECURITYADMIN"),
    ("ACCOUNTADMIN", "SYSADMIN"),
    ("SECURITYADMIN", "USERADMIN"),
}


def test_a_role_has_itself_by_the_empty_path() -> None:
    assert graph(picture()).closure(READER)[READER] == ()


def test_a_user_has_the_roles_of_its_roles() -> None:
    path = graph(picture((), (SVC, PARENT), (PARENT, READER))).closure(SVC)[READER]
    assert in_words(path) == "SVC_X -> PARENT -> READER"


def test_a_database_role_is_named_with_its_database_and_its_kind() -> None:
    path = graph(picture((), (SVC, PARENT), (PARENT, DB_R))).closure(SVC)[DB_R]
    assert in_words(path) == "SVC_X -> PARENT -> DB.DB_R (database role)"


def test_a_database_role_in_a_database_role_is_reached() -> None:
    nested = database_role("DB", "INNER")
    assert nested in graph(picture((), (PARENT, DB_R), (DB_R, nested))).closure(PARENT)


def test_the_same_database_role_name_in_two_databases_is_two_roles() -> None:
    other = database_role("OTHER", "DB_R")
    reached = graph(picture((), (PARENT, DB_R), (READER, other))).closure(PARENT)
    assert DB_R in reached
    assert other not in reached


def test_names_that_differ_in_case_are_two_roles() -> None:
    assert role("reader") not in graph(picture((), (PARENT, READER))).closure(PARENT)


def test_a_quoted_lower_case_name_is_shown_with_quotes() -> None:
    path = graph(picture((), (SVC, role("my role")))).closure(SVC)[role("my role")]
    assert in_words(path) == 'SVC_X -> "my role"'


def test_accountadmin_has_the_other_administrators() -> None:
    reached = graph(picture()).closure(role("ACCOUNTADMIN"))
    assert {str(entry) for entry in reached} == {"ACCOUNTADMIN", "SECURITYADMIN", "USERADMIN", "SYSADMIN", "PUBLIC"}
    assert in_words(reached[role("USERADMIN")]) == "ACCOUNTADMIN -> SECURITYADMIN -> USERADMIN"


def test_a_role_granted_to_sysadmin_does_not_reach_sysadmin() -> None:
    assert role("SYSADMIN") not in graph(picture((), (role("SYSADMIN"), PARENT))).closure(PARENT)


def test_sysadmin_granted_to_a_role_is_reached() -> None:
    assert role("SYSADMIN") in graph(picture((), (PARENT, role("SYSADMIN")))).closure(PARENT)


def test_everybody_has_public() -> None:
    reached = graph(picture((), (PARENT, READER)))
    assert all(PUBLIC in reached.closure(entry) for entry in (SVC, PARENT, READER, user("NOBODY_KNOWS")))


def test_a_database_role_does_not_have_public() -> None:
    assert set(graph(picture((), (PARENT, DB_R))).closure(DB_R)) == {DB_R}


def test_a_cycle_ends_and_is_told() -> None:
    found = graph(picture((), (READER, PARENT), (PARENT, READER)))
    assert set(found.closure(READER)) == {READER, PARENT, PUBLIC}
    assert found.cycles() == ((PARENT, READER),)


def test_a_role_that_has_itself_is_a_cycle() -> None:
    assert graph(picture((), (READER, READER))).cycles() == ((READER,),)


def test_a_chain_is_no_cycle() -> None:
    assert graph(picture((), (SVC, PARENT), (PARENT, READER))).cycles() == ()


def test_the_shortest_path_wins() -> None:
    found = graph(picture((), (SVC, PARENT), (PARENT, READER), (SVC, READER)))
    assert in_words(found.closure(SVC)[READER]) == "SVC_X -> READER"


def test_of_paths_of_one_length_the_first_by_name_wins() -> None:
    first, second = role("A"), role("B")
    edges = ((SVC, second), (second, READER), (SVC, first), (first, READER))
    assert in_words(graph(picture((), *edges)).closure(SVC)[READER]) == "SVC_X -> A -> READER"


def test_members_are_all_who_reach_a_role() -> None:
    found = graph(picture((), (SVC, PARENT), (PARENT, READER)))
    assert found.members(READER) == (PARENT, SVC)


def test_an_application_role_and_a_share_are_part_of_the_graph() -> None:
    app = Principal(PrincipalKind.APPLICATION_ROLE, Name.of("APP", "VIEWER"))
    share = Principal(PrincipalKind.SHARE, Name.of("OUT"))
    found = graph(picture((), (READER, app), (share, DB_R)))
    assert in_words(found.closure(READER)[app]) == "READER -> APP.VIEWER (application role)"
    assert set(found.closure(share)) == {share, DB_R}


def test_a_role_without_any_grant_is_part_of_the_graph() -> None:
    alone = picture(things=[Role(name=Name.of("ALONE")), Role(name=Name.of("DB", "ALONE"))])
    assert {role("ALONE"), database_role("DB", "ALONE")} <= set(graph(alone).principals)


def test_the_graph_is_worked_out_once_per_picture() -> None:
    same = picture()
    assert graph(same) is graph(same)
    assert graph(same) is not graph(picture())


names = st.sampled_from([f"R{number}" for number in range(8)])
edges = st.lists(st.tuples(names, names), max_size=24)


def naive(pairs: list[tuple[str, str]], start: str) -> set[str]:
    """Everything reachable, by walking down without any cleverness."""
    seen: set[str] = set()

    def walk(name: str) -> None:
        if name not in seen:
            seen.add(name)
            for member, held in pairs:
                if member == name:
                    walk(held)

    walk(start)
    return seen


@given(edges, names)
def test_reachability_equals_a_naive_walk(pairs: list[tuple[str, str]], start: str) -> None:
    made = picture((), *((role(member), role(held)) for member, held in pairs))
    reached = {str(entry) for entry in graph(made).closure(role(start)) if entry != PUBLIC}
    assert reached == naive(pairs, start)


@given(edges, names)
def test_every_path_is_made_of_edges_that_meet(pairs: list[tuple[str, str]], start: str) -> None:
    made = picture((), *((role(member), role(held)) for member, held in pairs))
    for found, path in graph(made).closure(role(start)).items():
        stops = [role(start), *(edge.role for edge in path)]
        assert stops[-1] == found
        assert [edge.member for edge in path] == stops[:-1]
        assert all(edge.built_in or (str(edge.member), str(edge.role)) in {*pairs, *BUILT_IN} for edge in path)


@given(edges)
def test_members_are_the_reverse_of_reach(pairs: list[tuple[str, str]]) -> None:
    found = graph(picture((), *((role(member), role(held)) for member, held in pairs)))
    for principal in found.principals:
        above = {entry for entry in found.principals if entry != principal and principal in found.closure(entry)}
        assert set(found.members(principal)) == above
