"""DESCRIBE TABLE, DESCRIBE VIEW and SHOW COLUMNS."""

from __future__ import annotations

import json

from local.data.columns import ColumnDef, columns_of
from local.data.resolve import find_relation
from local.data.types import SqlType
from local.errors import not_found, unsupported
from local.model import Json, Kind, Obj
from local.names import Path, dotted
from local.reader import Reader
from local.registry import describe, show
from local.results import Cell, Column, Result, Type
from local.session import Context
from local.statements.common import candidates, read_show_filter
from local.statements.masking import column_policy

_SOURCE = "docs.snowflake.com: DESCRIBE TABLE/VIEW, SHOW COLUMNS; provider tableColumnDetailsRow, viewDetailsRow"

_COLUMNS = tuple(
    Column(name)
    for name in (
        "name", "type", "kind", "null?", "default", "primary key", "unique key", "check", "expression", "comment",
        "policy name", "privacy domain",
    )
)  # fmt: skip


def find_any(context: Context, path: Path, kind: Kind) -> Obj:
    """The visible table or view of this name; 002003 naming ``kind`` else."""
    found = find_relation(context, context.access.complete(kind, path))
    if found is None or not context.access.visible(found):
        raise not_found(kind.value, dotted(path))
    return found


def _row(context: Context, relation: Obj, column: ColumnDef) -> tuple[Cell, ...]:
    policy = column_policy(context.catalogue, relation, column.name)
    return (
        column.name,
        column.type.text,
        "COLUMN",
        "Y" if column.nullable else "N",
        shown_default(column),
        "Y" if column.primary else "N",
        "Y" if column.unique else "N",
        None,
        None,
        column.comment or None,
        context.catalogue.full_name(context.catalogue.get(policy.source)) if policy else None,
        None,
    )


def described(context: Context, relation: Obj) -> Result:
    """A row for each column of a table, view or dynamic table."""
    return Result(_COLUMNS, [_row(context, relation, column) for column in columns_of(relation)])


def shown_default(column: ColumnDef) -> str | None:
    """The default as DESCRIBE shows it."""
    if column.start is not None:
        return f"IDENTITY START {column.start} INCREMENT {column.step} NOORDER"
    return column.default


@describe("TABLE", notes="no TYPE = STAGE", source=_SOURCE)
def describe_table(context: Context, reader: Reader) -> Result:
    """``DESCRIBE TABLE name [TYPE = COLUMNS]``; the evolution record is a column only where evolution is enabled."""
    relation = find_any(context, reader.path(), Kind.TABLE)
    if reader.accept("TYPE"):
        reader.expect("=")
        if reader.accept("STAGE"):
            raise unsupported("DESCRIBE TABLE … TYPE = STAGE")
        reader.expect("COLUMNS")
    reader.end()
    answer = described(context, relation)
    if relation.props.get("schema_evolution"):
        return Result((*_COLUMNS, Column("schema evolution record")), [(*row, None) for row in answer.rows])
    return answer


@describe("VIEW", source=_SOURCE)
def describe_view(context: Context, reader: Reader) -> Result:
    """The columns that the view had when it was created."""
    relation = find_any(context, reader.path(), Kind.VIEW)
    reader.end()
    return described(context, relation)


_SHOW = tuple(
    Column(name)
    for name in (
        "table_name", "schema_name", "column_name", "data_type", "null?", "default", "kind", "expression", "comment",
        "database_name", "autoincrement", "schema_evolution_record",
    )
)  # fmt: skip


@show("COLUMNS", source=_SOURCE)
def show_columns(context: Context, reader: Reader) -> Result:
    """``SHOW COLUMNS [LIKE …] [IN {ACCOUNT | DATABASE d | SCHEMA s | TABLE t | VIEW v | name}]``."""
    start = reader.mark()
    pattern = reader.string() if reader.accept("LIKE") else None
    relations: list[Obj] = []
    word = reader.accept_one("IN TABLE", "IN VIEW")
    if word:
        relations = [find_any(context, reader.path(), Kind.VIEW if word.endswith("VIEW") else Kind.TABLE)]
        reader.end()
    elif reader.at("IN") and not any(reader.at("IN", scope) for scope in ("ACCOUNT", "DATABASE", "SCHEMA")):
        reader.expect("IN")
        relations = [find_any(context, reader.path(), Kind.TABLE)]
        reader.end()
    else:
        reader.rewind(start)
        container = read_show_filter(context, reader, Kind.TABLE).container
        found = [o for kind in (Kind.TABLE, Kind.VIEW) for o in candidates(context, container, kind)]
        relations = [o for o in found if context.access.visible(o)]
    from local.names import like

    wanted = like(pattern) if pattern is not None else None
    rows = [
        _shown(context, relation, column)
        for relation in relations
        for column in columns_of(relation)
        if wanted is None or wanted.match(column.name)
    ]
    return Result(_SHOW, rows)


def _shown(context: Context, relation: Obj, column: ColumnDef) -> tuple[Cell, ...]:
    database, schema, name = context.catalogue.path(relation)
    increment = f"IDENTITY START {column.start} INCREMENT {column.step} NOORDER" if column.start is not None else ""
    return (
        name,
        schema,
        column.name,
        json.dumps(_data_type(column.type, column.nullable), separators=(",", ":")),
        "true" if column.nullable else "NOT_NULL",
        column.default or "",
        "COLUMN",
        "",
        column.comment,
        database,
        increment,
        None,
    )


def _data_type(kind: SqlType, nullable: bool) -> dict[str, Json]:
    """The type as SHOW COLUMNS prints it, for example ``{"type":"FIXED","precision":38,"scale":0,"nullable":true}``."""
    result = kind.column("")
    shown: dict[str, Json] = {"type": result.type.value.upper()}
    if kind.length is not None:
        shown |= {"length": kind.length}
        if result.type is Type.TEXT:
            shown |= {"byteLength": min(kind.length * 4, 16_777_216)}
    if kind.name == "NUMBER" or kind.scale is not None:
        shown |= {"precision": kind.precision or 0, "scale": kind.scale or 0}
    return shown | {"nullable": nullable, "fixed": False} if kind.length is not None else shown | {"nullable": nullable}
