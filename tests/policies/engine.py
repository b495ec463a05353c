"""The engine's side of the policy pack: requests as pulumi sends them, and a pack that has been shown a stack."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NoReturn

from google.protobuf import empty_pb2, struct_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import analyzer_pb2 as proto

from account.pulumi import Resource
from account.values import Unknown
from policies.pack import Pack
from policies.pack_values import SECRET, SIGNATURE
from policies.rule import Evidence
from tests import samples
from tests.policies.cases import passing

UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class Refused(Exception):
    """The pack ended the operation."""


class Call:
    """A call of the engine."""

    def abort(self, code: object, details: str) -> NoReturn:
        """End the operation."""
        raise Refused(f"{code} {details}")


def secret(value: object) -> dict[str, object]:
    """A value marked as secret, on the wire."""
    return {SIGNATURE: SECRET, "value": value}


def wire(values: Mapping[str, object]) -> struct_pb2.Struct:
    """Properties on the wire: what is not known becomes the text that stands for it."""
    struct = struct_pb2.Struct()
    struct.update({name: _on_wire(value) for name, value in values.items()})
    return struct


def _on_wire(value: object) -> object:
    if isinstance(value, Unknown):
        return UNKNOWN_TEXT
    if isinstance(value, Mapping):
        return {str(name): _on_wire(inner) for name, inner in value.items()}
    return [_on_wire(inner) for inner in value] if isinstance(value, list | tuple) else value


@dataclass
class Engine:
    """One operation on a stack.

    Attributes:
        resources: of the program, which `change` and `show` alter. named: whether the engine names stack and config.
    """

    stack: str = "prod"
    dry_run: bool = True
    pack: Pack = field(default_factory=Pack)
    named: bool = True
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: dict[str, Mapping[str, object]] = field(default_factory=dict)
    call: Call = field(default_factory=Call)

    def __post_init__(self) -> None:
        """Take the resources of the shipped platform."""
        environment = self.stack if self.stack in ("dev", "qa", "prod") else "prod"
        if not self.resources:
            self.resources = {entry.urn: entry for entry in passing(Evidence.PULUMI, environment).picture.resources}

    def begin(self) -> proto.AnalyzerInfo:
        """Start the pack."""
        if self.named:
            given = samples.values(self.stack) if self.stack in ("dev", "qa", "prod") else {}
            texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in given.items()}
            self.pack.ConfigureStack(
                proto.AnalyzerStackConfigureRequest(
                    stack=self.stack,
                    project="snowflake-platform",
                    dry_run=self.dry_run,
                    config={f"snowflake-platform:{key}": text for key, text in texts.items()},
                ),
                self.call,
            )
        return self.pack.GetAnalyzerInfo(empty_pb2.Empty(), self.call)

    def urn(self, kind: str, name: str) -> str:
        """The URN of a resource."""
        return next(urn for urn, entry in self.resources.items() if (entry.kind, entry.name) == (kind, name))

    def change(self, kind: str, name: str, /, **inputs: object) -> str:
        """Give a resource other inputs; None removes one. Returns its URN."""
        urn = self.urn(kind, name)
        found = self.resources[urn]
        changed = {key: value for key, value in {**found.inputs, **inputs}.items() if value is not None}
        kept = {key: urns for key, urns in found.dependencies.items() if key not in inputs}
        self.resources[urn] = replace(found, inputs=changed, dependencies=kept)
        return urn

    def analyze(self, urn: str) -> list[proto.AnalyzeDiagnostic]:
        """Show one resource with its inputs."""
        entry = self.resources[urn]
        request = proto.AnalyzeRequest(
            type=entry.type,
            name=entry.name,
            urn=urn,
            properties=wire(entry.inputs),
            options=_options(entry),
            provider=self._provider(entry),
        )
        return list(self.pack.Analyze(request, self.call).diagnostics)

    def analyze_stack(self) -> list[proto.AnalyzeDiagnostic]:
        """Show the whole stack with its outputs: the inputs, where `outputs` says nothing else."""
        entries = [
            proto.AnalyzerResource(
                type=entry.type,
                name=entry.name,
                urn=urn,
                properties=wire(self.outputs.get(urn, entry.inputs)),
                options=_options(entry),
                provider=self._provider(entry),
                parent=entry.parent,
                propertyDependencies={
                    key: proto.AnalyzerPropertyDependencies(urns=urns) for key, urns in entry.dependencies.items()
                },
            )
            for urn, entry in self.resources.items()
        ]
        return list(self.pack.AnalyzeStack(proto.AnalyzeStackRequest(resources=entries), self.call).diagnostics)

    def preview(self, unseen: Iterable[str] = ()) -> list[proto.AnalyzeDiagnostic]:
        """A whole run; the resources with URNs in `unseen` are not shown one by one."""
        self.begin()
        hidden = set(unseen)
        found = [said for urn in self.resources if urn not in hidden for said in self.analyze(urn)]
        return [*found, *self.analyze_stack()]

    def _provider(self, entry: Resource) -> proto.AnalyzerProviderResource | None:
        if not entry.provider:
            return None
        urn = entry.provider.rpartition("::")[0]
        return proto.AnalyzerProviderResource(
            type="pulumi:providers:snowflake",
            urn=urn,
            name=urn.rpartition("::")[2],
            properties=wire({"role": entry.provider_role}),
        )


def _options(entry: Resource) -> proto.AnalyzerResourceOptions:
    return proto.AnalyzerResourceOptions(
        protect=entry.protect,
        ignoreChanges=entry.ignore_changes,
        deleteBeforeReplace=entry.delete_before_replace,
        deleteBeforeReplaceDefined=entry.delete_before_replace,
        parent=entry.parent,
    )
