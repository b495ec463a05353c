"""Rows in the spellings that Snowflake has had, and what Snowflake itself brings into every account."""

from __future__ import annotations

import pytest

from account.live import baseline
from account.live.answers import Answer, flag, items, number
from account.names import ACCOUNT, Name
from account.picture import BlindSpot, Picture
from account.principals import Grant, Membership, Scope, database_role, role, user
from account.things import (
    User,
)
from account.values import Unknown
from tests.account.live_answers import answer, cells, more, recorded, seen

ORDERS = Name.of("SHOP", "SALES", "ORDERS")
R, RW = database_role("SHOP", "R"), database_role("SHOP", "RW")


def spots(picture: Picture, kind: str) -> list[BlindSpot]:
    return [spot for spot in picture.blind_spots if kind in spot.kinds]


@pytest.fixture(scope="module")
def bulk() -> Picture:
    return seen()


def test_grantee_called_account_role_is_a_role() -> None:
    edit = cells({"granted_to": "ROLE"}, granted_to="ACCOUNT ROLE")
    assert seen(edits={"grants_to_roles": edit}).grants == seen().grants


def test_database_role_with_its_database_before_its_name_is_the_same() -> None:
    edit = cells({"granted_to": "DATABASE_ROLE", "grantee_name": "RW"}, grantee_name="SHOP.RW")
    picture = seen(edits={"grants_to_roles": edit})
    assert (picture.grants, picture.memberships) == (seen().grants, seen().memberships)


def test_member_called_with_its_database_is_the_same() -> None:
    edit = cells({"granted_on": "DATABASE_ROLE", "name": "R", "table_catalog": "SHOP"}, name="SHOP.R")
    assert seen(edits={"grants_to_roles": edit}).memberships == seen().memberships


def test_database_role_without_its_database_is_found_in_that_of_its_holder() -> None:
    edit = cells({"granted_on": "DATABASE_ROLE", "grantee_name": "RW"}, name="R")
    assert seen(fresh=True, edits={"grants_to_database_role": edit}).memberships == seen().memberships


def test_database_role_that_could_be_of_any_database_is_a_blind_spot() -> None:
    edit = cells({"granted_on": "DATABASE_ROLE", "grantee_name": "READER"}, name="R")
    picture = seen(fresh=True, edits={"grants_to_role": edit})
    assert Membership(R, role("READER")) not in picture.memberships
    assert spots(picture, "MEMBERSHIP")


def test_grants_of_a_user_in_the_older_spelling_are_memberships() -> None:
    columns = ("created_on", "role", "granted_to", "grantee_name", "granted_by")
    old = answer("grants_to_user", columns, [("", "LOADER", "USER", "SVC_SHOP", "X")], ["SVC_SHOP"])
    picture = seen(fresh=True, edits={"grants_to_user": lambda _: [old]})
    assert Membership(role("LOADER"), user("SVC_SHOP")) in picture.memberships


def test_future_grants_by_role_are_those_by_container() -> None:
    other = [
        answer("future_to_role", _FUTURE, [("", "SELECT", "VIEW", "SHOP.<VIEW>", "ROLE", "X", "false")], ["READER"]),
        answer(
            "future_to_role",
            _FUTURE,
            [("", "SELECT", "TABLE", '"odd name"."a.b".<TABLE>', "ROLE", "X", "false")],
            ["Q"],
        ),
    ]
    picture = seen(edits={"future_in_database": lambda _: other, "future_in_schema": lambda _: []})
    assert [(grant.grantee, grant.on) for grant in picture.grants if grant.scope is Scope.FUTURE] == [
        (role("Q"), Name.of("odd name", "a.b")), (role("READER"), Name.of("SHOP")),
    ]  # fmt: skip


_FUTURE = ("created_on", "privilege", "grant_on", "name", "grant_to", "grantee_name", "grant_option")


def test_inherited_grants_by_container_are_those_of_the_view() -> None:
    def without(kept: list[Answer]) -> list[Answer]:
        return [Answer(one.ask, tuple(row for row in one.rows if not row["is_inherited"]), one.columns) for one in kept]

    shown = [one for key in ("inherited_in_account", "inherited_in_schema") for one in recorded(key)]
    picture = seen(edits={"grants_to_roles": without, "shares": lambda kept: [*kept, *shown]})
    assert picture.grants == seen().grants


