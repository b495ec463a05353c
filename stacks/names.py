"""Identifiers: case, quoting and prefixing in one value type.

Snowflake stores an unquoted identifier in upper case and a quoted one as written. `Identifier` is the stored form, so
two spellings of one name compare equal, and whoever needs SQL text or a provider reference asks it for the quoted form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from pydantic_core import core_schema

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

MAX_LENGTH: Final = 255
_REGULAR: Final = re.compile(r"[A-Z_][A-Z0-9_$]*\Z")
_UNQUOTED: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*\Z")
_NOT_SUPPORTED: Final = frozenset('".|')


class Identifier(str):
    """One identifier as Snowflake stores it.

    `Identifier("loading_wh")` is LOADING_WH; `Identifier('"Loading"')` keeps its case. The characters `"`, `.` and `|`
    are refused inside a name because the Snowflake provider cannot refer to such objects (its documentation says so).

    Raises:
        ValueError: the text is empty, longer than 255 characters or not an identifier.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        if isinstance(text, cls):
            return text
        quoted = len(text) > 1 and text[0] == text[-1] == '"'
        stored = text[1:-1] if quoted else text.upper()
        if not 0 < len(stored) <= MAX_LENGTH:
            raise ValueError(f"an identifier has 1 to {MAX_LENGTH} characters")
        if quoted and (_NOT_SUPPORTED & set(stored) or not stored.isprintable()):
            raise ValueError('a quoted identifier has no ", ., | and no control character in it')
        if not quoted and not _UNQUOTED.match(text):
            raise ValueError("letters, digits, _ and $, not starting with a digit; anything else needs double quotes")
        return super().__new__(cls, stored)

    @property
    def quoted(self) -> str:
        """The identifier in double quotes, which is always valid SQL and what the provider expects as a reference."""
        return f'"{self!s}"'

    @property
    def sql(self) -> str:
        """The shortest SQL spelling: quotes only where the name needs them."""
        return str(self) if _REGULAR.match(self) else self.quoted

    def prefixed(self, prefix: str) -> Identifier:
        """The same name with an environment prefix in front, e.g. LOADING_WH -> DEV_LOADING_WH."""
        return Identifier(f'"{prefix.upper()}{self!s}"')

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        del source, handler
        # One that is already in stored form must not be read as SQL text again: that would fold its case.
        return core_schema.no_info_wrap_validator_function(
            lambda value, read: value if isinstance(value, cls) else cls(read(value)),
            core_schema.str_schema(),
            serialization=core_schema.plain_serializer_function_ser_schema(str, when_used="json"),
        )


@dataclass(frozen=True, slots=True, order=True)
class QualifiedName:
    """A name with its containers, outermost first: database, schema, object."""

    parts: tuple[Identifier, ...]

    @classmethod
    def of(cls, *parts: str) -> QualifiedName:
        """Build from one to three identifiers."""
        return cls(tuple(Identifier(part) for part in parts))

    @property
    def quoted(self) -> str:
        """All parts in double quotes, joined by dots: "A"."B"."C"."""
        return ".".join(part.quoted for part in self.parts)

    @property
    def name(self) -> Identifier:
        """The last part."""
        return self.parts[-1]

    def __str__(self) -> str:
        return ".".join(part.sql for part in self.parts)
