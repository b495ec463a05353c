"""Access tokens and workload identities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from account.picture import PolicyKind
from account.things import AuthenticationPolicy, Thing, Token, User, WorkloadIdentity
from account.values import known
from policies.identities import (
    ADMIN_ROLES,
    active,
    in_force,
    in_sight,
    is_admin_role,
    matches,
    upper,
)
from policies.rule import (
    PICTURES,
    Case,
    Fault,
    Rule,
    Settings,
    Severity,
    judging,
    levels,
    trust_center,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class Tokens(Settings):
    """Attributes: max_days: until a token expires. admin_roles: that no token may have."""

    max_days: int = 90
    admin_roles: tuple[str, ...] = ADMIN_ROLES


class Workloads(Settings):
    """Attributes: subjects: by issuer, the pattern of subjects that name one repository and environment."""

    subjects: dict[str, str] = Field(
        default={"https://token.actions.githubusercontent.com": r"repo:[^:*]+/[^:*]+:environment:[^:*]+"}
    )


def _tokens_and_policies(case: Case) -> Iterator[Thing]:
    yield from case.picture.all(Token)
    yield from case.picture.all(AuthenticationPolicy)


def _tokens(subject: Thing, case: Case, settings: Tokens) -> Iterator[Fault]:
    del case
    if isinstance(subject, Token):
        yield from _token(subject, settings)
    elif isinstance(subject, AuthenticationPolicy):
        yield from _token_rules(subject, settings)


def _token(token: Token, settings: Tokens) -> Iterator[Fault]:
    limit = known(token.role)
    if limit is None:
        yield Fault("has every role of its user", "set roleRestriction to one functional role")
    elif is_admin_role(limit, settings.admin_roles):
        yield Fault(f"has the administrator's role {limit}", "restrict it to a functional role")
    days = known(token.days_to_expiry)
    if days is not None and days > settings.max_days:
        yield Fault(f"expires after {days} days; at most {settings.max_days} are allowed", "set daysToExpiry")
    if known(token.bypass_network_minutes):
        yield Fault("works without network policy for a while", "remove minsToBypassNetworkPolicyRequirement")


def _token_rules(policy: AuthenticationPolicy, settings: Tokens) -> Iterator[Fault]:
    rules = known(policy.tokens)
    methods = upper(policy.methods)
    if methods and not methods & {"ALL", "PROGRAMMATIC_ACCESS_TOKEN"}:
        return
    days = None if rules is None else known(rules.max_expiry_days)
    if days is None or days > settings.max_days:
        said = "365, Snowflake's default" if days is None else str(days)
        yield Fault(
            f"lets tokens live for {said} days; at most {settings.max_days} are allowed",
            "set maxExpiryInDays, or take PROGRAMMATIC_ACCESS_TOKEN out of the methods",
        )
    if rules is None:
        return
    if (known(rules.network_policy_evaluation) or "").upper() == "NOT_ENFORCED":
        yield Fault("lets tokens in from everywhere", "set networkPolicyEvaluation to ENFORCED_REQUIRED")
    if known(rules.role_restriction_for_services) is False:
        yield Fault("lets programs have tokens with every role", "leave requireRoleRestrictionForServiceUsers on")


def _workload(user: User, case: Case, settings: Workloads) -> Iterator[Fault]:
    identity = known(user.workload_identity)
    if identity is None:
        return
    yield from _subject(identity, settings)
    found = in_force(case.picture, user, PolicyKind.AUTHENTICATION, "SERVICE")
    if not found:
        yield Fault("has a workload identity and no authentication policy", "attach one with workloadIdentityPolicy")
    for name in found:
        yield from _provider(identity, in_sight(case.picture, AuthenticationPolicy, name))


def _subject(identity: WorkloadIdentity, settings: Workloads) -> Iterator[Fault]:
    subject = known(identity.subject)
    if not subject or "*" in subject:
        yield Fault("its workload identity names nobody in particular", "name one workload, without *")
        return
    pattern = settings.subjects.get(known(identity.issuer) or "") if identity.type == "OIDC" else None
    if pattern is not None and not matches(subject, (pattern,)):
        yield Fault(
            f"its workload identity {subject} does not name one repository and environment",
            "write the subject as repo:OWNER/NAME:environment:ENVIRONMENT",
        )


def _provider(identity: WorkloadIdentity, policy: AuthenticationPolicy) -> Iterator[Fault]:
    rules = known(policy.workloads)
    providers = upper(rules.providers) if rules is not None else frozenset()
    if rules is None or not providers or "ALL" in providers or identity.type.upper() not in providers:
        yield Fault(
            f"authentication policy {policy.name} does not limit workload identities to {identity.type}",
            f"set allowedProviders to {identity.type}",
        )
        return
    lists = {"AWS": rules.aws_accounts, "AZURE": rules.azure_issuers, "OIDC": rules.oidc_issuers}
    if identity.type.upper() not in lists:
        return
    listed = known(lists[identity.type.upper()])
    issuer = known(identity.issuer) if identity.type.upper() == "OIDC" else None
    if not listed or "ALL" in {entry.upper() for entry in listed}:
        yield Fault(
            f"authentication policy {policy.name} lets in every account or issuer of {identity.type}",
            "list the accounts, tenants or issuers that are yours",
        )
    elif issuer is not None and issuer not in listed:
        yield Fault(f"authentication policy {policy.name} does not list issuer {issuer}", "list it, or correct it")


RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-IAM-012",
        title="Access tokens are short-lived, bound to a role and to networks",
        severity=Severity.HIGH,
        levels=levels("A", "M", "M"),
        controls=trust_center("CIS_BENCHMARKS_CIS1_18", "CIS_BENCHMARKS_CIS1_19"),
        rationale="A token is a password that needs no second factor; whoever finds it has what it may do.",
        remediation="Restrict role and lifetime, and let the network policy hold for tokens.",
        evidence=PICTURES,
        sees=frozenset({"TOKEN", "AUTHENTICATION POLICY"}),
        settings=Tokens,
        evaluate=judging(_tokens_and_policies, _tokens, Tokens),
    ),
    Rule(
        id="SNW-IAM-013",
        title="Workload identities name one workload of ours",
        severity=Severity.HIGH,
        levels=levels("A", "M", "M"),
        controls=(),
        rationale="Without limits any account, tenant or issuer may prove to be the workload that a user names.",
        remediation="Limit providers and issuers in the authentication policy; name repository and environment.",
        evidence=PICTURES,
        sees=frozenset({"USER", "ATTACHMENT", "AUTHENTICATION POLICY"}),
        settings=Workloads,
        evaluate=judging(active, _workload, Workloads),
    ),
)
