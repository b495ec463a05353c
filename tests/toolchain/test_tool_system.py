"""What the machine has: found, or the reason why it is not used."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from toolchain import assemble, report, versions
from toolchain.errors import ToolchainError
from toolchain.settings import Mode, Settings
from toolchain.system import Found, Unusable, find_language_host, find_plugin, find_pulumi

Put = Callable[[str], Path]


def reason(tool: Found | Unusable) -> str:
    assert isinstance(tool, Unusable)
    return tool.reason


def test_supported_pulumi_is_found(machine: Settings, pulumi: Put) -> None:
    file = pulumi("3.300.1")
    found = find_pulumi(machine.path)
    assert isinstance(found, Found)
    assert (found.path, str(found.version)) == (file, "3.300.1")


def test_machine_without_pulumi_is_told_so(machine: Settings) -> None:
    assert reason(find_pulumi(machine.path)) == "pulumi is not on the PATH"


@pytest.mark.parametrize("version", ["3.258.0", "4.0.0", "3.260.0-alpha.1"])
def test_unsupported_pulumi_is_refused_with_the_range(machine: Settings, pulumi: Put, version: str) -> None:
    pulumi(version)
    assert f"pulumi {version}" in reason(find_pulumi(machine.path))
    assert ">=3.259.0,<4.0.0" in reason(find_pulumi(machine.path))


@pytest.mark.parametrize("text", ["#!/bin/sh\nexit 1\n", "#!/bin/sh\necho hello\n", "#!/no/such/program\n"])
def test_pulumi_that_does_not_tell_its_version_is_not_used(
    machine: Settings, executable: Callable[[str, str], Path], text: str
) -> None:
    executable("pulumi", text)
    assert "does not tell its version" in reason(find_pulumi(machine.path))


def test_language_host_counts_only_beside_its_pulumi(
    machine: Settings, pulumi: Put, executable: Callable[[str, str], Path]
) -> None:
    cli = Found(pulumi("3.259.0"), versions.PULUMI)
    assert "is not beside" in reason(find_language_host(cli))
    host = executable("pulumi-language-python", "#!/bin/sh\n")
    assert find_language_host(cli) == Found(host, None)


def test_language_host_is_found_where_a_link_to_pulumi_leads(tmp_path: Path) -> None:
    real = tmp_path / "release"
    real.mkdir()
    for name in ("pulumi", "pulumi-language-python"):
        (real / name).write_text("#!/bin/sh\n")
        (real / name).chmod(0o755)
    (tmp_path / "pulumi").symlink_to(real / "pulumi")
    found = find_language_host(Found(tmp_path / "pulumi", versions.PULUMI))
    assert isinstance(found, Found)
    assert found.path == real / "pulumi-language-python"


def test_newest_supported_plugin_is_taken(machine: Settings, plugin: Put) -> None:
    plugin("2.22.0")
    newest = plugin("2.30.0")
    plugin("3.0.0")
    found = find_plugin(machine.home)
    assert isinstance(found, Found)
    assert found.path == newest


@pytest.mark.parametrize("version", ["1.3.0", "2.21.9", "3.0.0"])
def test_unsupported_plugin_is_refused_with_the_range(machine: Settings, plugin: Put, version: str) -> None:
    plugin(version)
    assert f"Snowflake plugin {version}" in reason(find_plugin(machine.home))
    assert ">=2.22.0,<3.0.0" in reason(find_plugin(machine.home))


def test_half_installed_plugin_does_not_count(machine: Settings, plugin: Put) -> None:
    folder = plugin("2.22.0").parent
    folder.with_name(folder.name + ".partial").touch()
    assert "no Snowflake plugin" in reason(find_plugin(machine.home))


def test_mode_system_names_everything_that_is_missing(machine: Settings) -> None:
    with pytest.raises(ToolchainError) as caught:
        assemble.locate(replace(machine, mode=Mode.SYSTEM))
    assert "pulumi is not on the PATH" in str(caught.value)
    assert "no Snowflake plugin is installed" in str(caught.value)
    assert "PLATFORM_TOOLCHAIN=auto" in str(caught.value)


def test_complete_machine_needs_no_cache(
    machine: Settings, pulumi: Put, plugin: Put, executable: Callable[[str, str], Path]
) -> None:
    file = pulumi("3.259.0")
    executable("pulumi-language-python", "#!/bin/sh\n")
    plugin("2.22.0")
    answer = report.as_json(assemble.ensure(replace(machine, mode=Mode.SYSTEM)))
    assert answer["ready"] is True
    assert (answer["bin"], answer["pulumi_home"]) == (str(file.parent), str(machine.home))
    assert answer["plugin_version"] == "2.22.0"
    assert answer["unset"] == ["PLATFORM_PLUGIN_VERSION"]
    assert answer["env"] == {"PULUMI_HOME": str(machine.home), **assemble.QUIET}
    assert not machine.cache.exists()


def test_mode_build_does_not_look_at_the_machine(machine: Settings, pulumi: Put, plugin: Put) -> None:
    pulumi("3.259.0")
    plugin("2.22.0")
    found = report.tools(assemble.locate(replace(machine, mode=Mode.BUILD)))
    assert {tool.origin for tool in found.values()} == {"built"}
