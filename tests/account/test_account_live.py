"""The picture of recorded rows, and what changes when one answer does."""

from __future__ import annotations

import pytest

from account.live import baseline, subjects
from account.live.answers import Answer, flag, items, number
from account.live.pictures import picture
from account.live.sources import STATEMENTS
from account.names import ACCOUNT, Name
from account.picture import Attachment, BlindSpot, Picture, PolicyKind, Source
from account.principals import Grant, Membership, Scope, database_role, role, user
from account.things import (
    AuthenticationPolicy,
    Database,
    Integration,
    NetworkPolicy,
    NetworkRule,
    Procedure,
    Role,
    Schema,
    Share,
    Stage,
    Table,
    Tag,
    Task,
    TokenRules,
    User,
    UserType,
    Warehouse,
    WorkloadIdentity,
)
from account.values import Undecided, Unknown, is_known, known
from tests.account.live_answers import ABOUT, FOLDER, answer, answers, cells, more, recorded, refused, seen

SALES = Name.of("SHOP", "SALES")
ORDERS = Name.of("SHOP", "SALES", "ORDERS")
R, RW = database_role("SHOP", "R"), database_role("SHOP", "RW")
NOT_RECORDED = frozenset(
    f"show_{listing}_of_{container}"
    for listing in ("tables", "views", "columns", "stages", "tasks", "procedures", "tags")
    for container in ("database", "schema")
)
"""Asked only of accounts with ten thousand objects of a type."""


@pytest.fixture(scope="module")
def bulk() -> Picture:
    return seen()


@pytest.fixture(scope="module")
def fresh() -> Picture:
    return seen(fresh=True)


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


def test_every_source_has_recorded_rows() -> None:
    present = {path.stem for path in FOLDER.glob("*.json")}
    assert present == {statement.key for statement in STATEMENTS} - NOT_RECORDED


def test_recorded_account_has_no_blind_spot(bulk: Picture, fresh: Picture) -> None:
    assert (bulk.blind_spots, fresh.blind_spots) == ((), ())


def test_picture_says_that_it_is_live_and_whole(bulk: Picture) -> None:
    assert (bulk.about.source, bulk.about.whole) == (Source.LIVE, True)


@pytest.mark.parametrize("part", ["memberships", "grants", "attachments", "tag_uses", "parameters"])
def test_both_ways_to_read_tell_the_same(bulk: Picture, fresh: Picture, part: str) -> None:
    assert getattr(bulk, part) == getattr(fresh, part)


def test_both_ways_to_read_tell_the_same_things(bulk: Picture, fresh: Picture) -> None:
    def told(picture: Picture) -> dict[tuple[str, Name], str]:
        # Where the one knows a value and the other does not, the texts differ and the test fails. Tokens grow older.
        return {(thing.kind, thing.name): repr(thing) for thing in picture.things if thing.kind != "TOKEN"}

    assert told(bulk) == told(fresh)


def test_snowflakes_own_database_is_left_out(bulk: Picture) -> None:
    assert {database.name.last for database in bulk.all(Database)} == {"SHOP", "odd name", "ECOMMERCE_BOOTSTRAP"}


def test_database_without_public_schema_drops_it(bulk: Picture) -> None:
    found = {database.name.last: database.drops_public_schema for database in bulk.all(Database)}
    assert (found["SHOP"], found["odd name"]) == (True, False)


def test_schema_of_a_database_role_is_owned_by_it(bulk: Picture) -> None:
    scratch = bulk.find(Schema, ("SHOP", "SCRATCH"))
    assert scratch is not None and (scratch.owner, scratch.transient, scratch.retention_days) == (RW, True, 0)


def test_managed_access_is_told(bulk: Picture) -> None:
    assert {schema.name.last: schema.managed_access for schema in bulk.all(Schema)} == {
        "SALES": True, "SCRATCH": False, "PUBLIC": False, "a.b": False, "POLICIES": True,
    }  # fmt: skip


def test_masked_column_names_its_policy(bulk: Picture) -> None:
    orders = bulk.find(Table, ORDERS)
    assert orders is not None and orders.columns is not None
    assert [(column.name, column.masking_policy) for column in orders.columns] == [
        ("ID", None), ("EMAIL", Name.of("SHOP", "SALES", "HIDE")), ("PHONE", None),
    ]  # fmt: skip


def test_tag_with_masking_policy_names_it(bulk: Picture) -> None:
    tag = bulk.find(Tag, ("SHOP", "SALES", "PII"))
    assert tag is not None
    assert (tag.masking_policies, tag.allowed_values) == ((Name.of("SHOP", "SALES", "HIDE"),), ("email", "phone"))


def test_warehouse_has_its_own_limits_only(bulk: Picture) -> None:
    found = a_warehouse(bulk)
    assert (found.size, found.monitor, found.statement_timeout, found.queued_timeout) == (
        "XXLARGE", Name.of("SHOP_RM"), 900, None,
    )  # fmt: skip


