"""Programmatic access tokens: ALTER USER … ADD, MODIFY, ROTATE and REMOVE, SHOW USER PROGRAMMATIC ACCESS TOKENS."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from local.access import available_roles
from local.catalogue import Catalogue
from local.credentials import Token, new_secret, put_tokens, tokens
from local.errors import SnowflakeError, compilation_error, invalid_property, invalid_value
from local.model import Json, Kind, Obj
from local.names import display
from local.network import effective_policy as network_policy
from local.reader import Reader, Value, ValueReader, read_boolean, read_integer, read_string
from local.registry import show
from local.results import Column, Result, Type, status, timestamp
from local.session import Context
from local.statements.authentication_policies import property_of
from local.statements.changes import text_columns
from local.statements.common import user_to_show
from local.statements.policy_attachments import effective_policy
from local.statements.user_properties import user_type

_SOURCE = (
    "docs.snowflake.com: ALTER USER … ADD/MODIFY/ROTATE/REMOVE PROGRAMMATIC ACCESS TOKEN, Using programmatic access "
    "tokens; provider v2 row struct"
)
_RIGHT = "MODIFY PROGRAMMATIC AUTHENTICATION METHODS"
_MOST = 15
"""Tokens of one user that have not expired."""
_DAY = 1440
_ROTATED = 24
"""Hours for which a secret that was rotated is good where the statement does not say."""

_SPEC = {
    "ROLE_RESTRICTION": lambda reader: reader.name_or_string(),
    "DAYS_TO_EXPIRY": read_integer,
    "MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT": read_integer,
    "COMMENT": read_string,
}


_VERBS = ("ADD", "MODIFY", "ROTATE", "REMOVE")
_CHANGES: dict[str, ValueReader] = {
    "DISABLED": read_boolean,
    "MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT": read_integer,
    "COMMENT": read_string,
}


def at_token(reader: Reader) -> bool:
    """Whether a change of a token comes next."""
    words = (("PROGRAMMATIC", "ACCESS", "TOKEN"), ("PAT",))
    return any(reader.at(verb, *what) for verb in _VERBS for what in words)


def alter_token(context: Context, reader: Reader, user: Obj) -> Result:
    """``{ADD | MODIFY | ROTATE | REMOVE} {PROGRAMMATIC ACCESS TOKEN | PAT} name …``; people may do it for themselves.

    The secret is in the answer to ADD and ROTATE and nowhere else. A session that was opened with a token changes none
    of its own user's.
    """
    if user.id != context.session.user or user_type(user.props) != "PERSON":
        context.access.require(user, _RIGHT)
    verb = reader.accept_one(*_VERBS)
    reader.accept_one("PROGRAMMATIC ACCESS TOKEN", "PAT")
    if verb == "ADD":
        return _add(context, reader, user)
    if context.session.by_token and context.session.user == user.id:
        raise compilation_error(f"A session that was opened with a programmatic access token cannot {verb} one.")
    quiet = reader.accept("IF", "EXISTS")
    name = reader.name()
    token = next((token for token in tokens(user) if token.name == name), None)
    if token is None and not quiet:
        raise SnowflakeError(
            "002003", "02000", f"SQL compilation error:\nToken '{display(name)}' does not exist or not authorized."
        )
    change = {"MODIFY": _modify, "ROTATE": _rotate}.get(str(verb), _remove)
    return change(context, reader, user, token)


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
    policy = pat_policy(context.catalogue, user)
    _check_method(context, user)
    role = str(given.get("ROLE_RESTRICTION") or "")
    _check_role(context, user, role, policy)
    _check_network(context, user, policy)
    now = time.time()
    minutes = _minutes(user, given.get("MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT"))
    days = _days(given.get("DAYS_TO_EXPIRY"), policy)
    secret, secret_hash = new_secret()
    token = Token(
        name=name,
        role=role,
        created=now,
        created_by=context.catalogue.get(context.session.user).name,
        expires=now + days * 86400,
        bypass=now + minutes * 60 if minutes else 0.0,
        comment=str(given.get("COMMENT") or ""),
        secret_hash=secret_hash,
        days=days,
    )
    put_tokens(context.catalogue, user, [*present, token])
    return Result(text_columns("token_name", "token_secret"), ((name, secret),))


def pat_policy(catalogue: Catalogue, user: Obj) -> dict[str, Json]:
    """PAT_POLICY of the authentication policy that holds for the user, or the defaults."""
    policy = effective_policy(catalogue, user, Kind.AUTHENTICATION_POLICY)
    rules = property_of(policy if policy is not None else _NO_POLICY, "PAT_POLICY")
    return rules if isinstance(rules, dict) else {}


_NO_POLICY = Obj(0, Kind.AUTHENTICATION_POLICY, "", 0, None, 0, 0)


def _check_method(context: Context, user: Obj) -> None:
    """Who may not log in with tokens gets none."""
    policy = effective_policy(context.catalogue, user, Kind.AUTHENTICATION_POLICY)
    methods = policy.props.get("AUTHENTICATION_METHODS") if policy is not None else None
    if isinstance(methods, list) and methods and not {"ALL", "PROGRAMMATIC_ACCESS_TOKEN"} & {str(m) for m in methods}:
        raise compilation_error(
            f"The authentication policy of user '{user.name}' does not allow programmatic access tokens."
        )


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
    if required and user_type(user.props) != "PERSON" and network_policy(context.catalogue, user) is None:
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


def _modify(context: Context, reader: Reader, user: Obj, token: Token | None) -> Result:
    """``RENAME TO name``, ``SET`` and ``UNSET`` of DISABLED, the minutes without network policy and the comment."""
    if reader.accept("RENAME", "TO"):
        new = reader.name()
        reader.end()
        changed = token and replace(token, name=new)
    else:
        given = _read_changes(reader)
        changed = token and _changed(user, token, given)
    if token is None or changed is None:
        return status("Statement executed successfully.")
    if token.rotated_to:
        raise compilation_error(f"Token '{token.name}' was rotated: it can only be removed.")
    others = [other for other in tokens(user) if other.name != token.name]
    if any(other.name == changed.name for other in others):
        raise SnowflakeError("002002", "42710", f"SQL compilation error:\nObject '{changed.name}' already exists.")
    followed = [replace(o, rotated_to=changed.name) if o.rotated_to == token.name else o for o in others]
    put_tokens(context.catalogue, user, [*followed, changed])
    return status("Statement executed successfully.")


def _read_changes(reader: Reader) -> dict[str, Value]:
    if reader.accept("SET"):
        given = dict(reader.properties("PROGRAMMATIC ACCESS TOKEN", _CHANGES))
        if not given:
            raise reader.unexpected()
    else:
        reader.expect("UNSET")
        given = dict.fromkeys(reader.commas(lambda r: r.word()))
        for name in given:
            if name not in _CHANGES:
                raise invalid_property(name, "PROGRAMMATIC ACCESS TOKEN")
    reader.end()
    return given


def _changed(user: Obj, token: Token, given: Mapping[str, Value]) -> Token:
    """The token with the values given; none takes back to the default."""
    if "DISABLED" in given:
        token = replace(token, disabled=bool(given["DISABLED"]))
    if "COMMENT" in given:
        token = replace(token, comment=str(given["COMMENT"] or ""))
    if "MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT" in given:
        minutes = _minutes(user, given["MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT"])
        token = replace(token, bypass=time.time() + minutes * 60 if minutes else 0.0)
    return token


def _rotate(context: Context, reader: Reader, user: Obj, token: Token | None) -> Result:
    """``[EXPIRE_ROTATED_TOKEN_AFTER_HOURS = n]``: a new secret for as many days as the token was made for."""
    given = reader.properties("PROGRAMMATIC ACCESS TOKEN", {"EXPIRE_ROTATED_TOKEN_AFTER_HOURS": read_integer})
    reader.end()
    if token is None:
        return status("Statement executed successfully.")
    if token.rotated_to:
        raise compilation_error(f"Token '{token.name}' was rotated: it can only be removed.")
    now = time.time()
    most = max(0, int((token.expires - now) // 3600))
    hours = given.get("EXPIRE_ROTATED_TOKEN_AFTER_HOURS")
    if isinstance(hours, int) and not 0 <= hours <= most:
        raise invalid_value(str(hours), "EXPIRE_ROTATED_TOKEN_AFTER_HOURS", f"whole numbers from 0 to {most}")
    left = (hours if isinstance(hours, int) else min(_ROTATED, most)) * 3600
    former = replace(token, name=f"{token.name}_ROTATED_{int(now * 1000)}", expires=now + left, rotated_to=token.name)
    secret, secret_hash = new_secret()
    fresh = replace(token, created=now, expires=now + token.days * 86400, secret_hash=secret_hash)
    others = [other for other in tokens(user) if other.name != token.name]
    put_tokens(context.catalogue, user, [*others, former, fresh])
    return Result(
        text_columns("token_name", "token_secret", "rotated_token_name"), ((token.name, secret, former.name),)
    )


def _remove(context: Context, reader: Reader, user: Obj, token: Token | None) -> Result:
    reader.end()
    if token is None:
        return status("Statement executed successfully.")
    put_tokens(context.catalogue, user, [other for other in tokens(user) if other.name != token.name])
    return status(f"Programmatic access token {token.name} successfully removed.")


@show(
    "USER PROGRAMMATIC ACCESS TOKENS",
    "USER PATS",
    notes=f"for others with ownership of the user or {_RIGHT}",
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
            token.rotated_to or None,
        )
        for token in tokens(user)
    ]
    return Result(columns, rows)


def token_status(user: Obj, token: Token) -> str:
    """``EXPIRED``, ``DISABLED`` (itself, or the user is) or ``ACTIVE``."""
    if token.expired():
        return "EXPIRED"
    return "DISABLED" if token.disabled or user.props.get("DISABLED") else "ACTIVE"
