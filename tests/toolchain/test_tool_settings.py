"""Environment variables in, settings or a clear error out."""

from pathlib import Path

import pytest

from toolchain import cli
from toolchain.errors import ToolchainError
from toolchain.settings import Mode, Settings

HOME = {"HOME": "/home/somebody"}


def test_mode_is_auto_unless_said_otherwise() -> None:
    assert Settings.read(HOME).mode is Mode.AUTO
    assert Settings.read({**HOME, "PLATFORM_TOOLCHAIN": ""}).mode is Mode.AUTO


@pytest.mark.parametrize("mode", list(Mode))
def test_mode_is_taken_from_the_environment(mode: Mode) -> None:
    assert Settings.read({**HOME, "PLATFORM_TOOLCHAIN": mode.value}).mode is mode


@pytest.mark.parametrize("text", ["docker", "AUTO", "auto,build"])
def test_unknown_mode_is_refused_with_the_ones_that_exist(text: str) -> None:
    with pytest.raises(ToolchainError) as caught:
        Settings.read({**HOME, "PLATFORM_TOOLCHAIN": text})
    assert repr(text) in str(caught.value)
    assert "only auto, system and build exist" in str(caught.value)


@pytest.mark.parametrize("command", ["ensure", "status"])
def test_unknown_mode_ends_the_command_with_exit_code_2(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLATFORM_TOOLCHAIN", "docker")
    assert cli.main([command, "--json"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: PLATFORM_TOOLCHAIN is 'docker'\n")


def test_cache_follows_xdg_only_where_it_is_absolute() -> None:
    end = Path("snowflake-platform/toolchain")
    assert Settings.read({**HOME, "XDG_CACHE_HOME": "/var/cache/me"}).cache == Path("/var/cache/me") / end
    assert Settings.read({**HOME, "XDG_CACHE_HOME": "here"}).cache == Path("/home/somebody/.cache") / end


def test_pulumi_home_of_the_user_is_respected() -> None:
    assert Settings.read(HOME).home == Path("/home/somebody/.pulumi")
    assert Settings.read({**HOME, "PULUMI_HOME": "/opt/pulumi-home"}).home == Path("/opt/pulumi-home")


def test_built_tools_on_the_path_do_not_count_as_the_machines() -> None:
    ours = "/home/somebody/.cache/snowflake-platform/toolchain/bin-0123"
    assert Settings.read({**HOME, "PATH": f"{ours}:/usr/bin::/bin"}).path == "/usr/bin:/bin"
