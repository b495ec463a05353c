"""The inputs of the resources of each topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import samples

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.infra.conftest import Recorded

    Registered = Callable[..., Recorded]


def test_databases_keep_time_travel_as_declared(registered: Registered) -> None:
    days = {entry.name: entry.inputs["dataRetentionTimeInDays"] for entry in registered("prod").of("Database")}
    assert days == {"raw": 90, "staging": 1, "analytics": 30}


def test_schemas_state_the_retention_of_their_database(registered: Registered) -> None:
    recorded = registered("prod")
    days = {entry.inputs["name"]: entry.inputs["dataRetentionTimeInDays"] for entry in recorded.of("Database")}
    for schema in recorded.of("Schema"):
        assert schema.inputs["dataRetentionTimeInDays"] == days[schema.inputs["database"]]


def test_every_schema_is_managed_access_and_none_is_called_public(registered: Registered) -> None:
    recorded = registered("dev")
    assert {entry.inputs["withManagedAccess"] for entry in recorded.of("Schema")} == {"true"}
    assert all(entry.inputs["dropPublicSchemaOnCreation"] is True for entry in recorded.of("Database"))


@pytest.mark.parametrize(
    ("environment", "sizes"),
    [
        ("dev", {"loading": "XSMALL", "transforming": "XSMALL", "reporting": "XSMALL"}),
        ("prod", {"loading": "SMALL", "transforming": "MEDIUM", "reporting": "SMALL"}),
    ],
)
def test_warehouses_have_the_size_of_their_environment(
    registered: Registered, environment: str, sizes: dict[str, str]
) -> None:
    found = {entry.name: entry.inputs["warehouseSize"] for entry in registered(environment).of("Warehouse")}
    assert found == sizes


def test_warehouses_start_suspended_stop_soon_and_time_out(registered: Registered) -> None:
    for entry in registered("dev").of("Warehouse"):
        assert entry.inputs["initiallySuspended"] is True
        assert entry.inputs["autoSuspend"] == 60
        assert entry.inputs["autoResume"] == "true"
        assert entry.inputs["enableQueryAcceleration"] == "false"
        assert entry.inputs["statementTimeoutInSeconds"]
        assert entry.inputs["statementQueuedTimeoutInSeconds"]


def test_only_reporting_scales_out(registered: Registered) -> None:
    clusters = {entry.name: entry.inputs.get("maxClusterCount") for entry in registered("prod").of("Warehouse")}
    assert clusters == {"loading": None, "transforming": None, "reporting": 2}


def test_generation_is_stated_where_the_plugin_knows_it(registered: Registered) -> None:
    assert all("generation" not in entry.inputs for entry in registered("dev").of("Warehouse"))
    assert {entry.inputs["generation"] for entry in registered("dev", plugin=None).of("Warehouse")} == {"1"}


def test_every_warehouse_has_a_monitor_of_its_own(registered: Registered) -> None:
    recorded = registered("dev")
    monitors = [entry.inputs["resourceMonitor"] for entry in recorded.of("Warehouse")]
    assert len(monitors) == len(set(monitors))
    assert set(monitors) == {entry.inputs["name"] for entry in recorded.of("ResourceMonitor")}


@pytest.mark.parametrize(("environment", "immediately"), [("dev", None), ("qa", None), ("prod", 110)])
def test_monitors_warn_and_stop(registered: Registered, environment: str, immediately: int | None) -> None:
    for entry in registered(environment).of("ResourceMonitor"):
        assert entry.inputs["notifyTriggers"] == [75, 90]
        assert entry.inputs["suspendTrigger"] == 100
        assert entry.inputs.get("suspendImmediateTrigger") == immediately
        assert entry.inputs["frequency"] == "MONTHLY"
        assert entry.inputs["startTimestamp"] == "IMMEDIATELY"


def test_the_account_monitor_notifies_nobody_by_name(registered: Registered) -> None:
    recorded = registered("prod", monitor_notify=["ANNA"])
    notified = {entry.name: entry.inputs.get("notifyUsers") for entry in recorded.of("ResourceMonitor")}
    assert notified == {"loading": ["ANNA"], "transforming": ["ANNA"], "reporting": ["ANNA"], "account": None}


def test_the_only_execute_assigns_the_account_monitor(registered: Registered) -> None:
    (execute,) = registered("prod").of("Execute")
    assert execute.inputs["execute"] == 'ALTER ACCOUNT SET RESOURCE_MONITOR = "ECOMMERCE_ACCOUNT_RM"'
    assert execute.inputs["revert"] == "ALTER ACCOUNT UNSET RESOURCE_MONITOR"
    assert execute.inputs["query"] == "SHOW RESOURCE MONITORS LIKE 'ECOMMERCE_ACCOUNT_RM'"
    assert execute.delete_before_replace


def test_network_policies_are_built_from_rules(registered: Registered) -> None:
    policy = registered("dev").one("NetworkPolicy", "people")
    assert policy.inputs["allowedNetworkRuleLists"] == ['"DEV_ECOMMERCE_ANALYTICS"."GOVERNANCE"."PEOPLE_ADDRESSES"']
    assert "allowedIpLists" not in policy.inputs
    assert registered("dev").one("NetworkRule", "people").inputs["valueLists"] == ["127.0.0.0/8"]


def test_without_addresses_there_is_no_policy_outside_production(registered: Registered) -> None:
    recorded = registered("dev", service_cidrs=None, people_cidrs=None)
    assert not recorded.of("NetworkPolicy")
    assert all("networkPolicy" not in entry.inputs for entry in recorded.of("ServiceUser"))


def test_users_come_after_the_network_policy_of_the_account(registered: Registered) -> None:
    recorded = registered("prod")
    for kind in ("ServiceUser", "User"):
        assert all("account" in entry.dependencies for entry in recorded.of(kind))


def test_service_users_have_a_key_a_role_a_policy_and_no_secondary_roles(registered: Registered) -> None:
    loader = registered("dev").one("ServiceUser", "loader")
    assert loader.inputs == {
        "name": "DEV_SVC_ECOMMERCE_LOADER",
        "displayName": "DEV_SVC_ECOMMERCE_LOADER",
        "comment": "Extracts and loads",
        "defaultRole": "DEV_ECOMMERCE_LOADER",
        "defaultWarehouse": "DEV_LOADING_WH",
        "defaultSecondaryRolesOption": "NONE",
        "networkPolicy": "DEV_ECOMMERCE_SERVICES_NETWORK",
        "rsaPublicKey": samples.public_key("SVC_ECOMMERCE_LOADER"),
        "statementTimeoutInSeconds": 3600,
    }


def test_keys_are_put_into_the_form_snowflake_takes(registered: Registered) -> None:
    key = samples.public_key("wrapped")
    pem = "\n".join(["-----BEGIN PUBLIC KEY-----", key[:64], key[64:], "-----END PUBLIC KEY-----", ""])
    keys = samples.values("dev")["public_keys"]
    assert isinstance(keys, dict)
    recorded = registered("dev", public_keys={**keys, "SVC_ECOMMERCE_DBT": {"rsa_public_key_2": pem}})
    assert recorded.one("ServiceUser", "dbt").inputs["rsaPublicKey2"] == key


def test_the_bi_user_is_switched_on_per_stack(registered: Registered) -> None:
    keys = samples.values("dev")["public_keys"]
    assert isinstance(keys, dict)
    with_bi = {**keys, "SVC_ECOMMERCE_BI": {"rsa_public_key": samples.public_key("bi")}}
    recorded = registered("dev", bi_user=True, public_keys=with_bi)
    assert recorded.one("ServiceUser", "bi").inputs["defaultRole"] == "DEV_ECOMMERCE_ANALYST"
    assert "bi" not in {entry.name for entry in registered("dev").of("ServiceUser")}


def test_every_user_carries_explicit_policies(registered: Registered) -> None:
    recorded = registered("prod")
    users = {str(entry.inputs["name"]) for kind in ("ServiceUser", "User") for entry in recorded.of(kind)}
    attached = {entry.inputs["userName"] for entry in recorded.of("UserAuthenticationPolicyAttachment")}
    assert attached == users
    people = {entry.inputs["name"] for entry in recorded.of("User")}
    assert {entry.inputs["userName"] for entry in recorded.of("UserPasswordPolicyAttachment")} == people
    assert all(entry.inputs["networkPolicy"] for kind in ("ServiceUser", "User") for entry in recorded.of(kind))


def test_no_person_has_an_admin_role_by_default(registered: Registered) -> None:
    defaults = {entry.inputs["name"]: entry.inputs.get("defaultRole") for entry in registered("prod").of("User")}
    assert defaults == {"ANNA": "ECOMMERCE_ADMIN", "BREAK_GLASS_ONE": None, "BREAK_GLASS_TWO": None}


def test_services_log_in_by_key_pair_only(registered: Registered) -> None:
    policy = registered("dev").one("AuthenticationPolicy", "services").inputs
    assert policy["authenticationMethods"] == ["KEYPAIR"]
    assert "mfaEnrollment" not in policy


def test_people_must_enrol_a_second_factor_and_can(registered: Registered) -> None:
    policy = registered("dev").one("AuthenticationPolicy", "people").inputs
    assert policy["authenticationMethods"] == ["KEYPAIR", "PASSWORD", "SAML"]
    assert policy["mfaEnrollment"] == "REQUIRED"
    assert policy["clientTypes"] == ["DRIVERS", "SNOWFLAKE_UI", "SNOWSQL"]


def test_the_newer_command_line_is_allowed_where_the_plugin_knows_it(registered: Registered) -> None:
    policy = registered("dev", plugin=None).one("AuthenticationPolicy", "people").inputs
    assert policy["clientTypes"] == ["DRIVERS", "SNOWFLAKE_CLI", "SNOWFLAKE_UI", "SNOWSQL"]


def test_passwords_are_long(registered: Registered) -> None:
    assert registered("dev").one("PasswordPolicy", "people").inputs["minLength"] == 14


def test_personal_data_is_masked_by_tag_for_all_but_the_admin_role(registered: Registered) -> None:
    recorded = registered("qa")
    assert {entry.name for entry in recorded.of("Tag")} == {"email", "phone", "address"}
    assert recorded.one("Tag", "email").inputs["maskingPolicies"] == [
        '"QA_ECOMMERCE_ANALYTICS"."GOVERNANCE"."MASK_EMAIL"'
    ]
    body = str(recorded.one("MaskingPolicy", "email").inputs["body"])
    assert body.startswith("CASE WHEN IS_ROLE_IN_SESSION('QA_ECOMMERCE_ADMIN') THEN VAL ELSE ")


def test_masking_can_be_switched_off(registered: Registered) -> None:
    recorded = registered("dev", masking=False)
    assert not recorded.of("Tag")
    assert not recorded.of("MaskingPolicy")


def test_a_session_policy_needs_the_newer_plugin_and_a_wish(registered: Registered) -> None:
    assert not registered("prod", plugin=None).of("SessionPolicy")
    assert len(registered("prod", plugin=None, session_policy=True).of("AccountSessionPolicyAttachment")) == 1


def test_reading_covers_tables_and_views_that_exist_and_that_will(registered: Registered) -> None:
    recorded = registered("dev")
    grant = recorded.one("GrantPrivilegesToDatabaseRole", "raw-pos-r-future-tables").inputs
    assert grant == {
        "databaseRoleName": '"DEV_ECOMMERCE_RAW"."DEV_ECOMMERCE_RAW_R"',
        "privileges": ["SELECT"],
        "onSchemaObject": {"future": {"objectTypePlural": "TABLES", "inSchema": '"DEV_ECOMMERCE_RAW"."POS"'}},
    }
    assert {
        entry.name for entry in recorded.of("GrantPrivilegesToDatabaseRole") if entry.name.startswith("raw-pos-")
    } == {
        "raw-pos-r",
        "raw-pos-r-future-tables",
        "raw-pos-r-all-tables",
        "raw-pos-r-future-views",
        "raw-pos-r-all-views",
        "raw-pos-rw-future-tables",
        "raw-pos-rw-all-tables",
    }


def test_inherited_grants_replace_all_and_future_by_setting(registered: Registered) -> None:
    recorded = registered("dev", plugin=None, grants="inherited")
    grant = recorded.one("GrantPrivilegesToDatabaseRole", "raw-pos-r-inherited-tables").inputs
    assert grant["onSchemaObject"] == {
        "inherited": {"objectTypePlural": "TABLES", "inSchema": '"DEV_ECOMMERCE_RAW"."POS"'}
    }
    assert not any("future" in entry.name for entry in recorded.of("GrantPrivilegesToDatabaseRole"))


def test_nothing_is_granted_to_public_or_with_grant_option(registered: Registered) -> None:
    for entry in registered("prod").resources:
        if "Grant" in entry.type:
            assert "PUBLIC" not in repr(entry.inputs).replace("PUBLIC_", "")
            assert "withGrantOption" not in entry.inputs
            assert "allPrivileges" not in entry.inputs
