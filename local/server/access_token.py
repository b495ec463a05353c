"""Login with a programmatic access token: whether it is good for its user, and what the session may do with it.

Source: docs.snowflake.com: Using programmatic access tokens for authentication; gosnowflake's tests (394400).
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from local import network
from local.access import available_roles
from local.catalogue import Catalogue
from local.credentials import Token, token_of
from local.errors import SnowflakeError
from local.model import Json, Kind, Obj
from local.statements.access_tokens import pat_policy, token_status
from local.statements.user_properties import user_type

_LOG = logging.getLogger("local.login")
_DAY = 86_400
_SLACK = 60


@dataclass(frozen=True, slots=True)
class Pass:
    """A token that was accepted: ``role`` is the only one it is for (None for any), ``anywhere`` without policy."""

    user: Obj
    role: Obj | None
    anywhere: bool


def admitted(catalogue: Catalogue, user: Obj | None, secret: str) -> Pass:
    """394400 for every reason alike; the log names it."""
    token = token_of(user, secret) if user is not None and secret else None
    if user is None or token is None:
        raise _invalid("unknown")
    rules = pat_policy(catalogue, user)
    if token_status(user, token) != "ACTIVE":
        raise _invalid(f"{token.name} is {token_status(user, token).lower()}")
    _check_days(token, rules)
    _check_network(catalogue, user, token, rules)
    return Pass(user, _role(catalogue, user, token, rules), rules["NETWORK_POLICY_EVALUATION"] == "NOT_ENFORCED")


def _check_days(token: Token, rules: dict[str, Json]) -> None:
    """A token that was made for longer than the policy allows by now is no good any more."""
    most = rules["MAX_EXPIRY_IN_DAYS"]
    if isinstance(most, int) and token.expires - token.created > most * _DAY + _SLACK:
        raise _invalid(f"{token.name} was made for more than {most} days")


def _check_network(catalogue: Catalogue, user: Obj, token: Token, rules: dict[str, Json]) -> None:
    required = rules["NETWORK_POLICY_EVALUATION"] == "ENFORCED_REQUIRED" and token.bypass <= time.time()
    if required and network.effective_policy(catalogue, user) is None:
        raise _invalid(f"{user.name} is under no network policy")


def _role(catalogue: Catalogue, user: Obj, token: Token, rules: dict[str, Json]) -> Obj | None:
    if not token.role:
        if user_type(user.props) != "PERSON" and rules["REQUIRE_ROLE_RESTRICTION_FOR_SERVICE_USERS"]:
            raise _invalid(f"{token.name} is restricted to no role")
        return None
    role = catalogue.find(Kind.ROLE, (token.role,))
    if role is None or role.id not in available_roles(catalogue, user.id):
        raise _invalid(f"role {token.role} of {token.name} is not granted to {user.name}")
    return role


def _invalid(reason: str) -> SnowflakeError:
    _LOG.warning("programmatic access token refused: %s", reason)
    return SnowflakeError("394400", "08001", "Programmatic access token is invalid.")
