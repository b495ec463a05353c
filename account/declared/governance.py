"""Network rules and policies, policies of login and passwords, masks by tag, account parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from account.declared.common import declared_in, one
from account.names import ACCOUNT
from account.picture import PolicyKind
from account.things import (
    AuthenticationPolicy,
    MaskingPolicy,
    NetworkPolicy,
    NetworkRule,
    PasswordPolicy,
    SessionPolicy,
    Tag,
)
from account.values import Unknown

if TYPE_CHECKING:
    from account.declared.common import Context

NO_SQL: Final = Unknown("a declaration holds no SQL")
_NETWORK: Final = declared_in("network")
_GOVERNANCE: Final = declared_in("governance")


def declare(context: Context) -> None:
    """Everything that `infra/network.py` and `infra/governance.py` register, and the account's parameters."""
    _networks(context)
    _authentication(context)
    _passwords(context)
    _sessions(context)
    _masks(context)
    if context.platform.settings is not None:
        context.builder.parameters.update(context.platform.settings.parameters)


def _networks(context: Context) -> None:
    for policy in context.platform.network:
        if policy.cidrs is None:
            continue
        rule, name = context.governed(policy.rule), one(policy.name)
        context.builder.add(
            NetworkRule(
                name=rule,
                owner=context.deployer,
                comment=policy.comment,
                origin=context.from_config,
                values=tuple(sorted(policy.cidrs)),
            )
        )
        context.builder.add(
            NetworkPolicy(
                name=name, owner=context.deployer, comment=policy.comment, origin=_NETWORK, allowed_rules=(rule,)
            )
        )
        if policy.on_account:
            context.builder.attach(PolicyKind.NETWORK, name, "ACCOUNT", ACCOUNT, _NETWORK)


def _authentication(context: Context) -> None:
    for policy in context.platform.governance.authentication:
        name = context.governed(policy.name)
        context.builder.add(
            AuthenticationPolicy(
                name=name,
                owner=context.deployer,
                comment=policy.comment,
                origin=_GOVERNANCE,
                methods=tuple(sorted(method.value for method in policy.methods)),
                client_types=tuple(sorted(kind.value for kind in policy.client_types)),
                mfa="REQUIRED" if policy.mfa_required else None,
            )
        )
        if policy.on_account:
            context.builder.attach(PolicyKind.AUTHENTICATION, name, "ACCOUNT", ACCOUNT, _GOVERNANCE)


def _passwords(context: Context) -> None:
    policy = context.platform.governance.passwords
    name = context.governed(policy.name)
    context.builder.add(
        PasswordPolicy(
            name=name,
            owner=context.deployer,
            comment=policy.comment,
            origin=_GOVERNANCE,
            min_length=policy.min_length,
            max_age_days=policy.max_age_days,
            max_retries=policy.max_retries,
            lockout_minutes=policy.lockout_minutes,
            history=policy.history,
        )
    )
    if policy.on_account:
        context.builder.attach(PolicyKind.PASSWORD, name, "ACCOUNT", ACCOUNT, _GOVERNANCE)


def _sessions(context: Context) -> None:
    policy = context.platform.governance.sessions
    if policy is None:
        return
    name = context.governed(policy.name)
    context.builder.add(
        SessionPolicy(
            name=name,
            owner=context.deployer,
            comment=policy.comment,
            origin=_GOVERNANCE,
            idle_minutes=policy.idle_minutes,
            ui_idle_minutes=policy.ui_idle_minutes,
        )
    )
    context.builder.attach(PolicyKind.SESSION, name, "ACCOUNT", ACCOUNT, _GOVERNANCE)


def _masks(context: Context) -> None:
    for data in context.platform.governance.personal_data:
        mask, tag = context.governed(data.policy), context.governed(data.tag)
        owner, comment = context.deployer, data.comment
        context.builder.add(MaskingPolicy(name=mask, owner=owner, comment=comment, origin=_GOVERNANCE, body=NO_SQL))
        context.builder.add(Tag(name=tag, owner=owner, comment=comment, origin=_GOVERNANCE, masking_policies=(mask,)))
        context.builder.attach(PolicyKind.MASKING, mask, "TAG", tag, _GOVERNANCE)
