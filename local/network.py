"""Network policies as the gate at login: which addresses a policy lets in, and the guard against locking oneself out.

Rules and their source (docs.snowflake.com: Controlling network traffic with network policies): a blocked address stays
out even if it is also allowed; a policy that names no allowed addresses lets everything in that is not blocked (rules
for private links do not restrict public traffic); an IPv4 address is held against IPv4 rules and lists, an IPv6 address
against IPv6 rules, and where there are none against the IPv4 ones; a user's policy replaces the account's.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from local.catalogue import Catalogue
from local.errors import SnowflakeError
from local.model import Kind, Obj
from local.session import Context

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
_SIDES = ("ALLOWED", "BLOCKED")


@lru_cache(maxsize=4096)
def _network(text: str) -> Network:
    return ip_network(text, strict=False)


def _names(policy: Obj, prop: str) -> list[str]:
    found = policy.props.get(prop)
    return [str(item) for item in found] if isinstance(found, list | tuple) else []


def _rules(catalogue: Catalogue, policy: Obj, side: str, kind: str) -> list[Obj]:
    """Rules of a type for incoming traffic; a rule that went with its schema is no longer there."""
    found = (catalogue.lookup(int(number)) for number in _names(policy, f"{side}_NETWORK_RULE_LIST"))
    return [r for r in found if r is not None and r.props.get("TYPE") == kind and r.props.get("MODE") == "INGRESS"]


def _family(catalogue: Catalogue, policy: Obj, client: Address) -> str:
    """The type of the rules that the address is held against."""
    has_six = any(_rules(catalogue, policy, side, "IPV6") for side in _SIDES)
    return "IPV6" if client.version == 6 and has_six else "IPV4"


def _ranges(catalogue: Catalogue, policy: Obj, side: str, kind: str) -> tuple[bool, list[Network]]:
    """Whether a side says anything for this type of rules, and the ranges that it names."""
    rules = _rules(catalogue, policy, side, kind)
    texts = _names(policy, f"{side}_IP_LIST") if kind == "IPV4" else []
    named = bool(rules or texts)
    for rule in rules:
        texts += _names(rule, "VALUE_LIST")
    return named, [_network(text) for text in texts]


def allows(catalogue: Catalogue, policy: Obj, address: str) -> bool:
    """Whether the network policy lets a client with this address in (``::ffff:a.b.c.d`` counts as IPv4)."""
    client: Address = ip_address(address)
    if isinstance(client, IPv6Address) and client.ipv4_mapped is not None:
        client = client.ipv4_mapped
    kind = _family(catalogue, policy, client)
    if any(client in network for network in _ranges(catalogue, policy, "BLOCKED", kind)[1]):
        return False
    restricted, allowed = _ranges(catalogue, policy, "ALLOWED", kind)
    return not restricted or any(client in network for network in allowed)


def effective_policy(catalogue: Catalogue, user: Obj) -> Obj | None:
    """The network policy that holds for the user: the user's own, else the account's, else none."""
    for holder in (user, catalogue.account):
        name = holder.params.get("NETWORK_POLICY")
        if name:
            return catalogue.find(Kind.NETWORK_POLICY, (name,))
    return None


def require_requestor_allowed(context: Context, policy: Obj) -> None:
    """001494: refuse to activate a policy that would keep out the session that activates it."""
    address = context.session.address
    if not allows(context.catalogue, policy, address):
        raise SnowflakeError(
            "001494",
            "42601",
            f"Network policy {policy.name} cannot be activated. Requestor IP address/Token, {address}, "
            "must be included in the allowed_ip_list or allowed network rules. To add the specific IP, execute "
            f"command \"ALTER NETWORK POLICY {policy.name} SET ALLOWED_IP_LIST=('{address}');\".",
        )
