"""Killed engine, plugin and server; failing statements: the next `make up` converges and nothing is orphaned."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.workspace import REPOSITORY, Workspace

VICTIMS = ("pulumi", "pulumi-resource-snowflake", "server")


def children(pid: int) -> list[int]:
    """All descendants of a process, deepest last (Linux and macOS)."""
    listing = subprocess.run(["ps", "-axo", "pid=,ppid=,command="], capture_output=True, text=True, check=True).stdout
    parents = [(int(line.split(None, 2)[0]), int(line.split(None, 2)[1])) for line in listing.splitlines()]
    found, queue = [], [pid]
    while queue:
        parent = queue.pop(0)
        below = [child for child, its_parent in parents if its_parent == parent]
        found += below
        queue += below
    return found


def command(pid: int) -> str:
    """The name of the program that a process runs."""
    done = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return Path(done.stdout.strip()).name


def kill(workspace: Workspace, process: subprocess.Popen[bytes], victim: str) -> bool:
    """SIGKILL one kind of process of a running operation; False if there is none (any more)."""
    if victim == "server":
        os.kill(workspace.running().pid, signal.SIGKILL)
        return True
    # Linux cuts names at 15 characters.
    hit = [pid for pid in children(process.pid) if command(pid)[:15] == victim[:15]]
    for pid in hit:
        os.kill(pid, signal.SIGKILL)
    return bool(hit)


def run_and_kill(workspace: Workspace, operation: str, victim: str, statements: int) -> None:
    """Start an operation on stack dev and kill `victim` once the server has answered so many statements."""
    log = workspace.place.data / "queries.jsonl"
    already = answered(log)
    arguments = ["--yes"] if operation == "destroy" else []
    process = subprocess.Popen(
        [sys.executable, "-m", "ops", operation, "--stack", "dev", "--account", workspace.account, *arguments],
        cwd=REPOSITORY,
        env=workspace.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if answered(log) - already >= statements and kill(workspace, process, victim):
            break
        time.sleep(0.01)
    process.wait(timeout=120)


def answered(log: Path) -> int:
    """Statements in the query log."""
    try:
        return log.read_bytes().count(b"\n")
    except FileNotFoundError:
        return 0


def converges(workspace: Workspace, reference: str) -> None:
    """`make up` ends well, the second preview is empty, and the account is the one an undisturbed `up` makes."""
    workspace.ops("local", "start", "--account", workspace.account)
    workspace.up("dev")
    assert workspace.changes("dev") == {}
    assert workspace.changes("dev", "preview", "--refresh") == {}
    assert comparable(workspace.dump()) == comparable(reference)


def comparable(dump: str) -> object:
    """The catalogue without what is random in each account (keys)."""
    return json.loads(dump)


POINTS = (5, 60, 150, 320)
SHORT = [("pulumi", 150), ("pulumi-resource-snowflake", 60), ("server", 150)]
LONG = [(victim, point) for victim in VICTIMS for point in POINTS if (victim, point) not in SHORT]


def _cases() -> list[object]:
    long = [pytest.param(victim, point, marks=pytest.mark.long) for victim, point in LONG]
    return [*SHORT, *long]


@pytest.mark.parametrize(("victim", "point"), _cases())
def test_up_after_a_kill_converges(dev: Workspace, victim: str, point: int) -> None:
    reference = dev.dump()
    dev.on("dev", "destroy", "--yes")
    run_and_kill(dev, "up", victim, point)
    converges(dev, reference)


DESTROY = [("pulumi", 60), ("server", 30)]


@pytest.mark.parametrize(("victim", "point"), DESTROY)
def test_up_after_a_killed_destroy_converges(dev: Workspace, victim: str, point: int) -> None:
    reference = dev.dump()
    run_and_kill(dev, "destroy", victim, point)
    converges(dev, reference)


@pytest.mark.parametrize(
    "cycle",
    [
        ["error", "close", "close-after", "delay"],
        pytest.param(["error"], marks=pytest.mark.long),
        pytest.param(["close"], marks=pytest.mark.long),
        pytest.param(["close-after"], marks=pytest.mark.long),
    ],
    ids="-".join,
)
def test_every_statement_shape_may_fail_once(dev: Workspace, tmp_path: Path, cycle: list[str]) -> None:
    reference = dev.dump()
    dev.on("dev", "destroy", "--yes")
    dev.stop()
    rules = tmp_path / "faults.json"
    rules.write_text(json.dumps([{"mode": "first-seen-shape", "cycle": cycle, "delay": 0.3}]), encoding="utf-8")
    dev.start("--faults", str(rules))
    tries = 0
    while dev.on("dev", "up", code=None).returncode != 0:
        tries += 1
        assert tries < 40, "each try gets further, so this ends"
    assert tries > 0, "no fault was met"
    dev.stop()
    converges(dev, reference)
