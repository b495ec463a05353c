"""What no statement may hold, whatever sqlglot would read and DuckDB would run.

Two gates around ``local.data.resolve``: before it, everything that is no Snowflake SQL or that would be ignored is
refused; behind it, no table may be left that the resolver has not checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.data.faults import unknown_function
from local.errors import SnowflakeError, compilation_error, unsupported

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

_FOREIGN = (
    "ReadCSV", "ReadParquet", "AnonymousAggFunc", "CombinedAggFunc", "ParameterizedAgg", "CombinedParameterizedAgg",
    "SafeFunc", "NetFunc", "NextValueFor", "Columns", "SessionUser", "CurrentCatalog", "Secret", "Glob",
)  # fmt: skip
"""sqlglot's functions of other dialects that DuckDB would answer, or that carry another function's name."""

_CLAUSES: dict[str, frozenset[str]] = {
    "Table": frozenset(
        ("this", "alias", "db", "catalog", "laterals", "joins", "pivots", "sample", "format", "pattern", "when")
    ),
    "Insert": frozenset(("this", "expression", "overwrite", "with_", "hint")),
    "Update": frozenset(("this", "expressions", "from_", "where", "with_", "hint")),
    "Delete": frozenset(("this", "using", "where", "with_", "hint")),
    "Merge": frozenset(("this", "using", "on", "whens")),
}
"""What is understood of these; any other clause is refused instead of being dropped in silence."""

_REFUSED_OF_SELECT = (
    "into",
    "locks",
    "settings",
    "format",
    "prewhere",
    "distribute",
    "sort",
    "cluster",
    "for_",
    "kind",
)

_SESSION_COLUMNS = frozenset(
    ("CURRENT_CATALOG", "CURRENT_SCHEMA", "CURRENT_ROLE", "CURRENT_USER", "SESSION_USER", "USER")
)
"""Column names that DuckDB takes for its own functions where no table has them."""

CALLED = "called"
"""Mark on a call of a function that only an account can have; its body must take its place."""

CHECKED = "checked"
"""Mark on a table of DuckDB that the resolver put into the tree after it had checked the right to it."""


def refuse_foreign(tree: Expr) -> None:
    """Raise 000002 or 002141 for what Snowflake does not have or what would be ignored."""
    from sqlglot import exp

    foreign = tuple(getattr(exp, name) for name in _FOREIGN if hasattr(exp, name))
    for node in tree.walk():
        if isinstance(node, foreign):
            raise unknown_function(node.sql_name() if isinstance(node, exp.Func) else node.key)
        if node.args.get("when") and not isinstance(node, exp.Table):
            raise unsupported("Time Travel (AT, BEFORE) of anything but a table or view")
        if isinstance(node, (exp.MatchRecognize, exp.Clone)):
            raise unsupported(node.key.upper())
        if isinstance(node, exp.CTE) and not isinstance(node.this, (exp.Query, exp.Values)):
            raise unsupported(f"{node.this.key.upper()} in WITH")
        if isinstance(node, exp.Subquery) and not isinstance(node.this, (exp.Query, exp.Table, exp.Values)):
            raise unsupported(f"{node.this.key.upper()} in FROM")
        _refuse_clauses(node)


def _refuse_clauses(node: Expr) -> None:
    from sqlglot import exp

    known = _CLAUSES.get(type(node).__name__)
    if known is not None:
        refused = [name for name, value in node.args.items() if value and name not in known]
    else:
        refused = [name for name in _REFUSED_OF_SELECT if isinstance(node, exp.Query) and node.args.get(name)]
    if refused:
        raise unsupported(f"{refused[0].rstrip('_').upper()} in {node.key.upper()}")


def written(node: Expr) -> str:
    """The expression in Snowflake's SQL for an error message; its type where sqlglot cannot write it."""
    try:
        return node.sql(dialect="snowflake", comments=False)
    except Exception:  # noqa: BLE001 (functions with odd arguments fail in many ways while they are written)
        return node.key.upper()


def require_checked(tree: Expr) -> None:
    """Raise unless every table in a finished tree is one that the resolver checked, or a CTE of the tree.

    This is the last look before DuckDB, and does not depend on how the tree came about.
    """
    from sqlglot import exp

    known = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table, exp.Anonymous):
        if isinstance(table, exp.Anonymous):
            if table.meta.get(CALLED):
                raise unknown_function(table.name)
            continue
        own = not table.args.get("db") and table.name in known
        if isinstance(table.this, exp.Identifier) and not own and not table.meta.get(CHECKED):
            raise SnowflakeError(
                "002003",
                "42S02",
                f"SQL compilation error:\nObject '{written(table)}' does not exist or not authorized.",
            )
    _refuse_session_columns(tree)


def _refuse_session_columns(tree: Expr) -> None:
    from sqlglot import exp

    wanted = [c.name for c in tree.find_all(exp.Column) if c.name.upper() in _SESSION_COLUMNS and not c.table]
    if not wanted:
        return
    given = {alias.alias.upper() for alias in tree.find_all(exp.Alias)}
    given |= {column.name.upper() for alias in tree.find_all(exp.TableAlias) for column in alias.columns}
    for name in wanted:
        if name.upper() not in given:
            raise compilation_error(f"invalid identifier '{name}'", "000904", "42000")
