"""Views: their text is kept, their query is read again with the owner's rights each time somebody selects from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from local.data.columns import ColumnDef, encode_columns
from local.data.query import Query, plan_query
from local.data.resolve import temporary_signature, view_reading
from local.data.store import data_store
from local.data.work import Plan, defer
from local.errors import already_exists, compilation_error, unsupported
from local.grants import give
from local.model import Json, Kind, Obj
from local.names import Path, dotted
from local.reader import Reader, read_boolean, read_string
from local.registry import Answer, CreateHead, alter, create, drop, refuse, show
from local.results import Cell, Column, Result, Type, flag, status, timestamp
from local.session import Context
from local.statements.changes import try_rename_or_tags
from local.statements.common import (
    create_object,
    drop_object,
    owner_name,
    owner_role_type,
    require_create,
    resolve_or_skip,
    show_objects,
    skipped,
)
from local.statements.masking import alter_column_policy, set_policy
from local.statements.masking import read_policy_clause as read_masking
from local.statements.row_access import add_policy, alter_table_policy
from local.statements.row_access import read_policy_clause as read_row_access
from local.statements.tags import alter_tags, read_tag, set_tags

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW VIEW; provider viewDBRow"
_DONE = "Statement executed successfully."
_TEMPORARY = ("TEMPORARY", "TEMP", "VOLATILE")


@dataclass
class Head:
    """What stands between the view's name and AS."""

    columns: list[tuple[str, str]] = field(default_factory=list)
    """Names with their comments."""
    comment: str = ""
    change_tracking: bool = False
    copy_grants: bool = False
    masking: list[tuple[str, Path, tuple[str, ...]]] = field(default_factory=list)
    column_tags: list[tuple[str, tuple[tuple[Path, str], ...]]] = field(default_factory=list)
    tags: tuple[tuple[Path, str], ...] = ()
    row_access: tuple[Path, tuple[str, ...]] | None = None


@create(
    "VIEW",
    modifiers=("SECURE", *_TEMPORARY),
    notes="not RECURSIVE, not MATERIALIZED; a temporary view reads from no temporary table",
    source=_SOURCE,
)
def create_view(context: Context, reader: Reader, head: CreateHead) -> Answer:
    """The query is checked and its columns are found with the rights of the role that will own the view."""
    path = reader.path()
    given = _read_head(reader)
    reader.expect("AS")
    query = reader.rest()
    text = Reader(reader.sql).rest()
    container, name = context.access.resolve_container(Kind.VIEW, path)
    require_create(context, container, "CREATE VIEW")
    signature = "" if head.modifiers.isdisjoint(_TEMPORARY) else temporary_signature(context.session)
    existing = context.catalogue.child(container.id, Kind.VIEW, name, signature)
    if existing is not None and not (head.or_replace and existing.kind is Kind.VIEW):
        if head.if_not_exists:
            return status(f"{dotted((name,))} already exists, statement succeeded.")
        raise already_exists(context.catalogue.full_name(existing))
    props: dict[str, Json] = {"text": text, "query": query, "secure": "SECURE" in head.modifiers}
    if signature:
        props["session"] = context.session.id

    def plan() -> Plan:
        own = view_reading(context, container.id, context.session.role, defining=True)
        planned = plan_query(replace(context, bindings=()), query, own)
        if existing is not None and existing.id in planned.views:
            raise compilation_error(f"View definition for '{dotted(path)}' refers to itself.", "002034", "42601")

        def run(cursor: DuckDBPyConnection) -> Result:
            columns = _columns(planned, cursor, given)
            with context.catalogue.transaction():
                return _make(context, head, path, given, columns, props)

        return Plan(data_store(context).wanted(context.catalogue), planned.reads, run, ddl=True)

    return defer(context, plan)


def _read_head(reader: Reader) -> Head:
    head = Head()
    if reader.at("("):
        reader.parenthesised(lambda inner: _read_column(inner, head))
    while not reader.at("AS"):
        if reader.accept("COPY", "GRANTS"):
            head.copy_grants = True
        elif reader.accept_one("WITH TAG", "TAG"):
            head.tags = reader.parenthesised(read_tag)
        elif reader.accept_one("WITH ROW ACCESS POLICY", "ROW ACCESS POLICY"):
            head.row_access = read_row_access(reader)
        elif reader.at("AGGREGATION") or reader.at("WITH", "AGGREGATION"):
            raise unsupported("aggregation policies")
        else:
            found = reader.properties("VIEW", {"COMMENT": read_string, "CHANGE_TRACKING": read_boolean})
            if not found:
                raise reader.unexpected()
            head.comment = str(found.get("COMMENT") or head.comment)
            head.change_tracking = bool(found.get("CHANGE_TRACKING", head.change_tracking))
    return head


def _read_column(reader: Reader, head: Head) -> None:
    name, comment = reader.name(), ""
    while not (reader.at(",") or reader.at(")")):
        if reader.accept("COMMENT"):
            comment = reader.string()
        elif reader.accept_one("WITH MASKING POLICY", "MASKING POLICY"):
            head.masking.append((name, *read_masking(reader)))
        elif reader.accept_one("WITH TAG", "TAG"):
            head.column_tags.append((name, reader.parenthesised(read_tag)))
        elif reader.at("PROJECTION") or reader.at("WITH", "PROJECTION"):
            raise unsupported("projection policies")
        else:
            raise reader.unexpected()
    head.columns.append((name, comment))


