"""Killed engine, plugin, program, server and `ops`; failing statements; damaged and lost states.

Each time the next `make up` converges: a preview that reads the account first is empty, and the account is the one
that an undisturbed `up` makes, without anything having been dropped on the way.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ops import deploy, target, tools
from tests.e2e import kills
from tests.e2e.workspace import Workspace, said

long = pytest.mark.long
MANY_TRIES = 60


@contextmanager
def stopped_in_the_end(workspace: Workspace) -> Iterator[Workspace]:
    """The workspace, whose server stops whatever happens."""
    try:
        yield workspace
    finally:
        workspace.ops("local", "stop", code=None)


@pytest.fixture
def empty(bootstrapped: Workspace, tmp_path: Path) -> Iterator[Workspace]:
    """A copy of the bootstrapped account, started."""
    with stopped_in_the_end(bootstrapped.copy(tmp_path / "empty")) as workspace:
        workspace.start()
        yield workspace


def content(workspace: Workspace) -> object:
    """The account's catalogue."""
    return json.loads(workspace.dump())


def settles(workspace: Workspace, golden: Workspace, tries: int = 1) -> None:
    """`ops up` ends well within so many tries, and the account and the state are those of an undisturbed one."""
    before = len(kills.logged(workspace))
    for left in reversed(range(tries)):
        done = workspace.on("dev", "up", "--no-proof", code=0 if left == 0 else None)
        if done.returncode == 0:
            break
    assert workspace.changes("dev", "preview", "--refresh") == {}
    assert content(workspace) == content(golden)
    dropped = [
        statement
        for statement in kills.logged(workspace)[before:]
        if statement.startswith("DROP") and "PUBLIC" not in statement
    ]
    assert dropped == []


def spread(short: list[tuple[str, int]], victims: tuple[str, ...], points: tuple[int, ...]) -> list[object]:
    """The cases of `make test`, and the rest of the matrix marked as long."""
    rest = [(victim, point) for victim in victims for point in points if (victim, point) not in short]
    return [*short, *(pytest.param(victim, point, marks=long) for victim, point in rest)]


UP_POINTS = (1, 20, 60, 110, 170, 240, 320, 400)
UP = spread([("engine", 110)], kills.VICTIMS, UP_POINTS)
DESTROY = spread([("plugin", 40)], ("engine", "plugin", "server", "ops"), (1, 15, 40, 80))


@pytest.mark.parametrize(("victim", "point"), UP)
def test_up_after_a_killed_up(empty: Workspace, golden: Workspace, victim: str, point: int) -> None:
    assert kills.run_and_kill(empty, "up", victim, point)
    settles(empty, golden)


@pytest.mark.parametrize(("victim", "point"), DESTROY)
def test_up_after_a_killed_destroy(dev: Workspace, golden: Workspace, victim: str, point: int) -> None:
    assert kills.run_and_kill(dev, "destroy", victim, point)
    settles(dev, golden)


@long
@pytest.mark.parametrize(("victim", "point"), [(victim, point) for victim in kills.VICTIMS for point in (30, 240)])
def test_destroy_after_a_killed_up_leaves_nothing(
    empty: Workspace, bootstrapped: Workspace, victim: str, point: int
) -> None:
    assert kills.run_and_kill(empty, "up", victim, point)
    empty.on("dev", "destroy", "--yes")
    assert content(empty) == content(bootstrapped)


@long
@pytest.mark.parametrize("victim", [victim for victim in kills.VICTIMS if victim != "program"])  # none runs then
def test_up_after_a_killed_refresh(dev: Workspace, golden: Workspace, victim: str) -> None:
    assert kills.run_and_kill(dev, "refresh", victim, 60)
    settles(dev, golden)


@long
def test_up_after_a_recovery_that_was_killed_too(empty: Workspace, golden: Workspace) -> None:
    assert kills.run_and_kill(empty, "up", "engine", 150)
    for victim, point in (("engine", 5), ("ops", 30), ("plugin", 60), ("server", 30)):
        kills.run_and_kill(empty, "up", victim, point)
    settles(empty, golden)


STATEMENTS = [("after", 12), *(pytest.param(when, n, marks=long) for when in ("before", "after") for n in UP_POINTS)]


@pytest.mark.parametrize(("when", "statement"), STATEMENTS)
def test_up_after_the_server_died_at_a_statement(
    bootstrapped: Workspace, golden: Workspace, tmp_path: Path, when: str, statement: int
) -> None:
    with stopped_in_the_end(bootstrapped.copy(tmp_path / "local")) as workspace:
        kills.faults(workspace, {"mode": "kill-after", "statements": statement, "when": when})
        failed = workspace.on("dev", "up", code=1)
        during = "preview" if statement == 1 else "up"
        assert f"the local Snowflake of account MAIN died during {during}" in said(failed)
        settles(workspace, golden)


