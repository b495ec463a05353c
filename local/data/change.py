"""INSERT, UPDATE and DELETE as statements on DuckDB's tables.

The target appears in the statement's own query as a subquery with DuckDB's row id, so that names, aliases, joins and
subqueries mean what they mean in a SELECT; what is written is found by row id.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.data.blame import Blame, Written
from local.data.columns import ColumnDef, find_column
from local.data.encode import count_result
from local.data.fitting import Values, types_of
from local.data.guard import written
from local.data.identity import Identity
from local.data.overlay import Writing
from local.data.parse import bind_arrays, prepare
from local.data.resolve import ROWID, Resolver
from local.data.store import data_store
from local.data.translate import to_duckdb
from local.data.values import converted, default_value, sequence_statements
from local.data.work import Plan, worker_of
from local.errors import SnowflakeError, compilation_error, unsupported
from local.model import Obj
from local.parameters import effective
from local.protection import row_policies
from local.results import Result, StatementType
from local.session import Context

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from sqlglot import exp
    from sqlglot.expressions import Expr


@dataclass(frozen=True, slots=True)
class Target:
    """The table that a statement writes, and the name under which the statement speaks of it."""

    table: Obj
    columns: tuple[ColumnDef, ...]
    name: str
    seen: Expr
    """The query for what the statement sees of it: visible rows with their row ids, columns masked by policies."""
    filtered: bool
    """Whether a row access policy hides rows."""
    named: str = ""
    """The table as the statement names it, in an error's text."""

    def source(self) -> exp.Subquery:
        """The target as part of the statement's query, with its row id."""
        from sqlglot import exp

        alias = exp.TableAlias(this=exp.to_identifier(self.name, quoted=True))
        return exp.Subquery(this=self.seen.copy(), alias=alias)

    def blame(self, written: Callable[[], Sequence[Written]]) -> Blame:
        """Finds the column that an error is about."""
        return Blame(self.named, {column.physical: column.name for column in self.columns}, written)

    def rowid(self) -> exp.Column:
        """The row id in that query."""
        from sqlglot import exp

        return exp.column(exp.to_identifier(ROWID), table=exp.to_identifier(self.name, quoted=True))


def find_target(resolver: Resolver, table: Expr, *privileges: str) -> Target:
    """Resolve the written table; every privilege is needed."""
    from sqlglot import exp

    if not isinstance(table, exp.Table):
        raise unsupported(f"{written(table)} as the target of DML")
    named = ".".join(part.name for part in table.parts)
    for privilege in privileges:
        found = resolver.target(table, privilege)
    seen, columns = resolver.source(found, resolver.reading(), rowid=True)
    filtered = bool(row_policies(resolver.context.catalogue, found))
    return Target(found, tuple(columns), table.alias_or_name, seen, filtered, named)


def make_plan(
    context: Context,
    resolver: Resolver,
    target: Target,
    write: Callable[[Writing], Sequence[int]],
    answer: tuple[Sequence[str], StatementType],
    *,
    alone: bool,
    values: Values | None = None,
) -> Plan:
    """A plan that writes the target and answers with the counts that ``write`` returns, one for each label."""
    before = sequence_statements(target.table.id, target.columns)
    store = data_store(context)
    wanted = store.wanted(context.catalogue)
    labels, kind = answer

    def run(cursor: DuckDBPyConnection) -> Result:
        if context.describe_only:
            return count_result(labels, [0] * len(labels), kind)
        if values is not None:
            values.require_fit(cursor)
        if before:
            with store.cursor() as other:
                for statement in before:
                    other.execute(statement)
        return count_result(labels, write(worker_of(context).writing(wanted, target.table.id)), kind)

    identity = Identity(context.catalogue, resolver.tables | resolver.views)
    blame = target.blame(values.written) if values is not None else None
    return Plan(wanted, frozenset(resolver.tables), run, {target.table.id: alone}, blame=blame, identity=identity)


# INSERT


def plan_insert(context: Context, tree: Expr) -> Plan:
    """``INSERT [OVERWRITE] INTO table [(column, …)] VALUES … | query``."""
    from sqlglot import exp

    if not isinstance(tree, exp.Insert) or tree.args.get("with_") or tree.expression is None:
        raise unsupported("this form of INSERT")
    prepare(context, bind_arrays(context, tree))
    resolver = Resolver(context)
    table = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    overwrite = bool(tree.args.get("overwrite"))
    target = find_target(resolver, table, *(("INSERT", "DELETE") if overwrite else ("INSERT",)))
    named = [part.name for part in tree.this.expressions] if isinstance(tree.this, exp.Schema) else []
    written = pick_columns(target, named)
    values = _source(context, resolver, target, written, tree.expression)
    rows = rows_to_insert(context, target, written, values.source, values.names)

    def write(table: Writing) -> list[int]:
        if overwrite:
            return [table.overwrite(rows)]
        return [table.insert(rows)]

    answer = (("number of rows inserted",), StatementType.INSERT)
    return make_plan(context, resolver, target, write, answer, alone=overwrite, values=values)


def pick_columns(target: Target, named: Sequence[str]) -> tuple[ColumnDef, ...]:
    """The columns that a list names, or all; 000904 for an unknown one, 001057 for one named twice."""
    if not named:
        return target.columns
    if len(set(named)) != len(named):
        twice = next(name for name in named if named.count(name) > 1)
        raise compilation_error(f"duplicate column name '{twice}'", "002025", "42S21")
    return tuple(find_column(target.columns, name) for name in named)


