"""Which state is declared, the provider, and the choices between the states."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TypeVar

import pulumi
import pulumi_snowflake as snowflake

T = TypeVar("T")
NAMED_FEATURES = (
    "account_authentication_policy_attachment", "account_password_policy_attachment", "alert", "authentication_policy",
    "dynamic_table", "email_notification_integration", "file_format", "function_sql", "network_policy_attachment",
    "network_rule", "object_parameter", "password_policy", "pipe", "procedure_javascript", "procedure_python",
    "procedure_sql", "sequence", "stage", "storage_integration", "table", "table_column_masking_policy_application",
    "table_constraint", "user_authentication_policy_attachment", "user_password_policy_attachment",
    "user_public_keys",
)  # fmt: skip
NAMED_SOURCES = (
    "current_account",
    "current_role",
    "database",
    "database_role",
    "parameters",
    "procedures",
    "stages",
    "tables",
)


@dataclass(frozen=True)
class State:
    """What the configuration asks for."""

    full: bool
    renamed: bool
    lookups: bool


_config = pulumi.Config()
_name = _config.get("state") or "plain"
state = State(_name == "full", _name == "renamed", _config.get_bool("lookups") or False)

provider = snowflake.Provider(
    "account",
    profile="monitor_admin",
    role="ACCOUNTADMIN",
    warehouse="ECOMMERCE_DEPLOYER_WH",
    authenticator="SNOWFLAKE_JWT",
    use_legacy_toml_file=False,
    skip_toml_file_permission_verification=False,
    preview_features_enabled=sorted(
        [f"snowflake_{name}_resource" for name in NAMED_FEATURES]
        + [f"snowflake_{name}_datasource" for name in NAMED_SOURCES]
    ),
    opts=pulumi.ResourceOptions(version=os.environ.get("PLATFORM_PLUGIN_VERSION")),
)
asked = pulumi.InvokeOptions(provider=provider, version=os.environ.get("PLATFORM_PLUGIN_VERSION"))


def after(*resources: pulumi.Resource) -> pulumi.ResourceOptions:
    """Options of a resource that comes after others."""
    return pulumi.ResourceOptions(provider=provider, depends_on=list(resources))


def full(value: T) -> T | None:
    """The value in state `full`, nothing otherwise."""
    return value if state.full else None


def either(plain: T, otherwise: T) -> T:
    """The first in states `plain` and `renamed`, the second in state `full`."""
    return otherwise if state.full else plain


def named(name: str) -> str:
    """The name, another one in state `renamed`."""
    return f"{name}_2" if state.renamed else name
