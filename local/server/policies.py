"""Which policies apply to a user, and what they say about a login."""

from __future__ import annotations

import time

from local import network
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
    return value if isinstance(value, int) and value >= 0 else default


def until(user: Obj, name: str) -> float:
    """A moment of the user's properties in epoch seconds, 0 if it is not set."""
    value = user.props.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def require_enabled(user: Obj) -> None:
    """390101 for a user who is disabled or whose days are over."""
    if user.props.get("DISABLED") is True or 0 < until(user, "EXPIRES_AT") <= time.time():
        raise SnowflakeError("390101", "08004", "User access disabled. Contact your local system administrator.")


# Network policies


def require_address(catalogue: Catalogue, user: Obj, address: str) -> None:
    """390422 unless the user's effective network policy lets the address in."""
    policy = network.effective_policy(catalogue, user)
    if policy is not None and not network.allows(catalogue, policy, address):
        raise SnowflakeError(
            "390422",
            "08004",
            f"Incoming request with IP/Token {address} is not allowed to access Snowflake. "
            "Contact your local security administrator or please create a case with Snowflake Support "
            "or reach us on our support line.",
        )


# Authentication policies

PASSWORD, KEY_PAIR, ACCESS_TOKEN = "PASSWORD", "KEYPAIR", "PROGRAMMATIC_ACCESS_TOKEN"
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
