"""What the program registers, as `Resource` values: run against Pulumi's mock monitor, without engine or plugin.

    captured("prod") -> tuple[Resource, ...]
    captured("dev", plugin=None, grants="inherited") -> the same with the newer plugin and some config changed
    registered_by(body, stack="dev") -> tuple[Resource, ...] of any function that registers resources

Resources come in the order of their URNs, with provider and component resources and without the stack itself: inputs
by their camelCase names (`Unknown` where a preview could not know them), `protect`, `ignore_changes`, `dependencies` by
input, names of secret inputs, provider with its role, file (relative to the repository) and line. Runs are kept for the
life of the process; who wants other inputs than the program's uses `dataclasses.replace` on a resource.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch
from urllib.parse import unquote, urlparse

import pulumi
from pulumi.runtime import mocks, rpc
from pulumi.runtime.proto import resource_pb2

from account.pulumi import Resource
from account.values import Unknown
from infra import program
from infra.plugin import Plugin
from tests import samples
from tests.shallow import shallow

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
OLDER_PLUGIN = "1.3.0"
_kept: dict[str, tuple[Resource, ...]] = {}


def plain(value: object) -> object:
    """A deserialised property value without markers of Pulumi: secrets in the clear, unknown ones as `Unknown`."""
    if rpc.is_rpc_secret(value):
        value = rpc.unwrap_rpc_secret(value)
    if isinstance(value, pulumi.output.Unknown) or value == rpc.UNKNOWN:
        return Unknown()
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def _position(request: resource_pb2.RegisterResourceRequest) -> tuple[str, int]:
    """File and line of the program; of a provider the engine is told a line of the SDK instead."""
    for frame in (request.sourcePosition, *(frame.pc for frame in request.stackTrace.frames)):
        path = Path(unquote(urlparse(frame.uri).path))
        if path.is_relative_to(ROOT) and ".venv" not in path.parts:
            return str(path.relative_to(ROOT)), frame.line
    return "", 0


class _Echo(mocks.Mocks):
    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[object, object]]:
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[object, object], None]:
        raise AssertionError(f"the program calls {args.token}")


class _Monitor(mocks.MockMonitor):
    def __init__(self) -> None:
        super().__init__(_Echo())
        self.found: list[Resource] = []

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> object:
        answer: object = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            assert isinstance(answer, resource_pb2.RegisterResourceResponse)
            self.found.append(_resource(request, answer.urn))
        return answer


def _resource(request: resource_pb2.RegisterResourceRequest, urn: str) -> Resource:
    inputs = rpc.deserialize_properties(request.object, keep_unknowns=True)
    file, line = _position(request)
    return Resource(
        type=request.type,
        name=request.name,
        urn=urn,
        inputs={key: plain(value) for key, value in inputs.items()},
        protect=request.protect,
        ignore_changes=tuple(request.ignoreChanges),
        delete_before_replace=request.deleteBeforeReplace,
        retain_on_delete=request.retainOnDelete,
        parent=request.parent,
        provider=request.provider,
        secrets=tuple(sorted(key for key, value in inputs.items() if rpc.is_rpc_secret(value))),
        dependencies={key: tuple(entry.urns) for key, entry in request.propertyDependencies.items() if entry.urns},
        file=file,
        line=line,
    )


def registered_by(body: Callable[[], None], stack: str = "dev") -> tuple[Resource, ...]:
    """Everything that a function registers, in a preview in which no output of a resource is known."""
    monitor = _Monitor()

    def run() -> None:
        mocks.set_mocks(monitor.mocks, "snowflake-platform", stack, preview=True, monitor=monitor)
        with patch.object(pulumi, "export", lambda *_: None):
            pulumi.runtime.test(body)()  # type: ignore[no-untyped-call]

    shallow(run)
    roles = {
        entry.urn: str(entry.inputs.get("role", ""))
        for entry in monitor.found
        if entry.type == "pulumi:providers:snowflake"
    }
    return tuple(
        replace(entry, provider_role=roles.get(entry.provider.rpartition("::")[0], ""))
        for entry in sorted(monitor.found, key=lambda entry: entry.urn)
    )


def captured(stack: str, *, plugin: str | None = OLDER_PLUGIN, **config: object) -> tuple[Resource, ...]:
    """Everything that a stack registers.

    Args:
        stack: dev, qa or prod.
        plugin: version of the Snowflake plugin; None is the SDK's own, 2.x.
        config: keys of the stack's config to change, over `tests.samples.values`; None removes a key.
    """
    key = repr((stack, plugin, sorted(config.items())))
    if key not in _kept:
        platform = samples.platform(stack, **config)
        _kept[key] = registered_by(lambda: program.register(platform, Plugin(plugin)), stack)
    return _kept[key]
