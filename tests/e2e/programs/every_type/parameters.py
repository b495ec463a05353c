"""Parameters of users and tasks in state `full`, each unlike its default, by the names of the SDK."""

from __future__ import annotations

from typing import Any

from tests.e2e.programs.every_type.setting import state

_OF_BOTH: dict[str, Any] = {
    "abort_detached_query": True,
    "autocommit": False,
    "binary_input_format": "UTF8",
    "binary_output_format": "BASE64",
    "client_memory_limit": 1024,
    "client_metadata_request_use_connection_ctx": True,
    "client_prefetch_threads": 2,
    "client_result_chunk_size": 48,
    "client_result_column_case_insensitive": True,
    "client_session_keep_alive": True,
    "client_session_keep_alive_heartbeat_frequency": 2400,
    "client_timestamp_type_mapping": "TIMESTAMP_NTZ",
    "date_input_format": "YYYY-MM-DD",
    "date_output_format": "YY-MM-DD",
    "enable_unload_physical_type_optimization": False,
    "error_on_nondeterministic_merge": False,
    "error_on_nondeterministic_update": True,
    "geography_output_format": "WKB",
    "geometry_output_format": "WKT",
    "jdbc_treat_timestamp_ntz_as_utc": True,
    "jdbc_use_session_timezone": False,
    "json_indent": 4,
    "lock_timeout": 21222,
    "log_level": "ERROR",
    "multi_statement_count": 0,
    "noorder_sequence_as_default": False,
    "odbc_treat_decimal_as_int": True,
    "query_tag": "every type's tag",
    "quoted_identifiers_ignore_case": True,
    "rows_per_resultset": 2,
    "s3_stage_vpce_dns_name": "vpce-id.s3.region.vpce.amazonaws.com",
    "search_path": "$public, $current",
    "statement_queued_timeout_in_seconds": 10,
    "statement_timeout_in_seconds": 20,
    "strict_json_output": True,
    "timestamp_day_is_always24h": True,
    "timestamp_input_format": "YYYY-MM-DD",
    "timestamp_ltz_output_format": "YYYY-MM-DD HH24:MI:SS",
    "timestamp_ntz_output_format": "YYYY-MM-DD HH24:MI:SS",
    "timestamp_output_format": "YYYY-MM-DD HH24:MI:SS",
    "timestamp_type_mapping": "TIMESTAMP_LTZ",
    "timestamp_tz_output_format": "YYYY-MM-DD HH24:MI:SS",
    "timezone": "Europe/Warsaw",
    "time_input_format": "HH24:MI",
    "time_output_format": "HH24:MI",
    "trace_level": "ON_EVENT",
    "transaction_abort_on_error": True,
    "transaction_default_isolation_level": "READ COMMITTED",
    "two_digit_century_start": 1980,
    "unsupported_ddl_action": "FAIL",
    "use_cached_result": False,
    "week_of_year_policy": 1,
    "week_start": 1,
}
_OF_USERS: dict[str, Any] = {
    "enable_unredacted_query_syntax_error": True,
    "jdbc_treat_decimal_as_int": False,
    "prevent_unload_to_internal_stages": True,
    "simulated_data_sharing_consumer": "LOCAL.OTHER",
}
_OF_TASKS: dict[str, Any] = {
    "suspend_task_after_num_failures": 3,
    "task_auto_retry_attempts": 4,
    "user_task_minimum_trigger_interval_in_seconds": 60,
    "user_task_timeout_ms": 120000,
}


def of_users() -> dict[str, Any]:
    """Every parameter that a user has."""
    return {**_OF_BOTH, **_OF_USERS} if state.full else {}


def of_tasks() -> dict[str, Any]:
    """Every parameter that a task has."""
    return {**_OF_BOTH, **_OF_TASKS} if state.full else {}
