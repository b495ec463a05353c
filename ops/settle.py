"""The state after a kill: creates whose end is not known become resources or are dropped from it, as the account tells.

Pure functions over exported states; `ops.recover` gets those states and puts them back.
"""

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ops import pending, statements
from ops.engine import Outcome
from ops.errors import OpsError

CREATING = "creating"
REPLACING = "create-replacement"
MASKED = "[secret]"
UNTOLD = (MASKED, "04da6b54-80e4-46f7-96ec-b56ff0331ba9")
"""What stands in events for secrets and for values that a preview cannot know."""
UNDECLARED = ("default", -1)
"""What the provider writes for a property that the program leaves open (its BooleanDefault and IntDefault)."""
DEPLOYER = "deployer"
NAMED_AT_MOST = 6


@dataclass
class Recovery:
    """What was done. Names are those of the program's resources."""

    locks: list[str] = field(default_factory=list)
    orphans: int = 0
    imported: list[str] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    refresh: Outcome | None = None
    taken: dict[str, Mapping[str, object]] = field(default_factory=dict)
    """Inputs of the resources that were taken into the state, by URN."""

    @property
    def lines(self) -> list[str]:
        """For people: one line per kind of thing that was done."""
        said = [f"removed the lock of a dead process ({lock})" for lock in self.locks]
        said += [f"ended plugins that a killed pulumi left behind: {self.orphans}"] if self.orphans else []
        said += _listed("in the account, taken into the state", self.imported)
        said += _listed("not in the account or safe to repeat, to be made again", self.cleared)
        return said + [f"in the account, but not taken over: {reason}" for reason in self.foreign]


