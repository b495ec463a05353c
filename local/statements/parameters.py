"""SHOW PARAMETERS, ALTER ACCOUNT and ALTER SESSION."""

from __future__ import annotations

from collections.abc import Mapping

from local.data.work import commit_open_transaction
from local.errors import invalid_property, not_found_or_impossible, unsupported
from local.model import Kind, Obj
from local.network import require_requestor_allowed
from local.parameters import Level, at_level, check_retention, readers, settings, split
from local.reader import Reader, Value
from local.registry import alter, refuse, show
from local.results import Cell, Result, status
from local.session import Context, Session
from local.statements.changes import text_columns, try_tags
from local.statements.network_parameter import require_network_policy
from local.statements.policy_attachments import alter_attachment, at_attachment
from local.statements.schemas import resolve_schema
from local.statements.warehouses import assign_monitor, require_account_admin

_SOURCE = "docs.snowflake.com: SHOW PARAMETERS, ALTER ACCOUNT, ALTER SESSION, Parameters; provider parameters.go"

refuse("ALTER ACCOUNT name …, SET IS_ORG_ADMIN, SET PACKAGES POLICY", source=_SOURCE)

COLUMNS = text_columns("key", "value", "default", "level", "description", "type")

_LISTED = tuple(kind for kind in Kind if kind.value in Level.__members__ and kind is not Kind.ACCOUNT)


@show("PARAMETERS", notes="descriptions are empty; most session parameters have no effect here", source=_SOURCE)
def show_parameters(context: Context, reader: Reader) -> Result:
    """``[LIKE '…'] [{IN | FOR} {SESSION | ACCOUNT | type name}]``; without a place, those of the session."""
    pattern = reader.string() if reader.accept("LIKE") else None
    target = _target(context, reader) if reader.accept_one("IN", "FOR") else context.session
    if pattern is None and reader.accept("LIKE"):
        pattern = reader.string()
    reader.end()
    rows: list[tuple[Cell, ...]] = [
        (parameter.name, value, parameter.default, level, "", parameter.type)
        for parameter, value, level in settings(context.catalogue, target, pattern)
    ]
    return Result(COLUMNS, rows)


def _target(context: Context, reader: Reader) -> Obj | Session:
    if reader.accept("SESSION"):
        return context.session
    if reader.accept("ACCOUNT"):
        return context.catalogue.account
    word = reader.accept_one(*(kind.value for kind in _LISTED))
    if word is None:
        raise unsupported(f"SHOW PARAMETERS IN {reader.peek().upper}") if reader.peek().upper else reader.unexpected()
    kind = Kind(word)
    if reader.done():
        return _current(context, kind)
    path = reader.path()
    if kind is Kind.SCHEMA:
        return resolve_schema(context, path)
    signature = reader.text_until(lambda r: r.done()).upper() if reader.at("(") else ""
    return context.access.resolve(kind, path, signature)


def _current(context: Context, kind: Kind) -> Obj:
    session = context.session
    current = {
        Kind.DATABASE: session.database,
        Kind.SCHEMA: session.schema,
        Kind.WAREHOUSE: session.warehouse,
        Kind.USER: session.user,
    }
    found = context.catalogue.lookup(current.get(kind))
    if found is None:
        raise not_found_or_impossible()
    return found


def _read_monitor(reader: Reader) -> Value:
    name = reader.name_or_string()
    return None if name == "NULL" else name


_ON_ACCOUNT = {**readers(Level.ACCOUNT), "RESOURCE_MONITOR": _read_monitor}


@alter("ACCOUNT", notes="only the own account's parameters, policies, tags and resource monitor", source=_SOURCE)
def alter_account(context: Context, reader: Reader) -> Result:
    """SET and UNSET. ACCOUNTADMIN only; NETWORK_POLICY also with ATTACH POLICY."""
    account = context.catalogue.account
    _read_own_name(context, reader)
    if at_attachment(reader):
        return alter_attachment(context, reader, account)
    answer = try_tags(context, reader, account)
    if answer is not None:
        return answer
    changes = _read_changes(reader, "ACCOUNT", frozenset(_ON_ACCOUNT))
    _require_account(context, changes)
    if "RESOURCE_MONITOR" in changes:
        monitor = changes.pop("RESOURCE_MONITOR")
        assign_monitor(context, account, None if monitor is None else (monitor,))
    params = {**account.params, **{name: value for name, value in changes.items() if value is not None}}
    kept = {name: value for name, value in params.items() if changes.get(name, value) is not None}
    check_retention(kept, context.settings.edition, transient=False)
    context.catalogue.update(account, params=kept)
    return status("Statement executed successfully.")


def _read_own_name(context: Context, reader: Reader) -> None:
    """``[IF EXISTS] name``, the account's own, before a tag; other changes by name are an organisation's."""
    if reader.at("SET") or reader.at("UNSET"):
        return
    reader.accept("IF", "EXISTS")
    name = reader.name()
    tags = reader.at("SET", "TAG") or reader.at("UNSET", "TAG")
    if not tags or name != context.settings.account:
        raise unsupported(f"ALTER ACCOUNT {name}")


def _require_account(context: Context, changes: Mapping[str, str | None]) -> None:
    """Who may change which account parameter; a network policy must exist and let its setter in."""
    if changes.keys() - {"NETWORK_POLICY"} or not context.access.holds_global("ATTACH POLICY"):
        require_account_admin(context)
    name = changes.get("NETWORK_POLICY")
    if name:
        require_requestor_allowed(context, require_network_policy(context, name, owned=False))


def _read_changes(reader: Reader, what: str, known: frozenset[str]) -> dict[str, str | None]:
    """``SET name = value …`` or ``UNSET name, …`` to the end of the statement; None for what is unset."""
    spec = {name: read for name, read in _ON_ACCOUNT.items() if name in known}
    if reader.accept("SET"):
        values = reader.properties(what, spec)
        if not values:
            raise reader.unexpected()
        reader.end()
        own, params = split({n: v for n, v in values.items() if v is not None}, Level.ACCOUNT)
        named: dict[str, str | None] = {name: str(value) for name, value in own.items()}
        return named | params | {name: None for name, value in values.items() if value is None}
    reader.expect("UNSET")
    names = reader.commas(lambda r: _known(r, what, known))
    reader.end()
    return dict.fromkeys(names)


def _known(reader: Reader, what: str, known: frozenset[str]) -> str:
    name = reader.peek().upper
    if name not in known:
        raise invalid_property(name, what) if name else reader.unexpected()
    reader.next()
    return name


@alter("SESSION", notes="most parameters have no effect here", source=_SOURCE)
def alter_session(context: Context, reader: Reader) -> Result:
    """SET and UNSET of session parameters; they end with the session."""
    known = frozenset(parameter.name for parameter in at_level(Level.SESSION))
    changes = _read_changes(reader, "SESSION", known)
    if "AUTOCOMMIT" in changes:
        commit_open_transaction(context)
    for name, value in changes.items():
        if value is None:
            context.session.parameters.pop(name, None)
        else:
            context.session.parameters[name] = value
    return status("Statement executed successfully.")
