"""Parameters of the account and of objects, and the account's policies and monitor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from account.names import ACCOUNT, Name
from account.picture import PolicyKind
from account.registered import names, values
from account.values import Maybe, Unknown

if TYPE_CHECKING:
    from account.registered.reader import Reader

_UPPER: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_IRREGULAR: Final = {"timestampDayIsAlways24h": "TIMESTAMP_DAY_IS_ALWAYS_24H"}
_POLICIES: Final = {
    "networkPolicy": PolicyKind.NETWORK,
    "authenticationPolicy": PolicyKind.AUTHENTICATION,
    "passwordPolicy": PolicyKind.PASSWORD,
    "sessionPolicy": PolicyKind.SESSION,
}
_NO_PARAMETERS: Final = frozenset({*_POLICIES, "resourceMonitor", "packagesPolicy", "featurePolicy"})
_ASSIGNMENT: Final = re.compile(
    r'\s*ALTER\s+ACCOUNT\s+SET\s+RESOURCE_MONITOR\s*=\s*("(?:[^"]|"")+"|[A-Za-z_][A-Za-z0-9_$]*)\s*;?\s*', re.IGNORECASE
)
_FIELDS: Final = {
    ("DATABASE", "DATA_RETENTION_TIME_IN_DAYS"): "retention_days",
    ("SCHEMA", "DATA_RETENTION_TIME_IN_DAYS"): "retention_days",
    ("TABLE", "DATA_RETENTION_TIME_IN_DAYS"): "retention_days",
    ("WAREHOUSE", "STATEMENT_TIMEOUT_IN_SECONDS"): "statement_timeout",
    ("WAREHOUSE", "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS"): "queued_timeout",
    ("USER", "STATEMENT_TIMEOUT_IN_SECONDS"): "statement_timeout",
}


def parameter_name(key: str) -> str:
    """preventUnloadToInlineUrl -> PREVENT_UNLOAD_TO_INLINE_URL."""
    return _IRREGULAR.get(key) or _UPPER.sub("_", key).upper()


def _parameter_value(value: object) -> Maybe[str | None]:
    found = values.text(value)
    return found.lower() if isinstance(found, str) and found.lower() in ("true", "false") else found


def _set(reader: Reader, name: str, value: object) -> None:
    """Set a parameter of the account. The account's network policy is an attachment, however it was set."""
    if name == "NETWORK_POLICY":
        policy = names.one(value) if isinstance(value, str) and value else value
        if isinstance(policy, Name | Unknown):
            reader.builder.attach(PolicyKind.NETWORK, policy, "ACCOUNT", ACCOUNT, reader.origin)
        return
    found = _parameter_value(value)
    if found is not None:
        reader.builder.parameters[name] = found


def account_parameter(reader: Reader) -> None:
    """AccountParameter."""
    name = reader.upper("key")
    if isinstance(name, Unknown | None):
        reader.blind(f"parameter of {reader.where}", "it is not known before the change is made", "PARAMETER")
        return
    _set(reader, name, reader.raw("value"))


def current_account(reader: Reader) -> None:
    """CurrentAccount: everything an account has once, in one resource."""
    if isinstance(reader.content, Unknown):
        reader.blind(reader.where, reader.content.unknown, "PARAMETER", "ATTACHMENT")
        return
    for key, kind in _POLICIES.items():
        policy_kind = f"{kind.value} POLICY"
        policy = reader.named(key, policy_kind) if kind is PolicyKind.NETWORK else reader.inside(key, policy_kind)
        if policy is not None:
            reader.builder.attach(kind, policy, "ACCOUNT", ACCOUNT, reader.origin)
    monitor = reader.named("resourceMonitor", "RESOURCE MONITOR")
    if monitor is not None:
        _assign(reader, monitor)
    for key, value in reader.content.items():
        if key not in _NO_PARAMETERS and not key.startswith("__"):
            _set(reader, parameter_name(key), value)


def _assign(reader: Reader, monitor: Maybe[Name]) -> None:
    if isinstance(monitor, Unknown) or not reader.builder.change("RESOURCE MONITOR", monitor, on_account=True):
        reader.blind("the account's monitor", "which it is, or what it does, is not known", "RESOURCE MONITOR")


def execute(reader: Reader) -> None:
    """Execute: only the assignment of the account's monitor, for which provider 1.x has no resource."""
    text = reader.text("execute")
    found = _ASSIGNMENT.fullmatch(text) if isinstance(text, str) else None
    if found:
        stated = found.group(1)
        _assign(reader, names.one(stated) if stated.startswith('"') else Name.of(stated.upper()))


def object_parameter(reader: Reader) -> None:
    """ObjectParameter: of the account, or of one object; of the latter those that a picture shows."""
    key, on_account = reader.upper("key"), reader.flag("onAccount")
    if isinstance(key, Unknown | None) or isinstance(on_account, Unknown):
        reader.blind(f"parameter of {reader.where}", "it is not known before the change is made", "PARAMETER")
        return
    if on_account:
        _set(reader, key, reader.raw("value"))
        return
    kind, found = reader.upper("objectType"), reader.blocks("objectIdentifiers")
    if isinstance(kind, Unknown | None) or isinstance(found, Unknown):
        reader.blind(f"object of {reader.where}", "it is not known before the change is made", "PARAMETER")
        return
    for block in found:
        stated = [block.text(part) for part in ("database", "schema", "name")]
        name = Name(part for part in stated if isinstance(part, str))
        _on_object(reader, kind, name, key)


def _on_object(reader: Reader, kind: str, name: Name, key: str) -> None:
    """A parameter of one object. Of an object that is not in the picture, or one it does not show, nothing is kept."""
    if (kind, key) == ("USER", "NETWORK_POLICY"):
        policy = reader.named("value", "NETWORK POLICY")
        if policy is not None:
            reader.builder.attach(PolicyKind.NETWORK, policy, "USER", name, reader.origin)
            reader.builder.change("USER", name, network_policy=policy)
    field = _FIELDS.get((kind, key))
    if field is not None:
        reader.builder.change(kind, name, **{field: reader.number("value")})
