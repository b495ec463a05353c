"""Functions that tell about the session, and SELECTs that need nothing else."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from local.access import available_roles, roles_of_user
from local.data.work import open_transaction
from local.errors import unsupported
from local.lexer import TokenKind
from local.model import Kind
from local.names import dotted
from local.reader import Reader, whole
from local.registry import COVERAGE, FUNCTION, NAMES, Coverage, Level
from local.results import Cell, Column, Result, Type
from local.session import Context, Session

_SOURCE = "docs.snowflake.com: Context functions"
Arguments = tuple[str | None, ...]

TYPES: dict[str, Type] = {"IS_ROLE_IN_SESSION": Type.BOOLEAN, "IS_DATABASE_ROLE_IN_SESSION": Type.BOOLEAN}
"""Result types of the functions in ``registry.FUNCTION`` that are not text."""


def _function(
    name: str, *, notes: str = "", source: str = _SOURCE
) -> Callable[[Callable[[Context, Arguments], str | None]], Callable[[Context, Arguments], str | None]]:
    def register(handler: Callable[[Context, Arguments], str | None]) -> Callable[[Context, Arguments], str | None]:
        FUNCTION[name] = handler
        COVERAGE.append(Coverage(f"SELECT {name}()", Level.PARTLY if notes else Level.SUPPORTED, notes, source))
        return handler

    return register


def _name(context: Context, object_id: int | None) -> str | None:
    found = context.catalogue.lookup(object_id)
    return found.name if found is not None else None


_PLAIN: dict[str, Callable[[Context], str | None]] = {
    "CURRENT_ACCOUNT": lambda c: c.settings.account_id,
    "CURRENT_ACCOUNT_NAME": lambda c: c.settings.account,
    "CURRENT_CLIENT": lambda c: c.session.client or None,
    "CURRENT_DATABASE": lambda c: _name(c, c.session.database),
    "CURRENT_IP_ADDRESS": lambda c: c.session.address,
    "CURRENT_ORGANIZATION_NAME": lambda c: c.settings.organization,
    "CURRENT_REGION": lambda c: c.settings.region,
    "CURRENT_ROLE": lambda c: _name(c, c.session.role),
    "CURRENT_ROLE_TYPE": lambda c: "ROLE" if c.session.role is not None else None,
    "CURRENT_SCHEMA": lambda c: _name(c, c.session.schema),
    "CURRENT_SESSION": lambda c: str(c.session.id),
    "CURRENT_USER": lambda c: _name(c, c.session.user),
    "CURRENT_VERSION": lambda c: c.settings.version,
    "CURRENT_WAREHOUSE": lambda c: _name(c, c.session.warehouse),
}


def _plain(name: str, read: Callable[[Context], str | None]) -> None:
    @_function(name)
    def handler(context: Context, arguments: Arguments) -> str | None:
        _none(name, arguments)
        return read(context)


def _none(name: str, arguments: Arguments) -> None:
    if arguments:
        raise unsupported(f"{name} with arguments")


for _plain_name, _reader in _PLAIN.items():
    _plain(_plain_name, _reader)


@_function("CURRENT_AVAILABLE_ROLES")
def current_available_roles(context: Context, arguments: Arguments) -> str:
    """Every account role that the user may take, as a JSON list."""
    catalogue = context.catalogue
    roles = (catalogue.get(role) for role in available_roles(catalogue, context.session.user))
    return json.dumps(sorted(role.name for role in roles if role.kind is Kind.ROLE))


@_function("CURRENT_SECONDARY_ROLES")
def current_secondary_roles(context: Context, arguments: Arguments) -> str:
    """``{"roles": "A,B", "value": "ALL"}``; both empty where there are none."""
    session = context.session
    if session.secondary == "NONE":
        return json.dumps({"roles": "", "value": ""})
    granted = roles_of_user(context.catalogue, session.user)
    chosen = granted if session.secondary == "ALL" else granted & set(_ids(session))
    names = sorted(context.catalogue.get(role).name for role in chosen if role != session.role)
    value = "ALL" if session.secondary == "ALL" else ",".join(names)
    return json.dumps({"roles": ",".join(names), "value": value})


def _ids(session: Session) -> tuple[int, ...]:
    return session.secondary if isinstance(session.secondary, tuple) else ()


@_function("CURRENT_SCHEMAS")
def current_schemas(context: Context, arguments: Arguments) -> str:
    """The search path as a JSON list: the current schema, then PUBLIC of the current database."""
    catalogue, session = context.catalogue, context.session
    database = catalogue.lookup(session.database)
    if database is None:
        return "[]"
    current = catalogue.lookup(session.schema)
    public = catalogue.child(database.id, Kind.SCHEMA, "PUBLIC")
    paths = [dotted(catalogue.path(schema)) for schema in (current, public) if schema is not None]
    return json.dumps(list(dict.fromkeys(paths)))


def _active_roles(context: Context) -> list[str]:
    """Account roles that are active: primary, secondary, or granted to one that is."""
    roles = (context.catalogue.get(number) for number in sorted(context.access.roles()))
    return [role.name for role in roles if role.kind is Kind.ROLE]


def _active_database_roles(context: Context) -> list[str]:
    """Active database roles of the current database; in a policy that is the protected object's."""
    roles = (context.catalogue.get(number) for number in sorted(context.access.roles()))
    return [r.name for r in roles if r.kind is Kind.DATABASE_ROLE and r.parent == context.session.database]


