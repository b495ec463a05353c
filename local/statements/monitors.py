"""Resource monitors: quotas and what happens when they are used up. Nothing here uses credits, so nothing fires."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from local.errors import compilation_error, not_found, unsupported
from local.model import ACCOUNT_ID, Json, Kind, Obj
from local.names import display
from local.reader import Reader, Value, ValueReader, read_integer, read_string, read_word
from local.registry import CreateHead, alter, create, describe, drop, show
from local.results import Cell, Column, Result, Type, status, timestamp
from local.session import Context
from local.statements.changes import text_columns
from local.statements.common import (
    CHECKED,
    create_object,
    drop_object,
    one_of,
    owner_name,
    resolve_or_skip,
    show_objects,
    skipped,
)
from local.statements.warehouses import require_account_admin

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW RESOURCE MONITOR; provider resourceMonitorRow, integration tests"
KIND = Kind.RESOURCE_MONITOR
_FREQUENCIES = ("MONTHLY", "DAILY", "WEEKLY", "YEARLY", "NEVER")
_NOTIFY, _SUSPEND, _IMMEDIATE = "NOTIFY", "SUSPEND", "SUSPEND_IMMEDIATE"
_MOST_NOTIFY = 5


def _read_users(reader: Reader) -> Value:
    return reader.parenthesised(Reader.name_or_string)


def _read_start(reader: Reader) -> Value:
    return "IMMEDIATELY" if reader.accept("IMMEDIATELY") else reader.string()


_SPEC: dict[str, ValueReader] = {
    "CREDIT_QUOTA": read_integer,
    "FREQUENCY": read_word,
    "START_TIMESTAMP": _read_start,
    "END_TIMESTAMP": read_string,
    "NOTIFY_USERS": _read_users,
}


def _read_triggers(reader: Reader) -> dict[str, list[int]] | None:
    """``TRIGGERS ON n PERCENT DO action …`` as thresholds in percent by action; None without the clause."""
    if not reader.accept("TRIGGERS"):
        return None
    found: dict[str, list[int]] = {_NOTIFY: [], _SUSPEND: [], _IMMEDIATE: []}
    while reader.accept("ON"):
        threshold = reader.integer()
        reader.expect("PERCENT", "DO")
        action = reader.accept_one(_SUSPEND, _IMMEDIATE, _NOTIFY)
        if action is None:
            raise reader.unexpected()
        found[action].append(threshold)
    if not any(found.values()):
        raise reader.unexpected()
    for action in (_SUSPEND, _IMMEDIATE):
        if len(found[action]) > 1:
            raise compilation_error(f"A resource monitor can have at most one {action.lower()} trigger.")
    if len(found[_NOTIFY]) > _MOST_NOTIFY:
        raise compilation_error(f"A resource monitor can have at most {_MOST_NOTIFY} notify triggers.")
    return found


def _moment(text: str, name: str) -> str:
    """A timestamp as SHOW prints it, in UTC to the minute."""
    if text.upper() == "IMMEDIATELY":
        if name != "START_TIMESTAMP":
            raise compilation_error(f"invalid value [{text}] for parameter '{name}'")
        return _show_time(time.time())
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise compilation_error(f"invalid value [{text}] for parameter '{name}'") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if len(text.strip()) <= len("2026-01-01"):
        now = datetime.now(UTC)
        moment = moment.replace(hour=now.hour, minute=now.minute)
    return _show_time(moment.timestamp())


def _show_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def _applied(context: Context, props: Mapping[str, Json], values: Mapping[str, Value]) -> dict[str, Json]:
    """The properties after SET or CREATE, checked."""
    result = dict(props)
    for name, value in values.items():
        if name in ("START_TIMESTAMP", "END_TIMESTAMP"):
            result[name] = _moment(str(value), name) if value is not None else None
        elif name == "FREQUENCY":
            result[name] = one_of(name, str(value), _FREQUENCIES)
        elif name == "NOTIFY_USERS":
            result[name] = _user_ids(context, value if isinstance(value, tuple) else ())
        elif not isinstance(value, tuple):
            result[name] = value
    quota = result.get("CREDIT_QUOTA")
    if isinstance(quota, int) and quota < 0:
        raise compilation_error(f"invalid value [{quota}] for parameter 'CREDIT_QUOTA'")
    if ("FREQUENCY" in values) != ("START_TIMESTAMP" in values):
        raise compilation_error("FREQUENCY and START_TIMESTAMP must be set together.")
    return result


def _user_ids(context: Context, names: Sequence[Value]) -> list[Json]:
    """Ids of the users to notify; each needs an address, at most five of them."""
    ids: list[Json] = []
    for name in names:
        user = context.catalogue.find(Kind.USER, (str(name),))
        if user is None:
            raise not_found("User", str(name))
        if not user.props.get("EMAIL"):
            raise compilation_error(f"User '{user.name}' has no verified email address.")
        ids.append(user.id)
    if len(ids) > _MOST_NOTIFY:
        raise compilation_error(f"NOTIFY_USERS takes at most {_MOST_NOTIFY} users.")
    return ids


@create(
    "RESOURCE MONITOR",
    notes="credits are never used, so triggers never fire; every email address counts as verified",
    source=_SOURCE,
)
def create_monitor(context: Context, reader: Reader, head: CreateHead) -> Result:
    """Only with ACCOUNTADMIN active."""
    path = reader.path()
    reader.accept("WITH")
    values = reader.properties(KIND.value, _SPEC)
    triggers = _read_triggers(reader)
    reader.end()
    require_account_admin(context)
    start: dict[str, Json] = {"FREQUENCY": "MONTHLY", "START_TIMESTAMP": _show_time(time.time())}
    props = _applied(context, start, values) | {"TRIGGERS": _stored(triggers or {})}
    return create_object(context, head, KIND, path, props=props, privilege=CHECKED)[1]


def _stored(triggers: Mapping[str, Sequence[int]]) -> dict[str, Json]:
    return {action: list(thresholds) for action, thresholds in triggers.items()}


@alter("RESOURCE MONITOR", source=_SOURCE)
def alter_monitor(context: Context, reader: Reader) -> Result:
    """SET properties and, or, TRIGGERS, which replace the ones before; needs MODIFY."""
    monitor = resolve_or_skip(context, reader, KIND)
    if monitor is None:
        return skipped()
    if reader.at("RENAME") or reader.at("UNSET"):
        raise unsupported(f"ALTER RESOURCE MONITOR … {reader.peek().upper}")
    values = reader.properties(KIND.value, _SPEC) if reader.accept("SET") else {}
    triggers = _read_triggers(reader)
    if not values and triggers is None:
        raise reader.unexpected()
    reader.end()
    context.access.require(monitor, "MODIFY")
    props = _applied(context, monitor.props, values)
    if triggers is not None:
        props["TRIGGERS"] = _stored(triggers)
    context.catalogue.update(monitor, props=props)
    return status("Statement executed successfully.")


@drop("RESOURCE MONITOR", source=_SOURCE)
def drop_monitor(context: Context, reader: Reader) -> Result:
    """What it watched is then watched by none."""
    return drop_object(context, reader, KIND)


COLUMNS = (
    *text_columns("name", "credit_quota", "used_credits", "remaining_credits", "level", "frequency"),
    *text_columns("start_time", "end_time", "notify_at", "suspend_at", "suspend_immediately_at"),
    Column("created_on", Type.TIMESTAMP_LTZ),
    *text_columns("owner", "comment", "notify_users"),
)


@show("RESOURCE MONITORS", notes="used_credits is always 0.00", source=_SOURCE)
def show_monitors(context: Context, reader: Reader) -> Result:
    """Monitors on which the session holds anything."""
    return show_objects(context, reader, KIND, COLUMNS, lambda monitor: _row(context, monitor))


def _row(context: Context, monitor: Obj) -> tuple[Cell, ...]:
    props = monitor.props
    quota = props.get("CREDIT_QUOTA")
    credits = f"{quota:.2f}" if isinstance(quota, int | float) else None
    return (
        monitor.name,
        credits,
        "0.00",
        credits,
        _level(context, monitor),
        _text(props.get("FREQUENCY")),
        _text(props.get("START_TIMESTAMP")),
        _text(props.get("END_TIMESTAMP")),
        _percent(props, _NOTIFY),
        _percent(props, _SUSPEND),
        _percent(props, _IMMEDIATE),
        timestamp(monitor.created),
        owner_name(context, monitor),
        monitor.comment,
        ", ".join(_names(context, props.get("NOTIFY_USERS"))),
    )


def _text(value: Json) -> Cell:
    return None if value is None else str(value)


def _percent(props: Mapping[str, Json], action: str) -> Cell:
    triggers = props.get("TRIGGERS")
    found = triggers.get(action) if isinstance(triggers, dict) else None
    return ",".join(f"{threshold}%" for threshold in found) if isinstance(found, list) and found else None


def _names(context: Context, ids: Json) -> list[str]:
    found = (context.catalogue.lookup(i) for i in ids if isinstance(i, int)) if isinstance(ids, list) else ()
    return [display(user.name) for user in found if user is not None]


def _level(context: Context, monitor: Obj) -> Cell:
    """ACCOUNT or WAREHOUSE, whatever the monitor watches; NULL while it watches nothing."""
    targets = {reference.target for reference in context.catalogue.references.by("source", monitor.id)}
    if not targets:
        return None
    return "ACCOUNT" if ACCOUNT_ID in targets else "WAREHOUSE"


@describe("RESOURCE MONITOR", source=_SOURCE)
def describe_monitor(context: Context, reader: Reader) -> Result:
    """The row of SHOW for one monitor."""
    monitor = context.access.resolve(KIND, reader.path())
    reader.end()
    return Result(COLUMNS, (_row(context, monitor),))
