"""Who can hold something, and what is held: the edges and facts of the role graph."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from account.names import Name
from account.origin import Origin


class PrincipalKind(StrEnum):
    """Kinds of grantees."""

    USER = "USER"
    ROLE = "ROLE"
    DATABASE_ROLE = "DATABASE ROLE"
    APPLICATION_ROLE = "APPLICATION ROLE"
    SHARE = "SHARE"


@dataclass(frozen=True, slots=True, order=True)
class Principal:
    """A user, role or share. A database role is named with its database, so that equal names do not meet."""

    kind: PrincipalKind
    name: Name

    def __str__(self) -> str:
        return str(self.name)


def user(name: str) -> Principal:
    """A user by its stored name."""
    return Principal(PrincipalKind.USER, Name.of(name))


def role(name: str) -> Principal:
    """An account role by its stored name."""
    return Principal(PrincipalKind.ROLE, Name.of(name))


def database_role(database: str, name: str) -> Principal:
    """A database role by the stored names of the database and itself."""
    return Principal(PrincipalKind.DATABASE_ROLE, Name.of(database, name))


PUBLIC = role("PUBLIC")
BUILT_IN_ROLES = ("ACCOUNTADMIN", "SECURITYADMIN", "USERADMIN", "SYSADMIN", "ORGADMIN", "GLOBALORGADMIN", "PUBLIC")


class Scope(StrEnum):
    """Which objects a grant reaches."""

    OBJECT = "object"
    ALL = "all"
    FUTURE = "future"
    INHERITED = "inherited"


@dataclass(frozen=True, slots=True)
class Membership:
    """`role` is granted to `member`, which so has everything that `role` has."""

    role: Principal
    member: Principal
    origin: Origin | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """One privilege of one grantee. Ownership is no grant here: every thing names its owner.

    Attributes:
        privilege: as Snowflake writes it, upper case, e.g. SELECT, CREATE TABLE, MANAGE GRANTS, ALL.
            Text, not an enum: Snowflake adds privileges and kinds each month and a picture must hold them all.
        kind: singular kind of the objects it is on, e.g. TABLE, SCHEMA, WAREHOUSE; ACCOUNT for global privileges.
        scope: OBJECT: on the object `on`; otherwise on objects of that kind within the container `on`.
        on: the object or container; the empty name is the account.
    """

    grantee: Principal
    privilege: str
    kind: str
    on: Name
    scope: Scope = Scope.OBJECT
    grant_option: bool = False
    origin: Origin | None = field(default=None, compare=False, repr=False)
