"""Names of objects as Snowflake stores them: one value type for a name with its containers.

Unlike `stacks.names.Identifier` it holds every name that an account can have, also those that the provider cannot
refer to (with a quote, a dot or a bar in them), because the live account may have them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Self

from pydantic_core import core_schema

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import GetCoreSchemaHandler

_REGULAR: Final = re.compile(r"[A-Z_][A-Z0-9_$]*\Z")
_PART: Final = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([A-Za-z_][A-Za-z0-9_$]*))\s*')


class Name(tuple[str, ...]):
    """A name with its containers, outermost first: (database, schema, object). The account itself is the empty name.

    The parts are in stored form: `Name.parse('db."b c"')` is ("DB", "b c"). Two spellings of one name compare equal,
    and so do a Name and a plain tuple of the same parts.
    """

    __slots__ = ()

    @classmethod
    def of(cls, *parts: str) -> Self:
        """A name of parts in stored form."""
        return cls(parts)

    @classmethod
    def parse(cls, text: str) -> Self:
        """A name as written in SQL: unquoted parts count in upper case, quoted ones as they are.

        Raises:
            ValueError: the text is no name of one to three identifiers.
        """
        parts, at = [], 0
        while found := _PART.match(text, at):
            quoted, plain = found.groups()
            parts.append(plain.upper() if plain is not None else quoted.replace('""', '"'))
            at = found.end()
            if at == len(text):
                return cls(parts)
            if text[at] != ".":
                break
            at += 1
        raise ValueError(f"{text!r} is no name")

    @classmethod
    def loose(cls, text: str) -> Self:
        """A name as properties of resources and rows of SHOW give it: SQL text where it parses, else one stored part.

        A single part without quotes is taken as stored: providers and SHOW write `name` that way, in any case.
        """
        if '"' not in text and "." not in text:
            return cls((text,))
        try:
            return cls.parse(text)
        except ValueError:
            return cls((text,))

    @property
    def last(self) -> str:
        """The innermost part; empty for the account."""
        return self[-1] if self else ""

    @property
    def container(self) -> Name:
        """The name without its last part."""
        return Name(self[:-1])

    @property
    def database(self) -> Name:
        """The outermost part."""
        return Name(self[:1])

    @property
    def schema(self) -> Name:
        """The first two parts."""
        return Name(self[:2])

    @property
    def quoted(self) -> str:
        """Every part in double quotes: valid SQL and what the provider expects as a reference."""
        return ".".join('"' + part.replace('"', '""') + '"' for part in self)

    def __str__(self) -> str:
        return ".".join(part if _REGULAR.match(part) else '"' + part.replace('"', '""') + '"' for part in self)

    def __repr__(self) -> str:
        return f"Name({str(self)!r})"

    def within(self, container: Iterable[str]) -> bool:
        """Whether it lies in that container (or is it); everything lies in the account."""
        outer = tuple(container)
        return self[: len(outer)] == outer

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        del source, handler
        return core_schema.no_info_after_validator_function(
            cls,
            core_schema.list_schema(core_schema.str_schema()),
            serialization=core_schema.plain_serializer_function_ser_schema(list),
        )


ACCOUNT: Final = Name()
"""The account itself."""
