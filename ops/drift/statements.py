"""Statements that put a difference right, for people to read and run. Nothing here is ever sent to an account."""

import re

from account.names import Name
from account.picture import Attachment, PolicyKind
from account.principals import Grant, Membership, Principal, Scope
from account.privileges import plural

_WORDS = re.compile(r"[A-Z][A-Z _]*")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?|true|false", re.IGNORECASE)


def grant(wanted: Grant) -> str:
    """The GRANT of a privilege."""
    inherited = "INHERITED " if wanted.scope is Scope.INHERITED else ""
    return f"GRANT {inherited}{_what(wanted)} TO {_principal(wanted.grantee)};"


def revoke(extra: Grant, *, only_option: bool = False) -> str:
    """The REVOKE of a privilege, or of the right to pass it on alone."""
    option = "GRANT OPTION FOR " if only_option else ""
    inherited = "INHERITED " if extra.scope is Scope.INHERITED else ""
    return f"REVOKE {option}{inherited}{_what(extra)} FROM {_principal(extra.grantee)};"


def add_member(wanted: Membership) -> str:
    """The GRANT of a role."""
    return f"GRANT {_principal(wanted.role)} TO {_principal(wanted.member)};"


def remove_member(extra: Membership) -> str:
    """The REVOKE of a role."""
    return f"REVOKE {_principal(extra.role)} FROM {_principal(extra.member)};"


def give(kind: str, name: Name, owner: Principal) -> str:
    """The statement that gives an object back to its owner, with the grants on it left as they are."""
    return f"GRANT OWNERSHIP ON {_kind(kind)} {_object(kind, name)} TO {_principal(owner)} COPY CURRENT GRANTS;"


def attach(wanted: Attachment, policy: Name, target: Name) -> str:
    """The statement that puts a policy in force; empty for targets that take more than one statement."""
    if wanted.on not in ("USER", "ACCOUNT"):
        return ""
    on = f"{wanted.on} {target}".strip()
    if wanted.policy_kind is PolicyKind.NETWORK:
        return f"ALTER {on} SET NETWORK_POLICY = {policy};"
    return f"ALTER {on} SET {wanted.policy_kind.value} POLICY {policy};"


def detach(extra: Attachment, target: Name) -> str:
    """The statement that takes a policy off."""
    if extra.on not in ("USER", "ACCOUNT"):
        return ""
    on = f"{extra.on} {target}".strip()
    if extra.policy_kind is PolicyKind.NETWORK:
        return f"ALTER {on} UNSET NETWORK_POLICY;"
    return f"ALTER {on} UNSET {extra.policy_kind.value} POLICY;"


def parameter(name: str, value: str | None) -> str:
    """The statement that sets a parameter of the account, or (None) leaves it to Snowflake again."""
    if not _WORDS.fullmatch(name.replace("_", " ")):
        return ""
    if value is None:
        return f"ALTER ACCOUNT UNSET {name};"
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    literal = value.upper() if _NUMBER.fullmatch(value) else f"'{escaped}'"
    return f"ALTER ACCOUNT SET {name} = {literal};"


def _what(entry: Grant) -> str:
    if entry.kind == "ACCOUNT":
        return f"{_privilege(entry.privilege)} ON ACCOUNT"
    if entry.scope is Scope.OBJECT:
        return f"{_privilege(entry.privilege)} ON {_kind(entry.kind)} {_object(entry.kind, entry.on)}"
    which = "FUTURE" if entry.scope is Scope.FUTURE else "ALL"
    container = {0: "ACCOUNT", 1: f"DATABASE {entry.on}"}.get(len(entry.on), f"SCHEMA {entry.on}")
    return f"{_privilege(entry.privilege)} ON {which} {plural(_kind(entry.kind))} IN {container}"


def _principal(principal: Principal) -> str:
    return f"{principal.kind.value} {principal.name}"


def _privilege(text: str) -> str:
    """A privilege is a word that Snowflake itself wrote; anything else is quoted, so that it does nothing."""
    return text if _WORDS.fullmatch(text) else Name.of(text).quoted


def _kind(text: str) -> str:
    return text if _WORDS.fullmatch(text) else Name.of(text).quoted


def _object(kind: str, name: Name) -> str:
    """A name; of a function or procedure with its argument types outside the quotes."""
    if kind not in ("FUNCTION", "PROCEDURE") or "(" not in name.last:
        return str(name)
    called, _, types = name.last.partition("(")
    return f"{Name((*name.container, called))}({types}"
