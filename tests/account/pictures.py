"""Small pictures for tests, put together by hand."""

from __future__ import annotations

from collections.abc import Iterable

from account.names import ACCOUNT, Name
from account.picture import About, Picture, Source
from account.principals import Grant, Membership, Principal, Scope, database_role, role, user
from account.things import AnyThing, Database, Schema, Table, User, Warehouse

ABOUT = About(source=Source.DECLARATION, stack="test", environment="prod")
OWNER = role("OWNER")
READER, PARENT, OTHER = role("READER"), role("PARENT"), role("OTHER")
SVC = user("SVC_X")
DB, S, T = Name.of("DB"), Name.of("DB", "S"), Name.of("DB", "S", "T")
DB_R = database_role("DB", "DB_R")


def grant(
    grantee: Principal,
    privilege: str,
    kind: str,
    on: Name = ACCOUNT,
    scope: Scope = Scope.OBJECT,
    *,
    grant_option: bool = False,
) -> Grant:
    """A grant, on the account by default."""
    return Grant(grantee, privilege, kind, on, scope, grant_option)


def usage(grantee: Principal) -> tuple[Grant, Grant]:
    """USAGE on database DB and schema DB.S."""
    return grant(grantee, "USAGE", "DATABASE", DB), grant(grantee, "USAGE", "SCHEMA", S)


THINGS: tuple[AnyThing, ...] = (
    Database(name=DB, owner=OWNER),
    Schema(name=S, owner=OWNER, managed_access=True),
    Schema(name=Name.of("DB", "S2"), owner=OWNER, managed_access=True),
    Table(name=T, owner=OWNER),
    Warehouse(name=Name.of("WH"), owner=OWNER),
    User(name=SVC.name),
)


def picture(
    grants: Iterable[Grant] = (),
    *memberships: tuple[Principal, Principal],
    things: Iterable[AnyThing] = THINGS,
    about: About = ABOUT,
) -> Picture:
    """A picture with these grants, and memberships as pairs of member and role."""
    return Picture(
        about=about,
        things=tuple(things),
        memberships=tuple(Membership(held, member) for member, held in memberships),
        grants=tuple(grants),
    )
