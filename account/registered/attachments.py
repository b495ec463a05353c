"""What policies are attached to: the account, users, columns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from account.names import ACCOUNT, Name
from account.picture import PolicyKind
from account.principals import PrincipalKind
from account.registered import names
from account.things import Table
from account.values import Maybe, Unknown

if TYPE_CHECKING:
    from account.registered.reader import Reader

_AUDIENCES: Final = (("forAllPersonUsers", "PERSON"), ("forAllServiceUsers", "SERVICE"))
_ON_ACCOUNT: Final = {
    "AccountAuthenticationPolicyAttachment": (PolicyKind.AUTHENTICATION, "authenticationPolicy"),
    "AccountPasswordPolicyAttachment": (PolicyKind.PASSWORD, "passwordPolicy"),
    "AccountSessionPolicyAttachment": (PolicyKind.SESSION, "sessionPolicyName"),
}
_ON_USER: Final = {
    "UserAuthenticationPolicyAttachment": (PolicyKind.AUTHENTICATION, "authenticationPolicyName"),
    "UserPasswordPolicyAttachment": (PolicyKind.PASSWORD, "passwordPolicyName"),
    "UserSessionPolicyAttachment": (PolicyKind.SESSION, "sessionPolicyName"),
}


def on_account(reader: Reader) -> None:
    """Attachments to the account: all its users, or only its people or services."""
    kind, key = _ON_ACCOUNT[reader.resource.kind]
    flags = [(reader.flag(name), audience) for name, audience in _AUDIENCES]
    if any(isinstance(found, Unknown) for found, _ in flags):
        reader.blind(f"whom {reader.where} is for", "it is not known before the change is made", "ATTACHMENT")
        return
    policy = reader.inside(key, f"{kind.value} POLICY")
    for audience in [audience for found, audience in flags if found] or [""]:
        reader.builder.attach(
            kind, _or_unknown(policy), "ACCOUNT", ACCOUNT, reader.origin, audience=audience
        )  # fmt: skip


def _or_unknown(policy: Maybe[Name | None]) -> Maybe[Name]:
    return Unknown("which policy is not stated") if policy is None else policy


def on_user(reader: Reader) -> None:
    """Attachments to a user."""
    kind, key = _ON_USER[reader.resource.kind]
    user = reader.account_principal("userName", PrincipalKind.USER)
    target = Unknown("which user is not stated") if user is None else user
    name = target if isinstance(target, Unknown) else target.name
    policy = _or_unknown(reader.inside(key, f"{kind.value} POLICY"))
    reader.builder.attach(kind, policy, "USER", name, reader.origin)
    if isinstance(name, Unknown):
        reader.blind(f"user of {reader.where}", "it is not known before the change is made", "ATTACHMENT")


def network_attachment(reader: Reader) -> None:
    """NetworkPolicyAttachment: to the account, to users, or both."""
    policy = _or_unknown(reader.named("networkPolicyName", "NETWORK POLICY"))
    whole = reader.flag("setForAccount")
    users = reader.texts("users")
    if isinstance(whole, Unknown) or isinstance(users, Unknown):
        reader.blind(f"whom {reader.where} is for", "it is not known before the change is made", "ATTACHMENT")
    if not isinstance(whole, Unknown) and whole:
        reader.builder.attach(PolicyKind.NETWORK, policy, "ACCOUNT", ACCOUNT, reader.origin)
    for text in () if isinstance(users, Unknown) else users:
        name = names.one(text)
        reader.builder.attach(PolicyKind.NETWORK, policy, "USER", name, reader.origin)
        reader.builder.change("USER", name, network_policy=policy)


def column_masking(reader: Reader) -> None:
    """TableColumnMaskingPolicyApplication."""
    table, column = reader.inside("table", "TABLE"), reader.text("column")
    policy = _or_unknown(reader.inside("maskingPolicy", "MASKING POLICY"))
    if isinstance(table, Unknown | None) or isinstance(column, Unknown | None):
        reader.blind(f"column of {reader.where}", "it is not known before the change is made", "ATTACHMENT")
        return
    name = names.one(column).last
    reader.builder.attach(PolicyKind.MASKING, policy, "COLUMN", table, reader.origin, column=name)
    thing = reader.builder.things.get(("TABLE", table))
    if isinstance(thing, Table) and thing.columns is not None:
        columns = tuple(
            replace(entry, masking_policy=policy) if entry.name == name else entry for entry in thing.columns
        )
        reader.builder.things["TABLE", table] = replace(thing, columns=columns)
