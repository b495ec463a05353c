"""Network policies: how much of the internet they let in, and whether they close what they are meant to close."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, ip_network
from typing import TYPE_CHECKING

from account.networks import EVERYWHERE, Resolved, account_policy, coverage, policy_of, resolve
from account.picture import PolicyKind
from account.things import NetworkPolicy, User, UserType
from account.values import Undecided, is_known, known
from policies.baseline import account_wide, ours
from policies.rule import (
    PICTURES,
    Address,
    Case,
    Fault,
    Rule,
    Settings,
    Severity,
    cis,
    judging,
    levels,
    trust_center,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from account.names import Name
    from account.picture import Picture

SERVICES = (UserType.SERVICE, UserType.SERVICE_AGENT, UserType.LEGACY_SERVICE)
"""Types of users that are programs."""
SHARED_RULES = ("SNOWFLAKE", "NETWORK_SECURITY")
"""Where Snowflake keeps its rules with the addresses of hosted products, which every customer of those shares."""

_NAMED = 3
"""How many of those who are bound to a policy are named."""


class Open(Settings):
    """How much may be let in.

    Attributes:
        max_share: largest share of the public addresses of a family, 0 to 1.
        accepted_rules: rules of Snowflake's own (SNOWFLAKE.NETWORK_SECURITY) that may be used, by qualified name.
    """

    max_share: float = 1 / 256
    accepted_rules: tuple[str, ...] = ()


class Prefixes(Settings):
    """Attributes: min_v4, min_v6: length of the shortest prefix that an allowed network may have, in bits."""

    min_v4: int = 16
    min_v6: int = 48


class OwnPolicy(Settings):
    """Attributes: beyond_account: share of the public addresses that a user is let in from besides the account's."""

    beyond_account: float = 1 / 65_536


def policies(case: Case) -> Iterator[NetworkPolicy]:
    """Every network policy."""
    return case.picture.all(NetworkPolicy)


def users(case: Case) -> Iterator[User]:
    """Every user who can log in and is not Snowflake's own."""
    return (user for user in ours(case.picture, User) if not _disabled(user))


def _disabled(user: User) -> bool:
    try:
        return known(user.disabled)
    except Undecided:
        return False


def resolved(picture: Picture, name: Name) -> Resolved:
    """A policy by its name, with the values of its rules.

    Raises:
        Undecided: it is not in the picture, or something of it is not known.
    """
    policy = picture.find(NetworkPolicy, name)
    if policy is None:
        raise Undecided(f"network policy {name} is not in sight, so nobody knows whom it lets in")
    return resolve(picture, policy)


def _on_account(_: Address, case: Case, settings: Settings) -> Iterator[Fault]:
    del settings
    name = account_policy(case.picture)
    if name is None:
        yield Fault(
            "has no network policy in force",
            "attach the people's network policy to the account",
        )
    elif case.picture.find(NetworkPolicy, name) is None:
        raise Undecided(f"network policy {name} of the account is not in sight")


def _shared(name: Name) -> bool:
    return name[:2] == SHARED_RULES


def _open(policy: NetworkPolicy, case: Case, settings: Open) -> Iterator[Fault]:
    for name in known(policy.allowed_rules):
        if _shared(name) and str(name) not in settings.accepted_rules:
            yield Fault(
                f"lets in {name}, addresses that other customers of that product use too",
                "list own addresses, or name the rule in `accepted_rules` after a decision",
            )
            return
    found = resolve(case.picture, policy)
    if all(_shared(name) for name in found.missing_allowed) and found.missing_allowed:
        let_in = coverage(found.allowed, found.blocked)
    else:
        let_in = found.coverage
    for entry in let_in.problems:
        yield Fault(f"{entry!r} is no address or network", "write IPv4 or IPv6 networks, e.g. 198.51.100.0/24")
    for family, share in (("IPv4", let_in.v4), ("IPv6", let_in.v6)):
        if share > settings.max_share:
            yield Fault(
                f"lets in {share:.2%} of all public {family} addresses; at most {settings.max_share:.2%} are allowed",
                "list the networks that really connect",
                _bound(case, policy.name),
            )


def _bound(case: Case, policy: Name) -> str:
    """Who is bound to a policy, as far as known, in words: ACCOUNT, ANNA, BOB and 3 more -> POLICY."""
    targets = (entry for entry in case.picture.attachments if entry.policy_kind is PolicyKind.NETWORK)
    bound = {
        str(entry.target) or entry.on
        for entry in targets
        if is_known(entry.policy) and is_known(entry.target) and entry.policy == policy
    }
    bound.update(
        str(user.name)
        for user in case.picture.all(User)
        if is_known(user.network_policy) and user.network_policy == policy
    )
    if not bound:
        return ""
    names = sorted(bound)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more} -> {policy}"


def _prefixes(policy: NetworkPolicy, case: Case, settings: Prefixes) -> Iterator[Fault]:
    for entry in resolve(case.picture, policy).allowed:
        try:
            network = ip_network(entry.strip(), strict=False)
        except ValueError:
            continue
        shortest = settings.min_v4 if isinstance(network, IPv4Network) else settings.min_v6
        if network.prefixlen < shortest and not network.is_private:
            yield Fault(
                f"allows {network}, and nothing wider than a /{shortest} is expected",
                "list smaller networks",
            )


