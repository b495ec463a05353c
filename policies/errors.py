"""Mistakes in the files that configure the rule book: what is wrong, where, and what is allowed instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake.

    Attributes:
        what: in a few words. file: relative to the repository, with the line after a colon where it is known.
        field: path of the value in the file. value: the offending value as text.
        allowed: what may stand there instead.
    """

    what: str
    file: str
    field: str
    value: str
    allowed: str

    def lines(self) -> list[str]:
        """The message: what, then where and what to do."""
        return [self.what, f"  where: {self.file}: {self.field} = {self.value}", f"  do:    {self.allowed}"]


class RuleBookError(Exception):
    """The rules cannot be applied as their configuration says, so nothing may be judged; lists every mistake."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(line for mistake in self.mistakes for line in mistake.lines()))
