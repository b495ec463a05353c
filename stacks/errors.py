"""What is wrong with a declaration or a stack's config, in one message form: what, where, why, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake and how to put it right.

    Attributes:
        what: the mistake in a few words.
        file: the file that holds it, e.g. `Pulumi.dev.yaml` or `stacks/warehouses.py`.
        field: the path of the value inside the file, e.g. `people[ANNA].roles`.
        value: the offending value as text; secrets and keys are described, never quoted.
        why: the reason it is refused.
        todo: what is allowed instead.
    """

    what: str
    file: str
    field: str
    value: str
    why: str
    todo: str

    def __str__(self) -> str:
        return (
            f"{self.what}\n  where: {self.file}: {self.field} = {self.value}\n  why:   {self.why}\n  do:    {self.todo}"
        )


class PlatformError(Exception):
    """Base of every error of the declaration; its text lists all problems that were found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ConfigError(PlatformError):
    """The config of a stack is not acceptable."""


class DeclarationError(PlatformError):
    """The declaration in `stacks/`, or what it becomes together with a stack's config, is not acceptable."""
