"""Forms of a statement that sqlglot reads but does not understand, brought into the form that it does.

Source: docs.snowflake.com, ORDER BY ("ALL"), WITH ("RECURSIVE is optional"), Table literals, OBJECT constants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.errors import unsupported
from local.reader import Reader

if TYPE_CHECKING:
    from sqlglot.expressions import Expr


def normalize(tree: Expr) -> None:
    """Change the tree in place, before names are stored."""
    from sqlglot import exp

    for node in list(tree.walk()):
        if isinstance(node, exp.Struct):
            for item in node.expressions:
                if isinstance(item, exp.PropertyEQ) and isinstance(item.this, exp.Identifier):
                    item.set("this", exp.Literal.string(item.this.name))
        elif isinstance(node, exp.Order):
            _order(node)
        elif isinstance(node, exp.With):
            _recursion(node)
        elif isinstance(node, exp.TableFromRows) and isinstance(node.this, exp.Literal) and node.this.is_string:
            node.replace(_table(node))


def _order(node: Expr) -> None:
    """ORDER BY ALL: every column of the result, from the left."""
    from sqlglot import exp

    (first, *others) = node.expressions
    key = first.this if isinstance(first, exp.Ordered) else first
    if not (isinstance(key, exp.Column) and key.name.upper() == "ALL" and not key.table) or key.this.quoted:
        return
    select = node.parent
    if others or not isinstance(select, exp.Select):
        raise unsupported("ORDER BY ALL with further columns or of a set operation")
    if any(item.is_star for item in select.expressions):
        raise unsupported("ORDER BY ALL of SELECT *")
    made: list[Expr] = []
    for number in range(1, len(select.expressions) + 1):
        copied = first.copy()
        copied.set("this", exp.Literal.number(number))
        made.append(copied)
    node.set("expressions", made)


def _recursion(node: Expr) -> None:
    """A CTE that reads itself behind UNION ALL is recursive with or without the word."""
    from sqlglot import exp

    for cte in node.expressions:
        body = cte.this
        if isinstance(body, exp.Union) and any(
            not table.args.get("db") and table.name.upper() == cte.alias.upper()
            for table in body.expression.find_all(exp.Table)
        ):
            node.set("recursive", True)


def _table(node: Expr) -> Expr:
    """TABLE('name') is the table of this name."""
    from sqlglot import exp

    reader = Reader(node.this.name)
    parts = [exp.to_identifier(part, quoted=True) for part in reader.path()]
    reader.end()
    made = exp.Table(alias=node.args.get("alias"), joins=node.args.get("joins"))
    for key, part in zip(("this", "db", "catalog"), reversed(parts), strict=False):
        made.set(key, part)
    return made
