"""File formats as objects: CREATE, ALTER, DROP, SHOW, DESCRIBE."""

from __future__ import annotations

import json
from collections.abc import Mapping

from local.data.formats import FILE_FORMATS, check_options, read_options, shown
from local.errors import compilation_error
from local.model import Json, Kind, Obj
from local.reader import Reader, ValueReader, read_string
from local.registry import CreateHead, alter, create, describe, drop, show
from local.results import Cell, Column, Result, Type, timestamp
from local.session import Context
from local.statements.changes import Changes, apply_changes, as_json, text_columns, try_rename_or_tags
from local.statements.clone_objects import clone_object
from local.statements.common import (
    create_object,
    drop_object,
    owner_name,
    owner_role_type,
    resolve_or_skip,
    show_objects,
    skipped,
)

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW/DESC FILE FORMAT; provider FileFormatRow"
KIND = Kind.FILE_FORMAT


@create("FILE FORMAT", modifiers=("TEMPORARY", "TEMP", "VOLATILE"), notes="no TYPE = CUSTOM", source=_SOURCE)
def create_format(context: Context, reader: Reader, head: CreateHead) -> Result:
    """Options as COPY takes them; CSV where no type is written."""
    path = reader.path()
    if reader.accept("CLONE"):
        return clone_object(context, reader, head, KIND, path)
    props: dict[str, Json] = read_options(reader, {"COMMENT": read_string})
    reader.end()
    comment = str(props.pop("COMMENT", None) or "")
    signature = ""
    if head.modifiers:
        props["session"], signature = context.session.id, f"@{context.session.id}"
    return create_object(
        context,
        head,
        KIND,
        path,
        comment=comment,
        props=props,
        signature=signature,
        privilege="USAGE" if signature else None,
    )[1]


@alter("FILE FORMAT", source=_SOURCE)
def alter_format(context: Context, reader: Reader) -> Result:
    """RENAME, tags, SET of options (never the type) and comment; UNSET COMMENT."""
    found = resolve_or_skip(context, reader, KIND)
    if found is None:
        return skipped()
    answer = try_rename_or_tags(context, reader, found)
    if answer is not None:
        return answer
    if reader.accept("UNSET"):
        reader.expect("COMMENT")
        reader.end()
        return apply_changes(context, found, Changes({}, frozenset({"COMMENT"})))
    reader.expect("SET")
    kind = str(found.props["TYPE"])
    spec: dict[str, ValueReader] = {name: option.read for name, option in FILE_FORMATS[kind].items()}
    values = reader.properties("FILE_FORMAT", {**spec, "TYPE": Reader.word, "COMMENT": read_string})
    reader.end()
    if not values:
        raise reader.unexpected()
    if values.pop("TYPE", kind) != kind:
        raise compilation_error(f"Cannot change the TYPE of file format '{found.name}', which is {kind}.")
    new = {name: as_json(value) for name, value in values.items() if value is not None}
    unset = frozenset(name for name, value in values.items() if value is None)

    def check(props: Mapping[str, Json]) -> None:
        check_options(props)

    return apply_changes(context, found, Changes(new, unset), check)


@drop("FILE FORMAT", source=_SOURCE)
def drop_format(context: Context, reader: Reader) -> Result:
    """Stages that name it stay, and fail when they are read."""
    return drop_object(context, reader, KIND)


_COLUMNS = (
    Column("created_on", Type.TIMESTAMP_LTZ),
    *text_columns(
        "name", "database_name", "schema_name", "type", "owner", "comment", "format_options", "owner_role_type"
    ),
)


def _values(found: Obj) -> dict[str, Json]:
    options = FILE_FORMATS[str(found.props["TYPE"])]
    return {name: found.props.get(name, option.default) for name, option in options.items()}


@show("FILE FORMATS", source=_SOURCE)
def show_formats(context: Context, reader: Reader) -> Result:
    """File formats that the session may see, with their options as JSON."""

    def row(found: Obj) -> tuple[Cell, ...]:
        database, schema = context.catalogue.path(found)[:2]
        kind = str(found.props["TYPE"])
        options = json.dumps({"TYPE": kind, **_values(found)}, separators=(",", ":"), ensure_ascii=False)
        return (timestamp(found.created), found.name, database, schema, kind, owner_name(context, found),
                found.comment, options, owner_role_type(context, found))  # fmt: skip

    return show_objects(context, reader, KIND, _COLUMNS, row)


@describe("FILE FORMAT", source=_SOURCE)
def describe_format(context: Context, reader: Reader) -> Result:
    """A row per option; with USAGE or ownership."""
    found = context.access.resolve(KIND, reader.path())
    reader.end()
    context.access.require(found, "USAGE")
    kind = str(found.props["TYPE"])
    rows: list[tuple[Cell, ...]] = [("TYPE", "String", kind, "CSV")]
    for name, value in _values(found).items():
        option = FILE_FORMATS[kind][name]
        rows.append((name, option.type, shown(value), shown(option.default)))
    return Result(text_columns("property", "property_type", "property_value", "property_default"), rows)
