"""The plan of a preview as rules see it: one step per resource that would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

REPLACES: Final = ("replace", "create-replacement", "delete-replaced", "discard-replaced", "import-replacement")
DELETES: Final = ("delete", "discard")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One planned operation.

    Attributes:
        operation: as the engine calls it: create, update, delete, replace, create-replacement, delete-replaced, …
        changed: paths of the properties that differ; empty where the source does not tell.
        replaced_for: paths of the properties that force a replacement.
        old, new: inputs before and after; secrets are masked, values that are not known are `Unknown`.
        protected: the resource is protected before the change.
    """

    operation: str
    urn: str
    type: str
    changed: tuple[str, ...] = ()
    replaced_for: tuple[str, ...] = ()
    old: Mapping[str, object] = field(default_factory=dict, repr=False)
    new: Mapping[str, object] = field(default_factory=dict, repr=False)
    protected: bool = False

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.rpartition("::")[2]

    @property
    def kind(self) -> str:
        """Warehouse of snowflake:index/warehouse:Warehouse."""
        return self.type.rpartition(":")[2]

    @property
    def replaces(self) -> bool:
        """Whether the object goes and another one comes."""
        return self.operation in REPLACES

    @property
    def deletes(self) -> bool:
        """Whether the object goes for good."""
        return self.operation in DELETES

    @property
    def compares(self) -> bool:
        """Whether there is an object before and after."""
        return self.operation == "update" or self.replaces

    def differs(self, property: str) -> bool:
        """Whether an input differs, as far as the source tells; True where it does not tell."""
        return not self.changed or any(
            path == property or path.startswith((f"{property}.", f"{property}[")) for path in self.changed
        )


@dataclass(frozen=True)
class Plan:
    """Every step of a preview that changes something.

    Attributes:
        flags: flags of the command line that made it, e.g. --target.
    """

    steps: tuple[Step, ...] = ()
    flags: tuple[str, ...] = ()

    @cached_property
    def by_urn(self) -> Mapping[str, Step]:
        """Steps by the URN of their resource."""
        return {step.urn: step for step in self.steps}
