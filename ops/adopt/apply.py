"""Imports what a declaration says and the account has into the state of a stack. The account is only read.

What a preview plans to create and the account has is put into the state with its id; a refresh then reads it as an
import does, and a second preview proves that nothing is left to do. One `up` that has nothing to change records what
depends on what, and what is protected.
"""

import copy
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

from account.picture import Picture
from ops import engine, settle
from ops.adopt import ids
from ops.adopt.opened import opened
from ops.engine import Outcome, Target
from ops.errors import OpsError
from ops.events import Step

AGAIN = ("update", "replace", "create-replacement")
"""What a plain `pulumi import` leaves to do, because of differences of form alone."""
PROVIDER, STACK = "pulumi:providers:", "pulumi:pulumi:Stack"
Resource = Mapping[str, object]


@dataclass
class Imported:
    """What an import did.

    Attributes:
        names: of resources that are in the state now and were not.
        proof: the preview afterwards.
        recorded: whether an `up` without changes recorded dependencies and protection.
    """

    names: list[str] = field(default_factory=list)
    proof: Outcome = field(default_factory=lambda: Outcome("preview"))
    recorded: bool = False

    @property
    def left(self) -> list[Step]:
        """What the next `up` would change."""
        return [step for step in self.proof.steps if step.operation not in ("same", "refresh")]


Operate = Callable[[str, Sequence[str]], Outcome]


def skeleton(outcome: Outcome) -> list[dict[str, object]]:
    """The stack, providers and components that a preview would create, as a state holds them: none is in Snowflake."""
    found: dict[str, dict[str, object]] = {}
    for create in (step.resource for step in outcome.steps if step.operation == "create"):
        kind, urn = str(create.get("type", "")), str(create.get("urn"))
        if kind.startswith("snowflake:"):
            continue
        entry: dict[str, object] = {"urn": urn, "type": kind, "custom": kind.startswith(PROVIDER)}
        if create.get("parent"):
            entry["parent"] = create["parent"]
        if entry["custom"]:
            inputs = create.get("inputs")
            told = inputs if isinstance(inputs, dict) else {}
            outputs = {name: value for name, value in told.items() if name != "__internal"}
            entry |= {"id": _identity(urn), "inputs": told, "outputs": outputs}
        # The stack and components end twice: made, and again with their outputs.
        found.setdefault(urn, entry)
    return sorted(found.values(), key=lambda entry: (entry["type"] != STACK, not entry["custom"], str(entry["urn"])))


def _identity(urn: str) -> str:
    return str(uuid5(NAMESPACE_URL, urn))


def _provider(reference: object) -> str:
    """A reference to a provider; one that a preview was yet to create gets the id that `skeleton` gives it."""
    urn, _, identity = str(reference).rpartition("::")
    return f"{urn}::{_identity(urn)}" if identity in settle.UNTOLD else str(reference)


def planned(outcome: Outcome, *operations: str) -> list[Resource]:
    """The Snowflake resources of the steps of a preview; of those that create by default."""
    chosen = operations or ("create",)
    steps = (step for step in outcome.steps if step.operation in chosen and step.type.startswith("snowflake:"))
    return [step.resource for step in steps]


def entries(creates: Sequence[Resource], picture: Picture) -> list[dict[str, object]]:
    """Those that the account has, as a state holds them before they are read."""
    found = []
    for create in creates:
        kind, inputs = str(create.get("type", "")).rpartition(":")[2], create.get("inputs")
        told = inputs if isinstance(inputs, dict) else {}
        identity = ids.existing(kind, told, picture)
        if identity is None:
            continue
        kept = {name: create[name] for name in ("urn", "type", "parent") if create.get(name)}
        if create.get("provider"):
            kept["provider"] = _provider(create["provider"])
        # An Execute cannot be read without its query, so it starts from what the program says.
        clear = {name: value for name, value in told.items() if _told(value)}
        outputs = dict(clear) if kind == "Execute" else {}
        found.append({**kept, "custom": True, "id": identity, "inputs": clear, "outputs": outputs})
    return found


def _told(value: object) -> bool:
    """Whether an event shows a value: secrets are masked in it."""
    text = json.dumps(value)
    return not any(mark in text for mark in settle.UNTOLD)


