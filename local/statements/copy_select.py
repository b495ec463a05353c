"""The SELECT of COPY INTO <table> FROM (SELECT …): a simple one over one stage, its expressions in DuckDB's SQL.

Source: docs.snowflake.com, Transforming data during a load ("Supported functions", "Usage notes").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from local.data.copy_job import CopyJob, Projection
from local.data.formats import Given
from local.data.guard import CHECKED
from local.data.parse import parse, prepare
from local.data.staged_names import Positions, position_of
from local.data.staged_table import staged_arguments
from local.data.translate import to_duckdb
from local.errors import compilation_error
from local.session import Context

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

_MARK = "_SF_PROJECTION_"
_REFUSED = ("where", "group", "having", "qualify", "windows", "order", "limit", "offset", "joins", "laterals", "with_",
            "distinct")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Transform:
    """A SELECT over staged files: where they are, their format if the stage reference names one, what is computed."""

    location: str
    given: Given
    alias: str
    projections: tuple[Expr, ...]

    def onto(self, context: Context, job: CopyJob) -> CopyJob:
        """The job with the expressions translated."""
        from sqlglot import exp

        positions = Positions()
        count = len(self.projections)
        raws = [item.this if isinstance(item, exp.Cast) else item for item in self.projections]
        inner = exp.select(*(item.copy() for item in (*self.projections, *raws)))
        positions.rewrite(inner, columnar=job.made.kind == "PARQUET")
        prepare(context, inner)
        source = exp.to_table(self.alias or "_staged", quoted=True)
        source.meta[CHECKED] = True
        marked = [exp.Anonymous(this=f"{_MARK}{i}", expressions=[e]) for i, e in enumerate(inner.expressions)]
        found = _split(to_duckdb(exp.select(*marked).from_(source)), 2 * count)
        text = [job.made.kind == "CSV" and position_of(item) is not None for item in self.projections]
        return replace(
            job,
            projections=tuple(Projection(found[i], found[count + i], text[i]) for i in range(count)),
            fields=positions.highest if job.made.kind != "PARQUET" else 1,
            keys=tuple(positions.members),
            alias=self.alias,
        )


def read_select(context: Context, query: str) -> Transform:
    """Read the SELECT; 001003-like refusal of anything that Snowflake does not take in a COPY."""
    from sqlglot import exp

    tree = parse(query)
    from_ = tree.args.get("from_") if isinstance(tree, exp.Select) else None
    table = from_.this if from_ is not None else None
    staged = staged_arguments(table) if isinstance(table, exp.Table) else None
    clauses = [name for name in _REFUSED if tree.args.get(name)] + [
        name for name in ("joins", "laterals") if table is not None and table.args.get(name)
    ]
    nested = any(isinstance(node, (exp.Query, exp.AggFunc, exp.Window)) for node in tree.walk() if node is not tree)
    if staged is None or clauses or nested or any(item.is_star for item in tree.expressions):
        raise compilation_error(
            "COPY statement only supports simple SELECT from stage statements for import.", "002018", "0A000"
        )
    projections = tuple(item.this if isinstance(item, exp.Alias) else item for item in tree.expressions)
    return Transform(staged.location, staged.given, table.alias.upper() if table is not None else "", projections)


def _split(sql: str, count: int) -> list[str]:
    """The arguments of the marks in the translated statement."""
    found: list[str] = []
    position = 0
    for index in range(count):
        mark = f"{_MARK}{index}("
        start = sql.index(mark, position) + len(mark)
        position = _closing(sql, start)
        found.append(sql[start:position])
    return found


def _closing(sql: str, position: int) -> int:
    """Where the parenthesis closes that is open at ``position``."""
    depth, quote = 1, ""
    while position < len(sql):
        char = sql[position]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        else:
            depth += {"(": 1, ")": -1}.get(char, 0)
            if depth == 0:
                return position
        position += 1
    raise compilation_error("The SELECT of a COPY cannot be read.")
