"""Pulumi resources written by hand, for tests of what a picture reads from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.picture import About, Picture, Source
from account.pulumi import Resource
from account.resources import from_resources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from account.things import AnyThing

ABOUT = About(source=Source.PULUMI, stack="dev", environment="dev")
DEPLOYER = "DEPLOYER"
PROVIDER_URN = "urn:pulumi:dev::platform::pulumi:providers:snowflake::deployer"


def urn(kind: str, name: str = "x") -> str:
    """The URN that `made` gives a resource."""
    return f"urn:pulumi:dev::platform::{token(kind)}::{name}"


def token(kind: str) -> str:
    """The full type: Warehouse is snowflake:index/warehouse:Warehouse."""
    return f"snowflake:index/{kind[0].lower()}{kind[1:]}:{kind}"


def made(
    kind: str,
    inputs: Mapping[str, object],
    name: str = "x",
    dependencies: Mapping[str, tuple[str, ...]] | None = None,
    provider_role: str = DEPLOYER,
) -> Resource:
    """A resource of the provider whose role is DEPLOYER."""
    return Resource(
        type=token(kind),
        name=name,
        urn=urn(kind, name),
        inputs=inputs,
        provider_role=provider_role,
        dependencies=dependencies or {},
        file="infra/topic.py",
        line=7,
    )


def pictured(*resources: Resource) -> Picture:
    """The picture that resources make."""
    return from_resources(resources, ABOUT)


def only(*resources: Resource) -> AnyThing:
    """The one thing that resources make."""
    (thing,) = pictured(*resources).things
    return thing
