"""Which statements are asked, in which order, and what stands in for a refused one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from account.live import subjects
from account.live.answers import Answer, Answers, Ask
from account.live.pictures import picture
from account.live.plan import following
from account.live.sources import BY_KEY, STATEMENTS, When
from account.names import Name
from tests.account.live_answers import ABOUT, FOLDER, recorded

Reply = Callable[[Ask], Answer | None]


def played(*, fresh: bool = False, reply: Reply = lambda ask: None) -> Answers:
    """Everything that is asked of an account that answers as recorded, or as `reply` says; other asks get no rows."""
    known = {
        (one.ask.key, one.ask.on): one
        for statement in STATEMENTS
        if (FOLDER / f"{statement.key}.json").exists()
        for one in recorded(statement.key)
    }
    answers = Answers(role="ACCOUNTADMIN")
    while asks := following(answers, fresh=fresh):
        for ask in asks:
            found = known.get((ask.key, ask.on))
            usual = Answer(ask, found.rows, found.columns) if found is not None else Answer(ask)
            answers.add(reply(ask) or usual)
    return answers


def counted(answers: Answers) -> Counter[str]:
    return Counter(answer.ask.key for answer in answers)


def refusing(*keys: str) -> Reply:
    return lambda ask: Answer(ask, error="003001: Insufficient privileges") if ask.key in keys else None


def test_in_bulk_nothing_is_asked_role_by_role() -> None:
    asked = counted(played())
    assert not {key for key in asked if BY_KEY[key].when is When.FRESH}


def test_fresh_asks_no_view_that_has_another_way() -> None:
    asked = counted(played(fresh=True))
    assert not {key for key in asked if BY_KEY[key].when is When.BULK}


def test_no_statement_is_asked_twice() -> None:
    asked = Counter(answer.ask.sql for answer in played())
    assert [sql for sql, times in asked.items() if times > 1] == []


@pytest.mark.parametrize(
    ("refused", "instead"),
    [
        ("grants_to_roles", "grants_to_role"),
        ("grants_to_users", "grants_to_user"),
        ("roles", "show_database_roles"),
        ("relations", "show_views"),
        ("columns", "show_columns"),
        ("masking", "describe_masking"),
        ("network_rules", "describe_network_rules"),
        ("rule_uses", "describe_network_policies"),
        ("passwords", "describe_passwords"),
        ("credentials", "tokens"),
        ("users", "usage_users"),
        ("policy_uses", "uses_of_policy"),
    ],
)
def test_what_a_view_refuses_is_asked_otherwise_and_then_no_blind_spot(refused: str, instead: str) -> None:
    answers = played(reply=refusing(refused))
    assert counted(answers)[instead]
    assert picture(answers, ABOUT).blind_spots == ()


def test_what_both_ways_refuse_is_a_blind_spot() -> None:
    answers = played(reply=refusing("masking", "show_masking"))
    assert {kind for spot in picture(answers, ABOUT).blind_spots for kind in spot.kinds} == {"MASKING POLICY"}


def test_account_without_names_of_roles_leaves_grants_a_blind_spot() -> None:
    answers = played(reply=refusing("roles", "show_roles", "show_database_roles", "grants_to_roles"))
    kinds = {kind for spot in picture(answers, ABOUT).blind_spots for kind in spot.kinds}
    assert {"ROLE", "GRANT", "MEMBERSHIP"} <= kinds


def test_future_grants_are_asked_by_container_where_that_is_fewer() -> None:
    asked = counted(played())
    assert asked["future_in_schema"] and not asked["future_to_role"]


def test_future_grants_are_asked_by_role_where_that_is_fewer() -> None:
    def many_schemas(ask: Ask) -> Answer | None:
        if ask.key != "schemas":
            return None
        rows = tuple({"name": f"S{number}", "database_name": "SHOP"} for number in range(30))
        return Answer(ask, rows, ("name", "database_name"))

    asked = counted(played(reply=many_schemas))
    assert asked["future_to_role"] and asked["future_to_database_role"] and not asked["future_in_schema"]


def test_inherited_grants_are_asked_for_where_the_view_does_not_have_them() -> None:
    def without(ask: Ask) -> Answer | None:
        return Answer(ask, (), ("privilege",)) if ask.key == "grants_to_roles" else None

    asked = counted(played(reply=without))
    assert (asked["inherited_in_account"], asked["inherited_in_database"], asked["inherited_in_schema"]) == (1, 3, 5)


def test_inherited_grants_are_not_asked_for_where_the_account_has_not_opted_in() -> None:
    def without(ask: Ask) -> Answer | None:
        return Answer(ask) if ask.key in ("grants_to_roles", "parameters") else None

    assert not counted(played(reply=without))["inherited_in_account"]


def test_listing_that_is_cut_is_asked_for_in_smaller_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subjects, "CUT", 3)
    full = tuple({"name": f"T{n}", "database_name": "SHOP", "schema_name": "SALES"} for n in range(3))

    def tags(ask: Ask) -> Answer | None:
        whole = ask.key == "show_tags" or (ask.key == "show_tags_of_database" and ask.on == ("SHOP",))
        return Answer(ask, full, ("name",)) if whole else None

    asked = counted(played(reply=tags))
    assert (asked["show_tags_of_database"], asked["show_tags_of_schema"]) == (3, 2)


def test_narrower_answers_take_the_place_of_a_listing_that_was_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subjects, "CUT", 2)

    def tags(ask: Ask) -> Answer | None:
        names = {"show_tags": "AB", "show_tags_of_database": "A", "show_tags_of_schema": ""}.get(ask.key)
        if names is None or (ask.on and ask.on != ("SHOP",)):
            return None
        rows = tuple({"name": name, "database_name": "SHOP", "schema_name": "SALES"} for name in names)
        return Answer(ask, rows, ("name",))

    found = picture(played(reply=tags), ABOUT)
    assert [thing.name.last for thing in found.things if thing.kind == "TAG"] == ["A"]


def test_keys_that_the_list_of_credentials_does_not_have_are_described() -> None:
    def without(ask: Ask) -> Answer | None:
        return (
            Answer(ask, (), ("name", "user_name", "type", "additional_details")) if ask.key == "credentials" else None
        )

    described = {answer.ask.on.last for answer in played(reply=without).of("describe_user")}
    assert described == {"LOCAL_ADMIN", "SVC_ECOMMERCE_DEPLOYER", "SVC_ECOMMERCE_MONITOR_ADMIN", "SVC_SHOP"}


def test_policy_that_the_view_of_references_does_not_name_is_asked_for() -> None:
    names = {answer.ask.on.last for answer in played().of("uses_of_policy")}
    assert names == {"PEOPLE"}


def test_names_are_quoted_so_that_no_name_can_end_its_quotes() -> None:
    evil = 'X"; DROP DATABASE SHOP; --'

    def named(ask: Ask) -> Answer | None:
        return Answer(ask, ({"name": evil, "resource_monitor": None},), ("name",)) if ask.key == "warehouses" else None

    [asked] = played(reply=named).of("warehouse_parameters")
    assert asked.ask.sql == 'SHOW PARAMETERS IN WAREHOUSE "X""; DROP DATABASE SHOP; --"'
    assert asked.ask.on == Name.of(evil)


def test_literals_are_escaped() -> None:
    def named(ask: Ask) -> Answer | None:
        row = {"name": "O'HARA\\", "database_name": "SHOP", "schema_name": "SALES"}
        return Answer(ask, (row,), tuple(row)) if ask.key == "show_authentication" else None

    asked = [answer.ask.sql for answer in played(reply=named).of("uses_of_policy")]
    assert any("""'"SHOP"."SALES"."O''HARA\\\\"'""" in sql for sql in asked)


def test_every_statement_says_what_it_needs_and_tells() -> None:
    assert [one.key for one in STATEMENTS if not one.needs or not one.fact] == []


def test_facts_that_are_waited_for_exist() -> None:
    facts = {statement.fact for statement in STATEMENTS}
    assert {name for statement in STATEMENTS for name in statement.after} <= facts
