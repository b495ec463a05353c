"""Calls of semi-structured functions, written with the macros of ``local.data.semi_macros``.

Source: docs.snowflake.com, "Semi-structured and structured data functions", FLATTEN, ARRAY_AGG, SPLIT_TO_TABLE.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from local.data import semi_macros as macros
from local.data.macros import TEXT
from local.errors import compilation_error, unsupported

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

NAMES = frozenset(("OBJECT_DELETE", "OBJECT_PICK", "TO_OBJECT", *macros.KINDS, *macros.READS))
"""Functions that sqlglot knows by name only and that are answered here."""

_CLASSES = {
    "ArrayAppend": "ARRAY_APPEND", "ArrayPrepend": "ARRAY_PREPEND", "ArrayCompact": "ARRAY_COMPACT",
    "ArrayDistinct": "ARRAY_DISTINCT", "ArrayExcept": "ARRAY_EXCEPT", "ArrayOverlaps": "ARRAYS_OVERLAP",
    "Flatten": "ARRAY_FLATTEN", "GenerateSeries": "ARRAY_GENERATE_RANGE", "ArrayInsert": "ARRAY_INSERT",
    "ArrayMax": "ARRAY_MAX", "ArrayMin": "ARRAY_MIN", "ArrayRemove": "ARRAY_REMOVE", "ArrayRemoveAt": "ARRAY_REMOVE_AT",
    "ArrayReverse": "ARRAY_REVERSE", "ArraySize": "ARRAY_SIZE", "ArraySlice": "ARRAY_SLICE",
    "ArrayToString": "ARRAY_TO_STRING", "ToArray": "TO_ARRAY", "SortArray": "ARRAY_SORT", "JSONKeys": "OBJECT_KEYS",
    "GetIgnoreCase": "GET_IGNORE_CASE", "IsArray": "IS_ARRAY", "IsNullValue": "IS_NULL_VALUE",
}  # fmt: skip
_MODES = ("BOTH", "OBJECT", "ARRAY")


def call(name: str, *arguments: Expr) -> Expr:
    """A call of a macro or a function of DuckDB."""
    from sqlglot import exp

    return exp.Anonymous(this=name, expressions=[argument.copy() for argument in arguments])


def _plain_text(value: Expr) -> Expr:
    """A value as the text that it is: of a text in a VARIANT without JSON's quotes."""
    from sqlglot import exp

    return value if isinstance(value, (exp.Literal, exp.Null)) else call(TEXT, value)


def positional(node: Expr) -> list[Expr]:
    """The arguments in the order of sqlglot's slots."""
    from sqlglot import exp

    found: list[Expr] = []
    for key in node.arg_types:
        value = node.args.get(key)
        found += [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, exp.Expr)]
    return found


def changes() -> dict[type[Expr], Callable[[Expr], Expr | None]]:
    """What replaces a node, by the node's class."""
    from sqlglot import exp

    own: dict[type[Expr], Callable[[Expr], Expr | None]] = {
        getattr(exp, kind): _direct(name) for kind, name in _CLASSES.items()
    }
    return own | {
        exp.ParseJSON: lambda n: call(macros.TRY_PARSE if n.args.get("safe") else macros.PARSE, _plain_text(n.this)),
        exp.ToVariant: lambda n: call(macros.JSON, n.this),
        exp.JSONFormat: lambda n: exp.cast(call(macros.JSON, n.this), "VARCHAR", dialect="duckdb"),
        exp.StripNullValue: _strip_null,
        exp.ArrayConcat: lambda n: call(macros.name_of("ARRAY_CAT"), n.this, *n.expressions),
        exp.ArrayContains: lambda n: call(macros.name_of("ARRAY_CONTAINS"), n.expression, n.this),
        exp.ArrayPosition: lambda n: call(macros.name_of("ARRAY_POSITION"), n.expression, n.this),
        exp.ArrayIntersect: lambda n: call(macros.name_of("ARRAY_INTERSECTION"), *n.expressions),
        exp.ObjectInsert: _insert,
        exp.Struct: _construct,
        exp.JSONObject: _construct,
        exp.ArrayAgg: _aggregate,
        exp.ArrayFilter: lambda n: call(
            "to_json", call("list_filter", call(macros.LIST, n.this), _lambda(n.expression))
        ),
        exp.Transform: lambda n: call(
            "to_json", call("list_transform", call(macros.LIST, n.this), _lambda(n.expression))
        ),
        exp.Reduce: _refuse_reduce,
        exp.ArrayUniqueAgg: lambda n: _distinct(n.this),
        exp.Lateral: _table,
        exp.TableFromRows: _table,
    }


