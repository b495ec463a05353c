"""The statements of a recorded provider run, in their order, and the result columns that satisfied the provider.

`data/wire_statements.json`: what provider 1.2.1 sent while it created, changed, unset and destroyed one of everything,
each reading statement once, with name and type of the columns that it was answered with.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

from tests.local.conftest import Account, Client

RECORDED = Path(__file__).parent / "data" / "wire_statements.json"
INSIDE = "10.1.2.3"
"""An address that the recorded network policies let in."""

INHERITED = ("is_inherited", "inherited_from", "inherited_from_database", "inherited_from_schema")
MORE: dict[str, tuple[str, ...]] = {
    "SHOW DATABASES": ("budget", "object_visibility"),
    "SHOW SCHEMAS": (
        "classification_profile_database", "classification_profile_schema", "classification_profile",
        "object_visibility",
    ),
    "SHOW WAREHOUSES": ("is_interactive", "generation"),
    "SHOW GRANTS ON": ("granted_by_role_type", *INHERITED),
    "SHOW GRANTS TO": INHERITED,
    "SHOW TAGS": ("propagate", "on_conflict"),
    "SHOW TABLES": ("budget", "is_immutable"),
    "SHOW TASKS": ("success_integration", "scheduling_mode", "target_completion_interval"),
    "SHOW USERS": ("has_pat", "has_workload_identity", "is_from_organization_user"),
}  # fmt: skip
"""Columns that Snowflake added later: provider 1.2.1 skips what it does not know, 2.x reads some of them."""
LESS: dict[str, tuple[str, ...]] = {
    # A column of tables with schema evolution only: more than 12 break the column masking policy resource of 1.2.1.
    "DESCRIBE TABLE": ("schema evolution record",),
}
OTHER: dict[str, dict[str, str]] = {
    "SHOW AUTHENTICATION POLICIES": {"created_on": "timestamp_ltz"},
    "SHOW NETWORK POLICIES": {"created_on": "timestamp_ltz"},
    "SHOW VIEWS": {"created_on": "timestamp_ltz"},
    "SHOW TASKS": dict.fromkeys(("created_on", "last_committed_on", "last_suspended_on"), "timestamp_ltz"),
    # The provider reads the retention of a table as text.
    "SHOW TABLES": {"created_on": "timestamp_ltz", "retention_time": "text"},
}
"""Timestamps are sent as such, as Snowflake does and 2.x demands; 1.2.1 takes them as text, too."""


def deliberate(sql: str, columns: dict[str, str]) -> dict[str, str]:
    """The recorded columns with what is meant to be different."""
    words = re.match(r"(SHOW GRANTS (?:ON|TO)|[A-Z]+ [A-Z]+(?: POLICIES)?)", sql)
    statement = words.group(1) if words else ""
    kept = {name: kind for name, kind in columns.items() if name not in LESS.get(statement, ())}
    return {**kept, **OTHER.get(statement, {}), **dict.fromkeys(MORE.get(statement, ()), "text")}


def test_recorded_statements_run_and_give_the_columns_that_the_provider_read(account: Account) -> None:
    admin = account.admin
    session = replace(admin.context.session, address=INSIDE)
    client = Client(replace(admin.context, session=session))
    different = {}
    for step in json.loads(RECORDED.read_text(encoding="utf-8")):
        result = client.run(step["sql"])
        sent = {column.name: column.type.value for column in result.columns}
        if "columns" in step and sent != deliberate(step["sql"], step["columns"]):
            different[step["sql"]] = (sent, step["columns"])
    assert different == {}
