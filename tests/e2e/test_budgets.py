"""How many statements a preview and an `up` may send: more is a regression of the program or the plugin's use."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

from tests.e2e.workspace import Workspace

# Measured with provider 1.2.1, per resource of a type: create, read back, and the diff of the preview before it.
PER_RESOURCE = {
    "snowflake_account_role": 2,
    "snowflake_authentication_policy": 3,
    "snowflake_database": 8,
    "snowflake_database_role": 3,
    "snowflake_grant_account_role": 2,
    "snowflake_grant_database_role": 2,
    "snowflake_grant_privileges_to_account_role": 4,
    "snowflake_grant_privileges_to_database_role": 4,
    "snowflake_masking_policy": 3,
    "snowflake_network_policy": 3,
    "snowflake_network_rule": 3,
    "snowflake_password_policy": 3,
    "snowflake_resource_monitor": 2,
    "snowflake_schema": 7,
    "snowflake_service_user": 6,
    "snowflake_tag": 4,
    "snowflake_user": 6,
    "snowflake_user_authentication_policy_attachment": 3,
    "snowflake_user_password_policy_attachment": 3,
    "snowflake_warehouse": 5,
}
START_OF_A_PROVIDER = 4
PROVIDERS = 2


def log(workspace: Workspace) -> list[dict[str, object]]:
    """The statements that the server answered so far."""
    lines = workspace.place.query_log.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_preview_without_changes_asks_only_for_parameters(dev: Workspace) -> None:
    already = len(log(dev))
    assert dev.changes("dev") == {}
    asked = log(dev)[already:]
    tracked = Counter((entry["resource"], entry["operation"]) for entry in asked if entry["resource"])
    assert {operation for _, operation in tracked} == {"custom_diff"}
    assert len(asked) - sum(tracked.values()) <= START_OF_A_PROVIDER * PROVIDERS
    parameters = 3 + 13 + 3 + 3 + 1  # databases, schemas, warehouses, service users, people
    assert sum(tracked.values()) <= parameters


def test_up_stays_within_the_statements_of_each_type(fresh: Callable[..., Workspace]) -> None:
    workspace = fresh()
    already = len(log(workspace))
    made = workspace.up("dev")["resources"]
    assert isinstance(made, dict)
    number = {f"snowflake_{snake(name)}": count for name, count in made.items()}
    asked = Counter(str(entry["resource"]) for entry in log(workspace)[already:] if entry["resource"])
    assert set(asked) <= set(PER_RESOURCE)
    over = {
        kind: f"{count} for {number[kind]}"
        for kind, count in asked.items()
        if count > PER_RESOURCE[kind] * number[kind]
    }
    assert over == {}


def snake(name: str) -> str:
    """`GrantAccountRole` as `grant_account_role`."""
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")
