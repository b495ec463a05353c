"""Who has which role, and who holds what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from account.declared.common import declared_in, principal, qualified
from account.principals import Grant, Scope, user
from stacks import grants

if TYPE_CHECKING:
    from account.declared.common import Context


def declare(context: Context) -> None:
    """Everything that `infra/grants.py` registers."""
    platform, origin = context.platform, declared_in("grants")
    for grant in (*grants.schema_grants(platform), *grants.warehouse_grants(platform)):
        grantee, on, scope = principal(grant.to), qualified(grant.on), Scope(grant.scope.value)
        context.builder.grants.extend(
            Grant(grantee, privilege.value, grant.kind.value, on, scope, origin=origin)
            for privilege in grant.privileges
        )
    for role_grant in (*grants.role_grants(platform), *grants.user_grants(platform)):
        held = principal(role_grant.role)
        if role_grant.to_role is not None:
            context.builder.member(held, principal(role_grant.to_role), origin)
        if role_grant.to_user is not None:
            context.builder.member(held, user(str(role_grant.to_user)), origin)
