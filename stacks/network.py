"""R4: who may connect from where."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, collapse_addresses, summarize_address_range
from typing import TYPE_CHECKING

from stacks.base import AccountObject
from stacks.names import Identifier

if TYPE_CHECKING:
    from collections.abc import Iterable


class Audience(StrEnum):
    """Who connects."""

    SERVICES = "services"
    PEOPLE = "people"


class NetworkPolicy(AccountObject):
    """The addresses one audience may connect from: a policy and the one network rule it is built from.

    Attributes:
        rule: name of the network rule, in the GOVERNANCE schema.
        cidrs: IPv4 networks or addresses; None where the stack restricts nothing (never in prod).
        on_account: also the account's policy, in the stack that owns the account.
    """

    audience: Audience
    rule: Identifier
    comment: str
    cidrs: tuple[str, ...] | None = None
    on_account: bool = False


MAX_PUBLIC_SHARE = 1 / 256
"""The largest part of the public IPv4 space that an allow-list may cover: one /8 (CIS 3.1, rule SNW-NET-002)."""


def declared() -> tuple[NetworkPolicy, ...]:
    """One policy per audience; the addresses come from each stack's config."""
    return (
        NetworkPolicy(
            key="services",
            name=Identifier("ECOMMERCE_SERVICES_NETWORK"),
            audience=Audience.SERVICES,
            rule=Identifier("SERVICES_ADDRESSES"),
            comment="Where service users connect from",
        ),
        NetworkPolicy(
            key="people",
            name=Identifier("ECOMMERCE_PEOPLE_NETWORK"),
            audience=Audience.PEOPLE,
            rule=Identifier("PEOPLE_ADDRESSES"),
            comment="Where people connect from",
        ),
    )


def parse(cidr: str) -> IPv4Network:
    """Read an IPv4 network or address.

    Raises:
        ValueError: not IPv4, or host bits are set (10.0.0.1/8 leaves open which was meant).
    """
    return IPv4Network(cidr)


def covers(allowed: Iterable[IPv4Network], wanted: IPv4Network) -> bool:
    """Whether every address of `wanted` is inside the union of `allowed`."""
    return any(wanted.subnet_of(network) for network in collapse_addresses(allowed))


def _public_space() -> tuple[IPv4Network, ...]:
    """All of IPv4 without private, loopback, link-local, multicast and reserved ranges (IANA special registry)."""
    special = sorted(
        IPv4Network(text)
        for text in (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
            "224.0.0.0/3",
        )
    )  # fmt: skip
    public: list[IPv4Network] = []
    start = 0
    for network in special:
        first = int(network.network_address)
        if first > start:
            public.extend(summarize_address_range(IPv4Address(start), IPv4Address(first - 1)))
        start = int(network.broadcast_address) + 1
    return tuple(public)


_PUBLIC = _public_space()


def public_share(allowed: Iterable[IPv4Network]) -> float:
    """How much of the public IPv4 space the union of `allowed` covers, from 0 to 1."""
    union = list(collapse_addresses(allowed))
    covered = 0
    for public in _PUBLIC:
        for network in union:
            if public.subnet_of(network):
                covered += public.num_addresses
            elif network.subnet_of(public):
                covered += network.num_addresses
    return covered / sum(network.num_addresses for network in _PUBLIC)
