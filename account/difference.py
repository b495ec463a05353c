"""The difference of two pictures of one account: objects, memberships, grants, access and exposure.

A value that is not known is never equal to a known one: the field is told, with the unknown side as `Unknown`. Two
values that are both not known are no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from account.access_changes import AccessChange as AccessChange
from account.access_changes import access_changes, undecided
from account.exposed import ExposureChange as ExposureChange
from account.exposed import shown
from account.exposure_changes import exposure_changes
from account.facts import kind_of
from account.names import ACCOUNT, Name
from account.picture import Attachment, Picture, TagUse
from account.principals import Grant, Membership
from account.things import AnyThing
from account.values import Maybe, Unknown

T = TypeVar("T", Membership, Grant, Attachment, TagUse)
_IDENTITY = ("kind", "name")


class Op(StrEnum):
    """What happens to an object."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of an object before and after; either side may be `Unknown`."""

    field: str
    before: Maybe[object]
    after: Maybe[object]

    @property
    def unknown(self) -> bool:
        """Whether it is not known if the field changes."""
        return same(self.before, self.after) is None

    def __str__(self) -> str:
        return f"{self.field}: {shown(self.before)} -> {shown(self.after)}"


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """An object that comes, goes or changes; `fields` is empty unless it changes.

    A parameter of the account has the kind ACCOUNT PARAMETER.
    """

    op: Op
    kind: str
    name: Name
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """Entries that are only after (added) or only before (removed), in order."""

    added: tuple[T, ...] = ()
    removed: tuple[T, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs from one picture to another.

    Attributes:
        access: gained and lost by user and role; exposure: what protects less, more or differently.
        undecided: why `access` may not be complete.
    """

    objects: tuple[ObjectChange, ...]
    memberships: Listed[Membership]
    grants: Listed[Grant]
    attachments: Listed[Attachment]
    tag_uses: Listed[TagUse]
    access: tuple[AccessChange, ...]
    exposure: tuple[ExposureChange, ...]
    undecided: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        lists = (self.memberships, self.grants, self.attachments, self.tag_uses)
        told = (self.objects, self.access, self.exposure, self.undecided)
        return not any(told) and not any(one.added or one.removed for one in lists)


def difference(before: Picture, after: Picture) -> Difference:
    """What differs between two pictures. What they are about (stack, source) is not compared."""
    return Difference(
        objects=tuple(sorted(_objects(before, after), key=lambda one: (one.kind, one.name, one.op.value))),
        memberships=_listed(before.memberships, after.memberships),
        grants=_listed(before.grants, after.grants),
        attachments=_listed(before.attachments, after.attachments),
        tag_uses=_listed(before.tag_uses, after.tag_uses),
        access=access_changes(before, after),
        exposure=exposure_changes(before, after),
        undecided=undecided(before, after),
    )


def same(old: object, new: object) -> bool | None:
    """Whether two values are equal; None where that is not known."""
    if isinstance(old, Unknown) or isinstance(new, Unknown):
        return True if isinstance(old, Unknown) and isinstance(new, Unknown) else None
    if is_dataclass(old) and type(old) is type(new):
        names = [field.name for field in fields(old) if field.compare]
        return _all(same(getattr(old, name), getattr(new, name)) for name in names)
    if isinstance(old, tuple) and isinstance(new, tuple):
        return _all(map(same, old, new)) if len(old) == len(new) else False
    return old == new


def _all(answers: Iterable[bool | None]) -> bool | None:
    found = list(answers)
    return False if False in found else None if None in found else True


def _objects(before: Picture, after: Picture) -> Iterator[ObjectChange]:
    old, new = ({_key(thing): thing for thing in picture.things} for picture in (before, after))
    for key, thing in {**old, **new}.items():
        if key not in old or key not in new:
            yield ObjectChange(Op.ADDED if key in new else Op.REMOVED, kind_of(thing), thing.name)
            continue
        changed = tuple(_fields(old[key], new[key]))
        if changed:
            yield ObjectChange(Op.CHANGED, kind_of(thing), thing.name, changed)
    yield from _parameters(before, after)


def _key(thing: AnyThing) -> tuple[str, Name]:
    return thing.kind, thing.name


def _fields(was: AnyThing, will_be: AnyThing) -> Iterator[FieldChange]:
    for field in fields(was):
        if field.compare and field.name not in _IDENTITY:
            old, new = getattr(was, field.name), getattr(will_be, field.name, None)
            if same(old, new) is not True:
                yield FieldChange(field.name, old, new)


def _parameters(before: Picture, after: Picture) -> Iterator[ObjectChange]:
    for name in {*before.parameters, *after.parameters}:
        old, new = before.parameters.get(name), after.parameters.get(name)
        if same(old, new) is not True:
            change = FieldChange("value", old, new)
            yield ObjectChange(Op.CHANGED, "ACCOUNT PARAMETER", Name((*ACCOUNT, name)), (change,))


def _listed(before: Iterable[T], after: Iterable[T]) -> Listed[T]:
    old, new = list(before), list(after)
    return Listed(_without(new, old), _without(old, new))


def _without(entries: list[T], others: list[T]) -> tuple[T, ...]:
    """Entries that are not among the others, each once; by their fields, because those may not be known."""
    there = {_identity(entry) for entry in others}
    once = {_identity(entry): entry for entry in entries}
    return tuple(once[key] for key in sorted(once) if key not in there)


def _identity(entry: Membership | Grant | Attachment | TagUse) -> tuple[str, ...]:
    return tuple(
        "?" if isinstance(value, Unknown) else repr(value)
        for value in (getattr(entry, field.name) for field in fields(entry) if field.compare)
    )
