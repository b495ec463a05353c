"""Databases, schemas and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from account.declared.common import declared_in, one, principal, qualified
from account.things import Database, Role, Schema
from stacks.grants import access_role
from stacks.roles import AccessLevel

if TYPE_CHECKING:
    from account.declared.common import Context

_MEANING: Final = {
    AccessLevel.READ: "Reads",
    AccessLevel.WRITE: "Reads and writes",
    AccessLevel.OWN: "Creates objects in",
}


def declare(context: Context) -> None:
    """Databases with their schemas and access roles, and the functional roles."""
    add, owner = context.builder.add, context.deployer
    for database in context.platform.databases:
        add(
            Database(
                name=one(database.name),
                owner=owner,
                comment=database.comment,
                origin=declared_in("databases"),
                retention_days=database.retention_days,
                drops_public_schema=True,
            )
        )
        for schema in database.schemas:
            add(
                Schema(
                    name=qualified(database.path(schema.name)),
                    owner=owner,
                    comment=schema.comment,
                    origin=declared_in("databases"),
                    managed_access=True,
                    retention_days=database.retention_days,
                )
            )
        for level in AccessLevel:
            name = principal(access_role(database, level)).name
            comment = f"{_MEANING[level]} {database.name}"
            add(Role(name=name, owner=owner, comment=comment, origin=declared_in("roles")))
    for role in context.platform.roles:
        add(Role(name=one(role.name), owner=owner, comment=role.comment, origin=declared_in("roles")))
