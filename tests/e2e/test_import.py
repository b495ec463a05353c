"""Accounts made by SQL alone are taken over: afterwards nothing is to do, and nothing in them was changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from tests.e2e import accounts_by_hand
from tests.e2e.workspace import Workspace, said

Make = Callable[..., Workspace]
Record = dict[str, object]
Remarks = list[dict[str, str]]


def imported(workspace: Workspace, *flags: str) -> Record:
    """What `ops import --apply` tells."""
    record: Record = json.loads(workspace.on("dev", "import", "--apply", "--json", *flags).stdout)
    return record


def written(workspace: Workspace) -> dict[str, str]:
    """The files that imports write."""
    paths: list[Path] = [*workspace.place.config.glob("*.dev.*")]
    return {path.name: path.read_text(encoding="utf-8") for path in paths if not path.name.startswith("Pulumi.")}


def nothing_is_to_do(workspace: Workspace) -> bool:
    """Whether a preview is empty and a refresh finds no difference."""
    config = str(workspace.place.overlay("dev"))
    workspace.pulumi("dev", "preview", "--expect-no-changes", "--config-file", config)
    return workspace.changes("dev", "refresh") == {}


@pytest.mark.timeout(300)
def test_account_like_the_platform_becomes_the_platform_under_its_own_names(fresh: Make) -> None:
    workspace = fresh("SHOP")
    workspace.sql(accounts_by_hand.like_the_platform())
    before = workspace.dump()
    record = imported(workspace)
    assert (record["platform"], record["left"]) == ("declared", [])
    taken = cast("dict[str, int]", record["taken"])
    assert taken["platform databases"] == 3
    assert (taken["warehouses"], taken["roles"]) == (1, 1)
    assert nothing_is_to_do(workspace)
    assert workspace.dump() == before


@pytest.mark.timeout(300)
def test_account_that_grew_is_taken_over_as_it_is(fresh: Make) -> None:
    workspace = fresh("GROWN")
    workspace.sql(accounts_by_hand.GROWN)
    before = workspace.dump()
    record = imported(workspace)
    assert (record["platform"], record["left"], record["not_seen"]) == ("none", [], [])
    assert nothing_is_to_do(workspace)
    assert workspace.dump() == before
    files = written(workspace)
    workspace.on("dev", "import")
    assert written(workspace) == files
    assert accounts_by_hand.PASSWORD not in "".join(files.values())
    sql = {remark["sql"] for remark in cast("Remarks", record["remarks"])}
    assert {
        "REVOKE INSERT ON TABLE SHOP.SALES.ORDERS FROM ROLE ETL_ROLE;",
        "REVOKE USAGE ON WAREHOUSE ETL FROM USER ROBOT;",
        'ALTER DATABASE "dotted.name" RENAME TO DOTTED_NAME;',
        "GRANT OWNERSHIP ON DATABASE SCRATCH TO ROLE ECOMMERCE_DEPLOYER COPY CURRENT GRANTS;",
    } <= sql
    not_taken = {remark["name"] for remark in cast("Remarks", record["remarks"]) if not remark["taken"]}
    assert {'"bob@example.org"', '"dotted.name".PUBLIC', "SHOP.SALES"} <= not_taken


def test_an_account_that_does_not_run_is_said_in_one_sentence(tmp_path: Path) -> None:
    done = Workspace(tmp_path / "local", "NONE").on("dev", "import", code=1)
    assert "the local Snowflake of account NONE does not run" in said(done)
    assert "Traceback" not in said(done)
