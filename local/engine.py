"""From a statement's text to its handler's answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

import local.statements as _statements
from local import registry
from local.bound import bind_text
from local.data.work import commit_open_transaction
from local.errors import compilation_error, unsupported
from local.lexer import TokenKind
from local.reader import Reader
from local.registry import Answer, CreateHead
from local.session import Context
from local.variables import substitute

H = TypeVar("H")

MODIFIERS = (
    "TRANSIENT", "TEMPORARY", "TEMP", "VOLATILE", "LOCAL", "GLOBAL", "SECURE", "RECURSIVE", "EXTERNAL", "MATERIALIZED",
    "DYNAMIC", "HYBRID", "ICEBERG", "EVENT", "API", "NOTIFICATION", "SECURITY", "STORAGE",
)  # fmt: skip

_DDL = ("CREATE", "ALTER", "DROP", "GRANT", "REVOKE", "COMMENT", "UNDROP")
"""Statements that commit the session's open transaction first (docs.snowflake.com: Transactions, "DDL")."""

_VERBS = frozenset((
    "ALTER", "ASYNC", "AWAIT", "BEGIN", "CALL", "CANCEL", "CASE", "COMMENT", "COMMIT", "COPY", "CREATE", "DECLARE",
    "DELETE", "DESC", "DESCRIBE", "DROP", "EXECUTE", "EXPLAIN", "FOR", "GET", "GRANT", "IF", "INSERT", "LET", "LIST",
    "LOOP", "LS", "MERGE", "PUT", "REFRESH", "REMOVE", "REPEAT", "RETURN", "REVOKE", "RM", "ROLLBACK", "SELECT", "SET",
    "SHOW", "START", "TRUNCATE", "UNDROP", "UNSET", "UPDATE", "USE", "VALUES", "WHILE", "WITH",
))  # fmt: skip
"""Words that begin a statement of Snowflake."""
_FIRST = re.compile(r"(?:\s|--[^\n]*|//[^\n]*|/\*.*?\*/)*(?P<word>\w+)", re.DOTALL)
_BINDABLE = (
    "CREATE", "ALTER", "DROP", "UNDROP", "TRUNCATE", "DESCRIBE", "DESC", "COMMENT", "GRANT", "REVOKE", "COPY", "LIST",
    "LS", "REMOVE", "RM", "SHOW", "USE",
)  # fmt: skip
"""Statements without expressions, in which ``?`` stands for a name or a literal."""

_statements.load()


def execute(context: Context, sql: str) -> Answer:
    """Run one statement in one transaction of the catalogue.

    Raises ``SnowflakeError`` and leaves the catalogue as it was when the statement is refused or fails.
    """
    first = _FIRST.match(sql)
    raw = registry.RAW.get(first["word"].upper()) if first else None
    if first is not None and raw is not None:
        with context.catalogue.transaction():
            return raw(context, sql[first.end() :])
    if context.bindings and first is not None and first["word"].upper() in _BINDABLE:
        sql = bind_text(sql, context.bindings)
    reader = Reader(substitute(sql, context.session.variables))
    if reader.peek().upper in _DDL and not reader.at("ALTER", "SESSION"):
        commit_open_transaction(context)
    try:
        with context.catalogue.transaction():
            return _dispatch(context, reader)
    except RecursionError:
        raise compilation_error("The statement is nested too deeply.", "001003", "42000") from None


def _dispatch(context: Context, reader: Reader) -> Answer:
    match reader.peek().upper:
        case "CREATE":
            return _create(context, reader)
        case "ALTER":
            return _verb(context, reader, registry.ALTER)
        case "DROP":
            return _verb(context, reader, registry.DROP)
        case "SHOW":
            reader.expect("SHOW")
            reader.accept("TERSE")
            return _phrase(reader, registry.SHOW, "SHOW")(context, reader)
        case "DESCRIBE" | "DESC":
            return _verb(context, reader, registry.DESCRIBE)
        case _:
            return _phrase(reader, registry.STATEMENT, "")(context, reader)


def _verb(context: Context, reader: Reader, table: Mapping[str, registry.Handler]) -> Answer:
    verb = reader.next().upper
    return _phrase(reader, table, verb)(context, reader)


def _create(context: Context, reader: Reader) -> Answer:
    reader.expect("CREATE")
    or_replace = reader.accept("OR", "REPLACE")
    if reader.at("OR"):
        raise unsupported("CREATE OR ALTER")
    before = reader.mark()
    modifiers: list[str] = []
    while (phrase := _match(reader, registry.CREATE)) is None and (word := reader.accept_one(*MODIFIERS)):
        modifiers.append(word)
    if phrase is None:
        reader.rewind(before)
        raise _refused(reader, "CREATE")
    handler, allowed = registry.CREATE[phrase]
    for word in modifiers:
        if word not in allowed:
            raise unsupported(f"CREATE {word} {phrase}")
    reader.accept(*phrase.split())
    if_not_exists = reader.accept("IF", "NOT", "EXISTS")
    return handler(context, reader, CreateHead(or_replace, if_not_exists, frozenset(modifiers)))


def _match(reader: Reader, table: Mapping[str, object]) -> str | None:
    """The longest registered phrase that comes next, not taken."""
    for length in (5, 4, 3, 2, 1):
        words = [reader.peek(i) for i in range(length)]
        phrase = " ".join(word.upper or word.value for word in words if word.kind is not TokenKind.END)
        if phrase in table:
            return phrase
    return None


def _phrase(reader: Reader, table: Mapping[str, H], verb: str) -> H:
    phrase = _match(reader, table)
    if phrase is None:
        raise _refused(reader, verb)
    reader.accept(*phrase.split())
    return table[phrase]


def _refused(reader: Reader, verb: str) -> Exception:
    """Words that may begin a statement are an unsupported feature, anything else a syntax error."""
    words: list[str] = []
    while len(words) < 3 and reader.peek(len(words)).upper:
        words.append(reader.peek(len(words)).upper)
    if not words or (not verb and words[0] not in _VERBS):
        return reader.unexpected()
    return unsupported(" ".join([verb, *words]).strip())
