"""Up, second preview, refresh, drift, repair and destroy through the real engine and the real plugin."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.e2e.workspace import Workspace

STACKS = ("dev", "qa", "prod")


@pytest.mark.parametrize("stack", STACKS)
def test_second_preview_of_stacks_that_share_an_account_is_empty(platform: Workspace, stack: str) -> None:
    assert platform.changes(stack) == {}


@pytest.mark.parametrize("stack", STACKS)
def test_refresh_of_stacks_that_share_an_account_finds_no_difference(platform: Workspace, stack: str) -> None:
    assert platform.changes(stack, "refresh") == {}


@pytest.mark.parametrize("stack", STACKS)
def test_stack_in_an_account_of_its_own_settles_and_leaves_nothing(fresh: Callable[..., Workspace], stack: str) -> None:
    own = fresh(f"OWN_{stack.upper()}")
    before = own.dump()
    own.up(stack)
    assert own.changes(stack) == {}
    assert own.changes(stack, "refresh") == {}
    if stack == "prod":
        refused = own.on(stack, "destroy", "--yes", code=1)
        assert "protect" in refused.stdout + refused.stderr
        own.pulumi(stack, "state", "unprotect", "--all", "--yes")
    own.on(stack, "destroy", "--yes")
    assert json.loads(own.dump()) == json.loads(before)


DRIFTS = (
    (
        "ALTER WAREHOUSE DEV_LOADING_WH SET WAREHOUSE_SIZE = 'LARGE'",
        ("update", "Warehouse", "loading"),
    ),
    (
        "REVOKE USAGE ON WAREHOUSE DEV_LOADING_WH FROM ROLE DEV_ECOMMERCE_LOADER",
        ("update", "GrantPrivilegesToAccountRole", "loading-loader"),
    ),
    (
        "ALTER NETWORK RULE DEV_ECOMMERCE_ANALYTICS.GOVERNANCE.{rule} SET VALUE_LIST = ('0.0.0.0/0')",
        ("update", "NetworkRule", "services"),
    ),
)


def found_by_refresh(workspace: Workspace) -> set[tuple[str, str, str]]:
    """What `preview --refresh` of stack dev would change: operation, type and name of each resource."""
    record = json.loads(workspace.on("dev", "preview", "--refresh", "--json").stdout)
    return {(step["operation"], step["type"], step["name"]) for step in record["steps"]}


def test_changes_by_hand_are_found_as_exactly_that_and_repaired(dev: Workspace) -> None:
    rows = dev.sql("SHOW NETWORK RULES LIKE '%SERVICE%' IN SCHEMA DEV_ECOMMERCE_ANALYTICS.GOVERNANCE")
    before = dev.dump()
    dev.sql([statement.format(rule=rows[0][1]) for statement, _ in DRIFTS])
    assert found_by_refresh(dev) == {expected for _, expected in DRIFTS}
    dev.on("dev", "up", "--refresh", "--no-proof")
    assert found_by_refresh(dev) == set()
    assert json.loads(dev.dump()) == json.loads(before)


def test_dropped_role_comes_back_with_the_grants_that_went_with_it(dev: Workspace) -> None:
    before = dev.dump()
    dev.sql("DROP ROLE DEV_ECOMMERCE_ANALYST")
    found = found_by_refresh(dev)
    assert {operation for operation, _, _ in found} == {"create"}
    assert ("create", "AccountRole", "analyst") in found
    assert {kind for _, kind, _ in found} == {
        "AccountRole",
        "GrantAccountRole",
        "GrantDatabaseRole",
        "GrantPrivilegesToAccountRole",
    }
    dev.on("dev", "up", "--refresh", "--no-proof")
    assert json.loads(dev.dump()) == json.loads(before)


def test_stack_is_not_brought_up_again_when_nothing_changed(dev: Workspace) -> None:
    record = dev.up("dev")
    assert record["changed"] == 0


def test_new_account_behind_the_same_state_is_noticed_and_filled_again(dev: Workspace) -> None:
    dev.stop()
    for path in dev.place.data.glob("catalogue.sqlite*"):
        path.unlink()
    dev.start()
    dev.up("dev")
    assert dev.changes("dev", "preview", "--refresh") == {}
