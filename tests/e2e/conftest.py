"""Accounts that several tests share: bootstrapped only, and with all three stacks up."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from tests.e2e.workspace import Workspace


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the toolchain and the local Snowflake.

    Tests on the account with all stacks, on that of every type, or on one full of faults run on one worker, so that it
    is made once.
    """
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            for name in ("platform", "cycle", "planted"):
                if name in getattr(item, "fixturenames", ()):
                    item.add_marker(pytest.mark.xdist_group(name))


def shared(
    factory: pytest.TempPathFactory, name: str, stacks: Sequence[str], begin_with: Workspace | None = None
) -> Workspace:
    """A stopped account with stacks up, made once for all workers of a test run; to be copied, never started.

    Accounts that begin with the same one have the same keys, so that they can be compared.
    """
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    workspace = Workspace(folder)
    with FileLock(f"{folder}.lock"):
        if not (folder / "made").exists():
            if begin_with is not None:
                begin_with.copy(folder)
                (folder / "made").unlink()
            workspace.start()
            for stack in stacks:
                workspace.up(stack)
            if not stacks:
                workspace.ops("local", "env", "--stack", "dev")
            workspace.stop()
            (folder / "made").touch()
    return workspace


@contextmanager
def running_copy(workspace: Workspace, base: Path) -> Iterator[Workspace]:
    """A copy of a stopped account, started; its server stops at the end."""
    copy = workspace.copy(base)
    try:
        copy.start()
        yield copy
    finally:
        copy.ops("local", "stop", code=None)


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """dev, qa and prod up together in one account. Tests that use it leave it as they found it."""
    made = shared(tmp_path_factory, "all-stacks", ("prod", "dev", "qa"))
    with running_copy(made, tmp_path_factory.mktemp("platform")) as workspace:
        yield workspace


@pytest.fixture(scope="session")
def bootstrapped(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A stopped account that is bootstrapped only, with the keys of stack dev's users, to be copied."""
    return shared(tmp_path_factory, "bootstrapped", ())


@pytest.fixture(scope="session")
def golden(tmp_path_factory: pytest.TempPathFactory, bootstrapped: Workspace) -> Workspace:
    """A stopped account with stack dev up, to be copied."""
    return shared(tmp_path_factory, "stack-dev", ("dev",), bootstrapped)


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
    with running_copy(golden, tmp_path / "local") as workspace:
        yield workspace