def test_comment_in_quotes_of_a_view_is_plain(bulk: Picture) -> None:
    assert {thing.comment for thing in bulk.things if thing.kind == "MASKING POLICY"} == {"Hides"}


def test_token_has_its_role(bulk: Picture) -> None:
    [token] = [thing for thing in bulk.things if thing.kind == "TOKEN"]
    assert (token.name, getattr(token, "role", None)) == (Name.of("SVC_SHOP", "NIGHTLY"), "LOADER")


def _public(privilege: str, kind: str, **more_cells: object) -> dict[str, object]:
    return {
        "privilege": privilege, "granted_on": kind, "granted_to": "ROLE", "grantee_name": "PUBLIC", "granted_by": "",
        **more_cells,
    }  # fmt: skip


def test_what_snowflake_gives_to_public_everywhere_is_left_out() -> None:
    rows = [
        _public("USE AI FUNCTIONS", "ACCOUNT", name="X"),
        _public("USAGE", "DATABASE_ROLE", name="CORTEX_USER", table_catalog="SNOWFLAKE"),
        _public("USAGE", "WAREHOUSE", name="SYSTEM$STREAMLIT_NOTEBOOK_WH"),
    ]
    picture = seen(edits={"grants_to_roles": more(*rows)})
    assert (picture.grants, picture.memberships) == (seen().grants, seen().memberships)


def test_new_grant_of_snowflake_to_public_is_seen_once() -> None:
    picture = seen(edits={"grants_to_roles": more(_public("READ EVERYTHING", "ACCOUNT", name="X"))})
    assert Grant(role("PUBLIC"), "READ EVERYTHING", "ACCOUNT", ACCOUNT) in picture.grants


def test_what_a_person_gives_to_public_is_no_baseline() -> None:
    row = _public("USE AI FUNCTIONS", "ACCOUNT", name="X") | {"granted_by": "ACCOUNTADMIN"}
    picture = seen(edits={"grants_to_roles": more(row)})
    assert Grant(role("PUBLIC"), "USE AI FUNCTIONS", "ACCOUNT", ACCOUNT) in picture.grants


def test_what_a_person_gives_to_a_system_role_is_seen() -> None:
    row = _public("CREATE SHARE", "ACCOUNT", name="X") | {"grantee_name": "SYSADMIN", "granted_by": "ACCOUNTADMIN"}
    assert Grant(role("SYSADMIN"), "CREATE SHARE", "ACCOUNT", ACCOUNT) in seen(
        edits={"grants_to_roles": more(row)}
    ).grants  # fmt: skip


def test_users_of_snowflake_are_left_out() -> None:
    rows = [
        {"name": "SNOWFLAKE", "disabled": "false"},
        {"name": "S1", "type": "SNOWFLAKE_SERVICE", "disabled": "false"},
    ]
    assert {found.name for found in seen(edits={"users": more(*rows)}).all(User)} == {
        found.name for found in seen().all(User)
    }


def test_every_list_of_the_baseline_names_its_source() -> None:
    import json

    content = json.loads(baseline.FILE.read_text(encoding="utf-8"))
    topics = {topic: entry for topic, entry in content.items() if isinstance(entry, dict)}
    assert topics and all("docs.snowflake.com" in entry["source"] for entry in topics.values())


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), ("N", False), ("off", False), (None, None), ("", None), ("null", None)]
)
def test_yes_and_no_are_read(value: object, expected: bool | None) -> None:
    assert flag(value, "x") is expected


def test_a_word_that_is_neither_yes_nor_no_is_unknown() -> None:
    assert isinstance(flag("maybe", "x"), Unknown)


@pytest.mark.parametrize(
    ("value", "expected"), [("10.00", 10), (7, 7), ("75%", 75), (None, None), ("null", None), ("-1", -1)]
)
def test_whole_numbers_are_read(value: object, expected: int | None) -> None:
    assert number(value, "x") == expected


@pytest.mark.parametrize("value", ["10.5", "many", "NaN", "Infinity"])
def test_what_is_no_whole_number_is_unknown(value: str) -> None:
    assert isinstance(number(value, "x"), Unknown)


@pytest.mark.parametrize(
    ("value", "expected"),
    [('["A", "b c"]', ("A", "b c")), ("[A, B]", ("A", "B")), ("a,b", ("a", "b")), ("[]", ()), ("", None)],
)
def test_lists_are_read_in_every_spelling(value: str, expected: tuple[str, ...] | None) -> None:
    assert items(value) == expected
