"""Who gains and loses what, and what is opened or closed, in sentences."""

from dataclasses import dataclass

from account.access import in_words as right_in_words
from account.access_changes import AccessChange, what_in_words
from account.difference import difference
from account.exposure_changes import Direction, ExposureChange
from account.picture import Picture
from account.principals import BUILT_IN_ROLES, PrincipalKind
from ops.review.model import AccessRow

LOCK_OUT_TOPIC = "network"


@dataclass(frozen=True)
class Compared:
    """The access and the exposure that a change brings. `undecided`: where there may be more than is told."""

    access: tuple[AccessRow, ...]
    exposure: tuple[str, ...]
    undecided: tuple[str, ...]


def compare(
    before: Picture, after: Picture, declared_before: Picture | None, declared_after: Picture | None
) -> Compared:
    """Both sides of a plan, and both declarations for the real account, whose address lists local runs replace."""
    found = difference(before, after)
    exposure = [change for change in found.exposure if declared_after is None or change.topic != LOCK_OUT_TOPIC]
    undecided = list(found.undecided)
    if declared_after is not None and declared_before is not None:
        declared = difference(declared_before, declared_after)
        exposure += [change for change in declared.exposure if change.topic == LOCK_OUT_TOPIC]
    elif declared_after is not None:
        undecided.append("address lists: the base does not tell what it declares for the real account")
    return Compared(
        tuple(_row(change) for change in found.access if _told(change)),
        tuple(sorted({_sentence(change) for change in exposure})),
        tuple(undecided),
    )


def _told(change: AccessChange) -> bool:
    """Snowflake's own roles have whatever is granted below them; what somebody else gains tells it already."""
    principal = change.principal
    return not (principal.kind is PrincipalKind.ROLE and principal.name.last in BUILT_IN_ROLES[:4])


def _row(change: AccessChange) -> AccessRow:
    return AccessRow(
        gained=change.gained,
        who=str(change.principal),
        what=what_in_words(change),
        path=right_in_words(change.right),
    )


def _sentence(change: ExposureChange) -> str:
    sign = {Direction.WEAKER: "weaker", Direction.STRONGER: "stronger"}.get(change.direction, "different")
    return f"{sign}: {change.what} of {change.kind} {change.on}: {change.before} → {change.after}"
