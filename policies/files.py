"""The repository's files as rules see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Files:
    """Text files by path relative to the repository, with / between the parts.

    Attributes:
        tracked: whether the texts are what git tracks (and would be published), not only what lies in the folder.
    """

    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    tracked: bool = True

    def matching(self, *endings: str) -> Iterator[tuple[str, str]]:
        """Path and text of the files whose path ends in one of these, by path."""
        for path in sorted(self.texts):
            if path.endswith(endings):
                yield path, self.texts[path]
