"""The rule book as a Pulumi policy pack: `pulumi preview --policy-pack policies`.

It speaks the engine's own protocol (pulumi's `analyzer.proto`) instead of going through the classes of pulumi-policy,
because those fail open: one look at a value that is not known yet ends a policy there with a mere hint, a level or
value can be changed by a flag, and every policy unpacks every resource again. Here each rule is a policy with its own
level, all rules share one picture, and whatever cannot be decided or read is said.

The engine shows each resource first, with its inputs. In an update a rule that one resource decides refuses it then,
before anything is changed. At the end the whole stack is judged by every rule, on the inputs that were shown.
"""

from __future__ import annotations

import sys
import threading
import traceback
from concurrent import futures
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, Protocol, TypeVar

import grpc  # type: ignore[import-untyped]
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi.runtime.proto import analyzer_pb2_grpc, plugin_pb2

from account.picture import About, Source
from policies import configuration, pack_messages, waivers
from policies.errors import RuleBookError
from policies.evidence import version
from policies.judge import BLIND_SPOT, PRODUCTION, Book, judge
from policies.pack_values import dependencies_of, resource_of
from policies.rule import Case

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from account.pulumi import Resource
    from policies.judge import Report
    from policies.rule import Rule
    from policies.waivers import Waiver

T = TypeVar("T")
MESSAGE_BYTES: Final = 400 << 20


class Call(Protocol):
    """One call of the engine, as gRPC hands it to a method."""

    def abort(self, code: object, details: str) -> NoReturn:
        """End the call with an error, which ends the operation."""


