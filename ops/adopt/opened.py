"""The state after an import, as the program would have left it: where both mean the same, the program's form stands.

Reading an object that the provider did not make fills in what the program leaves open, and names come back without the
quotes with which the program writes them. Any such difference of form would be an update, or even a replacement, of
something that is as it should be. Differences of meaning are left alone: a preview shows them.
"""

import copy
from collections.abc import Mapping

from ops import settle, statements

USUAL: Mapping[str, Mapping[str, object]] = {
    "AuthenticationPolicy": {
        "authenticationMethods": ["ALL"],
        "clientTypes": ["ALL"],
        "mfaAuthenticationMethods": ["PASSWORD", "SAML"],
        "securityIntegrations": ["ALL"],
    },
    "Warehouse": {"maxClusterCount": 1, "minClusterCount": 1, "scalingPolicy": "STANDARD"},
}
"""Values that mean the same as saying nothing, by type (provider 1.2.1, the read and import of each)."""
ITS_NAME: Mapping[str, str] = {"User": "loginName", "ServiceUser": "loginName", "LegacyServiceUser": "loginName"}
"""Encrypted in a state, so it cannot be compared there: a user without it has its name, and others are adopted with."""
AT_ONCE = {"ResourceMonitor": ("startTimestamp", "IMMEDIATELY")}
"""What is a moment in the past ever after."""
UNREAD: Mapping[str, Mapping[str, object]] = {
    "User": {"disableMfa": "default", "minsToBypassMfa": -1, "minsToUnlock": -1},
    "ServiceUser": {"minsToUnlock": -1},
    "LegacyServiceUser": {"minsToUnlock": -1},
}
"""Properties that are never read, with what stands for "left open", by type (provider 1.2.1, GetReadUserFunc)."""


def opened(state: Mapping[str, object], taken: Mapping[str, Mapping[str, object]]) -> dict[str, object] | None:
    """The state with the program's form; `taken` are the program's inputs by URN. None where nothing is to change."""
    changed = copy.deepcopy(dict(state))
    found = False
    for resource in settle.resources_of(changed):
        wanted, outputs = taken.get(str(resource.get("urn"))), resource.get("outputs")
        if wanted is None or not isinstance(outputs, dict):
            continue
        before = dict(outputs)
        _say_as_wanted(str(resource.get("type")).rpartition(":")[2], outputs, wanted)
        found = found or outputs != before
    return changed if found else None


def _say_as_wanted(kind: str, outputs: dict[str, object], wanted: Mapping[str, object]) -> None:
    for name, value in wanted.items():
        if _undeclared(value) or _same_name(outputs.get(name), value) or AT_ONCE.get(kind) == (name, value):
            outputs[name] = value
    outputs.update({name: value for name, value in UNREAD.get(kind, {}).items() if outputs.get(name) is None})
    for name, usual in USUAL.get(kind, {}).items():
        if name not in wanted and _sorted(outputs.get(name)) == usual:
            outputs[name] = [] if isinstance(usual, list) else None
    if (own := ITS_NAME.get(kind)) is not None and own not in wanted:
        outputs[own] = None


def _undeclared(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value in settle.UNDECLARED


def _same_name(there: object, wanted: object) -> bool:
    """Whether both are one name, one of them quoted."""
    if not isinstance(there, str) or not isinstance(wanted, str) or there == wanted:
        return False
    return '"' in there + wanted and statements.parts(there) == statements.parts(wanted)


def _sorted(value: object) -> object:
    return sorted(value, key=str) if isinstance(value, list) else value
