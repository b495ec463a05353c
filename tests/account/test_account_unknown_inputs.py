"""Inputs that are not known before a change is made: never dropped, never taken for something."""

from __future__ import annotations

from dataclasses import replace

import pulumi
import pulumi_snowflake as snowflake
import pytest

from account.names import Name
from account.principals import Grant, Membership, Scope, database_role, role, user
from account.pulumi import Resource
from account.resources import CLASSIFIED, from_resources
from account.things import NetworkPolicy, NetworkRule, Role, Schema, Stage, Table, User, Warehouse
from account.values import Undecided, Unknown, is_known
from tests.account.capture import captured, registered_by
from tests.account.made import ABOUT, made, pictured, urn
from tests.account.test_account_resource_policies import ATTACHED
from tests.account.test_account_resources import THINGS

UNKNOWN = Unknown()
NAMED = {"name": "X", "database": "DB", "schema": "S"}
KEYS = sorted({key for row in (*THINGS, *ATTACHED) for key in row[1]} | {
    "accountRoleName", "databaseRoleName", "privileges", "allPrivileges", "withGrantOption", "onAccount", "onDatabase",
    "onAccountObject", "onSchema", "onSchemaObject", "on", "toShare", "roleName", "parentRoleName", "userName",
    "applicationRoleName", "tagId", "objectType", "objectIdentifiers", "tags", "execute", "rsaPublicKey",
})  # fmt: skip
ROLE = made("AccountRole", {"name": "R"}, "role")
DATABASE = made("Database", {"name": "DB"}, "database")
DATABASE_ROLE = made("DatabaseRole", {"name": "R", "database": "DB"}, "database-role")
ON_SCHEMA: dict[str, object] = {"privileges": ["USAGE"], "onSchema": {"schemaName": "DB.S"}}
S = Name.of("DB", "S")


@pytest.mark.parametrize(
    ("kind", "key", "field"),
    [
        ("Warehouse", "autoSuspend", "auto_suspend"),
        ("Warehouse", "autoResume", "auto_resume"),
        ("Warehouse", "warehouseSize", "size"),
        ("Warehouse", "maxClusterCount", "max_clusters"),
        ("Warehouse", "resourceMonitor", "monitor"),
        ("ResourceMonitor", "notifyTriggers", "notify_at"),
        ("ResourceMonitor", "creditQuota", "quota"),
        ("User", "defaultRole", "default_role"),
        ("User", "disableMfa", "mfa_disabled"),
        ("User", "defaultSecondaryRolesOption", "default_secondary_roles"),
        ("ServiceUser", "defaultWorkloadIdentity", "workload_identity"),
        ("ServiceUser", "networkPolicy", "network_policy"),
        ("NetworkRule", "valueLists", "values"),
        ("NetworkPolicy", "allowedIpLists", "allowed_ips"),
        ("NetworkPolicy", "allowedNetworkRuleLists", "allowed_rules"),
        ("AuthenticationPolicy", "authenticationMethods", "methods"),
        ("AuthenticationPolicy", "mfaEnrollment", "mfa"),
        ("AuthenticationPolicy", "patPolicy", "tokens"),
        ("Database", "dataRetentionTimeInDays", "retention_days"),
        ("Schema", "withManagedAccess", "managed_access"),
        ("MaskingPolicy", "body", "body"),
        ("Tag", "maskingPolicies", "masking_policies"),
        ("Stage", "url", "url"),
        ("StorageIntegration", "storageAllowedLocations", "allowed_locations"),
        ("Share", "accounts", "accounts"),
        ("Task", "executeAsUser", "runs_as"),
    ],
)
def test_an_unknown_input_is_an_unknown_field(kind: str, key: str, field: str) -> None:
    (thing,) = pictured(made(kind, {"name": "X", "database": "DB", "schema": "S", key: UNKNOWN})).things
    assert not is_known(getattr(thing, field))


def test_a_list_with_one_unknown_entry_is_unknown() -> None:
    inputs = {"name": "X", "database": "DB", "schema": "S", "valueLists": ["1.0.0.1", UNKNOWN]}
    (rule,) = pictured(made("NetworkRule", inputs)).all(NetworkRule)
    assert not is_known(rule.values)


def test_a_password_that_is_not_known_is_a_password() -> None:
    (found,) = pictured(made("User", {"name": "X", "password": UNKNOWN})).all(User)
    assert found.has_password is True


def test_credentials_that_are_not_known_are_credentials() -> None:
    (found,) = pictured(made("Stage", {"name": "X", "database": "DB", "schema": "S", "credentials": UNKNOWN})).all(
        Stage
    )
    assert found.has_credentials is True


