"""Tasks: kept, altered, resumed and shown. They never run here."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from local.errors import compilation_error, not_found, unsupported
from local.model import Json, Kind, Obj
from local.names import Path, dotted
from local.parameters import Level, readers, split
from local.reader import Reader, Value, ValueReader, read_boolean, read_path, read_string
from local.registry import CreateHead, create, drop, refuse
from local.results import Result
from local.session import Context
from local.statements.changes import as_json, label
from local.statements.clone_objects import clone_task
from local.statements.common import create_object, drop_object
from local.statements.schedules import read_schedule
from local.statements.tags import read_tag_clause, set_tags
from local.statements.task_graph import ids, require_suspended, resolve_predecessors, resolve_root

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW/DESC TASK; provider taskDBRow"
KIND = Kind.TASK

refuse("EXECUTE TASK", "CREATE OR ALTER TASK", source=_SOURCE)


def _config(reader: Reader) -> Value:
    text = reader.string()
    try:
        json.loads(text)
    except json.JSONDecodeError:
        raise compilation_error("CONFIG must be a JSON object.") from None
    return text


def _integration(reader: Reader) -> Value:
    raise not_found("INTEGRATION", reader.name())


_OWN: dict[str, ValueReader] = {
    "WAREHOUSE": read_path,
    "SCHEDULE": read_schedule,
    "CONFIG": _config,
    "ALLOW_OVERLAPPING_EXECUTION": read_boolean,
    "ERROR_INTEGRATION": _integration,
    "SUCCESS_INTEGRATION": _integration,
    "TARGET_COMPLETION_INTERVAL": read_schedule,
    "COMMENT": read_string,
}
SPEC: dict[str, ValueReader] = {**_OWN, **readers(Level.TASK)}


@dataclass
class Draft:
    """What a CREATE TASK says, in whatever order."""

    values: dict[str, Value]
    after: tuple[Path, ...] = ()
    finalize: Path = ()
    condition: str = ""
    tags: tuple[tuple[Path, str], ...] = ()


def _read_draft(reader: Reader) -> Draft:
    draft = Draft({})
    while not reader.accept("AS"):
        if reader.accept("AFTER"):
            draft.after = reader.commas(Reader.path)
        elif reader.accept("WHEN"):
            draft.condition = read_condition(reader)
        elif reader.at("TAG") or reader.at("WITH", "TAG"):
            draft.tags = read_tag_clause(reader)
        elif reader.at("EXECUTE", "AS") or reader.at("COPY", "GRANTS"):
            raise unsupported(f"CREATE TASK … {reader.peek().upper}")
        else:
            found = reader.properties(label(KIND), {**SPEC, "FINALIZE": read_path})
            if not found:
                raise reader.unexpected()
            draft.values.update(found)
    if isinstance(root := draft.values.pop("FINALIZE", None), tuple):
        draft.finalize = tuple(str(part) for part in root)
    return draft


def read_condition(reader: Reader) -> str:
    """The expression behind WHEN."""
    text = reader.text_until(lambda r: r.at("AS"))
    if not text:
        raise reader.unexpected()
    return text


def read_body(reader: Reader) -> str:
    """The statement behind AS."""
    body = reader.rest()
    if not body:
        raise reader.unexpected()
    return body


def stored_values(context: Context, values: Mapping[str, Value]) -> tuple[dict[str, Json], dict[str, str]]:
    """Own properties (the warehouse as an id) and parameters; the session needs USAGE on the warehouse."""
    own, params = split(values, Level.TASK)
    props = {name: as_json(value) for name, value in own.items() if value is not None}
    if isinstance(path := own.get("WAREHOUSE"), tuple):
        warehouse = context.access.resolve(Kind.WAREHOUSE, tuple(str(part) for part in path))
        context.access.require(warehouse, "USAGE")
        props["WAREHOUSE"] = warehouse.id
    return props, params


@create("TASK", notes="tasks never run; no EXECUTE AS USER, integrations", source=_SOURCE)
def create_task(context: Context, reader: Reader, head: CreateHead) -> Result:
    """A new task is suspended. Without a warehouse it is serverless and needs EXECUTE MANAGED TASK."""
    path = reader.path()
    if reader.accept("CLONE"):
        return clone_task(context, reader, head, path)
    draft = _read_draft(reader)
    body = read_body(reader)
    own, params = stored_values(context, draft.values)
    if "WAREHOUSE" not in own:
        context.access.require_global("EXECUTE MANAGED TASK")
    elif "USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE" in params:
        raise compilation_error("A task cannot have both WAREHOUSE and USER_TASK_MANAGED_INITIAL_WAREHOUSE_SIZE.")
    comment = str(own.pop("COMMENT", ""))
    parent = context.access.resolve_container(KIND, path)[0].id
    links = _links(context, draft, parent)
    if "SCHEDULE" in own and links:
        raise compilation_error(f"Task {dotted(path[-1:])} with predecessors or FINALIZE cannot have a schedule.")
    props: dict[str, Json] = {**own, **links, **_fresh(body, draft.condition)}
    task, answer = create_object(context, head, KIND, path, comment=comment, props=props, params=params)
    if task is not None:
        set_tags(context, task, draft.tags)
    return answer


def _fresh(body: str, condition: str) -> dict[str, Json]:
    return {"id": str(uuid.uuid4()), "state": "suspended", "definition": body, "condition": condition}


def _links(context: Context, draft: Draft, parent: int) -> dict[str, Json]:
    """Ids for AFTER and FINALIZE; the graphs that they join must not be started."""
    owner = context.session.role
    if draft.after and draft.finalize:
        raise compilation_error("A finalizer task cannot have predecessors.")
    if draft.after:
        after = resolve_predecessors(context, parent, owner, draft.after)
        require_suspended(context.catalogue, [context.catalogue.get(number) for number in after])
        return {"after": list(after)}
    if draft.finalize:
        root = resolve_root(context, draft.finalize, parent, owner)
        require_suspended(context.catalogue, [root])
        return {"finalize": root.id}
    return {}


@drop("TASK", source=_SOURCE)
def drop_task(context: Context, reader: Reader) -> Result:
    """Tasks that came after it lose it as their predecessor."""

    def unlink(task: Obj) -> None:
        for other in context.catalogue.children(task.parent, KIND):
            if task.id in ids(other):
                after: list[Json] = [number for number in ids(other) if number != task.id]
                context.catalogue.update(other, props={**other.props, "after": after})
            if other.props.get("finalize") == task.id:
                props = {name: value for name, value in other.props.items() if name != "finalize"}
                context.catalogue.update(other, props=props)

    return drop_object(context, reader, KIND, unlink)
