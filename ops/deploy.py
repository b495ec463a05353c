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
    gate,
    local,
    locks,
    logins,
    outputs,
    overlay,
    process,
    recover,
    server,
    target,
    tools,
)
from ops.engine import Outcome, Target
from ops.errors import OpsError
from ops.layout import Account
from ops.progress import Phases, Progress, summary
from ops.record import Record
from ops.server import Server, Settings
from ops.settle import Recovery
from ops.tools import Toolchain

if TYPE_CHECKING:
    from stacks import Platform


DROPPING = frozenset({"replace", "delete-replaced", "delete"})
HOLDS_DATA = frozenset({"Database", "Schema", "Table", "Stage"})


@dataclass(frozen=True)
class Run:
    """A stack on a local account that is ready for pulumi."""

    account: Account
    stack: str
    server: Server
    target: Target
    platform: "Platform"

    @property
    def record(self) -> Record:
        """What the runs before left."""
        return Record(self.account.record(self.stack), self.server.account_id)


@dataclass
class Applied:
    """What an `up` did: plan, change (None where nothing was to do), second preview."""

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


def prepare(
    account: Account,
    stack: str,
    settings: Settings,
    phases: Phases,
    parent_pid: int | None = None,
    *,
    gated: bool = False,
) -> Run:
    """Declaration and config checked; then toolchain, running and bootstrapped account, stack in the backend.

    A server that this starts ends with the process `parent_pid`, if that is given. Repeatable. `gated` also judges
    the declaration by the rules.
    Raises Mistakes for a bad declaration and Refused for an unsafe one before anything else happens.
    """
    with phases.phase("check"):
        users = declaration.service_users(stack)
        place = local.place(account, server.edition(account, settings), stack)
        overlay.write(account, place, users)
        platform = declaration.load(stack, account.overlay(stack))
        if gated:
            gate.require(gate.declaration(stack, platform), f"the declaration of stack {stack} is refused")
    with ThreadPoolExecutor(max_workers=1) as pool:
        toolchain = pool.submit(_timed_toolchain, phases)
        with phases.phase("local Snowflake"):
            started = local.start(account, settings, parent_pid=parent_pid)
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

    Raises Refused where a gate does not let it pass, before anything changes; OpsError where any step fails or the
    second preview is not empty.
    """
    try:
        return _up(account, stack, settings, prove, flags)
    except recover.Damaged as damage:
        console.say(f"{damage.what} ({damage.where})")
        return _up(account, stack, settings, prove, flags)


def _up(account: Account, stack: str, settings: Settings, prove: bool, flags: Sequence[str]) -> Applied:
    phases = Phases()
    run = prepare(account, stack, settings, phases, gated=True)
    applied = Applied(run, phases)
    with alone(run):
        doubtful = _doubtful(run)
        if doubtful:
            applied.recovered = _recover(run, phases)
        gated = [*flags, *gate.flags()]
        applied.plan = _preview(run, phases, gated)
        while doubtful and (adopted := _adopt(run, applied.plan, phases)):
            applied.recovered += adopted
            applied.plan = _preview(run, phases, gated)
        _keep_content(run, applied.plan)
        gate.passed(stack, run.platform, applied.plan)
        if applied.plan.changed == 0 and not run.record.empty:
            run.record.end()
            return applied
        run.record.begin()
        with phases.phase("up"):
            applied.change = operate(run, "up", gated)
        run.record.end()
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
    """Runs preview, refresh or destroy; a stack that was left unfinished is recovered first, except for preview.

    A preview runs with the policy pack and raises Refused where a gate does not let it pass.
    """
    phases = Phases()
    run = prepare(account, stack, settings, phases)
    with alone(run):
        if operation == "preview":
            outcome = operate(run, operation, [*flags, *gate.flags()])
            gate.passed(stack, run.platform, outcome)
            return outcome
        if _doubtful(run):
            _recover(run, phases)
            if operation == "destroy":
                _adopt(run, operate(run, "preview", lines=False), phases)
        run.record.begin()
        outcome = operate(run, operation, flags)
        if operation == "destroy":
            run.record.forget()
        else:
            run.record.end()
        return outcome


def local_outputs(account: Account, stack: str) -> dict[str, object]:
    """The outputs of a stack on a local account, with the address where that account answers now."""
    running = server.running(account)
    values = outputs.of_state(engine.export(target.local_target(account, stack, tools.ensure())))
    about = values.get("account")
    if running is not None and isinstance(about, dict):
        values["account"] = {**about, "host": "127.0.0.1", "port": running.port, "protocol": "http"}
    return values


def recover_local(account: Account, stack: str) -> Recovery:
    """Recovers a stack of a local account, whether that seems needed or not."""
    run = prepare(account, stack, Settings(), Phases())
    with alone(run):
        done = recover_run(run)
        plan = operate(run, "preview", lines=False)
        with recover.asking(run.account.toml) as asker, Progress("refresh") as progress:
            recover.adopt(run.target, plan, asker, done, careful=False, listen=progress)
        run.record.add_taken(done.taken)
        if not done.imported and not run.record.empty:
            run.record.end()
        return done


def recover_real(stack: str) -> Recovery:
    """Recovers a stack of a real account with the caller's own Pulumi login and SNOWFLAKE_CONFIG_PATH.

    A lock that is left in a remote backend is not touched: `pulumi cancel` is for that.
    """
    real = target.real_target(stack)
    with recover.asking(logins.profiles_path()) as asker, Progress("refresh") as progress:
        done = recover.recover(real, None, asker, listen=progress)
        plan = engine.operate(real, "preview")
        if not plan.ok:
            raise OpsError("the preview after the recovery failed", why="\n       ".join(plan.errors))
        recover.adopt(real, plan, asker, done, careful=True, listen=progress)
        return done


def recover_run(run: Run) -> Recovery:
    """Settles what is open and reads the account back; the record of the run stays as it is."""
    with recover.asking(run.account.toml) as asker, Progress("refresh") as progress:
        return recover.recover(run.target, run.account.locks(run.stack), asker, run.record.failed, progress)


def operate(run: Run, operation: str, flags: Sequence[str] = (), *, lines: bool = True) -> Outcome:
    """One pulumi operation with progress; raises OpsError where it fails."""
    console.say(f"{operation} of stack {run.stack} on local account {run.account.name} ({run.server.url})")
    with Progress(operation, lines=lines) as progress:
        outcome = engine.operate(run.target, operation, flags, progress, lambda: process.alive(run.server.pid))
    if not outcome.ok:
        if not process.alive(run.server.pid):
            raise _died(run, operation)
        if operation == "up":
            run.record.add_failed(outcome)
        if refused := gate.pack_refused(outcome, operation, run.stack):
            raise refused
        if not outcome.steps:
            _restore(run)
        raise OpsError(
            f"pulumi {operation} of stack {run.stack} failed",
            where=f"local account {run.account.name}, {run.server.url}",
            why=outcome.errors[-1] if len(outcome.errors) == 1 else "the messages are above",
            do="put that right, then try again: it goes on where it stopped",
        )
    return outcome


def _died(run: Run, operation: str) -> OpsError:
    return OpsError(
        f"the local Snowflake of account {run.account.name} died during {operation}",
        where=str(run.account.log),
        why="\n       ".join(server.last_lines(run.account, 3)),
        do="run the command again: it starts the local Snowflake and goes on where this stopped",
    )


def _timed_toolchain(phases: Phases) -> Toolchain:
    with phases.phase("toolchain"):
        return tools.ensure()


def _doubtful(run: Run) -> bool:
    seen = run.record
    return seen.of_other_account or seen.unfinished or bool(locks.of_stack(run.account.locks(run.stack)))


def _recover(run: Run, phases: Phases) -> list[str]:
    said: list[str] = []
    if run.record.of_other_account:
        said.append("this is not the account of the last run: everything is read back first")
        console.say(said[0])
    with phases.phase("recover"):
        _restore(run)
        done = recover_run(run)
    run.record.add_taken(done.taken)
    return said + _say(done)


def _preview(run: Run, phases: Phases, flags: Sequence[str]) -> Outcome:
    with phases.phase("preview"):
        return operate(run, "preview", flags)


def _adopt(run: Run, plan: Outcome, phases: Phases) -> list[str]:
    """What was taken over; empty where nothing was, so that the plan stands."""
    done = Recovery()
    with phases.phase("recover"), recover.asking(run.account.toml) as asker, Progress("refresh") as progress:
        recover.adopt(run.target, plan, asker, done, careful=False, listen=progress)
    run.record.add_taken(done.taken)
    said = _say(done)
    return said if done.imported else []


def _say(done: Recovery) -> list[str]:
    for line in done.lines:
        console.say(line)
    return done.lines


def _keep_content(run: Run, plan: Outcome) -> None:
    """Refuses to replace what a recovery took over and may hold data."""
    dropped = {step.urn: step.name for step in plan.steps if step.operation in DROPPING and step.kind in HOLDS_DATA}
    lost = sorted(name for urn, name in dropped.items() if urn in run.record.taken)
    if lost:
        raise OpsError(
            f"the up would drop what it found in the account and make it again: {', '.join(lost)}",
            where=f"local account {run.account.name}, {run.server.url}",
            do="change the declaration to what stands, or drop them by hand if they hold nothing",
        )


def _restore(run: Run) -> None:
    """Raises recover.Damaged where the state file was; the next run then looks at the account as after a kill."""
    try:
        recover.restore(run.target, run.account.checkpoint(run.stack))
    except recover.Damaged:
        run.record.begin()
        raise


@contextmanager
def alone(run: Run) -> Iterator[None]:
    """Keeps other ops commands off the stack; raises OpsError where one is at work."""
    path = run.account.state / f"{run.stack}.lock"
    with files.exclusive(path, f"another ops command works on stack {run.stack} of account {run.account.name}"):
        yield
