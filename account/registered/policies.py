"""Network rules, policies of every kind, and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.names import ACCOUNT
from account.picture import PolicyKind, TagUse
from account.registered import names
from account.registered.values import otherwise
from account.things import (
    AuthenticationPolicy,
    MaskingPolicy,
    NetworkPolicy,
    NetworkRule,
    PasswordPolicy,
    RowAccessPolicy,
    SessionPolicy,
    Tag,
    TokenRules,
    WorkloadRules,
)
from account.values import Maybe, Unknown

if TYPE_CHECKING:
    from account.registered.reader import Block, Reader


def network_rule(reader: Reader) -> None:
    """NetworkRule."""
    reader.builder.add(
        NetworkRule(
            name=reader.own_name(),
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
            type=otherwise(reader.upper("type"), ""),
            mode=otherwise(reader.upper("mode"), ""),
            values=reader.texts("valueLists"),
        )
    )


def network_policy(reader: Reader) -> None:
    """NetworkPolicy."""
    reader.builder.add(
        NetworkPolicy(
            name=reader.own_name(),
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
            allowed_rules=reader.all_inside("allowedNetworkRuleLists", "NETWORK RULE"),
            blocked_rules=reader.all_inside("blockedNetworkRuleLists", "NETWORK RULE"),
            allowed_ips=reader.texts("allowedIpLists"),
            blocked_ips=reader.texts("blockedIpLists"),
        )
    )


def _unless_all(found: Maybe[tuple[str, ...]]) -> Maybe[tuple[str, ...]]:
    """Empty where everything is allowed."""
    return found if isinstance(found, Unknown) or "ALL" not in found else ()


def _asked_of(reader: Reader) -> Maybe[tuple[str, ...] | None]:
    """A deprecated property that can still leave a login method without second factor."""
    if reader.raw("mfaAuthenticationMethods") is None:
        return None
    found = reader.uppers("mfaAuthenticationMethods")
    return found if isinstance(found, Unknown) else None if not found or "ALL" in found else found


def _token_rules(reader: Reader) -> Maybe[TokenRules | None]:
    block = reader.block("patPolicy")
    if block is None or isinstance(block.content, Unknown):
        return None if block is None else _unknown(block)
    return TokenRules(
        network_policy_evaluation=block.upper("networkPolicyEvaluation"),
        max_expiry_days=block.number("maxExpiryInDays"),
        role_restriction_for_services=block.flag("requireRoleRestrictionForServiceUsers"),
    )


def _workload_rules(reader: Reader) -> Maybe[WorkloadRules | None]:
    block = reader.block("workloadIdentityPolicy")
    if block is None or isinstance(block.content, Unknown):
        return None if block is None else _unknown(block)
    return WorkloadRules(
        providers=_unless_all(block.uppers("allowedProviders")),
        aws_accounts=block.texts("allowedAwsAccounts"),
        azure_issuers=block.texts("allowedAzureIssuers"),
        oidc_issuers=block.texts("allowedOidcIssuers"),
    )


def _unknown(block: Block) -> Unknown:
    return block.content if isinstance(block.content, Unknown) else Unknown()


def authentication_policy(reader: Reader) -> None:
    """AuthenticationPolicy."""
    second_factor = reader.block("mfaPolicy")
    reader.builder.add(
        AuthenticationPolicy(
            name=reader.own_name(),
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
            methods=_unless_all(reader.uppers("authenticationMethods")),
            client_types=_unless_all(reader.uppers("clientTypes")),
            integrations=_unless_all(reader.texts("securityIntegrations")),
            mfa=reader.upper("mfaEnrollment"),
            mfa_methods=_unless_all(second_factor.uppers("allowedMethods")) if second_factor is not None else (),
            mfa_asked_of=_asked_of(reader),
            tokens=_token_rules(reader),
            workloads=_workload_rules(reader),
        )
    )


def password_policy(reader: Reader) -> None:
    """PasswordPolicy."""
    reader.builder.add(
        PasswordPolicy(
            name=reader.own_name(),
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
            min_length=reader.number("minLength"),
            max_age_days=reader.number("maxAgeDays"),
            max_retries=reader.number("maxRetries"),
            lockout_minutes=reader.number("lockoutTimeMins"),
            history=reader.number("history"),
        )
    )


def _secondary_roles(reader: Reader) -> Maybe[tuple[str, ...] | None]:
    block = reader.block("allowedSecondaryRoles")
    if block is None:
        return None
    everything, nothing = block.flag("all"), block.flag("none")
    if isinstance(everything, Unknown) or isinstance(nothing, Unknown):
        return Unknown(f"the secondary roles that {reader.where} allows")
    if everything:
        return None
    return () if nothing else block.texts("roles")


def session_policy(reader: Reader) -> None:
    """SessionPolicy."""
    reader.builder.add(
        SessionPolicy(
            name=reader.own_name(),
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
            idle_minutes=reader.number("sessionIdleTimeoutMins"),
            ui_idle_minutes=reader.number("sessionUiIdleTimeoutMins"),
            secondary_roles=_secondary_roles(reader),
        )
    )


def masking_policy(reader: Reader) -> None:
    """MaskingPolicy."""
    body = otherwise(reader.text("body"), "")
    reader.builder.add(
        MaskingPolicy(
            name=reader.own_name(),
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
            body=body,
        )
    )


def row_access_policy(reader: Reader) -> None:
    """RowAccessPolicy."""
    body = otherwise(reader.text("body"), "")
    reader.builder.add(
        RowAccessPolicy(
            name=reader.own_name(),
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
            body=body,
        )
    )


def tag(reader: Reader) -> None:
    """Tag, with its masking policies. Provider 1.x has `allowedValues`, 2.x `orderedAllowedValues`."""
    name = reader.own_name()
    masks = reader.all_inside("maskingPolicies", "MASKING POLICY")
    listed = "allowedValues" if reader.raw("allowedValues") is not None else "orderedAllowedValues"
    reader.builder.add(
        Tag(
            name=name,
            owner=reader.owner,
            comment=reader.text("comment"),
            origin=reader.origin,
            masking_policies=masks,
            allowed_values=reader.texts(listed),
        )
    )
    for policy in (masks,) if isinstance(masks, Unknown) else masks:
        reader.builder.attach(PolicyKind.MASKING, policy, "TAG", name, reader.origin)


def tag_association(reader: Reader) -> None:
    """TagAssociation: a tag on objects or columns."""
    found = reader.inside("tagId", "TAG")
    kind, value = reader.upper("objectType"), reader.text("tagValue")
    targets = reader.texts("objectIdentifiers")
    if isinstance(found, Unknown | None) or isinstance(kind, Unknown | None) or isinstance(targets, Unknown):
        reader.blind(f"tag of {reader.where}", "it is not known before the change is made", "TAG USE")
        return
    if isinstance(value, Unknown):
        reader.blind(f"tag value of {reader.where}", "it is not known before the change is made", "TAG USE")
        value = None
    of_column = kind.endswith("COLUMN")
    for text in targets:
        name = ACCOUNT if kind == "ACCOUNT" else names.parts(text)
        target, column = (name.container, name.last) if of_column else (name, "")
        on = "COLUMN" if of_column else kind
        reader.builder.tag_uses.append(TagUse(found, on, target, column, value or "", reader.origin))
