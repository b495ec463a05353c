"""Identifiers: how Snowflake resolves, prints and quotes names.

A name inside this package is always in its stored form: upper case if it was written unquoted, as written otherwise.
"""

from __future__ import annotations

import re
from functools import lru_cache

Path = tuple[str, ...]
"""An object's name from the outermost container inwards: ``("DB", "SCHEMA", "TABLE")``."""

_PLAIN = re.compile(r"[A-Z_][A-Z0-9_$]*\Z")


def quote(name: str) -> str:
    """The name as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


@lru_cache(maxsize=8192)
def display(name: str) -> str:
    """The name as Snowflake prints it: quoted only where an unquoted one would not come back."""
    return name if _PLAIN.match(name) else quote(name)


def dotted(path: Path) -> str:
    """A path as Snowflake prints it, for example ``DB.SCHEMA."odd name"``."""
    return ".".join(display(part) for part in path)


@lru_cache(maxsize=256)
def like(pattern: str) -> re.Pattern[str]:
    """A SHOW … LIKE pattern (``%``, ``_``, backslash escapes, case-insensitive) as a compiled expression.

    What stands between two ``%`` is taken where it first fits, once and for all, so that no pattern takes long.
    """
    segments = [""]
    escaped = False
    for char in pattern:
        if escaped or char not in "\\%_":
            segments[-1] += re.escape(char)
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == "%":
            segments.append("")
        else:
            segments[-1] += "."
    first, *rest = segments
    middle = "".join(f"(?>.*?{segment})" for segment in rest[:-1] if segment)
    text = first + middle + (f".*{rest[-1]}" if rest else "")
    return re.compile(text + r"\Z", re.IGNORECASE | re.DOTALL)
