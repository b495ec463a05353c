"""SQL functions in queries: a call is replaced by the function's body, read with its owner's rights in its schema.

Source: docs.snowflake.com, "Introduction to SQL UDFs", "Tabular SQL UDFs", "Procedures and functions overloading".
An argument is evaluated where the call stands, so that no name of the body can catch one of the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from local.access import Access
from local.data.columns import ColumnDef
from local.data.faults import unknown_function
from local.data.guard import CHECKED
from local.data.overloads import Udf, choose, columns_of_select, udf_of
from local.data.parse import parse, prepare
from local.data.types import VARCHAR, SqlType
from local.errors import SnowflakeError, compilation_error, insufficient_privileges, unsupported
from local.model import Kind, Obj
from local.names import Path, dotted

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.expressions import Expr

    from local.data.resolve import Reading, Resolver

_MOST = 500
"""Calls that a statement may hold, those in the bodies of its functions included."""
_LARGEST = 20_000
"""Nodes of an expression in which calls were replaced."""
_JSON = ("VARIANT", "OBJECT", "ARRAY")
_PARAMETER = "parameter"


def expand_call(resolver: Resolver, node: Expr, reading: Reading) -> None:
    """Put the body in place of a call that ``prepare`` marked; 002141 if there is no such function."""
    from sqlglot import exp

    resolver.calls += 1
    if resolver.calls > _MOST:
        raise compilation_error("The statement calls too many functions.", "001003", "42000")
    whole, path = _named(node)
    place = whole.parent
    tabular = isinstance(place, (exp.TableFromRows, exp.Lateral)) and whole.arg_key == "this"
    found = _find(resolver, path, reading)
    if not found:
        raise unknown_function(dotted(path)) if len(path) == 1 else _unknown(path)
    udf = choose(found, node)
    if (udf.returns is None) is not tabular:
        raise compilation_error(f"Invalid use of function '{udf.name}'.", "002142", "42601")
    arguments = _arguments(resolver, udf, node)
    if tabular and place is not None:
        place.replace(_beside(resolver, udf, arguments, reading, place))
    else:
        whole.replace(scalar(resolver, udf, arguments, reading))


def _unknown(path: Path) -> SnowflakeError:
    return compilation_error(f"Unknown user-defined function {dotted(path)}.", "002141", "42601")


def _named(node: Expr) -> tuple[Expr, Path]:
    """The call with the names before it, and its path."""
    from sqlglot import exp

    inner = node.this
    parts = [inner.name if isinstance(inner, exp.Identifier) else str(inner).upper()]
    whole = node
    while isinstance(whole.parent, exp.Dot) and whole.arg_key == "expression":
        whole = whole.parent
        parts[:0] = [part.name for part in whole.this.find_all(exp.Identifier, bfs=False)]
    if len(parts) > 3:
        raise _unknown(tuple(parts))
    return whole, tuple(parts)


def _find(resolver: Resolver, path: Path, reading: Reading) -> list[Udf]:
    """Functions of the name that may be used; an unqualified one is looked for in the schema, then in PUBLIC."""
    catalogue = resolver.context.catalogue
    current, database = catalogue.lookup(reading.schema), catalogue.lookup(reading.database)
    schemas: list[Obj | None] = []
    if len(path) == 3:
        schemas = [catalogue.find(Kind.SCHEMA, path[:2])]
    elif len(path) == 2 and database is not None:
        schemas = [catalogue.child(database.id, Kind.SCHEMA, path[0])]
    elif len(path) == 1:
        public = catalogue.child(database.id, Kind.SCHEMA, "PUBLIC") if database is not None else None
        schemas = [current, public]
    for schema in schemas:
        named = catalogue.children(schema.id, Kind.FUNCTION) if schema is not None else []
        seen = [obj for obj in named if obj.name == path[-1] and reading.access.visible(obj)]
        if seen:
            return [udf_of(obj) for obj in _usable(reading.access, seen)]
    return []


def _usable(access: Access, seen: Sequence[Obj]) -> list[Obj]:
    usable = [obj for obj in seen if access.holds(obj, "USAGE") and access.reachable(obj)]
    if not usable:
        raise insufficient_privileges(Kind.FUNCTION.value, seen[0].name)
    runs = [obj for obj in usable if obj.props.get("language") == "SQL"]
    if not runs:
        raise unsupported(f"call of functions in {usable[0].props.get('language')}")
    return runs


# Arguments and bodies


def _arguments(resolver: Resolver, udf: Udf, node: Expr) -> dict[str, Expr]:
    """Parameter → argument, cast to the parameter's type."""
    from sqlglot import exp

    given: dict[str, Expr] = {}
    for parameter, argument in zip(udf.parameters, node.expressions, strict=False):
        if isinstance(argument, exp.Kwarg):
            break
        given[parameter.name] = argument
    for argument in node.expressions:
        if isinstance(argument, exp.Kwarg):
            given[argument.this.name.upper()] = argument.expression
    result: dict[str, Expr] = {}
    for parameter in udf.parameters:
        value = given.get(parameter.name)
        if value is None:
            value = prepare(resolver.context, parse(f"SELECT {parameter.default}")).expressions[0]
        result[parameter.name] = _cast(value.copy(), parameter.type)
    return result


