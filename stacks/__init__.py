"""WHAT the platform is: a typed, frozen declaration. No Pulumi and no SQL in this room.

`load` is the only way to get a `Platform`; it either returns one that is sound or raises with every problem found.
"""

from __future__ import annotations

from stacks import adoption
from stacks.config import StackConfig
from stacks.errors import ConfigError, DeclarationError, PlatformError, Problem
from stacks.load import ENVIRONMENTS, glance, load, load_file, together
from stacks.names import Identifier, QualifiedName
from stacks.platform import Platform

__all__ = [
    "ENVIRONMENTS",
    "ConfigError",
    "DeclarationError",
    "Identifier",
    "Platform",
    "PlatformError",
    "Problem",
    "QualifiedName",
    "StackConfig",
    "adoption",
    "glance",
    "load",
    "load_file",
    "together",
]
