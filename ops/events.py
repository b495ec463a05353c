"""What the engine tells while it works: the JSON events of `pulumi … --json`, one per line, as plain values."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

Metadata = Mapping[str, object]

CHANGING = frozenset(
    {"create", "update", "delete", "replace", "create-replacement", "delete-replaced", "import", "import-replacement"}
    | {"discard", "discard-replaced", "remove-pending-replace"}
)
MARKUP = re.compile(r"<\{%.*?%\}>")


@dataclass(frozen=True)
class PropertyChange:
    """One property of a resource that differs; values are JSON text, secrets are already masked by the engine."""

    path: str
    kind: str
    old: str
    new: str


@dataclass(frozen=True)
class Step:
    """One resource being planned or changed. `done` tells the end of the work from its beginning."""

    operation: str
    urn: str
    type: str
    planning: bool
    done: bool
    failed: bool = False
    properties: tuple[PropertyChange, ...] = ()
    resource: Metadata = field(default_factory=dict, repr=False, compare=False)
    """For an operation that failed and for a planned create: the resource as it is to be, secrets masked."""

    @property
    def name(self) -> str:
        """The resource's name in the program: the last part of its URN."""
        return self.urn.rpartition("::")[2]

    @property
    def kind(self) -> str:
        """The last part of its type: Warehouse of snowflake:index/warehouse:Warehouse."""
        return self.type.rpartition(":")[2]


@dataclass(frozen=True)
class Message:
    """Something the engine, a provider or the program said. Severity: error, warning, info, info#err, debug."""

    severity: str
    text: str
    urn: str = ""


@dataclass(frozen=True)
class Summary:
    """The end: how many resources by operation."""

    changes: Mapping[str, int] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        """Resources that are or would be changed."""
        return sum(number for operation, number in self.changes.items() if operation in CHANGING)


Event = Step | Message | Summary | None


def read(line: str) -> Metadata:
    """One line of the engine's output as it came; empty for lines that are no event."""
    try:
        event: object = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def parse(line: str) -> Event:
    """One line of the engine's output; None for kinds that are not shown and lines that are no event."""
    return understand(read(line))


def understand(event: Metadata) -> Event:
    """An event as a plain value; None for kinds that are not shown."""
    for name, make in _KINDS.items():
        content = event.get(name)
        if isinstance(content, dict):
            return make(content)
    return None


def _before(content: Metadata) -> Event:
    return _step(content, done=False)


def _after(content: Metadata) -> Event:
    return _step(content, done=True)


def _failed(content: Metadata) -> Event:
    return _step(content, done=True, failed=True)


def _step(content: Metadata, *, done: bool, failed: bool = False) -> Event:
    metadata = content.get("metadata")
    if not isinstance(metadata, dict):
        return None
    return Step(
        operation=str(metadata.get("op", "")),
        urn=str(metadata.get("urn", "")),
        type=str(metadata.get("type", "")),
        planning=bool(content.get("planning", False)),
        done=done,
        failed=failed,
        properties=() if failed else tuple(_properties(metadata)),
        resource=_wanted(metadata) if failed or (done and content.get("planning")) else {},
    )


def _wanted(metadata: Metadata) -> Metadata:
    new = metadata.get("new")
    return {str(key): value for key, value in new.items()} if isinstance(new, dict) else {}


def _properties(metadata: Metadata) -> list[PropertyChange]:
    detailed = metadata.get("detailedDiff")
    if not isinstance(detailed, dict):
        return []
    changes = []
    for path, difference in sorted(detailed.items()):
        entry = difference if isinstance(difference, dict) else {}
        side = "inputs" if entry.get("inputDiff") else "outputs"
        old, new = _at(metadata, "old", side, path), _at(metadata, "new", "inputs", path)
        if side == "outputs":
            new = new or _at(metadata, "new", "outputs", path)
            if new in ("", old):
                continue
        changes.append(PropertyChange(str(path), str(entry.get("diffKind", entry.get("kind", "update"))), old, new))
    return changes


def _at(metadata: Metadata, state: str, side: str, path: str) -> str:
    value: object = metadata.get(state)
    value = value.get(side) if isinstance(value, dict) else None
    for part in path.replace("]", "").replace("[", ".").split("."):
        if isinstance(value, dict):
            value = value.get(part.strip('"'))
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            value = None
    return "" if value is None else json.dumps(value)


def _message(content: Metadata) -> Event:
    text = MARKUP.sub("", str(content.get("message", ""))).rstrip()
    return Message(str(content.get("severity", "")), text, str(content.get("urn", "")))


def _error(content: Metadata) -> Event:
    return Message("error", MARKUP.sub("", str(content.get("error", ""))).rstrip())


def _summary(content: Metadata) -> Event:
    changes = content.get("resourceChanges")
    numbers = changes.items() if isinstance(changes, dict) else ()
    return Summary({str(name): number for name, number in numbers if isinstance(number, int)})


_KINDS = {
    "resourcePreEvent": _before,
    "resOutputsEvent": _after,
    "resOpFailedEvent": _failed,
    "diagnosticEvent": _message,
    "summaryEvent": _summary,
    "errorEvent": _error,
}
