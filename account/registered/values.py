"""Property values of Pulumi resources in plain form.

Engines and plugins give numbers as floats, numbers that are not set as -1, booleans that are not set as the text
"default", and texts that are not set as "". Here None always means: not set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from account.values import Maybe, Unknown

T = TypeVar("T")

_TRUE, _FALSE = frozenset({"true"}), frozenset({"false"})
_LEFT_OPEN = frozenset({"default", ""})


def _odd(value: object) -> Unknown:
    return Unknown(f"a value of type {type(value).__name__} was not expected here")


def text(value: object) -> Maybe[str | None]:
    """A text; numbers and booleans as Pulumi would write them."""
    if value is None or isinstance(value, Unknown):
        return value
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) and not value.is_integer() else str(int(value))
    return _odd(value)


def upper(value: object) -> Maybe[str | None]:
    """A text in upper case, without white space around it."""
    found = text(value)
    return found.strip().upper() if isinstance(found, str) else found


def number(value: object) -> Maybe[int | None]:
    """A whole number; -1 is not set."""
    if value is None or isinstance(value, Unknown):
        return value
    if isinstance(value, str):
        try:
            value = float(value) if value.strip() else None
        except ValueError:
            return Unknown("a number was expected here")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _odd(value)
    return None if value == -1 else int(value)


def flag(value: object) -> Maybe[bool | None]:
    """A boolean, or the text "true" or "false"; "default" is not set."""
    if value is None or isinstance(value, Unknown | bool):
        return value
    found = value.strip().lower() if isinstance(value, str) else None
    if found in _TRUE:
        return True
    if found in _FALSE:
        return False
    return None if found in _LEFT_OPEN else _odd(value)


def items(value: object) -> tuple[object, ...] | Unknown:
    """A list; not set is empty. Of a set that stands as one block, that block."""
    if value is None:
        return ()
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Mapping):
        return (value,)
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else _odd(value)


def texts(value: object, *, sort: bool = True) -> tuple[str, ...] | Unknown:
    """A list of texts; unknown as a whole if one of them is."""
    found = items(value)
    if isinstance(found, Unknown):
        return found
    plain: list[str] = []
    for entry in found:
        part = text(entry)
        if isinstance(part, Unknown):
            return part
        if part is not None:
            plain.append(part)
    return tuple(sorted(plain)) if sort else tuple(plain)


def block(value: object) -> Maybe[Mapping[str, object] | None]:
    """A nested block; some sources give it as a list of one."""
    if isinstance(value, Mapping) or value is None or isinstance(value, Unknown):
        return value
    found = items(value)
    if isinstance(found, Unknown):
        return found
    return block(found[0]) if found else None


def otherwise(value: Maybe[T | None], default: T) -> T | Unknown:
    """The value, or the default where it is not set."""
    return default if value is None else value
