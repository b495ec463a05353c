"""What a preview would do: the account before and after it, and its plan, from the engine's events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from account.pulumi import Resource
from account.values import Unknown
from policies.plan import Plan, Step

UNKNOWN_MARK = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the engine writes a value that is computed during the change (pulumi/sdk: plugin.UnknownStringValue)."""
SECRET_MARK = "[secret]"  # noqa: S105
SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key that marks a value as special, a secret among others (pulumi/sdk: resource.SigKey)."""
PRESENT = frozenset({"email", "password"})
"""Inputs of which a picture only says that they are set, so that the mark of a secret tells all there is to know."""
PART_OF_REPLACE = frozenset({"create-replacement", "replace", "delete-replaced", "discard-replaced"})
NOTHING = frozenset({"same", "read", "refresh"})
GONE = frozenset({"delete", "delete-replaced", "discard", "discard-replaced"})
NEW = frozenset({"create", "create-replacement", "import", "import-replacement"})
Json = Mapping[str, object]


@dataclass(frozen=True)
class Planned:
    """The resources of a stack before and after a preview's changes, by URN, and one step per resource that changes."""

    before: Mapping[str, Resource] = field(default_factory=dict)
    after: Mapping[str, Resource] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)


def planned(events: Iterable[Json], flags: tuple[str, ...] = ()) -> Planned:
    """From the events of one preview.

    Args:
        events: as the engine's JSON stream has them.
        flags: of the command line, for the plan.
    """
    before: dict[str, Resource] = {}
    after: dict[str, Resource] = {}
    steps: dict[str, list[Json]] = {}
    for event in events:
        content = event.get("resourcePreEvent")
        metadata = content.get("metadata") if isinstance(content, dict) else None
        if isinstance(metadata, dict):
            _sides(metadata, before, after)
            if metadata.get("op") not in NOTHING:
                steps.setdefault(str(metadata.get("urn")), []).append(metadata)
    made = tuple(_step(urn, parts) for urn, parts in sorted(steps.items()))
    return Planned(before, after, Plan(made, flags))


def _sides(metadata: Json, before: dict[str, Resource], after: dict[str, Resource]) -> None:
    operation, urn = str(metadata.get("op")), str(metadata.get("urn"))
    old, new = metadata.get("old"), metadata.get("new")
    if isinstance(old, dict) and operation not in NEW:
        before[urn] = _resource(old)
    if isinstance(new, dict) and operation not in GONE:
        after[urn] = _resource(new)


def _resource(state: Json) -> Resource:
    urn = str(state.get("urn", ""))
    provider = str(state.get("provider", "")).rpartition("::")[0]
    return Resource(
        type=str(state.get("type", "")),
        name=urn.rpartition("::")[2],
        urn=urn,
        inputs=_inputs(state),
        protect=state.get("protect") is True,
        retain_on_delete=state.get("retainOnDelete") is True,
        parent=str(state.get("parent", "")),
        provider=provider,
    )


def _inputs(state: object) -> dict[str, object]:
    inputs = state.get("inputs") if isinstance(state, dict) else None
    if not isinstance(inputs, dict):
        return {}
    return {str(key): _input(str(key), value) for key, value in inputs.items() if not str(key).startswith("__")}


def _input(key: str, value: object) -> object:
    return SECRET_MARK if key in PRESENT and _secret(value) else _value(value)


def _secret(value: object) -> bool:
    return value == SECRET_MARK or (isinstance(value, dict) and SIGNATURE in value)


def _value(value: object) -> object:
    if value == UNKNOWN_MARK:
        return Unknown()
    if _secret(value):
        return Unknown("a secret")
    if isinstance(value, list):
        return [_value(entry) for entry in value]
    if isinstance(value, dict):
        return {str(key): _value(entry) for key, entry in value.items() if not str(key).startswith("__")}
    return value


def _step(urn: str, parts: list[Json]) -> Step:
    operations = [str(part.get("op")) for part in parts]
    replaced = any(operation in PART_OF_REPLACE for operation in operations)
    main = next((part for part in parts if part.get("op") == "replace"), parts[0])
    old, new = _inputs(main.get("old")), _inputs(main.get("new"))
    return Step(
        operation="replace" if replaced else operations[0],
        urn=urn,
        type=str(main.get("type", "")),
        changed=_changed(main, old, new),
        replaced_for=tuple(sorted({str(key) for part in parts for key in _list(part.get("keys"))})),
        old=old,
        new=new,
        protected=any(_flag(part.get("old"), "protect") for part in parts),
    )


def _changed(metadata: Json, old: Json, new: Json) -> tuple[str, ...]:
    """Inputs that differ; what the engine names where none does (the account differs from the state)."""
    if not isinstance(metadata.get("old"), dict) or not isinstance(metadata.get("new"), dict):
        return ()
    differing = {key for key in {*old, *new} if _plain(old.get(key)) != _plain(new.get(key))}
    return tuple(sorted(differing or {str(key) for key in _list(metadata.get("diffs"))}))


def _plain(value: object) -> object:
    """A value that may be compared: what is not known equals nothing but itself."""
    if isinstance(value, Unknown):
        return ("unknown", value.unknown)
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    return value


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _flag(state: object, name: str) -> bool:
    return isinstance(state, dict) and state.get(name) is True