def _listed(what: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    shown = ", ".join(names[:NAMED_AT_MOST])
    more = f" and {len(names) - NAMED_AT_MOST} more" if len(names) > NAMED_AT_MOST else ""
    return [f"{what}: {shown}{more}"]


Asker = Callable[[str], pending.Ask]
"""From the name of a login profile to a function that asks the account with it."""


def with_failed(state: dict[str, object], failed: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """The state with failed or planned creates as open ones, but for those that it has, and that may run twice.

    A resource whose parent or provider the state does not have cannot stand in it.
    """
    deployment = state.get("deployment")
    if not isinstance(deployment, dict):
        return state
    resources = resources_of(state)
    present = {entry.get("urn") for entry in resources}
    providers = profiles_of(resources)
    open_now = {_urn(operation) for operation in deployment.get("pending_operations") or []}
    entries = [
        _complete(entry)
        for entry in failed
        if (entry.get("urn") not in present or entry.get("operation") == REPLACING)
        and entry.get("urn") not in open_now
        and str(entry.get("type")).rpartition(":")[2] not in pending.REPEATABLE
        and str(entry.get("provider")) in providers
        and (not entry.get("parent") or entry.get("parent") in present)
    ]
    if not entries:
        return state
    operations = [*(deployment.get("pending_operations") or []), *({"type": CREATING, "resource": e} for e in entries)]
    return {**state, "deployment": {**deployment, "pending_operations": operations}}


def _complete(event: Mapping[str, object]) -> dict[str, object]:
    """A resource as the state holds it, from what an event tells; without what is masked or not known there."""
    inputs = event.get("inputs")
    told = inputs if isinstance(inputs, dict) else {}
    clear = {name: value for name, value in told.items() if not any(mark in json.dumps(value) for mark in UNTOLD)}
    kept = {name: event[name] for name in ("urn", "type", "parent", "provider") if event.get(name)}
    return {**kept, "custom": True, "inputs": clear}


def _urn(operation: object) -> object:
    resource = operation.get("resource") if isinstance(operation, dict) else None
    return resource.get("urn") if isinstance(resource, dict) else None


def settle(
    state: Mapping[str, object], asker: Asker, done: Recovery, *, finish: bool = True
) -> dict[str, object] | None:
    """The state without open operations: creates that happened became resources. None where nothing was open.

    `finish` also does what such a create had left to do, which the provider does once only.
    """
    changed = copy.deepcopy(dict(state))
    deployment = changed.get("deployment")
    operations = deployment.get("pending_operations") if isinstance(deployment, dict) else None
    if not isinstance(deployment, dict) or not operations:
        return None
    resources = resources_of(changed)
    profiles = profiles_of(resources)
    for operation in operations:
        resource = operation.get("resource")
        if operation.get("type") == CREATING and isinstance(resource, dict):
            identity = _settle_create(resource, resources, profiles, asker, done)
            if finish and identity is not None:
                _finish(resource, asker(_profile(resource, profiles)))
    deployment["resources"] = resources
    deployment.pop("pending_operations")
    return changed


def _settle_create(
    resource: dict[str, object],
    resources: list[dict[str, object]],
    profiles: Mapping[str, str],
    asker: Asker,
    done: Recovery,
) -> str | None:
    urn, kind = str(resource.get("urn", "")), str(resource.get("type", ""))
    name = urn.rpartition("::")[2]
    if not kind.startswith("snowflake:"):
        done.cleared.append(name)
        return None
    siblings = (str(other["id"]) for other in resources if other.get("type") == kind and other.get("id"))
    inputs = resource.get("inputs")
    try:
        identity = pending.existing_id(
            kind.rpartition(":")[2],
            inputs if isinstance(inputs, dict) else {},
            next(siblings, None),
            asker(_profile(resource, profiles)),
        )
    except pending.Unknown as unknown:
        raise OpsError(
            f"an open create of type {unknown} cannot be judged",
            where=urn,
            do="look in the account; then pulumi refresh --import-pending-creates or --clear-pending-creates",
        ) from unknown
    except pending.Foreign as foreign:
        done.foreign.append(f"{name}, {foreign}")
        return None
    if identity is None:
        done.cleared.append(name)
        return None
    same = [other for other in resources if other.get("urn") == urn]
    if any(statements.same_id(str(other.get("id")), identity) for other in same):
        return None
    for other in same:
        other["delete"] = True
    resources.append({**resource, "id": identity, "outputs": {}})
    done.taken[urn] = inputs if isinstance(inputs, dict) else {}
    done.imported.append(name)
    return identity


def _finish(resource: Mapping[str, object], ask: pending.Ask) -> None:
    inputs = resource.get("inputs")
    if isinstance(inputs, dict):
        for statement in pending.left_to_do(str(resource.get("type")).rpartition(":")[2], inputs):
            ask(statement)


def _profile(resource: Mapping[str, object], profiles: Mapping[str, str]) -> str:
    return profiles.get(str(resource.get("provider", "")), DEPLOYER)


def without_lost(state: Mapping[str, object], asker: Asker, done: Recovery) -> dict[str, object] | None:
    """The state without attachments of policies that the account has no longer; None where it has them all.

    Where the user is gone, the provider fails to read its attachments instead of telling that they are gone
    (1.2.1), and a refresh could never end. What other resources depend on stays.
    """
    changed = copy.deepcopy(dict(state))
    deployment, resources = changed.get("deployment"), resources_of(changed)
    profiles = profiles_of(resources)
    needed = {urn for entry in resources for urn in _list(entry.get("dependencies"))}
    lost = []
    for entry in resources:
        kind, inputs = str(entry.get("type", "")).rpartition(":")[2], entry.get("inputs")
        if kind not in pending.ATTACHED or not isinstance(inputs, dict) or entry.get("urn") in needed:
            continue
        if pending.existing_id(kind, inputs, None, asker(_profile(entry, profiles))) is None:
            lost.append(entry)
            done.cleared.append(str(entry.get("urn", "")).rpartition("::")[2])
    if not lost or not isinstance(deployment, dict):
        return None
    deployment["resources"] = [entry for entry in resources if entry not in lost]
    return changed


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def resources_of(state: Mapping[str, object]) -> list[dict[str, object]]:
    """The resources of an exported state."""
    deployment = state.get("deployment")
    resources = deployment.get("resources") if isinstance(deployment, dict) else None
    return [entry for entry in resources if isinstance(entry, dict)] if isinstance(resources, list) else []


def profiles_of(resources: list[dict[str, object]]) -> dict[str, str]:
    """The login profile of each provider, by the reference with which resources name it."""
    found = {}
    for entry in resources:
        inputs = entry.get("inputs")
        if str(entry.get("type", "")).startswith("pulumi:providers:") and isinstance(inputs, dict):
            found[f"{entry.get('urn')}::{entry.get('id')}"] = str(inputs.get("profile", DEPLOYER))
    return found


def left_open(state: Mapping[str, object], taken: Mapping[str, Mapping[str, object]]) -> dict[str, object] | None:
    """The state in which properties that the program leaves open are open for the resources that were taken over too.

    Reading an object that the provider did not make fills them with what the account has. For some of them any
    difference means a replacement: a schema that is not transient would be dropped because the program does not say
    so. None where nothing is to be changed.
    """
    changed = copy.deepcopy(dict(state))
    found = False
    for resource in resources_of(changed):
        outputs = resource.get("outputs")
        if not isinstance(outputs, dict):
            continue
        for name, value in taken.get(str(resource.get("urn")), {}).items():
            if isinstance(value, str | int) and value in UNDECLARED and outputs.get(name) not in (None, value):
                outputs[name] = value
                found = True
    return changed if found else None
