"""Databases."""

from __future__ import annotations

from local.errors import unsupported
from local.model import Kind, Obj
from local.names import dotted
from local.parameters import retention_days
from local.reader import Reader
from local.registry import Answer, CreateHead, alter, create, describe, drop, refuse, show
from local.results import Cell, Column, Result, Type, timestamp, yes_no
from local.session import Context
from local.shared import ORIGIN
from local.statements.changes import text_columns, try_rename_or_tags
from local.statements.common import (
    create_object,
    drop_object,
    owner_name,
    owner_role_type,
    read_show_filter,
    resolve_or_skip,
    shown_objects,
    skipped,
)
from local.statements.containers import alter_settings, read_new, require_contents_unused, swap
from local.statements.history import dated, dropped_rows, with_dropped
from local.statements.with_tags import read_tags, tag_new

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/DESC DATABASE, SHOW DATABASES; provider databaseRow"
KIND = Kind.DATABASE

refuse(
    "CREATE DATABASE … FROM SHARE",
    "CREATE DATABASE … AS REPLICA OF",
    "ALTER DATABASE … REPLICATION, FAILOVER, REFRESH, PRIMARY",
    source=_SOURCE,
)


@create("DATABASE", modifiers=("TRANSIENT",), source=_SOURCE)
def create_database(context: Context, reader: Reader, head: CreateHead) -> Answer:
    """The new database and its PUBLIC schema become current; both belong to the primary role."""
    path = reader.path()
    if reader.accept("CLONE"):
        from local.statements.clone import clone_container

        return clone_container(context, reader, head, KIND, path)
    comment, props, params = read_new(context, reader, KIND, head)
    tags = read_tags(reader)
    reader.end()
    database, answer = create_object(
        context,
        head,
        KIND,
        path,
        comment=comment,
        props=props,
        params=params,
        before_replace=lambda old: require_contents_unused(context, old),
    )
    if database is not None:
        public, _ = create_object(context, CreateHead(False, False, frozenset()), Kind.SCHEMA, (*path, "PUBLIC"))
        tag_new(context, database, tags)
        context.session.database = database.id
        context.session.schema = public.id if public else None
    return answer


_REPLICATION = (
    *(f"{switch} {what}" for switch in ("ENABLE", "DISABLE") for what in ("REPLICATION", "FAILOVER")),
    "REFRESH",
    "PRIMARY",
)


@alter("DATABASE", notes="no replication or failover", source=_SOURCE)
def alter_database(context: Context, reader: Reader) -> Result:
    """RENAME TO, SWAP WITH, SET and UNSET of comment and parameters, tags."""
    database = resolve_or_skip(context, reader, KIND)
    if database is None:
        return skipped()
    answer = try_rename_or_tags(context, reader, database)
    if answer is not None:
        return answer
    if reader.accept("SWAP", "WITH"):
        return swap(context, database, reader)
    if any(reader.at(*words.split()) for words in _REPLICATION):
        raise unsupported(f"ALTER DATABASE … {reader.peek().upper}")
    return alter_settings(context, reader, database)


@drop("DATABASE", notes="RESTRICT does not look for foreign keys from other databases", source=_SOURCE)
def drop_database(context: Context, reader: Reader) -> Result:
    """With everything in it; refused while something outside uses a policy or rule in it."""
    return drop_object(context, reader, KIND, lambda database: require_contents_unused(context, database))


@show("DATABASES", source=_SOURCE)
def show_databases(context: Context, reader: Reader) -> Result:
    """Databases on which the session holds anything, and the SNOWFLAKE database."""
    columns = (
        Column("created_on", Type.TIMESTAMP_LTZ),
        *text_columns("name", "is_default", "is_current", "origin", "owner", "comment", "options"),
        *text_columns("retention_time", "kind", "budget", "owner_role_type", "object_visibility"),
    )
    default = default_database(context)

    def row(database: Obj) -> tuple[Cell, ...]:
        return (
            timestamp(database.created),
            database.name,
            yes_no(database.name == default),
            yes_no(database.id == context.session.database),
            str(database.props.get(ORIGIN) or ""),
            owner_name(context, database),
            database.comment,
            "TRANSIENT" if database.props.get("TRANSIENT") else "",
            str(retention_days(context.catalogue, database)),
            "APPLICATION" if ORIGIN in database.props else "STANDARD",
            None,
            owner_role_type(context, database),
            None,
        )

    wanted = read_show_filter(context, reader, KIND)
    rows = [row(database) for database in shown_objects(context, wanted, KIND)]
    if not wanted.history:
        return Result(columns, rows[: wanted.limit])
    gone = dropped_rows(context, wanted, KIND, columns, row)
    return Result(with_dropped(columns), [*(dated(columns, shown) for shown in rows), *gone][: wanted.limit])


def default_database(context: Context) -> str:
    """The first part of the user's DEFAULT_NAMESPACE, empty without one."""
    namespace = str(context.catalogue.get(context.session.user).props.get("DEFAULT_NAMESPACE") or "")
    return Reader(namespace).path()[0] if namespace else ""


@describe("DATABASE", source=_SOURCE)
def describe_database(context: Context, reader: Reader) -> Result:
    """The schemas in the database that the session may see."""
    database = context.access.resolve(KIND, reader.path())
    reader.end()
    seen = [o for o in context.catalogue.children(database.id, Kind.SCHEMA) if context.access.visible(o)]
    rows: list[tuple[Cell, ...]] = [(timestamp(o.created), o.name, "SCHEMA") for o in seen]
    rows.append((timestamp(database.created), "INFORMATION_SCHEMA", "SCHEMA"))
    columns = (Column("created_on", Type.TIMESTAMP_LTZ), *text_columns("name", "kind"))
    return Result(columns, sorted(rows, key=lambda row: str(row[1])))


@show("REPLICATION DATABASES", notes="always empty: nothing is replicated", source=_SOURCE)
def show_replication_databases(context: Context, reader: Reader) -> Result:
    """``[LIKE '…'] [WITH PRIMARY organization.account.database]``."""
    if reader.accept("LIKE"):
        reader.string()
    if reader.accept("WITH", "PRIMARY"):
        dotted(reader.path())
    reader.end()
    columns = text_columns(
        *("region_group", "snowflake_region", "created_on", "account_name", "name", "comment", "is_primary"),
        *("primary", "replication_allowed_to_accounts", "failover_allowed_to_accounts", "organization_name"),
        "account_locator",
    )
    return Result(columns)
