"""One change of exposure, and what its finders share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from account.names import Name
from account.picture import Picture
from account.things import AnyThing
from account.values import Unknown
from account.watched import Direction


@dataclass(frozen=True, slots=True)
class ExposureChange:
    """One thing that protects less, more or differently.

    Attributes:
        topic: network, policy, masking, retention, limit, guard, login, sharing.
        kind, on: what it is about; the account is ACCOUNT with the empty name.
        what: what changes, e.g. "Time Travel in days".
        before, after: for people; "not known" where it is not.
    """

    direction: Direction
    topic: str
    kind: str
    on: Name
    what: str
    before: str
    after: str

    @property
    def weakens(self) -> bool:
        """Whether it may protect less than before; what is not known may."""
        return self.direction is not Direction.STRONGER


def shown(value: object) -> str:
    """A value for people: `not known`, `not set`, lists with commas."""
    if isinstance(value, Unknown):
        return "not known"
    if value is None or value == () or value == "":
        return "not set"
    if isinstance(value, tuple) and not isinstance(value, Name):
        return ", ".join(shown(entry) for entry in value)
    return str(value)


def pairs(before: Picture, after: Picture) -> Iterator[tuple[AnyThing, AnyThing]]:
    """Objects that are in both pictures."""
    old = {(thing.kind, thing.name): thing for thing in before.things}
    for thing in after.things:
        was = old.get((thing.kind, thing.name))
        if was is not None:
            yield was, thing
