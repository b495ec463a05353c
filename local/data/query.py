"""A query made ready for DuckDB: resolved, translated, with the names and types that Snowflake gives its columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.data.columns import ColumnDef
from local.data.encode import fits
from local.data.labels import nothing_selected, projection_labels
from local.data.lineage import outputs
from local.data.parse import parse, prepare
from local.data.resolve import Reading, Resolver
from local.data.translate import to_duckdb
from local.data.types import SqlType, from_storage
from local.errors import unsupported
from local.session import Context

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from sqlglot import exp
    from sqlglot.expressions import Expr


@dataclass(frozen=True, slots=True)
class Query:
    """DuckDB's SQL, the tables it reads, and column types where the statement tells more than DuckDB knows."""

    sql: str
    reads: frozenset[int]
    views: frozenset[int]
    types: tuple[SqlType | None, ...] | None
    names: tuple[str, ...] = ()
    """Names of the columns; empty where ``types`` is None."""
    sequences: bool = False
    """Whether it takes values of sequences, which must be there when it runs."""

    def columns(self, cursor: DuckDBPyConnection) -> tuple[ColumnDef, ...]:
        """Names and types of the result, found by planning it; fresh ids."""
        rows = cursor.execute(f"DESCRIBE {self.sql}").fetchall()
        known = self.types_for(len(rows))
        found: list[ColumnDef] = []
        for index, row in enumerate(rows):
            derived = known[index] if known else None
            storage = str(row[1])
            kind = derived if derived is not None and fits(derived, storage) else from_storage(storage)
            found.append(ColumnDef(index + 1, str(row[0]), kind))
        return tuple(found)

    def fetched(self, *, as_text: bool = True) -> str:
        """The statement that fetches the result, with numbers as what they are known to be.

        ``as_text`` has them come as text, which Python gets quicker.
        """
        types = self.types or ()
        if not all(self.names) or not any(kind is not None and kind.name == "NUMBER" for kind in types):
            return self.sql
        number = "CAST({} AS VARCHAR)" if as_text else "{}"
        cells = ", ".join(
            (number.format(f"CAST(x{index} AS {kind.storage})") if kind and kind.name == "NUMBER" else f"x{index}")
            + ' AS "' + name.replace('"', '""') + '"'
            for index, (name, kind) in enumerate(zip(self.names, types, strict=True))
        )  # fmt: skip
        return f"SELECT {cells} FROM ({self.sql}) AS q({', '.join(f'x{index}' for index in range(len(types)))})"  # noqa: S608

    def types_for(self, count: int) -> Sequence[SqlType | None] | None:
        """The derived types if there are as many as columns."""
        return self.types if self.types is not None and len(self.types) == count else None


def plan_query(context: Context, sql: str, own: Reading | None = None) -> Query:
    """Parse, check and translate a query; to be called where the catalogue may be read.

    ``own`` are rights and schema other than the session's.
    """
    from sqlglot import exp

    tree = parse(sql)
    if not isinstance(tree, (exp.Query, exp.Values)):
        raise unsupported(f"{tree.key.upper()} as a query")
    if isinstance(tree, exp.Values) and not tree.args.get("alias"):
        tree = exp.select("*").from_(tree)
    if isinstance(tree, exp.Select) and not tree.expressions:
        raise nothing_selected(sql)
    labels = projection_labels(sql)
    resolver = Resolver(context, own)
    holder = exp.Subquery(this=prepare(context, tree))
    if labels is not None:
        _label(holder.this, labels)
    resolver.query(holder)
    return _finish(resolver, holder)


def plan_tree(context: Context, make: Callable[[Resolver], Expr], own: Reading | None = None) -> Query:
    """Check and translate a query that ``make`` builds, not resolved yet where it asks tables."""
    from sqlglot import exp

    resolver = Resolver(context, own)
    holder = exp.Subquery(this=make(resolver))
    resolver.expand_calls()
    return _finish(resolver, holder)


def _finish(resolver: Resolver, holder: exp.Subquery) -> Query:
    shown = outputs(holder.this)
    types = tuple(kind for _, kind in shown) if shown is not None else None
    names = tuple(name for name, _ in shown or ())
    sequences = bool(resolver.sequences)
    return Query(to_duckdb(holder.this), frozenset(resolver.tables), frozenset(resolver.views), types, names, sequences)


def _label(tree: Expr, labels: Sequence[str]) -> None:
    """Name every projection without a name after its text, as Snowflake does."""
    from sqlglot import exp

    while isinstance(tree, (exp.SetOperation, exp.Subquery)):
        tree = tree.this
    if not isinstance(tree, exp.Select) or len(tree.expressions) != len(labels):
        return
    for projection, label in zip(list(tree.expressions), labels, strict=True):
        if not isinstance(projection, (exp.Alias, exp.Column, exp.Star)) and not projection.is_star:
            projection.replace(exp.Alias(this=projection.copy(), alias=exp.to_identifier(label, quoted=True)))
