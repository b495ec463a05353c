"""Properties of users: how they are read, which types of users have which, and how they are stored.

Source: docs.snowflake.com CREATE USER, ALTER USER, "Types of users"; texts and oddities from the integration tests of
provider v1.2.1, which run against Snowflake. Times are stored as epoch seconds (EXPIRES_AT, LOCKED_UNTIL,
BYPASS_MFA_UNTIL) and shown as what is left of them. The password is stored as a hash only.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from local.credentials import IDENTITY
from local.errors import SnowflakeError, compilation_error, invalid_value
from local.lexer import TokenKind
from local.model import Json
from local.names import dotted
from local.reader import Reader, Value, ValueReader, read_boolean, read_string, read_word, whole
from local.server.keypair import public_key
from local.statements.changes import as_json
from local.statements.common import one_of
from local.statements.workload_identities import read_identity

TYPES = ("PERSON", "SERVICE", "LEGACY_SERVICE")
MIN_KEY_BITS = 2048

_PERSON_ONLY = ("FIRST_NAME", "MIDDLE_NAME", "LAST_NAME", "MINS_TO_BYPASS_MFA", "DISABLE_MFA")
NOT_ON: dict[str, tuple[str, ...]] = {
    "PERSON": (IDENTITY,),
    "SERVICE": (*_PERSON_ONLY, "PASSWORD", "MUST_CHANGE_PASSWORD"),
    "LEGACY_SERVICE": (*_PERSON_ONLY, IDENTITY),
}
"""Properties that a type of user does not have: they cannot be set, stay stored and are not shown."""

_NO_UNSET = ("MUST_CHANGE_PASSWORD", "DISABLE_MFA")
"""Of these also UNSET is refused."""


def _read_text(reader: Reader) -> Value:
    """A string, or a bare or double-quoted word taken as written."""
    token = reader.peek()
    if token.kind not in (TokenKind.STRING, TokenKind.WORD, TokenKind.QUOTED):
        raise reader.unexpected()
    return reader.next().value


def _read_name(reader: Reader) -> Value:
    """An object's name, quoted or in a string, in the form in which it can be read again; it need not exist."""
    if reader.peek().kind is not TokenKind.STRING:
        return dotted(reader.path())
    text = reader.string()
    inner = Reader(text)
    try:
        path = inner.path()
        inner.end()
    except SnowflakeError:
        return dotted((text,))
    return dotted(path)


def _whole(name: str) -> ValueReader:
    def read(reader: Reader) -> Value:
        value = reader.scalar()
        if isinstance(value, str):
            number = whole(value)
            value = value if number is None else number
        if isinstance(value, bool) or not isinstance(value, int):
            raise invalid_value(str(value), name, "whole numbers")
        return value

    return read


def _read_secondary(reader: Reader) -> Value:
    roles = reader.parenthesised(Reader.word)
    if roles not in ((), ("ALL",)):
        raise invalid_value(", ".join(roles), "DEFAULT_SECONDARY_ROLES", "('ALL') or ()")
    return roles


CREATE: dict[str, ValueReader] = {
    "PASSWORD": read_string,
    **dict.fromkeys(("LOGIN_NAME", "DISPLAY_NAME", "FIRST_NAME", "MIDDLE_NAME", "LAST_NAME", "EMAIL"), _read_text),
    "MUST_CHANGE_PASSWORD": read_boolean,
    "DISABLED": read_boolean,
    **{name: _whole(name) for name in ("DAYS_TO_EXPIRY", "MINS_TO_UNLOCK", "MINS_TO_BYPASS_MFA")},
    **dict.fromkeys(("DEFAULT_WAREHOUSE", "DEFAULT_NAMESPACE", "DEFAULT_ROLE"), _read_name),
    "DEFAULT_SECONDARY_ROLES": _read_secondary,
    "RSA_PUBLIC_KEY": read_string,
    "RSA_PUBLIC_KEY_2": read_string,
    "TYPE": read_word,
    "WORKLOAD_IDENTITY": read_identity,
    "COMMENT": read_string,
}
ALTER: dict[str, ValueReader] = {**CREATE, "DISABLE_MFA": read_boolean}

OWN = frozenset({"DEFAULT_WAREHOUSE", "DEFAULT_NAMESPACE", "DEFAULT_ROLE"})
"""Properties that users may change on themselves."""

