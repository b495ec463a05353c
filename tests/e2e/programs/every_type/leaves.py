"""One object of each type that the provider renames in place, with nothing that hangs on its name."""

from __future__ import annotations

import pulumi_snowflake as snowflake

from tests.e2e.programs.every_type.containers import Places
from tests.e2e.programs.every_type.governance import Policies
from tests.e2e.programs.every_type.setting import after, either, named


def declare(places: Places, policies: Policies) -> None:
    """Register them."""
    database, schema = places.database.name, places.schema.name
    snowflake.Database("leaf-database", name=named("ET_LEAF"), opts=after())
    snowflake.Warehouse("leaf-warehouse", name=named("ET_LEAF"), initially_suspended=True, opts=after())
    snowflake.AccountRole("leaf-role", name=named("ET_LEAF"), opts=after())
    snowflake.User("leaf-user", name=named("ET_LEAF"), opts=after(*policies.for_account))
    snowflake.ServiceUser("leaf-service", name=named("ET_LEAF_SERVICE"), opts=after(*policies.for_account))
    snowflake.NetworkPolicy("leaf-network", name=named("ET_LEAF"), allowed_ip_lists=["10.0.0.1"], opts=after())
    snowflake.Schema(
        "leaf-schema",
        database=database,
        name=named("LEAF"),
        is_transient="false",
        with_managed_access="false",
        opts=after(),
    )
    snowflake.DatabaseRole("leaf-database-role", database=database, name=named("LEAF"), opts=after())
    table = snowflake.Table(
        "leaf-table",
        database=database,
        schema=schema,
        name=named("LEAF_TABLE"),
        columns=[{"name": "X", "type": "NUMBER(38,0)"}],
        opts=after(),
    )
    snowflake.View(
        "leaf-view",
        database=database,
        schema=schema,
        name=named("LEAF_VIEW"),
        statement="SELECT 1 AS X",
        is_secure="false",
        is_recursive="false",
        is_temporary="false",
        change_tracking=either("false", "true"),
        opts=after(table),
    )
    snowflake.Tag("leaf-tag", database=database, schema=schema, name=named("LEAF"), opts=after())
    snowflake.Stage("leaf-stage", database=database, schema=schema, name=named("LEAF"), opts=after())
    snowflake.MaskingPolicy(
        "leaf-mask",
        database=database,
        schema=schema,
        name=named("LEAF"),
        arguments=[{"name": "VAL", "type": "DATE"}],
        return_data_type="DATE",
        body="NULL",
        exempt_other_policies="false",
        opts=after(),
    )
    snowflake.RowAccessPolicy(
        "leaf-rows",
        database=database,
        schema=schema,
        name=named("LEAF"),
        arguments=[{"name": "X", "type": "NUMBER(38,0)"}],
        body="true",
        opts=after(),
    )
    snowflake.PasswordPolicy("leaf-password", database=database, schema=schema, name=named("LEAF"), opts=after())
    snowflake.AuthenticationPolicy(
        "leaf-authentication",
        database=database,
        schema=schema,
        name="LEAF",  # provider 1.2.1 cannot rename it: it wants the new name to have three parts
        authentication_methods=["ALL"],
        client_types=["ALL"],
        mfa_authentication_methods=["PASSWORD", "SAML"],
        security_integrations=["ALL"],
        opts=after(),
    )
    snowflake.ProcedureSql(
        "leaf-procedure",
        database=database,
        schema=schema,
        name=named("LEAF"),
        return_type="NUMBER(38, 0)",
        procedure_definition="BEGIN RETURN 1; END",
        comment="leaf",
        is_secure="false",
        execute_as="OWNER",
        opts=after(),
    )
    snowflake.FunctionSql(
        "leaf-function",
        database=database,
        schema=schema,
        name=named("LEAF"),
        return_type="NUMBER(38, 0)",
        function_definition="1",
        comment="leaf",
        is_secure="false",
        opts=after(),
    )
