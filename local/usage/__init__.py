"""The views of SNOWFLAKE.ACCOUNT_USAGE, computed from the catalogue when they are queried.

Snowflake's views lag 45 minutes to 3 hours behind; these do not. Each module registers its views; ``local.usage.query``
makes one a part of a statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.usage.view import UsageView


_MODULES = ("grants", "principals", "credentials", "shares", "policies", "network", "objects", "relations")


def views() -> Mapping[str, UsageView]:
    """The views that there are, by name."""
    from local.usage.view import VIEWS

    for name in _MODULES:
        import_module(f"{__name__}.{name}")
    return VIEWS
