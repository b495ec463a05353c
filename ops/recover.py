"""Puts a stack right after a killed `up` or `destroy`: the lock, the open creates, then a refresh."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ops import engine, locks, logins, pending, query
from ops.engine import Listener, Outcome, Target
from ops.errors import OpsError

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection

MISSING = frozenset({2003, 2043, 2140, 3001})
"""Snowflake's error numbers for objects that are not there or not to be seen, and for containers that are not."""

CREATING = "creating"
MASKED = "[secret]"


@dataclass
class Recovery:
    """What was done. Names are those of the program's resources."""

    locks: list[str] = field(default_factory=list)
    imported: list[str] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)
    refresh: Outcome | None = None

    @property
    def lines(self) -> list[str]:
        """For people: one line per thing that was done."""
        said = [f"removed the lock of a dead process ({lock})" for lock in self.locks]
        said += [f"exists in the account, taken into the state: {name}" for name in self.imported]
        return said + [f"not in the account or safe to repeat, to be made again: {name}" for name in self.cleared]


Asker = Callable[[str], pending.Ask]
"""From the name of a login profile to a function that asks the account with it."""


def recover(
    target: Target,
    lock_folder: Path | None,
    asker: Asker,
    failed: Sequence[Mapping[str, object]] = (),
    listen: Listener | None = None,
) -> Recovery:
    """Removes dead locks, settles open creates, refreshes. Safe to repeat; does nothing to a healthy stack but refresh.

    `failed` are the resources whose create failed in the last run: the account may have made them all the same, if
    the answer got lost. Raises OpsError where a living pulumi holds the stack, a type is unknown or the refresh fails.
    """
    done = Recovery()
    if lock_folder is not None:
        done.locks = [f"{lock.pid}, {lock.since}" for lock in locks.clear_stale(lock_folder)]
    state = with_failed(engine.export(target), failed)
    settled = settle(state, asker, done)
    if settled is not None:
        engine.replace_state(target, settled)
    if _resources(settled or state):
        done.refresh = engine.operate(target, "refresh", listen=listen)
        if not done.refresh.ok:
            raise OpsError(
                "the state could not be refreshed",
                why=done.refresh.errors[-1] if len(done.refresh.errors) == 1 else "the messages are above",
                do="put that right, then try again",
            )
    return done


def with_failed(state: dict[str, object], failed: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """The state with failed creates as open ones, unless the state has the resource."""
    deployment = state.get("deployment")
    if not isinstance(deployment, dict) or not failed:
        return state
    present = {entry.get("urn") for entry in _resources(state)}
    entries = [_complete(entry) for entry in failed if entry.get("urn") not in present]
    operations = [*(deployment.get("pending_operations") or []), *({"type": CREATING, "resource": e} for e in entries)]
    return {**state, "deployment": {**deployment, "pending_operations": operations}}


def _complete(event: Mapping[str, object]) -> dict[str, object]:
    """A resource as the state holds it, from what an event tells; what is masked there is left for the next up."""
    inputs = event.get("inputs")
    clear = {name: value for name, value in inputs.items() if value != MASKED} if isinstance(inputs, dict) else {}
    kept = {name: event[name] for name in ("urn", "type", "parent", "provider") if event.get(name)}
    return {**kept, "custom": True, "inputs": clear}


def settle(state: Mapping[str, object], asker: Asker, done: Recovery) -> dict[str, object] | None:
    """The state without open operations: creates that happened became resources. None where nothing was open."""
    changed = copy.deepcopy(dict(state))
    deployment = changed.get("deployment")
    operations = deployment.get("pending_operations") if isinstance(deployment, dict) else None
    if not isinstance(deployment, dict) or not operations:
        return None
    resources = _resources(changed)
    profiles = _profiles(resources)
    for operation in operations:
        resource = operation.get("resource")
        if operation.get("type") == CREATING and isinstance(resource, dict):
            _settle_create(resource, resources, profiles, asker, done)
    deployment["resources"] = resources
    deployment.pop("pending_operations")
    return changed


def _settle_create(
    resource: dict[str, object],
    resources: list[dict[str, object]],
    profiles: Mapping[str, str],
    asker: Asker,
    done: Recovery,
) -> None:
    urn, kind = str(resource.get("urn", "")), str(resource.get("type", ""))
    name = urn.rpartition("::")[2]
    if not kind.startswith("snowflake:"):
        done.cleared.append(name)
        return
    siblings = (str(other["id"]) for other in resources if other.get("type") == kind and other.get("id"))
    inputs = resource.get("inputs")
    profile = profiles.get(str(resource.get("provider", "")), "deployer")
    try:
        identity = pending.existing_id(
            kind.rpartition(":")[2], inputs if isinstance(inputs, dict) else {}, next(siblings, None), asker(profile)
        )
    except pending.Unknown as unknown:
        raise OpsError(
            f"an open create of type {unknown} cannot be judged",
            where=urn,
            do="look in the account; then pulumi refresh --import-pending-creates or --clear-pending-creates",
        ) from unknown
    if identity is None:
        done.cleared.append(name)
        return
    for other in resources:
        if other.get("urn") == urn:
            other["delete"] = True
    resources.append({**resource, "id": identity, "outputs": {}})
    done.imported.append(name)


def _resources(state: Mapping[str, object]) -> list[dict[str, object]]:
    deployment = state.get("deployment")
    resources = deployment.get("resources") if isinstance(deployment, dict) else None
    return [entry for entry in resources if isinstance(entry, dict)] if isinstance(resources, list) else []


def _profiles(resources: list[dict[str, object]]) -> dict[str, str]:
    found = {}
    for entry in resources:
        inputs = entry.get("inputs")
        if str(entry.get("type", "")).startswith("pulumi:providers:") and isinstance(inputs, dict):
            found[f"{entry.get('urn')}::{entry.get('id')}"] = str(inputs.get("profile", "deployer"))
    return found


@contextmanager
def asking(profiles: Path) -> Iterator[Asker]:
    """Connections to the account, one per profile of this TOML file, opened when the first question is asked."""
    connections: dict[str, SnowflakeConnection] = {}

    def asker(profile: str) -> pending.Ask:
        if profile not in connections:
            connections[profile] = logins.connect(logins.read_profile(profiles, profile))
        return lambda statement: query.rows(connections[profile], statement, missing=MISSING)

    try:
        yield asker
    finally:
        for connection in connections.values():
            connection.close()
