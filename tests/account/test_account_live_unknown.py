"""What a picture does not know, and how it says so."""

from __future__ import annotations

import pytest

from account.live import subjects
from account.live.answers import Answer
from account.live.pictures import picture
from account.names import Name
from account.picture import BlindSpot, Picture
from account.principals import database_role, role
from account.things import (
    Table,
    Task,
    User,
    UserType,
    Warehouse,
)
from account.values import Undecided, is_known, known
from tests.account.live_answers import ABOUT, answers, cells, more, recorded, refused, seen

ORDERS = Name.of("SHOP", "SALES", "ORDERS")
R, RW = database_role("SHOP", "R"), database_role("SHOP", "RW")


def a_user(picture: Picture, name: str) -> User:
    found = picture.find(User, (name,))
    assert found is not None
    return found


def a_warehouse(picture: Picture, name: str = "SHOP_WH") -> Warehouse:
    found = picture.find(Warehouse, (name,))
    assert found is not None
    return found


def spots(picture: Picture, kind: str) -> list[BlindSpot]:
    return [spot for spot in picture.blind_spots if kind in spot.kinds]


@pytest.fixture(scope="module")
def bulk() -> Picture:
    return seen()


def test_missing_column_makes_the_field_unknown_and_is_named() -> None:
    picture = seen(edits={"warehouses": cells({}, auto_suspend=...)})
    assert not is_known(a_warehouse(picture).auto_suspend)
    assert [spot.what for spot in picture.blind_spots] == ["column auto_suspend"]


def test_size_that_nobody_knows_is_unknown() -> None:
    picture = seen(edits={"warehouses": cells({"name": "SHOP_WH"}, size="9X-Large")})
    with pytest.raises(Undecided, match="9X-Large"):
        known(a_warehouse(picture).size)


def test_user_type_that_nobody_knows_is_unknown() -> None:
    picture = seen(edits={"users": cells({"name": "SVC_SHOP"}, type="ROBOT")})
    assert not is_known(a_user(picture, "SVC_SHOP").type)


def test_user_without_type_is_a_person() -> None:
    picture = seen(edits={"users": cells({"name": "ANNA"}, type=None)})
    assert a_user(picture, "ANNA").type is UserType.PERSON


def test_service_user_has_no_password_where_the_column_is_null() -> None:
    picture = seen(edits={"users": cells({"name": "SVC_SHOP"}, has_password=None)})
    assert a_user(picture, "SVC_SHOP").has_password is None


def test_hidden_details_of_a_user_are_unknown() -> None:
    hidden = dict.fromkeys(("disabled", "type", "has_password", "has_rsa_public_key", "email", "owner"))
    anna = a_user(seen(edits={"users": cells({"name": "ANNA"}, **hidden)}), "ANNA")
    assert not any(is_known(value) for value in (anna.type, anna.has_password, anna.disabled, anna.public_keys))


def _with_view(kept: list[Answer]) -> list[Answer]:
    hidden = dict.fromkeys(("disabled", "type", "has_password", "has_rsa_public_key", "email", "owner"))
    return [*cells({}, **hidden)(kept), *recorded("usage_users")]


def test_details_that_show_users_hides_come_from_the_view() -> None:
    picture = seen(edits={"users": _with_view})
    anna, service = a_user(picture, "ANNA"), a_user(picture, "SVC_SHOP")
    assert (anna.has_password, anna.default_secondary_roles, anna.email) == (True, ("ALL",), "anna@example.com")
    assert (service.type, service.has_password, service.owner) == (UserType.SERVICE, None, role("ACCOUNTADMIN"))


def test_view_does_not_tell_no_secondary_roles_from_not_set() -> None:
    assert not is_known(a_user(seen(edits={"users": _with_view}), "SVC_SHOP").default_secondary_roles)


@pytest.mark.parametrize("yes", [True, "true", '"true"', "Y", "YES", 1])
def test_disabled_is_read_in_every_spelling(yes: object) -> None:
    assert a_user(seen(edits={"users": cells({"name": "ANNA"}, disabled=yes)}), "ANNA").disabled is True


def test_key_that_nothing_tells_is_present_with_an_unknown_fingerprint() -> None:
    picture = seen(edits={"credentials": lambda _: [], "describe_user": lambda _: []})
    [key] = known(a_user(picture, "SVC_SHOP").public_keys)
    assert not is_known(key.fingerprint)


def test_warehouse_whose_parameters_were_refused_has_unknown_limits() -> None:
    picture = seen(edits={"warehouse_parameters": refused()})
    assert not is_known(a_warehouse(picture).statement_timeout)


