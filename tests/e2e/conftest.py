"""Accounts that several tests share: bootstrapped only, and with all three stacks up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.workspace import Workspace

pytestmark = pytest.mark.e2e


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the toolchain and the local Snowflake."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """dev, qa and prod up together in one account. Tests that use it leave it as they found it."""
    workspace = Workspace(tmp_path_factory.mktemp("platform"))
    workspace.start()
    try:
        for stack in ("prod", "dev", "qa"):
            workspace.up(stack)
        yield workspace
    finally:
        workspace.ops("local", "stop", code=None)


@pytest.fixture(scope="session")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A stopped account with stack dev up, to be copied."""
    workspace = Workspace(tmp_path_factory.mktemp("golden"))
    workspace.start()
    workspace.up("dev")
    workspace.stop()
    return workspace


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Callable[..., Workspace]]:
    """Makes bootstrapped accounts of their own; their servers stop with the test."""
    made: list[Workspace] = []

    def make(account: str = "MAIN", **extra: str) -> Workspace:
        workspace = Workspace(tmp_path / f"local{len(made)}", account, extra)
        made.append(workspace)
        workspace.start()
        return workspace

    yield make
    for workspace in made:
        workspace.ops("local", "stop", "--account", workspace.account, code=None)


@pytest.fixture
def dev(golden: Workspace, tmp_path: Path) -> Iterator[Workspace]:
    """An account of its own in which stack dev is up."""
    workspace = golden.copy(tmp_path / "local")
    workspace.start()
    try:
        yield workspace
    finally:
        workspace.ops("local", "stop", code=None)
