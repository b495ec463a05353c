"""PATTERN: regular expressions over the names of staged files, matched in time proportional to the name."""

from __future__ import annotations

from collections.abc import Callable

from local.errors import compilation_error
from local.reader import Value


def matcher(pattern: Value) -> Callable[[str], bool]:
    """Whether a name matches the whole pattern; everything does without one. 001008 for a bad expression."""
    if pattern is None:
        return lambda _: True
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = f"^(?:{pattern})$"

    def matches(name: str) -> bool:
        return bool(pc.match_substring_regex(pa.array([name]), whole)[0].as_py())

    try:
        matches("")
    except pa.ArrowInvalid as error:
        raise compilation_error(f"Invalid regular expression: '{pattern}', {error}", "100048", "2201B") from None
    return matches
