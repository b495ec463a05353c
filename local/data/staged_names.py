"""Columns of staged files in a query: ``$1``, ``t.$2``, ``$1:member`` become columns of the file's view."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot.expressions import Expr


@dataclass
class Positions:
    """What a query asks for: the highest position, and the members of ``$1``."""

    highest: int = 1
    members: dict[str, None] = field(default_factory=dict)

    def rewrite(self, tree: Expr, *, columnar: bool) -> None:
        """Rewrite in place, before names are stored; ``columnar`` makes the first member of ``$1`` a column."""
        from sqlglot import exp

        for node in list(tree.walk()):
            if isinstance(node, exp.JSONExtract) and columnar and position_of(node.this) == 1:
                self._member(node)
        for node in list(tree.walk()):
            number = position_of(node)
            if number is None or isinstance(node.parent, exp.Column):
                continue
            self.highest = max(self.highest, number)
            node.replace(_column(f"${number}", node))

    def _member(self, node: Expr) -> None:
        from sqlglot import exp

        path = node.expression
        parts = list(path.expressions) if isinstance(path, exp.JSONPath) else []
        if len(parts) < 2 or not isinstance(parts[1], exp.JSONPathKey):
            return
        key = str(parts[1].this)
        self.members[key] = None
        found = _column(f"$1:{key}", node.this)
        if len(parts) > 2:
            node.set("this", exp.cast(found, "JSON", dialect="duckdb"))
            path.set("expressions", [parts[0], *parts[2:]])
        else:
            node.replace(exp.ToVariant(this=found) if _wants_variant(node.parent) else found)


_OF_VARIANTS = ("ARRAY", "OBJECT", "GET", "IS_", "AS_", "TYPEOF", "TO_JSON", "STRIP_NULL", "XMLGET", "TO_VARIANT")


def _wants_variant(node: Expr | None) -> bool:
    """Whether a call is about semi-structured data; anything else takes a Parquet column as it is."""
    from sqlglot import exp

    if not isinstance(node, exp.Func):
        return False
    name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
    return name.upper().startswith(_OF_VARIANTS)


def position_of(node: object) -> int | None:
    """The number of ``$n`` or ``t.$n``; None for anything else."""
    from sqlglot import exp

    inner = node.this if isinstance(node, exp.Column) else node
    if not isinstance(inner, exp.Parameter) or not inner.name.isdecimal() or len(inner.name) > 5:
        return None
    return int(inner.name)


def _column(name: str, like: Expr) -> Expr:
    from sqlglot import exp

    table = like.args.get("table") if isinstance(like, exp.Column) else None
    made = exp.column(exp.to_identifier(name, quoted=True))
    if table is not None:
        made.set("table", table.copy())
    return made
