"""Which policies apply to a user, and what they say about a login."""

from __future__ import annotations

import time
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError

from local.catalogue import Catalogue
from local.errors import SnowflakeError
from local.model import Json, Kind, Obj
from local.statements.policy_attachments import effective_policy


def texts(value: Json) -> tuple[str, ...]:
    """A property that holds a list of texts; anything else is empty."""
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()


def number(policy: Obj | None, name: str, default: int) -> int:
    """A numeric property of a policy, or Snowflake's default."""
    value = policy.props.get(name) if policy is not None else None
    return int(value) if isinstance(value, int | str) and str(value).isdigit() else default


def until(user: Obj, name: str) -> float:
    """A moment of the user's properties in epoch seconds, 0 if it is not set."""
    value = user.props.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


# Network policies


def network_policy(catalogue: Catalogue, user: Obj) -> Obj | None:
    """The user's network policy, else the account's; a parameter that names a dropped policy counts as none."""
    for holder in (user, catalogue.account):
        name = holder.params.get("NETWORK_POLICY")
        if name:
            return catalogue.find(Kind.NETWORK_POLICY, (name,))
    return None


@lru_cache(maxsize=4096)
def _network(text: str) -> IPv4Network | None:
    try:
        return IPv4Network(text.strip(), strict=False)
    except (AddressValueError, NetmaskValueError, ValueError):
        return None


def _ranges(catalogue: Catalogue, policy: Obj, side: str) -> list[str]:
    """IPv4 ranges of one side (ALLOWED or BLOCKED): the policy's own list and its ingress rules of type IPV4."""
    found = list(texts(policy.props.get(f"{side}_IP_LIST")))
    rules = policy.props.get(f"{side}_NETWORK_RULE_LIST")
    for rule_id in rules if isinstance(rules, list | tuple) else ():
        rule = catalogue.lookup(rule_id) if isinstance(rule_id, int) else None
        if rule is not None and rule.props.get("TYPE") == "IPV4":
            found += texts(rule.props.get("VALUE_LIST"))
    return found


def _inside(address: IPv4Address, ranges: list[str]) -> bool:
    return any(network is not None and address in network for network in map(_network, ranges))


def address_allowed(catalogue: Catalogue, policy: Obj, address: str) -> bool:
    """Whether a client at this IPv4 address passes the policy.

    Blocked wins over allowed; a policy without any allowed IPv4 range lets in whatever it does not block
    (docs.snowflake.com: Controlling network traffic with network policies).
    """
    client = IPv4Address(address)
    if _inside(client, _ranges(catalogue, policy, "BLOCKED")):
        return False
    allowed = _ranges(catalogue, policy, "ALLOWED")
    return not allowed or _inside(client, allowed)


def require_address(catalogue: Catalogue, user: Obj, address: str) -> None:
    """390422 unless the user's effective network policy lets the address in."""
    policy = network_policy(catalogue, user)
    if policy is not None and not address_allowed(catalogue, policy, address):
        raise SnowflakeError(
            "390422",
            "08004",
            f"Incoming request with IP/Token {address} is not allowed to access Snowflake. "
            "Contact your local security administrator or please create a case with Snowflake Support "
            "or reach us on our support line.",
        )


# Authentication policies

PASSWORD, KEY_PAIR = "PASSWORD", "KEYPAIR"
"""Authentication methods as AUTHENTICATION_METHODS names them."""

_CLIENT_TYPES = {"SNOWSQL": "SNOWSQL", "SNOWFLAKE_CLI": "SNOWFLAKE_CLI", "SNOWFLAKE UI": "SNOWFLAKE_UI"}


def _rejected() -> SnowflakeError:
    return SnowflakeError("390202", "08004", "Authentication attempt rejected by the current authentication policy.")


def client_type(application: str) -> str:
    """The client's type as CLIENT_TYPES names it; every official driver is DRIVERS."""
    return _CLIENT_TYPES.get(application.upper(), "DRIVERS")


def require_method(catalogue: Catalogue, user: Obj, method: str, application: str) -> None:
    """390202 unless the effective authentication policy allows the method and the client, 390197 where MFA is missing.

    This server has no second factor, so a password that needs one is always refused. Without a policy a person's
    password needs one (docs: Planning for the deprecation of single-factor password sign-ins, last phase).
    """
    policy = effective_policy(catalogue, user, Kind.AUTHENTICATION_POLICY)
    props = policy.props if policy is not None else {}
    methods = texts(props.get("AUTHENTICATION_METHODS")) or ("ALL",)
    clients = texts(props.get("CLIENT_TYPES")) or ("ALL",)
    if not {"ALL", method} & set(methods) or not {"ALL", client_type(application)} & set(clients):
        raise _rejected()
    person = str(user.props.get("TYPE") or "PERSON") == "PERSON"
    enrolment = str(props.get("MFA_ENROLLMENT") or "REQUIRED_PASSWORD_ONLY")
    bypassed = until(user, "BYPASS_MFA_UNTIL") > time.time()
    if method == PASSWORD and person and enrolment != "OPTIONAL" and not bypassed:
        raise SnowflakeError(
            "390197",
            "08004",
            "Multi-factor authentication is required for this account. Log in to Snowsight to enroll.",
        )
