"""SQL functions as the data plane sees them, and which of several functions of one name a call means.

Source: docs.snowflake.com, "Procedures and functions overloading".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.data.lineage import outputs
from local.data.types import NUMBER, VARCHAR, SqlType, parse_type
from local.errors import SnowflakeError, compilation_error, unsupported
from local.model import Json, Obj

if TYPE_CHECKING:
    from sqlglot.expressions import Expr


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; ``default`` is its SQL expression, empty for none."""

    name: str
    type: SqlType
    default: str = ""


@dataclass(frozen=True, slots=True)
class Udf:
    """A function: ``returns`` of a scalar one, ``columns`` of a table function."""

    name: str
    schema: int
    owner: int | None
    parameters: tuple[Parameter, ...]
    returns: SqlType | None
    columns: tuple[tuple[str, SqlType], ...]
    body: str


def udf_of(obj: Obj) -> Udf:
    """The function that the catalogue keeps."""

    def rows(name: str) -> list[list[Json]]:
        found = obj.props.get(name)
        return [item for item in found if isinstance(item, list)] if isinstance(found, list) else []

    returns = obj.props.get("type")
    return Udf(
        obj.name,
        obj.parent,
        obj.owner,
        tuple(Parameter(str(n), parse_type(str(t)), str(d)) for n, t, d in rows("parameters")),
        parse_type(str(returns)) if returns else None,
        tuple((str(name), parse_type(str(kind))) for name, kind in rows("columns")),
        str(obj.props["body"]),
    )


def choose(found: Sequence[Udf], node: Expr) -> Udf:
    """The function that takes the arguments; several of them are told apart by the types of the arguments."""
    from sqlglot import exp

    given = node.expressions
    named = {arg.this.name.upper() for arg in given if isinstance(arg, exp.Kwarg)}
    fitting = [udf for udf in found if _takes(udf, len(given), named)]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise compilation_error(f"Invalid argument types for function '{found[0].name}'", "001044", "42P13")
    if named:
        raise unsupported(f"call of the overloaded function {found[0].name} with named arguments")
    types = [_type(argument) for argument in given]
    exact = [udf for udf in fitting if _fits(udf, types)]
    if len(exact) != 1:
        raise unsupported(
            f"call of the overloaded function {found[0].name} with arguments of unknown type: cast them in the call"
        )
    return exact[0]


def _takes(udf: Udf, count: int, named: set[str]) -> bool:
    names = [parameter.name for parameter in udf.parameters]
    if named and not named <= set(names[count - len(named) :]):
        return False
    rest = [p for p in udf.parameters[count - len(named) :] if p.name not in named]
    return count <= len(names) and all(parameter.default for parameter in rest)


def _fits(udf: Udf, types: Sequence[str | None]) -> bool:
    return (
        all(
            kind is None or kind in (parameter.type.name, "NULL")
            for kind, parameter in zip(types, udf.parameters, strict=False)
        )
        and None not in types
    )


def _type(node: Expr) -> str | None:
    """The name of an argument's type where the statement tells it."""
    from sqlglot import exp

    inner = node.unnest()
    if isinstance(inner, exp.Literal):
        return VARCHAR.name if inner.is_string else "FLOAT" if set(inner.name) & set("eE") else NUMBER.name
    if isinstance(inner, exp.Neg):
        return _type(inner.this)
    if isinstance(inner, exp.Null):
        return "NULL"
    if isinstance(inner, (exp.Boolean, exp.Predicate, exp.Not, exp.Connector)):
        return "BOOLEAN"
    if isinstance(inner, (exp.DPipe, exp.Concat, exp.Upper, exp.Lower, exp.Trim, exp.Substring)):
        return VARCHAR.name
    if isinstance(inner, exp.Cast):
        try:
            return parse_type(inner.to.sql(dialect="snowflake")).name
        except SnowflakeError:
            return None
    if isinstance(inner, exp.Column):
        found = [kind for name, kind in columns_of_select(inner.parent_select, inner.table) if name == inner.name]
        return found[0].name if len(found) == 1 and found[0] is not None else None
    return None


def columns_of_select(select: Expr | None, table: str = "") -> list[tuple[str, SqlType | None]]:
    """Columns that the sources of a SELECT have, of one alone if ``table`` names it."""
    from sqlglot import exp

    found: list[tuple[str, SqlType | None]] = []
    if select is None:
        return found
    from_ = select.args.get("from_")
    joins = select.args.get("joins") or []
    for source in ([from_.this] if isinstance(from_, exp.From) else []) + [join.this for join in joins]:
        if not table or source.alias_or_name == table:
            found += outputs(source) or _of_cte(source)
    return found


def _of_cte(source: Expr) -> list[tuple[str, SqlType | None]]:
    """Columns of a CTE in sight."""
    from sqlglot import exp

    above = source.parent
    while isinstance(source, exp.Table) and above is not None:
        with_ = above.args.get("with_")
        for cte in with_.expressions if isinstance(with_, exp.With) else ():
            if cte.alias == source.name:
                return list(outputs(cte.this) or ())
        above = above.parent
    return []
