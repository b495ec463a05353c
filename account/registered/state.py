"""Resources of a stack's state, and of the steps of a preview, which have the same form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from account.pulumi import Resource
from account.values import Unknown

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - marks a secret, is none
_UNKNOWN_TEXTS: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""Stand for an unknown boolean, number, text, list, asset, archive and object (pulumi sdk, resource/plugin/rpc.go)."""
_MASKED: Final = "[secret]"
_POSITION: Final = re.compile(r"project:///(.*?)#(\d+)(?:,\d+)?")
ENCRYPTED: Final = Unknown("it is a secret, which this source has encrypted")
NOT_YET: Final = Unknown()


def _is_secret(value: object) -> bool:
    return value == _MASKED or (isinstance(value, Mapping) and value.get(_SIGNATURE) == _SECRET)


def _plain(value: object) -> object:
    """A property value; what is encrypted, masked or still computed is `Unknown`."""
    if isinstance(value, str):
        return NOT_YET if value in _UNKNOWN_TEXTS else ENCRYPTED if value == _MASKED else value
    if isinstance(value, Mapping):
        if _SIGNATURE in value:
            return ENCRYPTED
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def _position(state: Mapping[str, object]) -> tuple[str, int]:
    """File and line of the program; of a provider the engine is told a line of the SDK first."""
    trace = state.get("stackTrace")
    frames = [frame for frame in trace if isinstance(frame, Mapping)] if isinstance(trace, Sequence) else []
    for frame in (state, *frames):
        found = _POSITION.fullmatch(str(frame.get("sourcePosition") or ""))
        if found and "site-packages" not in found.group(1):
            return found.group(1), int(found.group(2))
    return "", 0


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(entry) for entry in value) if isinstance(value, Sequence) and not isinstance(value, str) else ()


def resource_of(state: Mapping[str, object]) -> Resource:
    """A resource as a state, or the `newState` or `oldState` of a step in a preview, has it."""
    urn = str(state.get("urn") or "")
    found = state.get("inputs")
    inputs = {str(key): value for key, value in found.items()} if isinstance(found, Mapping) else {}
    depends = state.get("propertyDependencies")
    file, line = _position(state)
    return Resource(
        type=str(state.get("type") or urn.rpartition("::")[0].rpartition("::")[2].rpartition("$")[2]),
        name=urn.rpartition("::")[2],
        urn=urn,
        inputs={key: _plain(value) for key, value in inputs.items()},
        protect=bool(state.get("protect")),
        ignore_changes=_strings(state.get("ignoreChanges")),
        delete_before_replace=bool(state.get("deleteBeforeReplace")),
        retain_on_delete=bool(state.get("retainOnDelete")),
        parent=str(state.get("parent") or ""),
        provider=str(state.get("provider") or ""),
        secrets=tuple(sorted(key for key, value in inputs.items() if _is_secret(value))),
        dependencies={
            str(key): _strings(urns)
            for key, urns in (depends.items() if isinstance(depends, Mapping) else ())
            if _strings(urns)
        },
        file=file,
        line=line,
    )


def _deployment(export: Mapping[str, object]) -> Mapping[str, object]:
    found = export.get("deployment")
    if not isinstance(found, Mapping):
        raise ValueError("this is no export of a stack: it has no deployment")
    return found


def _listed(deployment: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    found = deployment.get(key) or []
    if not isinstance(found, list) or not all(isinstance(entry, Mapping) for entry in found):
        raise ValueError(f"this is no export of a stack: {key} is no list")
    return found


def resources_of_state(export: Mapping[str, object]) -> tuple[Resource, ...]:
    """The resources of `pulumi stack export`, without those that only wait to be deleted.

    Raises:
        ValueError: this is no export of a stack.
    """
    listed = _listed(_deployment(export), "resources")
    return tuple(resource_of(state) for state in listed if not state.get("delete"))


def unfinished(export: Mapping[str, object]) -> tuple[str, ...]:
    """Operations of an earlier run that were cut off, in words."""
    found = []
    for entry in _listed(_deployment(export), "pending_operations"):
        resource = entry.get("resource")
        urn = resource.get("urn") if isinstance(resource, Mapping) else ""
        found.append(f"{entry.get('type')} {urn}")
    return tuple(found)
