"""The parenthesised part of CREATE TABLE: columns and constraints (docs.snowflake.com: CREATE TABLE, constraints)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from local.data.columns import ColumnDef, find_column
from local.data.types import SqlType, read_type
from local.errors import compilation_error, unsupported
from local.lexer import tokenize
from local.model import Json
from local.names import Path
from local.reader import Reader

_CLAUSES = (
    "COMMENT", "NOT", "NULL", "PRIMARY", "UNIQUE", "COLLATE", "CONSTRAINT", "WITH", "MASKING", "TAG", "REFERENCES",
    "FOREIGN", "PROJECTION", ",", ")",
)  # fmt: skip

_QUERIES = ("SELECT", "WITH", "VALUES", "TABLE", "SHOW")

_KEY_OPTIONS = (
    "NOT ENFORCED", "NOT DEFERRABLE", "DEFERRABLE", "INITIALLY DEFERRED", "INITIALLY IMMEDIATE", "ENABLE", "DISABLE",
    "VALIDATE", "NOVALIDATE", "RELY", "NORELY",
)  # fmt: skip

_ACTIONS = ("CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION")
_FOREIGN_RULES = (
    *(f"MATCH {way}" for way in ("FULL", "SIMPLE", "PARTIAL")),
    *(f"ON {change} {action}" for change in ("UPDATE", "DELETE") for action in _ACTIONS),
)


@dataclass(frozen=True, slots=True)
class Key:
    """A declared, never enforced constraint; ``kind`` is PRIMARY KEY, UNIQUE or FOREIGN KEY."""

    kind: str
    columns: tuple[str, ...]
    name: str = ""
    target: Path = ()
    target_columns: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    """MATCH, ON UPDATE and ON DELETE of a foreign key, as written, in upper case."""

    def encode(self) -> Json:
        """What goes to ``props["keys"]``."""
        return {
            "kind": self.kind,
            "columns": list(self.columns),
            "name": self.name,
            "target": list(self.target),
            "target_columns": list(self.target_columns),
            "rules": list(self.rules),
        }


@dataclass(frozen=True, slots=True)
class Attachment:
    """A policy or tag written with a column: where in the statement its clause stands (for its own reader)."""

    column: str
    kind: str
    path: Path
    arguments: tuple[str, ...] = ()
    value: str = ""


@dataclass
class Definition:
    """What stood between the parentheses."""

    columns: list[ColumnDef] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)


def read_definition(reader: Reader, *, typed: bool = True) -> Definition:
    """Read ``(column …, constraint …)``; ``typed`` false allows columns without a type (CREATE TABLE … AS)."""
    found = Definition()

    def item(inner: Reader) -> None:
        if (
            inner.at("CONSTRAINT")
            or inner.at("PRIMARY", "KEY")
            or inner.at("UNIQUE", "(")
            or inner.at("FOREIGN", "KEY")
        ):
            found.keys.append(read_key(inner))
        else:
            column, keys = read_column(inner, len(found.columns) + 1, found.attachments, typed=typed)
            if any(column.name == other.name for other in found.columns):
                raise compilation_error(f"duplicate column name '{column.name}'", "002025", "42S21")
            found.columns.append(column)
            found.keys.extend(keys)

    reader.parenthesised(item)
    found.columns = list(apply_keys(found.columns, found.keys))
    return found


def apply_keys(columns: Sequence[ColumnDef], keys: Sequence[Key]) -> tuple[ColumnDef, ...]:
    """Mark the columns of primary and unique keys; a primary key's columns are NOT NULL."""
    marked = {column.name: column for column in columns}
    for key in keys:
        for name in key.columns:
            column = find_column(columns, name)
            if key.kind == "PRIMARY KEY":
                marked[column.name] = replace(marked[column.name], primary=True, nullable=False)
            elif key.kind == "UNIQUE":
                marked[column.name] = replace(marked[column.name], unique=True)
    return tuple(marked[column.name] for column in columns)


UNTYPED = SqlType("VARCHAR")
"""Stands for the type of a column that CREATE TABLE … AS takes from its query."""


def read_column(
    reader: Reader, identity: int, attachments: list[Attachment], *, typed: bool = True
) -> tuple[ColumnDef, list[Key]]:
    """Read one column definition; ``identity`` becomes its id."""
    name = reader.name()
    untyped = not typed and (reader.at(",") or reader.at(")") or reader.at("COMMENT"))
    column = ColumnDef(identity, name, UNTYPED if untyped else read_type(reader))
    keys: list[Key] = []
    while not (reader.at(",") or reader.at(")") or reader.done()):
        column = _clause(reader, column, keys, attachments)
    return column, keys


