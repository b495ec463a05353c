"""Effective access: what a role can do through everything it has."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from account.model import Role, User
from stacks.grants import ObjectKind, Privilege, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from account.model import Account, Held, Path


class Access(StrEnum):
    """What one may do with the tables and views of a schema, or with a warehouse."""

    READ = "read"
    WRITE = "write"
    CREATE = "create"
    OWN = "own"
    USE = "use"


_CLASS = {
    Privilege.SELECT: Access.READ,
    Privilege.INSERT: Access.WRITE,
    Privilege.UPDATE: Access.WRITE,
    Privilege.DELETE: Access.WRITE,
    Privilege.CREATE_TABLE: Access.CREATE,
    Privilege.CREATE_VIEW: Access.CREATE,
    Privilege.CREATE_STAGE: Access.CREATE,
    Privilege.CREATE_FILE_FORMAT: Access.CREATE,
}
Matrix = dict[tuple[Role, tuple[str, ...]], frozenset[Access]]
"""Access by role and path (a schema or a warehouse); pairs without access are absent."""


@dataclass(frozen=True, slots=True)
class _Reach:
    """Everything that one role has."""

    roles: frozenset[Role]
    held: tuple[Held, ...]
    owned: frozenset[tuple[ObjectKind, Path]]

    def may_use(self, kind: ObjectKind, path: Path) -> bool:
        """Whether an object can be passed through. A database role brings USAGE on its database."""
        if (kind, path) in self.owned:
            return True
        if kind is ObjectKind.DATABASE and any(role.database == path[0] for role in self.roles):
            return True
        return any(
            entry.kind is kind and entry.scope is Scope.OBJECT and entry.path == path and _uses(entry)
            for entry in self.held
        )


def _uses(entry: Held) -> bool:
    return Privilege.USAGE in entry.privileges


def closure(account: Account, start: Role | User) -> frozenset[Role]:
    """Every role that a role or user has, itself included, along the whole hierarchy. Cycles do no harm."""
    below: dict[Role | User, list[Role]] = {}
    for edge in account.memberships:
        below.setdefault(edge.member, []).append(edge.role)
    reached: set[Role] = {start} if isinstance(start, Role) else set()
    todo: list[Role | User] = [start]
    while todo:
        for role in below.get(todo.pop(), ()):
            if role not in reached:
                reached.add(role)
                todo.append(role)
    return frozenset(reached)


def _reach(account: Account, start: Role | User) -> _Reach:
    roles = closure(account, start)
    return _Reach(
        roles=roles,
        held=tuple(entry for entry in account.held if entry.role in roles),
        owned=frozenset((entry.kind, entry.path) for entry in account.owned if entry.owner in roles),
    )


def _shadowed(account: Account, entry: Held, schema: Path) -> bool:
    """Whether a future grant of a database gives way to one of the schema for the same kind, to whatever role."""
    return entry.scope is Scope.FUTURE and any(
        other.scope is Scope.FUTURE and other.kind is entry.kind and other.path == schema for other in account.held
    )


def _on_objects(account: Account, entry: Held, schema: Path) -> bool:
    if entry.kind in (ObjectKind.DATABASE, ObjectKind.SCHEMA, ObjectKind.WAREHOUSE):
        return False
    if entry.scope is Scope.OBJECT:
        return entry.path[:2] == schema
    return entry.path == schema or (entry.path == schema[:1] and not _shadowed(account, entry, schema))


def _on_schema(account: Account, reach: _Reach, schema: Path) -> frozenset[Access]:
    found: set[Access] = set()
    if (ObjectKind.SCHEMA, schema) in reach.owned:
        found.add(Access.OWN)
    if reach.may_use(ObjectKind.DATABASE, schema[:1]) and reach.may_use(ObjectKind.SCHEMA, schema):
        for entry in reach.held:
            itself = entry.kind is ObjectKind.SCHEMA and entry.scope is Scope.OBJECT and entry.path == schema
            if itself or _on_objects(account, entry, schema):
                found.update(_CLASS[privilege] for privilege in entry.privileges if privilege in _CLASS)
    return frozenset(found)


def access_of(account: Account, start: Role | User) -> dict[Path, frozenset[Access]]:
    """What a role (or a user with all its roles) can do in each schema and with each warehouse."""
    reach = _reach(account, start)
    found = {schema: _on_schema(account, reach, schema) for schema in account.schemas}
    for path in account.warehouses:
        used = reach.may_use(ObjectKind.WAREHOUSE, path)
        found[path] = frozenset({Access.USE}) if used else frozenset()
    return {path: classes for path, classes in found.items() if classes}


def effective_access(account: Account, roles: Iterable[Role] | None = None) -> Matrix:
    """Access of these roles (all roles of the account by default)."""
    return {
        (role, path): classes
        for role in (account.roles if roles is None else roles)
        for path, classes in access_of(account, role).items()
    }


def in_words(classes: Iterable[Access]) -> str:
    """Access classes in their usual order, e.g. `read write create`; a dash for none."""
    present = set(classes)
    return " ".join(entry.value for entry in Access if entry in present) or "-"


def by_database(access: Mapping[Path, frozenset[Access]], database: str, schemas: Iterable[Path]) -> str:
    """A role's access to one database on one line: what holds in every schema, then the exceptions by name."""
    cells = {path[1]: in_words(access.get(path, ())) for path in schemas if path[0] == database}
    usual = max(sorted(set(cells.values())), key=list(cells.values()).count, default="-")
    exceptions = [f"{name}: {text}" for name, text in cells.items() if text != usual]
    return "; ".join([usual, *exceptions])
