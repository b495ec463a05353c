"""SQL text as words, so that comments, case, white space and quotes hide nothing from a rule.

The lexical rules are Snowflake's (docs.snowflake.com/en/sql-reference: identifiers-syntax, data-types-text, comments).
Where a text can be read in two ways, this reads it in the way that shows more words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


class Kind(StrEnum):
    """Kinds of tokens."""

    WORD = "word"
    QUOTED = "quoted"
    STRING = "string"
    NUMBER = "number"
    SYMBOL = "symbol"


@dataclass(frozen=True, slots=True)
class Token:
    """One token. `text` of a WORD is in upper case, of a QUOTED or STRING what stands between the quotes."""

    kind: Kind
    text: str


Statement = tuple[Token, ...]

_TOKEN: Final = re.compile(
    r"""
      (?P<space>\s+ | --[^\r\n]* | //[^\r\n]* | /\*.*?\*/)
    | (?P<dollars>\$\$.*?\$\$)
    | (?P<string>'(?:[^'\\]|''|\\.)*')
    | (?P<quoted>"(?:[^"]|"")*")
    | (?P<word>[^\W\d][\w$]*)
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<broken>['"]|/\*|\$\$)
    | (?P<symbol>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Unreadable(ValueError):
    """The text is no SQL: something that was opened is never closed."""


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text, comments and white space left out.

    Raises:
        Unreadable: a comment, string or quoted name is not closed.
    """
    for found in _TOKEN.finditer(text):
        part = found.group()
        match found.lastgroup:
            case "space":
                continue
            case "broken":
                raise Unreadable("a comment, string or quoted name is not closed")
            case "dollars":
                yield Token(Kind.STRING, part[2:-2])
            case "string":
                yield Token(Kind.STRING, part[1:-1].replace("''", "'"))
            case "quoted":
                yield Token(Kind.QUOTED, part[1:-1].replace('""', '"'))
            case "word":
                yield Token(Kind.WORD, part.upper())
            case "number":
                yield Token(Kind.NUMBER, part)
            case _:
                yield Token(Kind.SYMBOL, part)


def statements(text: str) -> tuple[Statement, ...]:
    """The statements of a text, without the semicolons between them.

    Raises:
        Unreadable: see `tokens`.
    """
    found: list[list[Token]] = [[]]
    for token in tokens(text):
        if token == Token(Kind.SYMBOL, ";"):
            found.append([])
        else:
            found[-1].append(token)
    return tuple(tuple(statement) for statement in found if statement)


def words(statement: Statement) -> tuple[str, ...]:
    """Keywords and names without quotes of a statement, in order."""
    return tuple(token.text for token in statement if token.kind is Kind.WORD)


def names_alike(first: Token, second: Token) -> bool:
    """Whether two tokens are the same, a regular name with and without quotes counting as one."""
    names = (Kind.WORD, Kind.QUOTED)
    return first == second or (first.kind in names and second.kind in names and first.text == second.text)