def test_a_key_that_is_not_known_is_a_key_without_fingerprint() -> None:
    (found,) = pictured(made("ServiceUser", {"name": "X", "rsaPublicKey": UNKNOWN})).all(User)
    assert isinstance(found.public_keys, tuple)
    assert [is_known(key.fingerprint) for key in found.public_keys] == [False]


def test_an_unknown_database_is_resolved_through_the_dependency() -> None:
    schema = made("Schema", {"name": "S", "database": UNKNOWN}, dependencies={"database": (DATABASE.urn,)})
    (found,) = pictured(DATABASE, schema).all(Schema)
    assert found.name == S


def test_an_unknown_role_is_resolved_through_the_dependency() -> None:
    grant = made(
        "GrantPrivilegesToAccountRole",
        {"accountRoleName": UNKNOWN, **ON_SCHEMA},
        dependencies={"accountRoleName": (ROLE.urn,)},
    )
    picture = pictured(ROLE, grant)
    assert (picture.grants, picture.blind_spots) == ((Grant(role("R"), "USAGE", "SCHEMA", S),), ())


def test_an_unknown_database_role_is_told_from_its_database() -> None:
    grant = made(
        "GrantPrivilegesToDatabaseRole",
        {"databaseRoleName": UNKNOWN, **ON_SCHEMA},
        dependencies={"databaseRoleName": (DATABASE.urn, DATABASE_ROLE.urn)},
    )
    picture = pictured(DATABASE, DATABASE_ROLE, grant)
    assert (picture.grants, picture.blind_spots) == ((Grant(database_role("DB", "R"), "USAGE", "SCHEMA", S),), ())


@pytest.mark.parametrize(
    "sources", [(), (ROLE.urn, urn("AccountRole", "other")), (DATABASE.urn,)], ids=["none", "two", "another kind"]
)
def test_a_role_that_cannot_be_resolved_is_told_and_not_dropped(sources: tuple[str, ...]) -> None:
    grant = made(
        "GrantPrivilegesToAccountRole",
        {"accountRoleName": UNKNOWN, **ON_SCHEMA},
        dependencies={"accountRoleName": sources},
    )
    picture = pictured(ROLE, made("AccountRole", {"name": "Q"}, "other"), DATABASE, grant)
    (spot,) = picture.blind_spots
    assert (picture.grants, spot.kinds) == ((), ("GRANT",))


@pytest.mark.parametrize(
    ("inputs", "kinds"),
    [
        ({"onSchema": {"schemaName": UNKNOWN}}, {("GRANT",)}),
        ({"onSchema": UNKNOWN}, {("GRANT",)}),
        ({"onAccount": UNKNOWN}, {("GRANT",)}),
        ({"onSchemaObject": {"future": {"objectTypePlural": "TABLES", "inSchema": UNKNOWN}}},
         {("GRANT", "FUTURE GRANT")}),
        ({"onSchemaObject": {"inherited": {"objectTypePlural": UNKNOWN, "inSchema": "DB.S"}}},
         {("GRANT", "INHERITED GRANT")}),
        ({"onSchema": {"schemaName": "DB.S"}, "privileges": UNKNOWN}, {("GRANT",)}),
        ({}, {("GRANT",)}),
    ],
)  # fmt: skip
def test_a_grant_with_an_unknown_part_is_told(inputs: dict[str, object], kinds: set[tuple[str, ...]]) -> None:
    resource = made("GrantPrivilegesToAccountRole", {"accountRoleName": "R", "privileges": ["SELECT"], **inputs})
    picture = pictured(resource)
    assert ({spot.kinds for spot in picture.blind_spots}, picture.grants) == (kinds, ())


def test_the_known_privileges_of_a_grant_still_count() -> None:
    inputs = {"accountRoleName": "R", "onSchema": {"schemaName": "DB.S"}, "privileges": ["USAGE", UNKNOWN]}
    picture = pictured(made("GrantPrivilegesToAccountRole", inputs))
    assert [grant.privilege for grant in picture.grants] == ["USAGE"]
    assert [spot.kinds for spot in picture.blind_spots] == [("GRANT",)]


def test_a_grant_option_that_is_not_known_counts_as_given() -> None:
    picture = pictured(
        made("GrantPrivilegesToAccountRole", {"accountRoleName": "R", "withGrantOption": UNKNOWN, **ON_SCHEMA})
    )
    assert [grant.grant_option for grant in picture.grants] == [True]
    assert [spot.kinds for spot in picture.blind_spots] == [("GRANT",)]