def test_service_user_has_key_policy_and_limit(bulk: Picture) -> None:
    found = a_user(bulk, "SVC_SHOP")
    keys = known(found.public_keys)
    assert (found.type, found.has_password, found.network_policy) == (UserType.SERVICE, None, Name.of("SHOP_NETWORK"))
    assert (found.statement_timeout, found.default_secondary_roles, [key.slot for key in keys]) == (600, (), ["1"])
    assert str(keys[0].fingerprint).startswith("SHA256:")


def test_workload_identity_is_told(bulk: Picture) -> None:
    issuer, subject = "https://token.actions.githubusercontent.com", "repo:shop/platform:environment:prod"
    assert a_user(bulk, "SVC_CI").workload_identity == WorkloadIdentity(type="OIDC", issuer=issuer, subject=subject)


def test_person_with_password_is_seen(bulk: Picture) -> None:
    anna = a_user(bulk, "ANNA")
    assert (anna.type, anna.has_password, anna.email, anna.has_mfa) == (
        UserType.PERSON, True, "anna@example.com", False,
    )  # fmt: skip


def test_network_policy_has_rules_or_lists(bulk: Picture) -> None:
    rules, lists = bulk.find(NetworkPolicy, ("SHOP_NETWORK",)), bulk.find(NetworkPolicy, ("LISTS_NETWORK",))
    assert rules is not None and lists is not None
    assert rules.allowed_rules == (Name.of("SHOP", "SALES", "OFFICE"),)
    assert (lists.allowed_ips, lists.blocked_ips) == (("192.0.2.0/24",), ("192.0.2.99",))


def test_network_rule_has_its_values(bulk: Picture) -> None:
    rule = bulk.find(NetworkRule, ("SHOP", "SALES", "OFFICE"))
    assert rule is not None and rule.values == ("198.51.100.7/32", "203.0.113.0/24")


def test_default_of_an_authentication_policy_counts_as_not_set(bulk: Picture) -> None:
    keys = bulk.find(AuthenticationPolicy, ("SHOP", "SALES", "KEYS"))
    assert keys is not None
    assert (keys.client_types, keys.mfa, keys.workloads) == ((), None, None)
    assert keys.tokens == TokenRules(
        network_policy_evaluation="ENFORCED_REQUIRED", max_expiry_days=30, role_restriction_for_services=True
    )


def test_second_factor_of_people_is_told(bulk: Picture) -> None:
    people = bulk.find(AuthenticationPolicy, ("SHOP", "SALES", "PEOPLE"))
    assert people is not None and people.mfa == "REQUIRED"


@pytest.mark.parametrize(
    ("policy_kind", "on", "target", "column"),
    [
        (PolicyKind.NETWORK, "USER", Name.of("SVC_SHOP"), ""),
        (PolicyKind.AUTHENTICATION, "USER", Name.of("SVC_SHOP"), ""),
        (PolicyKind.PASSWORD, "USER", Name.of("ANNA"), ""),
        (PolicyKind.SESSION, "ACCOUNT", ACCOUNT, ""),
        (PolicyKind.MASKING, "COLUMN", ORDERS, "EMAIL"),
        (PolicyKind.MASKING, "TAG", Name.of("SHOP", "SALES", "PII"), ""),
        (PolicyKind.ROW_ACCESS, "TABLE", ORDERS, ""),
    ],
)
def test_policy_in_force_is_attached(
    bulk: Picture, policy_kind: PolicyKind, on: str, target: Name, column: str
) -> None:
    found = [(entry.policy_kind, entry.on, entry.target, entry.column) for entry in bulk.attachments]
    assert (policy_kind, on, target, column) in found


@pytest.mark.parametrize(
    "grant",
    [
        Grant(R, "SELECT", "TABLE", ORDERS),
        Grant(role("LOADER"), "INSERT", "TABLE", ORDERS, grant_option=True),
        Grant(role("PUBLIC"), "SELECT", "VIEW", Name.of("SHOP", "SALES", "ORDERS_V")),
        Grant(role("LOADER"), "MANAGE GRANTS", "DATABASE", Name.of("SHOP")),
        Grant(role("LOADER"), "CREATE DATABASE", "ACCOUNT", ACCOUNT),
        Grant(role("READER"), "USAGE", "PROCEDURE", Name.of("SHOP", "SALES", "COUNT_ORDERS(VARCHAR)")),
        Grant(user("ANNA"), "USAGE", "WAREHOUSE", Name.of("SHOP_WH")),
        Grant(R, "SELECT", "TABLE", SALES, Scope.FUTURE),
        Grant(role("READER"), "SELECT", "VIEW", Name.of("SHOP"), Scope.FUTURE),
        Grant(RW, "SELECT", "TABLE", SALES, Scope.INHERITED),
        Grant(role("READER"), "USAGE", "WAREHOUSE", ACCOUNT, Scope.INHERITED),
    ],
    ids=str,
)
def test_grant_of_each_shape_is_seen(bulk: Picture, grant: Grant) -> None:
    assert grant in bulk.grants


