"""Conversions between types, quotients and averages as Snowflake has them, as calls of macros (``local.data.macros``).

DuckDB's own casts write timestamps, binaries and variants in another form, know other words for true, and divide
numbers in floating point only (docs.snowflake.com: Conversion functions, Arithmetic operators "Division", AVG).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from local.data import calls, calls_macros, macros, semi, semi_macros
from local.errors import compilation_error, unsupported

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

NAMES = frozenset((
    "HASH", "TO_TIMESTAMP_LTZ", "TO_TIMESTAMP_TZ", "TRY_TO_TIMESTAMP", "TRY_TO_TIMESTAMP_LTZ", "TRY_TO_TIMESTAMP_NTZ",
    "TRY_TO_TIMESTAMP_TZ",
)) | semi.NAMES | calls.NAMES  # fmt: skip
"""Functions that sqlglot knows by name only and that are answered here."""

_MOMENTS = {
    "TO_TIMESTAMP_LTZ": macros.ZONED,
    "TO_TIMESTAMP_TZ": macros.ZONED,
    "TRY_TO_TIMESTAMP": macros.TRY_PLAIN,
    "TRY_TO_TIMESTAMP_NTZ": macros.TRY_PLAIN,
    "TRY_TO_TIMESTAMP_LTZ": macros.TRY_ZONED,
    "TRY_TO_TIMESTAMP_TZ": macros.TRY_ZONED,
}

_PARTS = {
    "YYYY": "%Y", "YY": "%y", "MMMM": "%B", "MON": "%b", "MM": "%m", "DD": "%d", "DY": "%a", "HH24": "%H",
    "HH12": "%I", "MI": "%M", "SS": "%S", "AM": "%p", "PM": "%p", "FF9": "%f000", "FF6": "%f", "FF3": "%g", "FF0": "",
    "FF": "%f000",
}  # fmt: skip
"""Elements of a date and time format → strftime's (docs.snowflake.com: Date and time input and output formats)."""
_PART = re.compile(
    '"[^"]*"|' + "|".join(sorted(_PARTS, key=len, reverse=True)) + r"|TZ\w*|.", re.IGNORECASE | re.DOTALL
)
_NUMERIC = re.compile(r"[$0-9BDGLSXE,.\-+ ]+|TM[9E]?", re.IGNORECASE)


def convert(tree: Expr) -> Expr:
    """The tree with conversions replaced, innermost first; the root itself is no conversion."""
    for node in reversed(list(tree.walk(bfs=True))):
        change = _changes().get(type(node))
        found = change(node) if change is not None and node.parent is not None else None
        if found is not None:
            node.replace(found)
    return tree


def _call(name: str, *arguments: Expr) -> Expr:
    from sqlglot import exp

    return exp.Anonymous(this=name, expressions=[argument.copy() for argument in arguments])


def _changes() -> dict[type[Expr], Callable[[Expr], Expr | None]]:
    from sqlglot import exp

    if not _CHANGES:
        _CHANGES.update({
            exp.Cast: _cast,
            exp.TryCast: _cast,
            exp.ToChar: _to_char,
            exp.ToBinary: _to_binary,
            exp.ToBoolean: lambda n: _call(macros.TRY_BOOLEAN if n.args.get("safe") else macros.BOOLEAN, n.this),
            exp.HexDecodeString: lambda n: _call("decode", _call(macros.BINARY, n.this)),
            exp.Base64DecodeString: lambda n: _call("decode", _call("from_base64", n.this)),
            exp.ByteLength: lambda n: _call(macros.BYTES, n.this),
            exp.Typeof: lambda n: _call(macros.KIND, n.this),
            exp.Div: _divide,
            exp.Mod: _remainder,
            exp.Avg: _average,
            exp.Window: _average_over,
            exp.Array: _array,
            exp.DateTrunc: _truncate,
            exp.TimestampTrunc: _truncate,
            exp.Anonymous: _anonymous,
        })  # fmt: skip
        for further in (semi.changes(), calls.changes()):
            for kind, change in further.items():
                _CHANGES[kind] = _either(_CHANGES[kind], change) if kind in _CHANGES else change
    return _CHANGES


_CHANGES: dict[type[Expr], Callable[[Expr], Expr | None]] = {}


def _either(
    first: Callable[[Expr], Expr | None], second: Callable[[Expr], Expr | None]
) -> Callable[[Expr], Expr | None]:
    return lambda node: second(node) or first(node)


def _cast(node: Expr) -> Expr | None:
    from sqlglot import exp

    kinds = exp.DataType.Type
    value, to, safe = node.this, node.args["to"], isinstance(node, exp.TryCast)
    if isinstance(value, exp.JSONExtract):
        return None
    if to.this in (kinds.VARCHAR, kinds.TEXT, kinds.CHAR, kinds.NVARCHAR, kinds.NCHAR):
        text = value if isinstance(value, exp.Literal) and value.is_string else _call(macros.TEXT, value)
        limit = to.expressions[0].this if to.expressions else None
        if limit is None:
            return None if text is value else text
        return _call("left", text, limit)
    if to.this == kinds.DATE and not safe and isinstance(value, exp.Literal) and value.name.isdecimal():
        return _call(calls_macros.DATE, value)
    if to.this == kinds.VARIANT and not safe:  # a text stays a text
        return _call(semi_macros.JSON, value)
    if to.this in (kinds.BINARY, kinds.VARBINARY):
        return _call(macros.TRY_BINARY if safe else macros.BINARY, value)
    if to.this == kinds.BOOLEAN and not isinstance(value, exp.Boolean):
        return _call(macros.TRY_BOOLEAN if safe else macros.BOOLEAN, value)
    if to.this in (kinds.TIMESTAMPTZ, kinds.TIMESTAMPLTZ):
        return _call(macros.TRY_ZONED if safe else macros.ZONED, value)
    if to.this in (kinds.TIMESTAMP, kinds.TIMESTAMPNTZ, kinds.DATETIME) and safe:
        return _call(macros.TRY_PLAIN, value)
    return None


