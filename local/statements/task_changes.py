"""ALTER TASK: resume, suspend, properties, body, condition, predecessors, finalizer."""

from __future__ import annotations

import time
from collections.abc import Mapping

from local.errors import SnowflakeError, compilation_error, invalid_property
from local.model import Json, Obj
from local.owner_run import role_holds
from local.reader import Reader
from local.registry import alter
from local.results import Result, status
from local.session import Context
from local.statements.changes import label, try_tags
from local.statements.common import resolve_or_skip, skipped
from local.statements.task_graph import (
    finalized_root,
    ids,
    require_acyclic,
    require_suspended,
    resolve_predecessors,
    resolve_root,
)
from local.statements.tasks import KIND, SPEC, read_body, read_condition, stored_values

_SOURCE = "docs.snowflake.com: ALTER TASK; Troubleshooting tasks (owner role's privileges)"


@alter("TASK", notes="tasks never run; no EXECUTE AS, integrations", source=_SOURCE)
def alter_task(context: Context, reader: Reader) -> Result:
    """RESUME and SUSPEND need OPERATE, everything else ownership and a graph whose root is suspended."""
    task = resolve_or_skip(context, reader, KIND)
    if task is None:
        return skipped()
    answer = try_tags(context, reader, task)
    if answer is not None:
        return answer
    word = reader.accept_one("RESUME", "SUSPEND")
    if word is not None:
        reader.end()
        context.access.require(task, "OPERATE")
        _resume(context, task) if word == "RESUME" else _suspend(context, task)
        return status("Statement executed successfully.")
    context.access.require_ownership(task)
    require_suspended(context.catalogue, [task])
    if reader.accept("SET"):
        _set(context, reader, task)
    elif reader.accept("UNSET"):
        _unset(context, reader, task)
    else:
        _modify(context, reader, task)
    return status("Statement executed successfully.")


def _with(context: Context, task: Obj, **props: Json) -> Obj:
    return context.catalogue.update(task, props={**task.props, **props})


# RESUME and SUSPEND


def _resume(context: Context, task: Obj) -> None:
    """The owner must hold EXECUTE TASK (or EXECUTE MANAGED TASK) and USAGE on the warehouse."""
    catalogue = context.catalogue
    if task.props.get("state") == "started":
        return
    if ids(task) or finalized_root(catalogue, task) is not None:
        require_suspended(catalogue, [task])
    number = task.props.get("WAREHOUSE")
    warehouse = catalogue.lookup(number) if isinstance(number, int) else None
    if number is not None and (warehouse is None or not role_holds(catalogue, task.owner, "USAGE", warehouse)):
        raise _cannot("USAGE privilege on the task's warehouse must be granted to owner role")
    if number is None and not role_holds(catalogue, task.owner, "EXECUTE MANAGED TASK", catalogue.account):
        raise _cannot("EXECUTE MANAGED TASK privilege must be granted to owner role")
    if not role_holds(catalogue, task.owner, "EXECUTE TASK", catalogue.account):
        raise _cannot("EXECUTE TASK privilege must be granted to owner role")
    _with(context, task, state="started", last_committed_on=time.time())


def _suspend(context: Context, task: Obj) -> None:
    if task.props.get("state") == "started":
        _with(context, task, state="suspended", last_suspended_on=time.time(), last_suspended_reason="USER_SUSPENDED")


def _cannot(why: str) -> SnowflakeError:
    return SnowflakeError("091089", "23001", f"Cannot execute task, {why}.")


# SET and UNSET


def _set(context: Context, reader: Reader, task: Obj) -> None:
    if reader.accept("FINALIZE", "="):
        path = reader.path_or_string()
        reader.end()
        _require_no_schedule(task)
        root = resolve_root(context, path, task.parent, task.owner)
        require_suspended(context.catalogue, [root])
        _with(context, task, finalize=root.id)
        return
    values = reader.properties(label(KIND), SPEC)
    if not values:
        raise reader.unexpected()
    reader.end()
    props, params = stored_values(context, values)
    comment = str(props.pop("COMMENT", task.comment))
    removed = {name for name, value in values.items() if value is None}
    kept = {name: value for name, value in {**task.props, **props}.items() if name not in removed}
    if "SCHEDULE" in kept and (ids(task) or task.props.get("finalize") is not None):
        raise compilation_error(f"Task {task.name} with predecessors or FINALIZE cannot have a schedule.")
    comment = "" if "COMMENT" in removed else comment
    context.catalogue.update(task, comment=comment, props=kept, params={**task.params, **params})


def _unset(context: Context, reader: Reader, task: Obj) -> None:
    names = set(reader.commas(_read_name))
    reader.end()
    props = {name: value for name, value in task.props.items() if name not in names}
    if "FINALIZE" in names:
        props.pop("finalize", None)
    params: Mapping[str, str] = {name: value for name, value in task.params.items() if name not in names}
    comment = "" if "COMMENT" in names else task.comment
    context.catalogue.update(task, comment=comment, props=props, params=params)


def _read_name(reader: Reader) -> str:
    name = reader.peek().upper
    if not name:
        raise reader.unexpected()
    if name not in SPEC and name != "FINALIZE":
        raise invalid_property(name, label(KIND))
    reader.next()
    return name


# MODIFY, ADD, REMOVE


def _modify(context: Context, reader: Reader, task: Obj) -> None:
    if reader.accept("MODIFY", "AS"):
        _with(context, task, definition=read_body(reader))
        return
    if reader.accept("MODIFY", "WHEN"):
        condition = read_condition(reader)
        reader.end()
        _with(context, task, condition=condition)
        return
    if reader.accept("REMOVE", "WHEN"):
        reader.end()
        _with(context, task, condition="")
        return
    word = reader.accept_one("ADD AFTER", "REMOVE AFTER")
    if word is None:
        raise reader.unexpected()
    paths = reader.commas(Reader.path)
    reader.end()
    named = resolve_predecessors(context, task.parent, task.owner, paths)
    if word == "REMOVE AFTER":
        _with(context, task, after=[number for number in ids(task) if number not in named])
        return
    _require_no_schedule(task)
    require_suspended(context.catalogue, [context.catalogue.get(number) for number in named])
    after: list[Json] = list(dict.fromkeys((*ids(task), *named)))
    require_acyclic(context.catalogue, _with(context, task, after=after))


def _require_no_schedule(task: Obj) -> None:
    if "SCHEDULE" in task.props:
        raise compilation_error(f"Task {task.name} has a schedule: a task with predecessors cannot have one.")
