"""Network coverage: how much of the public address space a network policy lets in, and whom it keeps out.

How Snowflake reads a policy (docs.snowflake.com/en/user-guide/network-policies): blocked wins over allowed; an allowed
list closes the policy only for identifiers of its own type, so a policy without allowed addresses stays open to every
address that is not blocked, and endpoint identifiers have no effect on requests from the public network; IPv6 requests
are judged by the IPv4 rules where a policy has no IPv6 rule. The policy of a user replaces that of the account.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from account.names import Name
from account.picture import Picture, PolicyKind
from account.things import NetworkPolicy, NetworkRule, User
from account.values import Undecided, known

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Span = tuple[int, int]
"""First and last address, as numbers."""
EVERYWHERE = ("0.0.0.0/0", "::/0")
_ADDRESSES = ("IPV4", "IPV6")
_PRIVATE = ("AWSVPCEID", "AZURELINKID", "GCPPSCID")
# IANA special-purpose registries: addresses that never reach Snowflake from the public internet.
_RESERVED_V4 = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
)  # fmt: skip
_PUBLIC_V6 = "2000::/3"
_RESERVED_V6 = ("2001:db8::/32", "3fff::/20")
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much a list of networks lets in.

    Attributes:
        v4, v6: share of the public addresses of the family, 0 to 1 (of IPv6: of global unicast, 2000::/3).
        everything: all public addresses of a family.
        widest_v4, widest_v6: length of the shortest prefix, after neighbours are joined; None where there is none.
        problems: entries that are no address or network; they are not counted, so the shares are too small then.
    """

    v4: float
    v6: float
    everything: bool
    widest_v4: int | None
    widest_v6: int | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolved:
    """A network policy with the values of its rules.

    Attributes:
        allowed, blocked: addresses and networks as written, of both families.
        private_only: only endpoint identifiers are allowed and no public address gets in.
        missing: rules that the picture does not contain (Snowflake's own rules among them).
        missing_allowed: those of them on the allowed side.
        types: types of the rules on the allowed side, sorted; plain lists count as IPV4.
        private: identifiers of private endpoints on the allowed side.
    """

    allowed: tuple[str, ...]
    blocked: tuple[str, ...]
    private_only: bool
    missing: tuple[Name, ...]
    types: tuple[str, ...]
    missing_allowed: tuple[Name, ...] = ()
    private: tuple[str, ...] = ()

    @property
    def entries(self) -> tuple[str, ...]:
        """What is let in before blocking: the allowed list, and all of the space that no allowed rule closes.

        Raises:
            Undecided: an allowed rule is not in the picture.
        """
        if self.missing_allowed:
            names = ", ".join(str(name) for name in self.missing_allowed)
            raise Undecided(f"the values of network rule {names} are not known")
        if "IPV4" in self.types:
            return self.allowed
        closed_v6 = "IPV6" in self.types or self._blocks_everybody
        return (*self.allowed, *(EVERYWHERE[:1] if closed_v6 else EVERYWHERE))

    @property
    def _blocks_everybody(self) -> bool:
        """Whether IPv6 requests are judged by IPv4 rules, and those block all of them."""
        holes = _networks(self.blocked)[0]
        return not _spans(holes, 6) and _spans(holes, 4) == _WHOLE[4]

    @property
    def coverage(self) -> Coverage:
        """How much the policy lets in, as Snowflake reads it.

        Raises:
            Undecided: an allowed rule is not in the picture.
        """
        return coverage(self.entries, self.blocked)


def _parse(entry: str) -> Network | None:
    try:
        network = ipaddress.ip_network(entry.strip(), strict=False)
    except ValueError:
        return None
    if isinstance(network, ipaddress.IPv6Network) and network.subnet_of(_MAPPED):
        mapped = int(network.network_address) & 0xFFFFFFFF
        return ipaddress.IPv4Network((mapped, network.prefixlen - 96))
    return network


def _networks(entries: Iterable[str]) -> tuple[list[Network], tuple[str, ...]]:
    """Networks of a list, and what is none."""
    parsed = [(entry, _parse(entry)) for entry in entries]
    return [network for _, network in parsed if network], tuple(entry for entry, network in parsed if network is None)


def _spans(networks: Iterable[Network], version: int) -> list[Span]:
    """Joined ranges of one family, in order."""
    found: list[Span] = []
    own = (network for network in networks if network.version == version)
    for first, last in sorted((int(network.network_address), int(network.broadcast_address)) for network in own):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _minus(spans: Sequence[Span], holes: Sequence[Span]) -> list[Span]:
    """The ranges without the holes; both in order and joined."""
    left: list[Span] = []
    for begin, last in spans:
        first = begin
        for hole_first, hole_last in holes:
            if hole_last < first or hole_first > last:
                continue
            if hole_first > first:
                left.append((first, hole_first - 1))
            first = hole_last + 1
        if first <= last:
            left.append((first, last))
    return left


def _size(spans: Iterable[Span]) -> int:
    return sum(last - first + 1 for first, last in spans)


def _fixed(*entries: str) -> list[Network]:
    return [ipaddress.ip_network(entry) for entry in entries]


_WHOLE = {version: _spans(_fixed(*EVERYWHERE), version) for version in (4, 6)}
_PUBLIC = {
    4: _minus(_WHOLE[4], _spans(_fixed(*_RESERVED_V4), 4)),
    6: _minus(_spans(_fixed(_PUBLIC_V6), 6), _spans(_fixed(*_RESERVED_V6), 6)),
}
_NOT_PUBLIC = {version: _minus(_WHOLE[version], _PUBLIC[version]) for version in (4, 6)}