def with_entries(state: Mapping[str, object], added: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """The state with those resources, after the ones that it has."""
    changed = copy.deepcopy(dict(state))
    deployment = changed.get("deployment")
    if not isinstance(deployment, dict):
        raise OpsError("the state of the stack has no deployment", do="ops up of an empty stack makes one")
    deployment["resources"] = [*settle.resources_of(changed), *added]
    return changed


def without_moved(state: Mapping[str, object], gone: Collection[str]) -> dict[str, object] | None:
    """The state without resources that the program has no more and whose object stands in it under another name.

    So an object that moves from one part of the declaration to the other is neither dropped nor made again. Components
    that are left with nothing go, too. None where nothing moved.
    """
    changed = copy.deepcopy(dict(state))
    resources, deployment = settle.resources_of(changed), changed.get("deployment")
    stay = {_same(entry) for entry in resources if entry.get("urn") not in gone}
    left = {
        str(entry.get("urn"))
        for entry in resources
        if entry.get("urn") in gone and entry.get("custom") and _same(entry) in stay
    }
    needed = {entry.get("parent") for entry in resources if entry.get("urn") not in left}
    left |= {
        str(entry.get("urn"))
        for entry in resources
        if entry.get("urn") in gone and not entry.get("custom") and entry.get("urn") not in needed
    }
    if not left or not isinstance(deployment, dict):
        return None
    deployment["resources"] = [_unbound(entry, left) for entry in resources if entry.get("urn") not in left]
    return changed


def _same(entry: Mapping[str, object]) -> tuple[str, ...]:
    """What makes two resources one thing of the account: type and id; of a grant without the privileges in it."""
    kind, parts = str(entry.get("type")), str(entry.get("id")).split("|")
    privileges = 3
    return (kind, *(part for at, part in enumerate(parts) if "GrantPrivileges" not in kind or at != privileges))


def _unbound(entry: dict[str, object], left: Collection[str]) -> dict[str, object]:
    """A resource that depends on none of those."""
    after, by_property = entry.get("dependencies"), entry.get("propertyDependencies")
    if isinstance(after, list):
        entry["dependencies"] = [urn for urn in after if urn not in left]
    if isinstance(by_property, dict):
        entry["propertyDependencies"] = {
            name: [urn for urn in urns if urn not in left]
            for name, urns in by_property.items()
            if isinstance(urns, list)
        }
    return entry


def run(target: Target, operate: Operate, picture: Picture) -> Imported:
    """Imports and proves it.

    Raises:
        OpsError: pulumi failed; the state then holds what was imported so far, and the same command goes on.
    """
    done = Imported()
    first = operate("preview", ())
    taken = entries(planned(first), picture)
    if taken:
        engine.replace_state(target, with_entries(engine.export(target), [*skeleton(first), *taken]))
        operate("refresh", ())
        done.names = [str(entry["urn"]).rpartition("::")[2] for entry in taken]
    gone = {step.urn for step in first.steps if step.operation == "delete"}
    moved = without_moved(engine.export(target), gone) if gone else None
    if moved is not None:
        engine.replace_state(target, moved)
    if first.changed:
        _leave_open(target, planned(first, "create", *AGAIN))
    done.proof = operate("preview", ())
    if done.proof.changed == 0:
        operate("up", ())
        done.recorded = True
    return done


def _leave_open(target: Target, wanted: Sequence[Resource]) -> None:
    inputs = {str(resource.get("urn")): resource.get("inputs") for resource in wanted}
    told = {urn: value for urn, value in inputs.items() if isinstance(value, dict)}
    changed = opened(engine.export(target), told)
    if changed is not None:
        engine.replace_state(target, changed)


def import_file(creates: Sequence[Resource], picture: Picture) -> dict[str, object]:
    """The file that `pulumi import --file` takes, once `providers and components` are in the state."""
    found = entries(creates, picture)
    named = {str(entry[role]) for entry in found for role in ("parent", "provider") if entry.get(role)}
    table = {_word(urn): _plain_urn(urn) for urn in sorted(named)}
    words = {urn: _word(urn) for urn in named}
    resources = [
        {
            "type": entry["type"],
            "name": str(entry["urn"]).rpartition("::")[2],
            "id": entry["id"],
            "parent": words[str(entry["parent"])],
            "provider": words[str(entry["provider"])],
        }
        for entry in sorted(found, key=lambda entry: (str(entry["type"]), str(entry["urn"])))
    ]
    return {"nameTable": table, "resources": resources}


def _plain_urn(reference: str) -> str:
    """A URN; a provider reference has the provider's id behind it."""
    return "::".join(reference.split("::")[:4])


def _word(reference: str) -> str:
    kind, name = reference.split("::")[2:4]
    return f"{kind.rpartition(':')[2].rpartition('$')[2]}-{name}".lower()
