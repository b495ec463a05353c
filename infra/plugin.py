"""Which Snowflake plugin runs, and what it can do."""

from __future__ import annotations

import os
from dataclasses import dataclass

VERSION_VARIABLE = "PLATFORM_PLUGIN_VERSION"
"""Set by the toolchain when the built plugin is used; absent, the plugin is the SDK's own, 2.x."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """The Snowflake plugin. `version` is None for the one that belongs to the SDK (2.x)."""

    version: str | None = None

    @property
    def is_2x(self) -> bool:
        """Whether it has generation, session policies, inherited grants and the SNOWFLAKE_CLI client type."""
        return self.version is None or int(self.version.split(".")[0]) > 1

    @classmethod
    def from_environment(cls) -> Plugin:
        """The plugin named by `PLATFORM_PLUGIN_VERSION`, e.g. 1.3.0 (which is provider 1.2.1)."""
        return cls(os.environ.get(VERSION_VARIABLE) or None)
