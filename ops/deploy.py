"""What `make up` does: toolchain, account, recovery, preview, up, the proof that nothing is left to do."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ops import (
    console,
    declaration,
    engine,
    files,
    local,
    locks,
    logins,
    outputs,
    overlay,
    recover,
    server,
    target,
    tools,
)
from ops.engine import Outcome, Target
from ops.errors import OpsError
from ops.layout import Account
from ops.progress import Phases, Progress, summary
from ops.server import Server, Settings
from ops.tools import Toolchain

if TYPE_CHECKING:
    from stacks import Platform


@dataclass(frozen=True)
class Run:
    """A stack on a local account that is ready for pulumi."""

    account: Account
    stack: str
    server: Server
    target: Target
    platform: "Platform"


@dataclass
class Applied:
    """What an `up` did: plan (None on an empty stack), change (None where nothing was to do), second preview."""

    run: Run
    phases: Phases
    plan: Outcome | None = None
    change: Outcome | None = None
    proof: Outcome | None = None
    recovered: list[str] = field(default_factory=list)

    @property
    def unchanged(self) -> bool:
        """Whether there was nothing to do."""
        return self.change is None


def prepare(account: Account, stack: str, settings: Settings, phases: Phases) -> Run:
    """Declaration and config checked; then toolchain, running and bootstrapped account, stack in the backend.

    Repeatable. Raises Mistakes for a bad declaration before anything else happens.
    """
    with phases.phase("check"):
        users = declaration.service_users(stack)
        place = local.place(account, server.edition(account, settings), stack)
        overlay.write(account, place, users)
        platform = declaration.load(stack, account.overlay(stack))
    with ThreadPoolExecutor(max_workers=1) as pool:
        toolchain = pool.submit(_timed_toolchain, phases)
        with phases.phase("local Snowflake"):
            started = local.start(account, settings)
        found = toolchain.result()
    with phases.phase("stack"):
        ready = target.local_target(account, stack, found)
        overlay.write(account, place, users, target.make_stack(account, ready))
        local.connections(account, started.server)
    return Run(account, stack, started.server, ready, platform)


def variables(account: Account, stack: str) -> dict[str, str]:
    """What plain pulumi needs in its environment for a stack of a local account, which is made ready first."""
    run = prepare(account, stack, Settings(), Phases())
    return target.variables(run.account, run.stack, tools.ensure())


def up(account: Account, stack: str, settings: Settings, *, prove: bool = True, flags: Sequence[str] = ()) -> Applied:
    """Brings a stack up and proves it by a second preview; stops after the first one where nothing is to do.

    Raises OpsError where any step fails or the second preview is not empty.
    """
    phases = Phases()
    run = prepare(account, stack, settings, phases)
    applied = Applied(run, phases)
    with _alone(run):
        applied.recovered = _recover_if_needed(run, phases)
        if not _empty(run):
            with phases.phase("preview"):
                applied.plan = operate(run, "preview", flags)
            if applied.plan.changed == 0:
                _remember(run)
                return applied
        with phases.phase("up"), _unfinished(run):
            applied.change = operate(run, "up", flags)
        _remember(run)
        if prove:
            with phases.phase("second preview"):
                applied.proof = operate(run, "preview", lines=True)
    if applied.proof is not None and applied.proof.changed:
        raise OpsError(
            f"the second preview of {stack} is not empty",
            why=summary(applied.proof),
            do="this is a mistake of the program or of the local Snowflake: what it wants to change is listed above",
        )
    return applied


def change(account: Account, stack: str, operation: str, settings: Settings, flags: Sequence[str] = ()) -> Outcome:
    """Runs preview, refresh or destroy; a stack that was left unfinished is recovered first, except for preview."""
    phases = Phases()
    run = prepare(account, stack, settings, phases)
    with _alone(run):
        if operation == "preview":
            return operate(run, operation, flags)
        _recover_if_needed(run, phases)
        with _unfinished(run):
            outcome = operate(run, operation, flags)
        if operation == "destroy":
            account.record(stack).unlink(missing_ok=True)
        else:
            _remember(run)
        return outcome


def local_outputs(account: Account, stack: str) -> dict[str, object]:
    """The outputs of a stack on a local account, with the address where that account answers now."""
    running = server.running(account)
    values = outputs.of_state(engine.export(target.local_target(account, stack, tools.ensure())))
    about = values.get("account")
    if running is not None and isinstance(about, dict):
        values["account"] = {**about, "host": "127.0.0.1", "port": running.port, "protocol": "http"}
    return values


def recover_local(account: Account, stack: str) -> recover.Recovery:
    """Recovers a stack of a local account."""
    run = prepare(account, stack, Settings(), Phases())
    with _alone(run):
        return recover_run(run)


def recover_real(stack: str) -> recover.Recovery:
    """Recovers a stack of a real account with the caller's own Pulumi login and SNOWFLAKE_CONFIG_PATH.

    A lock that is left in a remote backend is not touched: `pulumi cancel` is for that.
    """
    with recover.asking(logins.profiles_path()) as asker, Progress("refresh") as progress:
        return recover.recover(target.real_target(stack), None, asker, listen=progress)


def recover_run(run: Run) -> recover.Recovery:
    """Recovers whether it seems needed or not."""
    failed = files.read_object(run.account.record(run.stack)).get("failed")
    creates = [entry for entry in failed if isinstance(entry, dict)] if isinstance(failed, list) else []
    with recover.asking(run.account.toml) as asker, Progress("refresh") as progress:
        done = recover.recover(run.target, run.account.locks(run.stack), asker, creates, progress)
    _remember(run)
    return done


def operate(run: Run, operation: str, flags: Sequence[str] = (), *, lines: bool = True) -> Outcome:
    """One pulumi operation with progress; raises OpsError where it fails."""
    console.say(f"{operation} of stack {run.stack} on local account {run.account.name} ({run.server.url})")
    with Progress(operation, lines=lines) as progress:
        outcome = engine.operate(run.target, operation, flags, progress)
    if not outcome.ok:
        _remember_failed(run, outcome)
        raise OpsError(
            f"pulumi {operation} of stack {run.stack} failed",
            where=f"local account {run.account.name}, {run.server.url}",
            why=outcome.errors[-1] if len(outcome.errors) == 1 else "the messages are above",
            do="put that right, then try again: it goes on where it stopped",
        )
    return outcome


def _timed_toolchain(phases: Phases) -> Toolchain:
    with phases.phase("toolchain"):
        return tools.ensure()


def _recover_if_needed(run: Run, phases: Phases) -> list[str]:
    known = files.read_object(run.account.record(run.stack))
    said: list[str] = []
    other_account = known.get("account_id") not in (None, run.server.account_id)
    if other_account:
        said.append("this is not the account of the last run: everything is read back first")
    elif not known.get("unfinished") and not locks.of_stack(run.account.locks(run.stack)):
        return []
    for line in said:
        console.say(line)
    with phases.phase("recover"):
        done = recover_run(run)
    for line in done.lines:
        console.say(line)
    return said + done.lines


def _empty(run: Run) -> bool:
    return not files.read_object(run.account.record(run.stack)).get("account_id")


def _remember(run: Run) -> None:
    files.write_object(run.account.record(run.stack), {"account_id": run.server.account_id, "unfinished": False})


def _remember_failed(run: Run, outcome: Outcome) -> None:
    """Creates that failed may have happened: the next run asks, unless the account said that the object was there."""
    refused = {message.urn for message in outcome.messages if "already exists" in message.text}
    failed = [step for step in outcome.steps if step.failed and step.operation.startswith("create")]
    known = files.read_object(run.account.record(run.stack))
    if known.get("unfinished"):
        creates = [step.resource for step in failed if step.urn not in refused]
        files.write_object(run.account.record(run.stack), {**known, "failed": creates})


@contextmanager
def _alone(run: Run) -> Iterator[None]:
    path = run.account.state / f"{run.stack}.lock"
    with files.exclusive(path, f"another ops command works on stack {run.stack} of account {run.account.name}"):
        yield


@contextmanager
def _unfinished(run: Run) -> Iterator[None]:
    known = files.read_object(run.account.record(run.stack))
    files.write_object(
        run.account.record(run.stack), {"account_id": run.server.account_id, **known, "unfinished": True}
    )
    yield
