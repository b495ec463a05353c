"""Resources with parameters of Snowflake among their properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pulumi

    from stacks.adopted import Parameters


def argument(parameter: str) -> str:
    """The argument of a resource that sets a parameter: its name in lower case, as the SDK spells it."""
    return parameter.lower().replace("_24h", "24h")


def make(
    kind: Callable[..., pulumi.Resource],
    key: str,
    *,
    opts: pulumi.ResourceOptions,
    parameters: Parameters | None = None,
    **properties: object,
) -> pulumi.Resource:
    """Registers a resource with its own properties and the parameters that are set on it."""
    return kind(key, opts=opts, **properties, **{argument(name): value for name, value in (parameters or {}).items()})
