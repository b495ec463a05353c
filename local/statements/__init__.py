"""One module per object type or topic; importing a module registers its statements."""

from __future__ import annotations

import importlib
import pkgutil


def load() -> None:
    """Import every module of this package once."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
