"""Errors that reach a person: what happened, where, why, and what to do about it."""

from dataclasses import dataclass

FAILED = 1
BAD_INPUT = 2


@dataclass
class OpsError(Exception):
    """Something failed, was blocked or differs. Exit code 1.

    `what` is one sentence; the other parts are optional and printed on lines of their own.
    """

    what: str
    where: str = ""
    why: str = ""
    do: str = ""

    exit_code = FAILED

    def __str__(self) -> str:
        return self.what

    def lines(self) -> list[str]:
        """The message as printed: the sentence, then where, why and what to do."""
        parts = [("where", self.where), ("why", self.why), ("do", self.do)]
        return [self.what, *(f"  {name}: {text}" for name, text in parts if text)]


class BadInput(OpsError):
    """The input cannot be used or judged. Exit code 2."""

    exit_code = BAD_INPUT
