"""R2: warehouses, owned by ACCOUNTADMIN because assigning a monitor needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_snowflake as snowflake

from infra.component import Context, Topic

if TYPE_CHECKING:
    from infra.monitors import Monitors


class Warehouses(Topic):
    """Warehouses, by name, in `by_name`."""

    def __init__(self, context: Context, monitors: Monitors) -> None:
        super().__init__("warehouses", context)
        self.by_name: dict[str, snowflake.Warehouse] = {}
        for warehouse in self.platform.warehouses:
            several = warehouse.max_clusters > 1
            self.by_name[str(warehouse.name)] = snowflake.Warehouse(
                warehouse.key,
                name=str(warehouse.name),
                comment=warehouse.comment,
                warehouse_type="STANDARD",
                warehouse_size=warehouse.size.value,
                generation=warehouse.generation.value if context.plugin.is_2x else None,
                min_cluster_count=1 if several else None,
                max_cluster_count=warehouse.max_clusters if several else None,
                scaling_policy="STANDARD" if several else None,
                auto_suspend=warehouse.auto_suspend,
                auto_resume="true",
                initially_suspended=True,
                enable_query_acceleration=str(warehouse.query_acceleration).lower(),
                statement_timeout_in_seconds=warehouse.statement_timeout,
                statement_queued_timeout_in_seconds=warehouse.queued_timeout,
                resource_monitor=str(self.platform.monitor(warehouse.monitor).name),
                opts=self.administered(monitors.monitors[warehouse.monitor]),
            )
        self.register_outputs({})