def _own_policy(user: User, case: Case, settings: OwnPolicy) -> Iterator[Fault]:
    name, level = policy_of(case.picture, user)
    if level != "USER" or name is None:
        if known(user.type) in SERVICES:
            yield Fault(
                "is a service user without a network policy of its own",
                "set the services' network policy on the user",
            )
        return
    of_account = account_policy(case.picture)
    if of_account is None or of_account == name:
        return
    own, general = resolved(case.picture, name), resolved(case.picture, of_account)
    share = _beyond(own, general)
    if share > settings.beyond_account:
        yield Fault(
            f"has network policy {name}, which replaces the account's ({of_account}) and lets in {share:.4%} of all "
            "public addresses besides it",
            f"narrow {name}, or let the account's policy apply",
            _in_words(user, name, of_account),
        )


@lru_cache(maxsize=256)
def _beyond(own: Resolved, general: Resolved) -> float:
    """The share of the public addresses that one policy lets in and the other does not (at least that much)."""
    outside = coverage(own.entries, (*own.blocked, *general.entries))
    unblocked = coverage(own.entries, (*own.blocked, *general.blocked))
    mine = own.coverage
    return max(outside.v4, outside.v6, mine.v4 - unblocked.v4, mine.v6 - unblocked.v6)


def _in_words(user: User, name: Name, of_account: Name) -> str:
    return f"{user.name} -> {name} (instead of {of_account} of the account)"


def _closes(policy: NetworkPolicy, case: Case, settings: Settings) -> Iterator[Fault]:
    del settings
    found = resolve(case.picture, policy)
    if found.missing_allowed:
        if all(_shared(name) for name in found.missing_allowed):
            return
        raise Undecided(f"network rule {found.missing_allowed[0]} is not in sight")
    if not found.types:
        yield Fault(
            "allows nobody in particular, so it lets in everybody whom it does not block",
            "list the networks that connect",
        )
    elif "IPV4" not in found.types and found.coverage.v4 > 0:
        kinds = ", ".join(found.types)
        yield Fault(
            f"allows {kinds} only, which does not close it for public IPv4 addresses",
            f"block {EVERYWHERE[0]} in the same policy, or list IPv4 networks",
        )


_LIST = "List the networks that really connect; blocked lists only take away from them."
_ATTACHED = frozenset({"NETWORK POLICY", "NETWORK RULE", "ATTACHMENT", "PARAMETER"})

RULES: tuple[Rule, ...] = (
    Rule(
        id="SNW-NET-001",
        title="The account has a network policy",
        severity=Severity.HIGH,
        levels=levels("-", "A", "M"),
        controls=(*cis("3.1"), *trust_center("CIS_BENCHMARKS_CIS3_1", "SECURITY_ESSENTIALS_CIS3_1")),
        rationale="Without one, users outside this declaration may connect from anywhere.",
        remediation="Attach the people's network policy to the account in the stack that owns it.",
        evidence=PICTURES,
        sees=_ATTACHED,
        evaluate=judging(account_wide, _on_account, Settings),
    ),
    Rule(
        id="SNW-NET-002",
        title="No network policy is open to the internet",
        severity=Severity.CRITICAL,
        levels=levels("A", "M", "M"),
        controls=cis("3.1"),
        rationale="A list whose union is near the whole address space restricts nothing, however it is split.",
        remediation=_LIST,
        evidence=PICTURES,
        sees=frozenset({"NETWORK POLICY", "NETWORK RULE"}),
        settings=Open,
        evaluate=judging(policies, _open, Open),
    ),
    Rule(
        id="SNW-NET-003",
        title="Allowed networks are small",
        severity=Severity.LOW,
        levels=levels("A", "A", "M"),
        controls=cis("3.1"),
        rationale="A wide network has many tenants; one compromised machine among them is let in.",
        remediation=_LIST,
        evidence=PICTURES,
        sees=frozenset({"NETWORK POLICY", "NETWORK RULE"}),
        settings=Prefixes,
        defaults={"dev": {"min_v4": 8}},
        evaluate=judging(policies, _prefixes, Prefixes),
    ),
    Rule(
        id="SNW-NET-004",
        title="Service users have a network policy, and no user's policy is wider than the account's",
        severity=Severity.HIGH,
        levels=levels("A", "M", "M"),
        controls=(*cis("3.2"), *trust_center("CIS_BENCHMARKS_CIS3_2")),
        rationale="The policy of a user replaces the account's; it does not narrow it further.",
        remediation="Set the services' network policy on each service user, no wider than what connects.",
        evidence=PICTURES,
        sees=_ATTACHED | {"USER"},
        settings=OwnPolicy,
        evaluate=judging(users, _own_policy, OwnPolicy),
    ),
    Rule(
        id="SNW-NET-005",
        title="Every network policy closes what it is meant to close",
        severity=Severity.CRITICAL,
        levels=levels("A", "M", "M"),
        controls=cis("3.1"),
        rationale="An allowed list closes a policy for identifiers of its own type only; an empty one closes nothing.",
        remediation="Allow IPv4 networks; with private endpoints alone, block 0.0.0.0/0 in the same policy.",
        evidence=PICTURES,
        sees=frozenset({"NETWORK POLICY", "NETWORK RULE"}),
        evaluate=judging(policies, _closes, Settings),
    ),
)
