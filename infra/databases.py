"""R1: databases and their managed-access schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_snowflake as snowflake

from infra.component import Context, Topic

if TYPE_CHECKING:
    from stacks.databases import Database


class Databases(Topic):
    """Databases and schemas.

    A schema states its database's retention again: inherited, a change of the database would show up as a difference of
    every schema in the next preview.

    Attributes:
        databases: by database key.
        schemas: by the schema's qualified name as text.
    """

    def __init__(self, context: Context) -> None:
        super().__init__("databases", context)
        self.databases: dict[str, snowflake.Database] = {}
        self.schemas: dict[str, snowflake.Schema] = {}
        for database in self.platform.databases:
            self._database(database)
        self.register_outputs({})

    def _database(self, database: Database) -> None:
        resource = snowflake.Database(
            database.key,
            name=str(database.name),
            comment=database.comment,
            data_retention_time_in_days=database.retention_days,
            drop_public_schema_on_creation=True,
            opts=self.deployed(stateful=True),
        )
        self.databases[database.key] = resource
        for schema in database.schemas:
            self.schemas[str(database.path(schema.name))] = snowflake.Schema(
                f"{database.key}-{schema.name.lower()}",
                name=str(schema.name),
                database=str(database.name),
                comment=schema.comment,
                with_managed_access="true",
                data_retention_time_in_days=database.retention_days if schema.states_retention else None,
                opts=self.deployed(resource, stateful=True),
            )