def test_refused_statement_is_named_with_snowflakes_words() -> None:
    picture = seen(edits={"show_tasks": refused("003001: Insufficient privileges")})
    [spot] = spots(picture, "TASK")
    assert spot.statement == "SHOW TASKS IN ACCOUNT"
    assert spot.why.startswith("003001: Insufficient privileges; it needs: RESOLVE ALL")


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("databases", "DATABASE"), ("schemas", "SCHEMA"), ("warehouses", "WAREHOUSE"), ("monitors", "RESOURCE MONITOR"),
        ("integrations", "INTEGRATION"), ("shares", "SHARE"), ("users", "USER"),
        ("parameters", "PARAMETER"), ("show_authentication", "AUTHENTICATION POLICY"), ("show_tags", "TAG"),
        ("show_stages", "STAGE"), ("tag_uses", "TAG USE"), ("future_in_schema", "FUTURE GRANT"),
        ("grants_to_share", "GRANT"),
    ],
)  # fmt: skip
def test_every_refusal_is_a_blind_spot_of_its_kind(key: str, kind: str) -> None:
    assert spots(seen(edits={key: refused()}), kind)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("grants_to_roles", "GRANT"), ("grants_to_users", "MEMBERSHIP"), ("roles", "ROLE"), ("relations", "TABLE"),
        ("masking", "MASKING POLICY"), ("network_policies", "NETWORK POLICY"), ("network_rules", "NETWORK RULE"),
        ("passwords", "PASSWORD POLICY"), ("row_access", "ROW ACCESS POLICY"), ("columns", "COLUMN"),
        ("policy_uses", "ATTACHMENT"),
    ],
)  # fmt: skip
def test_view_that_is_refused_is_a_blind_spot_while_nothing_stands_in(key: str, kind: str) -> None:
    edits = {key: refused()}
    if key == "policy_uses":
        edits["uses_of_policy"] = refused()
    assert spots(seen(edits=edits), kind)


def test_many_refusals_of_one_kind_are_one_blind_spot() -> None:
    picture = seen(fresh=True, edits={"grants_to_role": refused("003001: Insufficient privileges")})
    [spot] = spots(picture, "GRANT")
    assert "more" in spot.what


def test_policies_of_users_are_unknown_without_references() -> None:
    edits = {"policy_uses": refused(), "uses_of_policy": refused(), "user_parameters": refused()}
    picture = seen(edits=edits)
    assert not is_known(a_user(picture, "ANNA").network_policy)


def test_masks_are_unknown_without_references() -> None:
    picture = seen(edits={"policy_uses": refused(), "uses_of_policy": refused()})
    orders = picture.find(Table, ORDERS)
    assert orders is not None and orders.columns is not None
    assert not any(is_known(column.masking_policy) for column in orders.columns)


def test_object_whose_owner_is_known_but_that_was_not_listed_is_a_blind_spot() -> None:
    row = {
        "privilege": "OWNERSHIP", "granted_on": "WAREHOUSE", "name": "SECRET_WH", "granted_to": "ROLE",
        "grantee_name": "LOADER", "granted_by": "LOADER",
    }  # fmt: skip
    [spot] = spots(seen(edits={"grants_to_roles": more(row)}), "WAREHOUSE")
    assert "SECRET_WH" in spot.what


@pytest.mark.parametrize("asking", ["", "READER"])
def test_role_that_does_not_see_everything_is_a_blind_spot(asking: str) -> None:
    given = answers()
    given.role = asking
    [spot] = picture(given, ABOUT).blind_spots
    assert {"DATABASE", "WAREHOUSE", "TASK", "FUTURE GRANT"} <= set(spot.kinds)


@pytest.mark.parametrize("privilege", ["RESOLVE ALL", "MANAGE GRANTS"])
def test_role_that_resolves_all_sees_everything(privilege: str) -> None:
    # LOADER has READER.
    row = {
        "privilege": privilege, "granted_on": "ACCOUNT", "name": "X", "granted_to": "ROLE", "grantee_name": "READER",
        "granted_by": "ACCOUNTADMIN",
    }  # fmt: skip
    given = answers(edits={"grants_to_roles": more(row)})
    given.role = "LOADER"
    assert picture(given, ABOUT).blind_spots == ()


def test_listing_that_snowflake_cut_is_a_blind_spot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subjects, "CUT", 3)
    assert spots(seen(edits={"show_tags": more({"name": "A"}, {"name": "B"})}), "TAG")


def test_row_that_cannot_be_read_does_not_hide_the_others() -> None:
    picture = seen(edits={"warehouses": cells({"name": "SHOP_WH"}, name=None)})
    assert [warehouse.name.last for warehouse in picture.all(Warehouse)] == ["ECOMMERCE_DEPLOYER_WH"]
    assert spots(picture, "WAREHOUSE")


def test_several_authentication_policies_of_the_account_are_a_blind_spot() -> None:
    on_account = {
        "policy_db": "SHOP", "policy_schema": "SALES", "policy_kind": "AUTHENTICATION_POLICY",
        "ref_entity_domain": "ACCOUNT", "ref_entity_name": "MAIN",
    }  # fmt: skip
    rows = [on_account | {"policy_name": name} for name in ("KEYS", "PEOPLE")]
    assert spots(seen(edits={"policy_uses": more(*rows)}), "ATTACHMENT")


def test_task_does_not_say_as_whom_it_runs(bulk: Picture) -> None:
    [task] = bulk.all(Task)
    assert not is_known(task.runs_as)
