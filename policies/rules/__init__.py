"""The rules, one module per topic. `RULES` is the whole book."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from policies.rule import Rule


def _collect() -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for module in iter_modules(__path__):
        rules: tuple[Rule, ...] = import_module(f"{__name__}.{module.name}").RULES
        for rule in rules:
            if rule.id in found:
                raise ValueError(f"two rules are called {rule.id}")
            found[rule.id] = rule
    return dict(sorted(found.items()))


RULES: Mapping[str, Rule] = _collect()
"""Every rule by its id. A module of this package adds its own by a tuple `RULES`."""
