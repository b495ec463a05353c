"""The pieces that are built from Go, and how their inputs name them in the cache."""

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from toolchain import versions
from toolchain.semver import Version

SOURCES = Path(__file__).parent
HOST_SOURCES = SOURCES / "langhost"
HOST_FILES = ("pulumi-language-python", "pulumi_language_python.py", "pulumi_language_child.py")
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Piece:
    """A program built from a Go module of ours.

    `folder` holds the module, `package` is what is compiled, `stamp` the Go variable that the version is written to,
    `program` the file that comes out.
    """

    name: str
    folder: Path
    package: str
    program: str
    version: Version
    stamp: str

    def key(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of everything that decides what comes out.

        The Go that compiles is not part of it beyond the oldest one allowed: an upgrade of Go, or its absence where a
        cache is carried to, makes nothing stale.
        """
        files = sorted(file for file in self.folder.iterdir() if file.suffix in {".go", ".mod", ".sum"})
        return digest(
            {
                **{file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files},
                "arguments": " ".join(self.arguments()),
                "go": str(versions.GO_MINIMUM),
                "system": f"{platform.system()}-{platform.machine()}",
            }
        )

    def arguments(self) -> list[str]:
        """Arguments of ``go build`` except for the output."""
        flags = f"-s -w -X {self.stamp}"
        return ["-mod=readonly", "-trimpath", "-buildvcs=false", f"-ldflags={flags}", self.package]

    def target(self, cache: Path) -> Path:
        """The folder of the finished piece."""
        return cache / f"{self.name}-{self.key()}"

    def finished(self, cache: Path) -> bool:
        """Whether the piece lies in the cache, whole."""
        target = self.target(cache)
        try:
            manifest = json.loads((target / MANIFEST).read_text())
            program = target / self.program
            return os.access(program, os.X_OK) and program.stat().st_size == manifest["bytes"]
        except (OSError, ValueError, KeyError, TypeError):
            return False


def digest(parts: Mapping[str, str]) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of `parts`, whatever their order."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


PULUMI = Piece(
    name="pulumi",
    folder=SOURCES / "cli",
    package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    program="pulumi",
    version=versions.PULUMI,
    stamp=f"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{versions.PULUMI}",
)

PLUGIN = Piece(
    name="plugin",
    folder=SOURCES / "plugin",
    package=".",
    program="pulumi-resource-snowflake",
    version=versions.PLUGIN,
    stamp=f"main.version={versions.PLUGIN}",
)
