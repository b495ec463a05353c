"""Puts the toolchain together: what the machine has, what is built, and where it all lies."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from toolchain import golang, versions
from toolchain.build import build, check_space
from toolchain.errors import ToolchainError
from toolchain.locks import exclusive
from toolchain.pieces import HOST_FILES, HOST_SOURCES, PLUGIN, PULUMI, Piece, digest
from toolchain.progress import say
from toolchain.settings import Mode, Settings
from toolchain.staging import staged
from toolchain.system import LANGUAGE_HOST, PLUGIN_FILE, Found, Unusable, find_language_host, find_plugin, find_pulumi

QUIET = {
    "PULUMI_SKIP_UPDATE_CHECK": "true",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
}
"""Keeps Pulumi from asking the network for new versions and plugins, and from plugins that lie on the PATH."""


LAYOUT = "3"
"""Changes with what `_fill_bin` and `_fill_home` do, so that folders laid out otherwise are left alone."""


@dataclass(frozen=True)
class Toolchain:
    """The tools of this machine and cache. A tool that is Unusable on the machine is taken from the cache instead."""

    settings: Settings
    pulumi: Found | Unusable
    host: Found | Unusable
    plugin: Found | Unusable

    @property
    def pulumi_program(self) -> Path:
        """The Pulumi CLI."""
        if isinstance(self.pulumi, Found):
            return self.pulumi.path
        return PULUMI.target(self.settings.cache) / PULUMI.program

    @property
    def bin(self) -> Path:
        """The folder to put first on the PATH: the machine's own, or one of the cache with all of them."""
        if isinstance(self.host, Found):
            return self.pulumi_program.parent
        sources = {name: (HOST_SOURCES / name).read_text() for name in HOST_FILES}
        return self.settings.cache / f"bin-{digest({**sources, 'pulumi': str(self.pulumi_program), 'layout': LAYOUT})}"

    @property
    def host_program(self) -> Path:
        """The language host, beside the Pulumi CLI."""
        return self.host.path if isinstance(self.host, Found) else self.bin / LANGUAGE_HOST

    @property
    def home(self) -> Path:
        """The Pulumi home with the plugin: the user's own, or one of the cache for a built plugin."""
        if isinstance(self.plugin, Found):
            return self.settings.home
        return self.settings.cache / f"home-{digest({'plugin': PLUGIN.key(), 'layout': LAYOUT})}"

    @property
    def plugin_program(self) -> Path:
        """The Snowflake plugin as Pulumi finds it."""
        if isinstance(self.plugin, Found):
            return self.plugin.path
        return self.home / "plugins" / f"resource-snowflake-v{versions.PLUGIN}" / PLUGIN_FILE

    @property
    def environment(self) -> dict[str, str]:
        """The variables to run Pulumi with. ``PLATFORM_PLUGIN_VERSION`` is there for a built plugin only."""
        variables = {"PULUMI_HOME": str(self.home), **QUIET}
        if isinstance(self.plugin, Unusable):
            variables["PLATFORM_PLUGIN_VERSION"] = str(versions.PLUGIN)
        return variables

    @property
    def unbuilt(self) -> list[Piece]:
        """The pieces that have to be built first."""
        wanted = ((self.pulumi, PULUMI), (self.plugin, PLUGIN))
        built = [piece for tool, piece in wanted if isinstance(tool, Unusable)]
        return [piece for piece in built if not piece.finished(self.settings.cache)]

    @property
    def ready(self) -> bool:
        """Whether everything is in its place."""
        files = (self.bin / "pulumi", self.host_program, self.plugin_program)
        return not self.unbuilt and all(os.access(file, os.X_OK) for file in files)


