"""The data sources, and what they say as stack outputs: how many of a thing, or the answer where it is one.

Asked by token, since the functions of SDK 2.x take other arguments for tables and stages than provider 1.2.1 does.
"""

from __future__ import annotations

from typing import Any

import pulumi

from tests.e2e.programs.every_type.setting import asked

ET = {"database": "ET"}
MAIN = {"schema": '"ET"."MAIN"'}
OBJECT = {"parameterType": "OBJECT", "objectType": "DATABASE", "objectName": "ET", "pattern": "LOG_LEVEL"}
QUESTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "account": ("getCurrentAccount.account", {}),
    "role": ("getCurrentRole.name", {}),
    "database": ("getDatabase.owner", {"name": "ET"}),
    "database role": ("getDatabaseRole.owner", {"database": "ET", "name": "READERS"}),
    "account roles": ("getAccountRoles.accountRoles", {"like": "ET%"}),
    "databases": ("getDatabases.databases", {"like": "ET%", "withDescribe": True, "withParameters": True}),
    "database roles": ("getDatabaseRoles.databaseRoles", {"inDatabase": '"ET"'}),
    "schemas": ("getSchemas.schemas", {"in": ET}),
    "schemas, limited": ("getSchemas.schemas", {"in": ET, "limit": {"rows": 1, "from": "MA"}}),
    "schemas, starting with": ("getSchemas.schemas", {"in": ET, "startsWith": "Mi"}),
    "tables": ("getTables.tables", {"database": "ET", "schema": "MAIN"}),
    "views": ("getViews.views", {"in": MAIN}),
    "stages": ("getStages.stages", {"database": "ET", "schema": "MAIN"}),
    "procedures": ("getProcedures.procedures", {"database": "ET", "schema": "MAIN"}),
    "streams": ("getStreams.streams", {"in": MAIN}),
    "tasks": ("getTasks.tasks", {"in": ET, "withParameters": True}),
    "root tasks": ("getTasks.tasks", {"in": MAIN, "rootOnly": True}),
    "tags": ("getTags.tags", {"in": ET}),
    "masking policies": ("getMaskingPolicies.maskingPolicies", {"in": ET}),
    "row access policies": ("getRowAccessPolicies.rowAccessPolicies", {"in": ET}),
    "network policies": ("getNetworkPolicies.networkPolicies", {"like": "ET%"}),
    "resource monitors": ("getResourceMonitors.resourceMonitors", {"like": "ET%"}),
    "users": ("getUsers.users", {"like": "ET%", "withDescribe": True, "withParameters": True}),
    "warehouses": ("getWarehouses.warehouses", {"like": "ET%"}),
    "parameters of account": ("getParameters.parameters", {"parameterType": "ACCOUNT", "pattern": "PERIODIC%"}),
    "parameters of user": ("getParameters.parameters", {"parameterType": "SESSION", "user": "ET_USER"}),
    "parameters of database": ("getParameters.parameters", OBJECT),
    "grants on account": ("getGrants.grants", {"grantsOn": {"account": True}}),
    "grants on table": (
        "getGrants.grants",
        {"grantsOn": {"objectType": "TABLE", "objectName": '"ET"."MAIN"."ORDERS"'}},
    ),
    "grants of role": ("getGrants.grants", {"grantsOf": {"accountRole": '"ET_ROLE"'}}),
    "grants of database role": ("getGrants.grants", {"grantsOf": {"databaseRole": '"ET"."READERS"'}}),
    "grants to role": ("getGrants.grants", {"grantsTo": {"accountRole": '"ET_ROLE"'}}),
    "grants to database role": ("getGrants.grants", {"grantsTo": {"databaseRole": '"ET"."READERS"'}}),
    "grants to user": ("getGrants.grants", {"grantsTo": {"user": '"ET_USER"'}}),
    "future grants in database": ("getGrants.grants", {"futureGrantsIn": {"database": '"ET"'}}),
    "future grants in schema": ("getGrants.grants", {"futureGrantsIn": {"schema": '"ET"."MAIN"'}}),
    "future grants to role": ("getGrants.grants", {"futureGrantsTo": {"accountRole": '"ET_ROLE"'}}),
    "future grants to database role": ("getGrants.grants", {"futureGrantsTo": {"databaseRole": '"ET"."READERS"'}}),
}


def declare() -> None:
    """Ask about what is there before the program changes anything."""
    for name, (question, arguments) in QUESTIONS.items():
        function, answer = question.split(".")
        found = pulumi.runtime.invoke(f"snowflake:index/{function}:{function}", arguments, opts=asked).value[answer]
        pulumi.export(name, len(found) if isinstance(found, list) else found)
