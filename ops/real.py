"""A stack on its real account: the same gates as on the local one, with the caller's own backend and login profiles."""

from collections.abc import Sequence
from dataclasses import dataclass

from ops import console, declaration, engine, gate, overlay, target
from ops.engine import Outcome
from ops.errors import OpsError
from ops.progress import Phases, Progress, summary


@dataclass(frozen=True)
class Deployed:
    """What an `up` of a real stack did; `change` is None where nothing was to do."""

    plan: Outcome
    change: Outcome | None
    phases: Phases


def preview(stack: str, flags: Sequence[str] = ()) -> Outcome:
    """The gated preview of a stack on its real account.

    Raises:
        Mistakes, Refused: declaration, rules or plan are not acceptable. OpsError: pulumi failed.
    """
    platform = declaration.load(stack, overlay.stack_file(stack))
    gate.require(gate.declaration(stack, platform), f"the declaration of stack {stack} is refused")
    outcome = _operate(target.real_target(stack), "preview", [*flags, *gate.flags()])
    gate.passed(stack, platform, outcome)
    return outcome


def up(stack: str, flags: Sequence[str] = ()) -> Deployed:
    """Applies what a gated preview has let through, and proves by a second preview that nothing is left to do.

    Raises:
        Refused: a gate does not let the change pass; nothing was changed.
        OpsError: pulumi failed, or the second preview is not empty.
    """
    phases = Phases()
    with phases.phase("preview"):
        plan = preview(stack, flags)
    if plan.changed == 0:
        return Deployed(plan, None, phases)
    on = target.real_target(stack)
    with phases.phase("up"):
        change = _operate(on, "up", [*flags, *gate.flags()])
    with phases.phase("second preview"):
        proof = _operate(on, "preview", [])
    if proof.changed:
        raise OpsError(f"the second preview of {stack} is not empty", why=summary(proof))
    return Deployed(plan, change, phases)


def _operate(on: engine.Target, operation: str, flags: Sequence[str]) -> Outcome:
    console.say(f"{operation} of stack {on.stack} on its real account")
    with Progress(operation) as progress:
        outcome = engine.operate(on, operation, flags, progress)
    if not outcome.ok:
        if refused := gate.pack_refused(outcome, operation, on.stack):
            raise refused
        raise OpsError(
            f"pulumi {operation} of stack {on.stack} failed",
            why=outcome.errors[-1] if len(outcome.errors) == 1 else "the messages are above",
            do="put that right, then try again: it goes on where it stopped",
        )
    return outcome
