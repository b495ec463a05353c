"""R5: functional roles and the database roles that carry access."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_snowflake as snowflake

from infra.component import Context, Topic
from stacks.grants import access_role
from stacks.roles import AccessLevel

if TYPE_CHECKING:
    import pulumi

    from infra.databases import Databases
    from stacks.grants import RoleRef

_MEANING = {
    AccessLevel.READ: "Reads",
    AccessLevel.WRITE: "Reads and writes",
    AccessLevel.OWN: "Creates objects in",
}


class Roles(Topic):
    """Account roles and database roles, by qualified name as text, in `by_name`."""

    def __init__(self, context: Context, databases: Databases) -> None:
        super().__init__("roles", context)
        self.by_name: dict[str, pulumi.Resource] = {}
        for role in self.platform.roles:
            self.by_name[str(role.name)] = snowflake.AccountRole(
                role.key, name=str(role.name), comment=role.comment, opts=self.deployed()
            )
        for database in self.platform.databases:
            for level in AccessLevel:
                reference = access_role(database, level)
                self.by_name[str(reference)] = snowflake.DatabaseRole(
                    f"{database.key}-{level.value.lower()}",
                    name=str(reference.name),
                    database=str(database.name),
                    comment=f"{_MEANING[level]} {database.name}",
                    opts=self.deployed(databases.databases[database.key]),
                )
        self.register_outputs({})

    def known(self, *references: RoleRef | None) -> list[pulumi.Resource]:
        """The resources of those roles that this platform makes; system roles have none."""
        return [self.by_name[str(role)] for role in references if role is not None and str(role) in self.by_name]
