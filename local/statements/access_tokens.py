"""Programmatic access tokens: ALTER USER … ADD and REMOVE, SHOW USER PROGRAMMATIC ACCESS TOKENS."""

from __future__ import annotations

import time

from local.access import available_roles
from local.credentials import Token, new_secret, put_tokens, tokens
from local.errors import SnowflakeError, compilation_error, invalid_value
from local.model import Json, Kind, Obj
from local.names import display
from local.network import effective_policy as network_policy
from local.reader import Reader, read_integer, read_string
from local.registry import refuse, show
from local.results import Column, Result, Type, status, timestamp
from local.session import Context
from local.statements.authentication_policies import property_of
from local.statements.changes import text_columns
from local.statements.common import user_to_show
from local.statements.policy_attachments import effective_policy
from local.statements.user_properties import user_type

_SOURCE = "docs.snowflake.com: ALTER USER … ADD/REMOVE PROGRAMMATIC ACCESS TOKEN; provider v2 row struct"
_RIGHT = "MODIFY PROGRAMMATIC AUTHENTICATION METHODS"
_MOST = 15
"""Tokens of one user that have not expired."""
_DAY = 1440

refuse("ALTER USER … ROTATE, MODIFY PROGRAMMATIC ACCESS TOKEN", source=_SOURCE)

_SPEC = {
    "ROLE_RESTRICTION": lambda reader: reader.name_or_string(),
    "DAYS_TO_EXPIRY": read_integer,
    "MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT": read_integer,
    "COMMENT": read_string,
}


def at_token(reader: Reader) -> bool:
    """Whether ADD or REMOVE of a token comes next."""
    words = (("PROGRAMMATIC", "ACCESS", "TOKEN"), ("PAT",))
    return any(reader.at(verb, *what) for verb in ("ADD", "REMOVE") for what in words)


def alter_token(context: Context, reader: Reader, user: Obj) -> Result:
    """``{ADD | REMOVE} {PROGRAMMATIC ACCESS TOKEN | PAT} name …``; users may do it for themselves.

    The secret is in the answer to ADD and nowhere else.
    """
    if user.id != context.session.user:
        context.access.require(user, _RIGHT)
    adding = reader.accept("ADD")
    if not adding:
        reader.expect("REMOVE")
    reader.accept_one("PROGRAMMATIC ACCESS TOKEN", "PAT")
    return _add(context, reader, user) if adding else _remove(context, reader, user)


def _add(context: Context, reader: Reader, user: Obj) -> Result:
    quiet = reader.accept("IF", "NOT", "EXISTS")
    name = reader.name()
    given = reader.properties("PROGRAMMATIC ACCESS TOKEN", _SPEC)
    reader.end()
    present = tokens(user)
    if any(token.name == name for token in present):
        if quiet:
            return status("Statement executed successfully.")
        raise SnowflakeError("002002", "42710", f"SQL compilation error:\nObject '{name}' already exists.")
    if sum(not token.expired() for token in present) >= _MOST:
        raise compilation_error(f"User '{user.name}' has {_MOST} programmatic access tokens, no more are possible.")
    policy = _policy(context, user)
    role = str(given.get("ROLE_RESTRICTION") or "")
    _check_role(context, user, role, policy)
    _check_network(context, user, policy)
    now = time.time()
    minutes = _minutes(user, given.get("MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT"))
    secret, hashed = new_secret()
    token = Token(
        name=name,
        role=role,
        created=now,
        created_by=context.catalogue.get(context.session.user).name,
        expires=now + _days(given.get("DAYS_TO_EXPIRY"), policy) * 86400,
        bypass=now + minutes * 60 if minutes else 0.0,
        comment=str(given.get("COMMENT") or ""),
        secret_hash=hashed,
    )
    put_tokens(context.catalogue, user, [*present, token])
    return Result(text_columns("token_name", "token_secret"), ((name, secret),))


def _policy(context: Context, user: Obj) -> dict[str, Json]:
    """PAT_POLICY of the authentication policy that holds for the user, or the defaults."""
    policy = effective_policy(context.catalogue, user, Kind.AUTHENTICATION_POLICY)
    rules = property_of(policy if policy is not None else _NO_POLICY, "PAT_POLICY")
    return rules if isinstance(rules, dict) else {}


_NO_POLICY = Obj(0, Kind.AUTHENTICATION_POLICY, "", 0, None, 0, 0)


