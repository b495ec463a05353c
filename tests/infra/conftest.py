"""Runs the program's registrations against Pulumi's mock monitor and keeps what the engine would have been asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi
import pytest
from pulumi.runtime import mocks, rpc

from infra import program
from infra.plugin import Plugin
from tests import samples
from tests.shallow import shallow

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi.runtime.proto import resource_pb2

    from stacks import Platform

Inputs = dict[str, object]


@dataclass(frozen=True)
class Registration:
    """One resource as the engine would see it."""

    type: str
    name: str
    inputs: Inputs
    protect: bool
    provider: str
    version: str
    dependencies: tuple[str, ...]
    secret_inputs: frozenset[str]
    delete_before_replace: bool


class Echo(mocks.Mocks):
    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[object, object]]:
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[object, object], None]:
        raise AssertionError(f"the program calls {args.token}")


@dataclass
class Recorded:
    """Everything one run registered."""

    resources: list[Registration] = field(default_factory=list)
    outputs: dict[str, object] = field(default_factory=dict)
    mocks: Echo = field(default_factory=Echo)

    def of(self, kind: str) -> list[Registration]:
        """The resources of one kind, e.g. `Warehouse`."""
        return [entry for entry in self.resources if entry.type.rpartition(":")[2] == kind]

    def one(self, kind: str, name: str) -> Registration:
        """The resource of one kind and name."""
        (found,) = [entry for entry in self.of(kind) if entry.name == name]
        return found

    def counts(self) -> dict[str, int]:
        """How many resources there are of each Snowflake kind."""
        kinds = [entry.type.rpartition(":")[2] for entry in self.resources if entry.type.startswith("snowflake:")]
        return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


class RecordingMonitor(mocks.MockMonitor):
    def __init__(self, recorded: Recorded) -> None:
        super().__init__(recorded.mocks)
        self.recorded = recorded

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> object:
        if request.type != "pulumi:pulumi:Stack":
            inputs = rpc.deserialize_properties(request.object, keep_unknowns=True)
            secret = {key for key, value in inputs.items() if rpc.is_rpc_secret(value)}
            self.recorded.resources.append(
                Registration(
                    type=request.type,
                    name=request.name,
                    inputs={key: rpc.unwrap_rpc_secret(value) for key, value in inputs.items()},
                    protect=request.protect,
                    provider=request.provider.rpartition("::")[0].rpartition("::")[2],
                    version=request.version,
                    dependencies=tuple(urn.rpartition("::")[2] for urn in request.dependencies),
                    secret_inputs=frozenset(secret),
                    delete_before_replace=request.deleteBeforeReplace,
                )
            )
        answer: object = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        return answer


def record(platform: Platform, plugin: Plugin) -> Recorded:
    """Register a platform against mocks."""
    recorded = Recorded()

    def body() -> None:
        def export(name: str, value: object) -> None:
            recorded.outputs[name] = value

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pulumi, "export", export)
            program.register(platform, plugin)

    def run() -> None:
        monitor = RecordingMonitor(recorded)
        mocks.set_mocks(Echo(), "snowflake-platform", platform.environment.name, preview=True, monitor=monitor)
        pulumi.runtime.test(body)()  # type: ignore[no-untyped-call]

    shallow(run)
    return recorded


@pytest.fixture(scope="session")
def registered() -> Callable[..., Recorded]:
    """What an environment registers, with some config changed; runs are kept, since each takes a while."""
    kept: dict[str, Recorded] = {}

    def run(environment: str = "dev", plugin: str | None = "1.3.0", **changes: object) -> Recorded:
        key = repr((environment, plugin, sorted(changes.items())))
        if key not in kept:
            kept[key] = record(samples.platform(environment, **changes), Plugin(plugin))
        return kept[key]

    return run
