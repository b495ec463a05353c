"""Secrets, integrations, external stages, pipes, sequences, functions, dynamic tables, alerts."""

from __future__ import annotations

from typing import cast

import pulumi
import pulumi_snowflake as snowflake

from tests.e2e.programs.every_type.containers import Places
from tests.e2e.programs.every_type.identities import Identities
from tests.e2e.programs.every_type.relations import Relations
from tests.e2e.programs.every_type.setting import after, either, full


def declare(places: Places, tables: Relations, people: Identities) -> None:
    """Register them."""
    _secrets(places)
    _loading(places, tables)
    _computing(places, tables)
    snowflake.EmailNotificationIntegration(
        "email",
        name="ET_EMAIL",
        enabled=either(True, False),
        allowed_recipients=full(["every@example.com"]),
        comment=full("email"),
        opts=after(people.user),
    )


def _secrets(places: Places) -> None:
    database, schema = places.database.name, places.schema.name
    client = snowflake.ApiAuthenticationIntegrationWithClientCredentials(
        "api-client",
        name="ET_API_CLIENT",
        enabled=either(True, False),
        oauth_client_id="client",
        oauth_client_secret=either("it's secret", "other"),
        oauth_token_endpoint="https://example.com/token",
        oauth_allowed_scopes=either(["a", "b"], ["a", "b", "c"]),
        oauth_access_token_validity=full(60),
        oauth_refresh_token_validity=either(100, 200),
        comment=full("client"),
        opts=after(),
    )
    code = snowflake.ApiAuthenticationIntegrationWithAuthorizationCodeGrant(
        "api-code",
        name="ET_API_CODE",
        enabled=True,
        oauth_client_id="code",
        oauth_client_secret="secret",
        oauth_token_endpoint="https://example.com/token",
        oauth_authorization_endpoint=either("https://example.com/a", "https://example.com/b"),
        oauth_client_auth_method="CLIENT_SECRET_POST",
        oauth_refresh_token_validity=100,
        oauth_allowed_scopes=["a"],
        comment=full("code"),
        opts=after(),
    )
    snowflake.SecretWithGenericString(
        "generic-secret",
        database=database,
        schema=schema,
        name="GENERIC",
        secret_string=pulumi.Output.secret(either("it's secret", "other")),
        comment=full("generic"),
        opts=after(),
    )
    snowflake.SecretWithBasicAuthentication(
        "basic-secret",
        database=database,
        schema=schema,
        name="BASIC",
        username=either("me", "you"),
        password=pulumi.Output.secret(either("it's secret", "other")),
        comment=full("basic"),
        opts=after(),
    )
    snowflake.SecretWithClientCredentials(
        "client-secret",
        database=database,
        schema=schema,
        name="CLIENT",
        api_authentication=client.name,
        oauth_scopes=either(["a"], ["a", "b"]),
        comment=full("client"),
        opts=after(client),
    )
    snowflake.SecretWithAuthorizationCodeGrant(
        "code-secret",
        database=database,
        schema=schema,
        name="CODE",
        api_authentication=code.name,
        oauth_refresh_token=pulumi.Output.secret(either("token", "other")),
        oauth_refresh_token_expiry_time=either("2990-01-01", "2990-02-03 10:00:00"),
        comment=full("code"),
        opts=after(code),
    )


def _loading(places: Places, tables: Relations) -> None:
    database, schema = places.database.name, places.schema.name
    integration = snowflake.StorageIntegration(
        "storage",
        name="ET_STORAGE",
        type="EXTERNAL_STAGE",
        storage_provider="S3",
        enabled=True,  # a stage that names it must be allowed to
        storage_aws_role_arn=either("arn:aws:iam::123456789012:role/one", "arn:aws:iam::123456789012:role/two"),
        storage_allowed_locations=either(["s3://every-type/"], ["s3://every-type/", "s3://more/"]),
        storage_blocked_locations=full(["s3://every-type/secret/"]),
        comment=either("storage", "more storage"),
        opts=after(),
    )
    outside = snowflake.Stage(
        "outside",
        database=database,
        schema=schema,
        name="OUTSIDE",
        url="s3://every-type/in/",
        storage_integration=integration.name,
        comment=full("outside"),
        opts=after(integration),
    )
    snowflake.Pipe(
        "pipe",
        database=database,
        schema=schema,
        name="PIPE",
        copy_statement="COPY INTO ET.MAIN.ORDERS (CUSTOMER) FROM @ET.MAIN.CSV_LANDING FILE_FORMAT = (TYPE = CSV)",
        comment=full("pipe"),
        opts=after(tables.orders, _csv_stage(places)),
    )
    snowflake.Pipe(
        "auto-pipe",
        database=database,
        schema=schema,
        name="AUTO_PIPE",
        auto_ingest=True,
        copy_statement="COPY INTO ET.MAIN.ORDERS (CUSTOMER)\nFROM @ET.MAIN.OUTSIDE\nFILE_FORMAT = (TYPE = CSV)",
        opts=after(tables.orders, outside),
    )


