"""Values that are not known yet: in a preview, or because the account would not tell.

An unknown value never opens a gate. It cannot be compared, counted, searched or taken as true or false: whoever tries
gets `Undecided`, which the runner of the rules turns into the verdict UNKNOWN for that one subject.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Never, TypeAlias, TypeVar

T = TypeVar("T")


class Undecided(Exception):
    """A decision was asked of a value that is not known. The text says which and why."""


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """A value that is not known.

    Attributes:
        unknown: why, in a few words: what it depends on, or who would not tell.
    """

    unknown: str = "not known before the change is made"

    def _undecided(self, *_: object) -> Never:
        raise Undecided(self.unknown)

    def __eq__(self, other: object) -> bool:
        return True if isinstance(other, Unknown) else self._undecided()

    def __hash__(self) -> int:
        return hash(Unknown)

    __bool__ = __len__ = __iter__ = __contains__ = __lt__ = __le__ = __gt__ = __ge__ = __int__ = _undecided
    __getitem__ = __str__ = __format__ = _undecided


UNKNOWN = Unknown()
Maybe: TypeAlias = T | Unknown
"""A value, or that it is not known. None is a value: not set, or switched off."""


def known(value: T | Unknown) -> T:
    """The value.

    Raises:
        Undecided: it is not known.
    """
    if isinstance(value, Unknown):
        raise Undecided(value.unknown)
    return value


def is_known(value: object) -> bool:
    """Whether a value is known; the one question that an unknown value answers."""
    return not isinstance(value, Unknown)
