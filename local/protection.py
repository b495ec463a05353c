"""Which policies protect the rows and columns of a table or view: set on it, or carried by a tag.

Rules and their source (docs.snowflake.com: Understanding Column-level Security; Tag-based masking policies;
Understanding row access policies): a policy set on a column comes before one that a tag carries; a tag protects the
columns whose type its policy is for, on the column, its table, schema, database or account, and the nearest counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from local.catalogue import Catalogue
from local.data.columns import ColumnDef, columns_of
from local.data.types import SqlType, parse_type
from local.errors import SnowflakeError, compilation_error
from local.model import Kind, Obj, Reference
from local.uses import MASKING_POLICY, ROW_ACCESS_POLICY, TAG, used_by


@dataclass(frozen=True, slots=True)
class Applied:
    """A policy with the columns that its arguments stand for, and the tag that carries it, if one does."""

    policy: Obj
    columns: tuple[str, ...]
    tag: Obj | None = None


def signature_of(policy: Obj) -> list[tuple[str, SqlType]]:
    """The policy's arguments."""
    found = policy.props.get("signature")
    pairs = [pair for pair in found if isinstance(pair, list)] if isinstance(found, list) else []
    return [(str(pair[0]), parse_type(str(pair[1]))) for pair in pairs]


def _any(catalogue: Catalogue) -> bool:
    kinds = (Kind.MASKING_POLICY, Kind.ROW_ACCESS_POLICY)
    return any(catalogue.objects.by("kind", kind) for kind in kinds)


def row_policies(catalogue: Catalogue, obj: Obj) -> list[Applied]:
    """The row access policies of a table or view."""
    if not _any(catalogue):
        return []
    return [
        Applied(catalogue.get(use.source), tuple(json.loads(use.value)))
        for use in used_by(catalogue, obj, ROW_ACCESS_POLICY)
    ]


def masks(catalogue: Catalogue, obj: Obj, columns: Sequence[ColumnDef]) -> dict[str, Applied]:
    """Column → the masking policy that protects it; 001008 where two tags of one object carry one for the column."""
    if not _any(catalogue):
        return {}
    direct = {use.column: use for use in used_by(catalogue, obj, MASKING_POLICY)}
    carriers = [*_carriers(catalogue, obj)]
    found: dict[str, Applied] = {}
    for column in columns:
        use = direct.get(column.name)
        applied = _set(catalogue, use, column) if use is not None else _tagged(catalogue, carriers, column, columns)
        if applied is not None:
            found[column.name] = applied
    return found


def _set(catalogue: Catalogue, use: Reference, column: ColumnDef) -> Applied:
    using = tuple(str(name) for name in json.loads(use.value)) if use.value else (column.name,)
    return Applied(catalogue.get(use.source), using)


Carrier = tuple[str, list[tuple[Obj, dict[str, Obj]]]]
"""A column's name, or empty for the whole table and its containers, and tags with their policies by type."""


def _carriers(catalogue: Catalogue, obj: Obj) -> Iterator[Carrier]:
    """Everything that may carry a tag for the columns of the object, nearest first; only tags that carry policies."""
    uses = used_by(catalogue, obj, TAG)
    for name in dict.fromkeys(sorted((use.column for use in uses), reverse=True)):
        yield from _tags(catalogue, name, [use for use in uses if use.column == name])
    for number in catalogue.ancestors(obj):
        yield from _tags(catalogue, "", used_by(catalogue, catalogue.get(number), TAG))


def _tags(catalogue: Catalogue, column: str, uses: Sequence[Reference]) -> Iterator[Carrier]:
    found: list[tuple[Obj, dict[str, Obj]]] = []
    for use in uses:
        tag = catalogue.get(use.source)
        policies = [catalogue.get(carried.source) for carried in used_by(catalogue, tag, MASKING_POLICY)]
        if policies:
            found.append((tag, {signature_of(policy)[0][1].name: policy for policy in policies}))
    if found:
        yield column, found


def _tagged(
    catalogue: Catalogue, carriers: Sequence[Carrier], column: ColumnDef, columns: Sequence[ColumnDef]
) -> Applied | None:
    for name, tags in carriers:
        if name not in ("", column.name):
            continue
        fitting = [(tag, policies[column.type.name]) for tag, policies in tags if column.type.name in policies]
        if len({policy.id for _, policy in fitting}) > 1:
            raise compilation_error(
                f"Column '{column.name}' is protected by masking policies of several tags: "
                f"{', '.join(catalogue.full_name(tag) for tag, _ in fitting)}."
            )
        if fitting:
            tag, policy = fitting[0]
            return Applied(policy, _conditional(policy, column, columns), tag)
    return None


def _conditional(policy: Obj, column: ColumnDef, columns: Sequence[ColumnDef]) -> tuple[str, ...]:
    """The columns for a tag's policy: the masked one, then those that are named as its further arguments."""
    others = [name for name, _ in signature_of(policy)[1:]]
    missing = [name for name in others if all(name != known.name for known in columns)]
    if missing:
        raise SnowflakeError(
            "002003",
            "02000",
            "SQL compilation error:\n"
            f"Column '{missing[0]}' for masking policy '{policy.name}' on column '{column.name}' does not exist.",
        )
    return (column.name, *others)


def require_free(catalogue: Catalogue, obj: Obj, columns: Sequence[str], role: str) -> None:
    """Refuse a column in the arguments of a row access policy and of a masking policy at the same time.

    ``columns`` are about to become arguments of a policy of the kind ``role``. A masking policy with
    EXEMPT_OTHER_POLICIES allows its column to be looked at by others (docs: CREATE MASKING POLICY).
    """
    known = [column for column in columns_of(obj) if column.name in columns]
    if role == ROW_ACCESS_POLICY:
        for name, applied in masks(catalogue, obj, known).items():
            if not applied.policy.props.get("EXEMPT_OTHER_POLICIES"):
                raise _taken(name, "masking policy")
        return
    for applied in row_policies(catalogue, obj):
        for name in columns:
            if name in applied.columns:
                raise _taken(name, "row access policy")


def _taken(column: str, what: str) -> SnowflakeError:
    return compilation_error(
        f"Column '{column}' is already attached to a {what}: a column may be an argument of either a masking policy "
        "or a row access policy.",
    )
