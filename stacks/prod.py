"""prod: protected, without prefix, and it stops at 110 % of a quota at once."""

from __future__ import annotations

from stacks.platform import Environment


def environment() -> Environment:
    """The production environment."""
    return Environment(
        name="prod",
        prefix="",
        production=True,
        quotas={"loading": 60, "transforming": 120, "reporting": 80, "account": 300},
        suspend_immediately_at=110,
    )
