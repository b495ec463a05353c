"""MERGE: the joined rows go to a temporary table with the clause that applies, then each clause is one statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.data.change import (
    Target,
    default_expression,
    find_target,
    pick_columns,
    read_assignments,
    rows_to_insert,
)
from local.data.columns import ColumnDef
from local.data.encode import count_result
from local.data.fitting import Values
from local.data.identity import Identity
from local.data.overlay import Writing
from local.data.parse import prepare
from local.data.resolve import Resolver
from local.data.shapes import Shapes
from local.data.store import data_store
from local.data.translate import to_duckdb
from local.data.values import converted, sequence_statements
from local.data.work import Plan, worker_of
from local.errors import SnowflakeError, unsupported
from local.parameters import effective
from local.results import Result, StatementType
from local.session import Context

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from sqlglot import exp
    from sqlglot.expressions import Expr

_TABLE = "merge_rows"
_CLAUSE = "_sf_clause"


@dataclass
class _Merge:
    """What the clauses come to."""

    context: Context
    target: Target
    conditions: list[Expr] = field(default_factory=list)
    values: list[Expr] = field(default_factory=list)
    steps: list[tuple[str, Callable[[Writing], int]]] = field(default_factory=list)
    """What is counted (inserted, updated, deleted) and what is written for it."""
    updates: list[int] = field(default_factory=list)
    writes: list[tuple[int, tuple[ColumnDef, ...], tuple[str, ...], bool]] = field(default_factory=list)
    """For each clause that writes values: its number, the columns, the names of the values, whether it updates."""
    strict: bool = True
    """ERROR_ON_NONDETERMINISTIC_MERGE."""

    def keep(self, clause: int, value: Expr) -> str:
        """Have a value computed for the rows of a clause; returns the column that holds it."""
        from sqlglot import exp

        name = f"v{len(self.values)}"
        only = exp.Case(
            ifs=[exp.If(this=exp.EQ(this=exp.column(_CLAUSE), expression=exp.Literal.number(clause)), true=value)]
        )
        self.values.append(exp.Alias(this=only, alias=exp.to_identifier(name)))
        return name


def plan_merge(context: Context, tree: Expr) -> Plan:
    """``MERGE INTO table USING source ON condition WHEN [NOT] MATCHED [AND …] THEN …``."""
    from sqlglot import exp

    if not isinstance(tree, exp.Merge):
        raise unsupported("this form of MERGE")
    prepare(context, tree)
    resolver = Resolver(context)
    clauses = tree.args["whens"].expressions
    target = find_target(resolver, tree.this, *_privileges(clauses))
    strict = effective(context.catalogue, context.session, "ERROR_ON_NONDETERMINISTIC_MERGE")[0] == "true"
    merge = _Merge(context, target, strict=strict)
    for clause in clauses:
        if not clause.args.get("matched"):
            _of_source(clause, tree.args["using"])
    for number, clause in enumerate(clauses):
        _read_clause(merge, number, clause)
    query = _joined(resolver, merge, tree.args["using"], tree.args["on"])
    values = [
        Values(columns, names, f"({query}) AS q WHERE {_CLAUSE} = {clause}", (None,) * len(names), joined=updates)
        for clause, columns, names, updates in merge.writes
    ]
    wanted = data_store(context).wanted(context.catalogue)
    return Plan(
        wanted,
        frozenset(resolver.tables),
        lambda cursor: _run(context, cursor, merge, query, values, wanted),
        {target.table.id: True},
        blame=target.blame(lambda: [written for part in values for written in part.written()]),
        identity=Identity(context.catalogue, resolver.tables | resolver.views),
    )


def _privileges(clauses: Sequence[Expr]) -> list[str]:
    from sqlglot import exp

    kinds = {exp.Update: "UPDATE", exp.Insert: "INSERT"}
    return list(dict.fromkeys(kinds.get(type(clause.args["then"]), "DELETE") for clause in clauses))


def _of_source(clause: Expr, using: Expr) -> None:
    """WHEN NOT MATCHED there is no row of the target: names without a table are columns of the source."""
    from sqlglot import exp

    then = clause.args["then"]
    values = then.expression.expressions if isinstance(then, exp.Insert) and then.expression else []
    for value in [*values, clause.args.get("condition")]:
        for column in value.find_all(exp.Column) if value is not None else ():
            inside = column.find_ancestor(exp.Query)
            if not column.table and (inside is None or inside.find_ancestor(exp.When) is None):
                column.set("table", exp.to_identifier(using.alias_or_name, quoted=True))


def _read_clause(merge: _Merge, number: int, clause: Expr) -> None:
    from sqlglot import exp

    if clause.args.get("source"):
        raise unsupported("WHEN NOT MATCHED BY SOURCE")
    matched, then, extra = bool(clause.args.get("matched")), clause.args["then"], clause.args.get("condition")
    missing = exp.Is(this=merge.target.rowid(), expression=exp.Null())
    condition: Expr = exp.Not(this=missing) if matched else missing
    merge.conditions.append(exp.And(this=condition, expression=exp.Paren(this=extra.copy())) if extra else condition)
    if isinstance(then, exp.Update):
        columns, values = read_assignments(merge.context, merge.target, then.expressions)
        names = [merge.keep(number, value) for value in values]
        changes = {
            column.physical: converted(f"q.{name}", column.type) for column, name in zip(columns, names, strict=True)
        }
        merge.updates.append(number)
        merge.writes.append((number, tuple(columns), tuple(names), True))
        rows = f"SELECT * FROM {_TABLE} WHERE op = {number}"  # noqa: S608
        merge.steps.append(("updated", lambda table: table.update(changes, rows)))
    elif isinstance(then, exp.Insert):
        added = _insert(merge, number, then)
        merge.steps.append(("inserted", lambda table: table.insert(added)))
    else:
        gone = f"SELECT r FROM {_TABLE} WHERE op = {number}"  # noqa: S608
        merge.steps.append(("deleted", lambda table: table.delete(gone)))


def _insert(merge: _Merge, number: int, then: exp.Insert) -> str:
    from sqlglot import exp

    named = [part.name for part in then.this.expressions] if then.this else []
    columns = pick_columns(merge.target, named)
    cells = then.expression.expressions if then.expression else []
    if len(cells) != len(columns):
        raise SnowflakeError(
            "002020",
            "21S01",
            "SQL compilation error:\n"
            f"Insert value list does not match column list expecting {len(columns)} but got {len(cells)}",
        )
    names = []
    for column, cell in zip(columns, cells, strict=True):
        default = isinstance(cell, exp.Var) and cell.name.upper() == "DEFAULT"
        value = default_expression(merge.context, column, merge.target) if default else cell.copy()
        names.append(merge.keep(number, value))
    merge.writes.append((number, columns, tuple(names), False))
    source = f"(SELECT * FROM {_TABLE} WHERE op = {number}) AS q"  # noqa: S608
    return rows_to_insert(merge.context, merge.target, columns, source, names)


def _joined(resolver: Resolver, merge: _Merge, using: Expr, on: Expr) -> str:
    """The source's rows with the row id of the target's row that they meet, the clause, and the clause's values."""
    from sqlglot import exp

    clause = exp.Case(
        ifs=[
            exp.If(this=condition, true=exp.Literal.number(number)) for number, condition in enumerate(merge.conditions)
        ]
    )
    select = exp.Select(
        expressions=[exp.Alias(this=clause, alias=exp.to_identifier(_CLAUSE)), *merge.values],
        from_=exp.From(this=using.copy()),
    )
    join = exp.Join(side="LEFT", on=on.copy())
    select.set("joins", [join])
    resolver.query(select)
    join.set("this", merge.target.source())
    row = exp.Alias(this=merge.target.rowid(), alias=exp.to_identifier("r"))
    select.set("expressions", [row, *select.expressions])
    return to_duckdb(select)


