"""Every grant that follows from the declaration, as plain data.

`infra/` registers these one to one and `account/` computes effective access from them, so what is shown is what is
granted. Without MANAGE GRANTS the deployment role can grant on future objects only in managed-access schemas that it
owns, hence schema-level future grants throughout.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from stacks.base import Model
from stacks.databases import BuiltBy
from stacks.names import Identifier, QualifiedName
from stacks.roles import AccessLevel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.databases import Database, Schema
    from stacks.platform import Platform
    from stacks.roles import Role


class Privilege(StrEnum):
    """Privileges that this platform grants."""

    USAGE = "USAGE"
    SELECT = "SELECT"
    INSERT = "INSERT"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    CREATE_TABLE = "CREATE TABLE"
    CREATE_VIEW = "CREATE VIEW"
    CREATE_STAGE = "CREATE STAGE"
    CREATE_FILE_FORMAT = "CREATE FILE FORMAT"
    MODIFY = "MODIFY"
    OPERATE = "OPERATE"
    MONITOR = "MONITOR"


class ObjectKind(StrEnum):
    """Kinds of objects that privileges are granted on."""

    DATABASE = "DATABASE"
    WAREHOUSE = "WAREHOUSE"
    SCHEMA = "SCHEMA"
    TABLE = "TABLE"
    VIEW = "VIEW"


class Scope(StrEnum):
    """Which objects of a kind a grant reaches."""

    OBJECT = "object"
    ALL = "all"
    FUTURE = "future"
    INHERITED = "inherited"


class GrantStyle(StrEnum):
    """How privileges on the objects of a schema are granted.

    Inherited grants (2026) cover present and future objects in one statement; account and plugin must have them.
    """

    ALL_AND_FUTURE = "all_and_future"
    INHERITED = "inherited"

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The scopes that together reach every object, now and later."""
        return (Scope.INHERITED,) if self is GrantStyle.INHERITED else (Scope.FUTURE, Scope.ALL)


class RoleRef(Model):
    """An account role, or a database role when `database` is set."""

    name: Identifier
    database: Identifier | None = None

    @property
    def qualified(self) -> QualifiedName:
        """Its name with the database, if it has one."""
        return QualifiedName((self.name,) if self.database is None else (self.database, self.name))

    def __str__(self) -> str:
        return str(self.qualified)


class PrivilegeGrant(Model):
    """Privileges on objects, granted to one role.

    Attributes:
        key: stable name, unique among all privilege grants.
        kind: the kind of the objects; with another scope than OBJECT, of the objects inside the schema `on`.
        on: the object itself (OBJECT), else the schema.
    """

    key: str
    to: RoleRef
    privileges: tuple[Privilege, ...]
    kind: ObjectKind
    scope: Scope
    on: QualifiedName


class RoleGrant(Model):
    """A role granted to another role, or to a user. `key` is stable and unique among all role grants."""

    key: str
    role: RoleRef
    to_role: RoleRef | None = None
    to_user: Identifier | None = None


READ = (Privilege.SELECT,)
WRITE = (Privilege.INSERT, Privilege.UPDATE, Privilege.DELETE)
CREATE = {
    BuiltBy.DBT: (Privilege.CREATE_TABLE, Privilege.CREATE_VIEW),
    BuiltBy.LOADER: (Privilege.CREATE_TABLE, Privilege.CREATE_STAGE, Privilege.CREATE_FILE_FORMAT),
}
"""What a schema's builder creates. What migrations build is created by the deployment role, which owns the schema."""
DEPLOYER_ON_WAREHOUSE = (Privilege.MODIFY, Privilege.OPERATE, Privilege.MONITOR)


def access_role(database: Database, level: AccessLevel) -> RoleRef:
    """The database role that carries one level of access to a database."""
    return RoleRef(database=database.name, name=Identifier(f"{database.name}_{level.value}"))


def _inside(
    key: str, to: RoleRef, privileges: tuple[Privilege, ...], kind: ObjectKind, on: QualifiedName, style: GrantStyle
) -> Iterator[PrivilegeGrant]:
    for scope in style.scopes:
        yield PrivilegeGrant(
            key=f"{key}-{scope.value}-{kind.value.lower()}s",
            to=to,
            privileges=privileges,
            kind=kind,
            scope=scope,
            on=on,
        )


def _on_schema(key: str, to: RoleRef, privileges: tuple[Privilege, ...], on: QualifiedName) -> PrivilegeGrant:
    return PrivilegeGrant(key=key, to=to, privileges=privileges, kind=ObjectKind.SCHEMA, scope=Scope.OBJECT, on=on)