def _is_there(value: Expr) -> Expr:
    from sqlglot import exp

    return exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))


def _to_char(node: Expr) -> Expr:
    from sqlglot import exp

    form = node.args.get("format")
    if form is None:
        return _call(macros.TEXT, node.this)
    if not (isinstance(form, exp.Literal) and form.is_string):
        raise unsupported("TO_CHAR with a format that is no literal")
    encoding = form.name.upper().replace("-", "")
    if encoding in ("HEX", "BASE64", "UTF8"):
        kind = {"HEX": "hex", "BASE64": "to_base64", "UTF8": "decode"}[encoding]
        return _call(kind, _call(macros.BINARY, node.this))
    if _NUMERIC.fullmatch(form.name):
        raise unsupported("TO_CHAR of a number with a format")
    moment = _call(calls_macros.WALL, node.this)
    return _call("strftime", moment, exp.Literal.string(strftime_format(form.name)))


def strftime_format(form: str) -> str:
    """A Snowflake date and time format for strftime; 000002 for the parts that are not there."""
    parts: list[str] = []
    for part in _PART.findall(form):
        known = _PARTS.get(part.upper())
        if known is not None:
            parts.append(known)
        elif part.upper().startswith("TZ"):
            raise unsupported(f"'{part}' in a date and time format")
        else:
            parts.append((part[1:-1] if part.startswith('"') else part).replace("%", "%%"))
    return "".join(parts)


def _to_binary(node: Expr) -> Expr:
    from sqlglot import exp

    form, safe = node.args.get("format"), bool(node.args.get("safe"))
    if form is not None and not isinstance(form, exp.Literal):
        raise unsupported("TO_BINARY with a format that is no literal")
    match form.name.upper().replace("-", "") if form is not None else "HEX":
        case "HEX":
            return _call(macros.TRY_BINARY if safe else macros.BINARY, node.this)
        case "BASE64":
            decoded = _call("from_base64", _call(macros.TEXT, node.this))
            return _call("try", decoded) if safe else decoded
        case "UTF8":
            return _call("encode", _call(macros.TEXT, node.this))
        case other:
            raise compilation_error(f"Invalid format '{other}' for function TO_BINARY.", "100074", "22023")


def _divide(node: Expr) -> Expr:
    return _call(macros.QUOTIENT, _number(node.this), _number(node.expression))


def _number(node: Expr) -> Expr:
    """An operand; a text literal is a number."""
    from sqlglot import exp

    inner = node.unnest()
    if isinstance(inner, exp.Literal) and inner.is_string:
        return exp.cast(inner.copy(), "DECIMAL(38, 5)")
    return node


def _remainder(node: Expr) -> Expr | None:
    """Division by zero is an error, not NULL."""
    from sqlglot import exp

    divisor = node.expression
    if isinstance(divisor, exp.Literal) and divisor.is_number and float(divisor.name):
        return None
    node.set("expression", _call(macros.DIVISOR, divisor))
    return None


def _average(node: Expr) -> Expr | None:
    """``AVG(x)``: the type follows from any value of the group."""
    from sqlglot import exp

    if isinstance(node.parent, (exp.Window, exp.Pivot, exp.IgnoreNulls)):
        return None
    value = _averaged(node)
    return _call("cast_to_type", node, _call(macros.SCALED, exp.AnyValue(this=value.copy())))


def _average_over(node: Expr) -> Expr | None:
    """``AVG(x) OVER (…)``: the type follows from the row's own value."""
    from sqlglot import exp

    if not isinstance(node.this, exp.Avg):
        return None
    return _call("cast_to_type", node, _call(macros.SCALED, _averaged(node.this)))


def _averaged(node: Expr) -> Expr:
    from sqlglot import exp

    value: Expr = node.this.expressions[0] if isinstance(node.this, exp.Distinct) else node.this
    return value


def _truncate(node: Expr) -> Expr | None:
    """DATE_TRUNC: of the type of its argument."""
    from sqlglot import exp

    if isinstance(node.this, exp.Literal):
        return None
    return _call("cast_to_type", node, exp.Case(ifs=[exp.If(this=exp.false(), true=node.this.copy())]))


def _array(node: Expr) -> Expr | None:
    """ARRAY_CONSTRUCT: any types together; what sqlglot writes with DuckDB's lists keeps its list."""

    if node.meta.get("list"):
        return None
    return _call("json_array", *node.expressions)


def _anonymous(node: Expr) -> Expr | None:
    from sqlglot import exp

    name = node.name.upper()
    if name == "HASH":
        if any(argument.is_star for argument in node.expressions):
            raise unsupported("HASH(*)")
        hashed = exp.Anonymous(this="hash", expressions=[argument.copy() for argument in node.expressions])
        return _call(macros.SIGNED, hashed)
    found = semi.named(node)
    if found is not None:
        return found
    if name == "TO_DATE" and len(node.expressions) == 1:
        return _call(calls_macros.DATE, node.expressions[0])
    if name in _MOMENTS and len(node.expressions) == 1:
        return _call(_MOMENTS[name], node.expressions[0])
    if name in _MOMENTS:
        raise unsupported(f"{name} with a format")
    return None
