"""The Pulumi side of a picture: resources with their options, as an engine or a mock run registers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One Pulumi resource.

    Attributes:
        type: e.g. snowflake:index/warehouse:Warehouse.
        inputs: property values, `Unknown` where not known; secrets are in the clear when they come from an analyzer,
            so inputs are never serialised, printed or compared.
        provider: URN (or reference) of the explicit provider; empty for a default provider.
        provider_role: role of that provider, where known.
        secrets: names of inputs that are marked secret, where the source can tell (mock runs); None where it cannot.
        dependencies: by input, the URNs of the resources its value was computed from; where the source can tell.
    """

    type: str
    name: str
    urn: str
    inputs: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)
    protect: bool = False
    ignore_changes: tuple[str, ...] = ()
    delete_before_replace: bool = False
    retain_on_delete: bool = False
    parent: str = ""
    provider: str = ""
    provider_role: str = ""
    secrets: tuple[str, ...] | None = None
    dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)
    file: str = ""
    line: int = 0

    @property
    def kind(self) -> str:
        """The last part of the type: Warehouse of snowflake:index/warehouse:Warehouse."""
        return self.type.rpartition(":")[2]
