"""R5: who may do what. Each grant of `stacks.grants` is one resource: a grant per role and object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_snowflake as snowflake

from infra.component import Context, Topic
from stacks import grants
from stacks.grants import ObjectKind, Scope

if TYPE_CHECKING:
    from infra.databases import Databases
    from infra.roles import Roles
    from infra.users import Users
    from infra.warehouses import Warehouses
    from stacks import Identifier
    from stacks.grants import PrivilegeGrant, RoleGrant, RoleRef


class Grants(Topic):
    """All grants to roles and users."""

    def __init__(
        self, context: Context, databases: Databases, warehouses: Warehouses, roles: Roles, users: Users
    ) -> None:
        super().__init__("grants", context)
        self.roles = roles
        self.users = users
        for grant in grants.schema_grants(self.platform):
            self._on_schema(grant, databases.schemas[str(grant.on)])
        for grant in grants.warehouse_grants(self.platform):
            self._on_warehouse(grant, warehouses.by_name[str(grant.on.name)])
        for role_grant in (*grants.role_grants(self.platform), *grants.user_grants(self.platform)):
            if role_grant.to_role is not None:
                self._role_to_role(role_grant, role_grant.to_role)
            if role_grant.to_user is not None:
                self._role_to_user(role_grant, role_grant.to_user)
        self.register_outputs({})

    def _on_schema(self, grant: PrivilegeGrant, schema: snowflake.Schema) -> None:
        own = grant.kind is ObjectKind.SCHEMA
        snowflake.GrantPrivilegesToDatabaseRole(
            grant.key,
            database_role_name=grant.to.qualified.quoted,
            privileges=sorted(grant.privileges),
            on_schema={"schema_name": grant.on.quoted} if own else None,
            on_schema_object=None if own else _inside(grant),
            opts=self.deployed(schema, *self.roles.known(grant.to)),
        )

    def _on_warehouse(self, grant: PrivilegeGrant, warehouse: snowflake.Warehouse) -> None:
        snowflake.GrantPrivilegesToAccountRole(
            grant.key,
            account_role_name=grant.to.qualified.quoted,
            privileges=sorted(grant.privileges),
            on_account_object={"object_type": grant.kind.value, "object_name": grant.on.quoted},
            opts=self.administered(warehouse, *self.roles.known(grant.to)),
        )

    def _role_to_role(self, grant: RoleGrant, member: RoleRef) -> None:
        options = self.deployed(*self.roles.known(grant.role, member))
        if grant.role.database is None:
            snowflake.GrantAccountRole(
                grant.key,
                role_name=grant.role.qualified.quoted,
                parent_role_name=member.qualified.quoted,
                opts=options,
            )
            return
        to_database_role = member.database is not None
        snowflake.GrantDatabaseRole(
            grant.key,
            database_role_name=grant.role.qualified.quoted,
            parent_database_role_name=member.qualified.quoted if to_database_role else None,
            parent_role_name=None if to_database_role else member.qualified.quoted,
            opts=options,
        )

    def _role_to_user(self, grant: RoleGrant, user: Identifier) -> None:
        ours = self.roles.known(grant.role)
        after = (*ours, self.users.by_name[str(user)])
        snowflake.GrantAccountRole(
            f"user-{grant.key}",
            role_name=grant.role.qualified.quoted,
            user_name=user.quoted,
            opts=self.deployed(*after) if ours else self.administered(*after),
        )


def _inside(grant: PrivilegeGrant) -> snowflake.GrantPrivilegesToDatabaseRoleOnSchemaObjectArgsDict:
    plural = f"{grant.kind.value}S"
    match grant.scope:
        case Scope.FUTURE:
            return {"future": {"object_type_plural": plural, "in_schema": grant.on.quoted}}
        case Scope.INHERITED:
            return {"inherited": {"object_type_plural": plural, "in_schema": grant.on.quoted}}
        case Scope.ALL:
            return {"all": {"object_type_plural": plural, "in_schema": grant.on.quoted}}
        case Scope.OBJECT:
            return {"object_type": grant.kind.value, "object_name": grant.on.quoted}
