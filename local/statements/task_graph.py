"""The graph that tasks make: predecessors, finalizers, roots; what may change while a graph is started."""

from __future__ import annotations

from collections.abc import Iterable

from local.catalogue import Catalogue
from local.errors import SnowflakeError, compilation_error
from local.model import Json, Kind, Obj
from local.names import Path, quote
from local.session import Context

MAX_PREDECESSORS = 100
"""Docs.snowflake.com: CREATE TASK, AFTER."""


def ids(task: Obj) -> list[int]:
    """Ids of the task's predecessors."""
    found = task.props.get("after")
    return [number for number in found if isinstance(number, int)] if isinstance(found, list) else []


def predecessors(catalogue: Catalogue, task: Obj) -> list[Obj]:
    """The task's predecessors that are still there."""
    return [found for number in ids(task) if (found := catalogue.lookup(number)) is not None]


def finalized_root(catalogue: Catalogue, task: Obj) -> Obj | None:
    """The root whose graph the task finalizes."""
    number = task.props.get("finalize")
    return catalogue.lookup(number) if isinstance(number, int) else None


def finalizer_of(catalogue: Catalogue, root: Obj) -> Obj | None:
    """The task that finalizes the root's graph."""
    siblings = catalogue.children(root.parent, Kind.TASK)
    return next((task for task in siblings if task.props.get("finalize") == root.id), None)


def roots(catalogue: Catalogue, task: Obj) -> list[Obj]:
    """The tasks at the top of the graph that the task belongs to (itself if it stands alone)."""
    found: dict[int, Obj] = {}
    seen: set[int] = set()
    queue = [task]
    while queue:
        current = queue.pop()
        if current.id in seen:
            continue
        seen.add(current.id)
        root = finalized_root(catalogue, current)
        above = [root] if root is not None else predecessors(catalogue, current)
        if above:
            queue += above
        else:
            found[current.id] = current
    return list(found.values())


def require_suspended(catalogue: Catalogue, tasks: Iterable[Obj]) -> None:
    """Refuse a change while the root of a graph that it touches is started."""
    for task in tasks:
        for root in roots(catalogue, task):
            if root.props.get("state") == "started":
                raise SnowflakeError(
                    "091421",
                    "55000",
                    f"Unable to update graph with root task {catalogue.full_name(root)} "
                    "since that root task is not suspended.",
                )


def resolve_predecessors(context: Context, parent: int, owner: int | None, paths: Iterable[Path]) -> list[int]:
    """Ids of the named tasks; all tasks of a graph have one schema and one owner."""
    found: list[int] = []
    for path in paths:
        task = context.access.resolve(Kind.TASK, path)
        if task.parent != parent or task.owner != owner:
            raise compilation_error(
                f"Task {task.name} cannot be a predecessor: all tasks in a task graph must have the same owner "
                "and be in the same schema."
            )
        if task.id not in found:
            found.append(task.id)
    if len(found) > MAX_PREDECESSORS:
        raise compilation_error(f"A task cannot have more than {MAX_PREDECESSORS} predecessors.")
    return found


def resolve_root(context: Context, path: Path, parent: int, owner: int | None) -> Obj:
    """The root task that FINALIZE names; a root has one finalizer at most."""
    (number,) = resolve_predecessors(context, parent, owner, [path])
    root = context.catalogue.get(number)
    if ids(root) or root.props.get("finalize") is not None:
        raise compilation_error(f"Task {root.name} is not a root task.")
    if finalizer_of(context.catalogue, root) is not None:
        raise compilation_error(f"Root task {root.name} already has a finalizer task.")
    return root


def require_acyclic(catalogue: Catalogue, task: Obj) -> None:
    """Refuse predecessors that lead back to the task."""
    queue, seen = predecessors(catalogue, task), set[int]()
    while queue:
        current = queue.pop()
        if current.id == task.id:
            raise compilation_error(f"Task {task.name} cannot be its own predecessor.")
        if current.id not in seen:
            seen.add(current.id)
            queue += predecessors(catalogue, current)


def quoted(catalogue: Catalogue, task: Obj) -> str:
    """The full name with every part quoted, as SHOW TASKS lists predecessors."""
    return ".".join(quote(part) for part in catalogue.path(task))


def relations(catalogue: Catalogue, task: Obj) -> dict[str, Json]:
    """What SHOW TASKS prints as ``task_relations`` (provider TaskRelationsRepresentation)."""
    result: dict[str, Json] = {"Predecessors": [quoted(catalogue, found) for found in predecessors(catalogue, task)]}
    finalizer, root = finalizer_of(catalogue, task), finalized_root(catalogue, task)
    if finalizer is not None:
        result["FinalizerTask"] = quoted(catalogue, finalizer)
    if root is not None:
        result["FinalizedRootTask"] = quoted(catalogue, root)
    return result
