"""An environment per program below ``~/.cache/snowflake-platform/compat``, made from hash-pinned requirements."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from toolchain import golang
from toolchain.errors import ToolchainError
from toolchain.locks import exclusive
from toolchain.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"
GO_SOURCES = ROOT / "tests" / "compat" / "programs" / "go"
SAY_EVERY = 30


class NotInstalled(Exception):
    """A program could not be installed; the message has the reason."""


def cache() -> Path:
    """The folder of all environments. Raises ToolchainError where no home folder is known."""
    return Settings.read().cache.parent / "compat"


def pinned(name: str, package: str) -> str:
    """The version of a package in ``requirements/compat-NAME.txt``."""
    text = (REQUIREMENTS / f"compat-{name}.txt").read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(package)}==([^\s;\\]+)", text, re.MULTILINE)
    if found is None:
        raise LookupError(f"requirements/compat-{name}.txt does not pin {package}")
    return found[1]


def pinned_module(module: str) -> str:
    """The version of a module that the Go program requires."""
    found = re.search(rf"{re.escape(module)} v(\S+)", (GO_SOURCES / "go.mod").read_text(encoding="utf-8"))
    if found is None:
        raise LookupError(f"go.mod does not require {module}")
    return found[1]


def python(name: str) -> Path:
    """The folder of programs of environment ``name``, installed if it is not there. Raises NotInstalled."""
    requirements = REQUIREMENTS / f"compat-{name}.txt"
    folder = cache() / name

    def make() -> None:
        script = REQUIREMENTS / "venv.sh"
        environment = {**os.environ, "PYTHON": sys.executable}
        if subprocess.run(["sh", script, folder, requirements], env=environment, check=False).returncode != 0:
            raise NotInstalled(f"{requirements.name} could not be installed; pip's message is above")

    _once(folder, requirements.read_bytes(), make)
    return folder / "bin"


def go_program() -> Path:
    """The Go program, built if it is not there. Raises NotInstalled."""
    folder = cache() / "go"
    sources = b"".join((GO_SOURCES / name).read_bytes() for name in ("go.mod", "go.sum", "main.go"))

    def make() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            go = golang.find(Settings.read().path, cache())
        except ToolchainError as error:
            raise NotInstalled(str(error)) from error
        built = subprocess.run(
            [go.program, "build", "-mod=readonly", "-trimpath", "-o", folder / "driver", "."],
            cwd=GO_SOURCES,
            env=go.environment(folder),
            capture_output=True,
            text=True,
            check=False,
        )
        go.clean()
        if built.returncode != 0:
            raise NotInstalled(f"go build: {built.stderr[-1500:]}")

    _once(folder, sources, make)
    return folder / "driver"


def _once(folder: Path, sources: bytes, make: Callable[[], None]) -> None:
    """Run ``make`` unless the folder was made from the same sources; never two at the same time."""
    digest, mark = hashlib.sha256(sources).hexdigest(), folder / ".made-from"
    with _lock():
        if mark.is_file() and mark.read_text(encoding="utf-8") == digest:
            return
        mark.unlink(missing_ok=True)
        make()
        mark.write_text(digest, encoding="utf-8")


@contextmanager
def _lock() -> Iterator[None]:
    told = 0.0

    def waiting(holder: str, seconds: float) -> None:
        nonlocal told
        if seconds >= told:
            print(f"waiting for the install of process {holder}", file=sys.stderr, flush=True)
            told = seconds + SAY_EVERY

    folder = cache()
    folder.mkdir(parents=True, exist_ok=True)
    with exclusive(folder / "lock", waiting):
        yield
