"""Session variables: what SET keeps, and ``$name`` in statements that have no expressions.

Source: docs.snowflake.com, "SQL variables", SET, Literals and variables as identifiers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from local.errors import SnowflakeError, compilation_error
from local.lexer import Token, TokenKind, quote_text, tokenize

LONGEST = 256
"""Bytes of a text in a variable."""
_NAMES_ONLY = frozenset(("SELECT", "WITH", "VALUES", "INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "SET", "("))
"""Statements in whose text only IDENTIFIER($name) is replaced: expressions find variables by themselves, and what is
created keeps them."""


@dataclass(frozen=True, slots=True)
class Variable:
    """``type`` and ``value`` as the protocol writes bound values, ``text`` as people read it; times in seconds."""

    type: str
    value: str | None
    text: str
    created: float
    updated: float

    @property
    def literal(self) -> str:
        """As a literal of a statement."""
        if self.value is None:
            return "NULL"
        return self.text if self.type in ("FIXED", "BOOLEAN") else quote_text(self.text)


def missing_variable(name: str) -> SnowflakeError:
    """002211: a variable that is not set."""
    return compilation_error(f"Session variable '${name.upper()}' does not exist", "002211", "02000")


def substitute(sql: str, variables: Mapping[str, Variable]) -> str:
    """The statement with variables in place of ``$name`` where only names and literals can stand."""
    if "$" not in sql:
        return sql
    tokens = tokenize(sql)
    names_only = tokens[0].value == "(" or tokens[0].upper in _NAMES_ONLY
    parts: list[str] = []
    last = index = 0
    while index < len(tokens):
        name = _name(tokens, index)
        wrapped = name is not None and [t.upper or t.value for t in tokens[max(index - 2, 0) : index]] == [
            "IDENTIFIER",
            "(",
        ]
        if name is None or (names_only and not wrapped):
            index += 1
            continue
        found = variables.get(name.upper)
        if found is None:
            raise missing_variable(name.value)
        if wrapped and index + 2 < len(tokens) and tokens[index + 2].value == ")":
            parts += [sql[last : tokens[index - 2].start], found.text]
            last = tokens[index + 2].end
        else:
            parts += [sql[last : tokens[index].start], found.literal]
            last = name.end
        index += 2
    return "".join(parts) + sql[last:]


def _name(tokens: list[Token], index: int) -> Token | None:
    """The word that a ``$`` at this place belongs to."""
    mark = tokens[index]
    if mark.kind is not TokenKind.PUNCTUATION or mark.value != "$" or index + 1 >= len(tokens):
        return None
    word = tokens[index + 1]
    return word if word.kind is TokenKind.WORD and word.start == mark.end else None
