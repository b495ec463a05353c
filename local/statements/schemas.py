"""Schemas."""

from __future__ import annotations

from dataclasses import replace

from local.data.information import INFORMATION_VIEWS
from local.model import ACCOUNT_ID, Kind, Obj
from local.names import Path
from local.parameters import retention_days
from local.reader import Reader
from local.registry import Answer, CreateHead, alter, create, describe, drop, show
from local.results import Cell, Column, Result, Type, status, timestamp, yes_no
from local.session import Context
from local.statements.changes import text_columns, try_rename_or_tags
from local.statements.common import (
    ShowFilter,
    candidates,
    create_object,
    drop_object,
    owner_name,
    owner_role_type,
    read_show_filter,
    resolve_or_skip,
    skipped,
)
from local.statements.containers import alter_settings, read_new, require_contents_unused, swap
from local.statements.history import dated, dropped_rows, with_dropped
from local.statements.with_tags import read_tags, tag_new

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/DESC SCHEMA, SHOW SCHEMAS; provider schemaDBRow"
KIND = Kind.SCHEMA

INFORMATION_SCHEMA = "INFORMATION_SCHEMA"
"""Listed in every database; it is no object of the catalogue and has no owner."""


@create("SCHEMA", modifiers=("TRANSIENT",), source=_SOURCE)
def create_schema(context: Context, reader: Reader, head: CreateHead) -> Answer:
    """The new schema becomes current."""
    path = reader.path()
    if reader.accept("CLONE"):
        from local.statements.clone import clone_container

        return clone_container(context, reader, head, KIND, path)
    managed = reader.accept("WITH", "MANAGED", "ACCESS")
    comment, props, params = read_new(context, reader, KIND, head)
    tags = read_tags(reader)
    reader.end()
    if managed:
        props["MANAGED_ACCESS"] = True
    schema, answer = create_object(
        context,
        head,
        KIND,
        path,
        comment=comment,
        props=props,
        params=params,
        before_replace=lambda old: require_contents_unused(context, old),
    )
    if schema is not None:
        tag_new(context, schema, tags)
        context.session.database = schema.parent
        context.session.schema = schema.id
    return answer


@alter("SCHEMA", source=_SOURCE)
def alter_schema(context: Context, reader: Reader) -> Result:
    """RENAME TO (also into another database), SWAP WITH, SET, UNSET, MANAGED ACCESS, tags."""
    schema = resolve_or_skip(context, reader, KIND)
    if schema is None:
        return skipped()
    answer = try_rename_or_tags(context, reader, schema)
    if answer is not None:
        return answer
    if reader.accept("SWAP", "WITH"):
        return swap(context, schema, reader)
    word = reader.accept_one("ENABLE", "DISABLE")
    if word is None:
        return alter_settings(context, reader, schema)
    reader.expect("MANAGED", "ACCESS")
    reader.end()
    context.access.require_ownership(schema)
    context.catalogue.update(schema, props={**schema.props, "MANAGED_ACCESS": word == "ENABLE"})
    return status("Statement executed successfully.")


@drop("SCHEMA", notes="RESTRICT does not look for foreign keys from other schemas", source=_SOURCE)
def drop_schema(context: Context, reader: Reader) -> Result:
    """With everything in it; refused while something outside uses a policy or rule in it."""
    return drop_object(context, reader, KIND, lambda schema: require_contents_unused(context, schema))


