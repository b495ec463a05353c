"""Streams on tables and views. They are kept and shown; what they would record is not there, so reading is refused."""

from __future__ import annotations

import time

from local.errors import SnowflakeError, unsupported
from local.model import Kind, Obj
from local.parameters import effective, retention_days
from local.reader import Reader, read_boolean, read_string
from local.registry import FUNCTION, CreateHead, alter, create, describe, drop, refuse, show
from local.results import Cell, Column, Result, Type, flag, timestamp
from local.session import Context
from local.statements.changes import alter_properties, read_values, split_comment, text_columns
from local.statements.clone_objects import clone_stream
from local.statements.common import create_object, drop_object, owner_name, owner_role_type, show_objects
from local.statements.copy_grants import give_again, grants_of_replaced
from local.statements.tags import read_tag_clause, set_tags

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW/DESC STREAM; provider showStreamsDbRow"
KIND = Kind.STREAM
_DAY = 86_400

refuse(
    "CREATE STREAM … ON EXTERNAL TABLE, ON STAGE",
    "SELECT … FROM stream, SYSTEM$STREAM_HAS_DATA()",
    source=_SOURCE,
)


@create("STREAM", notes="ON TABLE and ON VIEW; no AT, BEFORE; cannot be read", source=_SOURCE)
def create_stream(context: Context, reader: Reader, head: CreateHead) -> Result:
    """Needs SELECT on the source; the first stream turns on its change tracking, which only its owner may do."""
    path = reader.path()
    if reader.accept("CLONE"):
        return clone_stream(context, reader, head, path)
    tags = read_tag_clause(reader)
    copied = grants_of_replaced(context, head, KIND, path) if reader.accept("COPY", "GRANTS") else []
    reader.expect("ON")
    kind = reader.accept_one("TABLE", "VIEW")
    if kind is None:
        raise unsupported(f"CREATE STREAM … ON {reader.peek().upper}")
    source = context.access.resolve(Kind(kind), reader.path())
    if reader.at("AT") or reader.at("BEFORE"):
        raise unsupported("Time Travel")
    spec = {"APPEND_ONLY": read_boolean, "SHOW_INITIAL_ROWS": read_boolean, "COMMENT": read_string}
    comment, props = split_comment(read_values(reader, KIND, spec).onto({}))
    reader.end()
    context.access.require(source, "SELECT")
    _track_changes(context, source)
    stream, answer = create_object(
        context, head, KIND, path, comment=comment, props={**props, "source": source.id, "source_type": kind}
    )
    if stream is not None:
        give_again(context, stream, copied)
        set_tags(context, stream, tags)
    return answer


def _track_changes(context: Context, source: Obj) -> None:
    if source.props.get("change_tracking"):
        return
    if not context.access.owns(source):
        raise SnowflakeError(
            "003001",
            "42501",
            "SQL access control error:\nInsufficient privileges to operate on stream source without CHANGE_TRACKING "
            f"enabled '{source.name}'",
        )
    context.catalogue.update(source, props={**source.props, "change_tracking": True})


@alter("STREAM", notes="comment and tags", source=_SOURCE)
def alter_stream(context: Context, reader: Reader) -> Result:
    """Only comment and tags change."""
    return alter_properties(context, reader, KIND, {"COMMENT": read_string}, rename=False)


@drop("STREAM", source=_SOURCE)
def drop_stream(context: Context, reader: Reader) -> Result:
    """Drops the stream; its source stays."""
    return drop_object(context, reader, KIND)


_COLUMNS = (
    Column("created_on", Type.TIMESTAMP_LTZ),
    *text_columns("name", "database_name", "schema_name", "owner", "comment", "table_name", "source_type"),
    *text_columns("base_tables", "type", "stale", "mode"),
    Column("stale_after", Type.TIMESTAMP_LTZ),
    *text_columns("invalid_reason", "owner_role_type"),
)


_HIDDEN = "No privilege or table dropped"
"""What stands for the name of a source that is gone or that the role may not see."""


def source_of(context: Context, stream: Obj) -> Obj | None:
    """The table or view of a stream, None once it is dropped."""
    number = stream.props.get("source")
    return context.catalogue.lookup(number) if isinstance(number, int) else None


def _row(context: Context, stream: Obj) -> tuple[Cell, ...]:
    catalogue = context.catalogue
    database, schema = catalogue.path(stream)[:2]
    source = source_of(context, stream)
    seen = source is not None and context.access.visible(source)
    table = catalogue.full_name(source) if source is not None and seen else _HIDDEN
    stale_after = None
    if source is not None:
        extension = int(effective(catalogue, source, "MAX_DATA_EXTENSION_TIME_IN_DAYS")[0])
        offset = stream.props.get("offset")
        since = offset if isinstance(offset, int | float) else stream.created
        stale_after = since + _DAY * max(extension, retention_days(catalogue, source))
    return (
        timestamp(stream.created),
        stream.name,
        database,
        schema,
        owner_name(context, stream),
        stream.comment,
        table,
        str(stream.props["source_type"]).capitalize(),
        (table if seen else "1 inaccessible table(s)") if stream.props["source_type"] == "TABLE" else "",
        "DELTA",
        flag(stale_after is None or stale_after <= time.time()),
        "APPEND_ONLY" if stream.props.get("APPEND_ONLY") else "DEFAULT",
        timestamp(stale_after),
        "N/A",
        owner_role_type(context, stream),
    )


@show("STREAMS", notes="base_tables of a stream on a view is empty", source=_SOURCE)
def show_streams(context: Context, reader: Reader) -> Result:
    """Streams that the session may see."""
    return show_objects(context, reader, KIND, _COLUMNS, lambda stream: _row(context, stream))


@describe("STREAM", source=_SOURCE)
def describe_stream(context: Context, reader: Reader) -> Result:
    """The row that SHOW STREAMS has for it."""
    stream = context.access.resolve(KIND, reader.path())
    reader.end()
    return Result(_COLUMNS, (_row(context, stream),))


def _has_data(_context: Context, _arguments: tuple[str | None, ...]) -> str:
    raise unsupported("SYSTEM$STREAM_HAS_DATA")


FUNCTION["SYSTEM$STREAM_HAS_DATA"] = _has_data