def named(node: Expr) -> Expr | None:
    """A function that sqlglot does not know; None for others."""
    from sqlglot import exp

    name, arguments = node.name.upper(), node.expressions
    if name in ("OBJECT_DELETE", "OBJECT_PICK"):
        if len(arguments) < 2:
            raise compilation_error(f"not enough arguments for function [{name}], expected 2, got {len(arguments)}",
                                    "000938", "22023")  # fmt: skip
        keys = call("list_value", *arguments[1:])
        if len(arguments) == 2 and name == "OBJECT_PICK" and not isinstance(arguments[1], exp.Literal):
            keys = call(macros.KEYS, arguments[1])
        return call(macros.name_of(name), arguments[0], keys)
    if name == "TO_OBJECT":
        return call(macros.name_of("AS_OBJECT"), *arguments)
    if name in macros.KINDS or name in macros.READS:
        return call(macros.name_of(name), *arguments)
    return None


def _direct(name: str) -> Callable[[Expr], Expr]:
    return lambda node: call(macros.name_of(name), *positional(node))


def _lambda(node: Expr) -> Expr:
    """The body of a lambda, whose parameter must have a type: elements are JSON here."""
    from sqlglot import exp

    names = {parameter.name for parameter in node.expressions}
    for found in node.this.find_all(exp.Identifier):
        used = found.parent if isinstance(found.parent, exp.Column) else found
        if found.name in names and not isinstance(used.parent, exp.Cast) and not _read_as_text(used):
            raise unsupported("lambda parameters without a type")
    return node


def _read_as_text(node: Expr) -> bool:
    """Whether a cast of the parameter has been replaced already."""
    from sqlglot import exp

    return isinstance(node.parent, exp.Anonymous) and node.parent.name.startswith("_sf_")


def _refuse_reduce(node: Expr) -> Expr | None:
    raise unsupported("REDUCE")


def _strip_null(node: Expr) -> Expr:
    from sqlglot import exp

    found = exp.If(this=call(macros.name_of("IS_NULL_VALUE"), node.this), true=exp.null())
    return exp.Case(ifs=[found], default=node.this.copy())


def _insert(node: Expr) -> Expr:
    from sqlglot import exp

    again = node.args.get("update_flag") or exp.false()
    return call(macros.name_of("OBJECT_INSERT"), node.this, node.args["key"], node.args["value"], again)


def _construct(node: Expr) -> Expr | None:
    """OBJECT_CONSTRUCT, OBJECT_CONSTRUCT_KEEP_NULL and ``{'key': value}``; a star is fakesnow's."""
    from sqlglot import exp

    if any(item.is_star for item in node.expressions):
        return None
    member = macros.MEMBER if isinstance(node, exp.Struct) else macros.MEMBER_OR_NULL
    members: list[Expr] = []
    for item in node.expressions:
        key = item.this
        if isinstance(key, exp.Identifier):
            key = exp.Literal.string(key.name)
        members.append(call(member, key, item.expression))
    body = call("substr", call("concat", exp.Literal.string(""), *members), exp.Literal.number(2))
    text = call("concat", exp.Literal.string("{"), body, exp.Literal.string("}"))
    return exp.cast(text, "JSON", dialect="duckdb")


