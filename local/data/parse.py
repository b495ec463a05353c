"""A statement's text as a syntax tree with stored names, bound values and evaluated context functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from local import registry
from local.data.bindings import literal
from local.data.conversions import NAMES
from local.data.faults import parse_error
from local.data.guard import CALLED, refuse_foreign
from local.data.normal import normalize
from local.data.staged_table import is_load_function
from local.errors import compilation_error, unsupported
from local.reader import Reader
from local.session import Context
from local.variables import missing_variable

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

_WHOLE = re.compile(r"[0-9]{1,9}\Z")

KNOWN_FUNCTIONS = NAMES | {"TO_DATE", "TO_TIMESTAMP", "TO_TIMESTAMP_NTZ", "HAVERSINE", "SHA2_HEX", "SHA2_BINARY"}
"""Functions that sqlglot knows by name only and that a transform or DuckDB answers as Snowflake does."""


def parse(sql: str) -> Expr:
    """One statement in Snowflake's dialect; 001003 if it cannot be read."""
    import sqlglot

    try:
        tree = sqlglot.parse_one(sql, read="snowflake")
    except Exception as error:  # noqa: BLE001 (functions with odd arguments fail in many ways while they are read)
        raise parse_error(error) from None
    return tree


def prepare(context: Context, tree: Expr) -> Expr:
    """Names in stored form, ``?`` replaced by its value, context functions by literals."""
    from sqlglot import exp

    from local.data.staged_query import rewrite_positions

    refuse_foreign(tree)
    normalize(tree)
    rewrite_positions(tree)
    bound = _Bindings(context)
    for node in list(tree.walk()):
        if isinstance(node, exp.Identifier) and not node.quoted:
            node.set("this", str(node.this).upper())
            node.set("quoted", True)
        elif isinstance(node, exp.Placeholder):
            _replace(node, bound.take(node))
        elif isinstance(node, exp.Parameter):
            _dollar(context, node)
        elif isinstance(node, exp.DynamicIdentifier):
            _replace_identifier(node)
        elif isinstance(node, exp.Anonymous):
            _function(context, node, node.name.upper(), node.expressions)
        elif isinstance(node, exp.Func):
            arguments = [argument for argument in node.args.values() if isinstance(argument, exp.Expr)]
            _function(context, node, node.sql_name().upper(), arguments)
    return tree


def bind_arrays(context: Context, tree: Expr) -> Expr:
    """Repeat the one row of VALUES for every element of an array bind (executemany), values filled in."""
    from sqlglot import exp

    sizes = {len(binding.value) for binding in context.bindings if isinstance(binding.value, tuple)}
    values = tree.expression
    if not sizes:
        return tree
    if len(sizes) != 1 or not isinstance(values, exp.Values) or len(values.expressions) != 1:
        raise unsupported("array bind outside INSERT … VALUES with one row")
    row = values.expressions[0]
    rows = []
    for element in range(sizes.pop()):
        copied = row.copy()
        for index, place in enumerate(list(copied.find_all(exp.Placeholder, bfs=False))):
            number = int(place.name) - 1 if _WHOLE.match(place.name) else index
            binding = context.bindings[number]
            text = binding.value[element] if isinstance(binding.value, tuple) else binding.value
            place.replace(literal(binding.type, text))
        rows.append(copied)
    values.set("expressions", rows)
    return tree


def _replace(node: Expr, value: Expr) -> None:
    node.replace(value)


class _Bindings:
    def __init__(self, context: Context) -> None:
        self._values = context.bindings
        self._next = 0

    def take(self, node: Expr) -> Expr:
        name = str(node.this or "")
        numbered = _WHOLE.match(name) is not None
        index = int(name) - 1 if numbered else self._next
        self._next += 0 if numbered else 1
        if not 0 <= index < len(self._values):
            raise compilation_error(f"Bind variable {name or '?'} not set.", "002049", "42601")
        binding = self._values[index]
        if isinstance(binding.value, tuple):
            raise unsupported("array bind outside INSERT … VALUES")
        return literal(binding.type, binding.value)


def _dollar(context: Context, node: Expr) -> None:
    """``$name`` is a variable's value, ``$n`` a column of the query's table: its name is found when the table is."""
    from sqlglot import exp

    if not node.name.isdecimal():
        found = context.session.variables.get(node.name.upper())
        if found is None:
            raise missing_variable(node.name)
        value = literal(found.type, found.value)
        name = exp.to_identifier(f"${node.name.upper()}", quoted=True)
        projected = isinstance(node.parent, exp.Select) and node.arg_key == "expressions"
        node.replace(exp.Alias(this=value, alias=name) if projected else value)
        return
    held = node.parent if isinstance(node.parent, exp.Column) else node
    column = exp.column(exp.to_identifier(f"${node.name}", quoted=True), table=held.args.get("table"))
    column.meta["position"] = int(node.name)
    projected = isinstance(held.parent, exp.Select) and held.arg_key == "expressions"
    shown = exp.to_identifier(f"${node.name}", quoted=True)
    held.replace(exp.Alias(this=column, alias=shown) if projected else column)


def _replace_identifier(node: Expr) -> None:
    """IDENTIFIER('a.b'): a table's name stays for ``local.data.resolve``, elsewhere it is a column."""
    from sqlglot import exp

    if not isinstance(node.this, exp.Literal):
        raise unsupported("IDENTIFIER of anything but a literal")
    parts = [exp.to_identifier(part, quoted=True) for part in Reader(node.this.name).path()]
    if isinstance(node.parent, exp.Table):
        table = node.parent
        for key, part in zip(("this", "db", "catalog"), reversed(parts), strict=False):
            table.set(key, part)
    else:
        node.replace(exp.column(*reversed(parts)))


def _function(context: Context, node: Expr, name: str, arguments: list[Expr]) -> None:
    from sqlglot import exp

    answer = registry.FUNCTION.get(name)
    if answer is None:
        if isinstance(node, exp.Anonymous) and name not in KNOWN_FUNCTIONS and not is_load_function(node):
            node.meta[CALLED] = True
        return
    if name in registry.NAMES and len(arguments) == 1:
        node.replace(among(arguments[0], registry.NAMES[name](context)))
        return
    if not all(isinstance(argument.this if isinstance(argument, exp.Neg) else argument, exp.Literal)
               for argument in arguments):  # fmt: skip
        raise unsupported(f"{name} with arguments that are not literals")
    value = answer(context, tuple("-" * isinstance(argument, exp.Neg) + argument.name for argument in arguments))
    node.replace(exp.null() if value is None else exp.Literal.string(value))


def among(value: Expr, names: Sequence[str]) -> Expr:
    """``value IN ('A', 'B', …)``: NULL for NULL, false where there are no names."""
    from sqlglot import exp

    found = exp.In(this=value.copy(), expressions=[exp.Literal.string(name) for name in names or ("",)])
    return exp.Paren(this=found)
