"""qa: as prod, with smaller quotas."""

from __future__ import annotations

from stacks.platform import Environment


def environment() -> Environment:
    """The acceptance environment, filled from prod by clones."""
    return Environment(
        name="qa",
        prefix="QA_",
        quotas={"loading": 20, "transforming": 40, "reporting": 20, "account": 100},
    )