@pytest.mark.parametrize(
    ("kind", "inputs", "told"),
    [
        ("GrantAccountRole", {"roleName": UNKNOWN, "userName": "U"}, "MEMBERSHIP"),
        ("GrantAccountRole", {"roleName": "R", "userName": UNKNOWN}, "MEMBERSHIP"),
        ("GrantDatabaseRole", {"databaseRoleName": "DB.R", "parentRoleName": UNKNOWN}, "MEMBERSHIP"),
        ("GrantApplicationRole", {"applicationRoleName": "A.R", "applicationName": "B"}, "MEMBERSHIP"),
        ("GrantOwnership", {"accountRoleName": "R", "on": UNKNOWN}, "GRANT"),
        ("GrantOwnership", {"accountRoleName": UNKNOWN, "on": {"objectType": "TABLE", "objectName": "D.S.T"}}, "GRANT"),
        ("NetworkPolicyAttachment", {"networkPolicyName": "N", "setForAccount": UNKNOWN}, "ATTACHMENT"),
        ("NetworkPolicyAttachment", {"networkPolicyName": "N", "users": UNKNOWN}, "ATTACHMENT"),
        ("AccountAuthenticationPolicyAttachment", {"authenticationPolicy": "D.S.P", "forAllPersonUsers": UNKNOWN},
         "ATTACHMENT"),
        ("UserAuthenticationPolicyAttachment", {"userName": UNKNOWN, "authenticationPolicyName": "D.S.P"},
         "ATTACHMENT"),
        ("TagAssociation", {"tagId": UNKNOWN, "objectType": "TABLE", "objectIdentifiers": ["D.S.T"], "tagValue": "v"},
         "TAG USE"),
        ("AccountParameter", {"key": UNKNOWN, "value": "1"}, "PARAMETER"),
        ("CurrentAccount", {}, "PARAMETER"),
        ("UserProgrammaticAccessToken", {"user": UNKNOWN, "name": "T"}, "TOKEN"),
        ("UserPublicKeys", {"name": UNKNOWN, "rsaPublicKey": "k"}, "PUBLIC KEY"),
        ("Warehouse", {"name": UNKNOWN}, "WAREHOUSE"),
        ("Table", {"name": "T", "database": "DB", "schema": "S", "columns": UNKNOWN}, "COLUMN"),
        ("GrantPrivilegesToShare", {}, "GRANT"),
    ],
)  # fmt: skip
def test_every_unknown_reference_is_told(kind: str, inputs: dict[str, object], told: str) -> None:
    kinds = {entry for spot in pictured(made(kind, inputs)).blind_spots for entry in spot.kinds}
    assert told in kinds


def test_an_unknown_policy_is_attached_as_unknown() -> None:
    (found,) = pictured(
        made("UserAuthenticationPolicyAttachment", {"userName": "U", "authenticationPolicyName": UNKNOWN})
    ).attachments
    assert (is_known(found.policy), found.target) == (False, Name.of("U"))


def test_an_owner_that_is_not_known_makes_the_things_owner_unknown() -> None:
    table = made("Table", {"database": "DB", "schema": "S", "name": "T", "columns": []})
    given = made("GrantOwnership", {"accountRoleName": UNKNOWN, "on": {"objectType": "TABLE", "objectName": "DB.S.T"}})
    (found,) = pictured(table, given).all(Table)
    assert not is_known(found.owner)


def test_unknown_rules_of_a_policy_are_resolved_when_there_is_one_for_each() -> None:
    rules = [made("NetworkRule", {"database": "DB", "schema": "S", "name": name}, name) for name in ("A", "B")]
    policy = made(
        "NetworkPolicy",
        {"name": "N", "allowedNetworkRuleLists": ["DB.S.A", UNKNOWN]},
        dependencies={"allowedNetworkRuleLists": tuple(rule.urn for rule in rules)},
    )
    (found,) = pictured(*rules, policy).all(NetworkPolicy)
    assert found.allowed_rules == (Name.of("DB", "S", "A"), Name.of("DB", "S", "B"))


def test_an_unknown_name_keeps_the_thing_and_what_refers_to_it_together() -> None:
    unnamed = made("AccountRole", {"name": UNKNOWN}, "later")
    grant = made("GrantAccountRole", {"roleName": UNKNOWN, "userName": "U"}, dependencies={"roleName": (unnamed.urn,)})
    picture = pictured(unnamed, grant)
    (found,) = picture.all(Role)
    assert picture.memberships == (Membership(role(found.name.last), user("U")),)
    assert [spot.kinds for spot in picture.blind_spots] == [("ROLE", "GRANT", "MEMBERSHIP")]


@pytest.mark.parametrize(
    ("kind", "inputs", "kinds"),
    [
        ("ServiceUser", {"name": UNKNOWN}, ("USER", "GRANT", "MEMBERSHIP")),
        ("Database", {"name": UNKNOWN}, ("DATABASE", "GRANT")),
        ("Schema", {"name": UNKNOWN, "database": "DB"}, ("SCHEMA", "GRANT")),
        ("Stage", {"name": "X", "database": UNKNOWN, "schema": "S"}, ("STAGE", "GRANT")),
        ("Stage", {"name": UNKNOWN, "database": "DB", "schema": "S"}, ("STAGE",)),
    ],
)
def test_a_thing_of_which_it_is_not_known_where_it_lies_hides_what_its_owner_holds(
    kind: str, inputs: dict[str, object], kinds: tuple[str, ...]
) -> None:
    assert [spot.kinds for spot in pictured(made(kind, inputs)).blind_spots] == [kinds]


