"""ALTER TABLE … ADD, DROP, RENAME and ALTER COLUMN.

Renames and drops touch nothing in DuckDB at once: columns go by number there. Only a change that the rows may
contradict (NOT NULL, a narrower type) looks at them first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from local.data.alone import change_if_no_row
from local.data.columns import ColumnDef, columns_of, encode_columns, find_column
from local.data.definition import Attachment, Key, apply_keys, read_column
from local.data.types import SqlType, read_type
from local.errors import SnowflakeError, compilation_error, unsupported
from local.lexer import TokenKind
from local.model import Json, Obj
from local.reader import Reader
from local.registry import Answer
from local.results import Result, status
from local.session import Context
from local.statements.masking import alter_column_policy, set_policy
from local.statements.tags import alter_tags, set_tags
from local.uses import rename_column, require_column_droppable


def store_columns(context: Context, table: Obj, columns: Sequence[ColumnDef], **props: Json) -> Result:
    """Record the columns, and other properties, of a table that may have changed since it was found."""
    table = context.catalogue.get(table.id)
    context.catalogue.update(table, props={**table.props, "columns": encode_columns(columns), **props})
    return status("Statement executed successfully.")


def keys_of(table: Obj) -> list[Json]:
    """The declared constraints of a table."""
    found = table.props.get("keys")
    return list(found) if isinstance(found, list) else []


def add_columns(context: Context, reader: Reader, table: Obj) -> Answer:
    """``ADD [COLUMN] [IF NOT EXISTS] column, …``."""
    if reader.at("SEARCH", "OPTIMIZATION"):
        raise unsupported("search optimization")
    reader.accept("COLUMN")
    if_missing = reader.accept("IF", "NOT", "EXISTS")
    columns = list(columns_of(table))
    number = int(str(table.props["next_column"]))
    attachments: list[Attachment] = []
    added: list[ColumnDef] = []
    keys: list[Key] = []
    while True:
        column, own = read_column(reader, number, attachments)
        keys += own
        if not any(column.name == other.name for other in columns + added):
            added.append(_filled(column))
            number += 1
        elif not if_missing:
            raise compilation_error(f"column '{column.name}' already exists", "001430", "42601")
        if not reader.accept(","):
            break
        reader.accept("COLUMN")
    reader.end()
    after = apply_keys([*columns, *added], keys)

    def change() -> Result:
        answer = store_columns(
            context, table, after, next_column=number, keys=[*keys_of(table), *(k.encode() for k in keys)]
        )
        _attach(context, context.catalogue.get(table.id), attachments)
        return answer

    empty_needed = [column for column in after if column.id >= added[0].id] if added else []
    needs = next((c for c in empty_needed if not c.nullable and c.fill is None and c.start is None), None)
    if needs is None:
        return change()
    return change_if_no_row(context, table, "true", lambda: _not_empty(needs, table), change)


def _filled(column: ColumnDef) -> ColumnDef:
    """The column with the value that existing rows get: its default, which must be a constant."""
    if column.start is not None:
        raise unsupported("ADD COLUMN with IDENTITY")
    if column.default is None or column.default.upper() == "NULL":
        return column
    reader = Reader(column.default)
    reader.accept("-")
    token = reader.next()
    constant = token.kind in (TokenKind.STRING, TokenKind.NUMBER) or token.upper in ("TRUE", "FALSE")
    if not constant or not reader.done():
        raise unsupported("ADD COLUMN with a default that is not a constant")
    return replace(column, fill=column.default)


def _not_empty(column: ColumnDef, table: Obj) -> Exception:
    return compilation_error(
        f"Non-nullable column '{column.name}' cannot be added to non-empty table '{table.name}' "
        "unless it has a non-null default value."
    )


def _attach(context: Context, table: Obj, attachments: Sequence[Attachment]) -> None:
    for attachment in attachments:
        if attachment.kind == "TAG":
            set_tags(context, table, [(attachment.path, attachment.value)], attachment.column)
        else:
            set_policy(context, table, attachment.column, attachment.path, attachment.arguments)


def drop_columns(context: Context, reader: Reader, table: Obj) -> Answer:
    """``DROP [COLUMN] [IF EXISTS] column, …``."""
    if reader.at("SEARCH", "OPTIMIZATION"):
        raise unsupported("search optimization")
    reader.accept("COLUMN")
    if_exists = reader.accept("IF", "EXISTS")
    names = reader.commas(Reader.name)
    reader.end()
    columns = list(columns_of(table))
    for name in names:
        if if_exists and all(column.name != name for column in columns):
            continue
        gone = find_column(columns, name)
        require_column_droppable(context.catalogue, table, name)
        columns.remove(gone)
    if not columns:
        raise compilation_error("Cannot drop the only column of a table.", "002262", "42601")
    return store_columns(context, table, columns)


def rename_table_column(context: Context, reader: Reader, table: Obj) -> Result:
    """``RENAME COLUMN old TO new``: policies and tags go along."""
    old = reader.name()
    reader.expect("TO")
    new = reader.name()
    reader.end()
    columns = columns_of(table)
    found = find_column(columns, old)
    if new != old and any(column.name == new for column in columns):
        raise compilation_error(f"column '{new}' already exists", "001430", "42601")
    rename_column(context.catalogue, table, old, new)
    return store_columns(context, table, [replace(c, name=new) if c is found else c for c in columns])


def alter_columns(context: Context, reader: Reader, table: Obj) -> Answer:
    """``{ALTER|MODIFY} [(] [COLUMN] name change, … [)]``."""
    if reader.at("CONSTRAINT"):
        raise unsupported("ALTER TABLE … ALTER CONSTRAINT")
    inside = reader.accept("(")
    reader.accept("COLUMN")
    mark = reader.mark()
    name = reader.name()
    if reader.at("SET", "TAG") or reader.at("UNSET", "TAG"):
        return alter_tags(context, reader, table, name)
    if reader.at("SET", "MASKING") or reader.at("UNSET", "MASKING"):
        return alter_column_policy(context, reader, table, name)
    context.access.require_ownership(table)
    reader.rewind(mark)
    columns = list(columns_of(table))
    conditions: list[str] = []
    errors: list[Exception] = []
    while True:
        reader.accept("COLUMN")
        before = find_column(columns, reader.name())
        after = _alter_column(reader, before)
        columns[columns.index(before)] = after
        found = _contradiction(before, after, table)
        if found is not None:
            conditions.append(found[0])
            errors.append(found[1])
        if not reader.accept(","):
            break
    if inside:
        reader.expect(")")
    reader.end()
    if not conditions:
        return store_columns(context, table, columns)
    condition = " OR ".join(conditions)
    return change_if_no_row(
        context, table, condition, lambda: errors[0], lambda: store_columns(context, table, columns)
    )


def _alter_column(reader: Reader, column: ColumnDef) -> ColumnDef:
    if reader.accept("DROP", "NOT", "NULL"):
        if column.primary:
            raise compilation_error(f"Column '{column.name}' of a primary key cannot be nullable.")
        return replace(column, nullable=True)
    if reader.accept_one("SET NOT NULL", "NOT NULL"):
        return replace(column, nullable=False)
    if reader.accept("DROP", "DEFAULT"):
        return replace(column, default=None)
    if reader.at("SET", "DEFAULT"):
        raise unsupported("Alter Column Set Default")
    if reader.accept("UNSET", "COMMENT"):
        return replace(column, comment="")
    if reader.accept("COMMENT"):
        return replace(column, comment=reader.string())
    if reader.accept_one("SET DATA TYPE", "TYPE", "DATA TYPE"):
        kind = read_type(reader)
        if reader.accept("COLLATE") and reader.string():
            raise unsupported("COLLATE")
        if not _convertible(column.type, kind):
            raise compilation_error(
                f"cannot change column {column.name} from type {column.type.text} to {kind.text}", "002108", "22000"
            )
        return replace(column, type=kind)
    raise reader.unexpected()


def _convertible(before: SqlType, after: SqlType) -> bool:
    """Length of text and binary, and precision of a number with the same scale, may change (docs: ALTER COLUMN)."""
    return before == after or (before.name == after.name and before.scale == after.scale)


def _contradiction(before: ColumnDef, after: ColumnDef, table: Obj) -> tuple[str, Exception] | None:
    """What a row must look like to forbid the change, as a DuckDB condition, and the error for it."""
    name = before.physical
    if before.nullable and not after.nullable:
        return f"{name} IS NULL", SnowflakeError("100072", "22000", "NULL result in a non-nullable column")
    error = compilation_error(
        f"cannot change column {before.name} from type {before.type.text} to {after.type.text}", "002108", "22000"
    )
    if (after.type.length or 0) < (before.type.length or 0):
        return f"length({name}) > {after.type.length}" if before.type.name == "VARCHAR" else "true", error
    if (after.type.precision or 0) < (before.type.precision or 0):
        return f"({name} IS NOT NULL AND TRY_CAST({name} AS {after.type.storage}) IS NULL)", error
    return None
