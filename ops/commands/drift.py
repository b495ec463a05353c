"""`ops drift`: what somebody changed in the account behind the declaration's back."""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ops import console, layout
from ops.commands import options
from ops.errors import BAD_INPUT, FAILED

if TYPE_CHECKING:
    from ops.drift.model import Drift


class Format(StrEnum):
    """How a comparison is printed."""

    TABLE = "table"
    MD = "md"
    JSON = "json"


Fresh = Annotated[bool, typer.Option("--fresh", help="Read only what has no delay; more statements.")]


def drift(
    stack: options.Stack = "prod",
    account: options.Account = layout.DEFAULT_ACCOUNT,
    real: options.Real = False,
    fresh: Fresh = False,
    format: Annotated[Format, typer.Option("--format", help="Form of the result on standard output.")] = Format.TABLE,
    json: options.Json = False,
) -> None:
    """Compare declaration, state and account. Exit code 1 where the account differs, 2 where not all could be seen."""
    from ops.drift import formats, run
    from ops.drift.model import Outcome

    found = run.drift(layout.stack_name(stack), None if real else layout.account(account), fresh=fresh)
    chosen = Format.JSON if json else format
    if chosen is Format.TABLE:
        _show(found)
    else:
        sys.stdout.write(formats.FORMATS[chosen.value](found))
    if found.outcome is Outcome.UNDECIDED:
        raise typer.Exit(BAD_INPUT)
    if found.outcome is Outcome.DRIFT:
        raise typer.Exit(FAILED)


def _show(found: "Drift") -> None:
    from ops.drift import formats

    if found.differences:
        table = console.table(f"Stack {found.stack} against account {found.account}", "", "what", "do", "where")
        for row in found.differences:
            what = "\n".join([row.about, *formats.changes(row)])
            todo = "\n".join(part for part in (row.do, row.statement) if part)
            table.add_row(*(_safe(text) for text in (row.kind.value, what, todo, formats.place(row))))
        console.show(table)
    for text in found.blind:
        console.out.print(f"not seen: {text}", markup=False)
    for text in found.not_compared:
        console.out.print(f"not compared: {text}", markup=False)
    console.out.print(
        f"{found.stack}: {formats.summary(found)}; {found.statements} statements in {found.seconds} s, {found.oldest}",
        markup=False,
    )


def _safe(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command()(drift)
