"""Implicit conversions that DuckDB does not do, or does in another way: text and variants beside other types.

Source: docs.snowflake.com, "Data type conversion" (implicit casting), "Arithmetic operators", VARIANT data type.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from local.data.infer import FLATTENED, SPLIT, Kind, type_of
from local.data.lineage import Outputs, outputs
from local.data.macros import TEXT
from local.data.semi import call
from local.errors import unsupported

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

_SEMI = ("VARIANT", "OBJECT", "ARRAY")
_MOMENTS = ("DATE", "TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP_TZ")
_TEXTS = (
    "Upper", "Lower", "Trim", "Substring", "Concat", "DPipe", "Replace", "Left", "Right", "Initcap", "Reverse",
    "Length", "SplitPart",
    "Split", "GroupConcat", "ConcatWs", "Pad", "RegexpReplace", "RegexpSubstr", "RegexpLike", "Like",
    "ILike", "Contains", "StartsWith", "EndsWith", "StrPosition", "MD5", "SHA2",
)  # fmt: skip
"""Functions of texts: a variant among their arguments is its text."""


class Typer:
    """Types of the expressions of one resolved statement."""

    def __init__(self) -> None:
        self._sources: dict[int, list[tuple[str, Outputs | None]]] = {}

    def type(self, node: Expr) -> Kind:
        """The type; None where it cannot be told."""
        return type_of(node, self._find)

    def _find(self, node: Expr) -> Kind:
        from sqlglot import exp

        if isinstance(node, exp.Subquery):
            found = outputs(node)
            return found[0][1] if found else None
        select = node.parent_select
        while select is not None:
            kinds = [
                kind
                for name, source in self._of(select)
                if not node.text("table") or node.text("table") == name
                for column, kind in source or ()
                if column == node.name
            ]
            if kinds:
                return kinds[0] if len(kinds) == 1 else None
            select = select.parent_select
        return None

    def named(self, select: Expr) -> list[tuple[str, list[str] | None]]:
        """The sources of a SELECT with the names of their columns; None for names that are not known."""
        from sqlglot import exp

        found: list[tuple[str, list[str] | None]] = []
        from_ = select.args.get("from_")
        item = from_.this if isinstance(from_, exp.From) else None
        if isinstance(item, exp.Values) and not select.args.get("joins"):
            alias = item.args.get("alias")
            given = [column.name for column in alias.columns] if alias else []
            row = item.expressions[0] if item.expressions else None
            count = len(row.expressions) if isinstance(row, exp.Tuple) else 1
            return [(item.alias, given or [f"COLUMN{place}" for place in range(1, count + 1)])]
        for name, source in self._of(select):
            found.append((name, [column for column, _ in source] if source is not None else None))
        return found

    def _of(self, select: Expr) -> Sequence[tuple[str, Outputs | None]]:
        from sqlglot import exp

        known = self._sources.get(id(select))
        if known is None:
            from_ = select.args.get("from_")
            items = [from_.this] if isinstance(from_, exp.From) else []
            items += [join.this for join in select.args.get("joins") or ()]
            items += select.args.get("laterals") or ()
            for item in list(items):
                items += [join.this for join in item.args.get("joins") or ()]
                items += item.args.get("laterals") or ()
            known = self._sources[id(select)] = [(item.alias_or_name, _columns(item)) for item in items]
        return known


def _columns(item: Expr) -> Outputs | None:
    from sqlglot import exp

    if isinstance(item, (exp.Lateral, exp.TableFromRows)):
        if isinstance(item.this, exp.SplitToTable):
            return SPLIT
        return FLATTENED if isinstance(item.this, exp.Explode) else outputs(item.this)
    if isinstance(item, exp.Table):
        return _of_cte(item)
    return outputs(item)


def _of_cte(item: Expr) -> Outputs | None:
    from sqlglot import exp

    above = item.parent
    while above is not None:
        with_ = above.args.get("with_")
        for cte in with_.expressions if isinstance(with_, exp.With) and not with_.args.get("recursive") else ():
            if cte.alias == item.name and not cte.args["alias"].columns and item.find_ancestor(exp.CTE) is not cte:
                return outputs(cte.this)
        above = above.parent
    return None


def place_positions(tree: Expr) -> None:
    """``$n`` as the n-th column of the one table of its query, in place; 000002 where that cannot be told."""
    from sqlglot import exp

    typer = Typer()
    for node in [column for column in tree.find_all(exp.Column) if column.meta.get("position")]:
        select, number = node.parent_select, node.meta["position"]
        sources = typer.named(select) if select is not None else []
        fitting = [names for alias, names in sources if node.table in ("", alias)]
        if len(fitting) != 1 or fitting[0] is None or not 0 < number <= len(fitting[0]):
            raise unsupported(f"column position ${number}")
        node.set("this", exp.to_identifier(fitting[0][number - 1], quoted=True))


def coerce(tree: Expr) -> None:
    """Put the conversions into a resolved tree, in place."""
    from sqlglot import exp

    typer = Typer()
    texts = tuple(getattr(exp, name) for name in _TEXTS)
    compared = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
    # What is converted is collected first: a type is asked of the tree as it was written.
    steps: list[tuple[Expr, Expr]] = []
    for node in tree.walk():
        if isinstance(node, (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)):
            steps += _arithmetic(typer, node)
        elif isinstance(node, (exp.Neg, exp.Abs)) and _semi(typer.type(node.this)):
            steps.append((node.this, call("_sf_variant_number", node.this)))
        elif isinstance(node, compared):
            steps += _compared(typer, node.this, node.expression) + _compared(typer, node.expression, node.this)
        elif isinstance(node, exp.In) and node.expressions:
            steps += _among(typer, node.this, node.expressions)
        elif isinstance(node, exp.Between):
            steps += _among(typer, node.this, [node.args["low"], node.args["high"]])
        elif isinstance(node, texts):
            steps += [(a, call(TEXT, a)) for a in _arguments(node) if _semi(typer.type(a))]
        elif isinstance(node, (exp.Sum, exp.Avg)):
            steps += _summed(typer, node)
        elif isinstance(node, (exp.Ordered, exp.Max, exp.Min, exp.Greatest, exp.Least)) and _ranked(typer, node):
            steps.append((node, node))
    for old, new in reversed(steps):
        if old is new:
            _order(old) if isinstance(old, exp.Ordered) else _extreme(old)
        else:
            old.replace(_rebuilt(old, new))


def _rebuilt(old: Expr, new: Expr) -> Expr:
    """The conversion around the argument as it is by now."""
    new.expressions[0].replace(old.copy())
    return new


def _arguments(node: Expr) -> list[Expr]:
    from sqlglot import exp

    found: list[Expr] = []
    for value in node.args.values():
        found += [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, exp.Expr)]
    return found


def _semi(kind: Kind) -> bool:
    return kind is not None and kind.name in _SEMI


def _arithmetic(typer: Typer, node: Expr) -> list[tuple[Expr, Expr]]:
    from sqlglot import exp

    sides = (node.this, node.expression)
    kinds = [typer.type(side) for side in sides]
    if any(isinstance(side, exp.Interval) for side in sides) or any(
        kind is not None and kind.name in _MOMENTS for kind in kinds
    ):
        return []
    steps: list[tuple[Expr, Expr]] = []
    for side, kind in zip(sides, kinds, strict=True):
        if kind is None:
            continue
        if kind.name == "VARIANT":
            steps.append((side, call("_sf_variant_number", side)))
        elif kind.name == "VARCHAR" and not isinstance(node, exp.Div):
            steps.append((side, call("_sf_text_number", side)))
    return steps


def _compared(typer: Typer, value: Expr, other: Expr) -> list[tuple[Expr, Expr]]:
    """A variant beside something else becomes of the other's type; a text beside a number becomes a number."""
    from sqlglot import exp

    kind, beside = typer.type(value), typer.type(other)
    if kind is None or beside is None:
        return []
    if kind.name == "VARIANT" and beside.name == "VARIANT" and isinstance(value.parent, exp.Binary):
        return [(value, call("_sf_variant_key", value))]
    if kind.name == "VARIANT" and beside.name in ("NUMBER", "FLOAT"):
        return [(value, call("_sf_variant_number", value))]
    if kind.name == "VARIANT" and beside.name == "VARCHAR":
        return [(value, call(TEXT, value))]
    if kind.name == "VARIANT" and beside.name == "BOOLEAN":
        return [(value, call("_sf_variant_boolean", value))]
    if kind.name == "VARIANT" and beside.name in _MOMENTS:
        return [(value, call(f"_sf_variant_{'date' if beside.name == 'DATE' else 'moment'}", value))]
    if kind.name == "VARCHAR" and beside.name == "NUMBER" and not value.is_string:
        return [(value, call("_sf_text_decimal", value))]
    return []


