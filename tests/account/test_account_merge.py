"""Pictures of one account put together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from account.codec import PictureError, dump, load
from account.graph import graph
from account.merge import conflicts, merged, rest_of
from account.names import ACCOUNT, Name
from account.picture import About, Attachment, BlindSpot, Picture, PolicyKind, Source
from account.principals import Grant, Membership, role, user
from account.things import Role, User, Warehouse
from account.values import Unknown

DEV = About(source=Source.PULUMI, stack="dev", environment="dev", account="ORG-ACC")
PROD = About(source=Source.PULUMI, stack="prod", environment="prod", account="ORG-ACC")
LIVE = About(source=Source.LIVE, stack="", environment="prod", account="ORG-ACC", whole=True)
WH = Warehouse(name=Name.of("WH"), size="XSMALL")
EDGE = Membership(role("R"), user("U"))
SELECT = Grant(role("R"), "SELECT", "TABLE", Name.of("DB", "S", "T"))
N = Attachment(PolicyKind.NETWORK, Name.of("N"), "ACCOUNT", ACCOUNT)
M = replace(N, policy=Name.of("M"))


def test_the_facts_of_all_pictures_are_there_once() -> None:
    one = Picture(about=DEV, things=(WH,), memberships=(EDGE,), parameters={"A": "1"})
    other = Picture(about=PROD, things=(Role(name=Name.of("R")),), memberships=(EDGE,), grants=(SELECT,))
    found = merged(one, other)
    assert [thing.kind for thing in found.things] == ["ROLE", "WAREHOUSE"]
    assert (found.memberships, found.grants, dict(found.parameters)) == ((EDGE,), (SELECT,), {"A": "1"})
    assert found.about == DEV


def test_one_picture_stays_as_it_is() -> None:
    one = Picture(about=DEV, things=(WH,), memberships=(EDGE,), grants=(SELECT,), attachments=(N,))
    assert merged(one) == one


def test_a_path_through_another_stack_is_seen() -> None:
    one = Picture(about=DEV, things=(User(name=Name.of("U")),), memberships=(EDGE,))
    other = Picture(about=PROD, memberships=(Membership(role("SECRETS"), role("R")),))
    assert role("SECRETS") in graph(merged(one, other)).closure(user("U"))
    assert role("SECRETS") not in graph(one).closure(user("U"))


def test_external_grants_come_from_a_file() -> None:
    outside = load(dump(Picture(about=LIVE, memberships=(Membership(role("ACCOUNTADMIN"), role("R")),))))
    found = merged(Picture(about=DEV, memberships=(EDGE,)), outside)
    assert role("ACCOUNTADMIN") in graph(found).closure(user("U"))
    assert found.about.whole


def test_two_stacks_that_declare_one_thing_differently_are_told() -> None:
    found = merged(Picture(about=DEV, things=(WH,)), Picture(about=PROD, things=(replace(WH, size="LARGE"),)))
    (spot,) = found.blind_spots
    assert (spot.what, spot.kinds) == ("WAREHOUSE WH", ("WAREHOUSE",))
    assert spot.why == "WAREHOUSE WH is not the same in dev and prod (size)"
    assert list(found.things) == [WH]


def test_two_stacks_that_declare_one_thing_alike_are_no_conflict() -> None:
    assert merged(Picture(about=DEV, things=(WH,)), Picture(about=PROD, things=(WH,))).blind_spots == ()


def test_a_live_account_that_is_behind_the_change_is_no_conflict() -> None:
    found = merged(Picture(about=DEV, things=(WH,)), Picture(about=LIVE, things=(replace(WH, size="LARGE"),)))
    assert (list(found.things), found.blind_spots) == ([WH], ())


def test_what_is_not_known_in_one_picture_is_a_conflict() -> None:
    (found,) = conflicts(Picture(about=DEV, things=(replace(WH, size=Unknown()),)), Picture(about=PROD, things=(WH,)))
    assert (found.kind, found.fields) == ("WAREHOUSE", ("size",))


def test_two_policies_of_one_kind_in_one_place_are_a_conflict() -> None:
    found = merged(Picture(about=DEV, attachments=(N,)), Picture(about=PROD, attachments=(M,)))
    assert (found.attachments, [spot.kinds for spot in found.blind_spots]) == ((N,), [("ATTACHMENT",)])


def test_policies_of_people_and_of_services_are_both_in_force() -> None:
    people, services = (
        replace(N, policy_kind=PolicyKind.AUTHENTICATION, audience=kind) for kind in ("PERSON", "SERVICE")
    )
    found = merged(Picture(about=DEV, attachments=(people,)), Picture(about=PROD, attachments=(services,)))
    assert (len(found.attachments), found.blind_spots) == (2, ())


def test_attachments_to_somebody_unknown_are_all_kept() -> None:
    lost = replace(N, on="USER", target=Unknown())
    found = merged(
        Picture(about=DEV, attachments=(lost,)), Picture(about=PROD, attachments=(replace(lost, policy=Name.of("M")),))
    )
    assert (len(found.attachments), found.blind_spots) == (2, ())


def test_parameters_that_differ_are_a_conflict_and_the_first_counts() -> None:
    found = merged(Picture(about=DEV, parameters={"A": "1"}), Picture(about=PROD, parameters={"A": "2"}))
    assert (dict(found.parameters), [spot.kinds for spot in found.blind_spots]) == ({"A": "1"}, [("PARAMETER",)])


def test_blind_spots_of_every_picture_are_kept() -> None:
    spot = BlindSpot(what="tasks", why="no right", kinds=("TASK",))
    assert merged(Picture(about=DEV), Picture(about=LIVE, blind_spots=(spot,))).blind_spots == (spot,)


def test_pictures_of_two_accounts_are_refused() -> None:
    with pytest.raises(PictureError, match="OTHER-ACC"):
        merged(Picture(about=DEV), Picture(about=replace(PROD, account="OTHER-ACC")))


def test_the_rest_of_an_account_is_what_no_stack_has() -> None:
    by_hand = Membership(role("R"), user("MALLORY"))
    live = Picture(
        about=LIVE, things=(replace(WH, size="LARGE"), Role(name=Name.of("R"))), memberships=(EDGE, by_hand),
        grants=(SELECT,), attachments=(M,), parameters={"A": "2", "B": "1"},
    )  # fmt: skip
    stack = Picture(
        about=PROD, things=(WH,), memberships=(EDGE,), grants=(SELECT,), attachments=(N,), parameters={"A": "1"}
    )
    rest = rest_of(live, stack)
    assert [thing.name for thing in rest.things] == [("R",)]
    assert (rest.memberships, rest.grants, rest.attachments) == ((by_hand,), (), ())
    assert dict(rest.parameters) == {"B": "1"}
    assert rest.about.whole