def _source(context: Context, resolver: Resolver, target: Target, written: tuple[ColumnDef, ...], tree: Expr) -> Values:
    from sqlglot import exp

    if isinstance(tree, exp.Values):
        for row in tree.expressions:
            cells = row.expressions if isinstance(row, exp.Tuple) else [row]
            _match(len(written), len(cells))
            for column, cell in zip(written, cells, strict=True):
                if isinstance(cell, exp.Var) and cell.name.upper() == "DEFAULT":
                    cell.replace(default_expression(context, column, target))
    elif isinstance(tree, exp.Select) and not any(e.is_star for e in tree.expressions):
        _match(len(written), len(tree.expressions))
    holder = exp.Subquery(this=tree)
    resolver.query(holder)
    given = types_of(holder.this)
    names = tuple(f"x{index}" for index in range(len(written)))
    source = f"({to_duckdb(holder.this)}) AS q({', '.join(names)})"
    if given is None or len(given) != len(written):
        given = [None] * len(written)
    return Values(written, names, source, tuple(given))


def _match(expected: int, given: int) -> None:
    if expected != given:
        raise SnowflakeError(
            "002020",
            "21S01",
            "SQL compilation error:\n"
            f"Insert value list does not match column list expecting {expected} but got {given}",
        )


def default_expression(context: Context, column: ColumnDef, target: Target) -> Expr:
    """The default of a column as an expression that is already DuckDB's."""
    import sqlglot

    return sqlglot.parse_one(default_value(context, column, target.table.id), read="duckdb")


def rows_to_insert(
    context: Context, target: Target, written: Sequence[ColumnDef], source: str, names: Sequence[str]
) -> str:
    """A query for all columns of the target: the written ones from ``source`` (``q.<name>``), the others by default."""
    values = {column.id: converted(f"q.{name}", column.type) for column, name in zip(written, names, strict=True)}
    cells = ", ".join(
        values.get(column.id) or default_value(context, column, target.table.id) for column in target.columns
    )
    return f"SELECT {cells} FROM {source}"  # noqa: S608


# UPDATE and DELETE


def plan_update(context: Context, tree: Expr) -> Plan:
    """``UPDATE table SET column = value, … [FROM …] [WHERE …]``."""
    from sqlglot import exp

    if not isinstance(tree, exp.Update) or tree.args.get("with_"):
        raise unsupported("this form of UPDATE")
    prepare(context, tree)
    resolver = Resolver(context)
    target = find_target(resolver, tree.this, "UPDATE")
    columns, values = read_assignments(context, target, tree.expressions)
    from_ = tree.args.get("from_")
    names = [f"v{index}" for index in range(len(values))]
    shown = [exp.Alias(this=value, alias=exp.to_identifier(name)) for name, value in zip(names, values, strict=True)]
    query = _query(resolver, target, shown, [from_.this] if from_ else [], tree.args.get("where"))
    changes = {
        column.physical: converted(f"q.{name}", column.type) for column, name in zip(columns, names, strict=True)
    }
    strict = effective(context.catalogue, context.session, "ERROR_ON_NONDETERMINISTIC_UPDATE")[0] == "true"

    def write(table: Writing) -> tuple[int, int]:
        if not from_:
            return table.update(changes, query), 0
        return table.update_joined(changes, query, strict=strict)

    labels = ("number of rows updated", "number of multi-joined rows updated")
    given = (None,) * len(columns)
    written = Values(tuple(columns), tuple(names), f"({query}) AS q", given, joined=bool(from_))
    return make_plan(context, resolver, target, write, (labels, StatementType.UPDATE), alone=True, values=written)


def read_assignments(
    context: Context, target: Target, expressions: Sequence[Expr]
) -> tuple[list[ColumnDef], list[Expr]]:
    """Columns and values of SET; DEFAULT becomes the column's default."""
    from sqlglot import exp

    columns: list[ColumnDef] = []
    values: list[Expr] = []
    for item in expressions:
        if not isinstance(item, exp.EQ) or not isinstance(item.this, exp.Column):
            raise unsupported("this form of SET")
        column, value = find_column(target.columns, item.this.name), item.expression
        if isinstance(value, (exp.Column, exp.Var)) and value.name.upper() == "DEFAULT":
            value = default_expression(context, column, target)
        columns.append(column)
        values.append(value.copy())
    return columns, values


def plan_delete(context: Context, tree: Expr) -> Plan:
    """``DELETE FROM table [USING …] [WHERE …]``."""
    from sqlglot import exp

    if not isinstance(tree, exp.Delete) or tree.args.get("with_"):
        raise unsupported("this form of DELETE")
    prepare(context, tree)
    resolver = Resolver(context)
    target = find_target(resolver, tree.this, "DELETE")
    using, where = tree.args.get("using") or [], tree.args.get("where")
    rows = _query(resolver, target, [], using, where) if using or where or target.filtered else None
    answer = (("number of rows deleted",), StatementType.DELETE)
    return make_plan(context, resolver, target, lambda table: [table.delete(rows)], answer, alone=True)


def _query(
    resolver: Resolver, target: Target, shown: Sequence[Expr], sources: Sequence[Expr], where: Expr | None
) -> str:
    """``SELECT target.row id AS r, … FROM target, sources WHERE …`` in DuckDB's SQL."""
    from sqlglot import exp

    select = exp.Select(expressions=list(shown))
    joins: list[Expr] = []
    for source in sources:
        item = source.copy()
        following = item.args.get("joins") or []
        item.set("joins", None)
        joins += [exp.Join(this=item), *following]
    select.set("joins", joins)
    select.set("where", where.copy() if where else None)
    resolver.query(select)
    row = exp.Alias(this=target.rowid(), alias=exp.to_identifier("r"))
    select.set("expressions", [row, *select.expressions])
    select.set("from_", exp.From(this=target.source()))
    return to_duckdb(select)
