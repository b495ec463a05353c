"""R3: resource monitors."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from stacks.base import AccountObject, Credits, Percent
from stacks.names import Identifier

MAX_NOTIFIED = 5
"""A warehouse monitor notifies at most five people who are no account administrators (Snowflake's limit)."""


class Monitor(AccountObject):
    """A monthly credit quota with its thresholds, in percent of the quota.

    Attributes:
        quota: credits per month.
        notify_at: thresholds that send e-mail; Snowflake allows at most five.
        suspend_at: running statements finish, nothing new starts.
        suspend_immediately_at: running statements are cancelled.
        for_account: the monitor of the whole account instead of one warehouse; it can notify administrators only.
        notify: names of the people who get its e-mail (they must opt in, and their addresses must be verified).
    """

    quota: Credits
    notify_at: Annotated[tuple[Percent, ...], Field(min_length=1, max_length=5)] = (75, 90)
    suspend_at: Percent = 100
    suspend_immediately_at: Percent | None = None
    for_account: bool = False
    notify: tuple[Identifier, ...] = ()


def declared() -> tuple[Monitor, ...]:
    """The monitors of the platform: one per warehouse and one for the account. Quotas are set per environment."""
    return (
        Monitor(key="loading", name=Identifier("LOADING_RM"), quota=40),
        Monitor(key="transforming", name=Identifier("TRANSFORMING_RM"), quota=80),
        Monitor(key="reporting", name=Identifier("REPORTING_RM"), quota=60),
        Monitor(key="account", name=Identifier("ECOMMERCE_ACCOUNT_RM"), quota=250, for_account=True),
    )
