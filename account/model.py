"""An account's roles and grants as plain immutable data, wherever they were read from.

Objects are named by a path (database, schema, object) of identifiers as Snowflake stores them. More planes of the role
graph (shares, application roles, grants to users) are further edges and facts of the same two kinds.
"""

from __future__ import annotations

from dataclasses import dataclass

from stacks.grants import ObjectKind, Privilege, Scope

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Role:
    """An account role, or a database role when `database` is not empty."""

    name: str
    database: str = ""

    def __str__(self) -> str:
        return f"{self.database}.{self.name}" if self.database else self.name


@dataclass(frozen=True, slots=True, order=True)
class User:
    """A user."""

    name: str


@dataclass(frozen=True, slots=True, order=True)
class Membership:
    """`role` is granted to `member`, which so has everything that `role` has."""

    role: Role
    member: Role | User


@dataclass(frozen=True, slots=True)
class Held:
    """Privileges a role holds.

    Attributes:
        kind: the kind of the objects they are on.
        scope: OBJECT for one object named by `path`; else `path` is the database or schema that contains them.
    """

    role: Role
    privileges: frozenset[Privilege]
    kind: ObjectKind
    scope: Scope
    path: Path


@dataclass(frozen=True, slots=True)
class Owned:
    """A database, schema or warehouse and the role that owns it."""

    kind: ObjectKind
    path: Path
    owner: Role


@dataclass(frozen=True, slots=True)
class Account:
    """Roles, who has them, what they hold and what they own."""

    roles: frozenset[Role]
    users: frozenset[User]
    memberships: frozenset[Membership]
    held: frozenset[Held]
    owned: frozenset[Owned]

    @property
    def schemas(self) -> tuple[Path, ...]:
        """Paths of all schemas, sorted."""
        return tuple(sorted(entry.path for entry in self.owned if entry.kind is ObjectKind.SCHEMA))

    @property
    def warehouses(self) -> tuple[Path, ...]:
        """Paths of all warehouses, sorted."""
        return tuple(sorted(entry.path for entry in self.owned if entry.kind is ObjectKind.WAREHOUSE))
