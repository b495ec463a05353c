"""Stack outputs: every name a pipeline needs, in a versioned schema, and no secret. See docs/outputs.md."""

from __future__ import annotations

import json
from typing import Final

import pulumi
from pydantic import BaseModel, ConfigDict, Field

from stacks import Platform
from stacks.databases import BuiltBy, Database, Layer
from stacks.edition import Edition
from stacks.grants import access_role
from stacks.roles import AccessLevel
from stacks.warehouses import WarehouseSize

SCHEMA_VERSION: Final = 1
"""Raised when a field is removed or changes its meaning; new fields do not raise it."""


class _Output(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AccountOutput(_Output):
    """The account and where it answers."""

    identifier: str = Field(description="ORGANIZATION-ACCOUNT, what drivers call the account")
    organization: str
    account: str
    edition: Edition
    host: str | None = Field(default=None, description="Only where the account is not at its usual address")
    port: int | None = None
    protocol: str | None = None


class SchemaOutput(_Output):
    """A schema."""

    name: str
    qualified: str = Field(description="DATABASE.SCHEMA, as SQL takes it")
    built_by: BuiltBy


class AccessRolesOutput(_Output):
    """The database roles that carry access, qualified by their database."""

    read: str
    write: str
    own: str


class DatabaseOutput(_Output):
    """A database."""

    name: str
    layer: Layer
    retention_days: int
    schemas: dict[str, SchemaOutput] = Field(description="By schema name in lower case")
    access_roles: AccessRolesOutput


class WarehouseOutput(_Output):
    """A warehouse."""

    name: str
    size: WarehouseSize
    monitor: str = Field(description="Name of its resource monitor")


class RoleOutput(_Output):
    """A functional role."""

    name: str
    warehouses: list[str] = Field(description="Names of the warehouses granted to it")


class UserOutput(_Output):
    """A service user. It logs in by key pair; the key is not here."""

    name: str
    role: str
    warehouse: str


class PoliciesOutput(_Output):
    """Policies that a pipeline may have to name."""

    network: dict[str, str] = Field(description="Network policies by audience")
    masking: dict[str, str] = Field(description="Qualified masking policies by kind of personal data")
    tags: dict[str, str] = Field(description="Qualified tags by kind of personal data")


class StackOutputs(_Output):
    """Outputs of one stack; each field is a Pulumi stack output of the same name."""

    schema_version: int = SCHEMA_VERSION
    environment: str
    prefix: str = Field(description="In front of account-level names where environments share an account, else empty")
    account: AccountOutput
    databases: dict[str, DatabaseOutput] = Field(description="By key: raw, staging, analytics")
    warehouses: dict[str, WarehouseOutput] = Field(description="By key: loading, transforming, reporting")
    roles: dict[str, RoleOutput] = Field(description="By key: loader, transformer, analyst, admin")
    users: dict[str, UserOutput] = Field(description="Service users by key: loader, dbt, dashboard, and bi if on")
    policies: PoliciesOutput
    stages: dict[str, str] = Field(description="URLs of external stages by key; none are declared yet")
    integrations: dict[str, str] = Field(description="Names of integrations by key; none are declared yet")


def _database(database: Database) -> DatabaseOutput:
    read, write, own = (str(access_role(database, level)) for level in AccessLevel)
    return DatabaseOutput(
        name=str(database.name),
        layer=database.layer,
        retention_days=database.retention_days,
        schemas={
            schema.name.lower(): SchemaOutput(
                name=str(schema.name), qualified=str(database.path(schema.name)), built_by=schema.built_by
            )
            for schema in database.schemas
        },
        access_roles=AccessRolesOutput(read=read, write=write, own=own),
    )


def _policies(platform: Platform) -> PoliciesOutput:
    if platform.bare:
        return PoliciesOutput(network={}, masking={}, tags={})
    schema = platform.governance_database.path("GOVERNANCE")
    return PoliciesOutput(
        network={policy.key: str(policy.name) for policy in platform.network if policy.cidrs is not None},
        masking={data.kind.value: f"{schema}.{data.policy.sql}" for data in platform.governance.personal_data},
        tags={data.kind.value: f"{schema}.{data.tag.sql}" for data in platform.governance.personal_data},
    )


def outputs(platform: Platform) -> StackOutputs:
    """The outputs of a platform; known from the declaration alone, so a preview shows them too."""
    connection = platform.connection
    return StackOutputs(
        environment=platform.environment.name,
        prefix=platform.prefix,
        account=AccountOutput(
            identifier=f"{connection.organization}-{connection.account}",
            organization=connection.organization,
            account=connection.account,
            edition=platform.edition,
            host=connection.host,
            port=connection.port,
            protocol=connection.protocol,
        ),
        databases={database.key: _database(database) for database in platform.databases},
        warehouses={
            warehouse.key: WarehouseOutput(
                name=str(warehouse.name),
                size=warehouse.size,
                monitor=str(platform.monitor(warehouse.monitor).name),
            )
            for warehouse in platform.warehouses
        },
        roles={
            role.key: RoleOutput(
                name=str(role.name), warehouses=[str(platform.warehouse(key).name) for key in role.warehouses]
            )
            for role in platform.roles
        },
        users={
            user.key: UserOutput(
                name=str(user.name),
                role=str(platform.role(user.role).name),
                warehouse=str(platform.warehouse(user.warehouse).name),
            )
            for user in platform.service_users
        },
        policies=_policies(platform),
        stages={},
        integrations={},
    )


def json_schema() -> dict[str, object]:
    """The JSON Schema of the outputs, as committed in docs/outputs.schema.json."""
    schema: dict[str, object] = StackOutputs.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def export(platform: Platform) -> None:
    """Export each field as a stack output; fields without a value are left out."""
    for name, value in outputs(platform).model_dump(mode="json", exclude_none=True).items():
        pulumi.export(name, value)


if __name__ == "__main__":
    print(json.dumps(json_schema(), indent=2))
