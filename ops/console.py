"""What goes to the terminal: results to standard output, progress and errors to standard error."""

import json
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Table

from ops.errors import OpsError

WIDTH_WITHOUT_TERMINAL = 140


def _width(stream: TextIO) -> int | None:
    """Characters per line: those of the terminal or of COLUMNS; enough for the tables where there is neither."""
    return None if stream.isatty() or os.environ.get("COLUMNS") else WIDTH_WITHOUT_TERMINAL


out = Console(highlight=False, soft_wrap=True, width=_width(sys.stdout))
err = Console(stderr=True, highlight=False, soft_wrap=True, width=_width(sys.stderr))


def table(title: str, *columns: str, right: Collection[str] = (), lines: bool = False) -> Table:
    """A table whose cells are folded, never cut."""
    made = Table(title=title or None, title_justify="left", show_lines=lines)
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return made


def show(content: Table) -> None:
    """Prints a table after an empty line, within the width of the terminal."""
    out.print()
    out.print(content, soft_wrap=False)


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
