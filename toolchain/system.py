"""What the machine has already, and whether it is supported."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from toolchain import versions
from toolchain.semver import Range, Version

LANGUAGE_HOST = "pulumi-language-python"
PLUGIN_FILE = "pulumi-resource-snowflake"
ANSWER_SECONDS = 30


@dataclass(frozen=True)
class Found:
    """A tool of the machine in a supported version; `version` is None where the tool cannot tell."""

    path: Path
    version: Version | None


@dataclass(frozen=True)
class Unusable:
    """A tool that the machine does not have or that is not supported, and the reason in plain words."""

    reason: str


def find_pulumi(path: str) -> Found | Unusable:
    """Look for the Pulumi CLI on the search path `path` and ask for its version."""
    located = shutil.which("pulumi", path=path)
    if located is None:
        return Unusable("pulumi is not on the PATH")
    try:
        answer = subprocess.run(
            [located, "version"],
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=ANSWER_SECONDS,
            check=True,
        ).stdout
        version = Version.parse(answer)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        return Unusable(f"{located} does not tell its version ({error})")
    return _judge(Path(located), version, versions.PULUMI_SUPPORTED, f"pulumi {version} at {located}")


def find_language_host(pulumi: Found) -> Found | Unusable:
    """Look for the language host beside `pulumi` (links followed), where a release of Pulumi puts the matching one."""
    host = pulumi.path.resolve().with_name(LANGUAGE_HOST)
    if os.access(host, os.X_OK) and host.is_file():
        return Found(host, None)
    return Unusable(f"{LANGUAGE_HOST} is not beside {pulumi.path}")


def find_plugin(home: Path) -> Found | Unusable:
    """Look for the newest supported Snowflake plugin that is completely installed in the Pulumi home `home`."""
    installed: list[tuple[Version, Path]] = []
    for folder in (home / "plugins").glob("resource-snowflake-v*"):
        name = re.sub(r"^resource-snowflake-v", "", folder.name)
        partial = folder.with_name(folder.name + ".partial")
        if os.access(folder / PLUGIN_FILE, os.X_OK) and not partial.exists():
            try:
                installed.append((Version.parse(name), folder / PLUGIN_FILE))
            except ValueError:
                continue
    if not installed:
        return Unusable(f"no Snowflake plugin is installed in {home}")
    supported = [pair for pair in installed if pair[0] in versions.PLUGIN_SUPPORTED] or installed
    version, file = max(supported, key=lambda pair: pair[0].core)
    return _judge(file, version, versions.PLUGIN_SUPPORTED, f"Snowflake plugin {version} in {home}")


def _judge(path: Path, version: Version, supported: Range, name: str) -> Found | Unusable:
    if version in supported:
        return Found(path, version)
    return Unusable(f"{name} is not supported ({supported} is)")
