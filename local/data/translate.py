"""From a resolved Snowflake tree to DuckDB's SQL: fakesnow's transforms for functions and types, and ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from local.data.coerce import coerce
from local.data.conversions import convert
from local.data.guard import require_checked
from local.data.macros import LENGTH
from local.errors import SnowflakeError, unsupported

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

# The order is fakesnow's own (fakesnow.cursor). Left out: what answers SHOW, DDL, stages, users and the information
# schema, which are ours; integer_precision and numeric_agg_implicit_cast, which make exact numbers inexact.
_NAMES = (
    "semi_structured_types", "try_parse_json", "split", "trim_cast_varchar", "indices_to_json_extract",
    "json_extract_cast_as_varchar", "json_extract_cased_as_varchar", "json_extract_precedence",
    "flatten_value_cast_as_varchar", "flatten", "regex_replace", "regex_substr", "values_columns", "to_date",
    "timestamp_offsets", "to_decimal", "to_timestamp", "to_variant", "object_construct", "timestamp_ntz",
    "float_to_double", "sample", "array_size", "random", "array_agg_within_group", "array_agg", "object_agg",
    "array_construct_etc", "dateadd_date_cast", "dateadd_string_literal_timestamp_cast",
    "datediff_string_literal_timestamp_cast", "haversine", "hex_string", "sha256", "alias_in_join", "alias_in_where",
)  # fmt: skip


@lru_cache(maxsize=1)
def _transforms() -> tuple[Callable[[Expr], Expr], ...]:
    from fakesnow import transforms

    return (_integers, _contains, _bounded, *(getattr(transforms, name) for name in _NAMES))


_SIMPLE = (
    "Select", "From", "Join", "Subquery", "Table", "TableAlias", "Identifier", "Column", "Star", "Alias", "Where",
    "Literal", "Null", "Boolean", "And", "Or", "Not", "EQ", "NEQ", "GT", "GTE", "LT", "LTE", "Is", "In", "Between",
    "Paren", "Neg", "Add", "Sub", "Mul", "Limit", "Offset", "Order", "Ordered", "Group", "Having", "Distinct", "Union",
    "Count", "Sum", "Min", "Max", "With", "CTE",
)  # fmt: skip
"""What no transform changes, but ``alias_in_join`` where there is a join. Each transform is a walk through the tree."""


@lru_cache(maxsize=1)
def _simple() -> frozenset[type[Expr]]:
    from sqlglot import exp

    return frozenset(getattr(exp, name) for name in _SIMPLE)


def _needed(kinds: set[type[Expr]]) -> Sequence[Callable[[Expr], Expr]]:
    """The transforms for a tree with nodes of these types."""
    from fakesnow.transforms import alias_in_join
    from sqlglot import exp

    if not kinds <= _simple():
        return _transforms()
    return (alias_in_join,) if exp.Join in kinds else ()


def to_duckdb(tree: Expr) -> str:
    """The statement for DuckDB; 000002 for what neither fakesnow nor sqlglot translates. Changes the tree."""
    from sqlglot import ErrorLevel

    try:
        if not _plain(tree):
            coerce(tree)
            tree = convert(tree)
            for transform in _needed({type(node) for node in tree.walk()}):
                tree = tree.transform(transform, copy=False)
            require_checked(tree)
        return tree.sql(dialect="duckdb", unsupported_level=ErrorLevel.IGNORE, comments=False)
    except SnowflakeError:
        raise
    except NotImplementedError as error:
        raise unsupported(str(error)) from None
    except Exception as error:  # noqa: BLE001 (functions with odd arguments fail in many ways while translated)
        raise unsupported(f"expression ({type(error).__name__} while translating)") from None


def _plain(tree: Expr) -> bool:
    """Whether nothing but literals is in the tree: long lists of VALUES need no transform."""
    from sqlglot import exp

    plain = (exp.Values, exp.Tuple, exp.Literal, exp.Null, exp.Boolean, exp.Neg)
    return all(isinstance(node, plain) for node in tree.walk())


def _integers(node: Expr) -> Expr:
    """INT and NUMBER without arguments are NUMBER(38,0)."""
    from sqlglot import exp

    whole = (exp.DataType.Type.INT, exp.DataType.Type.BIGINT, exp.DataType.Type.SMALLINT, exp.DataType.Type.TINYINT)
    if isinstance(node, exp.DataType) and (
        node.this in whole or (node.this == exp.DataType.Type.DECIMAL and not node.expressions)
    ):
        return exp.DataType.build("DECIMAL(38, 0)")
    if isinstance(node, exp.DataType) and node.this == exp.DataType.Type.DECIMAL and len(node.expressions) == 1:
        return exp.DataType.build(f"DECIMAL({node.expressions[0].name}, 0)")
    return node


def _bounded(node: Expr) -> Expr:
    """REPEAT, LPAD, RPAD and SPACE make no text that is longer than a text may be."""
    from sqlglot import exp

    for kind, name in ((exp.Repeat, "times"), (exp.Pad, "expression"), (exp.Space, "this")):
        length = node.args.get(name) if isinstance(node, kind) else None
        if length is not None:
            node.set(name, exp.Anonymous(this=LENGTH, expressions=[length]))
    return node


def _contains(node: Expr) -> Expr:
    """ARRAY_CONTAINS of an array, which is JSON here."""
    from sqlglot import exp

    if not isinstance(node, exp.ArrayContains):
        return node
    value = node.expression
    if isinstance(value, exp.Cast) and value.to.this == exp.DataType.Type.VARIANT:
        value = value.this
    array = exp.Anonymous(this="to_json", expressions=[node.this])
    elements = exp.Anonymous(this="json_extract", expressions=[array, exp.Literal.string("$[*]")])
    return exp.Anonymous(
        this="list_contains", expressions=[elements, exp.Anonymous(this="to_json", expressions=[value])]
    )


def constant(default: str) -> str:
    """The DuckDB literal for a constant default value (a column that is added)."""
    from local.data.parse import parse

    return to_duckdb(parse(f"SELECT {default}")).removeprefix("SELECT ")
