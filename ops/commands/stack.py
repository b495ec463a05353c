"""`ops up`, `preview`, `refresh`, `destroy`, `recover`: a stack on the local account, or on its real one."""

from typing import Annotated

import typer

from ops import console, layout, server
from ops.commands import options
from ops.layout import DEFAULT_ACCOUNT

Refresh = Annotated[bool, typer.Option("--refresh", help="Read the account back first, so that drift is found.")]


def up(
    stack: options.Stack = "dev",
    account: options.Account = DEFAULT_ACCOUNT,
    refresh: Refresh = False,
    proof: Annotated[bool, typer.Option("--proof/--no-proof", help="Prove it by a second preview.")] = True,
    real: options.Real = False,
    json: options.Json = False,
) -> None:
    """Bring a stack up where the rules let it, show what stands, and prove that nothing is left to do."""
    if real:
        _up_real(stack, refresh, json)
        return
    from ops import deploy, report

    place = layout.account(account)
    flags = ["--refresh"] if refresh else []
    applied = deploy.up(place, layout.stack_name(stack), server.Settings(), prove=proof, flags=flags)
    if json:
        console.machine(report.record(applied))
    else:
        report.show(applied)


def _up_real(stack: str, refresh: bool, json: bool) -> None:
    from ops import progress
    from ops import real as deploy

    done = deploy.up(layout.stack_name(stack), ["--refresh"] if refresh else [])
    if json:
        changes = dict(done.change.changes) if done.change else {}
        console.machine({"stack": stack, "changes": changes, "unchanged": done.change is None})
    else:
        console.say(f"up of {stack}: {progress.summary(done.change or done.plan)}")


def preview(
    stack: options.Stack = "dev",
    account: options.Account = DEFAULT_ACCOUNT,
    refresh: Refresh = False,
    expect_no_changes: Annotated[
        bool, typer.Option("--expect-no-changes", help="Exit code 1 where there are.")
    ] = False,
    real: options.Real = False,
    json: options.Json = False,
) -> None:
    """Show what an up would change, judged by the rules."""
    from ops import deploy, progress
    from ops import real as on_real_account

    flags = ["--refresh"] if refresh else []
    if real:
        outcome = on_real_account.preview(layout.stack_name(stack), flags)
    else:
        outcome = deploy.change(layout.account(account), layout.stack_name(stack), "preview", server.Settings(), flags)
    if json:
        steps = [
            {"operation": step.operation, "type": step.kind, "name": step.name}
            for step in outcome.steps
            if step.operation != "refresh"
        ]
        changes = dict(outcome.changes)
        console.machine({"stack": stack, "changes": changes, "changed": outcome.changed, "steps": steps})
    else:
        console.say(f"preview of {stack}: {progress.summary(outcome)}")
    if expect_no_changes and outcome.changed:
        raise typer.Exit(1)


def refresh(
    stack: options.Stack = "dev", account: options.Account = DEFAULT_ACCOUNT, json: options.Json = False
) -> None:
    """Read the local account back into the state."""
    _change("refresh", stack, account, json)


def destroy(
    stack: options.Stack = "dev",
    account: options.Account = DEFAULT_ACCOUNT,
    yes: options.Yes = False,
    json: options.Json = False,
) -> None:
    """Remove from the local account what the stack declared. Protected resources are refused."""
    import sys

    if not yes and sys.stdin.isatty():
        typer.confirm(f"Destroy stack {stack} on local account {account.upper()}?", abort=True, err=True)
    _change("destroy", stack, account, json)


def _change(operation: str, stack: str, account: str, json: bool) -> None:
    from ops import deploy, progress

    outcome = deploy.change(layout.account(account), layout.stack_name(stack), operation, server.Settings())
    if json:
        console.machine({"stack": stack, "operation": operation, "changes": dict(outcome.changes)})
    else:
        console.say(f"{operation} of {stack}: {progress.summary(outcome)}")


def recover(
    stack: options.Stack = "dev",
    account: options.Account = DEFAULT_ACCOUNT,
    real: options.Real = False,
    json: options.Json = False,
) -> None:
    """Put a stack right after a killed up: remove the lock of a dead process, settle open creates, refresh."""
    from ops import deploy

    name = layout.stack_name(stack)
    done = deploy.recover_real(name) if real else deploy.recover_local(layout.account(account), name)
    if json:
        refreshed = dict(done.refresh.changes) if done.refresh else {}
        console.machine({"locks": done.locks, "imported": done.imported, "cleared": done.cleared, "refresh": refreshed})
        return
    for line in done.lines or ["nothing was left open"]:
        console.say(line)


def register(app: typer.Typer) -> None:
    """Adds the commands of this module to the command line."""
    for command in (up, preview, refresh, destroy, recover):
        app.command()(command)