class Pack(analyzer_pb2_grpc.AnalyzerServicer):
    """Answers the engine during one operation on one stack.

    Args:
        book: reads the rule book of a stack. accepted: reads the waivers.
    """

    def __init__(
        self,
        book: Callable[[str], Book] = configuration.load,
        accepted: Callable[[], tuple[Waiver, ...]] = waivers.load,
    ) -> None:
        self._load = book
        self._accepted = accepted
        self._stack = ""
        self._updates = False
        self._config: Mapping[str, str] | None = None
        self._book: Book | None = None
        self._waivers: tuple[Waiver, ...] = ()
        self._shown: dict[str, Resource] = {}
        self._hidden: set[str] = set()
        self._about: About | None = None

    def Handshake(self, request: proto.AnalyzerHandshakeRequest, context: Call) -> proto.AnalyzerHandshakeResponse:
        """Greet the engine, which has nothing to say that matters here."""
        return proto.AnalyzerHandshakeResponse()

    def ConfigureStack(
        self, request: proto.AnalyzerStackConfigureRequest, context: Call
    ) -> proto.AnalyzerStackConfigureResponse:
        """Take the stack and its config; a rule book that cannot be applied ends the operation here."""
        self._stack = request.stack
        self._updates = not request.dry_run
        names = {key: key.partition(":") for key in request.config}
        self._config = {
            rest: request.config[key] for key, (space, _, rest) in names.items() if space == request.project
        }
        _answered(context, self._prepared)
        threading.Thread(target=self._warm_up, daemon=True).start()
        return proto.AnalyzerStackConfigureResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: Call) -> plugin_pb2.PluginInfo:
        """The pack's version."""
        return plugin_pb2.PluginInfo(version=version())

    def GetAnalyzerInfo(self, request: empty_pb2.Empty, context: Call) -> proto.AnalyzerInfo:
        """The rules as policies. Where the engine does not name the stack, the levels shown are those of prod."""
        return pack_messages.info(_answered(context, self._prepared))

    def Configure(self, request: proto.ConfigureAnalyzerRequest, context: Call) -> empty_pb2.Empty:
        """Refuse levels and values from outside the repository."""
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "levels and values of rules come from policies/config")

    def Remediate(self, request: proto.AnalyzeRequest, context: Call) -> proto.RemediateResponse:
        """Change nothing: a gate that mends what it judges hides it from review."""
        return proto.RemediateResponse()

    def Cancel(self, request: empty_pb2.Empty, context: Call) -> empty_pb2.Empty:
        """Nothing is under way that the end of the process would not end."""
        return empty_pb2.Empty()

    def Analyze(self, request: proto.AnalyzeRequest, context: Call) -> proto.AnalyzeResponse:
        """Keep a resource's inputs; in an update refuse it where a rule that it alone decides says no."""
        return _answered(context, lambda: self._analyze(request))

    def AnalyzeStack(self, request: proto.AnalyzeStackRequest, context: Call) -> proto.AnalyzeResponse:
        """Judge the stack by every rule."""
        return _answered(context, lambda: self._analyze_stack(request))

    def _analyze(self, request: proto.AnalyzeRequest) -> proto.AnalyzeResponse:
        resource, hidden = resource_of(request)
        self._shown[resource.urn] = resource
        self._hidden.update(hidden)
        if not self._updates:
            return proto.AnalyzeResponse()
        book = self._of_stack(resource.urn)
        alone = _part(book, lambda rule: rule.per_resource and pack_messages.in_pack(rule))
        report = self._judged(alone, (resource,), self._waivers)
        # What one resource does not show of the others is no blind spot of the stack.
        refused = replace(report, findings=tuple(x for x in report.blocking if x.address.kind != BLIND_SPOT))
        return proto.AnalyzeResponse(diagnostics=pack_messages.diagnostics(refused, book, hidden))

    def _analyze_stack(self, request: proto.AnalyzeStackRequest) -> proto.AnalyzeResponse:
        resources = tuple(self._in_stack(entry) for entry in request.resources)
        book = self._of_stack(resources[0].urn if resources else "")
        report = self._judged(_part(book, pack_messages.in_pack), resources, self._waivers)
        return proto.AnalyzeResponse(diagnostics=pack_messages.diagnostics(report, book, self._hidden))

    def _in_stack(self, entry: proto.AnalyzerResource) -> Resource:
        """A resource of the stack: its inputs where they were shown, what the engine has of it where not."""
        shown = self._shown.get(entry.urn)
        if shown is None:
            shown, hidden = resource_of(entry)
            self._hidden.update(hidden)
        return replace(shown, parent=entry.parent, dependencies=dependencies_of(entry))

    def _judged(self, book: Book, resources: tuple[Resource, ...], applied: tuple[Waiver, ...]) -> Report:
        from account.resources import from_resources

        about = self._about or self._by_config() or self._by_names(resources)
        return judge(book, Case(picture=from_resources(resources, about)), applied)

    def _warm_up(self) -> None:
        """Load what the end will need while the program runs."""
        from account import resources

        del resources
        self._by_config()

    def _by_config(self) -> About | None:
        """What the stack's config tells about the account."""
        from account.about import from_config

        if self._config is None:
            return None
        try:
            self._about = from_config(self._stack, self._config, Source.PULUMI)
        except Exception:  # noqa: BLE001 (the program stops at the same mistakes and says which they are)
            self._config = None
        return self._about

    def _by_names(self, resources: tuple[Resource, ...]) -> About:
        """What names tell where there is no config; the rest is not told, and rules that need it are undecided."""
        prefix = f"{self._stack.upper()}_"
        names = [entry.inputs.get("name") for entry in resources if entry.kind == "Database"]
        prefixed = any(isinstance(name, str) and name.startswith(prefix) for name in names)
        environment = configuration.environment_of(self._stack)
        return About(
            source=Source.PULUMI, stack=self._stack, environment=environment, prefix=prefix if prefixed else ""
        )

    def _of_stack(self, urn: str) -> Book:
        """The rule book; of the stack in a URN where the engine did not name the stack."""
        stack = urn.split(":")[2] if urn.startswith("urn:pulumi:") else ""
        if not self._stack and stack:
            self._stack, self._book = stack, None
        return self._prepared()

    def _prepared(self) -> Book:
        if self._book is None:
            self._waivers = self._accepted()
            self._book = self._load(self._stack or PRODUCTION)
        return self._book


def _answered(context: Call, answer: Callable[[], T]) -> T:
    """The answer; whatever keeps a rule from being judged ends the operation, with a text that shows no value."""
    try:
        return answer()
    except RuleBookError as error:
        code, text = grpc.StatusCode.FAILED_PRECONDITION, f"the rules cannot be applied\n{error}"
    except Exception as error:  # noqa: BLE001 (whatever it is, nothing may pass because of it)
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        code, text = grpc.StatusCode.INTERNAL, f"the policy pack broke: {type(error).__name__} at {place}"
    return context.abort(code, text)


def _part(book: Book, wanted: Callable[[Rule], bool]) -> Book:
    rules = {id: rule for id, rule in book.rules.items() if wanted(rule)}
    return Book(book.environment, rules, {id: book.chosen[id] for id in rules})


def serve() -> None:
    """Answer the engine until it ends this process. The port goes to standard output, as the engine expects."""
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=4), options=[("grpc.max_receive_message_length", MESSAGE_BYTES)]
    )
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Pack(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()
