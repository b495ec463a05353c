"""`ops outputs`, `ops sql`: what the stacks say, and a small prompt."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ops import layout
from ops.commands import options
from ops.errors import BadInput
from ops.layout import DEFAULT_ACCOUNT


def outputs(
    stack: options.Stack = "dev",
    account: options.Account = DEFAULT_ACCOUNT,
    real: options.Real = False,
    form: Annotated[str, typer.Option("--format", help="json, env, dbt or airflow.")] = "json",
) -> None:
    """Print the stack outputs for pipelines: JSON, .env lines, a dbt profile, Airflow connections and variables."""
    from ops import deploy, engine, target
    from ops import outputs as outputs_of

    name = layout.stack_name(stack)
    if form not in outputs_of.FORMS:
        raise BadInput(f"there is no format {form!r}", where="--format", do=f"one of {', '.join(outputs_of.FORMS)}")
    if real:
        values = outputs_of.of_state(engine.export(target.real_target(name)))
    else:
        values = deploy.local_outputs(layout.account(account), name)
    sys.stdout.write(outputs_of.text(values, form))


def sql(
    stack: options.Stack = "dev",
    user: Annotated[
        str | None, typer.Option("--user", "-u", help="Local: a user with a key. Real: a profile name.")
    ] = None,
    role: Annotated[
        str | None, typer.Option("--role", help="Role to log in with, instead of the user's default.")
    ] = None,
    query: Annotated[str | None, typer.Option("--query", "-q", help="Statements to run.")] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="File with statements to run.")] = None,
    account: options.Account = DEFAULT_ACCOUNT,
    real: options.Real = False,
    json: options.Json = False,
) -> None:
    """Run statements, or open a small prompt, on the local or a real account."""
    from ops import prompt

    name = layout.stack_name(stack)
    if query is not None and file is not None:
        raise BadInput("give either --query or --file", where="--query, --file")
    script = _script(query, file)
    login = prompt.real_login(user, role) if real else prompt.local_login(layout.account(account), name, user, role)
    if script is None:
        prompt.interactive(login)
        return
    prompt.run(login, script, machine=json)


def _script(query: str | None, file: Path | None) -> str | None:
    if file is not None:
        try:
            return file.read_text(encoding="utf-8")
        except OSError as error:
            raise BadInput(f"{file} cannot be read", where="--file", why=error.strerror or "") from error
    if query is None and not sys.stdin.isatty():
        return sys.stdin.read()
    return query


def register(app: typer.Typer) -> None:
    """Adds the commands of this module to the command line."""
    for command in (outputs, sql):
        app.command()(command)
