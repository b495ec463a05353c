"""R5: functional roles and the access they have."""

from __future__ import annotations

from enum import StrEnum

from stacks.base import AccountObject, Key, Model
from stacks.names import Identifier


class AccessLevel(StrEnum):
    """An access role of a database; the value is the suffix of the database role's name."""

    READ = "R"
    WRITE = "RW"
    OWN = "OWN"


class SystemRole(StrEnum):
    """Roles that every account has."""

    ACCOUNTADMIN = "ACCOUNTADMIN"
    SECURITYADMIN = "SECURITYADMIN"
    USERADMIN = "USERADMIN"
    SYSADMIN = "SYSADMIN"
    ORGADMIN = "ORGADMIN"
    PUBLIC = "PUBLIC"


ADMIN_ROLES = frozenset(role.value for role in SystemRole) - {SystemRole.PUBLIC.value}
"""What no service user may ever have, directly or through the graph (R6)."""


class DatabaseAccess(Model):
    """One access role of one database, granted to a functional role."""

    database: Key
    level: AccessLevel


class Role(AccountObject):
    """A functional role.

    Attributes:
        access: access roles granted to it.
        warehouses: keys of the warehouses it may use.
        includes: keys of the functional roles granted to it.
        parent: the system role it is granted to, for the top of the platform's hierarchy.
    """

    comment: str
    access: tuple[DatabaseAccess, ...] = ()
    warehouses: tuple[Key, ...] = ()
    includes: tuple[Key, ...] = ()
    parent: SystemRole | None = None


def _access(database: str, *levels: AccessLevel) -> tuple[DatabaseAccess, ...]:
    return tuple(DatabaseAccess(database=database, level=level) for level in levels)


def declared() -> tuple[Role, ...]:
    """The functional roles of the platform. A new role, or new access of one, is a change here."""
    read, write, own = AccessLevel.READ, AccessLevel.WRITE, AccessLevel.OWN
    return (
        Role(
            key="loader",
            name=Identifier("ECOMMERCE_LOADER"),
            comment="Loads source data into RAW",
            access=_access("raw", write, own),
            warehouses=("loading",),
        ),
        Role(
            key="transformer",
            name=Identifier("ECOMMERCE_TRANSFORMER"),
            comment="Reads RAW, builds STAGING and ANALYTICS with dbt",
            access=(*_access("raw", read), *_access("staging", write, own), *_access("analytics", write, own)),
            warehouses=("transforming",),
        ),
        Role(
            key="analyst",
            name=Identifier("ECOMMERCE_ANALYST"),
            comment="Reads ANALYTICS",
            access=_access("analytics", read),
            warehouses=("reporting",),
        ),
        Role(
            key="admin",
            name=Identifier("ECOMMERCE_ADMIN"),
            comment="Everything the functional roles may do",
            includes=("loader", "transformer", "analyst"),
            parent=SystemRole.SYSADMIN,
        ),
    )
