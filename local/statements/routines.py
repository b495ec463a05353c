"""What functions and procedures share: both are named by their signature."""

from __future__ import annotations

from local.data.types import SqlType, read_type
from local.errors import SnowflakeError
from local.model import Kind, Obj
from local.names import Path, dotted
from local.parameters import Level, readers, split
from local.reader import Reader, Value, read_string
from local.results import Result, status
from local.session import Context
from local.statements.changes import read_changes

_LEVELS = {Kind.FUNCTION: Level.FUNCTION, Kind.PROCEDURE: Level.PROCEDURE}


def signature(types: tuple[SqlType, ...]) -> str:
    """What tells overloads apart: names of types without lengths."""
    return f"({', '.join(kind.name for kind in types)})"


def resolve_routine(context: Context, reader: Reader, kind: Kind) -> Obj:
    """Read ``name(type, …)`` and resolve it.

    Raises:
        SnowflakeError: 002003 if no routine of that kind has that signature.
    """
    path = reader.path()
    return context.access.resolve(kind, path, signature(reader.parenthesised(read_type)))


def resolve_or_skip(context: Context, reader: Reader, kind: Kind) -> tuple[Obj | None, Path]:
    """Read ``[IF EXISTS] name(type, …)``; the routine is None if it is missing and may be."""
    if_exists = reader.accept("IF", "EXISTS")
    start = reader.mark()
    path = reader.path()
    reader.rewind(start)
    try:
        return resolve_routine(context, reader, kind), path
    except SnowflakeError as error:
        if if_exists and error.code == "002003":
            return None, path
        raise


def change_routine(context: Context, reader: Reader, routine: Obj) -> Result:
    """SET and UNSET of the comment and of parameters."""
    level = _LEVELS[routine.kind]
    changes = read_changes(reader, routine.kind, {"COMMENT": read_string, **readers(level)})
    plain: dict[str, Value] = {
        name: value for name, value in changes.values.items() if isinstance(value, str | int | float | bool)
    }
    own, params = split(plain, level)
    kept = {name: value for name, value in {**routine.params, **params}.items() if name not in changes.unset}
    comment = "" if "COMMENT" in changes.unset else str(own.get("COMMENT", routine.comment))
    context.catalogue.update(routine, comment=comment, params=kept)
    return status("Statement executed successfully.")


def drop_routine(context: Context, reader: Reader, kind: Kind) -> Result:
    """Drop the routine with exactly this signature."""
    routine, path = resolve_or_skip(context, reader, kind)
    reader.end()
    if routine is None:
        return status(f"Drop statement executed successfully ({dotted(path[-1:])} already dropped).")
    context.access.require_ownership(routine)
    context.catalogue.drop(routine)
    return status(f"{dotted(path[-1:])} successfully dropped.")
