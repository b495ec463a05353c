"""A command line to try, a fresh folder for the local target, and a stand-in for programs that it starts."""

import io
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from ops.__main__ import main
from ops.layout import Account


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _short_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of the shortest allowed length, which are made three times faster."""
    monkeypatch.setattr("ops.keypairs.KEY_BITS", 2048)


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
def ops(local_folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Runs the command line in this process, away from the developer's own local account."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("ops.console.out", Console(highlight=False, soft_wrap=True))
    monkeypatch.setattr("ops.console.err", Console(stderr=True, highlight=False, soft_wrap=True))

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["ops", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        try:
            main()
            code: object = 0
        except SystemExit as ended:
            code = ended.code or 0
        captured = capfd.readouterr()
        return Ended(code if isinstance(code, int) else 1, captured.out, captured.err)

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
