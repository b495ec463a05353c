"""An account with dev, qa and prod as declared, for tests that change one thing in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import TypeVar

from account.merge import merged
from account.names import Name
from account.picture import Attachment, BlindSpot, Picture, Source
from account.principals import Grant, Membership, Scope
from account.things import AnyThing, Thing
from account.values import Unknown
from ops.drift import estate
from ops.drift.compare import compare
from ops.drift.estate import Estate
from ops.drift.model import Difference, Drift, Kind
from ops.review.locate import Places
from tests import samples

T = TypeVar("T", bound=Thing)
PLACES = Places({"LOADING_WH": ("stacks/warehouses.py", 7)})


@cache
def stacks(stack: str = "prod", *, alone: bool = False) -> Estate:
    """The stacks of the account as one of them sees it."""
    names = (stack,) if alone else ("dev", "qa", "prod")
    return estate.of(stack, {name: samples.platform(name) for name in names}, is_local=True)


@cache
def live(stack: str = "prod", *, alone: bool = False) -> Picture:
    """The account as it is when everything was deployed and nobody touched it."""
    known = stacks(stack, alone=alone)
    whole = merged(known.own, *known.others)
    return replace(
        whole,
        about=replace(whole.about, source=Source.LIVE, whole=True, taken="2026-11-21T18:00:00+00:00"),
        grants=tuple(grant for grant in whole.grants if grant.scope is not Scope.ALL),
        memberships=(*whole.memberships, *known.made_before.memberships),
        attachments=(*whole.attachments, *known.made_before.attachments),
    )


def having(
    picture: Picture,
    *,
    things: Iterable[AnyThing] = (),
    grants: Iterable[Grant] = (),
    members: Iterable[Membership] = (),
    attachments: Iterable[Attachment] = (),
    blind: Iterable[BlindSpot] = (),
) -> Picture:
    """The picture with more in it."""
    return replace(
        picture,
        things=tuple(sorted((*picture.things, *things), key=lambda one: (one.kind, one.name))),
        grants=(*picture.grants, *grants),
        memberships=(*picture.memberships, *members),
        attachments=(*picture.attachments, *attachments),
        blind_spots=(*picture.blind_spots, *blind),
    )


def without(picture: Picture, kind: type[T], name: str) -> Picture:
    """The picture without one thing."""
    gone = picture.find(kind, Name.parse(name))
    assert gone is not None
    return replace(picture, things=tuple(one for one in picture.things if one is not gone))


def changed(picture: Picture, kind: type[T], name: str, **fields: object) -> Picture:
    """The picture with fields of one thing changed."""
    found = picture.find(kind, Name.parse(name))
    assert found is not None
    things = []
    for one in picture.things:
        new: AnyThing = replace(one, **fields) if one is found else one  # type: ignore[arg-type]
        things.append(new)
    return replace(picture, things=tuple(things))


def drift(
    account: Picture, *, stack: str = "prod", declared: Picture | None = None, applied: Picture | None = None
) -> Drift:
    """The comparison of a stack with an account; as deployed unless said otherwise."""
    known = stacks(stack)
    if declared is not None:
        known = replace(known, declared={**known.declared, stack: declared})
    return compare(known, applied or stacks(stack).own, account, PLACES)


def only(found: Drift) -> Difference:
    """The one difference there is."""
    [entry] = found.differences
    return entry


def of(found: Drift, kind: Kind) -> list[str]:
    """What differs in one way."""
    return [entry.about for entry in found.differences if entry.kind is kind]


HIDDEN = Unknown("hidden from the role")
