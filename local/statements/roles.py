"""Account roles and database roles."""

from __future__ import annotations

from collections.abc import Callable

from local.catalogue import Catalogue
from local.errors import compilation_error, unsupported
from local.grants import pass_on
from local.model import ACCOUNT_ID, Kind, Obj
from local.reader import Reader, read_string
from local.registry import CreateHead, Handler, alter, create, drop, refuse, show
from local.results import Cell, Column, Result, Type, status, timestamp, yes_no
from local.session import Context
from local.statements.changes import try_tags
from local.statements.common import (
    create_object,
    drop_object,
    owner_name,
    owner_role_type,
    read_comment,
    rename_object,
    resolve_or_skip,
    show_objects,
    skipped,
)
from local.statements.with_tags import read_tags, tag_new

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW ROLE, … DATABASE ROLE; provider v1.2.1 row structs"

refuse("CREATE DATABASE ROLE … CLONE", source=_SOURCE)


def _refuse_system(obj: Obj) -> None:
    if obj.kind is Kind.ROLE and obj.parent == ACCOUNT_ID and obj.owner is None:
        raise compilation_error(f"Cannot change or drop system role '{obj.name}'.", "003567", "42501")


def _create(kind: Kind) -> Callable[[Context, Reader, CreateHead], Result]:
    def handler(context: Context, reader: Reader, head: CreateHead) -> Result:
        path = reader.path()
        if kind is Kind.DATABASE_ROLE and reader.at("CLONE"):
            raise unsupported("CREATE DATABASE ROLE … CLONE")
        tags = read_tags(reader)
        properties = reader.properties(kind.value, {"COMMENT": read_string})
        tags = tags or read_tags(reader)
        reader.end()
        comment = str(properties.get("COMMENT") or "")
        role, answer = create_object(context, head, kind, path, comment=comment, before_replace=_leave(context))
        if role is not None:
            tag_new(context, role, tags)
        return answer

    return handler


def _alter(kind: Kind) -> Handler:
    def handler(context: Context, reader: Reader) -> Result:
        role = resolve_or_skip(context, reader, kind)
        if role is None:
            return skipped()
        _refuse_system(role)
        if reader.accept("RENAME", "TO"):
            path = reader.path()
            reader.end()
            return rename_object(context, role, path)
        answer = try_tags(context, reader, role)
        if answer is not None:
            return answer
        context.access.require_ownership(role)
        comment = ""
        if reader.accept("SET", "COMMENT"):
            comment = read_comment(reader)
        else:
            reader.expect("UNSET", "COMMENT")
        reader.end()
        context.catalogue.update(role, comment=comment)
        return status("Statement executed successfully.")

    return handler


def _leave(context: Context) -> Callable[[Obj], None]:
    """What a role owned goes to the role that drops it, which becomes the grantor of its grants too."""

    def inherit(role: Obj) -> None:
        _refuse_system(role)
        heir = context.session.role if context.session.role != role.id else role.owner
        pass_on(context.catalogue, role, heir)

    return inherit


def _drop(kind: Kind) -> Handler:
    def handler(context: Context, reader: Reader) -> Result:
        return drop_object(context, reader, kind, _leave(context))

    return handler


for _kind in (Kind.ROLE, Kind.DATABASE_ROLE):
    create(_kind.value, source=_SOURCE)(_create(_kind))
    alter(_kind.value, source=_SOURCE)(_alter(_kind))
    drop(_kind.value, source=_SOURCE)(_drop(_kind))


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _holders(catalogue: Catalogue, role: Obj) -> list[Kind]:
    """The kinds of all who were granted the role, each counted once however often it was granted."""
    grantees = {grant.grantee for grant in catalogue.grants.by("target", role.id) if grant.privilege == "USAGE"}
    return [catalogue.get(grantee).kind for grantee in grantees]


def _granted(catalogue: Catalogue, role: Obj) -> int:
    """How many roles of its own kind were granted to the role."""
    targets = {grant.target for grant in catalogue.grants.by("member", role.id)}
    return sum(catalogue.get(target).kind is role.kind for target in targets)


@show("ROLES", source=_SOURCE)
def show_roles(context: Context, reader: Reader) -> Result:
    """Every account role: roles are visible to everybody."""
    catalogue, session = context.catalogue, context.session
    columns = (
        Column("created_on", Type.TIMESTAMP_LTZ),
        *_text("name", "is_default", "is_current", "is_inherited"),
        *(Column(n, Type.FIXED) for n in ("assigned_to_users", "granted_to_roles", "granted_roles")),
        *_text("owner", "comment"),
    )
    default = str(catalogue.get(session.user).props.get("DEFAULT_ROLE") or "")
    active = context.access.roles()

    def row(role: Obj) -> tuple[Cell, ...]:
        holders = _holders(catalogue, role)
        return (
            timestamp(role.created),
            role.name,
            yes_no(role.name == default),
            yes_no(role.id == session.role),
            yes_no(role.id in active and role.id != session.role),
            str(holders.count(Kind.USER)),
            str(holders.count(Kind.ROLE)),
            str(_granted(catalogue, role)),
            owner_name(context, role),
            role.comment,
        )

    return show_objects(context, reader, Kind.ROLE, columns, row)


@show("DATABASE ROLES", source=_SOURCE)
def show_database_roles(context: Context, reader: Reader) -> Result:
    """``[LIKE '…'] IN DATABASE name``: database roles that the session may see; there is none for the account."""
    catalogue = context.catalogue
    start = reader.mark()
    if reader.accept("LIKE"):
        reader.string()
    reader.expect("IN")
    if not reader.at("DATABASE"):
        raise reader.unexpected()
    reader.rewind(start)
    columns = (
        Column("created_on", Type.TIMESTAMP_LTZ),
        *_text("name", "database_name", "is_default", "is_current", "is_inherited"),
        *(Column(n, Type.FIXED) for n in ("granted_to_roles", "granted_to_database_roles", "granted_database_roles")),
        *_text("owner", "comment", "owner_role_type"),
    )
    active = context.access.roles()

    def row(role: Obj) -> tuple[Cell, ...]:
        holders = _holders(catalogue, role)
        return (
            timestamp(role.created),
            role.name,
            catalogue.get(role.parent).name,
            "N",
            "N",
            yes_no(role.id in active),
            str(holders.count(Kind.ROLE)),
            str(holders.count(Kind.DATABASE_ROLE)),
            str(_granted(catalogue, role)),
            owner_name(context, role),
            role.comment,
            owner_role_type(context, role),
        )

    return show_objects(context, reader, Kind.DATABASE_ROLE, columns, row)
