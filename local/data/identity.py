"""Whether what a statement was planned for is still what its names mean, and still protected as it was."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from local.catalogue import Catalogue

if TYPE_CHECKING:
    from local.model import Obj, Reference

_State = tuple[tuple["Obj", tuple[str, ...], tuple["Reference", ...]] | None, ...]


class Identity:
    """Tables and views with their definitions, full names, policies and tags at the moment of planning.

    To be made where the catalogue may be read; ``same`` may be asked anywhere.
    """

    def __init__(self, catalogue: Catalogue, objects: Iterable[int]) -> None:
        self._catalogue = catalogue
        self._objects = tuple(sorted(set(objects)))
        self._version = self._now()
        self._state = self._look()

    def same(self) -> bool:
        """Whether the objects are as they were."""
        if self._now() == self._version:
            return True
        with self._catalogue.transaction():
            return self._look() == self._state

    def _now(self) -> int:
        return self._catalogue.objects.version + self._catalogue.references.version

    def _look(self) -> _State:
        catalogue = self._catalogue
        return tuple(
            None
            if (obj := catalogue.lookup(number)) is None
            else (obj, catalogue.path(obj), tuple(catalogue.references.by("target", number)))
            for number in self._objects
        )
