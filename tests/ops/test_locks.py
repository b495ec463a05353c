"""Locks of Pulumi's file backend."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ops import locks
from ops.errors import OpsError


def lock(folder: Path, pid: int, host: str | None = None) -> Path:
    """A lock as pulumi writes it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "1a2b.json"
    content = {"pid": pid, "username": "me", "hostname": host or socket.gethostname(), "timestamp": "2026-01-01"}
    path.write_text(json.dumps(content), encoding="utf-8")
    path.with_name("1a2b.json.attrs").write_text("{}", encoding="utf-8")
    return path


def dead_process() -> int:
    """The id of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", "pass"]) as process:
        process.wait()
    return process.pid


def test_the_lock_of_a_dead_process_is_removed(tmp_path: Path) -> None:
    path = lock(tmp_path, dead_process())
    assert [removed.path for removed in locks.clear_stale(tmp_path)] == [path]
    assert list(tmp_path.iterdir()) == []


def test_the_lock_of_a_living_pulumi_stays_and_is_named(tmp_path: Path) -> None:
    program = tmp_path / "pulumi"
    program.write_text("import time; time.sleep(60)", encoding="utf-8")
    with subprocess.Popen([sys.executable, str(program)]) as process:
        lock(tmp_path / "locks", process.pid)
        with pytest.raises(OpsError) as caught:
            locks.clear_stale(tmp_path / "locks")
        process.kill()
    assert str(process.pid) in caught.value.where


def test_a_recycled_process_id_does_not_keep_a_lock(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        lock(tmp_path, process.pid)
        removed = locks.clear_stale(tmp_path)
        process.kill()
    assert len(removed) == 1


def test_the_lock_of_another_machine_is_never_touched(tmp_path: Path) -> None:
    path = lock(tmp_path, dead_process(), host="elsewhere")
    with pytest.raises(OpsError):
        locks.clear_stale(tmp_path)
    assert path.exists()


def test_no_folder_means_no_lock(tmp_path: Path) -> None:
    assert locks.of_stack(tmp_path / f"none-{os.getpid()}") == []
