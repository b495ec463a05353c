"""Snowflake types of a query's columns where they come straight from a table, a view or a cast.

DuckDB forgets what it has no word for: the length of a VARCHAR, OBJECT and ARRAY against VARIANT, TZ against LTZ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING

from local.data.infer import common, type_of
from local.data.types import SqlType

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.expressions import Expr

Outputs = Sequence[tuple[str, SqlType | None]]
"""Names and types of columns; None where only DuckDB knows the type."""


def outputs(query: Expr, known: Mapping[str, Outputs | None] | None = None) -> Outputs | None:
    """What a resolved query yields, or None if that cannot be told; ``known`` are the CTEs in sight."""
    from sqlglot import exp

    if query.args.get("pivots"):
        return None
    names = dict(known or {})
    with_ = query.args.get("with_")
    if isinstance(with_, exp.With):
        for cte in with_.expressions:
            names[cte.alias] = _renamed(outputs(cte.this, names), cte.args.get("alias"))
    if isinstance(query, exp.Subquery):
        if "columns" in query.meta:
            return [(column.name, column.type) for column in query.meta["columns"]]
        return _renamed(outputs(query.this, names), query.args.get("alias"))
    if isinstance(query, exp.SetOperation):
        return reduce(_merge, (outputs(side, names) for side in (query.this, query.expression)))
    return _select(query, names) if isinstance(query, exp.Select) else None


def _renamed(found: Outputs | None, alias: object) -> Outputs | None:
    columns = getattr(alias, "args", {}).get("columns") or []
    if found is None or not columns:
        return found
    if len(columns) != len(found):
        return None
    return [(column.name, kind) for column, (_, kind) in zip(columns, found, strict=True)]


def _merge(left: Outputs | None, right: Outputs | None) -> Outputs | None:
    if left is None or right is None or len(left) != len(right):
        return None
    return [(name, common((kind, other))) for (name, kind), (_, other) in zip(left, right, strict=True)]


def _select(select: exp.Select, names: Mapping[str, Outputs | None]) -> Outputs | None:
    from sqlglot import exp

    sources: dict[str, Outputs | None] = {}
    from_ = select.args.get("from_")
    joins = select.args.get("joins") or []
    for item in ([from_.this] if from_ else []) + [join.this for join in joins]:
        sources[item.alias_or_name] = names.get(item.name) if isinstance(item, exp.Table) else outputs(item, names)
    found: list[tuple[str, SqlType | None]] = []
    for projection in select.expressions:
        if projection.is_star:
            expanded = _star(projection, sources, joins, bool(select.args.get("laterals")))
            if expanded is None:
                return None
            found.extend(expanded)
        else:
            found.append((projection.alias_or_name, _type(projection, sources)))
    return found


def _star(
    star: Expr, sources: Mapping[str, Outputs | None], joins: Sequence[exp.Join], laterals: bool
) -> Outputs | None:
    from sqlglot import exp

    inner = star.this if isinstance(star, exp.Column) else star
    if any(inner.args.get(key) for key in ("except_", "replace", "rename", "ilike")) or laterals:
        return None
    if isinstance(star, exp.Column):
        return sources.get(star.table)
    if any(join.method.upper() == "NATURAL" or join.kind.upper() in ("SEMI", "ANTI") for join in joins):
        return None
    # The columns of USING stand once, with those of the first table that has them.
    shared = {join.this.alias_or_name: {name.name for name in join.args.get("using") or ()} for join in joins}
    found: list[tuple[str, SqlType | None]] = []
    for name, source in sources.items():
        if source is None:
            return None
        found.extend((column, kind) for column, kind in source if column not in shared.get(name, ()))
    return found


def _type(projection: Expr, sources: Mapping[str, Outputs | None]) -> SqlType | None:
    from sqlglot import exp

    def find(node: Expr) -> SqlType | None:
        if isinstance(node, exp.Subquery):
            shown = outputs(node)
            return shown[0][1] if shown else None
        table = node.text("table")
        found = [
            kind
            for name, source in sources.items()
            if not table or table == name
            for column, kind in source or ()
            if column == node.name
        ]
        return found[0] if len(found) == 1 else None

    return type_of(projection.unalias(), find)
