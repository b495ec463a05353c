"""The picture that a query is asked of."""

from dataclasses import dataclass
from enum import StrEnum

from account.declaration import from_platform
from account.picture import Picture
from ops import declaration
from ops.drift import estate
from ops.drift import run as drift
from ops.errors import BadInput
from ops.layout import Account
from stacks import Platform

_NEEDED = frozenset({"GRANT", "FUTURE GRANT", "INHERITED GRANT", "MEMBERSHIP", "USER", "ROLE"})


class Side(StrEnum):
    """What a picture is made from."""

    DECLARATION = "declaration"
    STATE = "state"
    LIVE = "live"


@dataclass(frozen=True)
class Asked:
    """A picture with what its names mean. `doubts`: what could not be seen and may give somebody more."""

    picture: Picture
    platform: Platform
    side: Side
    doubts: tuple[str, ...] = ()


def asked(side: Side, stack: str, account: Account | None) -> Asked:
    """The picture of a stack: as the repository declares it, as its state has it, or the whole account as it is.

    Args:
        account: a local account; None for the real one. The declaration is that of the real account in any case.

    Raises:
        OpsError: it cannot be read.
    """
    if side is Side.DECLARATION:
        platform = declaration.outline(stack)
        return Asked(from_platform(platform), platform, side)
    stacks = estate.load(stack, account)
    if side is Side.STATE:
        applied, why = drift.state(stacks, account)
        if applied is None:
            raise BadInput(f"the state of stack {stack} cannot be read", why=why)
        return Asked(applied, stacks.platform, side)
    live = drift.read(stacks, account, fresh=True).picture
    doubts = tuple(f"{spot.what}: {spot.why}" for spot in live.blind_spots if _NEEDED & set(spot.kinds))
    return Asked(live, stacks.platform, side, doubts)
