"""Network policies as the gate at login: which addresses a policy lets in, and the guard against locking oneself out.

Rules and their source (docs.snowflake.com: Controlling network traffic with network policies): a blocked address stays
out even if it is also allowed; a policy that names no allowed addresses lets everything in that is not blocked (rules
for private links do not restrict public traffic); an IPv6 address is held against IPv6 rules, and where there are none
against the IPv4 ones; a user's policy replaces the account's.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from local.catalogue import Catalogue
from local.errors import compilation_error
from local.model import Kind, Obj
from local.session import Context

Network = IPv4Network | IPv6Network


def _names(policy: Obj, prop: str) -> list[str]:
    found = policy.props.get(prop)
    return [str(item) for item in found] if isinstance(found, list) else []


def _rules(catalogue: Catalogue, policy: Obj, prop: str) -> list[Obj]:
    found = (catalogue.lookup(int(number)) for number in _names(policy, prop))
    return [rule for rule in found if rule is not None and rule.props.get("MODE") == "INGRESS"]


def _networks(texts: Iterable[str]) -> list[Network]:
    return [ip_network(text, strict=False) for text in texts]


def _side(catalogue: Catalogue, policy: Obj, side: str) -> tuple[bool, list[Network]]:
    """Whether the ALLOWED or BLOCKED side names public addresses at all, and the addresses."""
    rules = [
        rule
        for rule in _rules(catalogue, policy, f"{side}_NETWORK_RULE_LIST")
        if rule.props.get("TYPE") in ("IPV4", "IPV6")
    ]
    texts = _names(policy, f"{side}_IP_LIST")
    named = bool(texts or rules)
    for rule in rules:
        texts += _names(rule, "VALUE_LIST")
    return named, _networks(texts)


def allows(catalogue: Catalogue, policy: Obj, address: str) -> bool:
    """Whether the network policy lets a client with this address in (``::ffff:a.b.c.d`` counts as IPv4)."""
    client = ip_address(address)
    if client.version == 6 and client.ipv4_mapped is not None:
        client = client.ipv4_mapped
    if any(client in network for network in _side(catalogue, policy, "BLOCKED")[1]):
        return False
    restricted, allowed = _side(catalogue, policy, "ALLOWED")
    return not restricted or any(client in network for network in allowed)


def effective_policy(catalogue: Catalogue, user: Obj) -> Obj | None:
    """The network policy that holds for the user: the user's own, else the account's, else none."""
    for holder in (user, catalogue.account):
        name = holder.params.get("NETWORK_POLICY")
        if name:
            return catalogue.find(Kind.NETWORK_POLICY, (name,))
    return None


def require_requestor_allowed(context: Context, policy: Obj) -> None:
    """Refuse to activate a policy that would keep out the session that activates it.

    Snowflake's code for this error is not published; 001008 here.
    """
    address = context.session.address
    if not allows(context.catalogue, policy, address):
        raise compilation_error(
            f"Network policy {policy.name} cannot be activated. Requestor IP address/Token, {address}, "
            "must be included in the allowed_ip_list or allowed network rules. To add the specific IP, execute "
            f"command \"ALTER NETWORK POLICY {policy.name} SET ALLOWED_IP_LIST=('{address}');\"."
        )
