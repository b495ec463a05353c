"""Grants as the catalogue sees them: giving, taking away, and what new objects receive by future grants."""

from __future__ import annotations

import time

from local.catalogue import Catalogue
from local.model import FutureGrant, Grant, Kind, Obj, Scope
from local.session import Context


def give(
    catalogue: Catalogue, grantee: int, privilege: str, target: int, grantor: int | None, *, option: bool = False
) -> None:
    """Record a grant; giving it again keeps its date and may only add the grant option."""
    before = catalogue.grants.get(f"{grantee}/{target}/{privilege}")
    if before is not None and (before.grant_option or not option):
        return
    created = before.created if before else time.time()
    catalogue.grants.put(Grant(grantee, privilege, target, grantor, created, option))


def future_grants_for(catalogue: Catalogue, obj: Obj) -> list[FutureGrant]:
    """Future grants that apply to an object just made.

    For schema objects, future grants on the schema for that type replace those on the database as a whole
    (docs.snowflake.com: GRANT <privileges>, "Considerations for future grants").
    """

    def of(container: int, kind: Kind) -> list[FutureGrant]:
        return [future for future in catalogue.futures.by("container", container) if future.kind is kind]

    scope = obj.kind.info.scope
    if scope is Scope.ACCOUNT:
        return []
    if scope is Scope.DATABASE:
        return of(obj.parent, obj.kind)
    return of(obj.parent, obj.kind) or of(catalogue.get(obj.parent).parent, obj.kind)


def apply_future_grants(context: Context, obj: Obj) -> None:
    """Give a new object the rights that future grants promise, ownership included."""
    for future in future_grants_for(context.catalogue, obj):
        if future.privilege == "OWNERSHIP":
            context.catalogue.update(obj, owner=future.grantee)
        else:
            give(
                context.catalogue,
                future.grantee,
                future.privilege,
                obj.id,
                context.session.role,
                option=future.grant_option,
            )