def _among(typer: Typer, value: Expr, others: Sequence[Expr]) -> list[tuple[Expr, Expr]]:
    """A value beside several others, the first of which decides; variants are all compared by their keys."""
    kinds = [typer.type(item) for item in (value, *others)]
    if all(kind is not None and kind.name == "VARIANT" for kind in kinds):
        return [(item, call("_sf_variant_key", item)) for item in (value, *others)]
    return _compared(typer, value, others[0])


def _each(node: Expr) -> Expr:
    """What an aggregate is of, without DISTINCT."""
    from sqlglot import exp

    inner: Expr = node.this
    return inner.expressions[0] if isinstance(inner, exp.Distinct) else inner


def _summed(typer: Typer, node: Expr) -> list[tuple[Expr, Expr]]:
    value = _each(node)
    kind = typer.type(value)
    if kind is None or kind.name not in ("VARIANT", "VARCHAR"):
        return []
    return [(value, call("_sf_variant_number" if kind.name == "VARIANT" else "_sf_text_double", value))]


def _ranked(typer: Typer, node: Expr) -> bool:
    """Whether it brings variants into an order; 000002 where their order is not that of DuckDB and cannot be given."""
    from sqlglot import exp

    if isinstance(node, exp.Ordered):
        return isinstance(node.parent, exp.Order) and _semi(typer.type(node.this))
    if isinstance(node, (exp.Max, exp.Min)):
        return not node.expressions and _semi(typer.type(_each(node)))
    if any(_semi(typer.type(item)) for item in _arguments(node)):
        raise unsupported(f"{node.key.upper()} of variants")
    return False


def _extreme(node: Expr) -> None:
    """The largest or smallest variant, where numbers are in the order of numbers, too."""
    from sqlglot import exp

    value = _each(node)
    by = exp.ArgMax if isinstance(node, exp.Max) else exp.ArgMin
    node.replace(by(this=value.copy(), expression=call("_sf_variant_key", value)))


def _order(node: Expr) -> None:
    """Numbers in variants are in the order of numbers."""
    before = node.copy()
    before.set("this", call("_sf_variant_rank", node.this))
    order = node.parent
    if order is not None:
        keys = list(order.expressions)
        keys.insert(next(i for i, key in enumerate(keys) if key is node), before)
        order.set("expressions", keys)
