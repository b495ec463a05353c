"""R24: what was taken over as it is, registered one to one from `Adopted.<stack>.yaml`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_snowflake as snowflake

from infra import adopted_policies, adopted_users
from infra.account import assign_monitor
from infra.adopted_grants import on_database_role, on_role
from infra.adopted_parameters import make
from infra.component import Context, Topic
from stacks.adopted import Manager

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stacks.adopted import AdoptedGrant, AdoptedRoleGrant, AdoptedWarehouse, Entry


class Adopted(Topic):
    """Adopted objects by kind and name as text, in `made`; everything comes after the platform's own topics."""

    def __init__(self, context: Context, topics: Iterable[pulumi.Resource]) -> None:
        super().__init__("adopted", context)
        self.adopted = self.platform.adopted
        self.topics = tuple(topics)
        self.made: dict[tuple[str, str], pulumi.Resource] = {}
        self._containers()
        adopted_policies.register(self)
        self._roles()
        adopted_users.register(self)
        self._warehouses()
        for role_grant in self.adopted.role_grants:
            self._role_grant(role_grant)
        for grant in self.adopted.grants:
            self._grant(grant)
        self._account()
        self.register_outputs({})

    def options(self, entry: Entry, *after: tuple[str, object], stateful: bool = False) -> pulumi.ResourceOptions:
        """Options of an entry that comes after the adopted objects of those kinds and names."""
        found = (self.made.get((kind, str(name))) for kind, name in after)
        known = (*self.topics, *(resource for resource in found if resource is not None))
        act = self.administered if entry.by is Manager.ADMINISTRATOR else self.deployed
        return act(*known, stateful=stateful)

    def _containers(self) -> None:
        for database in self.adopted.databases:
            self.made["DATABASE", str(database.name)] = make(
                snowflake.Database,
                database.key,
                name=str(database.name),
                comment=database.comment,
                is_transient=True if database.transient else None,
                opts=self.options(database, stateful=True),
                parameters=database.parameters,
            )
        for schema in self.adopted.schemas:
            parent, name = schema.name.parts
            self.made["SCHEMA", str(schema.name)] = make(
                snowflake.Schema,
                schema.key,
                name=str(name),
                database=str(parent),
                comment=schema.comment,
                is_transient="true" if schema.transient else None,
                with_managed_access=str(schema.managed_access).lower(),
                opts=self.options(schema, ("DATABASE", parent), stateful=True),
                parameters=schema.parameters,
            )

    def _roles(self) -> None:
        for role in self.adopted.roles:
            *parent, name = role.name.parts
            if not parent:
                self.made["ROLE", str(role.name)] = snowflake.AccountRole(
                    role.key, name=str(name), comment=role.comment, opts=self.options(role)
                )
                continue
            self.made["ROLE", str(role.name)] = snowflake.DatabaseRole(
                role.key,
                name=str(name),
                database=str(parent[0]),
                comment=role.comment,
                opts=self.options(role, ("DATABASE", parent[0])),
            )

    def _warehouses(self) -> None:
        for monitor in self.adopted.monitors:
            resource = snowflake.ResourceMonitor(
                monitor.key,
                name=str(monitor.name),
                credit_quota=monitor.quota,
                frequency=monitor.frequency,
                start_timestamp=monitor.start,
                end_timestamp=monitor.end,
                notify_triggers=sorted(monitor.notify_at) or None,
                suspend_trigger=monitor.suspend_at,
                suspend_immediate_trigger=monitor.suspend_immediately_at,
                notify_users=sorted(str(name) for name in monitor.notify_users) or None,
                opts=self.options(monitor, *(("USER", name) for name in monitor.notify_users)),
            )
            self.made["RESOURCE MONITOR", str(monitor.name)] = resource
            if monitor.on_account:
                assign_monitor(monitor.name, self.administered(resource))
        for warehouse in self.adopted.warehouses:
            self._warehouse(warehouse)

    def _warehouse(self, warehouse: AdoptedWarehouse) -> None:
        self.made["WAREHOUSE", str(warehouse.name)] = make(
            snowflake.Warehouse,
            warehouse.key,
            name=str(warehouse.name),
            comment=warehouse.comment,
            warehouse_type=warehouse.type,
            warehouse_size=warehouse.size,
            min_cluster_count=warehouse.min_clusters,
            max_cluster_count=warehouse.max_clusters,
            scaling_policy=warehouse.scaling_policy,
            auto_suspend=warehouse.auto_suspend or 0,
            auto_resume=str(warehouse.auto_resume).lower(),
            initially_suspended=True,
            resource_monitor=None if warehouse.monitor is None else str(warehouse.monitor),
            enable_query_acceleration=str(warehouse.query_acceleration).lower(),
            query_acceleration_max_scale_factor=warehouse.query_acceleration_factor,
            opts=self.options(warehouse, ("RESOURCE MONITOR", warehouse.monitor)),
            parameters=warehouse.parameters,
        )

    def _role_grant(self, grant: AdoptedRoleGrant) -> None:
        of_database = len(grant.role.parts) > 1
        options = self.options(grant, ("ROLE", grant.role), ("ROLE", grant.to_role), ("USER", grant.to_user))
        if not of_database:
            snowflake.GrantAccountRole(
                grant.key,
                role_name=grant.role.quoted,
                parent_role_name=grant.to_role.quoted if grant.to_role else None,
                user_name=grant.to_user.quoted if grant.to_user else None,
                opts=options,
            )
        elif grant.to_role is not None:
            to_database_role = len(grant.to_role.parts) > 1
            snowflake.GrantDatabaseRole(
                grant.key,
                database_role_name=grant.role.quoted,
                parent_database_role_name=grant.to_role.quoted if to_database_role else None,
                parent_role_name=None if to_database_role else grant.to_role.quoted,
                opts=options,
            )

    def _grant(self, grant: AdoptedGrant) -> None:
        kind = {1: "DATABASE", 2: "SCHEMA"}.get(len(grant.target.parts) if grant.target else 0, grant.kind)
        options = self.options(
            grant, ("ROLE", grant.to), (grant.kind, grant.target), (kind if grant.future else grant.kind, grant.target)
        )
        if len(grant.to.parts) == 1:
            on_role(grant, options)
        else:
            on_database_role(grant, options)

    def _account(self) -> None:
        account = self.adopted.account
        if account.network_policy is not None:
            snowflake.NetworkPolicyAttachment(
                "adopted-account",
                network_policy_name=str(account.network_policy),
                set_for_account=True,
                opts=self.administered(*self.topics, *self.made.values()),
            )
        if account.authentication_policy is not None:
            snowflake.AccountAuthenticationPolicyAttachment(
                "adopted-account",
                authentication_policy=account.authentication_policy.quoted,
                opts=self.administered(*self.topics, *self.made.values()),
            )
        if account.password_policy is not None:
            snowflake.AccountPasswordPolicyAttachment(
                "adopted-account",
                password_policy=account.password_policy.quoted,
                opts=self.administered(*self.topics, *self.made.values()),
            )
        for name, value in account.parameters.items():
            snowflake.AccountParameter(
                f"adopted-{name.lower().replace('_', '-')}", key=name, value=value, opts=self.administered()
            )
