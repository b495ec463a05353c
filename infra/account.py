"""What an account has only once, besides its policies: parameters and its monitor. Registered by the owning stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_snowflake as snowflake

from infra.component import Context, Topic
from infra.sql import sql

if TYPE_CHECKING:
    from infra.monitors import Monitors
    from stacks import Identifier

ASSIGN_MONITOR = "account-monitor"
"""Resource name of the platform's only `Execute`."""


def assign_monitor(name: Identifier, options: pulumi.ResourceOptions) -> None:
    """Set the account's monitor. Provider 1.2.1 has no resource for it.

    Pulumi replaces an Execute create-first, so the old one has to go first.
    """
    snowflake.Execute(
        ASSIGN_MONITOR,
        execute=sql("ALTER ACCOUNT SET RESOURCE_MONITOR = {monitor}", monitor=name),
        revert="ALTER ACCOUNT UNSET RESOURCE_MONITOR",
        query=sql("SHOW RESOURCE MONITORS LIKE {pattern}", pattern=str(name)),
        opts=pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(delete_before_replace=True)),
    )


class Account(Topic):
    """Account parameters and the account's monitor, set by ACCOUNTADMIN."""

    def __init__(self, context: Context, monitors: Monitors) -> None:
        super().__init__("account", context)
        if self.platform.settings is not None:
            for name, value in self.platform.settings.parameters.items():
                snowflake.AccountParameter(
                    name.lower().replace("_", "-"), key=name, value=value, opts=self.administered()
                )
        self._monitor(monitors)
        self.register_outputs({})

    def _monitor(self, monitors: Monitors) -> None:
        monitor = self.platform.account_monitor
        if monitor is None:
            return
        assign_monitor(monitor.name, self.administered(monitors.monitors[monitor.key]))
