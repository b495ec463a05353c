"""`ops audit`: the live account, judged by the rules of a stack."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops import console, layout
from ops.commands import options
from ops.commands.drift import Fresh
from ops.errors import BAD_INPUT, FAILED

if TYPE_CHECKING:
    from ops.audit.model import Audit


class Format(StrEnum):
    """How an audit is printed."""

    TABLE = "table"
    MD = "md"
    JSON = "json"
    SARIF = "sarif"


def audit(
    stack: options.Stack = "prod",
    account: options.Account = layout.DEFAULT_ACCOUNT,
    real: options.Real = False,
    fresh: Fresh = False,
    format: Annotated[Format, typer.Option("--format", help="Form of the audit on standard output.")] = Format.TABLE,
    output: Annotated[
        Path | None, typer.Option("--output", help="Also write every form into this folder.", file_okay=False)
    ] = None,
) -> None:
    """Judge the live account by the rules; list service accounts and access. Exit code 1 findings, 2 not judged."""
    from ops.audit import formats, run
    from ops.audit.model import Outcome

    found = run.audit(layout.stack_name(stack), None if real else layout.account(account), fresh=fresh)
    if output is not None:
        run.write(found, output)
    if format is Format.TABLE:
        _show(found)
    else:
        sys.stdout.write(formats.FORMATS[format.value](found))
    if found.outcome is Outcome.UNDECIDED:
        raise typer.Exit(BAD_INPUT)
    if found.outcome is Outcome.BLOCKED:
        raise typer.Exit(FAILED)


def _show(found: "Audit") -> None:
    from rich.markup import escape

    from ops.audit import formats

    rows = formats.seen(found)
    if rows:
        title = f"Findings in account {found.account}, by the rules of {found.stack}"
        table = console.table(title, "rule", "subject", "what", "declared", "live", "do", lines=True)
        for row in rows:
            what = "\n".join(text for text in (row.finding.what, row.finding.path) if text)
            first = f"{row.finding.rule}\n{row.finding.level}{', blocks' if row.finding.blocks else ''}"
            cells = (first, f"{row.finding.subject}\n{row.kind.value}", what, row.declared, row.live, row.finding.do)
            table.add_row(*(escape(text) for text in cells))
        console.show(table)
    _services(found)
    _access(found)
    for why, rules in formats.undecided(found):
        console.out.print(f"not judged: {', '.join(rules)}: {why}", markup=False)
    for text in found.blind:
        console.out.print(f"not seen: {text}", markup=False)
    if found.elsewhere:
        text = f"{found.elsewhere} findings about other stacks' objects are left to their own audits"
        console.out.print(text, markup=False)
    console.out.print(
        f"{found.stack}: {formats.summary(found)}; {found.judged} rules, {found.statements} statements in "
        f"{found.seconds} s, {found.oldest}",
        markup=False,
    )


def _services(found: "Audit") -> None:
    from rich.markup import escape

    from ops.audit.formats import credentials, power_in_words

    table = console.table("Service accounts", "user", "type", "keys", "roles", "privileged", "policies")
    for row in found.services:
        powers = [power_in_words(power) for power in row.powers]
        policies = (row.network, row.authentication)
        columns = ([row.user], [row.type], credentials(row), row.roles, powers or ["no"], policies)
        table.add_row(*(escape("\n".join(column)) for column in columns))
    if found.services:
        console.show(table)


def _access(found: "Audit") -> None:
    from ops.audit.formats import power_in_words

    review = found.access
    privileged = [f"{who}: {power_in_words(power)}" for who, powers in review.privileged for power in powers]
    console.out.print()
    for title, texts in (
        ("privileged", privileged), ("everybody has", review.public), ("granted to a user", review.to_users),
        ("may be passed on", review.options), ("in no stack", review.unmanaged), ("idle", review.idle),
        ("cannot be told", review.doubts),
    ):  # fmt: skip
        for text in texts:
            console.out.print(f"{title}: {text}", markup=False)


def register(app: typer.Typer) -> None:
    """Adds the command to the command line."""
    app.command()(audit)
