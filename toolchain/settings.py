"""What the environment says: which tools to use and where the cache lies."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from toolchain.errors import ToolchainError


class Mode(StrEnum):
    """Where the tools come from (``PLATFORM_TOOLCHAIN``)."""

    AUTO = "auto"
    SYSTEM = "system"
    BUILD = "build"


@dataclass(frozen=True)
class Settings:
    """The settings of one run.

    `cache` holds everything that is built; `home` is the Pulumi home of the machine; `path` is its search path without
    folders of the cache, so that built tools never count as the machine's.
    """

    mode: Mode
    cache: Path
    home: Path
    path: str

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read ``PLATFORM_TOOLCHAIN``, ``XDG_CACHE_HOME``, ``PULUMI_HOME``, ``HOME`` and ``PATH``.

        Raises ToolchainError for a mode that does not exist and where no home folder is known.
        """
        text = environment.get("PLATFORM_TOOLCHAIN", "").strip() or Mode.AUTO
        if text not in {mode.value for mode in Mode}:
            raise ToolchainError(
                f"PLATFORM_TOOLCHAIN is {text!r}",
                where="environment variable PLATFORM_TOOLCHAIN",
                why="only auto, system and build exist",
                do="auto: what the machine has, the rest is built; system: only what the machine has; build: build all",
            )
        base = Path(environment.get("XDG_CACHE_HOME", ""))
        cache = (base if base.is_absolute() else _user(environment) / ".cache") / "snowflake-platform" / "toolchain"
        home = environment.get("PULUMI_HOME", "")
        return cls(
            mode=Mode(text),
            cache=cache,
            home=Path(home) if home else _user(environment) / ".pulumi",
            path=_without(environment.get("PATH", os.defpath), cache),
        )


def _user(environment: Mapping[str, str]) -> Path:
    if home := environment.get("HOME"):
        return Path(home)
    try:
        return Path.home()
    except RuntimeError as error:
        raise ToolchainError(
            "the home folder is not known",
            where="environment variable HOME",
            why=str(error),
            do="set HOME, or set both XDG_CACHE_HOME and PULUMI_HOME to absolute paths",
        ) from error


def _without(path: str, folder: Path) -> str:
    return os.pathsep.join(
        entry for entry in path.split(os.pathsep) if entry and not Path(entry).absolute().is_relative_to(folder)
    )
