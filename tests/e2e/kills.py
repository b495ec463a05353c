"""SIGKILL for one of the processes of a running `ops` command, at a given point of what the account was told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.e2e.workspace import REPOSITORY, Workspace

PROGRAMS = {
    "engine": "pulumi",
    "plugin": "pulumi-resource-snowflake",
    "program": "pulumi_language_child.py",
}
VICTIMS = ("engine", "plugin", "program", "server", "ops")
SECONDS = 200.0


def run_and_kill(workspace: Workspace, operation: str, victim: str, statements: int) -> bool:
    """Run an operation on stack dev and kill `victim` when the server has answered so many statements of it.

    False if the operation ended before: there is no such point.
    """
    log = workspace.place.query_log
    already = _answered(log)
    flags = {"destroy": ["--yes"], "up": ["--no-proof"]}.get(operation, [])
    said = workspace.base / "killed.log"
    process = subprocess.Popen(
        [sys.executable, "-m", "ops", operation, "--stack", "dev", "--account", workspace.account, *flags],
        cwd=REPOSITORY,
        env=workspace.environment,
        stdout=subprocess.DEVNULL,
        stderr=said.open("wb"),
    )
    deadline = time.monotonic() + SECONDS
    killed = False
    while not killed and process.poll() is None and time.monotonic() < deadline:
        if _answered(log) - already >= statements:
            killed = _kill(workspace, process.pid, victim)
        time.sleep(0.005)
    try:
        process.wait(timeout=SECONDS)
    finally:
        if process.poll() is None:
            process.kill()
    _settled(log)
    return killed


def _settled(log: Path) -> None:
    """Wait until what was under way is answered: processes whose parent was killed end a moment later."""
    deadline, seen = time.monotonic() + SECONDS, -1
    while (answered := _answered(log)) != seen and time.monotonic() < deadline:
        seen = answered
        time.sleep(1)


def _kill(workspace: Workspace, ops: int, victim: str) -> bool:
    if victim == "server":
        pids = [workspace.running().pid]
    elif victim == "ops":
        pids = [ops]
    else:
        pids = [pid for pid, words in _descendants(ops) if PROGRAMS[victim] in words]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    return bool(pids)


def _descendants(pid: int) -> list[tuple[int, set[str]]]:
    """Processes below one, with the names of the program and its first arguments (Linux and macOS)."""
    listing = subprocess.run(
        ["ps", "-axww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split() for line in listing.splitlines()]
    found: list[tuple[int, set[str]]] = []
    parents = {pid}
    while parents:
        below = [(int(row[0]), {Path(word).name for word in row[2:6]}) for row in rows if int(row[1]) in parents]
        found += below
        parents = {child for child, _ in below}
    return found


def _answered(log: Path) -> int:
    try:
        return log.read_bytes().count(b"\n")
    except FileNotFoundError:
        return 0


def faults(workspace: Workspace, *rules: dict[str, object]) -> None:
    """Start the stopped account with faults on purpose; the next start is one without."""
    path = workspace.base / "faults.json"
    path.write_text(json.dumps(rules), encoding="utf-8")
    workspace.start("--faults", str(path))


def logged(workspace: Workspace) -> list[str]:
    """Every statement that the account answered, without comments that name the operation."""
    lines = workspace.place.query_log.read_text(encoding="utf-8").splitlines()
    return [str(json.loads(line)["sql"]) for line in lines]
