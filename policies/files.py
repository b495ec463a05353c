"""The repository's files as rules see them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 1_000_000
"""A larger file is no source text; `Files.left_out` names it."""
MAX_FILES: Final = 20_000
_LOOK: Final = 8192
_SKIPPED: Final = frozenset({".git", ".venv", ".venv-local", ".local", "node_modules", "__pycache__"})


@dataclass(frozen=True)
class Files:
    """Text files by path relative to the repository, with / between the parts.

    Attributes:
        tracked: whether the texts are what git tracks (and would be published), not only what lies in the folder.
        left_out: text files that were not read because they are too large or could not be opened.
    """

    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    tracked: bool = True
    left_out: tuple[str, ...] = ()

    def matching(self, *endings: str) -> Iterator[tuple[str, str]]:
        """Path and text of the files whose path ends in one of these, by path."""
        for path in sorted(self.texts):
            if path.endswith(endings):
                yield path, self.texts[path]


def read(root: Path) -> Files:
    """The text files of a repository: what git tracks or would add; without git, what lies in the folder.

    Raises:
        OSError: there is no such folder.
    """
    if not root.is_dir():
        raise NotADirectoryError(f"{root} is no folder")
    listed = _tracked(root)
    paths = _walked(root) if listed is None else listed
    texts: dict[str, str] = {}
    left_out: list[str] = []
    for path in sorted(paths):
        text = _text(root / path)
        if text is None:
            left_out.append(path)
        elif text != _BINARY:
            texts[path] = text
    kept, too_many = sorted(texts)[:MAX_FILES], sorted(texts)[MAX_FILES:]
    return Files({path: texts[path] for path in kept}, listed is not None, (*left_out, *too_many))


_BINARY: Final = "\0"


def _text(path: Path) -> str | None:
    """The text of a file, `_BINARY` of one that has none, None of one that was not read."""
    try:
        if path.is_symlink() or not path.is_file():
            return _BINARY
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError:
        return None
    if b"\0" in content[:_LOOK]:
        return _BINARY
    return None if len(content) > MAX_BYTES else content.decode("utf-8", errors="replace")


def _tracked(root: Path) -> list[str] | None:
    """What git tracks and what it would add; None where there is no git or no repository."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=root, capture_output=True, check=True, timeout=30).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return [name for name in listed.decode("utf-8", errors="surrogateescape").split("\0") if name]


def _walked(root: Path) -> list[str]:
    found = (path for path in root.rglob("*") if path.is_file())
    relative = (path.relative_to(root) for path in found)
    return [path.as_posix() for path in relative if not _SKIPPED & set(path.parts)]
