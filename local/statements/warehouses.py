"""Warehouses: properties, size, state. What a running one may compute is decided in ``local.warehouse_use``."""

from __future__ import annotations

import time
from collections.abc import Mapping

from local.errors import SnowflakeError, compilation_error, insufficient_privileges, invalid_property, unsupported
from local.model import ACCOUNT_ID, Json, Kind, Obj, Reference
from local.names import Path
from local.parameters import Level, at_level, readers, split
from local.reader import Reader, Value, ValueReader, read_boolean, read_integer, read_string, read_word
from local.registry import CreateHead, alter, create, drop, refuse
from local.results import Result, status
from local.session import Context
from local.statements.changes import try_rename_or_tags
from local.statements.common import create_object, drop_object, resolve_or_skip, skipped
from local.statements.warehouse_rules import DEFAULTS, checked, new_properties
from local.statements.with_tags import read_tags, start_properties, tag_new

_SOURCE = (
    "docs.snowflake.com: CREATE/ALTER/DROP/SHOW/DESC WAREHOUSE; provider v1.2.1 WarehouseSet and integration tests"
)
KIND = Kind.WAREHOUSE
MONITOR = Kind.RESOURCE_MONITOR.value
"""Role of the reference from a resource monitor to what it watches."""

refuse("CREATE OR ALTER WAREHOUSE", "CREATE INTERACTIVE WAREHOUSE", source=_SOURCE)


def _read_monitor(reader: Reader) -> Value:
    name = reader.name_or_string()
    return None if name == "NULL" else (name,)


PROPERTIES: dict[str, ValueReader] = {
    "WAREHOUSE_TYPE": read_word,
    "WAREHOUSE_SIZE": read_word,
    "GENERATION": read_string,
    "RESOURCE_CONSTRAINT": read_word,
    "MAX_CLUSTER_COUNT": read_integer,
    "MIN_CLUSTER_COUNT": read_integer,
    "SCALING_POLICY": read_word,
    "AUTO_SUSPEND": read_integer,
    "AUTO_RESUME": read_boolean,
    "RESOURCE_MONITOR": _read_monitor,
    "COMMENT": read_string,
    "ENABLE_QUERY_ACCELERATION": read_boolean,
    "QUERY_ACCELERATION_MAX_SCALE_FACTOR": read_integer,
    **readers(Level.WAREHOUSE),
}
_ON_CREATE = {**PROPERTIES, "INITIALLY_SUSPENDED": read_boolean}
_ON_SET = {**PROPERTIES, "WAIT_FOR_COMPLETION": read_boolean}


@create("WAREHOUSE", notes="no ADAPTIVE or interactive warehouses", source=_SOURCE)
def create_warehouse(context: Context, reader: Reader, head: CreateHead) -> Result:
    """The new warehouse becomes the session's; it runs at once unless INITIALLY_SUSPENDED."""
    path = reader.path()
    start_properties(reader)
    found = reader.properties(KIND.value, _ON_CREATE)
    tags = read_tags(reader)
    found |= reader.properties(KIND.value, _ON_CREATE)
    reader.end()
    values, params = split(found, Level.WAREHOUSE)
    comment = str(values.pop("COMMENT", None) or "")
    monitor = values.pop("RESOURCE_MONITOR", None)
    suspended = values.pop("INITIALLY_SUSPENDED", False)
    now = time.time()
    props = {
        **checked(new_properties(values), context.settings.edition, set(values)),
        "STATE": "SUSPENDED" if suspended else "STARTED",
        "RESUMED_ON": 0.0 if suspended else now,
    }
    warehouse, answer = create_object(context, head, KIND, path, comment=comment, props=props, params=params)
    if warehouse is not None:
        if isinstance(monitor, tuple):
            assign_monitor(context, warehouse, _path(monitor))
        tag_new(context, warehouse, tags)
        context.session.warehouse = warehouse.id
    return answer


def _path(value: tuple[Value, ...]) -> Path:
    return tuple(str(part) for part in value)


@alter("WAREHOUSE", notes="a resize is instant; no ABORT ALL QUERIES; the name is required", source=_SOURCE)
def alter_warehouse(context: Context, reader: Reader) -> Result:
    """RENAME TO, SUSPEND, RESUME, SET, UNSET, tags."""
    warehouse = resolve_or_skip(context, reader, KIND)
    if warehouse is None:
        return skipped()
    answer = try_rename_or_tags(context, reader, warehouse)
    if answer is not None:
        return answer
    word = reader.accept_one("SUSPEND", "RESUME", "ABORT ALL QUERIES")
    if word is not None:
        return _operate(context, reader, warehouse, word)
    if reader.accept("SET"):
        values = reader.properties(KIND.value, _ON_SET)
        if not values:
            raise reader.unexpected()
        reader.end()
        return _set(context, warehouse, values)
    reader.expect("UNSET")
    names = reader.commas(_unsettable)
    reader.end()
    return _unset(context, warehouse, names)


