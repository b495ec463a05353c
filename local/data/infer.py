"""Snowflake's types of expressions, as far as the statement tells them.

Source: docs.snowflake.com, "Arithmetic operators" (precision and scale), "Data type conversion", SUM, COUNT.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from typing import TYPE_CHECKING

from local.data.types import NUMBER, VARCHAR, SqlType, parse_type
from local.errors import SnowflakeError

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

Kind = SqlType | None
Find = Callable[["Expr"], Kind]
"""The type of a column or a subquery."""

FLOAT = SqlType("FLOAT")
BOOLEAN = SqlType("BOOLEAN")
DATE = SqlType("DATE")
VARIANT = SqlType("VARIANT")
ARRAY = SqlType("ARRAY")
OBJECT = SqlType("OBJECT")
_COUNT = SqlType("NUMBER", 18, 0)
_DIGITS = 38

_BY_CLASS: dict[str, SqlType] = {
    **dict.fromkeys(("Boolean", "Not", "Predicate", "Connector", "IsNullValue", "IsArray"), BOOLEAN),
    **dict.fromkeys(("ParseJSON", "JSONExtract", "ToVariant", "GetExtract", "ArrayMax", "ArrayMin"), VARIANT),
    **dict.fromkeys((
        "Array", "ArrayAgg", "Split", "ArrayConcat", "ArrayAppend", "ArrayPrepend", "ArrayCompact", "ArrayDistinct",
        "ArrayExcept", "ArrayIntersect", "ArrayInsert", "ArrayRemove", "ArrayRemoveAt", "ArrayReverse", "ArraySlice",
        "SortArray", "ToArray", "JSONKeys", "ArrayUniqueAgg", "GenerateSeries", "StrtokToArray", "RegexpExtractAll",
        "ArrayConstructCompact", "Flatten",
    ), ARRAY),
    **dict.fromkeys(("Struct", "StarMap", "JSONObject", "ObjectInsert", "ObjectAgg"), OBJECT),
    **dict.fromkeys((
        "Upper", "Lower", "Trim", "Substring", "Concat", "DPipe", "Replace", "Left", "Right", "Initcap", "Reverse",
        "SplitPart", "GroupConcat", "ConcatWs", "Pad", "RegexpReplace", "RegexpSubstr", "Repeat", "Translate", "ToChar",
        "JSONFormat", "TimeToStr", "MD5", "SHA", "ArrayToString", "Typeof", "Dayname", "Monthname",
    ), VARCHAR),
    **dict.fromkeys(("CurrentDate", "LastDay", "DateFromParts"), DATE),
}  # fmt: skip
_SAME = frozenset((
    "Min", "Max", "AnyValue", "FirstValue", "LastValue", "NthValue", "Lag", "Lead", "Abs", "Paren", "Alias", "Window",
    "Filter", "WithinGroup", "IgnoreNulls", "RespectNulls", "Nullif", "Distinct", "Neg", "Mode",
))  # fmt: skip
"""Classes whose type is that of their first argument."""


def type_of(node: Expr, find: Find) -> Kind:
    """The type; None where it cannot be told."""
    from sqlglot import exp

    if isinstance(node, (exp.Column, exp.Subquery)):
        return find(node)
    if isinstance(node, exp.Literal):
        return _literal(node)
    if isinstance(node, exp.Cast):
        return _cast(node)
    kind = type(node).__name__
    if kind in _SAME:
        inner = node.expressions[0] if isinstance(node, exp.Distinct) else node.this
        return type_of(inner, find) if isinstance(inner, exp.Expr) else None
    if kind in _ARITHMETIC:
        return _ARITHMETIC[kind](type_of(node.this, find), type_of(node.expression, find))
    if isinstance(node, exp.Sum):
        return _sum(type_of(node.this, find))
    if isinstance(node, (exp.Count, exp.CountIf)):
        return _COUNT
    if isinstance(node, (exp.Coalesce, exp.If, exp.Case, exp.Greatest, exp.Least)):
        return common(type_of(branch, find) for branch in _branches(node))
    if isinstance(node, exp.Bracket):
        found = type_of(node.this, find)
        return VARIANT if found is not None and found.storage == "JSON" else None
    if isinstance(node, (exp.Predicate, exp.Connector)) and not isinstance(node, exp.SubqueryPredicate):
        return BOOLEAN
    return _BY_CLASS.get(kind)


def _branches(node: Expr) -> list[Expr]:
    from sqlglot import exp

    if isinstance(node, exp.Case):
        found = [branch.args["true"] for branch in node.args["ifs"]] + [node.args.get("default")]
    elif isinstance(node, exp.If):
        found = [node.args["true"], node.args.get("false")]
    else:
        found = [node.this, *node.expressions]
    return [branch for branch in found if branch is not None and not isinstance(branch, exp.Null)]


def common(kinds: Iterable[Kind]) -> Kind:
    """The type that holds values of all of them; None if one is unknown."""
    found = list(kinds)
    return reduce(_join, found) if found else None


def _join(left: Kind, right: Kind) -> Kind:
    if left is None or right is None:
        return None
    if left == right:
        return left
    names = {left.name, right.name}
    if names == {"NUMBER"}:
        whole = max(_whole(left), _whole(right))
        scale = max(left.scale or 0, right.scale or 0)
        return SqlType("NUMBER", min(whole + scale, _DIGITS), scale)
    if names == {"VARCHAR"}:
        return VARCHAR
    return FLOAT if names == {"NUMBER", "FLOAT"} else None


def _literal(node: Expr) -> Kind:
    text = node.name
    if node.args.get("is_string"):
        return VARCHAR
    if set(text) & set("eE"):
        return FLOAT
    whole, _, fraction = text.partition(".")
    precision = max(1, len((whole + fraction).lstrip("0")), len(fraction))
    return SqlType("NUMBER", precision, len(fraction)) if precision <= _DIGITS else None


def _cast(node: Expr) -> Kind:
    try:
        return parse_type(node.args["to"].sql(dialect="snowflake"))
    except SnowflakeError:
        return None


def _whole(kind: SqlType) -> int:
    return (kind.precision or _DIGITS) - (kind.scale or 0)


def _number(whole: int, scale: int) -> SqlType:
    return SqlType("NUMBER", max(min(_DIGITS, whole + scale), scale), scale)


def _numeric(make: Callable[[SqlType, SqlType], SqlType]) -> Callable[[Kind, Kind], Kind]:
    def found(left: Kind, right: Kind) -> Kind:
        if left is None or right is None:
            return None
        names = {left.name, right.name}
        if names == {"NUMBER"}:
            return make(left, right)
        return FLOAT if "FLOAT" in names and names <= {"NUMBER", "FLOAT"} else None

    return found


def _added(left: SqlType, right: SqlType) -> SqlType:
    return _number(max(_whole(left), _whole(right)) + 1, max(left.scale or 0, right.scale or 0))


def _multiplied(left: SqlType, right: SqlType) -> SqlType:
    one, other = left.scale or 0, right.scale or 0
    return _number(_whole(left) + _whole(right), min(one + other, max(one, other, 12)))


def _divided(left: SqlType, right: SqlType) -> SqlType:
    scale = left.scale or 0
    return _number(_whole(left) + (right.scale or 0), max(scale, min(scale + 6, 12)))


_ARITHMETIC = {"Add": _numeric(_added), "Sub": _numeric(_added), "Mul": _numeric(_multiplied),
               "Div": _numeric(_divided)}  # fmt: skip


def _sum(kind: Kind) -> Kind:
    if kind is None or kind.name != "NUMBER":
        return FLOAT if kind is not None and kind.name in ("FLOAT", "VARCHAR", "VARIANT") else None
    return _number(min(_whole(kind) + 12, _DIGITS - (kind.scale or 0)), kind.scale or 0)


FLATTENED = (
    ("SEQ", NUMBER), ("KEY", VARCHAR), ("PATH", VARCHAR), ("INDEX", NUMBER), ("VALUE", VARIANT), ("THIS", VARIANT)
)  # fmt: skip
"""Columns of FLATTEN."""
SPLIT = (("SEQ", NUMBER), ("INDEX", NUMBER), ("VALUE", VARCHAR))
"""Columns of SPLIT_TO_TABLE."""
