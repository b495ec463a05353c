"""`ops local`: the embedded local Snowflake."""

import shutil
import sys
import time
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ops import console, layout, server
from ops.commands import options
from ops.errors import BadInput
from ops.layout import DEFAULT_ACCOUNT, Account

app = typer.Typer(help="The embedded local Snowflake: start, stop, look, begin anew.", no_args_is_help=True)


@app.command()
def start(
    account: options.Account = DEFAULT_ACCOUNT,
    port: options.Port = None,
    latency_ms: options.Latency = None,
    edition: options.Edition = None,
    s3_endpoint: options.S3 = None,
    shared: Annotated[
        bool | None,
        typer.Option(
            "--shared/--own", help="Several stacks with prefixes in this account, or one stack (first start only)."
        ),
    ] = None,
    parent_pid: Annotated[int | None, typer.Option("--parent-pid", hidden=True)] = None,
    faults: Annotated[
        Path | None, typer.Option("--faults", hidden=True, exists=True, help="Failures on purpose, for tests.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Start the local Snowflake and bootstrap its account; does nothing where it runs already."""
    from ops import local

    place = layout.account(account)
    wanted = server.Settings(port, latency_ms, edition.upper() if edition else None, faults, s3_endpoint)
    started = local.start(place, wanted, shared, parent_pid)
    local.connections(place, started.server)
    if json:
        console.machine({**asdict(started.server), "fresh": started.fresh, "data": str(place.data)})
        return
    verb = "runs now" if started.fresh else "runs already"
    console.say(
        f"The local Snowflake of account {place.name} {verb} at {started.server.url} ({started.server.edition})."
    )


@app.command()
def stop(account: options.Account = DEFAULT_ACCOUNT) -> None:
    """Stop the local Snowflake; its account stays on disk."""
    place = layout.account(account)
    stopped = server.stop(place)
    console.say(f"The local Snowflake of account {place.name} {'is stopped' if stopped else 'did not run'}.")


@app.command()
def status(account: options.Account = DEFAULT_ACCOUNT, json: options.Json = False) -> None:
    """Show the server, the stacks in the account and the toolchain. Exit code 1 where the server does not run."""
    from ops import tools

    place = layout.account(account)
    running = server.running(place)
    answer = server.health(running) if running else None
    toolchain = tools.status()
    stacks = [stack for stack in layout.STACKS if place.checkpoint(stack) is not None]
    if json:
        console.machine(
            {
                "account": place.name,
                "server": asdict(running) if running else None,
                "health": answer,
                "stacks": stacks,
                "toolchain": toolchain,
            }
        )
    else:
        _print_status(place, running, answer, stacks, toolchain)
    if running is None or answer is None:
        raise typer.Exit(1)


def _print_status(
    place: Account,
    running: server.Server | None,
    answer: dict[str, object] | None,
    stacks: list[str],
    toolchain: dict[str, object],
) -> None:
    if running is None:
        console.out.print(f"The local Snowflake of account {place.name} does not run (ops local start).")
        if place.server_file.exists():
            console.out.print(f"  It ended without a word; its last lines are in {place.log} (ops local log).")
    elif answer is None:
        console.out.print(f"The local Snowflake of account {place.name} (process {running.pid}) does not answer.")
    else:
        console.out.print(f"The local Snowflake of account {place.name} runs at {running.url}.")
        sessions, since = answer.get("sessions"), _when(running.started)
        console.out.print(f"  process {running.pid}, {running.edition}, {sessions} sessions, since {since}")
    console.out.print(f"  data in {place.data}, stacks: {', '.join(stacks) or 'none yet'}")
    tools = toolchain.get("tools")
    for name, tool in tools.items() if isinstance(tools, dict) else ():
        console.out.print(f"  {name} {tool['version']} ({tool['origin']})")
    if toolchain.get("note"):
        console.out.print(str(toolchain["note"]), soft_wrap=False)


def _when(started: str) -> str:
    """The moment as the user's clock shows it; the server writes seconds since 1970."""
    try:
        return datetime.fromtimestamp(float(started)).astimezone().isoformat(" ", "seconds")
    except ValueError:
        return started


@app.command()
def reset(account: options.Account = DEFAULT_ACCOUNT, yes: options.Yes = False) -> None:
    """Remove a local account: its data, the Pulumi state of its stacks, its config and its keys."""
    place = layout.account(account)
    if not yes:
        if not sys.stdin.isatty():
            raise BadInput("reset removes an account and asks before it does", do="add --yes where nobody can answer")
        typer.confirm(f"Remove local account {place.name} with its data, state, config and keys?", abort=True, err=True)
    server.stop(place)
    for folder in (place.data, place.state, place.config):
        if folder.exists():
            shutil.rmtree(folder)
    for pattern in ("*.p8", "*.pub.pem"):
        for path in place.keys.glob(pattern):
            path.unlink()
    console.say(f"Local account {place.name} is removed.")


@app.command()
def env(
    stack: options.Stack = "dev",
    account: options.Account = DEFAULT_ACCOUNT,
    json: options.Json = False,
) -> None:
    """Print shell exports for plain pulumi: eval "$(ops local env --stack prod)"."""
    from ops import deploy, target

    values = deploy.variables(layout.account(account), layout.stack_name(stack))
    if json:
        console.machine(values)
    else:
        sys.stdout.write(target.exports(values))


@app.command()
def log(
    account: options.Account = DEFAULT_ACCOUNT,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many of the last lines.")] = 40,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until interrupted.")] = False,
) -> None:
    """Show the log of the local Snowflake."""
    place = layout.account(account)
    if not place.log.exists():
        raise BadInput(f"account {place.name} has no log yet", where=str(place.log), do="ops local start makes one")
    for line in server.last_lines(place, lines):
        console.out.print(line, markup=False)
    if not follow:
        return
    with place.log.open(encoding="utf-8", errors="replace") as stream:
        stream.seek(0, 2)
        while True:
            text = stream.readline()
            if text:
                console.out.print(text.rstrip("\n"), markup=False)
            else:
                time.sleep(0.2)
