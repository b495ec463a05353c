"""Privileges in every form and roles to everyone."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_snowflake as snowflake

from tests.e2e.programs.every_type.containers import Places
from tests.e2e.programs.every_type.identities import Identities
from tests.e2e.programs.every_type.relations import Relations
from tests.e2e.programs.every_type.setting import after, either, full


def declare(places: Places, tables: Relations, people: Identities) -> None:
    """Register them."""
    _to_account_role(places, tables, people)
    _to_database_role(places, tables, people)
    _roles(people)


def _to_account_role(places: Places, tables: Relations, people: Identities) -> None:
    role = people.role.fully_qualified_name
    database = places.database.fully_qualified_name
    schema = places.schema.fully_qualified_name
    grants: list[tuple[str, list[str], dict[str, Any]]] = [
        (
            "account",
            either(["MONITOR USAGE", "CREATE DATABASE"], ["MONITOR USAGE", "EXECUTE TASK"]),
            {"on_account": True},
        ),
        ("database", either(["USAGE"], ["USAGE", "MONITOR"]), {"on_account_object": _at("DATABASE", database)}),
        ("warehouse", either(["USAGE", "OPERATE"], ["USAGE"]), _on_warehouse(places)),
        ("monitor", ["MONITOR"], {"on_account_object": _at("RESOURCE MONITOR", '"ET_MONITOR"')}),
        ("user", ["MONITOR"], {"on_account_object": _at("USER", people.user.fully_qualified_name)}),
        ("schema", either(["USAGE", "CREATE VIEW"], ["USAGE", "CREATE TABLE"]), {"on_schema": {"schema_name": schema}}),
        ("mixed", ["USAGE"], {"on_schema": {"schema_name": places.mixed.fully_qualified_name}}),
        ("all-schemas", ["MONITOR"], {"on_schema": {"all_schemas_in_database": database}}),
        ("future-schemas", either(["USAGE"], ["MONITOR"]), {"on_schema": {"future_schemas_in_database": database}}),
        ("table", either(["SELECT"], ["SELECT", "INSERT"]), _on_object("TABLE", tables.orders.fully_qualified_name)),
        ("view", ["SELECT"], _on_object("VIEW", tables.view.fully_qualified_name)),
        ("stage", ["READ"], _on_object("STAGE", tables.stage.fully_qualified_name)),
        ("all-views", ["REFERENCES"], _on_group("all", "VIEWS", in_database=database)),
        ("future-tables", either(["SELECT"], ["INSERT"]), _on_group("future", "TABLES", in_schema=schema)),
        ("future-streams", ["SELECT"], _on_group("future", "STREAMS", in_database=database)),
        ("future-tasks", ["MONITOR", "OPERATE"], _on_group("future", "TASKS", in_schema=schema)),
    ]
    for name, privileges, on in grants:
        snowflake.GrantPrivilegesToAccountRole(
            f"to-role-{name}",
            account_role_name=role,
            privileges=privileges,
            opts=after(tables.orders, tables.view, tables.stage, places.mixed, places.warehouse),
            **on,
        )
    snowflake.GrantPrivilegesToAccountRole(
        "to-parent-everything",
        account_role_name=people.parent.fully_qualified_name,
        all_privileges=True,
        always_apply=full(False),
        on_schema={"schema_name": places.mixed.fully_qualified_name},
        opts=after(),
    )
    snowflake.GrantPrivilegesToAccountRole(
        "to-parent-all-tables",
        account_role_name=people.parent.fully_qualified_name,
        privileges=either(["SELECT"], ["UPDATE"]),
        on_schema_object={"all": {"object_type_plural": "TABLES", "in_schema": schema}},
        opts=after(tables.orders),
    )
    snowflake.GrantPrivilegesToAccountRole(
        "to-parent-passed-on",
        account_role_name=people.parent.fully_qualified_name,
        privileges=either(["USAGE"], ["USAGE", "CREATE SCHEMA"]),
        with_grant_option=True,
        on_account_object={"object_type": "DATABASE", "object_name": database},
        opts=after(),
    )


def _to_database_role(places: Places, tables: Relations, people: Identities) -> None:
    database = places.database.fully_qualified_name
    schema = places.schema.fully_qualified_name
    grants: list[tuple[str, list[str], dict[str, Any]]] = [
        ("database", either(["USAGE"], ["USAGE", "CREATE SCHEMA"]), {"on_database": database}),
        ("schema", ["USAGE"], {"on_schema": {"schema_name": schema}}),
        ("all-schemas", ["MONITOR"], {"on_schema": {"all_schemas_in_database": database}}),
        ("future-schemas", ["USAGE"], {"on_schema": {"future_schemas_in_database": database}}),
        ("table", either(["INSERT"], ["INSERT", "DELETE"]), _on_object("TABLE", tables.people.fully_qualified_name)),
        ("all-tables", ["SELECT"], _on_group("all", "TABLES", in_database=database)),
        ("future-tables", either(["SELECT"], ["TRUNCATE"]), _on_group("future", "TABLES", in_schema=schema)),
        ("future-views", ["SELECT"], _on_group("future", "VIEWS", in_database=database)),
    ]
    for name, privileges, on in grants:
        snowflake.GrantPrivilegesToDatabaseRole(
            f"to-database-role-{name}",
            database_role_name=people.in_database.fully_qualified_name,
            privileges=privileges,
            opts=after(tables.orders, tables.people, places.schema, places.mixed),
            **on,
        )
    snowflake.GrantPrivilegesToDatabaseRole(
        "to-database-parent-everything",
        database_role_name=people.parent_in_database.fully_qualified_name,
        all_privileges=True,
        on_schema={"schema_name": places.mixed.fully_qualified_name},
        opts=after(),
    )


def _roles(people: Identities) -> None:
    role = people.role.fully_qualified_name
    readers = people.in_database.fully_qualified_name
    snowflake.GrantAccountRole(
        "role-to-parent", role_name=people.role.name, parent_role_name=people.parent.name, opts=after()
    )
    snowflake.GrantAccountRole("role-to-user", role_name=role, user_name=people.user.fully_qualified_name, opts=after())
    snowflake.GrantDatabaseRole("readers-to-role", database_role_name=readers, parent_role_name=role, opts=after())
    snowflake.GrantDatabaseRole(
        "readers-to-writers",
        database_role_name=readers,
        parent_database_role_name=people.parent_in_database.fully_qualified_name,
        opts=after(),
    )


def _at(kind: str, name: pulumi.Input[str]) -> dict[str, pulumi.Input[str]]:
    return {"object_type": kind, "object_name": name}


def _on_warehouse(places: Places) -> dict[str, Any]:
    return {"on_account_object": _at("WAREHOUSE", places.warehouse.fully_qualified_name)}


def _on_object(kind: str, name: pulumi.Input[str]) -> dict[str, Any]:
    return {"on_schema_object": _at(kind, name)}


def _on_group(which: str, plural: str, **place: pulumi.Input[str]) -> dict[str, Any]:
    return {"on_schema_object": {which: {"object_type_plural": plural, **place}}}
