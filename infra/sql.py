"""The one place where SQL text is put together: identifiers are quoted, values are escaped, templates are constants."""

from __future__ import annotations

from typing import LiteralString

from stacks import Identifier, QualifiedName


def literal(value: str) -> str:
    """A string literal; backslash and quote are escaped, as Snowflake reads both."""
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def sql(template: LiteralString, **values: Identifier | QualifiedName | str) -> str:
    """Fill `{name}` places of a constant template: identifiers come in quoted, any other text as a string literal."""
    return template.format(
        **{
            name: value.quoted if isinstance(value, Identifier | QualifiedName) else literal(value)
            for name, value in values.items()
        }
    )
