"""A command line to try, a fresh folder for the local target, and a stand-in for programs that it starts."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops.layout import Account

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def local_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in the place of `.local`."""
    folder = tmp_path / "local"
    monkeypatch.setenv("PLATFORM_LOCAL_DIR", str(folder))
    return folder


@pytest.fixture
def account(local_folder: Path) -> Account:
    """The default account, with nothing in it."""
    return Account("MAIN", local_folder)


@pytest.fixture
def ops(local_folder: Path) -> Callable[..., Ended]:
    """Runs the command line as a process, away from the developer's own local account."""

    def run(*arguments: str, given: str = "") -> Ended:
        environment = {**os.environ, "PLATFORM_LOCAL_DIR": str(local_folder), "NO_COLOR": "1", "COLUMNS": "200"}
        done = subprocess.run(
            [sys.executable, "-m", "ops", *arguments],
            cwd=ROOT, input=given, capture_output=True, text=True, env=environment, timeout=120, check=False,
        )  # fmt: skip
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Puts a Python script on the PATH under the name of a program."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def write(name: str, source: str) -> Path:
        path = folder / name
        path.write_text(f"#!{sys.executable}\n{source}", encoding="utf-8")
        path.chmod(0o755)
        return path

    return write


def event(kind: str, content: Mapping[str, object]) -> str:
    """One line as the engine writes it."""
    return json.dumps({"sequence": 1, "timestamp": 1, kind: content})