def _check_role(context: Context, user: Obj, role: str, policy: dict[str, Json]) -> None:
    """The role must have been granted to the user; without one a service user's token could do everything it may."""
    if role:
        found = context.catalogue.find(Kind.ROLE, (role,))
        if found is None or found.id not in available_roles(context.catalogue, user.id):
            raise compilation_error(f"Role '{role}' is not granted to user '{user.name}'.")
    elif user_type(user.props) != "PERSON" and policy["REQUIRE_ROLE_RESTRICTION_FOR_SERVICE_USERS"]:
        raise compilation_error(f"ROLE_RESTRICTION is required for user '{user.name}' of TYPE={user_type(user.props)}.")


def _check_network(context: Context, user: Obj, policy: dict[str, Json]) -> None:
    """A service user must be under a network policy, unless the authentication policy says otherwise."""
    required = policy["NETWORK_POLICY_EVALUATION"] == "ENFORCED_REQUIRED"
    if required and user_type(user.props) == "SERVICE" and network_policy(context.catalogue, user) is None:
        raise compilation_error(
            f"User '{user.name}' must be subject to a network policy to have programmatic access tokens. "
            "Set NETWORK_POLICY on the user or the account, or NETWORK_POLICY_EVALUATION in its authentication policy."
        )


def _days(value: object, policy: dict[str, Json]) -> int:
    greatest, usual = policy["MAX_EXPIRY_IN_DAYS"], policy["DEFAULT_EXPIRY_IN_DAYS"]
    limit = greatest if isinstance(greatest, int) else 365
    days = value if isinstance(value, int) else usual if isinstance(usual, int) else 15
    if not 1 <= days <= limit:
        raise invalid_value(str(days), "DAYS_TO_EXPIRY", f"whole numbers from 1 to {limit}")
    return days


def _minutes(user: Obj, value: object) -> int:
    if not isinstance(value, int) or value == 0:
        return 0
    if user_type(user.props) != "PERSON":
        raise compilation_error("MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT can only be set for users of TYPE=PERSON.")
    if not 1 <= value <= _DAY:
        raise invalid_value(str(value), "MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT", f"whole numbers from 1 to {_DAY}")
    return value


def _remove(context: Context, reader: Reader, user: Obj) -> Result:
    quiet = reader.accept("IF", "EXISTS")
    name = reader.name()
    reader.end()
    present = tokens(user)
    kept = [token for token in present if token.name != name]
    if len(kept) == len(present) and not quiet:
        raise SnowflakeError(
            "002003", "02000", f"SQL compilation error:\nToken '{display(name)}' does not exist or not authorized."
        )
    put_tokens(context.catalogue, user, kept)
    return status("Statement executed successfully.")


@show(
    "USER PROGRAMMATIC ACCESS TOKENS",
    "USER PATS",
    notes=f"for others with ownership of the user or {_RIGHT}; nobody logs in with a token",
    source=_SOURCE,
)
def show_tokens(context: Context, reader: Reader) -> Result:
    """``[FOR USER name]``: never the secrets."""
    user = user_to_show(context, reader, _RIGHT)
    columns = (
        *text_columns("name", "user_name", "role_restriction"),
        Column("expires_at", Type.TIMESTAMP_LTZ),
        *text_columns("status", "comment"),
        Column("created_on", Type.TIMESTAMP_LTZ),
        Column("created_by"),
        Column("mins_to_bypass_network_policy_requirement", Type.FIXED),
        Column("rotated_to"),
    )
    rows = [
        (
            token.name,
            user.name,
            token.role,
            timestamp(token.expires),
            token_status(user, token),
            token.comment or None,
            timestamp(token.created),
            token.created_by,
            str(int((token.bypass - time.time()) // 60 + 1)) if token.bypass > time.time() else None,
            None,
        )
        for token in tokens(user)
    ]
    return Result(columns, rows)


def token_status(user: Obj, token: Token) -> str:
    """``EXPIRED``, ``DISABLED`` (the user cannot log in) or ``ACTIVE``."""
    if token.expired():
        return "EXPIRED"
    locked = user.props.get("LOCKED_UNTIL")
    shut = user.props.get("DISABLED") or (isinstance(locked, int | float) and locked > time.time())
    return "DISABLED" if shut else "ACTIVE"
