"""`ops check`, `ops bootstrap render`, `ops diagram`: what can be said about the declaration without an account."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ops import console, layout
from ops.commands import options
from ops.errors import BAD_INPUT, BadInput

bootstrap = typer.Typer(help="The SQL that a person with ACCOUNTADMIN runs once per account.", no_args_is_help=True)

Cidrs = Annotated[list[str] | None, typer.Option("--cidr", help="Network that may deploy; may be repeated.")]


@bootstrap.command()
def render(
    stack: options.Stack = "prod",
    deployer_key: Annotated[
        Path | None, typer.Option("--deployer-key", help="Public key (PEM) of the deployment user.")
    ] = None,
    monitor_admin_key: Annotated[
        Path | None, typer.Option("--monitor-admin-key", help="Public key (PEM) of the monitor administrator.")
    ] = None,
    cidr: Cidrs = None,
) -> None:
    """Print bootstrap/account.sql with the public keys and the networks that may deploy (config: deployer_cidrs)."""
    from ops import bootstrap as script
    from ops import overlay

    name = layout.stack_name(stack)
    configured = overlay.load(overlay.stack_file(name)).get(f"{layout.PROJECT}:deployer_cidrs")
    cidrs = cidr or ([str(entry) for entry in configured] if isinstance(configured, list) else [])
    keys = [_text(deployer_key, "--deployer-key"), _text(monitor_admin_key, "--monitor-admin-key")]
    sys.stdout.write(script.render(keys[0], keys[1], cidrs))


@bootstrap.command("render-auditor")
def render_auditor(
    key: Annotated[Path | None, typer.Option("--key", help="Public key (PEM) of the auditor.")] = None,
    cidr: Annotated[list[str] | None, typer.Option("--cidr", help="Network that may audit; may be repeated.")] = None,
) -> None:
    """Print bootstrap/auditor.sql: a user that sees how the account is set up, but no data, and changes nothing."""
    from ops import bootstrap as script

    sys.stdout.write(script.render_auditor(_text(key, "--key"), cidr or []))


def _text(path: Path | None, option: str) -> str:
    if path is None:
        raise BadInput(f"{option} is missing", where=option, do="the PEM file of the public key")
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be read", where=option, why=error.strerror or "") from error


def check(
    stack: Annotated[str | None, typer.Option("--stack", "-s", help="Only this stack.", metavar="STACK")] = None,
    json: options.Json = False,
) -> None:
    """Check the declaration and the stack files before the engine starts. Exit code 2 where something is wrong."""
    from ops import declaration

    chosen = layout.STACKS if stack is None else (layout.stack_name(stack),)
    problems = declaration.check(chosen)
    if json:
        console.machine({"stacks": list(chosen), "problems": declaration.records(problems)})
    elif problems:
        for problem in problems:
            console.err.print(str(problem), markup=False)
    else:
        console.say(f"{', '.join(chosen)}: acceptable")
    if problems:
        raise typer.Exit(BAD_INPUT)


def diagram(stack: options.Stack = "prod") -> None:
    """Print a Mermaid diagram of a stack's declaration: databases, roles, users, warehouses, monitors."""
    from account import diagram as picture
    from ops import declaration

    sys.stdout.write(picture.mermaid(declaration.outline(layout.stack_name(stack))))


def register(app: typer.Typer) -> None:
    """Adds the commands of this module to the command line."""
    for command in (check, diagram):
        app.command()(command)
