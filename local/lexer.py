"""Tokens of Snowflake SQL, enough for control statements; queries are parsed by sqlglot in ``local.data``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from local.errors import syntax_error


class TokenKind(Enum):
    """What a token is; ``WORD`` is an unquoted identifier or a keyword."""

    WORD = "word"
    QUOTED = "quoted"
    STRING = "string"
    NUMBER = "number"
    PUNCTUATION = "punctuation"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """A token with its value (unescaped) and where it stands in the statement (offsets)."""

    kind: TokenKind
    value: str
    start: int
    end: int

    @property
    def upper(self) -> str:
        """The keyword in upper case; empty for anything that is not an unquoted word."""
        return self.value.upper() if self.kind is TokenKind.WORD else ""


_TOKEN = re.compile(
    r"""
      (?P<space>\s+|--[^\n]*|//[^\n]*|/\*.*?\*/)
    | (?P<open>/\*)
    | (?P<word>[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*)
    | (?P<quoted>"(?:[^"]++|"")*+")
    | (?P<string>'(?:[^'\\]++|''|\\.)*+')
    | (?P<dollar>\$\$.*?\$\$)
    | (?P<number>[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+)
    | (?P<punctuation>->|=>|::|\|\||<>|!=|<=|>=|[-+*/%=<>(),.;:@\[\]{}!?&|^~$])
    """,
    re.VERBOSE | re.DOTALL,
)

_SURROGATE = re.compile("[\ud800-\udfff]")
"""Halves of characters, which JSON can carry and no store can keep."""

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f"}


_ESCAPED = re.compile(r"''|\\[0-7]{3}|(?:\\x[0-9A-Fa-f]{2})+|\\u[0-9A-Fa-f]{4}|\\.", re.DOTALL)


def unescape(body: str) -> str:
    """The value of a string literal's body: doubled quotes and backslash escapes resolved.

    Source: docs.snowflake.com, String & binary data types (escape sequences). Several ``\\xhh`` are bytes of UTF-8.
    """

    def replace(match: re.Match[str]) -> str:
        text = match.group(0)
        if text == "''":
            return "'"
        if len(text) == 2:
            return _ESCAPES.get(text[1], text[1])
        if text[1] == "x":
            data = bytes.fromhex(text.replace("\\x", ""))
            try:
                return data.decode()
            except UnicodeDecodeError:
                return data.decode("latin-1")
        return _SURROGATE.sub("\ufffd", chr(int(text[2:], 16) if text[1] == "u" else int(text[1:], 8)))

    return _ESCAPED.sub(replace, body)


def quote_text(text: str) -> str:
    """A text as a string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def tokenize(sql: str) -> list[Token]:
    """Split a statement into tokens, comments and blanks dropped; the last token is ``END``.

    Raises ``SnowflakeError`` 001003 at a character that starts no token (an unclosed string or comment). The time is
    proportional to the length whatever the text is: nothing is tried twice.
    """
    if (lone := _SURROGATE.search(sql)) is not None:
        raise error_at(sql, lone.start(), "\\u" + format(ord(lone[0]), "x"))
    tokens: list[Token] = []
    position = 0
    while position < len(sql):
        match = _TOKEN.match(sql, position)
        if match is None or match.lastgroup == "open":
            raise error_at(sql, position, sql[position : position + 20].split("\n")[0])
        start, position = position, match.end()
        text = match.group(0)
        match match.lastgroup:
            case "word":
                tokens.append(Token(TokenKind.WORD, text, start, position))
            case "quoted":
                tokens.append(Token(TokenKind.QUOTED, text[1:-1].replace('""', '"'), start, position))
            case "string":
                tokens.append(Token(TokenKind.STRING, unescape(text[1:-1]), start, position))
            case "dollar":
                tokens.append(Token(TokenKind.STRING, text[2:-2], start, position))
            case "number":
                tokens.append(Token(TokenKind.NUMBER, text, start, position))
            case "punctuation":
                tokens.append(Token(TokenKind.PUNCTUATION, text, start, position))
            case _:
                pass
    tokens.append(Token(TokenKind.END, "", len(sql), len(sql)))
    return tokens


def error_at(sql: str, offset: int, text: str) -> Exception:
    """The syntax error for an unexpected token at ``offset``."""
    line = sql.count("\n", 0, offset) + 1
    position = offset - (sql.rfind("\n", 0, offset) + 1)
    return syntax_error(text, line, position)


def split_statements(sql: str) -> list[str]:
    """Split a script at semicolons outside strings, comments and dollar quotes; empty statements are dropped."""
    parts: list[str] = []
    start = 0
    significant = False
    for token in tokenize(sql):
        at_end = token.kind is TokenKind.END
        if at_end or (token.kind is TokenKind.PUNCTUATION and token.value == ";"):
            if significant:
                parts.append(sql[start : token.start].strip())
            start, significant = token.end, False
        else:
            significant = True
    return parts
