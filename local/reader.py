"""A cursor over tokens with the phrases that control statements are made of."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from local.errors import invalid_property, invalid_value
from local.lexer import Token, TokenKind, error_at, tokenize
from local.names import Path

T = TypeVar("T")
_LONGEST = 100
"""Characters of a number that are read as one."""
_WHOLE = re.compile(r"-?[0-9]{1,38}\Z")

Value = str | int | float | bool | None | tuple["Value", ...]
"""A property value; names of objects arrive as ``tuple[str, ...]`` (a Path)."""
ValueReader = Callable[["Reader"], Value]


def whole(text: str) -> int | None:
    """The whole number that a text is, in up to 38 ASCII digits; None if it is none."""
    return int(text) if _WHOLE.match(text) else None


class Reader:
    """Reads one statement from left to right; every ``expect`` or typed read raises 001003 where it does not fit."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self._tokens = tokenize(sql)
        self._index = 0

    def peek(self, ahead: int = 0) -> Token:
        """The token ``ahead`` places further on, without taking it."""
        return self._tokens[min(self._index + ahead, len(self._tokens) - 1)]

    def next(self) -> Token:
        """Take one token."""
        token = self.peek()
        if token.kind is not TokenKind.END:
            self._index += 1
        return token

    def mark(self) -> int:
        """The present position, for ``rewind``."""
        return self._index

    def rewind(self, mark: int) -> None:
        """Go back to a position taken with ``mark``."""
        self._index = mark

    def unexpected(self) -> Exception:
        """The syntax error at the present token."""
        token = self.peek()
        return error_at(self.sql, token.start, self.sql[token.start : token.end])

    def at(self, *words: str) -> bool:
        """Whether the next tokens are these keywords or punctuation marks."""
        return all(self._matches(self.peek(i), word) for i, word in enumerate(words))

    def accept(self, *words: str) -> bool:
        """Take these keywords if they come next."""
        if not self.at(*words):
            return False
        self._index += len(words)
        return True

    def accept_one(self, *words: str) -> str | None:
        """Take the first of these keywords that comes next; phrases may hold blanks (``"ALL PRIVILEGES"``)."""
        for word in words:
            if self.accept(*word.split()):
                return word
        return None

    def expect(self, *words: str) -> None:
        """Take these keywords or raise."""
        for word in words:
            if not self.accept(word):
                raise self.unexpected()

    @staticmethod
    def _matches(token: Token, word: str) -> bool:
        if token.kind is TokenKind.WORD:
            return token.upper == word
        return token.kind is TokenKind.PUNCTUATION and token.value == word

    def done(self) -> bool:
        """Whether only a trailing semicolon or nothing is left."""
        return self.peek().kind is TokenKind.END or (self.at(";") and self.peek(1).kind is TokenKind.END)

    def end(self) -> None:
        """Raise unless the statement ends here."""
        if not self.done():
            raise self.unexpected()

    def name(self) -> str:
        """One identifier in stored form; ``IDENTIFIER('…')`` and string-quoted names are taken as well."""
        token = self.peek()
        if token.kind is TokenKind.WORD:
            self.next()
            return token.value.upper()
        if token.kind is TokenKind.QUOTED:
            self.next()
            return token.value
        raise self.unexpected()

    def path(self) -> Path:
        """A dotted name of one to three parts (``DB..T`` means schema PUBLIC)."""
        if self.at("IDENTIFIER", "("):
            self.expect("IDENTIFIER", "(")
            inner = Reader(self.string())
            found = inner.path()
            inner.end()
            self.expect(")")
            return found
        parts = [self.name()]
        while self.accept("."):
            parts.append("PUBLIC" if self.at(".") else self.name())
        if len(parts) > 3:
            raise self.unexpected()
        return tuple(parts)

    def name_or_string(self) -> str:
        """An identifier, or a string literal read as one (upper case unless it holds quotes)."""
        if self.peek().kind is TokenKind.STRING:
            inner = Reader(self.string())
            return inner.name()
        return self.name()

    def path_or_string(self) -> Path:
        """A dotted name, or a string literal that holds one."""
        if self.peek().kind is TokenKind.STRING:
            inner = Reader(self.string())
            return inner.path()
        return self.path()

    def string(self) -> str:
        """A string literal's value."""
        if self.peek().kind is not TokenKind.STRING:
            raise self.unexpected()
        return self.next().value

    def integer(self) -> int:
        """A whole number, also written as a string literal."""
        negative = self.accept("-")
        token = self.peek()
        value = whole(token.value) if token.kind in (TokenKind.NUMBER, TokenKind.STRING) else None
        if value is None:
            raise self.unexpected()
        self.next()
        return -value if negative else value

    def boolean(self) -> bool:
        """TRUE or FALSE, also written as a string literal."""
        token = self.peek()
        text = token.value.upper() if token.kind in (TokenKind.WORD, TokenKind.STRING) else ""
        if text not in ("TRUE", "FALSE"):
            raise self.unexpected()
        self.next()
        return text == "TRUE"

    def word(self) -> str:
        """A bare keyword or a string literal, in upper case (sizes, types, policies)."""
        token = self.peek()
        if token.kind not in (TokenKind.WORD, TokenKind.STRING):
            raise self.unexpected()
        self.next()
        return token.value.upper()

    def scalar(self) -> Value:
        """Any literal: string, number, TRUE/FALSE, NULL, or a bare word in upper case."""
        token = self.peek()
        if token.kind is TokenKind.STRING:
            return self.string()
        if token.kind is TokenKind.NUMBER or self.at("-"):
            negative = self.accept("-")
            number = self.peek()
            if number.kind is not TokenKind.NUMBER or len(number.value) > _LONGEST:
                raise self.unexpected()
            self.next()
            value: int | float = float(number.value) if set(number.value) & set(".eE") else int(number.value)
            if value == math.inf:
                raise invalid_value(number.value, "number", "numbers that fit a FLOAT")
            return -value if negative else value
        word = self.word()
        return {"TRUE": True, "FALSE": False, "NULL": None}.get(word, word)

    def parenthesised(self, item: Callable[[Reader], T]) -> tuple[T, ...]:
        """``( item, item, … )``, possibly empty."""
        self.expect("(")
        items: list[T] = []
        while not self.accept(")"):
            if items:
                self.expect(",")
            items.append(item(self))
        return tuple(items)

    def commas(self, item: Callable[[Reader], T]) -> tuple[T, ...]:
        """``item, item, …``, at least one."""
        items = [item(self)]
        while self.accept(","):
            items.append(item(self))
        return tuple(items)

    def properties(self, kind: str, spec: Mapping[str, ValueReader]) -> dict[str, Value]:
        """``NAME = value`` pairs in any order, separated by blanks or commas, until something else comes.

        ``kind`` names the object type in the error for a property that is not in ``spec``.
        A comma must be followed by another pair. ``NULL`` is read as None for every property.
        """
        found: dict[str, Value] = {}
        while self.peek().kind is TokenKind.WORD and self._matches(self.peek(1), "="):
            name = self.peek().upper
            if name not in spec:
                raise invalid_property(name, kind)
            self.next()
            self.expect("=")
            found[name] = None if self.accept("NULL") else spec[name](self)
            if self.at(",") and self._matches(self.peek(2), "="):
                self.next()
        return found

    def rest(self) -> str:
        """The statement's text from here to its end, without a trailing semicolon; takes everything."""
        text = self.sql[self.peek().start :].rstrip()
        self._index = len(self._tokens) - 1
        return text.removesuffix(";").rstrip()

    def raw(self, pattern: re.Pattern[str]) -> str:
        """The raw text from here that the pattern matches, and go on behind it, whatever tokens it holds."""
        start = self.peek().start
        found = pattern.match(self.sql, start)
        if found is None or not found[0]:
            raise self.unexpected()
        # Behind it the text is split anew: what looked like a comment inside was none.
        rest = tokenize(self.sql[found.end() :])
        moved = [replace(token, start=token.start + found.end(), end=token.end + found.end()) for token in rest]
        self._tokens[self._index :] = moved
        return found[0]

    def text_until(self, stop: Callable[[Reader], bool]) -> str:
        """The raw text up to the token where ``stop`` holds at parenthesis depth 0, or to the end."""
        start = self.peek().start
        last = start
        depth = 0
        while not self.done() and not (depth == 0 and stop(self)):
            token = self.next()
            depth += {"(": 1, ")": -1}.get(token.value, 0) if token.kind is TokenKind.PUNCTUATION else 0
            last = token.end
        return self.sql[start:last].strip()


def read_string(reader: Reader) -> Value:
    """Property reader: string literal."""
    return reader.string()


def read_integer(reader: Reader) -> Value:
    """Property reader: whole number."""
    return reader.integer()


def read_boolean(reader: Reader) -> Value:
    """Property reader: boolean."""
    return reader.boolean()


def read_word(reader: Reader) -> Value:
    """Property reader: keyword or string, upper case."""
    return reader.word()


def read_path(reader: Reader) -> Value:
    """Property reader: object name, also as a string."""
    return reader.path_or_string()


def read_strings(reader: Reader) -> Value:
    """Property reader: ``('a', 'b')``."""
    return reader.parenthesised(Reader.string)
