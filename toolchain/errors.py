"""The one error that reaches a person."""

import errno
from dataclasses import dataclass
from pathlib import Path
from typing import Self

BAD_INPUT = 2
INTERRUPTED = 130

_REASONS = {
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "no permission to write there",
    errno.EPERM: "no permission to write there",
    errno.ENOTDIR: "a part of that path is a file, not a folder",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
}


@dataclass
class ToolchainError(Exception):
    """The toolchain cannot be had. `what` is one sentence; the rest is printed on lines of its own. Exit code 2."""

    what: str
    where: str = ""
    why: str = ""
    do: str = ""

    def __str__(self) -> str:
        parts = (("where", self.where), ("why", self.why), ("do", self.do))
        return "\n".join([self.what, *(f"  {name}: {text}" for name, text in parts if text)])

    @classmethod
    def from_cache(cls, error: OSError, folder: Path) -> Self:
        """Explain why the cache `folder` cannot be written."""
        why = _REASONS.get(error.errno or 0, error.strerror or str(error))
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        do = "free some space" if full else "make it writable"
        return cls(
            "the toolchain cannot be written to its cache",
            where=str(folder),
            why=why,
            do=f"{do}, or set XDG_CACHE_HOME to a folder on a disk with room that you may write to",
        )
