"""Several pictures of one account as one: stacks that share it, and what lies outside of every stack.

A stack alone does not show who reaches what: a role of another stack, or one that was made by hand, may have a role of
this one. The first picture is the one that is judged; the others add what else the account has.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from account.builder import Builder
from account.codec import PictureError
from account.picture import Attachment, Picture, Source
from account.values import Undecided, Unknown, known
from stacks.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from account.things import AnyThing


@dataclass(frozen=True, slots=True, order=True)
class Conflict:
    """Something that two pictures say differently.

    Attributes:
        kind: of a thing its kind, else PARAMETER or ATTACHMENT.
        fields: names of the fields that differ.
    """

    kind: str
    what: str
    stacks: tuple[str, str]
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        differ = f" ({', '.join(self.fields)})" if self.fields else ""
        return f"{self.what} is not the same in {self.stacks[0]} and {self.stacks[1]}{differ}"


def _same(one: object, other: object) -> bool:
    """Whether two values are known to be equal."""
    try:
        return one == other
    except Undecided:
        return False


def _differing(one: AnyThing, other: AnyThing) -> tuple[str, ...]:
    return tuple(
        entry.name
        for entry in fields(one)
        if entry.compare and not _same(getattr(one, entry.name), getattr(other, entry.name, None))
    )


def _place(entry: Attachment) -> tuple[Hashable, ...] | None:
    """Where only one policy of a kind can be in force; None where that is not known."""
    if isinstance(entry.target, Unknown):
        return None
    return (entry.policy_kind, entry.on, entry.target, entry.column, entry.audience)


def _things(one: Picture, other: Picture, stacks: tuple[str, str]) -> Iterator[Conflict]:
    mine = {(thing.kind, thing.name): thing for thing in one.things}
    for thing in other.things:
        found = mine.get((thing.kind, thing.name))
        differing = _differing(found, thing) if found is not None else ()
        if differing:
            yield Conflict(thing.kind, f"{thing.kind} {thing.name}", stacks, differing)


def _in_force(one: Picture, other: Picture, stacks: tuple[str, str]) -> Iterator[Conflict]:
    mine = {_place(entry): entry for entry in one.attachments}
    for entry in other.attachments:
        place = _place(entry)
        found = mine.get(place) if place is not None else None
        if found is not None and not _same(found.policy, entry.policy):
            what = f"{entry.policy_kind} policy of {entry.on} {known(entry.target)}".rstrip()
            yield Conflict("ATTACHMENT", what, stacks)


def conflicts(one: Picture, other: Picture) -> tuple[Conflict, ...]:
    """What two pictures of one account say differently; what is not known in one of them counts as different."""
    stacks = (one.about.stack or one.about.source.value, other.about.stack or other.about.source.value)
    parameters = (
        Conflict("PARAMETER", f"parameter {name}", stacks)
        for name, value in other.parameters.items()
        if name in one.parameters and not _same(one.parameters[name], value)
    )
    return tuple(sorted((*_things(one, other, stacks), *_in_force(one, other, stacks), *parameters)))


def _one_account(pictures: Iterable[Picture]) -> None:
    accounts = {picture.about.account for picture in pictures if picture.about.account}
    if len(accounts) > 1:
        named = ", ".join(sorted(accounts))
        raise PictureError(
            [
                Problem(
                    what="Pictures are of different accounts",
                    file="pictures",
                    field="about.account",
                    value=named,
                    why="who reaches what is decided within one account",
                    todo="put together only pictures of one account",
                )
            ]
        )


def merged(first: Picture, *others: Picture) -> Picture:
    """The account that these pictures show together.

    Where two say something different about the same thing, the earlier one counts. Between two declarations that is a
    mistake and becomes a blind spot; a live picture that differs from a declaration is only older than the change.

    Raises:
        PictureError: the pictures are of different accounts.
    """
    _one_account((first, *others))
    builder = Builder()
    places: set[tuple[Hashable, ...] | None] = set()
    for picture in (first, *others):
        for thing in picture.things:
            builder.things.setdefault((thing.kind, thing.name), thing)
        builder.memberships.extend(picture.memberships)
        builder.grants.extend(picture.grants)
        fresh = [entry for entry in picture.attachments if _place(entry) not in places]
        places.update(place for entry in fresh if (place := _place(entry)) is not None)
        builder.attachments.extend(fresh)
        builder.tag_uses.extend(picture.tag_uses)
        builder.parameters = {**picture.parameters, **builder.parameters}
        builder.blind_spots.extend(picture.blind_spots)
    declared = [picture for picture in (first, *others) if picture.about.source is not Source.LIVE]
    for at, one in enumerate(declared):
        for other in declared[at + 1 :]:
            for conflict in conflicts(one, other):
                builder.blind(conflict.what, str(conflict), conflict.kind)
    whole = any(picture.about.whole for picture in (first, *others))
    return builder.picture(replace(first.about, whole=whole), first.resources)


def rest_of(account: Picture, *stacks: Picture) -> Picture:
    """What an account has beyond the pictures of its stacks: the file of external grants that a stack is judged with.

    Things count as known by their names, grants and the rest by what they say. Whatever a stack is about to take away
    is in its state, so give the picture of its state here and not that of the change.
    """
    names = {(thing.kind, thing.name) for picture in stacks for thing in picture.things}
    memberships = {edge for picture in stacks for edge in picture.memberships}
    grants = {grant for picture in stacks for grant in picture.grants}
    places = {_place(entry) for picture in stacks for entry in picture.attachments} - {None}
    uses = {use for picture in stacks for use in picture.tag_uses}
    parameters = {name for picture in stacks for name in picture.parameters}
    return replace(
        account,
        things=tuple(thing for thing in account.things if (thing.kind, thing.name) not in names),
        memberships=tuple(edge for edge in account.memberships if edge not in memberships),
        grants=tuple(grant for grant in account.grants if grant not in grants),
        attachments=tuple(entry for entry in account.attachments if _place(entry) not in places),
        tag_uses=tuple(use for use in account.tag_uses if use not in uses),
        parameters={name: value for name, value in account.parameters.items() if name not in parameters},
        resources=(),
    )
