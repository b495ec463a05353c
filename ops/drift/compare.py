"""The comparison as a whole, a pure function of the sides."""

from collections.abc import Iterator
from typing import Final

from account.picture import Picture
from ops.drift import grants, objects, settings
from ops.drift.estate import Estate
from ops.drift.model import Difference, Drift, Kind, Topic
from ops.drift.sides import Sides
from ops.review.locate import Places

_FACTS: Final = frozenset({"GRANT", "FUTURE GRANT", "INHERITED GRANT", "MEMBERSHIP", "ATTACHMENT", "PARAMETER"})
_KINDS: Final = {kind: place for place, kind in enumerate(Kind)}
_TOPICS: Final = {topic: place for place, topic in enumerate(Topic)}


def compare(estate: Estate, applied: Picture | None, live: Picture, places: Places, why_no_state: str = "") -> Drift:
    """Everything in which the account differs from what the stack declares and what was applied.

    Args:
        applied: the picture of the state; None where there is none, and then the declaration stands in for it.
        why_no_state: why it could not be read; the comparison is then undecided. Empty: nothing was applied yet.
    """
    sides = Sides(estate, applied or estate.own, live, places, applied is not None)
    found = [*objects.differences(sides), *grants.differences(sides), *settings.differences(sides)]
    fields, skipped = _unseen(sides)
    state = [f"the state of stack {estate.stack}: {why_no_state}"] if why_no_state else []
    others = [f"what stack {name} declares: {why}" for name, why in estate.unread.items()]
    return Drift(
        stack=estate.stack,
        account=live.about.account,
        stacks=tuple(estate.platforms),
        differences=tuple(sorted(dict.fromkeys(found), key=_order)),
        blind=(*state, *others, *_spots(sides), *fields),
        not_compared=skipped,
        taken=live.about.taken,
    )


def _order(entry: Difference) -> tuple[object, ...]:
    return _KINDS[entry.kind], _TOPICS[entry.topic], entry.about, entry.statement


def _spots(sides: Sides) -> Iterator[str]:
    """Blind spots that hide something which is compared."""
    kinds = _FACTS | {thing.kind for thing in sides.declared.things}
    for spot in sides.live.blind_spots:
        if kinds & set(spot.kinds):
            yield f"{spot.what}: {spot.why}"


def _unseen(sides: Sides) -> tuple[tuple[str, ...], tuple[str, ...]]:
    pairs = list(objects.unseen(sides))
    return (
        tuple(sorted({unseen for unseen, _ in pairs if unseen})),
        tuple(sorted({skipped for _, skipped in pairs if skipped})),
    )
