"""What the bootstrap files make, read from the files themselves: known to no stack, and yet no stranger.

The files are the repository's own and of few statement forms; a statement of another form makes nothing that is known
here, and its object then shows as nobody's.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from account.names import ACCOUNT, Name
from account.picture import Attachment, PolicyKind
from account.principals import Grant, Membership, Principal, PrincipalKind
from ops import layout, query

_NAME = r"([\w$.\"]+)"
_KIND = r"([A-Z]+(?: [A-Z]+)?)"
_CREATE = re.compile(rf"CREATE {_KIND} IF NOT EXISTS {_NAME}")
_ROLE = re.compile(rf"GRANT (DATABASE ROLE|ROLE) {_NAME} TO (ROLE|USER) {_NAME}\Z")
_ON_ACCOUNT = re.compile(rf"GRANT ([A-Z ,]+) ON ACCOUNT TO ROLE {_NAME}\Z")
_ON_OBJECT = re.compile(rf"GRANT ([A-Z ,]+) ON {_KIND} {_NAME} TO ROLE {_NAME}\Z")
_AUTHENTICATION = re.compile(rf"ALTER USER {_NAME} SET AUTHENTICATION POLICY {_NAME}")
_NETWORK = re.compile(rf"CREATE USER IF NOT EXISTS {_NAME} .*NETWORK_POLICY = {_NAME}")
_OPTIONAL = re.compile(r"^-- (?=GRANT )", re.MULTILINE)
"""Grants that a person may switch on by taking the comment mark away."""


@dataclass(frozen=True)
class Bootstrap:
    """Objects by kind and name, and who may do what by these files."""

    things: frozenset[tuple[str, Name]] = frozenset()
    grants: frozenset[Grant] = frozenset()
    memberships: frozenset[Membership] = frozenset()
    attachments: frozenset[Attachment] = frozenset()


@cache
def bootstrap(folder: Path | None = None) -> Bootstrap:
    """Everything that the SQL files of a folder make; the repository's own by default."""
    paths = sorted((folder or layout.repository() / "bootstrap").glob("*.sql"))
    return read("\n".join(path.read_text(encoding="utf-8") for path in paths))


def read(text: str) -> Bootstrap:
    """Everything that a script makes."""
    things: set[tuple[str, Name]] = set()
    grants: set[Grant] = set()
    memberships: set[Membership] = set()
    attachments: set[Attachment] = set()
    for raw in query.split(_OPTIONAL.sub("", text)):
        sql = " ".join(raw.split())
        if found := _CREATE.match(sql):
            things.add((found[1], Name.parse(found[2])))
        if found := _NETWORK.match(sql):
            attachments.add(_on_user(PolicyKind.NETWORK, found[2], found[1]))
        if found := _AUTHENTICATION.match(sql):
            attachments.add(_on_user(PolicyKind.AUTHENTICATION, found[2], found[1]))
        if found := _ROLE.match(sql):
            held = Principal(PrincipalKind(found[1]), Name.parse(found[2]))
            memberships.add(Membership(held, Principal(PrincipalKind(found[3]), Name.parse(found[4]))))
        elif found := _ON_ACCOUNT.match(sql):
            grants.update(_grants(found[1], "ACCOUNT", ACCOUNT, found[2]))
        elif found := _ON_OBJECT.match(sql):
            grants.update(_grants(found[1], found[2], Name.parse(found[3]), found[4]))
    return Bootstrap(frozenset(things), frozenset(grants), frozenset(memberships), frozenset(attachments))


def _on_user(kind: PolicyKind, policy: str, user: str) -> Attachment:
    return Attachment(kind, Name.parse(policy), "USER", Name.parse(user))


def _grants(privileges: str, kind: str, on: Name, role: str) -> list[Grant]:
    grantee = Principal(PrincipalKind.ROLE, Name.parse(role))
    return [Grant(grantee, privilege.strip(), kind, on) for privilege in privileges.split(",")]