def _run(
    context: Context,
    cursor: DuckDBPyConnection,
    merge: _Merge,
    query: str,
    values: Sequence[Values],
    wanted: Shapes,
) -> Result:
    kinds = [kind for kind in ("inserted", "updated", "deleted") if any(kind == k for k, _ in merge.steps)]
    counts = dict.fromkeys(kinds, 0)
    labels = [f"number of rows {kind}" for kind in kinds]
    if context.describe_only:
        return count_result(labels, list(counts.values()), StatementType.MERGE)
    for part in values:
        part.require_fit(cursor)
    with data_store(context).cursor() as other:
        for statement in sequence_statements(merge.target.table.id, merge.target.columns):
            other.execute(statement)
    # Where any of several source rows may change a row of the target, one of them does, by its clause.
    once = "" if merge.strict else " QUALIFY r IS NULL OR row_number() OVER (PARTITION BY r) = 1"
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE {_TABLE} AS "  # noqa: S608
        f"SELECT * RENAME ({_CLAUSE} AS op) FROM ({query}) WHERE {_CLAUSE} IS NOT NULL{once}"
    )
    if merge.strict:
        _refuse_duplicates(cursor, merge)
    table = worker_of(context).writing(wanted, merge.target.table.id)
    for kind, write in merge.steps:
        counts[kind] += write(table)
    cursor.execute(f"DROP TABLE {_TABLE}")
    return count_result(labels, list(counts.values()), StatementType.MERGE)


def _refuse_duplicates(cursor: DuckDBPyConnection, merge: _Merge) -> None:
    """100090 if a row would be updated by more than one source row; several that delete it agree with each other."""
    updates = ", ".join(map(str, merge.updates)) or "-1"
    found = cursor.execute(
        f"SELECT 1 FROM {_TABLE} WHERE r IS NOT NULL GROUP BY r "  # noqa: S608
        f"HAVING count(*) > 1 AND bool_or(op IN ({updates})) LIMIT 1"
    ).fetchone()
    if found is not None:
        raise SnowflakeError("100090", "42P18", "Duplicate row detected during DML action")
