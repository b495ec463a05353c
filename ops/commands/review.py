"""`ops review`, `ops picture`: what a change does to the account."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ops import layout
from ops.commands import options
from ops.errors import BAD_INPUT, FAILED, OpsError


class Format(StrEnum):
    """How a review is printed."""

    MD = "md"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"


class Side(StrEnum):
    """What a picture is made from."""

    DECLARATION = "declaration"
    STATE = "state"


def review(
    stack: options.Stack = "prod",
    base: Annotated[
        str | None, typer.Option("--base", help="Commit to compare with; 'none' for an empty account.", metavar="REF")
    ] = None,
    format: Annotated[Format, typer.Option("--format", help="Form of the review on standard output.")] = Format.MD,
    output: Annotated[
        Path | None, typer.Option("--output", help="Also write every form into this folder.", file_okay=False)
    ] = None,
    real: options.Real = False,
) -> None:
    """What the working tree changes in a stack: resources, access, cost, rules. Exit code 1 blocked, 2 not judged."""
    from ops.review import run
    from ops.review.formats import FORMATS
    from ops.review.model import Outcome

    try:
        found = run.review(layout.stack_name(stack), base, real=real)
    except OpsError as error:
        error.exit_code = BAD_INPUT  # whatever kept it from judging: it is no verdict
        raise
    if output is not None:
        run.write(found, output)
    sys.stdout.write(FORMATS[format.value](found))
    if found.outcome is Outcome.BLOCKED:
        raise typer.Exit(FAILED)
    if found.outcome is Outcome.UNDECIDED:
        raise typer.Exit(BAD_INPUT)


def picture(
    stack: options.Stack = "prod",
    side: Annotated[Side, typer.Option("--from", help="Where the picture is from.")] = Side.DECLARATION,
    account: options.Account = layout.DEFAULT_ACCOUNT,
    real: options.Real = False,
) -> None:
    """Print the account as a stack declares it for the real account, or as a state has it, as JSON."""
    from account import codec
    from account.about import about
    from account.declaration import from_platform
    from account.picture import Source
    from account.resources import from_state
    from ops import declaration, engine, overlay, target, tools

    name = layout.stack_name(stack)
    if side is Side.DECLARATION:
        sys.stdout.write(codec.dump(from_platform(declaration.outline(name))))
        return
    place = layout.account(account)
    on = target.real_target(name) if real else target.local_target(place, name, tools.ensure())
    platform = declaration.load(name, overlay.stack_file(name) if real else place.overlay(name))
    sys.stdout.write(codec.dump(from_state(engine.export(on), about(platform, Source.PULUMI))))


def register(app: typer.Typer) -> None:
    """Adds the commands of this module to the command line."""
    for command in (review, picture):
        app.command()(command)