def _clause(reader: Reader, column: ColumnDef, keys: list[Key], attachments: list[Attachment]) -> ColumnDef:
    if reader.accept("NOT", "NULL"):
        return replace(column, nullable=False)
    if reader.accept("NULL"):
        return column
    if reader.accept("COMMENT"):
        return replace(column, comment=reader.string())
    if reader.accept("COLLATE"):
        collation = reader.string()
        if collation:
            raise unsupported(f"COLLATE '{collation}'")
        return column
    if reader.accept("DEFAULT"):
        return replace(column, default=read_default(reader))
    if reader.accept_one("AUTOINCREMENT", "IDENTITY"):
        return _identity(reader, column)
    if reader.at("CONSTRAINT") or reader.at("PRIMARY") or reader.at("UNIQUE") or reader.at("REFERENCES"):
        keys.append(read_key(reader, (column.name,)))
        return column
    if reader.at("FOREIGN", "KEY"):
        keys.append(read_key(reader, (column.name,)))
        return column
    reader.accept("WITH")
    if reader.accept("MASKING", "POLICY"):
        path = reader.path()
        using = reader.parenthesised(Reader.name) if reader.accept("USING") else ()
        attachments.append(Attachment(column.name, "MASKING POLICY", path, using))
        return column
    if reader.accept("TAG"):
        attachments.extend(_tags(reader, column.name))
        return column
    raise reader.unexpected()


def _tags(reader: Reader, column: str) -> tuple[Attachment, ...]:
    def tag(inner: Reader) -> Attachment:
        path = inner.path()
        inner.expect("=")
        return Attachment(column, "TAG", path, value=inner.string())

    return reader.parenthesised(tag)


def read_default(reader: Reader) -> str:
    """The text of a default expression, as written; a default never asks other tables."""
    first = reader.mark()
    text = reader.text_until(lambda r: r.mark() != first and _stops(r))
    if not text:
        raise reader.unexpected()
    if any(token.upper in _QUERIES for token in tokenize(text)):
        raise compilation_error(f"Invalid column default expression [{text}]")
    return text


def _stops(reader: Reader) -> bool:
    return any(reader.at(word) for word in _CLAUSES)


def _identity(reader: Reader, column: ColumnDef) -> ColumnDef:
    start, step = 1, 1
    if reader.at("("):
        numbers = reader.parenthesised(Reader.integer)
        if len(numbers) != 2:
            raise reader.unexpected()
        start, step = numbers
    else:
        if reader.accept("START"):
            reader.accept("WITH")
            reader.accept("=")
            start = reader.integer()
        if reader.accept("INCREMENT"):
            reader.accept("BY")
            reader.accept("=")
            step = reader.integer()
    reader.accept_one("ORDER", "NOORDER")
    if step == 0:
        raise compilation_error("The step of an identity column must not be 0.", "002018")
    return replace(column, start=start, step=step)


def read_key(reader: Reader, own: tuple[str, ...] = ()) -> Key:
    """Read a constraint; ``own`` is the column when it stands inside a column definition."""
    name = reader.name() if reader.accept("CONSTRAINT") else ""
    target: Path = ()
    target_columns: tuple[str, ...] = ()
    if reader.accept("PRIMARY", "KEY"):
        kind, columns = "PRIMARY KEY", own or reader.parenthesised(Reader.name)
    elif reader.accept("UNIQUE"):
        kind, columns = "UNIQUE", own or reader.parenthesised(Reader.name)
    else:
        kind = "FOREIGN KEY"
        listed = reader.accept("FOREIGN", "KEY") and not own
        columns = reader.parenthesised(Reader.name) if listed else own
        reader.expect("REFERENCES")
        target = reader.path()
        target_columns = reader.parenthesised(Reader.name) if reader.at("(") else ()
    rules: list[str] = []
    while kind == "FOREIGN KEY" and (rule := reader.accept_one(*_FOREIGN_RULES)):
        rules.append(rule)
    if reader.at("ENFORCED"):
        raise unsupported(f"ENFORCED {kind}")
    while reader.accept_one(*_KEY_OPTIONS):
        continue
    if not columns:
        raise reader.unexpected()
    return Key(kind, columns, name, target, target_columns, tuple(rules))
