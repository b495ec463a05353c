"""Which object uses which policy, tag or rule, and what may therefore not be dropped or replaced."""

from __future__ import annotations

import json

from local.catalogue import Catalogue
from local.errors import SnowflakeError, compilation_error
from local.model import Kind, Obj, Reference

POLICIES = (
    Kind.AUTHENTICATION_POLICY,
    Kind.PASSWORD_POLICY,
    Kind.SESSION_POLICY,
    Kind.MASKING_POLICY,
    Kind.ROW_ACCESS_POLICY,
)
"""Kinds of policies that are set on something with SET … POLICY."""

NETWORK_RULE = "NETWORK RULE"
TAG = "TAG"
MASKING_POLICY = "MASKING POLICY"
ROW_ACCESS_POLICY = "ROW ACCESS POLICY"
_BOUND = (MASKING_POLICY, ROW_ACCESS_POLICY)
"""Uses whose value names the columns that a policy's arguments stand for."""


def used_by(catalogue: Catalogue, target: Obj, role: str) -> list[Reference]:
    """What the object uses in that role (its tags, its masking policies …)."""
    return catalogue.references.by("use", (target.id, role))


def network_policy_holders(catalogue: Catalogue, policy: Obj) -> list[Obj]:
    """The account and the users whose NETWORK_POLICY parameter names the policy."""
    candidates = (catalogue.account, *catalogue.of_kind(Kind.USER))
    return [holder for holder in candidates if holder.params.get("NETWORK_POLICY") == policy.name]


def require_unused(catalogue: Catalogue, obj: Obj) -> None:
    """Refuse to drop or replace what is in use, with Snowflake's text for the object's kind.

    For the texts of rules and of policies other than network policies Snowflake's code is not published: 001008 here.
    """
    match obj.kind:
        case Kind.NETWORK_POLICY:
            for holder in network_policy_holders(catalogue, obj):
                raise _network_policy_in_use(obj, holder)
        case Kind.NETWORK_RULE:
            if catalogue.references.by("source", obj.id):
                raise compilation_error(
                    f"Cannot drop Network rule {obj.name} as it is associated with some network policies."
                )
        case Kind.TAG:
            if used_by(catalogue, obj, MASKING_POLICY):
                raise compilation_error(
                    f"Tag {obj.name} cannot be dropped/replaced as it is associated with one or more masking policies."
                )
        case kind if kind in POLICIES:
            if catalogue.references.by("source", obj.id):
                raise compilation_error(
                    f"Policy {obj.name} cannot be dropped/replaced as it is associated with one or more entities."
                )
        case _:
            pass


def _network_policy_in_use(policy: Obj, holder: Obj) -> SnowflakeError:
    where = "ACCOUNT" if holder.kind is Kind.ACCOUNT else "USER"
    return compilation_error(
        f"Cannot perform Drop operation on network policy {policy.name}. "
        f"The policy is attached to {where} with name {holder.name}. "
        f"Unset the network policy from {where} and try the Drop operation again.",
        "001492",
        "42601",
    )


def rename_column(catalogue: Catalogue, table: Obj, old: str, new: str) -> None:
    """Carry the policies and tags of a column along with its new name."""
    for use in _column_uses(catalogue, table, old):
        value = use.value
        if use.role in _BOUND and value:
            value = json.dumps([new if name == old else name for name in json.loads(value)], ensure_ascii=False)
        catalogue.references.delete(use)
        column = new if use.column == old else use.column
        catalogue.references.put(Reference(use.source, use.target, use.role, column, value))


def require_column_droppable(catalogue: Catalogue, table: Obj, column: str) -> None:
    """Refuse to drop a column that a policy is set on, and forget its tags."""
    uses = _column_uses(catalogue, table, column)
    if any(use.role in (MASKING_POLICY, ROW_ACCESS_POLICY) for use in uses):
        raise compilation_error(f"Column {column} cannot be dropped as it is associated with one or more policies.")
    for use in uses:
        catalogue.references.delete(use)


def _column_uses(catalogue: Catalogue, table: Obj, column: str) -> list[Reference]:
    """Uses on the column, and policies that have it as an argument."""
    return [
        use
        for use in catalogue.references.by("target", table.id)
        if use.column == column or (use.role in _BOUND and use.value and column in json.loads(use.value))
    ]
