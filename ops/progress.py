"""An operation as a person follows it: a counter while it works, a line per change, messages as they come."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.status import Status

from ops import console
from ops.engine import Outcome
from ops.events import Event, Message, Step

SIGNS = {
    "create": ("+", "green"),
    "update": ("~", "yellow"),
    "delete": ("-", "red"),
    "replace": ("±", "magenta"),
    "create-replacement": ("+", "magenta"),
    "delete-replaced": ("-", "magenta"),
    "import": ("=", "cyan"),
    "discard": ("-", "cyan"),
}
VERBS = {"preview": "comparing", "up": "applying", "refresh": "reading back", "destroy": "removing"}
LONGEST_VALUE = 80
HIDDEN = frozenset({"create-replacement", "delete-replaced"})


@dataclass
class Phases:
    """The time each part of a command took, in seconds, in order."""

    entries: list[tuple[str, float]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Measures the block under this name, also when it fails."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.entries.append((name, time.monotonic() - start))

    @property
    def total(self) -> float:
        """Seconds since the command began."""
        return time.monotonic() - self.began


class Progress:
    """Listens to the engine's events. One line per changed resource; the properties of updates below it."""

    def __init__(self, operation: str, *, lines: bool = True) -> None:
        self.operation = operation
        self.lines = lines
        self.seen = 0
        self.status: Status | None = None

    def __enter__(self) -> "Progress":
        if sys.stderr.isatty():
            self.status = console.err.status(self._counter())
            self.status.start()
        return self

    def __exit__(self, *ignored: object) -> None:
        if self.status is not None:
            self.status.stop()

    def __call__(self, event: Event) -> None:
        if isinstance(event, Step):
            self._step(event)
        elif isinstance(event, Message) and event.severity in ("warning", "error") and not _repeated(event):
            console.err.print(f"{event.severity}: {_subject(event)}{event.text}", markup=False, style=_style(event))

    def _step(self, step: Step) -> None:
        if step.done and not step.failed:
            self.seen += 1
            if self.status is not None:
                self.status.update(self._counter())
        shown = step.failed or (step.done and step.type.startswith("snowflake:"))
        if not self.lines or not shown or step.operation not in SIGNS or step.operation in HIDDEN:
            return
        sign, style = SIGNS[step.operation]
        note = "  failed" if step.failed else ""
        console.err.print(f"  {sign} {step.kind:<28} {step.name}{note}", markup=False, style="red" if note else style)
        for change in step.properties if step.operation in ("update", "replace") else ():
            console.err.print(
                f"      {change.path}: {_short(change.old)} -> {_short(change.new)}", markup=False, style="dim"
            )

    def _counter(self) -> str:
        return f"{VERBS.get(self.operation, self.operation)}: {self.seen} resources"


def summary(outcome: Outcome) -> str:
    """One line about an operation that ended well: what changed and the seconds it took."""
    words = {"create": "created", "update": "updated", "delete": "deleted", "replace": "replaced", "same": "unchanged"}
    if outcome.operation == "preview":
        words = {"create": "to create", "update": "to update", "delete": "to delete", "replace": "to replace"}
        words["same"] = "unchanged"
    parts = [f"{number} {words[name]}" for name, number in outcome.changes.items() if name in words and number]
    return f"{', '.join(parts) or 'nothing to do'} ({outcome.seconds:.1f} s)"


def _repeated(message: Message) -> bool:
    """The bridge logs an error that the engine reports as well."""
    return message.text.lstrip().startswith("sdk-v2/provider2.go")


def _subject(message: Message) -> str:
    name = message.urn.rpartition("::")[2]
    return f"{name}: " if name else ""


def _style(message: Message) -> str:
    return "red" if message.severity == "error" else "yellow"


def _short(value: str) -> str:
    text = value or "(none)"
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."
