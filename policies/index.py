"""Facts of a picture by whom they are about, worked out once per picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.memo import per_picture
from account.picture import Picture
from account.principals import Grant, Membership, Principal
from account.things import Thing

if TYPE_CHECKING:
    from collections.abc import Mapping


@per_picture
def grants_of(picture: Picture) -> Mapping[Principal, list[Grant]]:
    """Grants by grantee."""
    found: dict[Principal, list[Grant]] = {}
    for grant in picture.grants:
        found.setdefault(grant.grantee, []).append(grant)
    return found


@per_picture
def roles_of(picture: Picture) -> Mapping[Principal, list[Membership]]:
    """Memberships by member."""
    found: dict[Principal, list[Membership]] = {}
    for membership in picture.memberships:
        found.setdefault(membership.member, []).append(membership)
    return found


@per_picture
def owned_by(picture: Picture) -> Mapping[Principal, list[Thing]]:
    """Things by owner; those of which the owner is not known are in `without_owner`."""
    found: dict[Principal, list[Thing]] = {}
    for thing in picture.things:
        if isinstance(thing.owner, Principal):
            found.setdefault(thing.owner, []).append(thing)
    return found


@per_picture
def without_owner(picture: Picture) -> tuple[Thing, ...]:
    """Things of which it is not known who owns them."""
    return tuple(thing for thing in picture.things if not isinstance(thing.owner, Principal | None))
