"""Imports what a declaration says and the account has into the state of a stack. The account is only read.

Providers and components are made first, which touches nothing in Snowflake; then the entries stand in the state with
their ids, a refresh reads them as an import does, and a preview proves that nothing is left to do. One `up` that has
nothing to change records what depends on what, and what is protected.
"""

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from account.picture import Picture
from ops import engine, settle
from ops.adopt import ids
from ops.adopt.opened import opened
from ops.engine import Outcome, Target
from ops.errors import OpsError
from ops.events import Step

ONLY_HERE = ("**pulumi:pulumi:Stack::**", "**pulumi:providers:snowflake::**", "**::platform:topic:*::*")
"""URNs of what an up may make before anything is imported: nothing of it is in Snowflake."""
AGAIN = ("update", "replace", "create-replacement")
"""What a plain `pulumi import` leaves to do, because of differences of form alone."""
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


def skeleton(operate: Operate) -> None:
    """Makes providers and components."""
    operate("up", [flag for pattern in ONLY_HERE for flag in ("--target", pattern)])


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
        kept = {name: create[name] for name in ("urn", "type", "parent", "provider") if create.get(name)}
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


def run(target: Target, operate: Operate, picture: Picture) -> Imported:
    """Imports and proves it.

    Raises:
        OpsError: pulumi failed; the state then holds what was imported so far, and the same command goes on.
    """
    done = Imported()
    skeleton(operate)
    first = operate("preview", ())
    taken = entries(planned(first), picture)
    if taken:
        engine.replace_state(target, with_entries(engine.export(target), taken))
        operate("refresh", ())
        done.names = [str(entry["urn"]).rpartition("::")[2] for entry in taken]
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
