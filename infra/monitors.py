"""R3: resource monitors. Only ACCOUNTADMIN can create them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_snowflake as snowflake

from infra.component import Context, Topic

if TYPE_CHECKING:
    from infra.users import Users


class Monitors(Topic):
    """Resource monitors, by key, in `monitors`."""

    def __init__(self, context: Context, users: Users) -> None:
        super().__init__("monitors", context)
        self.monitors: dict[str, snowflake.ResourceMonitor] = {}
        for monitor in self.platform.monitors:
            self.monitors[monitor.key] = snowflake.ResourceMonitor(
                monitor.key,
                name=str(monitor.name),
                credit_quota=monitor.quota,
                frequency="MONTHLY",
                start_timestamp="IMMEDIATELY",
                notify_triggers=sorted(monitor.notify_at),
                suspend_trigger=monitor.suspend_at,
                suspend_immediate_trigger=monitor.suspend_immediately_at,
                notify_users=sorted(monitor.notify) or None,
                opts=self.administered(*(users.by_name[name] for name in monitor.notify)),
            )
        self.register_outputs({})
