"""The account that a declaration makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.model import Account, Held, Membership, Owned, Role, User
from stacks import grants
from stacks.grants import ObjectKind
from stacks.roles import AccessLevel, SystemRole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Platform
    from stacks.grants import RoleRef

_BUILT_IN = (
    (SystemRole.SECURITYADMIN, SystemRole.ACCOUNTADMIN),
    (SystemRole.SYSADMIN, SystemRole.ACCOUNTADMIN),
    (SystemRole.USERADMIN, SystemRole.SECURITYADMIN),
)


def _role(reference: RoleRef) -> Role:
    return Role(str(reference.name), str(reference.database or ""))


def _system(role: SystemRole) -> Role:
    return Role(role.value)


def _memberships(platform: Platform) -> Iterator[Membership]:
    for role, member in _BUILT_IN:
        yield Membership(_system(role), _system(member))
    yield Membership(Role(str(platform.deployer_role)), _system(SystemRole.SYSADMIN))
    for grant in (*grants.role_grants(platform), *grants.user_grants(platform)):
        if grant.to_role is not None:
            yield Membership(_role(grant.role), _role(grant.to_role))
        if grant.to_user is not None:
            yield Membership(_role(grant.role), User(str(grant.to_user)))


def _held(platform: Platform) -> Iterator[Held]:
    for grant in (*grants.schema_grants(platform), *grants.warehouse_grants(platform)):
        path = tuple(str(part) for part in grant.on.parts)
        yield Held(_role(grant.to), frozenset(grant.privileges), grant.kind, grant.scope, path)


def _owned(platform: Platform) -> Iterator[Owned]:
    deployer, administrator = Role(str(platform.deployer_role)), _system(SystemRole.ACCOUNTADMIN)
    for database in platform.databases:
        yield Owned(ObjectKind.DATABASE, (str(database.name),), deployer)
        for schema in database.schemas:
            yield Owned(ObjectKind.SCHEMA, (str(database.name), str(schema.name)), deployer)
    for warehouse in platform.warehouses:
        yield Owned(ObjectKind.WAREHOUSE, (str(warehouse.name),), administrator)


def from_platform(platform: Platform) -> Account:
    """The account as it stands after an `up` of this platform into an account that was just bootstrapped."""
    roles = {Role(str(role.name)) for role in platform.roles}
    roles |= {_role(grants.access_role(database, level)) for database in platform.databases for level in AccessLevel}
    roles |= {_system(role) for role in SystemRole} | {Role(str(platform.deployer_role))}
    return Account(
        roles=frozenset(roles),
        users=frozenset(User(str(user.name)) for user in (*platform.service_users, *platform.people)),
        memberships=frozenset(_memberships(platform)),
        held=frozenset(_held(platform)),
        owned=frozenset(_owned(platform)),
    )