def _operate(context: Context, reader: Reader, warehouse: Obj, word: str) -> Result:
    """Suspending a suspended warehouse and resuming a running one are errors, IF SUSPENDED aside."""
    if_suspended = word == "RESUME" and reader.accept("IF", "SUSPENDED")
    reader.end()
    context.access.require(warehouse, "OPERATE")
    if word == "ABORT ALL QUERIES":
        raise unsupported("ALTER WAREHOUSE … ABORT ALL QUERIES")
    wanted = "SUSPENDED" if word == "SUSPEND" else "STARTED"
    if warehouse.props.get("STATE") == wanted:
        if if_suspended:
            return status("Statement executed successfully.")
        code, now = ("090064", "suspended") if word == "SUSPEND" else ("090063", "running")
        raise SnowflakeError(code, "22000", f"Invalid state. Warehouse '{warehouse.name}' is already {now}.")
    set_state(context, warehouse, wanted)
    return status("Statement executed successfully.")


def set_state(context: Context, warehouse: Obj, state: str) -> Obj:
    """Store STARTED or SUSPENDED; a start is dated."""
    props: dict[str, Json] = {**warehouse.props, "STATE": state}
    if state == "STARTED":
        props["RESUMED_ON"] = time.time()
    return context.catalogue.update(warehouse, props=props)


def _set(context: Context, warehouse: Obj, values: Mapping[str, Value]) -> Result:
    context.access.require(warehouse, "MODIFY")
    own, params = split(values, Level.WAREHOUSE)
    own.pop("WAIT_FOR_COMPLETION", None)
    comment = str(own.pop("COMMENT") or "") if "COMMENT" in own else warehouse.comment
    if "RESOURCE_MONITOR" in own:
        monitor = own.pop("RESOURCE_MONITOR")
        assign_monitor(context, warehouse, _path(monitor) if isinstance(monitor, tuple) else None)
    props = checked({**warehouse.props, **_as_stored(own)}, context.settings.edition, set(own))
    if own.get("WAREHOUSE_TYPE") not in (None, warehouse.props.get("WAREHOUSE_TYPE")):
        _require_suspended(warehouse)
    context.catalogue.update(warehouse, comment=comment, props=props, params={**warehouse.params, **params})
    return status("Statement executed successfully.")


def _as_stored(values: Mapping[str, Value]) -> dict[str, Json]:
    return {name: value for name, value in values.items() if not isinstance(value, tuple)}


def _require_suspended(warehouse: Obj) -> None:
    if warehouse.props.get("STATE") != "SUSPENDED":
        raise SnowflakeError(
            "090066", "22000", f"Invalid state. Warehouse '{warehouse.name}' must be suspended to change its type."
        )


def _unsettable(reader: Reader) -> str:
    name = reader.peek().upper
    if not name or name not in PROPERTIES:
        raise invalid_property(name, KIND.value) if name else reader.unexpected()
    reader.next()
    return name


_UNSET_TO: dict[str, Json] = {"AUTO_SUSPEND": None, "AUTO_RESUME": False}
"""What UNSET makes of these instead of the default (measured by the provider's integration tests)."""


def _unset(context: Context, warehouse: Obj, names: tuple[str, ...]) -> Result:
    context.access.require(warehouse, "MODIFY")
    for name in names:
        if name in ("WAREHOUSE_TYPE", "WAREHOUSE_SIZE", "SCALING_POLICY"):
            raise compilation_error(f"invalid type of property 'null' for '{name}'", "001422")
    if "RESOURCE_MONITOR" in names:
        assign_monitor(context, warehouse, None)
    props = dict(warehouse.props)
    for name in names:
        if name in DEFAULTS:
            props[name] = _UNSET_TO.get(name, DEFAULTS[name])
    parameters = {parameter.name for parameter in at_level(Level.WAREHOUSE)}
    context.catalogue.update(
        warehouse,
        comment="" if "COMMENT" in names else warehouse.comment,
        props=checked(props, context.settings.edition, set(names)),
        params={k: v for k, v in warehouse.params.items() if k not in names or k not in parameters},
    )
    return status("Statement executed successfully.")


@drop("WAREHOUSE", source=_SOURCE)
def drop_warehouse(context: Context, reader: Reader) -> Result:
    """Also one that tasks name: they then fail when they run."""
    return drop_object(context, reader, KIND)


def require_account_admin(context: Context) -> None:
    """003001 unless ACCOUNTADMIN is among the active roles."""
    admin = context.catalogue.find(Kind.ROLE, ("ACCOUNTADMIN",))
    if admin is None or admin.id not in context.access.roles():
        raise insufficient_privileges("account", context.catalogue.account.name)


def assign_monitor(context: Context, target: Obj, name: Path | None) -> None:
    """Make a resource monitor watch a warehouse or the account in place of any other; None takes it away.

    Only ACCOUNTADMIN may do that (docs.snowflake.com: Working with resource monitors, access control).
    """
    references = context.catalogue.references
    current = references.by("use", (target.id, MONITOR))
    if name is None and not current:
        return
    require_account_admin(context)
    monitor = context.access.resolve(Kind.RESOURCE_MONITOR, name) if name is not None else None
    if monitor is not None and target.id == ACCOUNT_ID and monitor.props.get("NOTIFY_USERS"):
        raise compilation_error("A resource monitor with NOTIFY_USERS cannot be assigned to the account.")
    for reference in current:
        references.delete(reference)
    if monitor is not None:
        references.put(Reference(monitor.id, target.id, MONITOR))