def _csv_stage(places: Places) -> snowflake.Stage:
    return snowflake.Stage(
        "csv-stage", database=places.database.name, schema=places.schema.name, name="CSV_LANDING", opts=after()
    )


def _computing(places: Places, tables: Relations) -> None:
    database, schema = places.database.name, places.schema.name
    snowflake.Sequence(  # type: ignore[abstract, call-arg]  # the SDK's module hides it behind typing's
        "sequence",
        database=database,
        schema=schema,
        name="NUMBERS",
        increment=either(1, 5),
        ordering=either("ORDER", "NOORDER"),
        comment=full("sequence"),
        # What it gives next changes with every use; only a new sequence would change it back.
        opts=pulumi.ResourceOptions.merge(
            after(), pulumi.ResourceOptions(replace_on_changes=["ordering"], delete_before_replace=True)
        ),
    )
    scalar = snowflake.FunctionSql(
        "scalar-function",
        database=database,
        schema=schema,
        name="TWICE",
        arguments=[{"arg_name": "N", "arg_data_type": "NUMBER(38, 0)"}],
        return_type="NUMBER(38, 0)",
        function_definition="N * 2",
        comment=full("function"),
        is_secure="false",
        log_level=full("ERROR"),
        opts=after(),
    )
    snowflake.FunctionSql(
        "other-function",
        database=database,
        schema=schema,
        name="TWICE",
        arguments=[{"arg_name": "T", "arg_data_type": "VARCHAR(20)"}],
        return_type="VARCHAR(40)",
        function_definition="T || T",
        is_secure="true",
        opts=after(scalar),
    )
    snowflake.FunctionSql(
        "table-function",
        database=database,
        schema=schema,
        name="ORDERS_OF",
        arguments=[{"arg_name": "WHO", "arg_data_type": "NUMBER(38, 0)"}],
        # Provider 1.2.1 takes a column NUMBER for another type than the NUMBER(38, 0) that it makes of it.
        return_type="TABLE (ID FLOAT)",
        function_definition="SELECT ID FROM ET.MAIN.ORDERS WHERE CUSTOMER = WHO",
        opts=after(tables.orders),
    )
    snowflake.DynamicTable(
        "dynamic-table",
        database=database,
        schema=schema,
        name="BY_CUSTOMER",
        warehouse=places.warehouse.name,
        target_lag=cast(
            "snowflake.DynamicTableTargetLagArgsDict", either({"maximum_duration": "2 minutes"}, {"downstream": True})
        ),
        query="SELECT CUSTOMER, COUNT(*) AS N FROM ET.MAIN.ORDERS GROUP BY CUSTOMER",
        comment=full("dynamic"),
        opts=after(tables.orders),
    )
    snowflake.Alert(
        "alert",
        database=database,
        schema=schema,
        name="LATE",
        warehouse=places.warehouse.name,
        alert_schedule=cast(
            "snowflake.AlertAlertScheduleArgsDict",
            either({"interval": 60}, {"cron": {"expression": "0 3 * * *", "time_zone": "UTC"}}),
        ),
        condition=either("SELECT 1 AS X", "SELECT 2 AS X"),
        action=either("SELECT 1 AS Y", "SELECT 2 AS Y"),
        comment=full("alert"),
        enabled=either(True, False),
        opts=after(),
    )
