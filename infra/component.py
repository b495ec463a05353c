"""What all topic components share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pulumi_snowflake as snowflake

    from infra.plugin import Plugin
    from infra.providers import Providers
    from stacks import Platform


@dataclass(frozen=True, slots=True)
class Context:
    """What a component needs to know: the declaration, who acts, and which plugin runs."""

    platform: Platform
    providers: Providers
    plugin: Plugin


class Topic(pulumi.ComponentResource):
    """One topic of the platform. Its children carry the declaration's keys as names, so names never change by order."""

    def __init__(self, topic: str, context: Context) -> None:
        super().__init__(f"platform:topic:{topic.title().replace('-', '')}", topic)
        self.context = context
        self.platform = context.platform

    def deployed(self, *after: pulumi.Resource, stateful: bool = False) -> pulumi.ResourceOptions:
        """Options of a resource that the deployment role owns, created after the named ones."""
        return self._options(self.context.providers.deployer, after, stateful=stateful)

    def administered(self, *after: pulumi.Resource, stateful: bool = False) -> pulumi.ResourceOptions:
        """Options of a resource that only ACCOUNTADMIN may change, created after the named ones."""
        return self._options(self.context.providers.monitor_admin, after, stateful=stateful)

    def _options(
        self, provider: snowflake.Provider, after: Iterable[pulumi.Resource], *, stateful: bool
    ) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self,
            provider=provider,
            depends_on=list(after),
            protect=True if stateful and self.platform.environment.production else None,
        )