def _among(name: str, names: Callable[[Context], list[str]]) -> None:
    @_function(name)
    def handler(context: Context, arguments: Arguments) -> str | None:
        if len(arguments) != 1:
            raise unsupported(f"{name} with other than one argument")
        if arguments[0] is None:
            return None
        return "true" if arguments[0] in names(context) else "false"

    NAMES[name] = names


_among("IS_ROLE_IN_SESSION", _active_roles)
_among("IS_DATABASE_ROLE_IN_SESSION", _active_database_roles)


@_function("INVOKER_ROLE")
def invoker_role(context: Context, arguments: Arguments) -> str | None:
    """The primary role; in a view and in policies read through it the view's owner (``local.data.policies``)."""
    _none("INVOKER_ROLE", arguments)
    return _name(context, context.session.role)


@_function("INVOKER_SHARE")
def invoker_share(context: Context, arguments: Arguments) -> str | None:
    """NULL: nobody reads through a share."""
    _none("INVOKER_SHARE", arguments)
    return None


@_function("LAST_QUERY_ID", notes=f"of the session's last {Session.REMEMBERED} statements")
def last_query_id(context: Context, arguments: Arguments) -> str | None:
    """The id of an earlier statement of the session: -1 is the last one, 1 the first; NULL where there is none."""
    number = whole(arguments[0] or "") if arguments else -1
    if number is None or len(arguments) > 1:
        raise unsupported("LAST_QUERY_ID with other than one whole number")
    return context.session.query_id(number)


@_function("CURRENT_TRANSACTION")
def current_transaction(context: Context, arguments: Arguments) -> str | None:
    """The id of the open transaction; NULL if there is none."""
    _none("CURRENT_TRANSACTION", arguments)
    transaction = open_transaction(context)
    return str(transaction.id) if transaction is not None else None


@_function("SYSTEM$BOOTSTRAP_DATA_REQUEST", notes="'ACCOUNT' only", source="what SnowDDL and snowcap read of it")
def bootstrap_data_request(context: Context, arguments: Arguments) -> str:
    """Facts about the account as JSON."""
    if arguments != ("ACCOUNT",):
        raise unsupported("SYSTEM$BOOTSTRAP_DATA_REQUEST of anything but 'ACCOUNT'")
    settings = context.settings
    account = {
        "accountName": settings.account_id,
        "accountAlias": settings.account,
        "organizationName": settings.organization,
        "serviceLevelName": settings.edition,
        "region": settings.region,
        "serverVersion": settings.version,
    }
    return json.dumps({"accountInfo": account, "serverVersion": settings.version})


@_function("SYSTEM$SHOW_ACTIVE_BEHAVIOR_CHANGE_BUNDLES", notes="no bundle is ever active")
def active_bundles(context: Context, arguments: Arguments) -> str:
    """A JSON list of behaviour change bundles."""
    _none("SYSTEM$SHOW_ACTIVE_BEHAVIOR_CHANGE_BUNDLES", arguments)
    return "[]"


