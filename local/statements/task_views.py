"""SHOW TASKS and DESCRIBE TASK."""

from __future__ import annotations

import json

from local.model import Json, Kind, Obj
from local.reader import Reader
from local.registry import describe, show
from local.results import Cell, Column, Result, Type, flag, timestamp
from local.session import Context
from local.statements.changes import text_columns
from local.statements.common import owner_name, owner_role_type, read_show_filter, shown_objects
from local.statements.task_graph import finalized_root, predecessors, quoted, relations

_SOURCE = "docs.snowflake.com: SHOW TASKS, DESC TASK; provider taskDBRow"
KIND = Kind.TASK

_COLUMNS = (
    Column("created_on", Type.TIMESTAMP_LTZ),
    *text_columns(
        "name", "id", "database_name", "schema_name", "owner", "comment", "warehouse", "schedule", "predecessors",
        "state", "definition", "condition", "allow_overlapping_execution", "error_integration",
    ),
    Column("last_committed_on", Type.TIMESTAMP_LTZ),
    Column("last_suspended_on", Type.TIMESTAMP_LTZ),
    *text_columns(
        "owner_role_type", "config", "budget", "task_relations", "last_suspended_reason", "success_integration",
        "scheduling_mode", "target_completion_interval",
    ),
)  # fmt: skip


def _text(value: Json) -> Cell:
    return str(value) if value not in (None, "") else None


def _time(value: Json) -> Cell:
    return timestamp(value if isinstance(value, float) else None)


def _row(context: Context, task: Obj) -> tuple[Cell, ...]:
    catalogue, props = context.catalogue, task.props
    database, schema = catalogue.path(task)[:2]
    number = props.get("WAREHOUSE")
    warehouse = catalogue.lookup(number) if isinstance(number, int) else None
    return (
        timestamp(task.created),
        task.name,
        str(props["id"]),
        database,
        schema,
        owner_name(context, task),
        task.comment,
        warehouse.name if warehouse is not None else None,
        _text(props.get("SCHEDULE")),
        json.dumps([quoted(catalogue, found) for found in predecessors(catalogue, task)]),
        str(props["state"]),
        str(props["definition"]),
        _text(props.get("condition")),
        flag(bool(props.get("ALLOW_OVERLAPPING_EXECUTION"))),
        "null",
        _time(props.get("last_committed_on")),
        _time(props.get("last_suspended_on")),
        owner_role_type(context, task),
        _text(props.get("CONFIG")),
        None,
        json.dumps(relations(catalogue, task)),
        _text(props.get("last_suspended_reason")),
        "null",
        None,
        _text(props.get("TARGET_COMPLETION_INTERVAL")),
    )


@show("TASKS", source=_SOURCE)
def show_tasks(context: Context, reader: Reader) -> Result:
    """Tasks that the session may see; with ROOT ONLY those that follow no other task."""
    wanted = read_show_filter(context, reader, KIND)
    found = shown_objects(context, wanted, KIND)
    kept = [task for task in found if not (wanted.roots_only and _follows(context, task))]
    return Result(_COLUMNS, [_row(context, task) for task in kept[: wanted.limit]])


def _follows(context: Context, task: Obj) -> bool:
    return bool(predecessors(context.catalogue, task)) or finalized_root(context.catalogue, task) is not None


@describe("TASK", source=_SOURCE)
def describe_task(context: Context, reader: Reader) -> Result:
    """The row that SHOW TASKS has for it."""
    task = context.access.resolve(KIND, reader.path())
    reader.end()
    return Result(_COLUMNS, (_row(context, task),))