_TIMED = {
    "DAYS_TO_EXPIRY": ("EXPIRES_AT", 86400),
    "MINS_TO_UNLOCK": ("LOCKED_UNTIL", 60),
    "MINS_TO_BYPASS_MFA": ("BYPASS_MFA_UNTIL", 60),
}
"""Property → where its end is stored, and its unit in seconds."""


def user_type(props: Mapping[str, Json]) -> str:
    """The user's type; without one it is a person."""
    return str(props.get("TYPE") or "PERSON")


def refuse_for_type(kind: str, names: Mapping[str, object], *, unset: bool = False) -> None:
    """Raise if a user of this type cannot have one of the properties."""
    for name in NOT_ON[kind]:
        if name in names and (not unset or name in _NO_UNSET):
            raise compilation_error(f"Cannot set {name} on users with TYPE={kind}.", "001474", "42601")


def with_set(props: Mapping[str, Json], values: Mapping[str, Value], name: str) -> dict[str, Json]:
    """The stored properties after SET (or CREATE) of ``values``; the password is left to the caller."""
    result = dict(props)
    if "TYPE" in values:
        result["TYPE"] = one_of("TYPE", str(values["TYPE"] or "PERSON"), TYPES)
    refuse_for_type(user_type(result), {n: v for n, v in values.items() if v is not None})
    for key, value in values.items():
        if key in _TIMED:
            _set_time(result, key, value)
        elif key in ("RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2"):
            _set_key(result, key, value)
        elif key == IDENTITY:
            _set_identity(result, value)
        elif key == "LOGIN_NAME":
            result[key] = str(value or name).upper()
        elif key == "DEFAULT_SECONDARY_ROLES":
            result[key] = [str(role) for role in value] if isinstance(value, tuple) else ["ALL"]
        elif key == "DISABLE_MFA":
            result.pop("BYPASS_MFA_UNTIL", None)
        elif key != "TYPE" and not isinstance(value, tuple):
            result[key] = value
    return result


def with_unset(props: Mapping[str, Json], names: tuple[str, ...], name: str) -> dict[str, Json]:
    """The stored properties after UNSET: the display name becomes empty, the login name the user's name."""
    refuse_for_type(user_type(props), dict.fromkeys(names), unset=True)
    changes: dict[str, Value] = dict.fromkeys(n for n in names if n not in ("PASSWORD", "DISABLE_MFA"))
    changes.update({n: False for n in names if n in ("MUST_CHANGE_PASSWORD", "DISABLED")})
    hidden = {n: changes.pop(n) for n in NOT_ON[user_type(props)] if n in changes}
    return with_set(props, changes, name) | {n: None for n in hidden if n not in _TIMED}


def _set_time(props: dict[str, Json], name: str, value: Value) -> None:
    """A number of days or minutes from now; 0 and NULL end it, for the minutes also what is negative."""
    stored, unit = _TIMED[name]
    if not isinstance(value, int) or value == 0 or (value < 0 and unit == 60):
        props.pop(stored, None)
    else:
        props[stored] = time.time() + value * unit


def left(props: Mapping[str, Json], name: str) -> float | None:
    """What is left of DAYS_TO_EXPIRY, MINS_TO_UNLOCK or MINS_TO_BYPASS_MFA, in its unit; None if it is not set."""
    stored, unit = _TIMED[name]
    end = props.get(stored)
    if not isinstance(end, int | float):
        return None
    amount = (end - time.time()) / unit
    return amount if amount >= 0 or unit != 60 else None


def _set_identity(props: dict[str, Json], value: Value) -> None:
    props.pop(IDENTITY, None)
    props.pop(f"{IDENTITY}_SET", None)
    if isinstance(value, tuple):
        pairs = {str(name): as_json(item) for name, item in (pair for pair in value if isinstance(pair, tuple))}
        props |= {IDENTITY: pairs, f"{IDENTITY}_SET": time.time()}


def _set_key(props: dict[str, Json], name: str, value: Value) -> None:
    for key in (name, f"{name}_SET"):
        props.pop(key, None)
    if value is None:
        return
    text = str(value)
    try:
        if "-----" in text:
            raise ValueError("a frame is not allowed")
        if public_key(text)[0].key_size < MIN_KEY_BITS:
            raise ValueError("too short")
    except ValueError:
        # The code is not published with the text; nothing classifies by it.
        raise SnowflakeError(
            "003065",
            "22023",
            "SQL execution error: New public key rejected by current policy. Reason: 'Invalid public key'",
        ) from None
    props |= {name: text, f"{name}_SET": time.time()}