def _columns(planned: Query, cursor: DuckDBPyConnection, head: Head) -> tuple[ColumnDef, ...]:
    found = planned.columns(cursor)
    if head.columns:
        if len(found) != len(head.columns):
            raise compilation_error("Invalid column definition list", "002026", "42601")
        found = tuple(
            replace(column, name=name, comment=comment)
            for column, (name, comment) in zip(found, head.columns, strict=True)
        )
    names = [column.name for column in found]
    for name in names:
        if names.count(name) > 1:
            raise compilation_error(f"duplicate column name '{name}'", "002025", "42S21")
    return found


def _make(
    context: Context,
    head: CreateHead,
    path: Path,
    given: Head,
    columns: Sequence[ColumnDef],
    props: dict[str, Json],
) -> Result:
    catalogue = context.catalogue
    signature = temporary_signature(context.session) if "session" in props else ""
    full = context.access.complete(Kind.VIEW, path)
    old = catalogue.find(Kind.VIEW, full, signature) if given.copy_grants else None
    held = list(catalogue.grants.by("target", old.id)) if old else []
    view, answer = create_object(
        context,
        head,
        Kind.VIEW,
        path,
        comment=given.comment,
        signature=signature,
        props={**props, "columns": encode_columns(columns), "change_tracking": given.change_tracking},
    )
    if view is None:
        return answer
    for grant in held:
        give(catalogue, grant.grantee, grant.privilege, view.id, context.session.role, option=grant.grant_option)
    for column, policy, using in given.masking:
        set_policy(context, view, column, policy, using)
    for column, pairs in given.column_tags:
        set_tags(context, view, pairs, column)
    if given.tags:
        set_tags(context, view, given.tags)
    if given.row_access:
        add_policy(context, view, *given.row_access)
    return answer


@alter("VIEW", notes="no aggregation or projection policies, no data metrics", source=_SOURCE)
def alter_view(context: Context, reader: Reader) -> Result:
    """RENAME, SET and UNSET of SECURE, COMMENT and CHANGE_TRACKING, tags and policies."""
    view = resolve_or_skip(context, reader, Kind.VIEW)
    if view is None:
        return skipped()
    answer = try_rename_or_tags(context, reader, view)
    if answer is not None:
        return answer
    if reader.at("ADD", "ROW") or reader.at("DROP", "ROW") or reader.at("DROP", "ALL", "ROW"):
        return alter_table_policy(context, reader, view)
    if any(reader.peek(1).upper == word for word in ("DATA", "DATA_METRIC_SCHEDULE", "AGGREGATION")):
        raise unsupported(f"ALTER VIEW … {reader.peek().upper} {reader.peek(1).upper}")
    if reader.accept_one("ALTER", "MODIFY"):
        reader.accept("COLUMN")
        column = reader.name()
        tags = reader.at("SET", "TAG") or reader.at("UNSET", "TAG")
        return (alter_tags if tags else alter_column_policy)(context, reader, view, column)
    context.access.require_ownership(view)
    return _set(context, reader, view)


def _set(context: Context, reader: Reader, view: Obj) -> Result:
    props, comment = dict(view.props), view.comment
    if reader.accept("SET"):
        secure = reader.accept("SECURE")
        found = reader.properties("VIEW", {"COMMENT": read_string, "CHANGE_TRACKING": read_boolean})
        if not (secure or found):
            raise reader.unexpected()
        props["secure"] = secure or bool(props.get("secure"))
        props["change_tracking"] = bool(found.get("CHANGE_TRACKING", props.get("change_tracking")))
        comment = str(found["COMMENT"] or "") if "COMMENT" in found else comment
    else:
        reader.expect("UNSET")
        if reader.accept("SECURE"):
            props["secure"] = False
        else:
            reader.expect("COMMENT")
            comment = ""
    reader.end()
    context.catalogue.update(view, props=props, comment=comment)
    return status(_DONE)


@drop("VIEW", source=_SOURCE)
def drop_view(context: Context, reader: Reader) -> Result:
    """Views that read from it stay, and fail when they are queried."""
    return drop_object(context, reader, Kind.VIEW)


@show("VIEWS", notes="no views of INFORMATION_SCHEMA; no HISTORY", source=_SOURCE)
def show_views(context: Context, reader: Reader) -> Result:
    """``text`` is the whole CREATE statement; of a secure view only its owner sees it."""
    columns = (
        Column("created_on", Type.TIMESTAMP_LTZ),
        *(
            Column(name)
            for name in (
                "name", "reserved", "database_name", "schema_name", "owner", "comment", "text", "is_secure",
                "is_materialized", "owner_role_type", "change_tracking",
            )
        ),
    )  # fmt: skip

    def row(view: Obj) -> tuple[Cell, ...]:
        database, schema, name = context.catalogue.path(view)
        secure = bool(view.props.get("secure"))
        return (
            timestamp(view.created),
            name,
            "",
            database,
            schema,
            owner_name(context, view),
            view.comment,
            "" if secure and not context.access.owns(view) else str(view.props["text"]),
            flag(secure),
            "false",
            owner_role_type(context, view),
            "ON" if view.props.get("change_tracking") else "OFF",
        )

    return show_objects(context, reader, Kind.VIEW, columns, row)


refuse("CREATE RECURSIVE VIEW", "CREATE MATERIALIZED VIEW", source="docs.snowflake.com")
