"""Statements that run with the rights of an object's owner: bodies of alerts, COPY of pipes, refreshes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

from local.access import role_closure
from local.catalogue import Catalogue
from local.data.store import existing_store
from local.inherited import inherited_on
from local.model import Obj
from local.results import Deferred, Result
from local.session import Context, Session

_numbers = itertools.count(2)
"""Sessions of the system have negative ids, so that no login ever has one of them."""


def role_holds(catalogue: Catalogue, role: int | None, privilege: str, target: Obj) -> bool:
    """Whether a role holds a privilege on the object (or owns it), itself or through the roles granted to it."""
    if role is None:
        return False
    holders = role_closure(catalogue, (role,))
    if target.owner in holders:
        return True
    direct = (grant.grantee for grant in catalogue.grants.by("target", target.id) if grant.privilege == privilege)
    inherited = (grant.grantee for grant in inherited_on(catalogue, target) if grant.privilege == privilege)
    return not holders.isdisjoint((*direct, *inherited))


def as_owner(context: Context, obj: Obj, warehouse: int | None) -> Context:
    """``as_role`` with the object's owner and schema."""
    return as_role(context, obj.owner, context.catalogue.schema_of(obj), warehouse)


def as_role(context: Context, role: int | None, schema: Obj, warehouse: int | None) -> Context:
    """A context of a new session: one role alone, in the schema, on the warehouse; ``end`` must be called with it."""
    session = Session(
        -next(_numbers),
        -1,
        role,
        "",
        "",
        database=schema.parent,
        schema=schema.id,
        warehouse=warehouse,
    )
    return replace(context, session=session, bindings=(), describe_only=False)


def end(context: Context) -> None:
    """Roll back and forget the session of ``as_owner``."""
    store = existing_store(context.catalogue)
    if store is not None:
        store.end_session(context.session.id)


def run_statement(context: Context, sql: str) -> Result:
    """Run a statement to its end; to be called outside the catalogue's statement (in a ``Deferred``)."""
    from local.engine import execute

    with context.catalogue.transaction():
        answer = execute(context, sql)
    return answer.run() if isinstance(answer, Deferred) else answer


def deferred(context: Context, obj: Obj, warehouse: int | None, work: Callable[[Context], Result]) -> Deferred:
    """Work in a session of the owner's, which ends with it; serverless without a warehouse."""

    def run() -> Result:
        inner = as_owner(context, obj, warehouse)
        inner.session.serverless = warehouse is None
        try:
            return work(inner)
        finally:
            end(inner)

    return Deferred(run)