def _widest(networks: Iterable[Network], version: int) -> int | None:
    if version == 4:
        joined = ipaddress.collapse_addresses(n for n in networks if isinstance(n, ipaddress.IPv4Network))
        return min((network.prefixlen for network in joined), default=None)
    joined6 = ipaddress.collapse_addresses(n for n in networks if isinstance(n, ipaddress.IPv6Network))
    return min((network.prefixlen for network in joined6), default=None)


def coverage(allowed: Iterable[str], blocked: Iterable[str] = ()) -> Coverage:
    """How much of the public space the allowed networks without the blocked ones contain. Empty lists let nobody in.

    Equal sets give equal coverage however they are split. A network with host bits set counts as the whole network.
    """
    wanted, bad = _networks(allowed)
    holes, bad_holes = _networks(blocked)
    share: dict[int, float] = {}
    whole = False
    for version, public in _PUBLIC.items():
        inside = _minus(_minus(_spans(wanted, version), _spans(holes, version)), _NOT_PUBLIC[version])
        share[version] = _size(inside) / _size(public)
        whole = whole or inside == public
    return Coverage(share[4], share[6], whole, _widest(wanted, 4), _widest(wanted, 6), (*bad, *bad_holes))


def _outside(entries: Iterable[str], allowed: Iterable[str], blocked: Iterable[str]) -> tuple[str, ...]:
    """Entries that are not let in as a whole."""
    wanted, holes = _networks(allowed)[0], _networks(blocked)[0]
    let_in = {version: _minus(_spans(wanted, version), _spans(holes, version)) for version in (4, 6)}

    def inside(network: Network | None) -> bool:
        return network is not None and not _minus(_spans([network], network.version), let_in[network.version])

    return tuple(entry for entry in entries if not inside(_parse(entry)))


def contains(allowed: Iterable[str], blocked: Iterable[str], addresses: Iterable[str]) -> tuple[str, ...]:
    """The addresses (or networks) that are not let in, wholly or in part; what is no address is not let in."""
    return _outside(addresses, allowed, blocked)


def wider(before: tuple[Iterable[str], Iterable[str]], after: tuple[Iterable[str], Iterable[str]]) -> tuple[bool, bool]:
    """Whether (allowed, blocked) lets in addresses that it did not before, and whether it lost some it had."""
    sides = [(_networks(allowed)[0], _networks(blocked)[0]) for allowed, blocked in (before, after)]
    gained = lost = False
    for version in (4, 6):
        old, new = (_minus(_spans(wanted, version), _spans(holes, version)) for wanted, holes in sides)
        gained, lost = gained or bool(_minus(new, old)), lost or bool(_minus(old, new))
    return gained, lost


def policy_of(picture: Picture, user: User) -> tuple[Name | None, str]:
    """The network policy that applies to a user, and its level: USER, ACCOUNT, or "" where none applies.

    The policy of a security integration, which goes before both, depends on how somebody logs in and not on the user.

    Raises:
        Undecided: a policy that may apply is not known.
    """
    own = known(user.network_policy)
    if own is not None:
        return own, "USER"
    for attachment in picture.attachments:
        of_a_user = attachment.policy_kind is PolicyKind.NETWORK and attachment.on == "USER"
        if of_a_user and known(attachment.target) == user.name:
            return known(attachment.policy), "USER"
    account = account_policy(picture)
    return account, "ACCOUNT" if account is not None else ""


def account_policy(picture: Picture) -> Name | None:
    """The network policy of the account.

    Raises:
        Undecided: it is not known.
    """
    for attachment in picture.attachments:
        if attachment.policy_kind is PolicyKind.NETWORK and attachment.on == "ACCOUNT":
            return known(attachment.policy)
    parameter = known(picture.parameters.get("NETWORK_POLICY", ""))
    return Name.loose(parameter) if parameter else None


def resolve(picture: Picture, policy: NetworkPolicy) -> Resolved:
    """A policy with the values of its rules; rules for other traffic than requests to the service do not count.

    Raises:
        Undecided: a list, or the type, mode or values of a rule, are not known.
    """
    sides: dict[bool, list[str]] = {True: list(known(policy.allowed_ips)), False: list(known(policy.blocked_ips))}
    types = {"IPV4"} if sides[True] else set()
    private: list[str] = []
    missing: list[tuple[Name, bool]] = []
    for is_allowed, names in ((True, known(policy.allowed_rules)), (False, known(policy.blocked_rules))):
        for name in names:
            rule = picture.find(NetworkRule, name)
            if rule is None:
                missing.append((name, is_allowed))
                continue
            kind = known(rule.type).upper()
            if known(rule.mode).upper() != "INGRESS":
                continue
            if is_allowed:
                types.add(kind)
            if kind in _ADDRESSES:
                sides[is_allowed].extend(known(rule.values))
            elif kind in _PRIVATE and is_allowed:
                private.extend(known(rule.values))
    resolved = Resolved(
        allowed=tuple(sides[True]),
        blocked=tuple(sides[False]),
        private_only=False,
        missing=tuple(name for name, _ in missing),
        types=tuple(sorted(types)),
        missing_allowed=tuple(name for name, is_allowed in missing if is_allowed),
        private=tuple(private),
    )
    if not private or types & set(_ADDRESSES) or resolved.missing_allowed:
        return resolved
    found = resolved.coverage
    return replace(resolved, private_only=not found.v4 and not found.v6)
