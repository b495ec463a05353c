"""Objects as the views list them: those that are there, then those that were dropped and are remembered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from local.history import dropped
from local.model import Kind, Obj
from local.names import Path
from local.usage.view import Viewer


@dataclass(frozen=True, slots=True)
class Entry:
    """An object with its full name, its containers' ids (outermost first), its owner, and when it was dropped.

    The owner of a dropped object is None (docs: "a deleted object does not have an owner role").
    """

    obj: Obj
    path: Path
    parents: tuple[int, ...]
    owner: str | None
    owner_type: str | None
    deleted: float | None

    @property
    def comment(self) -> str | None:
        """The comment, None for an empty one."""
        return self.obj.comment or None


def entry(viewer: Viewer, obj: Obj) -> Entry:
    """The entry of an object that is there."""
    catalogue = viewer.catalogue
    around = tuple(reversed(catalogue.ancestors(obj)[:-1]))
    owner = catalogue.lookup(obj.owner)
    return Entry(
        obj,
        (*(catalogue.get(number).name for number in around), obj.name),
        around,
        owner.name if owner else None,
        owner.kind.value.replace(" ", "_") if owner else None,
        None,
    )


def entries(viewer: Viewer, kind: Kind, *, granted: bool = False, managers: bool = True) -> Iterator[Entry]:
    """Every object of a type; with ``granted`` only those that the session may see.

    Without ``managers`` the right to see everything (MANAGE GRANTS) does not count. Dropped objects can be seen by
    all who read the view: nothing is granted on them any more.
    """
    access = viewer.access
    for obj in viewer.catalogue.of_kind(kind):
        if granted and not (
            access.visible(obj) if managers else bool(access.privileges(obj)) and access.reachable(obj)
        ):
            continue
        yield entry(viewer, obj)
    for gone in dropped(viewer.catalogue, kind):
        yield Entry(gone.obj, gone.path, gone.parents, None, None, gone.deleted)


def yes(value: object) -> str:
    """``YES`` or ``NO``."""
    return "YES" if value else "NO"
