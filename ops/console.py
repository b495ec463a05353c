"""What goes to the terminal: results to standard output, progress and errors to standard error."""

import json
import sys
from collections.abc import Mapping, Sequence

from rich.console import Console

from ops.errors import OpsError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """One line of progress."""
    err.print(text, markup=False)


def detail(text: str) -> None:
    """A line of progress that matters less."""
    err.print(text, markup=False, style="dim")


def fail(error: OpsError) -> None:
    """Prints an error: the sentence in bold, the rest below it."""
    first, *rest = error.lines()
    err.print(f"error: {first}", markup=False, style="bold red")
    for line in rest:
        err.print(line, markup=False)


def machine(content: Mapping[str, object] | Sequence[object]) -> None:
    """A result for programs: JSON on standard output, nothing else there."""
    sys.stdout.write(json.dumps(content, indent=2, sort_keys=True) + "\n")
