"""A made-up platform of any size: one database, then schemas, each with a role, two grants to it and one of it."""

import gc
import os

gc.disable()  # as the platform's own program does

import pulumi  # noqa: E402
import pulumi_snowflake as snowflake  # noqa: E402

groups = pulumi.Config().require_int("groups")
provider = snowflake.Provider(
    "deployer",
    profile="deployer",
    role="ECOMMERCE_DEPLOYER",
    authenticator="SNOWFLAKE_JWT",
    use_legacy_toml_file=False,
    skip_toml_file_permission_verification=False,
    opts=pulumi.ResourceOptions(version=os.environ.get("PLATFORM_PLUGIN_VERSION")),
)


def after(*resources: pulumi.Resource) -> pulumi.ResourceOptions:
    """Options of a resource that comes after others."""
    return pulumi.ResourceOptions(provider=provider, depends_on=list(resources))


database = snowflake.Database("database", name="BENCH", opts=after())
top = snowflake.AccountRole("top", name="BENCH_TOP", opts=after())
for number in range(groups):
    path = f'"BENCH"."S{number:04}"'
    schema = snowflake.Schema(
        f"schema-{number}", database="BENCH", name=f"S{number:04}", with_managed_access="true", opts=after(database)
    )
    role = snowflake.AccountRole(f"role-{number}", name=f"BENCH_{number:04}", opts=after())
    snowflake.GrantPrivilegesToAccountRole(
        f"usage-{number}",
        account_role_name=f'"BENCH_{number:04}"',
        privileges=["USAGE"],
        on_schema={"schema_name": path},
        opts=after(schema, role),
    )
    snowflake.GrantPrivilegesToAccountRole(
        f"select-{number}",
        account_role_name=f'"BENCH_{number:04}"',
        privileges=["SELECT"],
        on_schema_object={"future": {"object_type_plural": "TABLES", "in_schema": path}},
        opts=after(schema, role),
    )
    snowflake.GrantAccountRole(
        f"top-{number}", role_name=f'"BENCH_{number:04}"', parent_role_name='"BENCH_TOP"', opts=after(role, top)
    )
