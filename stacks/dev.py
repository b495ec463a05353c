"""dev: small and cheap."""

from __future__ import annotations

from stacks.platform import Environment
from stacks.warehouses import WarehouseSize


def environment() -> Environment:
    """The development environment."""
    small = WarehouseSize.XSMALL
    return Environment(
        name="dev",
        prefix="DEV_",
        warehouse_sizes={"loading": small, "transforming": small, "reporting": small},
        quotas={"loading": 10, "transforming": 10, "reporting": 10, "account": 40},
    )
