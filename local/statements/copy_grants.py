"""COPY GRANTS of CREATE OR REPLACE: the privileges that the replaced object carried, ownership left out."""

from __future__ import annotations

from local.grants import give
from local.model import Grant, Kind, Obj
from local.names import Path
from local.registry import CreateHead
from local.session import Context


def grants_of_replaced(context: Context, head: CreateHead, kind: Kind, path: Path) -> list[Grant]:
    """Grants on the object that OR REPLACE is about to drop, none if there is none."""
    old = context.catalogue.find(kind, context.access.complete(kind, path)) if head.or_replace else None
    return list(context.catalogue.grants.by("target", old.id)) if old is not None else []


def give_again(context: Context, obj: Obj, grants: list[Grant]) -> None:
    """Give them on the new object; the session's role is then their grantor."""
    role = context.session.role
    for grant in grants:
        give(context.catalogue, grant.grantee, grant.privilege, obj.id, role, option=grant.grant_option)