def locate(settings: Settings) -> Toolchain:
    """Look at the machine, as far as the mode allows. Raises ToolchainError in mode ``system`` if a tool is missing."""
    if settings.mode is Mode.BUILD:
        asked = Unusable("PLATFORM_TOOLCHAIN=build")
        return Toolchain(settings, asked, asked, asked)
    pulumi = find_pulumi(settings.path)
    host = find_language_host(pulumi) if isinstance(pulumi, Found) else Unusable("it belongs to the Pulumi CLI")
    plugin = find_plugin(settings.home)
    reasons = [tool.reason for tool in (pulumi, host, plugin) if isinstance(tool, Unusable)]
    if reasons and settings.mode is Mode.SYSTEM:
        raise ToolchainError(
            "PLATFORM_TOOLCHAIN=system, but this machine does not have every tool",
            where=f"PATH and {settings.home}",
            why="; ".join(reasons),
            do=f"install the Pulumi CLI ({versions.PULUMI_SUPPORTED}) and run "
            f"`pulumi plugin install resource snowflake {versions.SDK}`, "
            "or set PLATFORM_TOOLCHAIN=auto to have what is missing built",
        )
    return Toolchain(settings, pulumi, host, plugin)


def ensure(settings: Settings) -> Toolchain:
    """Find every tool or build it. Raises ToolchainError where that is impossible."""
    toolchain = locate(settings)
    if toolchain.ready:
        return toolchain
    cache = settings.cache
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with exclusive(cache / "lock", _Waiting()) as lock:
            _build(toolchain, lock)
            if isinstance(toolchain.host, Unusable) and not _has(toolchain.bin, "pulumi", LANGUAGE_HOST):
                _fill_bin(toolchain)
            if isinstance(toolchain.plugin, Unusable) and not _has(toolchain.plugin_program.parent, PLUGIN_FILE):
                _fill_home(toolchain)
    except OSError as error:
        raise ToolchainError.from_cache(error, cache) from error
    return toolchain


def _build(toolchain: Toolchain, lock: int) -> None:
    unbuilt = toolchain.unbuilt
    if not unbuilt:
        return
    cache = toolchain.settings.cache
    names = " and ".join(piece.program for piece in unbuilt)
    say(f"Building {names} into {cache}. This happens once and takes 5 to 15 minutes; it can be interrupted.")
    go = golang.find(toolchain.settings.path, cache)
    check_space(cache, go)
    for piece in unbuilt:
        build(piece, go, cache, lock)
    go.clean()


def _fill_bin(toolchain: Toolchain) -> None:
    with staged(toolchain.bin) as folder:
        for name in HOST_FILES:
            shutil.copy(HOST_SOURCES / name, folder / name)
        (folder / LANGUAGE_HOST).chmod(0o755)
        # Pulumi looks for the host beside itself with links followed, so that a symbolic link would not do.
        program = toolchain.pulumi_program.resolve()
        try:
            (folder / "pulumi").hardlink_to(program)
        except OSError:
            shutil.copy(program, folder / "pulumi")


def _fill_home(toolchain: Toolchain) -> None:
    program = PLUGIN.target(toolchain.settings.cache) / PLUGIN.program
    with staged(toolchain.home) as folder:
        # The CLI writes a debug log of every command into this folder and has no switch against it. Such logs cost a
        # tenth of a preview, grow to 500 MB and begin before secrets are encrypted; where it cannot write, it goes on.
        (folder / "logs").touch()
        command = ["plugin", "install", "resource", "snowflake", str(versions.PLUGIN), "--file", str(program)]
        done = subprocess.run(
            [toolchain.pulumi_program, *command],
            env={**os.environ, **QUIET, "PULUMI_HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ToolchainError(
                "Pulumi did not take the built plugin",
                where=str(program),
                why=(done.stderr + done.stdout).strip() or f"exit code {done.returncode}",
                do=f"remove {toolchain.settings.cache} and try again",
            )


def _has(folder: Path, *names: str) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in names)


class _Waiting:
    """Says once, then every half minute, that another process is building."""

    EVERY_SECONDS = 30.0

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, holder: str, seconds: float) -> None:
        if seconds >= self._next:
            process = f"process {holder}" if holder else "another process"
            say(f"Waiting for {process}, which is building the toolchain ({seconds:.0f} s) ...")
            self._next += self.EVERY_SECONDS
