"""Versions and ranges of versions."""

import re
from dataclasses import dataclass
from typing import Self

_FORM = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?:-([0-9A-Za-z.-]+)|((?:rc|beta)\d+))?(?:\+\S*)?")


@dataclass(frozen=True)
class Version:
    """``major.minor.patch``, with the text of a pre-release or ``""``."""

    major: int
    minor: int
    patch: int = 0
    pre: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``3.259.0``, ``v3.260.0-alpha.1``, ``1.27rc1`` and the like. Raises ValueError for anything else."""
        match = _FORM.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"not a version: {text!r}")
        major, minor, patch, pre, go_pre = match.groups()
        return cls(int(major), int(minor), int(patch or 0), pre or go_pre or "")

    @property
    def core(self) -> tuple[int, int, int]:
        """The three numbers, for comparing."""
        return self.major, self.minor, self.patch

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}" + (f"-{self.pre}" if self.pre else "")


@dataclass(frozen=True)
class Range:
    """Released versions from `low` (included) to `high` (not included)."""

    low: Version
    high: Version

    def __contains__(self, version: Version) -> bool:
        return not version.pre and self.low.core <= version.core < self.high.core

    def __str__(self) -> str:
        return f">={self.low},<{self.high}"
