"""UNDROP TABLE, DYNAMIC TABLE, SCHEMA and DATABASE.

Source: docs.snowflake.com: UNDROP TABLE, UNDROP DYNAMIC TABLE, UNDROP SCHEMA, UNDROP DATABASE.
"""

from __future__ import annotations

from local.dropped import Dropped, find, gone, restore
from local.errors import insufficient_privileges
from local.lexer import TokenKind
from local.model import ACCOUNT_ID, Kind
from local.names import display
from local.reader import Reader
from local.registry import Answer, statement
from local.results import Result, status
from local.session import Context
from local.statements.common import require_create, title

_SOURCE = "docs.snowflake.com: UNDROP <object>"
_NOTES = "files in the stages of what was dropped are gone; beyond 250 dropped objects the oldest are purged"


def owned(context: Context, dropped: Dropped) -> bool:
    """Whether an active role owned the object when it was dropped."""
    owner = dropped.root.owner
    return owner is not None and owner in context.access.roles()


def _undrop(context: Context, reader: Reader, kind: Kind) -> Result:
    dropped = _by_id(context, reader, kind) or _by_name(context, reader, kind)
    reader.end()
    if not owned(context, dropped):
        raise insufficient_privileges(kind.value, dropped.name)
    container = context.catalogue.account if dropped.parent == ACCOUNT_ID else context.catalogue.get(dropped.parent)
    require_create(context, container, f"CREATE {kind.value}")
    restored = restore(context.catalogue, dropped, context.session.role)
    return status(f"{title(kind)} {display(restored.name)} successfully restored.")


def _by_id(context: Context, reader: Reader, kind: Kind) -> Dropped | None:
    """``IDENTIFIER(number)``: the id that ACCOUNT_USAGE shows."""
    if not (reader.at("IDENTIFIER", "(") and reader.peek(2).kind is TokenKind.NUMBER):
        return None
    reader.expect("IDENTIFIER", "(")
    number = reader.integer()
    reader.expect(")")
    dropped = context.catalogue.dropped.get(f"{number:012d}")
    if dropped is None or dropped.kind != kind.value or not _seen(context, dropped):
        raise gone(kind, str(number))
    return dropped


def _by_name(context: Context, reader: Reader, kind: Kind) -> Dropped:
    path = reader.path()
    container, name = context.access.resolve_container(kind, path)
    return find(context.catalogue, kind, container.id, name, lambda dropped: _seen(context, dropped))


def _seen(context: Context, dropped: Dropped) -> bool:
    container = context.catalogue.lookup(dropped.parent)
    return container is not None and (owned(context, dropped) or context.access.holds_global("MANAGE GRANTS"))


@statement("UNDROP TABLE", notes=_NOTES, source=_SOURCE)
def undrop_table(context: Context, reader: Reader) -> Answer:
    """The newest dropped table of the name comes back with its rows, their past, grants, policies and tags."""
    return _undrop(context, reader, Kind.TABLE)


@statement("UNDROP DYNAMIC TABLE", notes=_NOTES, source=_SOURCE)
def undrop_dynamic_table(context: Context, reader: Reader) -> Answer:
    """It comes back with its rows as they were computed last, and suspended where it was."""
    return _undrop(context, reader, Kind.DYNAMIC_TABLE)


@statement("UNDROP SCHEMA", notes=_NOTES, source=_SOURCE)
def undrop_schema(context: Context, reader: Reader) -> Answer:
    """With everything that was in it when it was dropped."""
    return _undrop(context, reader, Kind.SCHEMA)


@statement("UNDROP DATABASE", notes=_NOTES, source=_SOURCE)
def undrop_database(context: Context, reader: Reader) -> Answer:
    """With everything that was in it when it was dropped."""
    return _undrop(context, reader, Kind.DATABASE)
