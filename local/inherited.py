"""Inherited grants: one record on a container for every object of a type in it, and container-level MANAGE GRANTS.

Source: docs.snowflake.com, "Managing access with inherited grants" and "Delegating grant management with
container-level MANAGE GRANTS". An account opts in with FEATURE_RBAC_INHERITED_GRANTS; while it is not ENABLED neither
counts, and what was granted is kept for when it is.
"""

from __future__ import annotations

import time

from local.catalogue import Catalogue
from local.errors import unsupported
from local.model import ACCOUNT_ID, InheritedGrant, Kind, Obj
from local.privileges import expand
from local.shared import is_shared

FEATURE = "FEATURE_RBAC_INHERITED_GRANTS"
MANAGE_GRANTS = "MANAGE GRANTS"
CONTAINERS = (Kind.DATABASE, Kind.SCHEMA)
"""What MANAGE GRANTS can be granted on besides the account."""


def enabled(catalogue: Catalogue) -> bool:
    """Whether the account has opted in."""
    return catalogue.account.params.get(FEATURE) == "ENABLED"


def require_enabled(catalogue: Catalogue, what: str) -> None:
    """000002 unless the account has opted in."""
    if not enabled(catalogue):
        raise unsupported(f"{what}: run ALTER ACCOUNT SET {FEATURE} = 'ENABLED' first")


def give_inherited(
    catalogue: Catalogue, grantee: int, privilege: str, kind: Kind, container: int, grantor: int | None
) -> None:
    """Record an inherited grant; giving it again changes nothing."""
    if catalogue.inherited.get(f"{grantee}/{container}/{kind.value}/{privilege}") is None:
        catalogue.inherited.put(InheritedGrant(grantee, privilege, kind, container, grantor, time.time()))


def inherited_on(catalogue: Catalogue, obj: Obj) -> list[InheritedGrant]:
    """The inherited grants that cover the object: of exactly its type, on any container around it.

    They do not reach into the SNOWFLAKE database, as into no application. On a stage only the privileges of its sort
    count (READ and WRITE, or USAGE), as with future grants.
    """
    if not len(catalogue.inherited) or obj.id == ACCOUNT_ID or not enabled(catalogue) or is_shared(catalogue, obj):
        return []
    found = [
        grant
        for container in catalogue.ancestors(obj)
        for grant in catalogue.inherited.by("covers", (container, obj.kind))
    ]
    if obj.kind is not Kind.STAGE:
        return found
    applicable = expand(Kind.STAGE, obj)
    return [grant for grant in found if grant.privilege in applicable]
