"""How one input of a planned step changes: a number that falls or rises, a switch that leaves its good position.

What is not known raises `Undecided`: it is never taken for unchanged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.registered.values import flag, number
from account.values import known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.plan import Step


def sides(step: Step, key: str) -> tuple[object, object]:
    """An input before and after."""
    return step.old.get(key), step.new.get(key)


def less(step: Step, key: str, what: str, unit: str) -> Iterator[str]:
    """A number that goes down, or is no longer set."""
    if step.differs(key):
        old, new = (known(number(side)) for side in sides(step, key))
        if old is not None and (new is None or new < old):
            yield f"{what} goes from {old} to {'the default' if new is None else new} {unit}".rstrip()


def more(step: Step, key: str, what: str, unit: str) -> Iterator[str]:
    """A number that goes up, or has no limit any more."""
    if step.differs(key):
        old, new = (known(number(side)) for side in sides(step, key))
        if old is not None and (new is None or new > old):
            yield f"{what} goes from {old} to {'no limit of' if new is None else new} {unit}".rstrip()


def switch(step: Step, key: str, good: bool, what: str) -> Iterator[str]:
    """A switch that leaves its good position."""
    if step.differs(key):
        old, new = (known(flag(side)) for side in sides(step, key))
        if (old is good and new is not good) or (old is not (not good) and new is (not good)):
            yield what
