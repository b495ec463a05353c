"""SHOW WAREHOUSES and DESCRIBE WAREHOUSE."""

from __future__ import annotations

from local.model import Json, Kind, Obj
from local.names import display
from local.reader import Reader
from local.registry import describe, show
from local.results import Cell, Column, Result, Type, flag, timestamp, yes_no
from local.session import Context
from local.statements.changes import text_columns
from local.statements.common import owner_name, owner_role_type, show_objects
from local.statements.warehouses import KIND, MONITOR

_SOURCE = "docs.snowflake.com: SHOW WAREHOUSES, DESCRIBE WAREHOUSE; provider warehouseDBRow"


def _numbers(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, Type.FIXED) for name in names)


def _times(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, Type.TIMESTAMP_LTZ) for name in names)


COLUMNS = (
    *text_columns("name", "state", "type", "size"),
    *_numbers("min_cluster_count", "max_cluster_count", "started_clusters", "running", "queued"),
    *text_columns("is_default", "is_current", "is_interactive"),
    *_numbers("auto_suspend"),
    *text_columns("auto_resume", "available", "provisioning", "quiescing", "other"),
    *_times("created_on", "resumed_on", "updated_on"),
    *text_columns("owner", "comment", "enable_query_acceleration"),
    *_numbers("query_acceleration_max_scale_factor"),
    *text_columns("resource_monitor"),
    *_numbers("actives", "pendings", "failed", "suspended"),
    *text_columns("uuid", "scaling_policy", "budget", "owner_role_type", "resource_constraint", "generation"),
)


@show("WAREHOUSES", notes="running and queued are always 0; no WITH PRIVILEGES", source=_SOURCE)
def show_warehouses(context: Context, reader: Reader) -> Result:
    """Warehouses on which the session holds anything."""
    default = str(context.catalogue.get(context.session.user).props.get("DEFAULT_WAREHOUSE") or "")
    return show_objects(context, reader, KIND, COLUMNS, lambda warehouse: _row(context, warehouse, default))


def _text(value: Json) -> Cell:
    return None if value is None else str(value)


def _row(context: Context, warehouse: Obj, default: str) -> tuple[Cell, ...]:
    props = warehouse.props
    started = props["STATE"] == "STARTED"
    clusters = str(props["MIN_CLUSTER_COUNT"])
    resumed = props.get("RESUMED_ON")
    return (
        warehouse.name,
        str(props["STATE"]),
        str(props["WAREHOUSE_TYPE"]),
        str(props["WAREHOUSE_SIZE"]),
        clusters,
        str(props["MAX_CLUSTER_COUNT"]),
        clusters if started else "0",
        "0",
        "0",
        yes_no(display(warehouse.name) == default),
        yes_no(warehouse.id == context.session.warehouse),
        "N",
        _text(props["AUTO_SUSPEND"]),
        flag(bool(props["AUTO_RESUME"])),
        "100" if started else "",
        "0" if started else "",
        "0" if started else "",
        "0" if started else "",
        timestamp(warehouse.created),
        timestamp(resumed if isinstance(resumed, float | int) else 0.0),
        timestamp(warehouse.changed),
        owner_name(context, warehouse),
        warehouse.comment,
        flag(bool(props["ENABLE_QUERY_ACCELERATION"])),
        str(props["QUERY_ACCELERATION_MAX_SCALE_FACTOR"]),
        monitor_of(context, warehouse),
        clusters if started else "0",
        "0",
        "0",
        "0" if started else clusters,
        str(warehouse.id),
        str(props["SCALING_POLICY"]),
        None,
        owner_role_type(context, warehouse),
        _text(props["RESOURCE_CONSTRAINT"]),
        _text(props["GENERATION"]),
    )


def monitor_of(context: Context, target: Obj) -> str:
    """The name of the resource monitor that watches a warehouse or the account, ``null`` for none."""
    uses = context.catalogue.references.by("use", (target.id, MONITOR))
    monitor = context.catalogue.lookup(uses[0].source) if uses else None
    return display(monitor.name) if monitor is not None else "null"


@describe("WAREHOUSE", source=_SOURCE)
def describe_warehouse(context: Context, reader: Reader) -> Result:
    """One row with the warehouse's name and type."""
    warehouse = context.access.resolve(Kind.WAREHOUSE, reader.path())
    reader.end()
    columns = (Column("created_on", Type.TIMESTAMP_LTZ), *text_columns("name", "kind"))
    return Result(columns, ((timestamp(warehouse.created), warehouse.name, "WAREHOUSE"),))
