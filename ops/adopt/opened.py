"""The state after an import, as the program would have left it: where both mean the same, the program's form stands.

Reading an object that the provider did not make fills in what the program leaves open, and names come back without the
quotes with which the program writes them. Any such difference of form would be an update, or even a replacement, of
something that is as it should be. Differences of meaning are left alone: a preview shows them.
"""

import copy
from collections.abc import Mapping

from ops import settle, statements

DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "AuthenticationPolicy": {
        "authenticationMethods": ["ALL"],
        "clientTypes": ["ALL"],
        "mfaAuthenticationMethods": ["PASSWORD", "SAML"],
        "securityIntegrations": ["ALL"],
    },
}
"""Lists that mean the same when they are left out, by type (provider 1.2.1, ReadContextAuthenticationPolicy)."""

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
        for name, value in wanted.items():
            if _undeclared(value) or _same_name(outputs.get(name), value):
                outputs[name] = value
        kind = str(resource.get("type")).rpartition(":")[2]
        outputs.update({name: value for name, value in UNREAD.get(kind, {}).items() if outputs.get(name) is None})
        for name, usual in DEFAULTS.get(kind, {}).items():
            if name not in wanted and _sorted(outputs.get(name)) == usual:
                outputs[name] = []
        found = found or outputs != before
    return changed if found else None


def _undeclared(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value in settle.UNDECLARED


def _same_name(there: object, wanted: object) -> bool:
    """Whether both are one name, one of them quoted."""
    if not isinstance(there, str) or not isinstance(wanted, str) or there == wanted:
        return False
    return '"' in there + wanted and statements.parts(there) == statements.parts(wanted)


def _sorted(value: object) -> object:
    return sorted(value, key=str) if isinstance(value, list) else value
