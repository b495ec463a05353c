"""Sequences. Their values come from DuckDB; the catalogue keeps where they start and their step."""

from __future__ import annotations

from local.data.sequences import sequence_name
from local.data.shapes import SCHEMA
from local.data.store import data_store
from local.errors import compilation_error
from local.model import Json, Kind, Obj
from local.reader import Reader, read_string
from local.registry import CreateHead, alter, create, describe, drop, show
from local.results import Cell, Column, Result, Type, status, timestamp, yes_no
from local.session import Context
from local.statements.changes import apply_changes, read_changes, text_columns, try_rename_or_tags
from local.statements.clone_objects import clone_sequence
from local.statements.common import (
    create_object,
    drop_object,
    owner_name,
    owner_role_type,
    resolve_or_skip,
    show_objects,
    skipped,
)

_SOURCE = "docs.snowflake.com: CREATE/ALTER/DROP/SHOW/DESC SEQUENCE, Using sequences; provider sequenceRow"
KIND = Kind.SEQUENCE
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


@create("SEQUENCE", source=_SOURCE)
def create_sequence(context: Context, reader: Reader, head: CreateHead) -> Result:
    """``[WITH] [START [WITH] [=] n] [INCREMENT [BY] [=] n] [ORDER | NOORDER] [COMMENT = '…']``; the order counts."""
    path = reader.path()
    if reader.accept("CLONE"):
        return clone_sequence(context, reader, head, path)
    reader.accept("WITH")
    start = _number(reader, "START", "WITH", 1)
    increment = _number(reader, "INCREMENT", "BY", 1)
    default = context.catalogue.account.params.get("NOORDER_SEQUENCE_AS_DEFAULT", "true")
    word = reader.accept_one("ORDER", "NOORDER")
    comment = ""
    if reader.accept("COMMENT"):
        reader.expect("=")
        comment = reader.string()
    reader.end()
    _check(start, increment)
    props: dict[str, Json] = {
        "start": start,
        "increment": increment,
        "ordered": word == "ORDER" or (word is None and default.lower() == "false"),
        "generation": 0,
    }
    return create_object(context, head, KIND, path, comment=comment, props=props)[1]


def _number(reader: Reader, word: str, filler: str, default: int) -> int:
    if not reader.accept(word):
        return default
    reader.accept(filler)
    reader.accept("=")
    return reader.integer()


def _check(start: int, increment: int) -> None:
    if increment == 0:
        raise compilation_error("The increment of a sequence must not be 0.", "002018")
    for name, value in (("START", start), ("INCREMENT", increment)):
        if not _LOWEST <= value <= _HIGHEST:
            raise compilation_error(f"invalid value '{value}' for property '{name}'. Allowed: 64-bit whole numbers.")


def next_value(context: Context, sequence: Obj) -> int:
    """What the next NEXTVAL gives if nobody else asks before."""
    start, increment = int(str(sequence.props["start"])), int(str(sequence.props["increment"]))
    store = data_store(context)
    if not store.exists:
        return start
    with store.cursor() as cursor:
        row = cursor.execute(
            "SELECT last_value FROM duckdb_sequences() WHERE schema_name = ? AND sequence_name = ?",
            [SCHEMA, sequence_name(sequence)],
        ).fetchone()
    return start if row is None or row[0] is None else int(row[0]) + increment


@alter("SEQUENCE", source=_SOURCE)
def alter_sequence(context: Context, reader: Reader) -> Result:
    """RENAME, SET INCREMENT, ORDER to NOORDER, COMMENT, tags. The value after the next one comes with the new step."""
    sequence = resolve_or_skip(context, reader, KIND)
    if sequence is None:
        return skipped()
    answer = try_rename_or_tags(context, reader, sequence)
    if answer is not None:
        return answer
    start = reader.mark()
    if not reader.accept("SET") and not reader.at("INCREMENT"):
        return apply_changes(context, sequence, read_changes(reader, KIND, {"COMMENT": read_string}))
    context.access.require_ownership(sequence)
    if reader.accept("INCREMENT"):
        reader.accept("BY")
        reader.accept("=")
        step = reader.integer()
        reader.end()
        _check(0, step)
        _step(context, sequence, step)
        return status("Statement executed successfully.")
    word = reader.accept_one("ORDER", "NOORDER")
    if word is None:
        reader.rewind(start)
        return apply_changes(context, sequence, read_changes(reader, KIND, {"COMMENT": read_string}))
    comment = sequence.comment
    if reader.accept("COMMENT"):
        reader.expect("=")
        comment = reader.string()
    reader.end()
    if word == "ORDER" and not sequence.props["ordered"]:
        raise compilation_error("The ORDER property cannot be set on a NOORDER sequence.")
    context.catalogue.update(sequence, comment=comment, props={**sequence.props, "ordered": word == "ORDER"})
    return status("Statement executed successfully.")


def _step(context: Context, sequence: Obj, step: int) -> None:
    generation = int(str(sequence.props["generation"])) + 1
    changed: dict[str, Json] = {
        "start": next_value(context, sequence), "increment": step, "generation": generation,
    }  # fmt: skip
    context.catalogue.update(sequence, props={**sequence.props, **changed})


@drop("SEQUENCE", source=_SOURCE)
def drop_sequence(context: Context, reader: Reader) -> Result:
    """Columns that take their default from it fail from then on."""
    return drop_object(context, reader, KIND)


_COLUMNS = (
    *text_columns("name", "database_name", "schema_name"),
    Column("next_value", Type.FIXED),
    Column("interval", Type.FIXED),
    Column("created_on", Type.TIMESTAMP_LTZ),
    *text_columns("owner", "comment", "owner_role_type", "ordered"),
)


def _row(context: Context, sequence: Obj) -> tuple[Cell, ...]:
    database, schema = context.catalogue.path(sequence)[:2]
    return (
        sequence.name,
        database,
        schema,
        str(next_value(context, sequence)),
        str(sequence.props["increment"]),
        timestamp(sequence.created),
        owner_name(context, sequence),
        sequence.comment,
        owner_role_type(context, sequence),
        yes_no(bool(sequence.props["ordered"])),
    )


@show("SEQUENCES", source=_SOURCE)
def show_sequences(context: Context, reader: Reader) -> Result:
    """Sequences that the session may see."""
    return show_objects(context, reader, KIND, _COLUMNS, lambda sequence: _row(context, sequence))


@describe("SEQUENCE", source=_SOURCE)
def describe_sequence(context: Context, reader: Reader) -> Result:
    """The row that SHOW SEQUENCES has for it."""
    sequence = context.access.resolve(KIND, reader.path())
    reader.end()
    return Result(_COLUMNS, (_row(context, sequence),))
