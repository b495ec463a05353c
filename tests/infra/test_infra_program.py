"""What the program registers for each environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pulumi.output import contains_unknowns

from stacks import grants
from tests import samples

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.infra.conftest import Recorded, Registration

    Registered = Callable[..., Recorded]

ACCOUNT_LEVEL = (
    "AccountRole",
    "Database",
    "NetworkPolicy",
    "ResourceMonitor",
    "ServiceUser",
    "Warehouse",
)
ONLY_ACCOUNTADMIN = {"ResourceMonitor", "Warehouse", "GrantPrivilegesToAccountRole", "AccountParameter", "Execute"}
COMMON = {
    "AccountRole": 4,
    "AuthenticationPolicy": 2,
    "Database": 3,
    "DatabaseRole": 9,
    "GrantAccountRole": 8,
    "GrantDatabaseRole": 11,
    "GrantPrivilegesToAccountRole": 6,
    "GrantPrivilegesToDatabaseRole": 86,
    "MaskingPolicy": 3,
    "NetworkPolicy": 2,
    "NetworkRule": 2,
    "PasswordPolicy": 1,
    "ResourceMonitor": 3,
    "Schema": 13,
    "ServiceUser": 3,
    "Tag": 3,
    "User": 1,
    "UserAuthenticationPolicyAttachment": 4,
    "UserPasswordPolicyAttachment": 1,
    "Warehouse": 3,
}
OWNER_EXTRA = {
    "AccountAuthenticationPolicyAttachment": 1,
    "AccountParameter": 4,
    "AccountPasswordPolicyAttachment": 1,
    "Execute": 1,
    "GrantAccountRole": 10,
    "NetworkPolicyAttachment": 1,
    "ResourceMonitor": 4,
    "User": 3,
    "UserAuthenticationPolicyAttachment": 6,
    "UserPasswordPolicyAttachment": 3,
}


def snowflake(recorded: Recorded) -> list[Registration]:
    return [entry for entry in recorded.resources if entry.type.startswith("snowflake:")]


@pytest.mark.parametrize("environment", ["dev", "qa"])
def test_shared_environments_register_the_same_kinds(registered: Registered, environment: str) -> None:
    assert registered(environment).counts() == COMMON


def test_the_owner_registers_what_an_account_has_once(registered: Registered) -> None:
    assert registered("prod").counts() == dict(sorted({**COMMON, **OWNER_EXTRA}.items()))


@pytest.mark.parametrize("environment", ["dev", "qa", "prod"])
def test_no_resource_uses_a_default_provider(registered: Registered, environment: str) -> None:
    assert {entry.provider for entry in snowflake(registered(environment))} == {"deployer", "monitor-admin"}


def test_only_what_needs_accountadmin_is_done_by_accountadmin(registered: Registered) -> None:
    recorded = registered("prod")
    admin = {entry.type.rpartition(":")[2] for entry in snowflake(recorded) if entry.provider == "monitor-admin"}
    attachments = {"UserAuthenticationPolicyAttachment", "UserPasswordPolicyAttachment"}
    assert admin == ONLY_ACCOUNTADMIN | {"GrantAccountRole", "User"} | attachments
    roles = {entry.inputs["roleName"] for entry in recorded.of("GrantAccountRole") if entry.provider == "monitor-admin"}
    assert roles == {'"ACCOUNTADMIN"'}


def test_only_accountadmin_owns_the_people_who_hold_it(registered: Registered) -> None:
    owners = {entry.inputs["name"]: entry.provider for entry in registered("prod").of("User")}
    assert owners == {"ANNA": "deployer", "BREAK_GLASS_ONE": "monitor-admin", "BREAK_GLASS_TWO": "monitor-admin"}


def test_stateful_resources_are_protected_in_production_only(registered: Registered) -> None:
    protected = {entry.type.rpartition(":")[2] for entry in registered("prod").resources if entry.protect}
    assert protected == {"Database", "Schema", "MaskingPolicy", "NetworkPolicy"}
    assert not any(entry.protect for environment in ("dev", "qa") for entry in registered(environment).resources)


@pytest.mark.parametrize(("environment", "prefix"), [("dev", "DEV_"), ("qa", "QA_"), ("prod", "")])
def test_account_level_names_carry_the_prefix(registered: Registered, environment: str, prefix: str) -> None:
    recorded = registered(environment)
    names = [str(entry.inputs["name"]) for kind in ACCOUNT_LEVEL for entry in recorded.of(kind)]
    assert names
    assert all(name.startswith(prefix) for name in names)
    assert not any(name.startswith(other) for name in names for other in {"DEV_", "QA_"} - {prefix})


def test_an_account_of_its_own_needs_no_prefix(registered: Registered) -> None:
    recorded = registered("dev", shared_account=False)
    assert {entry.inputs["name"] for entry in recorded.of("Database")} == {
        "ECOMMERCE_RAW",
        "ECOMMERCE_STAGING",
        "ECOMMERCE_ANALYTICS",
    }


def test_resource_names_are_the_same_in_every_environment(registered: Registered) -> None:
    def names(environment: str) -> set[tuple[str, str]]:
        return {(entry.type, entry.name) for entry in snowflake(registered(environment))}

    assert names("dev") == names("qa")
    assert names("dev") < names("prod")


def test_resource_names_do_not_depend_on_order(registered: Registered) -> None:
    swapped = samples.platform("dev")
    reordered = swapped.model_copy(update={"databases": swapped.databases[::-1], "roles": swapped.roles[::-1]})
    assert {grant.key for grant in grants.schema_grants(swapped)} == {
        grant.key for grant in grants.schema_grants(reordered)
    }
    assert not any(entry.name[-1].isdigit() for entry in snowflake(registered("dev")))


def test_every_input_is_known_in_a_preview(registered: Registered) -> None:
    for entry in snowflake(registered("prod")):
        assert not contains_unknowns(entry.inputs)


def test_addresses_of_people_are_secret(registered: Registered) -> None:
    for person in registered("prod").of("User"):
        assert "email" in person.secret_inputs


def test_no_provider_input_is_a_credential(registered: Registered) -> None:
    for provider in registered("prod").of("snowflake"):
        assert set(provider.inputs) == {
            "authenticator",
            "previewFeaturesEnabled",
            "profile",
            "role",
            "skipTomlFilePermissionVerification",
            "useLegacyTomlFile",
        }


def test_a_runner_logs_in_by_its_identity_where_the_stack_says_so(registered: Registered) -> None:
    for provider in registered("prod", plugin=None, login="workload_identity").of("snowflake"):
        assert provider.inputs["authenticator"] == "WORKLOAD_IDENTITY"
        assert provider.inputs["workloadIdentityProvider"] == "OIDC"


def test_providers_name_the_built_plugin_only_when_it_is_used(registered: Registered) -> None:
    assert {entry.version for entry in registered("dev").of("snowflake")} == {"1.3.0"}
    assert "1.3.0" not in {entry.version for entry in registered("dev", plugin=None).of("snowflake")}
