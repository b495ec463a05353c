"""A role with grants to it and of it; its name is configuration."""

import os

import pulumi
import pulumi_snowflake as snowflake

provider = snowflake.Provider(
    "account",
    profile="monitor_admin",
    role="ACCOUNTADMIN",
    authenticator="SNOWFLAKE_JWT",
    use_legacy_toml_file=False,
    skip_toml_file_permission_verification=False,
    opts=pulumi.ResourceOptions(version=os.environ.get("PLATFORM_PLUGIN_VERSION")),
)
opts = pulumi.ResourceOptions(provider=provider)
role = snowflake.AccountRole("role", name=pulumi.Config().require("role"), opts=opts)
database = snowflake.Database("database", name="RENAMED_ROLE", opts=opts)
snowflake.GrantPrivilegesToAccountRole(
    "usage",
    account_role_name=role.fully_qualified_name,
    privileges=["USAGE"],
    on_account_object={"object_type": "DATABASE", "object_name": database.fully_qualified_name},
    opts=opts,
)
snowflake.GrantAccountRole("member", role_name=role.name, parent_role_name="SYSADMIN", opts=opts)
