"""What the engine sends a policy pack about resources, as the `Resource` values that pictures are made from.

The wire form is that of pulumi's `analyzer.proto`: google.protobuf.Struct with marked secrets, and texts that stand for
values which are not known yet. Rules never see that form: an unknown value arrives as `Unknown`, which opens no gate,
numbers as they come (always floating), lists and maps as list and dict.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from account.pulumi import Resource
from account.values import Unknown

if TYPE_CHECKING:
    from google.protobuf.struct_pb2 import Struct, Value  # type: ignore[import-untyped]
    from pulumi.runtime.proto import analyzer_pb2

PROVIDER: Final = "pulumi:providers:"
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (marks a secret, is none)
MASKED: Final = "[secret]"
"""What `pulumi policy analyze` sends for a secret that it cannot decrypt."""
UNKNOWN_TEXTS: Final = frozenset(
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
"""Texts for an unknown boolean, number, text, list, asset, archive and object (pulumi sdk, resource/plugin/rpc.go)."""
NOT_YET: Final = Unknown()
ENCRYPTED: Final = Unknown("it is a secret that cannot be read here")
SENSITIVE: Final = frozenset(
    {"password", "passphrase", "privatekey", "privatekeypassphrase", "token", "secretstring", "credentials", "passcode"}
    | {"oauthclientsecret", "oauthrefreshtoken", "awssecretkey", "azuresastoken", "masterkey"}
)
"""Properties (in lower case) whose values are never shown, marked as a secret or not."""
SHORTEST: Final = 4


class Properties:
    """The properties of one resource.

    Attributes:
        values: by name. secrets: names of those that are secret or hold a secret.
        texts: every text that must not be shown.
    """

    def __init__(self, properties: Struct) -> None:
        self.values: dict[str, object] = {}
        self.texts: set[str] = set()
        secrets: list[str] = []
        for name, value in properties.fields.items():
            self._found = False
            self.values[name] = self._plain(value, hidden=name.lower() in SENSITIVE)
            if self._found:
                secrets.append(name)
        self.secrets = tuple(sorted(secrets))

    def _plain(self, value: Value, *, hidden: bool) -> object:
        kind = value.WhichOneof("kind")
        if kind == "string_value":
            return self._text(value.string_value, hidden=hidden)
        if kind == "struct_value":
            return self._map(value.struct_value, hidden=hidden)
        if kind == "list_value":
            return [self._plain(inner, hidden=hidden) for inner in value.list_value.values]
        if kind == "number_value":
            return value.number_value
        return value.bool_value if kind == "bool_value" else None

    def _text(self, text: str, *, hidden: bool) -> object:
        if text in UNKNOWN_TEXTS:
            return NOT_YET
        if text == MASKED:
            self._found = True
            return ENCRYPTED
        if hidden and len(text) >= SHORTEST:
            self.texts.add(text)
        return text

    def _map(self, content: Struct, *, hidden: bool) -> object:
        if SIGNATURE in content.fields:
            if content.fields[SIGNATURE].string_value != SECRET:
                return Unknown("it is a file or another resource, which no rule reads")
            self._found = True
            return self._plain(content.fields["value"], hidden=True)
        return {
            name: self._plain(inner, hidden=hidden or name.lower() in SENSITIVE)
            for name, inner in content.fields.items()
        }


def resource_of(request: analyzer_pb2.AnalyzeRequest | analyzer_pb2.AnalyzerResource) -> tuple[Resource, set[str]]:
    """A resource as the engine shows it, and the texts in it that must not be shown.

    The properties are the inputs in a request to analyze one resource, the outputs in one about the stack.
    """
    properties = Properties(request.properties)
    hidden = properties.texts
    provider, role = "", ""
    if request.HasField("provider"):
        of_provider = Properties(request.provider.properties)
        hidden = hidden | of_provider.texts
        provider = "" if request.provider.name.startswith("default") else request.provider.urn
        found = of_provider.values.get("role")
        role = found if isinstance(found, str) else ""
    options = request.options
    resource = Resource(
        type=request.type,
        name=request.name,
        urn=request.urn,
        inputs=properties.values,
        protect=options.protect,
        ignore_changes=tuple(options.ignoreChanges),
        delete_before_replace=options.deleteBeforeReplaceDefined and options.deleteBeforeReplace,
        parent=options.parent,
        provider=provider,
        provider_role=role,
        secrets=properties.secrets,
    )
    return resource, hidden


def dependencies_of(resource: analyzer_pb2.AnalyzerResource) -> Mapping[str, tuple[str, ...]]:
    """By property, the URNs of the resources that its value was computed from."""
    return {name: tuple(found.urns) for name, found in resource.propertyDependencies.items() if found.urns}
