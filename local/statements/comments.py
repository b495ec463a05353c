"""COMMENT ON: the same as the type's own ALTER … SET COMMENT, with its rights."""

from __future__ import annotations

from local import registry
from local.errors import SnowflakeError, unsupported
from local.lexer import TokenKind
from local.model import Kind
from local.reader import Reader
from local.registry import Answer, statement
from local.session import Context
from local.statements.common import skipped

_SOURCE = "docs.snowflake.com: COMMENT"
_KINDS = (*(kind.value for kind in Kind if kind is not Kind.ACCOUNT), "COLUMN")


@statement("COMMENT", notes="of every type whose ALTER sets a comment, and columns of tables", source=_SOURCE)
def comment_on(context: Context, reader: Reader) -> Answer:
    """``COMMENT [IF EXISTS] ON type name [(argument types)] IS '…'``; for a column ``table.column``."""
    if_exists = reader.accept("IF", "EXISTS")
    reader.expect("ON")
    # Longest first: DATABASE ROLE before DATABASE.
    kind = reader.accept_one(*sorted(_KINDS, key=len, reverse=True))
    if kind is None:
        raise unsupported(f"COMMENT ON {reader.peek().upper}") if reader.peek().upper else reader.unexpected()
    name = _written_name(reader)
    reader.expect("IS")
    token = reader.peek()
    if token.kind is not TokenKind.STRING:
        raise reader.unexpected()
    text = reader.sql[token.start : token.end]
    reader.next()
    reader.end()
    change = f"{name} SET COMMENT = {text}"
    if kind == "COLUMN":
        kind, (table, column) = "TABLE", _column(name)
        change = f"{table} MODIFY COLUMN {column} COMMENT {text}"
    handler = registry.ALTER.get(kind)
    if handler is None:
        raise unsupported(f"COMMENT ON {kind}")
    try:
        return handler(context, Reader(change))
    except SnowflakeError as error:
        if if_exists and error.code == "002003":
            return skipped()
        raise


def _written_name(reader: Reader) -> str:
    """The name as it is written, with a procedure's argument types."""
    start = end = reader.peek().start
    while not reader.at("IS") and not reader.at("("):
        reader.name()
        end = reader.peek().start
        if not reader.accept("."):
            break
    if reader.at("("):
        reader.text_until(lambda r: r.at("IS"))
        end = reader.peek().start
    return reader.sql[start:end].strip()


def _column(name: str) -> tuple[str, str]:
    """The written names of the table and of the column, the last part."""
    reader = Reader(name)
    start = reader.peek().start
    reader.name()
    dot = -1
    while reader.at("."):
        dot = reader.next().start
        start = reader.peek().start
        reader.name()
    reader.end()
    if dot < 0:
        raise reader.unexpected()
    return name[:dot], name[start:]