@show("SCHEMAS", source=_SOURCE)
def show_schemas(context: Context, reader: Reader) -> Result:
    """Schemas on which the session holds anything, and INFORMATION_SCHEMA of every database that it may see."""
    wanted = read_show_filter(context, reader, KIND)
    columns = (
        Column("created_on", Type.TIMESTAMP_LTZ),
        *text_columns("name", "is_default", "is_current", "database_name", "owner", "comment", "options"),
        *text_columns("retention_time", "owner_role_type", "classification_profile_database"),
        *text_columns("classification_profile_schema", "classification_profile", "object_visibility"),
    )
    found = [o for o in candidates(context, wanted.container, KIND) if wanted.keeps(o.name)]
    home = default_namespace(context)
    keyed = [
        ((context.catalogue.get(o.parent).name, o.name), _row(context, o, home))
        for o in found
        if context.access.visible(o)
    ]
    if wanted.keeps(INFORMATION_SCHEMA):
        keyed += [((o.name, INFORMATION_SCHEMA), _information_row(o)) for o in _databases(context, wanted)]
    rows = [row for (_, name), row in sorted(keyed) if wanted.after is None or name > wanted.after]
    if not wanted.history:
        return Result(columns, rows[: wanted.limit])
    gone = dropped_rows(context, wanted, KIND, columns, lambda schema: _row(context, schema, home))
    return Result(with_dropped(columns), [*(dated(columns, row) for row in rows), *gone][: wanted.limit])


def _databases(context: Context, wanted: ShowFilter) -> list[Obj]:
    if wanted.container.kind is Kind.DATABASE:
        return [wanted.container]
    return [o for o in context.catalogue.children(ACCOUNT_ID, Kind.DATABASE) if context.access.visible(o)]


def _row(context: Context, schema: Obj, home: tuple[str, ...]) -> tuple[Cell, ...]:
    options = [name for name, prop in (("TRANSIENT", "TRANSIENT"), ("MANAGED ACCESS", "MANAGED_ACCESS"))
               if schema.props.get(prop)]  # fmt: skip
    return (
        timestamp(schema.created),
        schema.name,
        yes_no(context.catalogue.path(schema) == home),
        yes_no(schema.id == context.session.schema),
        context.catalogue.get(schema.parent).name,
        owner_name(context, schema),
        schema.comment,
        ", ".join(options),
        str(retention_days(context.catalogue, schema)),
        owner_role_type(context, schema),
        None,
        None,
        None,
        None,
    )


def _information_row(database: Obj) -> tuple[Cell, ...]:
    comment = "Views describing the contents of schemas in this database"
    head = (timestamp(database.created), INFORMATION_SCHEMA, "N", "N", database.name)
    return (*head, "", comment, "", "1", "", None, None, None, None)


def default_namespace(context: Context) -> tuple[str, ...]:
    """The user's DEFAULT_NAMESPACE as a path of one or two parts, empty without one."""
    namespace = str(context.catalogue.get(context.session.user).props.get("DEFAULT_NAMESPACE") or "")
    return Reader(namespace).path() if namespace else ()


def resolve_schema(context: Context, path: Path) -> Obj:
    """The schema of this name. INFORMATION_SCHEMA is none of the catalogue's: it has no id and belongs to nobody."""
    full = context.access.complete(KIND, path)
    if full[-1] != INFORMATION_SCHEMA:
        return context.access.resolve(KIND, path)
    database = context.access.resolve(Kind.DATABASE, full[:1])
    return replace(
        database, id=-1, kind=KIND, name=INFORMATION_SCHEMA, parent=database.id, owner=None, params={}, props={}
    )


@describe("SCHEMA", source=_SOURCE)
def describe_schema(context: Context, reader: Reader) -> Result:
    """The objects in the schema that the session may see."""
    schema = resolve_schema(context, reader.path())
    reader.end()
    inside = [o for o in context.catalogue.objects.by("parent", schema.id) if context.access.visible(o)]
    rows: list[tuple[Cell, ...]] = [(timestamp(o.created), o.name, o.kind.value.replace(" ", "_")) for o in inside]
    if schema.name == INFORMATION_SCHEMA:
        rows = [(timestamp(schema.created), name, "VIEW") for name in INFORMATION_VIEWS]
    columns = (Column("created_on", Type.TIMESTAMP_LTZ), *text_columns("name", "kind"))
    return Result(columns, sorted(rows, key=lambda row: (str(row[2]), str(row[1]))))
