"""Where something in a picture comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """A Pulumi resource and the line of the program that declares it; for the live account the statement that told.

    Attributes:
        file: relative to the repository; line: counted from 1; 0 where not known.
    """

    urn: str = ""
    file: str = ""
    line: int = 0
    statement: str = ""
