"""The pulumi command line as a process: its operations with events, its small questions with JSON answers."""

import contextlib
import json
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ops.errors import OpsError
from ops.events import Event, Message, Metadata, Step, Summary, read, understand
from ops.layout import repository

PARALLEL = 64
QUESTION_SECONDS = 120
WATCH_SECONDS = 0.5
Listener = Callable[[Event], None]


@dataclass(frozen=True)
class Target:
    """One stack on one backend with everything the pulumi process needs. `config` is None for a real account."""

    stack: str
    environment: Mapping[str, str]
    config: Path | None

    def arguments(self) -> list[str]:
        """Flags that name the stack and its config file."""
        named = ["--stack", self.stack]
        return named if self.config is None else [*named, "--config-file", str(self.config)]


@dataclass
class Outcome:
    """How one operation ended. Seconds of wall time; steps are those that changed or would change something.

    `events` are the engine's own about policies, and of a preview about resources, for the gates.
    """

    operation: str
    code: int = 0
    seconds: float = 0.0
    changes: Mapping[str, int] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    events: list[Metadata] = field(default_factory=list, repr=False)

    @property
    def ok(self) -> bool:
        """Whether pulumi ended without an error."""
        return self.code == 0

    @property
    def changed(self) -> int:
        """Number of resources that changed or would."""
        return Summary(self.changes).changed

    @property
    def errors(self) -> list[str]:
        """What went wrong, in the order it was said."""
        return [message.text for message in self.messages if message.severity == "error"]


def operate(
    target: Target,
    operation: str,
    flags: Sequence[str] = (),
    listen: Listener | None = None,
    needed: Callable[[], bool] | None = None,
) -> Outcome:
    """Runs preview, up, refresh or destroy to its end and hands every event to `listen`.

    An interrupt from the keyboard reaches pulumi too; this waits for it to end in order, then raises KeyboardInterrupt.
    Where `needed` (is the account there?) turns false, pulumi is killed instead of trying for a minute; the state
    tells what it was doing.
    """
    yes = [] if operation == "preview" else ["--yes", "--skip-preview"]
    arguments = [
        operation,
        *target.arguments(),
        *yes,
        "--json",
        "--non-interactive",
        "--parallel",
        str(PARALLEL),
        *flags,
    ]
    outcome = Outcome(operation)
    began = time.monotonic()
    with _start(target, arguments) as process:
        errors: list[str] = []
        reader = threading.Thread(target=_drain, args=(process, errors), daemon=True)
        reader.start()
        if needed is not None:
            threading.Thread(target=_watch, args=(process, needed), daemon=True).start()
        try:
            _listen(process, outcome, listen)
        except KeyboardInterrupt:
            with contextlib.suppress(KeyboardInterrupt):
                process.wait()
            raise
        outcome.code = process.wait()
        reader.join(timeout=5)
    outcome.seconds = time.monotonic() - began
    if not outcome.ok and not outcome.errors:
        outcome.messages.append(Message("error", "\n".join(errors).strip() or _ending(operation, outcome.code)))
    return outcome


def _ending(operation: str, code: int) -> str:
    if code < 0:
        return f"pulumi {operation} was killed (signal {-code})"
    return f"pulumi {operation} ended with code {code}"


def ask(target: Target, *arguments: str, given: str | None = None) -> str:
    """Runs a short pulumi command and returns its output; raises OpsError with pulumi's own message."""
    with _start(target, [*arguments, "--non-interactive"], reads=given is not None) as process:
        try:
            output, errors = process.communicate(given, timeout=QUESTION_SECONDS)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise OpsError(f"pulumi {arguments[0]} did not answer in {QUESTION_SECONDS} seconds") from error
    if process.returncode != 0:
        raise OpsError(f"pulumi {' '.join(arguments[:2])} failed", why=errors.strip() or output.strip())
    return output


def export(target: Target) -> dict[str, object]:
    """The stack's state as pulumi exports it; secrets stay encrypted."""
    answer: object = json.loads(ask(target, "stack", "export", "--stack", target.stack))
    return answer if isinstance(answer, dict) else {}


def replace_state(target: Target, state: Mapping[str, object]) -> None:
    """Puts a changed export back as the stack's state."""
    ask(target, "stack", "import", "--stack", target.stack, given=json.dumps(state))


def _start(target: Target, arguments: Sequence[str], *, reads: bool = False) -> "subprocess.Popen[str]":
    try:
        return subprocess.Popen(
            ["pulumi", *arguments], cwd=repository(), env=dict(target.environment), text=True,
            stdin=subprocess.PIPE if reads else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise OpsError("the program pulumi was not found", do="make toolchain finds or builds it") from error


def _listen(process: "subprocess.Popen[str]", outcome: Outcome, listen: Listener | None) -> None:
    for line in process.stdout or ():
        raw = read(line)
        event = understand(raw)
        if _kept(raw, outcome.operation):
            outcome.events.append(raw)
        if isinstance(event, Message) and event.severity != "debug":
            outcome.messages.append(event)
        elif isinstance(event, Summary):
            outcome.changes = event.changes
        elif isinstance(event, Step) and event.done and event.operation not in ("same", "read"):
            outcome.steps.append(event)
        if listen is not None:
            listen(event)


def _kept(raw: Metadata, operation: str) -> bool:
    kinds = ("policy", "summary", "resourcePre") if operation == "preview" else ("policy", "summary")
    return any(name.startswith(kinds) for name in raw)


def _watch(process: "subprocess.Popen[str]", needed: Callable[[], bool]) -> None:
    while process.poll() is None:
        if not needed():
            process.kill()
            return
        time.sleep(WATCH_SECONDS)


def _drain(process: "subprocess.Popen[str]", lines: list[str]) -> None:
    for line in process.stderr or ():
        lines.append(line.rstrip())
        del lines[:-200]