def test_two_unknown_names_are_two_things() -> None:
    picture = pictured(*(made("Warehouse", {"name": UNKNOWN}, name) for name in ("one", "two")))
    assert len(list(picture.all(Warehouse))) == 2


@pytest.mark.parametrize("bookkeeping", [{}, {"__defaults": []}])
def test_a_resource_without_any_property_is_unknown_in_every_field(bookkeeping: dict[str, object]) -> None:
    (found,) = pictured(made("Warehouse", bookkeeping)).all(Warehouse)
    fields = ("size", "auto_suspend", "auto_resume", "monitor", "max_clusters", "statement_timeout", "comment", "type")
    assert [name for name in fields if is_known(getattr(found, name))] == []


def test_a_grant_without_any_property_is_told() -> None:
    picture = pictured(made("GrantPrivilegesToAccountRole", {"__defaults": []}))
    assert {entry for spot in picture.blind_spots for entry in spot.kinds} == {"GRANT"}


def test_a_provider_without_role_leaves_the_owner_unknown() -> None:
    (found,) = pictured(made("Warehouse", {"name": "W"}, provider_role="")).all(Warehouse)
    assert not is_known(found.owner)


def test_the_role_comes_from_the_provider_resource() -> None:
    provider = Resource(type="pulumi:providers:snowflake", name="p", urn="urn:p::p", inputs={"role": "DEPLOYER"})
    warehouse = Resource(
        type="snowflake:index/warehouse:Warehouse",
        name="w",
        urn="urn:w::w",
        inputs={"name": "W"},
        provider="urn:p::p::id",
    )
    picture = from_resources((warehouse, provider), ABOUT)
    (found,) = picture.all(Warehouse)
    assert found.owner == role("DEPLOYER")
    assert {entry.name: entry.provider_role for entry in picture.resources} == {"p": "", "w": "DEPLOYER"}


def test_a_real_program_that_uses_outputs_is_read_through_its_dependencies() -> None:
    def program() -> None:
        database = snowflake.Database("db", name="DB")
        schema = snowflake.Schema("s", name="S", database=database.fully_qualified_name)
        reader = snowflake.DatabaseRole("r", name="R", database=database.name)
        snowflake.GrantPrivilegesToDatabaseRole(
            "g",
            database_role_name=reader.fully_qualified_name,
            privileges=["SELECT"],
            on_schema_object={"future": {"object_type_plural": "TABLES", "in_schema": schema.fully_qualified_name}},
            opts=pulumi.ResourceOptions(depends_on=[schema]),
        )

    picture = from_resources(registered_by(program), ABOUT)
    assert picture.grants == (Grant(database_role("DB", "R"), "SELECT", "TABLE", S, Scope.FUTURE),)
    assert [schema.name for schema in picture.all(Schema)] == [S]
    assert picture.blind_spots == ()


NOT_IN_A_PICTURE = {
    "displayName", "firstName", "lastName", "initiallySuspended", "scalingPolicy", "arguments", "returnDataType",
    "execute", "revert", "query",
}  # fmt: skip
INPUTS = [
    pytest.param(resource, key, id=f"{resource.kind}-{key}")
    for resource in {entry.kind: entry for entry in captured("prod", plugin=None, session_policy=True)}.values()
    if resource.type.startswith("snowflake:")
    for key in sorted(resource.inputs)
    if key not in NOT_IN_A_PICTURE
]


@pytest.mark.parametrize(("resource", "key"), INPUTS)
def test_every_input_of_the_platform_shows_when_it_is_not_known(resource: Resource, key: str) -> None:
    before = pictured(resource)
    after = pictured(replace(resource, inputs={**resource.inputs, key: UNKNOWN}))
    with pytest.raises((Undecided, AssertionError)):
        assert before == after


ODD: tuple[object, ...] = (UNKNOWN, None, "", "-1", -1.0, True, [], {}, [UNKNOWN], {"name": UNKNOWN}, [[]], 1.5)


@pytest.mark.parametrize("kind", [token.rpartition(":")[2] for token in sorted(CLASSIFIED)])
def test_no_value_of_any_input_breaks_the_reading(kind: str) -> None:
    odd = [made(kind, dict.fromkeys(KEYS, value), f"odd-{at}") for at, value in enumerate(ODD)]
    one_unknown = [made(kind, {**NAMED, key: UNKNOWN}, key) for key in KEYS]
    assert len(pictured(*odd, *one_unknown).resources) == len(ODD) + len(KEYS)