def _cast(value: Expr, kind: SqlType) -> Expr:
    from sqlglot import exp

    if kind.name in _JSON:
        return exp.Paren(this=value)
    return exp.Cast(this=value, to=exp.DataType.build(kind.text, dialect="snowflake"))


def is_query(body: str) -> bool:
    """Whether a body is a query, not an expression."""
    return body.split(None, 1)[0].upper().rstrip("(") in ("SELECT", "WITH", "VALUES") if body.strip() else False


def scalar(resolver: Resolver, udf: Udf, arguments: Mapping[str, Expr], reading: Reading) -> Expr:
    """The expression that stands for a call of a scalar function."""
    from sqlglot import exp

    text = udf.body.strip().removesuffix(";")
    tree = _body(resolver, udf, f"SELECT ({text})", reading)
    value = tree.this.expressions[0]
    kind = udf.returns or VARCHAR
    uses = _parameters(value)
    if value.find(exp.Query) is None and not _evaluated_twice(uses, arguments):
        for node in uses:
            _put(node, exp.Paren(this=arguments[node.meta[_PARAMETER]].copy()))
        found = exp.Paren(this=_cast(tree.this.expressions[0], kind))
        if sum(1 for _ in found.walk()) > _LARGEST:
            raise compilation_error("The statement is too large with the bodies of its functions.", "001003", "42000")
        return found
    name = f"_f{resolver.calls}"
    for node in uses:
        _put(node, _parameter(name, node.meta[_PARAMETER]))
    return exp.Subquery(this=_select([_cast(tree.this.expressions[0], kind)], _holder(name, arguments)))


def _evaluated_twice(uses: Sequence[Expr], arguments: Mapping[str, Expr]) -> bool:
    """Whether an argument that may differ each time would stand in several places."""
    from sqlglot import exp

    names = [node.meta[_PARAMETER] for node in uses]
    volatile = (exp.Rand, exp.Uuid, exp.Anonymous)
    return any(names.count(name) > 1 and value.find(*volatile) is not None for name, value in arguments.items())


def _select(expressions: Sequence[Expr], *sources: Expr | None) -> exp.Select:
    """A SELECT of these very nodes: sqlglot's own builders copy them, and calls in them would wait in vain."""
    from sqlglot import exp

    select = exp.Select(expressions=list(expressions))
    given = [source for source in sources if source is not None]
    if given:
        select.set("from_", exp.From(this=given[0]))
        select.set("joins", [exp.Join(this=other, kind="CROSS") for other in given[1:]])
    return select


def _put(node: Expr, value: Expr) -> None:
    node.replace(value)


def table(resolver: Resolver, udf: Udf, arguments: Mapping[str, Expr], reading: Reading) -> Expr:
    """The query that stands for a call of a table function."""
    from sqlglot import exp

    body, name = _rows(resolver, udf, reading), f"_f{resolver.calls}"
    given = [exp.to_identifier(f"x{number}") for number in range(len(udf.columns))]
    body.set("alias", exp.TableAlias(this=exp.to_identifier(f"{name}b"), columns=given))
    shown: list[Expr] = [
        exp.Alias(this=_cast(exp.column(f"x{number}"), kind), alias=exp.to_identifier(column, quoted=True))
        for number, (column, kind) in enumerate(udf.columns)
    ]
    return _select(shown, _holder(name, arguments), body)


