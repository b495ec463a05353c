"""Nobody locks out those who deploy and rescue, and network rules have the effect that their names promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.names import Name
from account.networks import account_policy, contains, policy_of
from account.things import Database, Integration, NetworkPolicy, NetworkRule, User
from account.values import Undecided, known
from policies.baseline import ours
from policies.rule import PICTURES, Address, Case, Fault, Rule, Settings, Severity, cis, judging, levels
from policies.rules.network import SERVICES, SHARED_RULES, policies, resolved, users

if TYPE_CHECKING:
    from collections.abc import Iterator

_MODES = {
    "INGRESS": ("IPV4", "IPV6", "AWSVPCEID", "AZURELINKID", "GCPPSCID"),
    "INTERNAL_STAGE": ("AWSVPCEID",),
    "EGRESS": ("HOST_PORT", "PRIVATE_HOST_PORT", "COMPUTE_POOL", "IPV4"),
}
"""Types of identifiers by mode (docs.snowflake.com/en/sql-reference/sql/create-network-rule)."""
_ATTACHED = frozenset({"NETWORK POLICY", "NETWORK RULE", "ATTACHMENT", "PARAMETER"})
_STAGES = "ENFORCE_NETWORK_RULES_FOR_INTERNAL_STAGES"
_LOGIN_SERVICES = ("SCIM", "OAUTH")
_DEPLOYMENT = Address("DEPLOYMENT", "")


class LockOut(Settings):
    """Who deploys. From where, and who rescues, is told by the picture's `About`, since no account knows it.

    Attributes:
        deployer: the user that deploys, made by the bootstrap; where it is not in sight, the account's policy counts.
    """

    deployer: str = "SVC_ECOMMERCE_DEPLOYER"


def _deployment_and_rescuers(case: Case) -> Iterator[Address]:
    yield _DEPLOYMENT
    for name, _ in case.picture.about.rescuers or ():
        yield Address("USER", name)


def _lock_out(subject: Address, case: Case, settings: LockOut) -> Iterator[Fault]:
    about = case.picture.about
    if subject is not _DEPLOYMENT:
        yield from _kept_out(case, subject.name, dict(about.rescuers or ())[subject.name])
    elif about.deployer_cidrs:
        yield from _kept_out(case, settings.deployer, about.deployer_cidrs)
    elif account_policy(case.picture) is not None:
        raise Undecided("nobody told where deployments connect from (deployer_cidrs of the stack's config)")


def _kept_out(case: Case, name: str, addresses: tuple[str, ...]) -> Iterator[Fault]:
    user = case.picture.find(User, Name.of(name)) or User(name=Name.of(name))
    policy, level = policy_of(case.picture, user)
    if policy is None:
        return
    found = resolved(case.picture, policy)
    for address in contains(found.entries, found.blocked, addresses):
        yield Fault(
            f"would be locked out: {address} is not let in",
            f"add {address} to what {policy} allows",
            f"{name} -> {policy} (of the {level.lower()})",
        )


def _wired(policy: NetworkPolicy, case: Case, settings: Settings) -> Iterator[Fault]:
    del settings
    names = (*known(policy.allowed_rules), *known(policy.blocked_rules))
    lists = (*known(policy.allowed_ips), *known(policy.blocked_ips))
    if names and lists:
        yield Fault("mixes network rules and lists of addresses", "use network rules only")
    for name in names:
        rule = case.picture.find(NetworkRule, name)
        if rule is None:
            if name[:2] == SHARED_RULES:
                continue
            if case.picture.find(Database, name.database) is None:
                raise Undecided(
                    f"database {name.database} is not in sight, so nobody knows whether rule {name} is there"
                )
            yield Fault(f"names network rule {name}, which is not there", "declare the rule, or take it out")
            continue
        mode, kind = known(rule.mode).upper(), known(rule.type).upper()
        if mode not in ("INGRESS", "INTERNAL_STAGE"):
            yield Fault(f"names {name}, a rule for {mode}, which has no effect in a policy", "use an INGRESS rule")
        elif kind not in _MODES[mode]:
            yield Fault(f"names {name}, and {kind} is no type for {mode}", f"use one of {', '.join(_MODES[mode])}")


def _shared_ranges(user: User, case: Case, settings: Settings) -> Iterator[Fault]:
    del settings
    if known(user.type) not in SERVICES:
        return
    name, _ = policy_of(case.picture, user)
    policy = case.picture.find(NetworkPolicy, name) if name is not None else None
    if policy is None or known(user.workload_identity) is not None or not known(user.public_keys):
        return
    for rule in known(policy.allowed_rules):
        if rule[:2] == SHARED_RULES:
            yield Fault(
                f"logs in with a stored key from {rule}, addresses that strangers use too",
                "use workload identity or OAuth for this user",
                f"{user.name} -> {name} -> {rule}",
            )


def _integrations(case: Case) -> Iterator[Integration]:
    return ours(case.picture, Integration)


def _integration_policy(integration: Integration, case: Case, settings: Settings) -> Iterator[Fault]:
    del case, settings
    kind = known(integration.type).upper()
    if not kind.startswith(_LOGIN_SERVICES) or not known(integration.enabled):
        return
    if known(integration.network_policy) is None:
        yield Fault(
            f"lets {kind} requests in from anywhere the account's policy allows",
            "set a network policy with the identity provider's addresses on the integration",
        )


def _rules(case: Case) -> Iterator[NetworkRule]:
    return ours(case.picture, NetworkRule)


def _egress(rule: NetworkRule, case: Case, settings: Settings) -> Iterator[Fault]:
    del case, settings
    if known(rule.mode).upper() != "EGRESS":
        return
    values = known(rule.values)
    if not values:
        yield Fault("is an egress rule without destinations", "list the hosts that are called")
    for value in values:
        host, _, port = value.partition(":")
        if "*" in host or host.startswith("0.0.0.0") or port == "0":  # noqa: S104 (looked for, not listened on)
            yield Fault(f"lets functions call {value}", "list single hosts with their ports")


def _stage_rules(case: Case) -> Iterator[NetworkPolicy]:
    for policy in policies(case):
        rules = (case.picture.find(NetworkRule, name) for name in known(policy.allowed_rules))
        if any(rule is not None and known(rule.mode).upper() == "INTERNAL_STAGE" for rule in rules):
            yield policy


def _stages(policy: NetworkPolicy, case: Case, settings: Settings) -> Iterator[Fault]:
    del policy, settings
    if known(case.picture.parameters.get(_STAGES, "false")).lower() != "true":
        yield Fault(
            "has rules for internal stages, and the account does not enforce them",
            f"set the account parameter {_STAGES} to true",
        )


RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-NET-006",
        title="Network rules are there and fit the policy that names them",
        severity=Severity.MEDIUM,
        levels=levels("A", "M", "M"),
        controls=cis("2.6"),
        rationale="A rule of another mode or type has no effect, and nobody notices until an address is let in.",
        remediation="Name rules of mode INGRESS, and no lists beside them.",
        evidence=PICTURES,
        sees=frozenset({"NETWORK POLICY", "NETWORK RULE"}),
        evaluate=judging(policies, _wired, Settings),
    ),
    Rule(
        id="SNW-NET-007",
        title="No stored key is used from addresses that strangers share",
        severity=Severity.MEDIUM,
        levels=levels("-", "A", "A"),
        controls=cis("3.2"),
        rationale="Whoever finds the key can use it from the same hosted product.",
        remediation="Give the user a workload identity instead of a key pair.",
        evidence=PICTURES,
        sees=_ATTACHED | {"USER"},
        evaluate=judging(users, _shared_ranges, Settings),
    ),
    Rule(
        id="SNW-NET-008",
        title="Login integrations have a network policy",
        severity=Severity.MEDIUM,
        levels=levels("-", "A", "A"),
        controls=cis("1.2", "2.5"),
        rationale="A SCIM or OAuth token works from wherever the integration lets in.",
        remediation="Set NETWORK_POLICY on the integration.",
        evidence=PICTURES,
        per_resource=True,
        sees=frozenset({"INTEGRATION"}),
        evaluate=judging(_integrations, _integration_policy, Settings),
    ),
    Rule(
        id="SNW-NET-009",
        title="Egress goes to named hosts",
        severity=Severity.HIGH,
        levels=levels("A", "M", "M"),
        controls=(),
        rationale="A function that may call any host can carry any data out.",
        remediation="List the hosts and ports that functions call.",
        evidence=PICTURES,
        per_resource=True,
        sees=frozenset({"NETWORK RULE"}),
        evaluate=judging(_rules, _egress, Settings),
    ),
    Rule(
        id="SNW-NET-010",
        title="The deployment and the break-glass people are let in",
        severity=Severity.CRITICAL,
        levels=levels("-", "A", "M"),
        controls=(),
        rationale="A policy that keeps them out can be put right by Snowflake's support only.",
        remediation="Add their addresses to the policy that is about to apply to them.",
        evidence=PICTURES,
        sees=_ATTACHED,
        settings=LockOut,
        evaluate=judging(_deployment_and_rescuers, _lock_out, LockOut),
    ),
    Rule(
        id="SNW-NET-011",
        title="Rules for internal stages are enforced",
        severity=Severity.MEDIUM,
        levels=levels("-", "A", "A"),
        controls=cis("3.1"),
        rationale="Without the account parameter, the files of internal stages are reached from everywhere.",
        remediation=f"Set {_STAGES} to true.",
        evidence=PICTURES,
        sees=_ATTACHED,
        evaluate=judging(_stage_rules, _stages, Settings),
    ),
)
