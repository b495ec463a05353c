"""Tables: CREATE (columns, AS SELECT, LIKE), DROP, SHOW, DESCRIBE. ALTER is in ``alter_table``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from local.data.columns import ColumnDef, columns_of, encode_columns
from local.data.create_as import create_as
from local.data.definition import Attachment, Definition, read_definition
from local.data.resolve import find_relation, temporary_signature
from local.data.sequences import qualified_default
from local.errors import SnowflakeError, compilation_error, not_found, unsupported
from local.grants import give
from local.lexer import TokenKind
from local.model import Json, Kind, Obj
from local.names import Path, dotted
from local.parameters import check_retention
from local.reader import Reader, Value, read_boolean, read_integer, read_string
from local.registry import Answer, CreateHead, create, drop
from local.results import Result, status
from local.session import Context
from local.statements.common import (
    create_object,
    existing_answer,
    require_create,
)
from local.statements.masking import set_policy
from local.statements.row_access import add_policy, read_policy_clause
from local.statements.tags import read_tag, set_tags

_SOURCE = "docs.snowflake.com: CREATE/DROP/SHOW/DESCRIBE TABLE; provider tableDBRow, tableColumnDetailsRow"

PROPERTIES = {
    "COMMENT": read_string,
    "DATA_RETENTION_TIME_IN_DAYS": read_integer,
    "MAX_DATA_EXTENSION_TIME_IN_DAYS": read_integer,
    "CHANGE_TRACKING": read_boolean,
    "ENABLE_SCHEMA_EVOLUTION": read_boolean,
    "DEFAULT_DDL_COLLATION": read_string,
}
"""What may follow the columns as ``NAME = value``."""

PARAMETERS = ("DATA_RETENTION_TIME_IN_DAYS", "MAX_DATA_EXTENSION_TIME_IN_DAYS", "DEFAULT_DDL_COLLATION")
TEMPORARY = frozenset(("TEMPORARY", "TEMP", "VOLATILE"))
"""Modifiers of CREATE TABLE that make a temporary table."""


@dataclass(frozen=True, slots=True)
class Options:
    """What stands around the columns of CREATE TABLE."""

    properties: Mapping[str, Value]
    cluster_by: str = ""
    copy_grants: bool = False
    tags: tuple[tuple[Path, str], ...] = ()
    row_access: tuple[Path, tuple[str, ...]] | None = None


@create(
    "TABLE",
    modifiers=("TRANSIENT", "TEMPORARY", "TEMP", "VOLATILE", "LOCAL", "GLOBAL"),
    notes="no stage options, collations, virtual columns",
    source=_SOURCE,
)
def create_table(context: Context, reader: Reader, head: CreateHead) -> Answer:
    """Columns and constraints, AS SELECT or LIKE; keys are declared, not enforced."""
    path = reader.path()
    if reader.at("USING", "TEMPLATE"):
        from local.statements.templates import create_from_template

        return create_from_template(context, reader, head, path)
    if reader.accept("CLONE"):
        from local.statements.clone import clone_table

        return clone_table(context, reader, head, path)
    if reader.accept("LIKE"):
        return _like(context, reader, head, path)
    start = reader.mark()
    definition = read_definition(reader, typed=False) if reader.at("(") else Definition()
    options = read_options(reader)
    if reader.accept("AS"):
        query = reader.rest()
        return _create_as(context, head, path, definition, options, query)
    reader.end()
    reader.rewind(start)
    definition = read_definition(reader)
    return make_table(context, head, path, definition, options)[1]


def _create_as(
    context: Context, head: CreateHead, path: Path, definition: Definition, options: Options, query: str
) -> Answer:
    existing = existing_table(context, head, path)
    if existing is not None:
        return existing

    def make(columns: Sequence[ColumnDef], number: int) -> Result:
        given = Definition(list(columns), definition.keys, definition.attachments)
        return make_table(context, head, path, given, options, number)[1]

    container, name = context.access.resolve_container(Kind.TABLE, path)
    named = ".".join((*context.catalogue.path(container), name))
    return create_as(context, query, definition.columns, make, named, lambda: existing_table(context, head, path))


def existing_table(context: Context, head: CreateHead, path: Path) -> Result | None:
    """What CREATE … AS answers without running its query: IF NOT EXISTS of a table that is there; or 002002, 003001."""
    container, name = context.access.resolve_container(Kind.TABLE, path)
    temporary = not TEMPORARY.isdisjoint(head.modifiers)
    require_create(context, container, "USAGE" if temporary else "CREATE TABLE")
    signature = temporary_signature(context.session) if temporary else ""
    return existing_answer(context, head, Kind.TABLE, container, name, signature)


def _like(context: Context, reader: Reader, head: CreateHead, path: Path) -> Result:
    source = find_table(context, reader.path())
    options = read_options(reader)
    reader.end()
    context.access.require(source, "SELECT")
    cluster = options.cluster_by or str(source.props.get("cluster_by") or "")
    definition = Definition([replace(column, fill=None) for column in columns_of(source)])
    return make_table(context, head, path, definition, replace(options, cluster_by=cluster))[1]


def read_options(reader: Reader) -> Options:
    """Read the clauses behind the columns, in any order."""
    properties: dict[str, Value] = {}
    cluster_by, copy_grants = "", False
    tags: tuple[tuple[Path, str], ...] = ()
    row_access: tuple[Path, tuple[str, ...]] | None = None
    while True:
        found = reader.properties("TABLE", PROPERTIES) if _at_property(reader) else {}
        properties.update(found)
        if reader.accept("CLUSTER", "BY"):
            cluster_by = read_cluster_by(reader)
        elif reader.accept("COPY", "GRANTS"):
            copy_grants = True
        elif reader.accept_one("WITH TAG", "TAG"):
            tags = reader.parenthesised(read_tag)
        elif reader.accept_one("WITH ROW ACCESS POLICY", "ROW ACCESS POLICY"):
            row_access = read_policy_clause(reader)
        elif not found:
            return Options(properties, cluster_by, copy_grants, tags, row_access)


def _at_property(reader: Reader) -> bool:
    following = reader.peek(1)
    if reader.at("STAGE_FILE_FORMAT") or reader.at("STAGE_COPY_OPTIONS"):
        raise unsupported(f"{reader.peek().upper} of a table")
    return reader.peek().kind is TokenKind.WORD and following.kind is TokenKind.PUNCTUATION and following.value == "="


def read_cluster_by(reader: Reader) -> str:
    """``(expression, …)`` as SHOW prints it: ``LINEAR(A, B)``."""
    reader.accept("LINEAR")
    reader.expect("(")
    text = reader.text_until(lambda r: r.at(")"))
    reader.expect(")")
    return f"LINEAR({text})"


def make_table(
    context: Context,
    head: CreateHead,
    path: Path,
    definition: Definition,
    options: Options,
    number: int | None = None,
) -> tuple[Obj | None, Result]:
    """Record the table in the catalogue; ``number`` is a reserved id. DuckDB follows when it is next used."""
    if not definition.columns:
        raise compilation_error("A table needs at least one column.", "001003", "42000")
    temporary = not TEMPORARY.isdisjoint(head.modifiers)
    params = table_params(options)
    props: dict[str, Json] = {
        "columns": encode_columns([_with_default(context, column) for column in definition.columns]),
        "next_column": max(column.id for column in definition.columns) + 1,
        "keys": [key.encode() for key in definition.keys],
        "cluster_by": options.cluster_by,
        "change_tracking": bool(options.properties.get("CHANGE_TRACKING")),
        "schema_evolution": bool(options.properties.get("ENABLE_SCHEMA_EVOLUTION")),
        "TRANSIENT": "TRANSIENT" in head.modifiers or temporary,
    }
    signature = ""
    if temporary:
        props["session"], signature = context.session.id, temporary_signature(context.session)
    check_retention(params, context.settings.edition, transient=bool(props["TRANSIENT"]))
    held = _grants_of_replaced(context, head, path) if options.copy_grants else []
    table, answer = create_object(
        context,
        head,
        Kind.TABLE,
        path,
        comment=str(options.properties.get("COMMENT") or ""),
        signature=signature,
        props=props,
        params=params,
        object_id=number,
        privilege="USAGE" if temporary else None,
    )
    if table is not None:
        for grantee, privilege, option in held:
            give(context.catalogue, grantee, privilege, table.id, context.session.role, option=option)
        attach(context, table, definition.attachments, options)
    return table, answer


def table_params(options: Options) -> dict[str, str]:
    """The parameters among the properties."""
    if options.properties.get("DEFAULT_DDL_COLLATION"):
        raise unsupported("DEFAULT_DDL_COLLATION")
    return {name: str(options.properties[name]) for name in PARAMETERS if options.properties.get(name) is not None}


def _with_default(context: Context, column: ColumnDef) -> ColumnDef:
    if column.default is None:
        return column
    return replace(column, default=qualified_default(context, column.default))


def _grants_of_replaced(context: Context, head: CreateHead, path: Path) -> list[tuple[int, str, bool]]:
    old = find_relation(context, context.access.complete(Kind.TABLE, path)) if head.or_replace else None
    grants = context.catalogue.grants.by("target", old.id) if old else []
    return [(grant.grantee, grant.privilege, grant.grant_option) for grant in grants]


def attach(context: Context, table: Obj, attachments: Sequence[Attachment], options: Options) -> None:
    """Set the policies and tags that were written with the columns and behind them."""
    for attachment in attachments:
        if attachment.kind == "TAG":
            set_tags(context, table, [(attachment.path, attachment.value)], attachment.column)
        else:
            set_policy(context, table, attachment.column, attachment.path, attachment.arguments)
    if options.tags:
        set_tags(context, table, options.tags)
    if options.row_access is not None:
        add_policy(context, table, *options.row_access)


def find_table(context: Context, path: Path) -> Obj:
    """The visible table of this name, a temporary one of the session first; 002003 else."""
    full = context.access.complete(Kind.TABLE, path)
    found = find_relation(context, full)
    if found is None or found.kind is not Kind.TABLE or not context.access.visible(found):
        raise not_found(Kind.TABLE.value, dotted(path))
    return found


@drop("TABLE", source=_SOURCE)
def drop_table(context: Context, reader: Reader) -> Result:
    """``DROP TABLE [IF EXISTS] name [CASCADE|RESTRICT]``; its rows stay while UNDROP can bring it back."""
    if_exists = reader.accept("IF", "EXISTS")
    path = reader.path()
    reader.accept_one("CASCADE", "RESTRICT")
    reader.end()
    try:
        table = find_table(context, path)
    except SnowflakeError:
        if not if_exists:
            raise
        shown = dotted(path[-1:])
        return status(f"Drop statement executed successfully ({shown} already dropped).")
    context.access.require_ownership(table)
    context.catalogue.drop(table)
    return status(f"{dotted(path[-1:])} successfully dropped.")