def _rows(resolver: Resolver, udf: Udf, reading: Reading) -> Expr:
    """The body of a table function; its parameters are columns of ``_holder``."""
    tree = _body(resolver, udf, udf.body.strip().removesuffix(";"), reading)
    for node in _parameters(tree):
        _put(node, _parameter(f"_f{resolver.calls}", node.meta[_PARAMETER]))
    return tree


def _beside(resolver: Resolver, udf: Udf, arguments: Mapping[str, Expr], reading: Reading, place: Expr) -> Expr:
    from sqlglot import exp

    alias = place.args.get("alias")
    name = exp.to_identifier(place.alias or udf.name, quoted=True)
    given = alias.args.get("columns") if alias else None
    found = exp.Subquery(this=table(resolver, udf, arguments, reading), alias=exp.TableAlias(this=name, columns=given))
    names = [column.name for column in given] if given else [column for column, _ in udf.columns]
    found.meta["columns"] = [
        ColumnDef(number, column, kind)
        for number, (column, (_, kind)) in enumerate(zip(names, udf.columns, strict=False), 1)
    ]
    return found


def _holder(name: str, arguments: Mapping[str, Expr]) -> Expr | None:
    """``(SELECT argument AS "A", …) AS _f1``; None without arguments."""
    from sqlglot import exp

    shown: list[Expr] = [
        exp.Alias(this=value, alias=exp.to_identifier(parameter, quoted=True)) for parameter, value in arguments.items()
    ]
    if not shown:
        return None
    return exp.Subquery(this=_select(shown), alias=exp.TableAlias(this=exp.to_identifier(name)))


def _parameter(name: str, parameter: str) -> exp.Column:
    from sqlglot import exp

    return exp.column(exp.to_identifier(parameter, quoted=True), table=exp.to_identifier(name))


def _body(resolver: Resolver, udf: Udf, text: str, reading: Reading) -> exp.Subquery:
    """The body, resolved; what may mean a parameter is marked."""
    from sqlglot import exp

    from local.data.resolve import replace_bindings, view_reading

    tree = prepare(replace_bindings(resolver.context), parse(text))
    names = {parameter.name for parameter in udf.parameters}
    for node in list(tree.find_all(exp.Column)):
        if node.name in names and node.table in ("", udf.name) and not node.args.get("db"):
            node.meta[_PARAMETER] = node.name
    holder = exp.Subquery(this=tree)
    inner = view_reading(resolver.context, udf.schema, udf.owner, reading.depth + 1, defining=reading.defining)
    resolver.read_body(holder, inner)
    return holder


def _parameters(tree: Expr) -> list[Expr]:
    """Marked columns that no source around them has."""
    from sqlglot import exp

    found: list[Expr] = []
    for node in tree.find_all(exp.Column):
        if _PARAMETER not in node.meta or node.meta.get(CHECKED):
            continue
        select, shadowed = node.parent_select, False
        while select is not None and not shadowed and not node.table:
            shadowed = any(name == node.name for name, _ in columns_of_select(select))
            select = select.parent_select
        if not shadowed:
            found.append(node)
    return found


def null_call(resolver: Resolver, udf: Udf) -> Expr:
    """A query that calls the function with NULLs, to see whether its body can be compiled, and what columns it has."""
    from sqlglot import exp

    arguments = {parameter.name: _cast(exp.Null(), parameter.type) for parameter in udf.parameters}
    reading = resolver.reading()
    if udf.returns is None:
        body = _rows(resolver, udf, reading)
        body.set("alias", exp.TableAlias(this=exp.to_identifier("b")))
        every = exp.Column(this=exp.Star(), table=exp.to_identifier("b"))
        return _select([every], _holder(f"_f{resolver.calls}", arguments), body)
    value = scalar(resolver, udf, arguments, reading)
    return _select([exp.Alias(this=value, alias=exp.to_identifier("x"))])