def _schema_grants(database: Database, schema: Schema, style: GrantStyle) -> Iterator[PrivilegeGrant]:
    on = database.path(schema.name)
    base = f"{database.key}-{schema.name.lower()}"
    if schema.readable:
        read = access_role(database, AccessLevel.READ)
        yield _on_schema(f"{base}-r", read, (Privilege.USAGE,), on)
        yield from _inside(f"{base}-r", read, READ, ObjectKind.TABLE, on, style)
        yield from _inside(f"{base}-r", read, READ, ObjectKind.VIEW, on, style)
    if schema.writable:
        write = access_role(database, AccessLevel.WRITE)
        if schema.readable:
            yield from _inside(f"{base}-rw", write, WRITE, ObjectKind.TABLE, on, style)
        else:
            yield _on_schema(f"{base}-rw", write, (Privilege.USAGE,), on)
            yield from _inside(f"{base}-rw", write, (*READ, *WRITE), ObjectKind.TABLE, on, style)
    create = CREATE.get(schema.built_by)
    if create is not None:
        own = access_role(database, AccessLevel.OWN)
        yield _on_schema(f"{base}-own", own, (Privilege.USAGE, *create), on)


def schema_grants(platform: Platform) -> tuple[PrivilegeGrant, ...]:
    """Privileges of the access roles. USAGE on the database comes with a database role by itself."""
    return tuple(
        grant
        for database in platform.databases
        for schema in database.schemas
        for grant in _schema_grants(database, schema, platform.grant_style)
    )


def warehouse_grants(platform: Platform) -> tuple[PrivilegeGrant, ...]:
    """USAGE for the functional roles; MODIFY, OPERATE and MONITOR for the deployment role. ACCOUNTADMIN grants them."""

    def grant(key: str, to: Identifier, privileges: tuple[Privilege, ...], warehouse: Identifier) -> PrivilegeGrant:
        return PrivilegeGrant(
            key=key,
            to=RoleRef(name=to),
            privileges=privileges,
            kind=ObjectKind.WAREHOUSE,
            scope=Scope.OBJECT,
            on=QualifiedName.of(warehouse),
        )

    usage = (
        grant(f"{key}-{role.key}", role.name, (Privilege.USAGE,), platform.warehouse(key).name)
        for role in platform.roles
        for key in role.warehouses
    )
    deployer = (
        grant(f"{warehouse.key}-deployer", platform.deployer_role, DEPLOYER_ON_WAREHOUSE, warehouse.name)
        for warehouse in platform.warehouses
    )
    return (*usage, *deployer)


def _role_grants(platform: Platform, role: Role) -> Iterator[RoleGrant]:
    me = RoleRef(name=role.name)
    for access in role.access:
        database = platform.database(access.database)
        yield RoleGrant(
            key=f"{role.key}-{database.key}-{access.level.value.lower()}",
            role=access_role(database, access.level),
            to_role=me,
        )
    for included in role.includes:
        yield RoleGrant(key=f"{role.key}-{included}", role=RoleRef(name=platform.role(included).name), to_role=me)
    if role.parent is not None:
        parent = RoleRef(name=Identifier(role.parent.value))
        yield RoleGrant(key=f"{role.parent.value.lower()}-{role.key}", role=me, to_role=parent)


def role_grants(platform: Platform) -> tuple[RoleGrant, ...]:
    """Roles granted to roles. Whoever may write also reads, and functional roles roll up to SYSADMIN."""
    reads = (
        RoleGrant(
            key=f"{database.key}-rw-r",
            role=access_role(database, AccessLevel.READ),
            to_role=access_role(database, AccessLevel.WRITE),
        )
        for database in platform.databases
    )
    return (*reads, *(grant for role in platform.roles for grant in _role_grants(platform, role)))


def user_grants(platform: Platform) -> tuple[RoleGrant, ...]:
    """Roles granted to users; the system roles of break-glass people are granted by ACCOUNTADMIN."""
    services = (
        RoleGrant(key=f"{user.key}", role=RoleRef(name=platform.role(user.role).name), to_user=user.name)
        for user in platform.service_users
    )
    people = (
        RoleGrant(key=f"{person.key}-{key}", role=RoleRef(name=platform.role(key).name), to_user=person.name)
        for person in platform.people
        for key in person.roles
    )
    system = (
        RoleGrant(
            key=f"{person.key}-{role.value.lower()}", role=RoleRef(name=Identifier(role.value)), to_user=person.name
        )
        for person in platform.people
        for role in person.system_roles
    )
    return (*services, *people, *system)
