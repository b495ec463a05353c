"""Alerts: kept and shown; they run when EXECUTE ALERT asks for it, never by their schedule.

Source: docs.snowflake.com, CREATE/ALTER/DROP/SHOW/DESC/EXECUTE ALERT, Setting up alerts; provider alertDBRow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from local.errors import SnowflakeError, unsupported
from local.model import Json, Kind, Obj
from local.names import Path
from local.owner_run import deferred, role_holds, run_statement
from local.reader import Reader, Value, ValueReader, read_path, read_string
from local.registry import Answer, CreateHead, alter, create, describe, drop, refuse, show, statement
from local.results import Cell, Column, Result, Type, status, timestamp
from local.session import Context
from local.statements.changes import (
    Changes,
    apply_changes,
    as_json,
    label,
    read_changes,
    read_values,
    text_columns,
    try_tags,
)
from local.statements.clone_objects import clone_alert
from local.statements.common import (
    create_object,
    drop_object,
    owner_name,
    owner_role_type,
    resolve_or_skip,
    show_objects,
    skipped,
)
from local.statements.schedules import read_schedule
from local.statements.tags import read_tag_clause, set_tags

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW/DESC/EXECUTE ALERT; provider alertDBRow"
KIND = Kind.ALERT
_DONE = "Statement executed successfully."
_CONDITIONS = ("SELECT", "WITH", "SHOW", "CALL", "(")

refuse("CREATE ALERT without SCHEDULE (on new data)", "ALERT_HISTORY", source=_SOURCE)

_SPEC: dict[str, ValueReader] = {"WAREHOUSE": read_path, "SCHEDULE": read_schedule, "COMMENT": read_string}


@dataclass
class Draft:
    """What stands between the name and the condition, in whatever order."""

    values: dict[str, Value] = field(default_factory=dict)
    tags: tuple[tuple[Path, str], ...] = ()


def _read_draft(reader: Reader) -> Draft:
    draft = Draft()
    while not reader.at("IF"):
        if reader.at("TAG") or reader.at("WITH", "TAG"):
            draft.tags = read_tag_clause(reader)
        else:
            found = reader.properties(label(KIND), _SPEC)
            if not found:
                raise reader.unexpected()
            draft.values.update(found)
    return draft


def _overrides(context: Context, reader: Reader) -> Mapping[str, Json]:
    """What a clone has other than its source."""
    values = read_values(reader, KIND, _SPEC).onto({})
    return {**values, "WAREHOUSE": _warehouse(context, values["WAREHOUSE"]).id} if "WAREHOUSE" in values else values


def _read_condition(reader: Reader) -> str:
    """The statement in ``EXISTS (…)``."""
    reader.expect("EXISTS", "(")
    first = reader.peek()
    if (first.upper or first.value) not in _CONDITIONS:
        raise reader.unexpected()
    text = reader.text_until(lambda r: r.at(")"))
    reader.expect(")")
    return text


def _read_action(reader: Reader) -> str:
    if reader.at("BEGIN") or reader.at("DECLARE"):
        raise unsupported("Snowflake Scripting as the action of an alert")
    text = reader.rest()
    if not text:
        raise reader.unexpected()
    return text


def _warehouse(context: Context, value: Json) -> Obj:
    path = tuple(str(part) for part in value) if isinstance(value, list) else ()
    warehouse = context.access.resolve(Kind.WAREHOUSE, path)
    context.access.require(warehouse, "USAGE")
    return warehouse


@create("ALERT", notes="runs by EXECUTE ALERT only; no alerts on new data, no scripting as action", source=_SOURCE)
def create_alert(context: Context, reader: Reader, head: CreateHead) -> Result:
    """A new alert is suspended. Needs EXECUTE ALERT, and USAGE on the warehouse or EXECUTE MANAGED ALERT."""
    path = reader.path()
    if reader.accept("CLONE"):
        return clone_alert(context, reader, head, path, lambda rest: _overrides(context, rest))
    draft = _read_draft(reader)
    reader.expect("IF", "(")
    condition = _read_condition(reader)
    reader.expect(")", "THEN")
    action = _read_action(reader)
    props: dict[str, Json] = {name: as_json(value) for name, value in draft.values.items() if value is not None}
    if "SCHEDULE" not in props:
        raise unsupported("alerts without SCHEDULE (on new data)")
    context.access.require_global("EXECUTE ALERT")
    if "WAREHOUSE" in props:
        props["WAREHOUSE"] = _warehouse(context, props["WAREHOUSE"]).id
    else:
        context.access.require_global("EXECUTE MANAGED ALERT")
    comment = str(props.pop("COMMENT", ""))
    props |= {"state": "suspended", "condition": condition, "action": action}
    alert, answer = create_object(context, head, KIND, path, comment=comment, props=props)
    if alert is not None:
        set_tags(context, alert, draft.tags)
    return answer


@alter("ALERT", source=_SOURCE)
def alter_alert(context: Context, reader: Reader) -> Result:
    """RESUME and SUSPEND need OPERATE; SET, UNSET, MODIFY CONDITION and MODIFY ACTION need ownership."""
    alert = resolve_or_skip(context, reader, KIND)
    if alert is None:
        return skipped()
    answer = try_tags(context, reader, alert)
    if answer is not None:
        return answer
    if word := reader.accept_one("RESUME", "SUSPEND"):
        reader.end()
        context.access.require(alert, "OPERATE")
        if word == "RESUME":
            _require_owner_may_run(context, alert)
        _with(context, alert, state="started" if word == "RESUME" else "suspended")
        return status(_DONE)
    context.access.require_ownership(alert)
    if reader.accept("MODIFY", "CONDITION"):
        condition = _read_condition(reader)
        reader.end()
        _with(context, alert, condition=condition)
        return status(_DONE)
    if reader.accept("MODIFY", "ACTION"):
        _with(context, alert, action=_read_action(reader))
        return status(_DONE)
    changes = read_changes(reader, KIND, _SPEC)
    if "SCHEDULE" in changes.unset:
        raise unsupported("alerts without SCHEDULE (on new data)")
    values = dict(changes.values)
    if "WAREHOUSE" in values:
        values["WAREHOUSE"] = _warehouse(context, values["WAREHOUSE"]).id
    elif "WAREHOUSE" in changes.unset:
        context.access.require_global("EXECUTE MANAGED ALERT")
    return apply_changes(context, alert, Changes(values, changes.unset))


def _with(context: Context, alert: Obj, **props: Json) -> None:
    context.catalogue.update(alert, props={**alert.props, **props})


def _require_owner_may_run(context: Context, alert: Obj) -> None:
    """The owner must hold EXECUTE ALERT (or EXECUTE MANAGED ALERT) and USAGE on the warehouse."""
    catalogue = context.catalogue
    number = alert.props.get("WAREHOUSE")
    warehouse = catalogue.lookup(number) if isinstance(number, int) else None
    if not role_holds(catalogue, alert.owner, "EXECUTE ALERT", catalogue.account):
        raise _cannot("EXECUTE ALERT privilege must be granted to owner role")
    if number is None and not role_holds(catalogue, alert.owner, "EXECUTE MANAGED ALERT", catalogue.account):
        raise _cannot("EXECUTE MANAGED ALERT privilege must be granted to owner role")
    if number is not None and (warehouse is None or not role_holds(catalogue, alert.owner, "USAGE", warehouse)):
        raise _cannot("USAGE privilege on the alert's warehouse must be granted to owner role")


def _cannot(why: str) -> SnowflakeError:
    return SnowflakeError("091089", "23001", f"Cannot execute alert, {why}.")


@statement(
    "EXECUTE ALERT",
    notes="runs at once, in the statement itself: what fails is this statement's error; the status tells "
    "TRIGGERED or CONDITION_FALSE",
    source=_SOURCE,
)
def execute_alert(context: Context, reader: Reader) -> Answer:
    """Needs OPERATE; condition and action run with the owner's rights, whether the alert is suspended or not.

    Without a warehouse the alert is serverless; its owner needs EXECUTE MANAGED ALERT.
    """
    alert = context.access.resolve(KIND, reader.path())
    reader.end()
    context.access.require(alert, "OPERATE")
    _require_owner_may_run(context, alert)
    number = alert.props.get("WAREHOUSE")

    def work(inner: Context) -> Result:
        found = run_statement(inner, str(alert.props["condition"]))
        if not found.rows:
            return status(f"Alert {alert.name}: CONDITION_FALSE.")
        run_statement(inner, str(alert.props["action"]))
        return status(f"Alert {alert.name}: TRIGGERED.")

    return deferred(context, alert, number if isinstance(number, int) else None, work)


@drop("ALERT", source=_SOURCE)
def drop_alert(context: Context, reader: Reader) -> Result:
    """Drops the alert."""
    return drop_object(context, reader, KIND)


_COLUMNS = (
    Column("created_on", Type.TIMESTAMP_LTZ),
    *text_columns("name", "database_name", "schema_name", "owner", "comment", "warehouse", "schedule", "state"),
    *text_columns("condition", "action", "owner_role_type"),
)


def _row(context: Context, alert: Obj) -> tuple[Cell, ...]:
    catalogue, props = context.catalogue, alert.props
    database, schema = catalogue.path(alert)[:2]
    number = props.get("WAREHOUSE")
    warehouse = catalogue.lookup(number) if isinstance(number, int) else None
    return (
        timestamp(alert.created),
        alert.name,
        database,
        schema,
        owner_name(context, alert),
        alert.comment,
        warehouse.name if warehouse is not None else "",
        str(props["SCHEDULE"]),
        str(props["state"]),
        str(props["condition"]),
        str(props["action"]),
        owner_role_type(context, alert),
    )


@show("ALERTS", source=_SOURCE)
def show_alerts(context: Context, reader: Reader) -> Result:
    """Alerts that the session may see."""
    return show_objects(context, reader, KIND, _COLUMNS, lambda alert: _row(context, alert))


@describe("ALERT", source=_SOURCE)
def describe_alert(context: Context, reader: Reader) -> Result:
    """The row that SHOW ALERTS has for it; with MONITOR, OPERATE or ownership."""
    alert = context.access.resolve(KIND, reader.path())
    reader.end()
    context.access.require(alert, "MONITOR", "OPERATE")
    return Result(_COLUMNS, (_row(context, alert),))
