"""Secrets, integrations, external stages, file formats, pipes, sequences, functions, dynamic tables, alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, cast

import pulumi
import pulumi_snowflake as snowflake

from tests.e2e.programs.every_type.containers import Places
from tests.e2e.programs.every_type.identities import Identities
from tests.e2e.programs.every_type.relations import Relations
from tests.e2e.programs.every_type.setting import after, either, full


class _Named(Protocol):
    fully_qualified_name: pulumi.Output[str]


@dataclass(frozen=True)
class Grantable:
    """An object and the privileges that are granted on it."""

    kind: str
    resource: pulumi.Resource
    privileges: list[str]

    @property
    def name(self) -> pulumi.Output[str]:
        """Its full name as grants take it; of a function with its arguments."""
        return cast("_Named", self.resource).fully_qualified_name


def declare(places: Places, tables: Relations, people: Identities) -> list[Grantable]:
    """Register them; those that privileges can be granted on."""
    email = snowflake.EmailNotificationIntegration(
        "email",
        name="ET_EMAIL",
        enabled=either(True, False),
        allowed_recipients=full(["every@example.com"]),
        comment=full("email"),
        opts=after(people.user),
    )
    return [
        Grantable("INTEGRATION", email, ["USAGE"]),
        Grantable("SECRET", _secrets(places), either(["USAGE"], ["USAGE", "READ"])),
        Grantable("FILE FORMAT", _file_formats(places), ["USAGE"]),
        *_loading(places, tables),
        *_computing(places, tables),
    ]


def _secrets(places: Places) -> snowflake.SecretWithGenericString:
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
    generic = snowflake.SecretWithGenericString(
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
    return generic


def _loading(places: Places, tables: Relations) -> list[Grantable]:
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
    pipe = snowflake.Pipe(
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
    return [
        Grantable("STAGE", outside, ["USAGE"]),
        Grantable("PIPE", pipe, either(["MONITOR"], ["MONITOR", "OPERATE"])),
    ]


def _file_formats(places: Places) -> snowflake.FileFormat:
    database, schema = places.database.name, places.schema.name
    csv = snowflake.FileFormat(
        "csv-format",
        database=database,
        schema=schema,
        name="CSV",
        format_type="CSV",
        compression="AUTO",
        record_delimiter="\n",
        field_delimiter=either(",", ";"),
        skip_header=either(0, 1),
        field_optionally_enclosed_by='"',
        escape="NONE",
        escape_unenclosed_field="\\",
        null_ifs=either(["NULL"], ["", "it's nothing"]),
        empty_field_as_null=either(True, False),
        encoding="UTF8",
        binary_format="HEX",
        date_format=either("AUTO", "YYYY-MM-DD"),
        time_format="AUTO",
        timestamp_format="AUTO",
        error_on_column_count_mismatch=either(False, True),
        trim_space=either(True, False),
        comment=full("csv"),
        opts=after(),
    )
    snowflake.FileFormat(
        "json-format",
        database=database,
        schema=schema,
        name="JSON",
        format_type="JSON",
        compression=either("AUTO", "GZIP"),
        binary_format="HEX",
        date_format="AUTO",
        time_format="AUTO",
        timestamp_format="AUTO",
        null_ifs=["NULL"],
        strip_outer_array=either(False, True),
        ignore_utf8_errors=either(False, True),
        comment=full("json"),
        opts=after(),
    )
    snowflake.FileFormat(
        "parquet-format",
        database=database,
        schema=schema,
        name="PARQUET",
        format_type="PARQUET",
        compression="SNAPPY",
        binary_as_text=either(True, False),
        null_ifs=["NULL"],
        opts=after(),
    )
    return csv


def _csv_stage(places: Places) -> snowflake.Stage:
    return snowflake.Stage(
        "csv-stage", database=places.database.name, schema=places.schema.name, name="CSV_LANDING", opts=after()
    )


def _computing(places: Places, tables: Relations) -> list[Grantable]:
    database, schema = places.database.name, places.schema.name
    sequence: pulumi.Resource = snowflake.Sequence(  # type: ignore[abstract, assignment, call-arg]  # the SDK's module hides it behind typing's
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
    dynamic = snowflake.DynamicTable(
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
    alert = snowflake.Alert(
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
    return [
        Grantable("SEQUENCE", sequence, ["USAGE"]),
        Grantable("FUNCTION", scalar, ["USAGE"]),
        Grantable("DYNAMIC TABLE", dynamic, either(["SELECT"], ["SELECT", "MONITOR", "OPERATE"])),
        Grantable("ALERT", alert, either(["MONITOR"], ["OPERATE"])),
    ]
