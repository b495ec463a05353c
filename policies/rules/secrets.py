"""Secrets stand nowhere in clear: not in files, not in inputs of resources, not in a provider."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from account.pulumi import Resource
from account.values import Undecided, is_known, known
from policies import documents
from policies.errors import RuleBookError
from policies.rule import Address, Case, Evidence, Fault, Rule, Settings, Severity, cis, judging, levels
from policies.secretscan import SENSITIVE_KEY, Hit, fingerprint, in_python, in_text, looks_random

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SENSITIVE_INPUTS: Final = frozenset(
    {"password", "adminPassword", "proxyPassword", "passcode", "secretString", "oauthClientSecret",
     "oauthRefreshToken", "privateKey", "privateKeyPassphrase", "token", "tokenAccessor", "apiKey", "credentials"}
)  # fmt: skip
"""Inputs of the Snowflake provider that hold a secret (pulumi_snowflake marks most of them in its schema)."""
FREE_TEXT: Final = frozenset(
    {"comment", "execute", "revert", "query", "body", "sqlStatement", "statement", "definition", "procedureDefinition",
     "functionDefinition", "condition", "action", "copyStatement"}
)  # fmt: skip
"""Inputs in which somebody writes text; they must be known. What is unknown elsewhere another resource computes."""
PROVIDER: Final = "pulumi:providers:snowflake"
_STACK_FILE: Final = re.compile(r"(?:.*/)?Pulumi\.[A-Za-z0-9_-]+\.ya?ml")
_READ: Final = (".py", ".sql", ".yaml", ".yml", ".json", ".toml", ".md", ".sh", ".txt", ".cfg", ".ini", ".html", ".js")
_NAMES_ONLY: Final = "take it out of git, replace it where it was used, and read it from the environment or a secret"
_PROVIDERS: Final = "resources have providers, and neither a declaration nor an account shows them"


class Scan(Settings):
    """What is looked at.

    Attributes:
        made_up_in: folders where texts of tests may assign made-up passwords; keys and tokens are looked for there too.
    """

    made_up_in: tuple[str, ...] = ("tests/",)


class Login(Settings):
    """Attributes: authenticators: how a provider may prove who it is."""

    authenticators: tuple[str, ...] = ("SNOWFLAKE_JWT", "WORKLOAD_IDENTITY", "OAUTH", "OAUTH_CLIENT_CREDENTIALS")


class Keepers(Settings):
    """Attributes: stacks: stacks whose secrets must be kept by a service. keepers: services that may keep them."""

    stacks: tuple[str, ...] = ("prod",)
    keepers: tuple[str, ...] = ("awskms", "azurekeyvault", "gcpkms", "hashivault")


def _stack_files(case: Case) -> Iterator[Address]:
    for path in sorted(case.files.texts if case.files is not None else ()):
        if _STACK_FILE.fullmatch(path):
            yield Address("FILE", path, file=path, line=1)


def _text(subject: Address, case: Case) -> str:
    return case.files.texts[subject.name] if case.files is not None else ""


def _config(subject: Address, case: Case, settings: Settings) -> Iterator[Fault]:
    del settings
    text = _text(subject, case)
    for hit in in_text(text):
        yield Fault(f"line {hit.line} has {hit}", _NAMES_ONLY)
    content = _parsed(text, subject.name)
    for path, value, line in _scalars(content.get("config"), "", 0):
        if SENSITIVE_KEY.search(re.sub(r"\[\d+\]$", "", path)) or (looks_random(value) and "public_key" not in path):
            yield Fault(
                f"{path} (mapping of line {line}) is a text in clear that looks like a secret "
                f"(fingerprint {fingerprint(value)})",
                "set it with `pulumi config set --secret`",
            )


def _parsed(text: str, path: str) -> Mapping[str, object]:
    try:
        return documents.mapping(documents.parse(text, path)) or {}
    except RuleBookError:
        raise Undecided(f"{path} is no acceptable YAML") from None


def _scalars(value: object, path: str, line: int) -> Iterator[tuple[str, str, int]]:
    """Every text in clear with its path and the line of the mapping it stands in; encrypted ones are left out."""
    if isinstance(value, dict):
        inner = documents.mapping(value) or {}
        if set(inner) == {"secure"}:
            return
        for key, entry in inner.items():
            yield from _scalars(entry, f"{path}.{key}" if path else key, documents.line(value))
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            yield from _scalars(entry, f"{path}[{number}]", line)
    elif isinstance(value, str):
        yield path, value, line


@lru_cache(maxsize=4096)
def _hits(python: bool, text: str, assignments: bool) -> tuple[Hit, ...]:
    return tuple((in_python if python else in_text)(text, assignments=assignments))


def _hits_of(case: Case, path: str, settings: Scan) -> tuple[Hit, ...]:
    text = case.files.texts[path] if case.files is not None else ""
    return _hits(path.endswith(".py"), text, not path.startswith(settings.made_up_in))


def _files_and_resources(case: Case) -> Iterator[Address | Resource]:
    if case.files is not None:
        yield Address("FILES", "of the repository")
        for path in case.files.left_out:
            yield Address("FILE NOT READ", path, file=path)
        for path in sorted(case.files.texts):
            if _hits(path.endswith(".py"), case.files.texts[path], True):
                yield Address("FILE", path, file=path, line=1)
    yield from case.picture.resources


def _literals(subject: Address | Resource, case: Case, settings: Scan) -> Iterator[Fault]:
    if isinstance(subject, Resource):
        for name in sorted(FREE_TEXT & set(subject.inputs)):
            known(subject.inputs[name])
        for path, text in _texts(subject.inputs, ""):
            for hit in in_text(text):
                yield Fault(f"input {path} holds {hit}", "pass it as a Pulumi secret in the input made for it")
    elif subject.kind == "FILE NOT READ":
        raise Undecided("the file is too large to be looked through, or cannot be opened")
    elif subject.kind == "FILE":
        for hit in _hits_of(case, subject.name, settings):
            yield Fault(f"{subject.name}:{hit.line} has {hit}", _NAMES_ONLY)


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Every text in the inputs of a resource, but not what stands in an input made for a secret."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list | tuple):
        for number, entry in enumerate(value):
            yield from _texts(entry, f"{path}[{number}]")
    elif hasattr(value, "items"):
        for key, entry in value.items():
            if key not in SENSITIVE_INPUTS:
                yield from _texts(entry, f"{path}.{key}" if path else str(key))


def _marked(case: Case) -> Iterator[Resource]:
    """Resources with a sensitive input, of a source that tells which inputs are marked as secret."""
    for resource in case.picture.resources:
        if resource.secrets is not None and SENSITIVE_INPUTS & set(resource.inputs):
            yield resource


def _secret_inputs(resource: Resource, case: Case, settings: Settings) -> Iterator[Fault]:
    del case, settings
    for name in sorted(SENSITIVE_INPUTS & set(resource.inputs) - set(resource.secrets or ())):
        if not is_known(resource.inputs[name]) or resource.inputs[name]:
            yield Fault(
                f"input {name} is not a Pulumi secret, so it stands in clear in the state",
                "take it from `config.require_secret` or wrap it with `Output.secret`",
            )


def _kept(subject: Address, case: Case, settings: Keepers) -> Iterator[Fault]:
    stack = subject.name.rpartition("/")[2].split(".")[1]
    if stack not in settings.stacks:
        return
    content = _parsed(_text(subject, case), subject.name)
    keeper = str(content.get("secretsprovider") or "")
    passphrase = keeper == "passphrase" or (not keeper and "encryptionsalt" in content)
    if passphrase:
        yield Fault(
            "keeps its secrets under a passphrase",
            f"`pulumi stack change-secrets-provider` to one of {', '.join(settings.keepers)}",
        )
    elif keeper and not keeper.startswith(tuple(f"{name}://" for name in settings.keepers)):
        yield Fault(f"keeps its secrets with {keeper.partition('://')[0]}", f"use {', '.join(settings.keepers)}")


def _providers(case: Case) -> Iterator[Resource]:
    return (resource for resource in case.picture.resources if resource.type == PROVIDER)


def _login(provider: Resource, case: Case, settings: Login) -> Iterator[Fault]:
    del case
    if not is_known(provider.inputs.get("password")) or provider.inputs.get("password"):
        yield Fault("logs in with a password", "use a key pair or workload identity")
    said = known(provider.inputs.get("authenticator"))
    if said is None:
        yield Fault("does not say how it logs in", f"set authenticator to one of {', '.join(settings.authenticators)}")
    elif str(said).upper() not in settings.authenticators:
        yield Fault(f"logs in by {said}", f"set authenticator to one of {', '.join(settings.authenticators)}")


RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-SEC-001",
        title="Stack files hold no secret in clear",
        severity=Severity.CRITICAL,
        levels=levels("M", "M", "M"),
        controls=cis("1.6"),
        rationale="Whoever can read the repository, now or ever, has the secret.",
        remediation="Encrypt it with `pulumi config set --secret`, and replace the one that was in git.",
        evidence=frozenset({Evidence.FILES}),
        evaluate=judging(_stack_files, _config, Settings),
    ),
    Rule(
        id="SNW-SEC-002",
        title="No secret stands in the text of programs, SQL or inputs",
        severity=Severity.CRITICAL,
        levels=levels("M", "M", "M"),
        controls=cis("1.6"),
        rationale="Texts are copied into states, logs and reviews, and git never forgets one.",
        remediation="Read it from the environment or a Pulumi secret, and replace the one that was written down.",
        evidence=frozenset({Evidence.FILES, Evidence.PULUMI}),
        per_resource=True,
        settings=Scan,
        impossible={
            Evidence.DECLARATION: "its texts come from files, which are looked through themselves",
            Evidence.LIVE: "an account shows no secret that it keeps",
        },
        evaluate=judging(_files_and_resources, _literals, Scan),
    ),
    Rule(
        id="SNW-SEC-003",
        title="Sensitive inputs are Pulumi secrets",
        severity=Severity.CRITICAL,
        levels=levels("M", "M", "M"),
        controls=(),
        rationale="An input that is no secret stands in clear in the state and in previews.",
        remediation="Mark the value as a secret where it enters the program.",
        evidence=frozenset({Evidence.PULUMI}),
        impossible={
            Evidence.DECLARATION: "a declaration holds public halves of keys only",
            Evidence.LIVE: "an account does not know what Pulumi keeps in its state",
        },
        evaluate=judging(_marked, _secret_inputs, Settings),
    ),
    Rule(
        id="SNW-SEC-004",
        title="A key service keeps the secrets of production",
        severity=Severity.MEDIUM,
        levels=levels("-", "A", "M"),
        controls=(),
        rationale="A passphrase is shared by hand, cannot be taken back and leaves no trace of its use.",
        remediation="Change the stack's secrets provider.",
        evidence=frozenset({Evidence.FILES}),
        settings=Keepers,
        evaluate=judging(_stack_files, _kept, Keepers),
    ),
    Rule(
        id="SNW-SEC-005",
        title="Providers log in without a password",
        severity=Severity.CRITICAL,
        levels=levels("M", "M", "M"),
        controls=cis("1.6"),
        rationale="The provider's user may change everything, and a password works for whoever reads it.",
        remediation="Use SNOWFLAKE_JWT with a key outside of config, or workload identity.",
        evidence=frozenset({Evidence.PULUMI}),
        per_resource=True,
        settings=Login,
        impossible={Evidence.DECLARATION: _PROVIDERS, Evidence.LIVE: _PROVIDERS},
        evaluate=judging(_providers, _login, Login),
    ),
)
