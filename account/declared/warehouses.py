"""Warehouses and resource monitors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.declared.common import ADMINISTRATOR, declared_in, one
from account.things import Monitor, Warehouse

if TYPE_CHECKING:
    from account.declared.common import Context


def declare(context: Context) -> None:
    """Everything that `infra/monitors.py` and `infra/warehouses.py` register, and the account's monitor."""
    for monitor in context.platform.monitors:
        context.builder.add(
            Monitor(
                name=one(monitor.name),
                owner=ADMINISTRATOR,
                origin=declared_in("monitors"),
                quota=monitor.quota,
                frequency="MONTHLY",
                start="IMMEDIATELY",
                notify_at=tuple(sorted(monitor.notify_at)),
                suspend_at=monitor.suspend_at,
                suspend_immediately_at=monitor.suspend_immediately_at,
                notify_users=tuple(sorted(str(name) for name in monitor.notify)),
                on_account=monitor.for_account,
            )
        )
    for warehouse in context.platform.warehouses:
        context.builder.add(
            Warehouse(
                name=one(warehouse.name),
                owner=ADMINISTRATOR,
                comment=warehouse.comment,
                origin=declared_in("warehouses"),
                size=warehouse.size.value,
                generation=warehouse.generation.value,
                max_clusters=warehouse.max_clusters,
                auto_suspend=warehouse.auto_suspend,
                auto_resume=True,
                monitor=one(context.platform.monitor(warehouse.monitor).name),
                statement_timeout=warehouse.statement_timeout,
                queued_timeout=warehouse.queued_timeout,
                query_acceleration=warehouse.query_acceleration,
            )
        )
