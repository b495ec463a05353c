"""The picture of recorded rows, and what changes when one answer does."""

from __future__ import annotations

import pytest

from account.live.sources import STATEMENTS
from account.names import ACCOUNT, Name
from account.picture import Attachment, Picture, PolicyKind, Source
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
    TokenRules,
    User,
    UserType,
    Warehouse,
    WorkloadIdentity,
)
from account.values import known
from tests.account.live_answers import FOLDER, cells, more, seen

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
