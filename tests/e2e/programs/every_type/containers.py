"""Databases, schemas, warehouses, monitors, parameters of the account and of objects, plain SQL."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_snowflake as snowflake

from tests.e2e.programs.every_type.setting import after, either, full


@dataclass(frozen=True)
class Places:
    """What the other parts put their objects into."""

    database: snowflake.Database
    schema: snowflake.Schema
    mixed: snowflake.Schema
    owned: snowflake.Schema
    warehouse: snowflake.Warehouse
    bare: snowflake.Execute


def declare() -> Places:
    """Register them."""
    bare = snowflake.Execute(
        "bare",
        execute="CREATE DATABASE ET_BARE",
        revert="DROP DATABASE ET_BARE",
        query=full("SHOW DATABASES LIKE 'ET_BARE'"),
        opts=after(),
    )
    monitor = snowflake.ResourceMonitor(
        "monitor",
        name="ET_MONITOR",
        credit_quota=either(100, 200),
        notify_triggers=full([50, 75]),
        suspend_trigger=either(80, 90),  # the last trigger gone means a replacement
        suspend_immediate_trigger=full(100),
        frequency=either("MONTHLY", "WEEKLY"),
        start_timestamp=either("2999-01-01 00:00", "2999-02-01 00:00"),
        # Unset together with another change, provider 1.2.1 sends SET twice in one statement.
        end_timestamp=either("2999-12-31 00:00", "2999-12-30 00:00"),
        opts=after(),
    )
    warehouse = snowflake.Warehouse(
        "warehouse",
        name="ET_WAREHOUSE",
        initially_suspended=True,
        auto_resume=full("false"),
        auto_suspend=full(61),
        comment=full('it\'s a "comment" with \\ and ;'),
        enable_query_acceleration=full("true"),
        query_acceleration_max_scale_factor=full(4),
        max_cluster_count=full(3),
        min_cluster_count=full(2),
        scaling_policy=full("ECONOMY"),
        warehouse_size=either("XSMALL", "MEDIUM"),  # unset means a replacement
        warehouse_type=full("SNOWPARK-OPTIMIZED"),
        max_concurrency_level=full(4),
        statement_queued_timeout_in_seconds=full(5),
        statement_timeout_in_seconds=full(86400),
        resource_monitor=full(monitor.name),
        opts=after(monitor),
    )
    _parameters(bare)
    return _schemas(warehouse, bare)


def _schemas(warehouse: snowflake.Warehouse, bare: snowflake.Execute) -> Places:
    # What both have differs from the other's value and from the default: the provider takes an inherited value that
    # equals the declared one for set.
    database = snowflake.Database(
        "database",
        name="ET",
        comment=full("every type"),
        drop_public_schema_on_creation=True,
        data_retention_time_in_days=full(3),
        max_data_extension_time_in_days=full(10),
        default_ddl_collation=full("en_US-trim"),
        log_level=full("INFO"),
        trace_level=full("ON_EVENT"),
        suspend_task_after_num_failures=full(5),
        task_auto_retry_attempts=full(1),
        user_task_managed_initial_warehouse_size=full("SMALL"),
        user_task_minimum_trigger_interval_in_seconds=full(60),
        user_task_timeout_ms=full(7200000),
        opts=after(),
    )
    snowflake.Database("transient", name="ET_TRANSIENT", is_transient=True, comment=full("no fail-safe"), opts=after())
    schema = snowflake.Schema(
        "schema",
        database=database.name,
        name="MAIN",
        comment=full("schema"),
        with_managed_access=full("true"),
        data_retention_time_in_days=full(2),
        max_data_extension_time_in_days=full(9),
        default_ddl_collation=full("en_US"),
        log_level=full("WARN"),
        trace_level=full("ALWAYS"),
        pipe_execution_paused=full(True),
        replace_invalid_characters=full(True),
        storage_serialization_policy=full("COMPATIBLE"),
        suspend_task_after_num_failures=full(6),
        task_auto_retry_attempts=full(2),
        user_task_managed_initial_warehouse_size=full("LARGE"),
        user_task_minimum_trigger_interval_in_seconds=full(90),
        user_task_timeout_ms=full(3000000),
        opts=after(),
    )
    mixed = snowflake.Schema("mixed", database=database.name, name="Mixed case", is_transient="true", opts=after())
    owned = snowflake.Schema("owned", database=database.name, name="OWNED", with_managed_access="false", opts=after())
    return Places(database, schema, mixed, owned, warehouse, bare)


def _parameters(bare: snowflake.Execute) -> None:
    snowflake.AccountParameter("rekeying", key="PERIODIC_DATA_REKEYING", value=either("true", "false"), opts=after())
    snowflake.ObjectParameter(
        "on-account", key="SHARE_RESTRICTIONS", value=either("false", "true"), on_account=True, opts=after()
    )
    snowflake.ObjectParameter(
        "on-database",
        key="SUSPEND_TASK_AFTER_NUM_FAILURES",
        value=either("33", "34"),
        object_type="DATABASE",
        object_identifiers=[{"name": "ET_BARE"}],
        opts=after(bare),
    )
    snowflake.ObjectParameter(
        "on-schema",
        key="USER_TASK_TIMEOUT_MS",
        value=either("500", "600"),
        object_type="SCHEMA",
        object_identifiers=[{"database": "ET_BARE", "name": "PUBLIC"}],
        opts=after(bare),
    )


def path(*names: pulumi.Input[str]) -> pulumi.Output[str]:
    """A fully qualified name, each part quoted."""
    return pulumi.Output.all(*names).apply(lambda parts: ".".join(f'"{part}"' for part in parts))