# SELECT without FROM


class Item(NamedTuple):
    """One item of a select list: its column and its value."""

    column: Column
    cell: Cell


def _now(reader: Reader, name: str) -> Item | None:
    """Clocks: ``CURRENT_TIMESTAMP`` and ``CURRENT_DATE``, with or without parentheses."""
    if reader.accept("(") and not reader.accept(")"):
        return None
    if name == "CURRENT_DATE":
        return Item(Column("", Type.DATE), str(int(datetime.now(UTC).timestamp() // 86_400)))
    return Item(Column("", Type.TIMESTAMP_LTZ, 0, 9), f"{time.time():.6f}000")


_CLOCKS = ("CURRENT_TIMESTAMP", "CURRENT_DATE")


def try_context_select(context: Context, reader: Reader) -> Result | None:
    """Answer ``SELECT`` of context functions and literals, each with or without an alias.

    The reader stands before or behind SELECT. For anything else it returns None and leaves the reader where it was.
    """
    start = reader.mark()
    reader.accept("SELECT")
    items: list[Item] = []
    while True:
        item = _item(context, reader)
        if item is None:
            break
        items.append(item)
        if not reader.accept(","):
            if reader.done():
                return Result(tuple(item.column for item in items), (tuple(item.cell for item in items),))
            break
    reader.rewind(start)
    return None


def _item(context: Context, reader: Reader) -> Item | None:
    first = reader.peek()
    found = _literal(reader) or _call(context, reader)
    if found is None:
        return None
    text = reader.sql[first.start : reader.peek(-1).end]
    alias = _alias(reader)
    column = found.column
    name = alias if alias is not None else text.upper()
    return Item(Column(name, column.type, column.precision, column.scale, column.length, column.nullable), found.cell)


def _alias(reader: Reader) -> str | None:
    if reader.accept("AS"):
        return reader.name()
    token = reader.peek()
    if token.kind is TokenKind.QUOTED or (token.kind is TokenKind.WORD and token.upper != "FROM"):
        return reader.name()
    return None


def _literal(reader: Reader) -> Item | None:
    token = reader.peek()
    if token.kind is TokenKind.STRING:
        reader.next()
        return Item(Column("", Type.TEXT, length=len(token.value), nullable=False), token.value)
    negative = reader.at("-") and reader.peek(1).kind is TokenKind.NUMBER
    number = reader.peek(1) if negative else token
    if number.kind is TokenKind.NUMBER and not set("eE") & set(number.value):
        reader.next()
        if negative:
            reader.next()
        whole, _, fraction = number.value.partition(".")
        precision = max(1, len((whole + fraction).lstrip("0")), len(fraction))
        text = ("-" if negative else "") + (whole or "0") + (f".{fraction}" if fraction else "")
        return Item(Column("", Type.FIXED, precision, len(fraction), nullable=False), text)
    if token.upper in ("TRUE", "FALSE"):
        reader.next()
        return Item(Column("", Type.BOOLEAN, nullable=False), token.upper.lower())
    if reader.accept("NULL"):
        return Item(Column("", Type.TEXT), None)
    return None


def _call(context: Context, reader: Reader) -> Item | None:
    name = reader.peek().upper
    if name in _CLOCKS:
        reader.next()
        return _now(reader, name)
    if name == "CURRENT_USER" and reader.peek(1).value != "(":
        reader.next()
        return Item(Column("", Type.TEXT), FUNCTION[name](context, ()))
    if name not in FUNCTION or reader.peek(1).value != "(":
        return None
    reader.next()
    reader.expect("(")
    arguments: list[str | None] = []
    while not reader.accept(")"):
        if arguments and not reader.accept(","):
            return None
        literal = _literal(reader)
        if literal is None:
            return None
        arguments.append(literal.cell)
    return Item(Column("", TYPES.get(name, Type.TEXT)), FUNCTION[name](context, tuple(arguments)))


for _clock in _CLOCKS:
    COVERAGE.append(Coverage(f"SELECT {_clock}()", Level.SUPPORTED, "", _SOURCE))