def _aggregate(node: Expr) -> Expr | None:
    """ARRAY_AGG: without NULLs, and an empty array for no rows."""
    from sqlglot import exp

    if isinstance(node.parent, exp.Filter):
        return None
    value = node.this
    while isinstance(value, (exp.Order, exp.Distinct)):
        value = value.expressions[0] if isinstance(value, exp.Distinct) else value.this
    outer: Expr = node
    while isinstance(outer.parent, (exp.WithinGroup, exp.Window)) and outer.parent.this is outer:
        outer = outer.parent
    inner: Expr = node.copy()
    ordered = node.parent if isinstance(node.parent, exp.WithinGroup) else None
    if ordered is not None:
        inner.set("this", exp.Order(this=inner.this, expressions=[o.copy() for o in ordered.expression.expressions]))
    inner.set("nulls_excluded", None)
    held: Expr = call("list", inner.this)
    if value.find(exp.Star) is None:  # OBJECT_CONSTRUCT(*) is never NULL
        held = exp.Filter(this=held, expression=exp.Where(this=_known(value)))
    if isinstance(outer, exp.Window):
        window = outer.copy()
        window.set("this", held)
        held = window
    outer.replace(exp.Coalesce(this=call("to_json", held), expressions=[_empty()]))
    return None


def _known(value: Expr) -> Expr:
    from sqlglot import exp

    return exp.Not(this=exp.Is(this=value.copy(), expression=exp.null()))


def _empty() -> Expr:
    from sqlglot import exp

    return exp.cast(exp.Literal.string("[]"), "JSON", dialect="duckdb")


def _distinct(value: Expr) -> Expr:
    from sqlglot import exp

    held = exp.Filter(
        this=call("list", exp.Distinct(expressions=[value.copy()])), expression=exp.Where(this=_known(value))
    )
    return exp.Coalesce(this=call("to_json", held), expressions=[_empty()])


def _table(node: Expr) -> Expr | None:
    """FLATTEN and SPLIT_TO_TABLE as table macros."""
    from sqlglot import exp

    inner = node.this
    if isinstance(inner, exp.Explode):
        made = _flatten(inner)
    elif isinstance(inner, exp.SplitToTable):
        made = call(macros.SPLIT_ROWS, *positional(inner))
    else:
        return None
    return exp.Table(this=made, alias=node.args.get("alias"), joins=node.args.get("joins"))


def _flatten(node: Expr) -> Expr:
    from sqlglot import exp

    given: dict[str, Expr] = {}
    for number, argument in enumerate([node.this, *node.expressions]):
        if isinstance(argument, exp.Kwarg):
            given[argument.this.name.upper()] = argument.expression
        else:
            given["INPUT" if number == 0 else str(number)] = argument
    unknown = given.keys() - {"INPUT", "PATH", "OUTER", "RECURSIVE", "MODE"}
    if unknown or "INPUT" not in given:
        raise compilation_error(f"invalid argument for function [FLATTEN]: {', '.join(sorted(unknown)) or 'INPUT'}.")
    path, mode = _text(given, "PATH", ""), _text(given, "MODE", "BOTH").upper()
    if mode not in _MODES:
        raise compilation_error(f"Invalid value [{mode}] for parameter 'MODE' of FLATTEN.")
    start = path and (path if path.startswith("[") else f".{path}")
    if start and not re.fullmatch(r"(?:\.[A-Za-z_][\w$]*|\[\d+\]|\['[^']*'\])+", start):
        raise unsupported(f"FLATTEN of the path '{path}'")
    where = exp.Literal.string("$" + re.sub(r"\['([^']*)'\]", r'."\1"', start))
    common = (given["INPUT"], where, exp.Literal.string(path))
    if _flag(given, "RECURSIVE"):
        if _flag(given, "OUTER"):
            raise unsupported("FLATTEN with both OUTER and RECURSIVE")
        return call(macros.FLATTEN_ALL, *common, exp.Literal.string(mode))
    outer = exp.true() if _flag(given, "OUTER") else exp.false()
    return call(macros.FLATTEN, *common, outer, exp.Literal.string(mode))


def _text(given: dict[str, Expr], name: str, default: str) -> str:
    from sqlglot import exp

    value = given.get(name)
    if value is None:
        return default
    if not (isinstance(value, exp.Literal) and value.is_string):
        raise unsupported(f"FLATTEN with a {name} that is no literal")
    return value.name


def _flag(given: dict[str, Expr], name: str) -> bool:
    from sqlglot import exp

    value = given.get(name)
    if value is None:
        return False
    if not isinstance(value, exp.Boolean):
        raise unsupported(f"FLATTEN with {name} that is no literal")
    return bool(value.this)
