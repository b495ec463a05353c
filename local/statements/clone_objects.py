"""CREATE … CLONE of single schema objects that hold no rows: sequences, stages, file formats, streams, tasks, alerts.

The clone has the source's properties, except those that the statement overrides, and its tags; a task or an alert is
suspended. Its grants come along with COPY GRANTS only (streams and tasks).

Source: docs.snowflake.com: CREATE <object> … CLONE (privileges on the source); Cloning considerations; CREATE TASK,
CREATE STREAM, CREATE ALERT (variant syntax).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

from local.errors import compilation_error, unsupported
from local.model import Json, Kind, Obj
from local.names import Path
from local.reader import Reader, ValueReader, read_string
from local.registry import COVERAGE, Coverage, CreateHead, Level
from local.results import Result
from local.session import Context
from local.statements.changes import read_values, split_comment
from local.statements.clone_contents import OWNED, create_clone

_SOURCE = "docs.snowflake.com: CREATE <object> … CLONE; Cloning considerations"

for _kind, _notes in (
    (Kind.SEQUENCE, ""),
    (Kind.FILE_FORMAT, ""),
    (Kind.STAGE, "external stages only, as documented"),
    (Kind.STREAM, "no AT, BEFORE; streams cannot be read"),
    (
        Kind.TASK,
        "only COMMENT can be overridden; with predecessors only within its schema; no finalizers",
    ),
    (Kind.ALERT, ""),
):
    COVERAGE.append(
        Coverage(f"CREATE {_kind.value} … CLONE", Level.PARTLY if _notes else Level.SUPPORTED, _notes, _SOURCE)
    )

_WITH_GRANTS = frozenset({Kind.STREAM, Kind.TASK})

Props = dict[str, Json]


def clone_object(
    context: Context,
    reader: Reader,
    head: CreateHead,
    kind: Kind,
    path: Path,
    *,
    read: Callable[[Reader], Mapping[str, Json]] | None = None,
    change: Callable[[Obj, Props], None] | None = None,
) -> Result:
    """``CLONE source [COPY GRANTS] [property = value …]``; the reader stands behind CLONE.

    ``read`` takes the properties (only a comment without it); ``change`` checks and completes those of the clone.
    """
    if head.modifiers:
        raise unsupported(f"CREATE {' '.join(sorted(head.modifiers))} {kind.value} … CLONE")
    source_path = reader.path()
    copy_grants = kind in _WITH_GRANTS and reader.accept("COPY", "GRANTS")
    given = read(reader) if read is not None else read_values(reader, kind, _COMMENT).onto({})
    reader.end()
    source = context.access.resolve(kind, source_path)
    if kind in OWNED:
        context.access.require_ownership(source)
    else:
        context.access.require(source, "USAGE")
    comment, own = split_comment({"COMMENT": source.comment, **given})
    props: Props = {name: value for name, value in {**source.props, **own}.items() if name != "session"}
    if change is not None:
        change(source, props)
    return create_clone(
        context,
        head,
        kind,
        path,
        source,
        comment=comment,
        props=props,
        params=source.params,
        copy_grants=copy_grants,
    )[1]


_COMMENT: dict[str, ValueReader] = {"COMMENT": read_string}


# What the kinds need besides


def clone_sequence(context: Context, reader: Reader, head: CreateHead, path: Path) -> Result:
    """The clone goes on where the source stands, and neither gives what the other gives later."""
    from local.statements.sequences import next_value

    def change(source: Obj, props: Props) -> None:
        props["start"], props["generation"] = next_value(context, source), 0

    return clone_object(context, reader, head, Kind.SEQUENCE, path, change=change)


def clone_stage(context: Context, reader: Reader, head: CreateHead, path: Path) -> Result:
    """The clone of an external stage reads and writes the same place, with the same right to it."""
    from local.statements.external_stages import check_external, is_external

    def change(source: Obj, props: Props) -> None:
        if not is_external(source.props):
            raise unsupported("CREATE STAGE … CLONE of an internal stage")
        check_external(context, props)

    return clone_object(context, reader, head, Kind.STAGE, path, change=change)


def clone_stream(context: Context, reader: Reader, head: CreateHead, path: Path) -> Result:
    """The clone has the source's offset, so that it goes stale when that does."""

    def change(source: Obj, props: Props) -> None:
        props.setdefault("offset", source.created)

    return clone_object(context, reader, head, Kind.STREAM, path, change=change)


def clone_alert(
    context: Context, reader: Reader, head: CreateHead, path: Path, overrides: Callable[[Reader], Mapping[str, Json]]
) -> Result:
    """A new alert, suspended; needs EXECUTE ALERT, as any new one does."""
    context.access.require_global("EXECUTE ALERT")

    def change(_source: Obj, props: Props) -> None:
        props["state"] = "suspended"

    return clone_object(context, reader, head, Kind.ALERT, path, read=overrides, change=change)


def clone_task(context: Context, reader: Reader, head: CreateHead, path: Path) -> Result:
    """A new task, suspended. With predecessors it joins their graph, whose root must be suspended."""
    from local.statements.task_graph import predecessors, require_suspended, resolve_predecessors

    def change(source: Obj, props: Props) -> None:
        if "finalize" in source.props:
            raise compilation_error(f"Task {source.name} finalizes a graph, which can have one finalizer task only.")
        before = predecessors(context.catalogue, source)
        parent = context.access.resolve_container(Kind.TASK, path)[0].id
        paths = [context.catalogue.path(task) for task in before]
        resolve_predecessors(context, parent, context.session.role, paths)
        require_suspended(context.catalogue, before)
        props["state"], props["id"] = "suspended", str(uuid.uuid4())

    return clone_object(context, reader, head, Kind.TASK, path, change=change)
