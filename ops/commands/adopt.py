"""`ops import`: takes an account over that was built by hand."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops import console, layout
from ops.commands import options
from ops.errors import BAD_INPUT, FAILED, BadInput

if TYPE_CHECKING:
    from ops.adopt.apply import Imported
    from ops.adopt.model import Found

Output = Annotated[
    Path | None,
    typer.Option(
        "--output", help="Write the files here to look at; without it they take effect beside the stack file.",
        file_okay=False,
    ),
]  # fmt: skip
Apply = Annotated[bool, typer.Option("--apply", help="Also import into the stack's state, and prove that it fits.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite files of an earlier import.")]


def import_account(
    stack: options.Stack = "prod",
    account: options.Account = layout.DEFAULT_ACCOUNT,
    real: options.Real = False,
    output: Output = None,
    apply: Apply = False,
    force: Force = False,
    json: options.Json = False,
) -> None:
    """Read an account that was built by hand and write its declaration, an import file and a report.

    The account is only read. Exit code 1 where an import leaves something to change, 2 where not all could be seen.
    """
    from ops.adopt import report, run

    if apply and output is not None:
        raise BadInput("--apply imports what is in effect", where="--output", do="leave one of the two out")
    name, place = layout.stack_name(stack), run.local_account(account, real=real)
    found = run.adopt(name, place, output, force=force)
    if apply and found.blind:
        _blind(found)
        raise BadInput(
            "not everything could be seen, so nothing is imported",
            where=f"account {found.account}",
            do="read with a role that may see all of it (PLATFORM_AUDITOR_PROFILE), then try again",
        )
    done = run.import_into_state(name, place, found) if apply else None
    if json:
        console.machine({**report.record(found), **({} if done is None else _record(done))})
    else:
        _show(found, done)
    if done is not None and done.left:
        raise typer.Exit(FAILED)
    if found.blind:
        raise typer.Exit(BAD_INPUT)


def _record(done: "Imported") -> dict[str, object]:
    left = [{"operation": step.operation, "type": step.kind, "name": step.name} for step in done.left]
    return {"imported": sorted(done.names), "left": left}


def _show(found: "Found", done: "Imported | None") -> None:
    from ops.adopt import report

    for note in found.notes:
        console.out.print(note, markup=False)
    table = console.table("", "taken over", "entries", right={"entries"})
    for topic, count in report.counts(found).items():
        table.add_row(topic, str(count))
    console.show(table)
    _blind(found)
    console.out.print(f"{found.stack}: {report.summary(found)}; {found.statements} statements", markup=False)
    if done is not None:
        console.out.print(f"imported: {len(done.names)}; left to change: {len(done.left)}", markup=False)
        for step in done.left:
            console.out.print(f"  {step.operation} {step.kind} {step.name}", markup=False)


def _blind(found: "Found") -> None:
    for text in found.blind:
        console.out.print(f"not seen: {text}", markup=False)


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command("import")(import_account)