BOOTSTRAP = [8, *(pytest.param(n, marks=long) for n in range(1, 29) if n != 8)]


@pytest.mark.parametrize("statement", BOOTSTRAP)
def test_bootstrap_goes_on_after_the_server_died(bootstrapped: Workspace, tmp_path: Path, statement: int) -> None:
    with stopped_in_the_end(Workspace(tmp_path / "local")) as workspace:
        shutil.copytree(bootstrapped.place.keys, workspace.place.keys)
        rules = tmp_path / "faults.json"
        rules.write_text(json.dumps([{"mode": "kill-after", "statements": statement}]), encoding="utf-8")
        workspace.ops("local", "start", "--faults", str(rules), code=1)
        workspace.start()
        assert content(workspace) == content(bootstrapped)


CREATES = "CREATE DATABASE _"
FAULTS = [
    pytest.param(["error-after"], CREATES, id="create-that-happens-all-the-same"),
    pytest.param(["error"], "", marks=[long, pytest.mark.timeout(2400)], id="error"),
    pytest.param(["error-after"], "", marks=[long, pytest.mark.timeout(2400)], id="error-after"),
    pytest.param(["close", "close-after", "delay"], "", marks=[long, pytest.mark.timeout(2400)], id="connections"),
    pytest.param(
        ["error", "error-after", "close", "close-after", "delay"],
        "",
        marks=[long, pytest.mark.timeout(2400)],
        id="in-turn",
    ),
]


@pytest.mark.parametrize(("cycle", "only"), FAULTS)
def test_every_statement_shape_may_fail_once(
    bootstrapped: Workspace, golden: Workspace, tmp_path: Path, cycle: list[str], only: str
) -> None:
    with stopped_in_the_end(bootstrapped.copy(tmp_path / "local")) as workspace:
        kills.faults(workspace, {"mode": "first-seen-shape", "cycle": cycle, "delay": 0.3, "only": only})
        settles(workspace, golden, tries=2 if only else MANY_TRIES)
        assert "fault " in workspace.place.log.read_text(encoding="utf-8")


def test_damaged_state_gives_way_to_its_backup(dev: Workspace, golden: Workspace) -> None:
    checkpoint = dev.place.checkpoint("dev")
    assert checkpoint is not None
    checkpoint.write_bytes(checkpoint.read_bytes()[:-1000])
    settles(dev, golden)
    assert checkpoint.with_name(f"{checkpoint.name}.damaged").exists()


@long
@pytest.mark.parametrize("lost", ["state", "state and backup", "everything that was remembered"])
def test_lost_state_is_found_again_in_the_account_and_no_data_with_it(
    dev: Workspace, golden: Workspace, lost: str
) -> None:
    checkpoint = dev.place.checkpoint("dev")
    assert checkpoint is not None
    table = "DEV_ECOMMERCE_RAW.STRIPE.KEPT"
    on = "USE WAREHOUSE ECOMMERCE_DEPLOYER_WH"
    dev.sql((on, f"CREATE TABLE {table} AS SELECT 7 AS N"), role="ACCOUNTADMIN")
    if lost == "everything that was remembered":
        shutil.rmtree(dev.place.state)
    else:
        checkpoint.write_bytes(b"")
        if lost == "state and backup":
            checkpoint.with_name(f"{checkpoint.name}.bak").unlink()
    dev.on("dev", "up", "--no-proof", code=None)
    dev.on("dev", "up", "--no-proof")
    assert dev.sql((on, f"SELECT N FROM {table}"), role="ACCOUNTADMIN") == [(7,)]  # noqa: S608 (a name from above)
    dev.sql(f"DROP TABLE {table}", role="ACCOUNTADMIN")
    assert dev.changes("dev", "preview", "--refresh") == {}
    assert content(dev) == content(golden)


@long
def test_recovery_of_a_real_account_asks_in_the_same_way(
    empty: Workspace, golden: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kills.run_and_kill(empty, "up", "engine", 110)
    empty.pulumi("dev", "cancel", "--yes")
    empty.place.record("dev").unlink()
    monkeypatch.setenv("SNOWFLAKE_CONFIG_PATH", str(empty.place.toml))
    monkeypatch.setattr(target, "real_target", lambda stack: target.local_target(empty.place, stack, tools.ensure()))
    done = deploy.recover_real("dev")
    assert done.imported
    assert done.locks == []
    settles(empty, golden)


def test_object_of_another_role_is_not_taken_over(empty: Workspace) -> None:
    empty.sql("CREATE ROLE DEV_ECOMMERCE_LOADER", role="ACCOUNTADMIN")
    for _ in range(2):
        refused = said(empty.on("dev", "up", code=1))
        assert "already exists" in refused
    assert "in the account, but not taken over: loader, it belongs to ACCOUNTADMIN" in refused
