"""Plugins of an engine that is gone end; plugins of a living one and those of another Pulumi home stay."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ops import leftovers


@contextmanager
def plugin(home: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that looks like a plugin which talks to an engine at this port, until its input ends."""
    home.mkdir(parents=True, exist_ok=True)
    (home / f"127.0.0.1:{port}").write_text("print(flush=True); input()", encoding="utf-8")
    process = subprocess.Popen(
        [str(home / "plugins/resource-snowflake-v1.3.0/pulumi-resource-snowflake"), f"127.0.0.1:{port}"],
        executable=sys.executable,
        cwd=home,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def closed_port() -> int:
    """A port where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_plugin_of_a_dead_engine_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")  # which would cut the listing of processes
    with plugin(tmp_path, closed_port()) as orphan:
        assert leftovers.end_orphans(tmp_path) == [orphan.pid]
        assert orphan.wait(timeout=5) == -9


def test_plugin_of_a_living_engine_stays(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as engine,
        plugin(tmp_path, engine.getsockname()[1]) as working,
    ):
        assert leftovers.end_orphans(tmp_path) == []
        assert working.poll() is None


def test_plugin_of_another_home_stays(tmp_path: Path) -> None:
    with plugin(tmp_path / "theirs", closed_port()) as other:
        assert leftovers.end_orphans(tmp_path / "ours") == []
        assert other.poll() is None