@pytest.mark.parametrize(
    "edge",
    [
        Membership(R, RW),
        Membership(R, role("READER")),
        Membership(database_role("odd name", "R"), role("odd role")),
        Membership(role("LOADER"), role("SYSADMIN")),
        Membership(role("ACCOUNTADMIN"), user("ANNA")),
    ],
    ids=str,
)
def test_membership_of_each_shape_is_seen(bulk: Picture, edge: Membership) -> None:
    assert edge in bulk.memberships


def test_ownership_is_an_owner_and_no_grant(bulk: Picture) -> None:
    view = bulk.find(Table, ("SHOP", "SALES", "ORDERS_V"))
    assert view is not None and view.owner == role("READER")
    assert [grant for grant in bulk.grants if grant.privilege == "OWNERSHIP"] == []


def test_owner_that_no_listing_tells_comes_from_the_grants(fresh: Picture) -> None:
    policy = fresh.find(NetworkPolicy, ("SHOP_NETWORK",))
    assert policy is not None and policy.owner == role("ACCOUNTADMIN")


def test_object_of_another_kind_is_known_by_its_owner(bulk: Picture) -> None:
    assert ("STREAM", Name.of("SHOP", "SALES", "CHANGES")) in {(thing.kind, thing.name) for thing in bulk.things}


def test_what_the_system_gave_its_own_roles_is_left_out(bulk: Picture) -> None:
    holders = {grant.grantee for grant in bulk.grants} | {edge.member for edge in bulk.memberships}
    assert role("ACCOUNTADMIN") not in holders and role("SECURITYADMIN") not in holders


def test_integrations_tell_what_describe_tells(bulk: Picture) -> None:
    lake, scim = bulk.find(Integration, ("LAKE",)), bulk.find(Integration, ("OKTA_SCIM",))
    assert lake is not None and lake.allowed_locations == ("s3://shop/files/", "s3://shop/landing/")
    assert scim is not None
    assert (scim.network_policy, scim.run_as_role) == (Name.of("SHOP_NETWORK"), "OKTA_PROVISIONER")


def test_only_outbound_shares_are_shares(bulk: Picture) -> None:
    assert [(share.name.last, share.accounts) for share in bulk.all(Share)] == [
        ("PARTNERS", ("ACME.PARTNER", "OTHER.ONE"))
    ]


def test_stage_and_procedure_are_told(bulk: Picture) -> None:
    stage = bulk.find(Stage, ("SHOP", "SALES", "FILES"))
    procedure = bulk.find(Procedure, ("SHOP", "SALES", "COUNT_ORDERS(VARCHAR)"))
    assert stage is not None and stage.url is None
    assert procedure is not None and (procedure.execute_as, procedure.owner) == ("CALLER", role("ACCOUNTADMIN"))


def test_parameters_are_those_set_on_the_account(bulk: Picture) -> None:
    assert bulk.parameters == {"FEATURE_RBAC_INHERITED_GRANTS": "ENABLED", "PREVENT_UNLOAD_TO_INLINE_URL": "true"}


def test_network_policy_of_the_account_is_an_attachment() -> None:
    edit = cells({"key": "NETWORK_POLICY"}, value="SHOP_NETWORK", level="ACCOUNT")
    picture = seen(edits={"parameters": edit})
    assert Attachment(PolicyKind.NETWORK, Name.of("SHOP_NETWORK"), "ACCOUNT", ACCOUNT) in picture.attachments
    assert "NETWORK_POLICY" not in picture.parameters


# What cannot be known


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


# Spellings


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


# Snowflake's own


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


# Cells


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


def test_role_names_are_complete(bulk: Picture) -> None:
    assert {found.name for found in bulk.all(Role)} == {
        Name.of("READER"), Name.of("LOADER"), Name.of("odd role"), Name.of("ECOMMERCE_DEPLOYER"), R.name, RW.name,
        Name.of("odd name", "R"),
    }  # fmt: skip


def test_usage_of_snowflakes_own_database_is_all_that_it_shows() -> None:
    row = {"privilege": "USAGE", "granted_on": "DATABASE", "name": "SNOWFLAKE", "granted_to": "ROLE",
           "grantee_name": "R", "grant_option": False, "granted_by": "ACCOUNTADMIN"}  # fmt: skip
    picture = seen(edits={"grants_to_roles": more(row)})
    assert Grant(role("R"), "IMPORTED PRIVILEGES", "DATABASE", Name.of("SNOWFLAKE")) in picture.grants
