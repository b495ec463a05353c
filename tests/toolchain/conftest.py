"""A machine to try the toolchain on: an empty cache, an empty PATH, and programs that only pretend."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain import assemble, build
from toolchain.settings import Mode, Settings

FAKE_GO = """#!/bin/sh
echo "$1" >> "{log}"
case "$1" in
    env) echo go{version} ;;
    list) echo one; echo two ;;
    build)
        echo "go: downloading example.org/module v1.0.0" >&2
        while [ "$1" != -o ]; do shift; done
        sleep {seconds}
        {fail}
        cp "{pulumi}" "$2"
        ;;
esac
"""

FAKE_PULUMI = """#!/bin/sh
if [ "$1" = version ]; then echo v{version}; exit; fi
folder="$PULUMI_HOME/plugins/resource-$4-v$5"
mkdir -p "$folder" && cp "$7" "$folder/pulumi-resource-$4"
"""

Executable = Callable[[str, str], Path]


@pytest.fixture
def machine(tmp_path: Path) -> Settings:
    """A machine with nothing on it."""
    (tmp_path / "bin").mkdir()
    return Settings(Mode.AUTO, tmp_path / "cache", tmp_path / "home", f"{tmp_path / 'bin'}")


@pytest.fixture
def executable(machine: Settings) -> Executable:
    """Put a program on the PATH of the machine, by name and text."""

    def write(name: str, text: str) -> Path:
        file = Path(machine.path) / name
        made = file.with_name(f"{name}.new")
        made.write_text(text)
        made.chmod(0o755)
        return made.replace(file)  # the one before may still run, which Linux does not let anybody write

    return write


@pytest.fixture
def pulumi(executable: Executable) -> Callable[[str], Path]:
    """Put a Pulumi CLI of a version on the PATH."""
    return lambda version: executable("pulumi", FAKE_PULUMI.format(version=version))


@pytest.fixture
def plugin(machine: Settings) -> Callable[[str], Path]:
    """Install a Snowflake plugin of a version in the Pulumi home."""

    def install(version: str) -> Path:
        file = machine.home / "plugins" / f"resource-snowflake-v{version}" / "pulumi-resource-snowflake"
        file.parent.mkdir(parents=True)
        file.write_text("#!/bin/sh\n")
        file.chmod(0o755)
        return file

    return install


@pytest.fixture
def go(
    executable: Executable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Callable[[], list[str]]]:
    """Put a Go on the PATH that "builds" in no time; the answer tells which of its commands ran."""
    monkeypatch.setattr(build, "RESULT_BYTES", 0)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    built = tmp_path / "built"
    built.write_text(FAKE_PULUMI.format(version="3.259.0"))
    built.chmod(0o755)
    log = tmp_path / "go.log"

    def install(version: str = "1.26.8", seconds: float = 0, fail: str = "") -> Callable[[], list[str]]:
        executable("go", FAKE_GO.format(log=log, version=version, seconds=seconds, fail=fail, pulumi=built))
        return lambda: [line for line in log.read_text().split() if line == "build"] if log.exists() else []

    return install


@pytest.fixture
def ensured(machine: Settings) -> Callable[[], assemble.Toolchain]:
    """Run `ensure` on the machine."""
    return lambda: assemble.ensure(machine)
