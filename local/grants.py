"""Grants as the catalogue sees them: giving, taking away, and what new objects receive by future grants."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from local.access import is_managed
from local.catalogue import Catalogue
from local.history import remember_revoked
from local.inherited import CONTAINERS, MANAGE_GRANTS
from local.model import ACCOUNT_ID, FutureGrant, Grant, Kind, Obj, Scope
from local.privileges import OPTION_ONLY
from local.session import Context


def give(
    catalogue: Catalogue, grantee: int, privilege: str, target: int, grantor: int | None, *, option: bool = False
) -> None:
    """Record a grant; giving it again keeps its date and may only add the grant option."""
    before = catalogue.grants.get(f"{grantee}/{target}/{privilege}/{grantor}")
    if before is not None and (before.grant_option or not option):
        return
    created = before.created if before else time.time()
    catalogue.grants.put(Grant(grantee, privilege, target, grantor, created, option))


def give_future(
    catalogue: Catalogue, grantee: int, privilege: str, kind: Kind, container: int, *, option: bool = False
) -> None:
    """Record a future grant; giving it again keeps its date and may only add the grant option."""
    before = catalogue.futures.get(f"{grantee}/{container}/{kind.value}/{privilege}")
    if before is not None and (before.grant_option or not option):
        return
    created = before.created if before else time.time()
    catalogue.futures.put(FutureGrant(grantee, privilege, kind, container, created, option))


def grantor_for(context: Context, obj: Obj, privilege: str) -> int | None:
    """Who the session grants the privilege as; None if it may not grant it.

    In this order (docs.snowflake.com: SHOW GRANTS, usage notes): an active role that owns the object; an active role
    (or the user) that holds the privilege with grant option; with MANAGE GRANTS, or as the owner of the managed-access
    schema, the object's owner. In a managed-access schema the owner of the object does not decide. MANAGE GRANTS on a
    container is granted by those alone who hold it with grant option there, on a container around it or on the account.
    """
    access = context.access
    if privilege == MANAGE_GRANTS and obj.kind in CONTAINERS:
        return _delegator(context, obj)
    if access.managed_by(obj) is None:
        if access.owns(obj):
            return obj.owner
        holder = _option_holder(context, obj, privilege)
        if holder is not None:
            return holder
    if not access.decides_grants(obj) or (obj.id == ACCOUNT_ID and privilege in OPTION_ONLY):
        return None
    return obj.owner if obj.owner is not None else context.session.role


def _delegator(context: Context, container: Obj) -> int | None:
    holders = (_option_holder(context, around, MANAGE_GRANTS) for around in context.catalogue.chain(container))
    return next((holder for holder in holders if holder is not None), None)


def _option_holder(context: Context, obj: Obj, privilege: str) -> int | None:
    active = context.access.roles()
    holders = [
        grant.grantee
        for grant in context.catalogue.grants.by("target", obj.id)
        if grant.grant_option and grant.privilege == privilege and grant.grantee in active
    ]
    return context.session.role if context.session.role in holders else next(iter(holders), None)


@dataclass(frozen=True, slots=True)
class Revoked:
    """How many grants a REVOKE took away, and how many it left because others were made from them."""

    done: int = 0
    skipped: int = 0

    def __add__(self, other: Revoked) -> Revoked:
        return Revoked(self.done + other.done, self.skipped + other.skipped)


def take(
    context: Context, grantee: int, privilege: str, obj: Obj, *, option_only: bool = False, cascade: bool = False
) -> Revoked:
    """Take a privilege (or only its grant option) from a grantee, as far as the session may.

    With MANAGE GRANTS, or as the owner of the managed-access schema, every grant of it; otherwise those that an active
    role made. What the system granted stays. Grants made with the grant option go along with ``cascade``, else they
    keep what they depend on. Nothing held is no error.
    """
    delegates = privilege == MANAGE_GRANTS and obj.kind in CONTAINERS
    everything = _delegator(context, obj) is not None if delegates else context.access.decides_grants(obj)
    active = context.access.roles()
    mine = [
        grant
        for grant in context.catalogue.grants.by("held", (grantee, obj.id, privilege))
        if grant.grantor is not None and (everything or grant.grantor in active)
    ]
    if option_only:
        mine = [grant for grant in mine if grant.grant_option]
    if not mine:
        return Revoked()
    dependent = _dependents(context.catalogue, grantee, privilege, obj, mine)
    if dependent and not cascade:
        return Revoked(skipped=len(mine))
    for grant in mine:
        if option_only:
            context.catalogue.grants.put(replace(grant, grant_option=False))
        else:
            withdraw(context.catalogue, grant)
    return Revoked(done=len(mine)) + _cascade(context.catalogue, dependent)


def _dependents(catalogue: Catalogue, holder: int, privilege: str, obj: Obj, going: list[Grant]) -> list[Grant]:
    """Grants that ``holder`` made and could not make any more once its grants in ``going`` are gone."""
    if privilege == MANAGE_GRANTS:
        return _delegated(catalogue, holder, obj, going)
    others = [grant for grant in catalogue.grants.by("held", (holder, obj.id, privilege)) if grant not in going]
    if obj.owner == holder or any(grant.grant_option for grant in others):
        return []
    return [
        grant
        for grant in catalogue.grants.by("grantor", holder)
        if grant.target == obj.id and grant.privilege == privilege and grant not in going
    ]


def _delegated(catalogue: Catalogue, holder: int, obj: Obj, going: list[Grant]) -> list[Grant]:
    """Grants of MANAGE GRANTS on ``obj`` and containers in it that rest on what goes, and on nothing else.

    All else that the holder granted stays (docs.snowflake.com: Using container-level MANAGE GRANTS, "cascade").
    """

    def depends(grant: Grant) -> bool:
        around = [container.id for container in catalogue.chain(catalogue.get(grant.target))]
        if grant.privilege != MANAGE_GRANTS or obj.id not in around or grant in going:
            return False
        rest = (left for place in around for left in catalogue.grants.by("held", (holder, place, MANAGE_GRANTS)))
        return not any(left.grant_option and left not in going for left in rest)

    return [grant for grant in catalogue.grants.by("grantor", holder) if depends(grant)]


def _cascade(catalogue: Catalogue, grants: list[Grant]) -> Revoked:
    revoked = Revoked()
    for grant in grants:
        target = catalogue.get(grant.target)
        further = _dependents(catalogue, grant.grantee, grant.privilege, target, [grant])
        withdraw(catalogue, grant)
        revoked += Revoked(done=1) + _cascade(catalogue, further)
    return revoked


def withdraw(catalogue: Catalogue, grant: Grant) -> None:
    """Take a grant away and keep it in the history of revoked grants."""
    remember_revoked(catalogue, grant)
    catalogue.grants.delete(grant)


def regrant(catalogue: Catalogue, grant: Grant, grantor: int | None) -> None:
    """Make ``grantor`` the one who made the grant; joined with a grant of the same that it has made already."""
    catalogue.grants.delete(grant)
    catalogue.grants.put(replace(grant, grantor=grantor))


def pass_on(catalogue: Catalogue, role: Obj, heir: int | None) -> None:
    """What a role owns goes to ``heir``, and so does what it granted (docs.snowflake.com: DROP ROLE, usage notes)."""
    for owned in catalogue.objects.by("owner", role.id):
        catalogue.update(owned, owner=heir)
    for grant in catalogue.grants.by("grantor", role.id):
        regrant(catalogue, grant, heir)
    for inherited in catalogue.inherited.by("grantor", role.id):
        catalogue.inherited.put(replace(inherited, grantor=heir))


def future_grants_for(catalogue: Catalogue, obj: Obj) -> list[FutureGrant]:
    """Future grants that apply to an object just made.

    For schema objects, future grants on the schema for that type replace those on the database as a whole; a future
    OWNERSHIP on the database does not reach into managed-access schemas (docs.snowflake.com: GRANT <privileges>,
    "Future grants on database or schema objects").
    """

    def of(container: int, kind: Kind) -> list[FutureGrant]:
        return [future for future in catalogue.futures.by("container", container) if future.kind is kind]

    scope = obj.kind.info.scope
    if scope is Scope.ACCOUNT:
        return []
    if scope is Scope.DATABASE:
        return of(obj.parent, obj.kind)
    schema = catalogue.get(obj.parent)
    inherited = of(schema.parent, obj.kind)
    if is_managed(schema):
        inherited = [future for future in inherited if future.privilege != "OWNERSHIP"]
    return of(schema.id, obj.kind) or inherited


def apply_future_grants(context: Context, obj: Obj) -> None:
    """Give a new object the rights that future grants promise, ownership included; its owner is the grantor.

    On a stage only READ and WRITE (internal) or USAGE (external) come to be, as documented.
    """
    catalogue = context.catalogue
    futures = future_grants_for(catalogue, obj)
    for future in futures:
        if future.privilege == "OWNERSHIP":
            obj = catalogue.update(obj, owner=future.grantee)
    external = bool(obj.props.get("URL"))
    for future in futures:
        if future.privilege == "OWNERSHIP" or (
            obj.kind is Kind.STAGE and (future.privilege == "USAGE") is not external
        ):
            continue
        give(catalogue, future.grantee, future.privilege, obj.id, obj.owner, option=future.grant_option)
