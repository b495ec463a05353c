"""Calls of functions that fakesnow and sqlglot translate otherwise than Snowflake answers them, or not at all.

Source: docs.snowflake.com, the page of each function under "All functions".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from local.data import calls_macros as own
from local.data import macros
from local.data.regular import extract_all, replace_matches
from local.data.semi import call, positional
from local.errors import compilation_error, unsupported

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

NAMES = frozenset(("CONDITIONAL_CHANGE_EVENT", "CONDITIONAL_TRUE_EVENT", "RATIO_TO_REPORT"))
"""Functions that sqlglot knows by name only and that are answered here."""

_UNITS = {
    "YEAR": "year years yyyy yyy yy yr yrs y", "QUARTER": "quarter quarters qtr qtrs q",
    "MONTH": "month months mon mons mm", "WEEK": "week weeks weekofyear wk woy wy w", "DAY": "day days dd d dayofmonth",
    "HOUR": "hour hours hh hr hrs h", "MINUTE": "minute minutes min mins mi m",
    "SECOND": "second seconds sec secs s", "MILLISECOND": "millisecond milliseconds msec ms",
    "MICROSECOND": "microsecond microseconds usec us",
}  # fmt: skip
_UNIT = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_WHOLE_DAYS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY")
_STEP = re.compile(r"\s*([+-]?\d+)\s*([A-Za-z]+)?\s*(?:,|$)")


def changes() -> dict[type[Expr], Callable[[Expr], Expr | None]]:
    """What replaces a node, by the node's class."""
    from sqlglot import exp

    return {
        exp.Trim: _trim,
        exp.Pad: _pad,
        exp.Round: _round,
        exp.Ceil: _to_step,
        exp.Floor: _to_step,
        exp.Count: _count,
        exp.WidthBucket: lambda n: call(own.WIDTH_BUCKET, *positional(n)),
        exp.MonthsBetween: lambda n: call("round", n, exp.Literal.number(6)),
        exp.TimeFromParts: lambda n: call(own.TIME_PARTS, *_filled(n, 4)),
        exp.TimestampFromParts: lambda n: call(own.MOMENT_PARTS, *_filled(n, 7)) if len(positional(n)) > 2 else None,
        exp.DateAdd: _date_add,
        exp.Interval: _interval,
        exp.Add: _beside_interval,
        exp.Sub: _beside_interval,
        exp.TsOrDsToDate: _date,
        exp.TimeToStr: _shown,
        exp.Rand: _random,
        exp.Uniform: lambda n: call(own.UNIFORM, n.this, n.expression, n.args["gen"]),
        exp.ApproxQuantile: lambda n: exp.cast(n.copy(), "DOUBLE", dialect="duckdb") if _bare(n) else None,
        exp.Hll: lambda n: exp.ApproxDistinct(this=n.this.copy()),
        exp.TryBase64DecodeString: lambda n: call("decode", call(own.DECODE64, n.this)),
        exp.TryBase64DecodeBinary: lambda n: call(own.DECODE64, n.this),
        exp.TryHexDecodeString: lambda n: call("decode", call(own.DECODE16, n.this)),
        exp.TryHexDecodeBinary: lambda n: call(own.DECODE16, n.this),
        exp.Hex: _hex,
        exp.GroupConcat: _joined,
        exp.Median: _middle,
        exp.WithinGroup: _middle,
        exp.Window: _window,
        exp.RegexpReplace: replace_matches,
        exp.RegexpExtractAll: extract_all,
        exp.Collate: _refused("collations"),
        exp.ApproxTopK: _refused("APPROX_TOP_K"),
        exp.Pivot: _pivot,
        exp.Join: _as_of,
    }


def _refused(feature: str) -> Callable[[Expr], Expr | None]:
    def refuse(node: Expr) -> Expr | None:
        raise unsupported(feature)

    return refuse


def _bare(node: Expr) -> bool:
    from sqlglot import exp

    return not isinstance(node.parent, (exp.Window, exp.Filter, exp.Cast))


def _filled(node: Expr, count: int) -> list[Expr]:
    from sqlglot import exp

    given = positional(node)[:count]
    return given + [exp.Literal.number(0)] * (count - len(given))


def _text(value: Expr) -> Expr:
    from sqlglot import exp

    return value if isinstance(value, exp.Literal) and value.is_string else call(macros.TEXT, value)


def _trim(node: Expr) -> Expr:
    """TRIM, LTRIM, RTRIM: blanks, or any of the given characters."""
    from sqlglot import exp

    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(str(node.args.get("position") or ""), "trim")
    return call(name, _text(node.this), node.args.get("expression") or exp.Literal.string(" "))


def _pad(node: Expr) -> Expr | None:
    """LPAD and RPAD of any type; nothing to pad with only cuts."""
    from sqlglot import exp

    fill = node.args.get("fill_pattern")
    if isinstance(fill, exp.Literal) and not fill.name:
        return call("left", _text(node.this), node.expression)
    node.set("this", _text(node.this).copy())
    return None


def _round(node: Expr) -> Expr | None:
    """ROUND to places that a column tells: the type stays."""
    from sqlglot import exp

    if isinstance(node.this, exp.Literal) and node.this.is_string:
        node.set("this", exp.cast(node.this.copy(), "DECIMAL(38, 5)", dialect="duckdb"))
    places = node.args.get("decimals")
    number = places.this if isinstance(places, exp.Neg) else places
    if places is None or isinstance(number, exp.Literal) or node.args.get("truncate"):
        return None
    return call(own.SCALED_BY, node.this, places)


def _to_step(node: Expr) -> Expr | None:
    """CEIL and FLOOR to decimal places: a NUMBER stays one."""
    from sqlglot import exp

    places = node.args.get("decimals")
    number = places.this if isinstance(places, exp.Neg) else places
    if not isinstance(number, exp.Literal) or places is None:
        return None
    power = exp.Literal.number(10 ** int(number.name))
    down, up = (exp.Mul, exp.Div) if isinstance(places, exp.Literal) else (exp.Div, exp.Mul)
    scaled = down(this=exp.Paren(this=node.this.copy()), expression=power)
    stepped = up(this=call(node.key, scaled), expression=power.copy())
    return call("cast_to_type", stepped, call("round", node.this, places))


def _count(node: Expr) -> Expr | None:
    """COUNT(a, b): rows where none is NULL."""
    from sqlglot import exp

    if not node.expressions:
        return None
    known = [exp.Not(this=exp.Is(this=item.copy(), expression=exp.null())) for item in (node.this, *node.expressions)]
    return exp.Count(this=exp.Case(ifs=[exp.If(this=exp.and_(*known), true=exp.Literal.number(1))]))


def _date_add(node: Expr) -> Expr | None:
    """DATEADD: parts of a unit are rounded, quarters are months."""
    from sqlglot import exp

    amount, unit = node.expression, node.args.get("unit")
    name = _UNIT.get((unit.name if unit is not None else "DAY").lower())
    if name is None and unit is not None and unit.name.lower() not in ("nanosecond", "nanoseconds", "ns", "nsec"):
        raise compilation_error(f"'{unit.name}' is not a valid date/time component for function DATE_ADD.", "001014")
    number = amount.this if isinstance(amount, (exp.Neg, exp.Paren)) else amount
    if not (isinstance(number, exp.Literal) and number.name.isdecimal()):
        node.set("expression", call(own.DAYS, amount))
    if name == "QUARTER":
        node.set("unit", exp.Var(this="MONTH"))
        node.set("expression", exp.Paren(this=exp.Mul(
            this=exp.Paren(this=node.expression.copy()), expression=exp.Literal.number(3))))  # fmt: skip
    return None


def _interval(node: Expr) -> Expr | None:
    """INTERVAL '1 day, 2 hours': as one text that DuckDB reads."""
    from sqlglot import exp

    text = node.this.name if isinstance(node.this, exp.Literal) and node.this.is_string else ""
    if node.args.get("unit") is not None or not text:
        return None
    steps = _STEP.findall(text)
    if not steps or _STEP.sub("", text).strip():
        raise compilation_error(f"invalid interval constant '{text}'.", "001003", "42000")
    units = [_UNIT.get((unit or "second").lower()) for _, unit in steps]
    if None in units:
        raise unsupported(f"INTERVAL '{text}'")
    return exp.Interval(
        this=exp.Literal.string(" ".join(f"{n} {unit}" for (n, _), unit in zip(steps, units, strict=True)))
    )


def _beside_interval(node: Expr) -> Expr | None:
    """A DATE and whole days remain a DATE."""
    from sqlglot import exp

    step = node.expression
    if not isinstance(step, exp.Interval) or isinstance(node.this, exp.Literal):
        return None
    words = re.findall(r"[A-Za-z]+", str(step.this.name)) + ([step.args["unit"].name] if step.args.get("unit") else [])
    if not words or any(_UNIT.get(word.lower()) not in _WHOLE_DAYS for word in words):
        return None
    return call("cast_to_type", node, exp.Case(ifs=[exp.If(this=exp.false(), true=node.this.copy())]))


def _date(node: Expr) -> Expr | None:
    """TO_DATE without a format; a text of digits counts from the epoch."""
    if node.args.get("format") is not None or node.args.get("safe"):
        return None
    return call(own.DATE, node.this)


def _shown(node: Expr) -> Expr | None:
    """TO_CHAR with a format: every part has its full width; of a TIME too."""
    from sqlglot import exp

    form = node.args.get("format")
    if isinstance(form, exp.Literal):
        form.set("this", form.name.replace("%-", "%"))
    if isinstance(node.this, exp.Cast) and node.this.to.this == exp.DataType.Type.TIME:
        node.set("this", call(own.WALL, node.this))
    return None


def _random(node: Expr) -> Expr:
    """RANDOM([seed]): any 64 bit number; with a seed the same in every run."""
    from sqlglot import exp

    if node.this is None:
        return call(own.RANDOM)
    return call(macros.SIGNED, call("hash", node.this, exp.Window(this=call("row_number"))))


def _hex(node: Expr) -> Expr | None:
    from sqlglot import exp

    case = node.args.get("case")
    if case is None:
        return None
    if not isinstance(case, exp.Literal):
        raise unsupported("HEX_ENCODE with a case that is no literal")
    return call("lower" if case.name == "0" else "upper", exp.Hex(this=node.this.copy()))


def _outermost(node: Expr) -> Expr:
    """The aggregate with its WITHIN GROUP, FILTER and OVER."""
    from sqlglot import exp

    while isinstance(node.parent, (exp.WithinGroup, exp.Window, exp.Filter)) and node.parent.this is node:
        node = node.parent
    return node


def _joined(node: Expr) -> Expr | None:
    """LISTAGG: nothing between the values unless something is given, and an empty text for no values."""
    from sqlglot import exp

    if node.args.get("separator") is None:
        node.set("separator", exp.Literal.string(""))
    outer = _outermost(node)
    outer.replace(exp.Coalesce(this=outer.copy(), expressions=[exp.Literal.string("")]))
    return None


def _middle(node: Expr) -> Expr | None:
    """MEDIAN and PERCENTILE_CONT of a NUMBER are a NUMBER with three digits more."""
    from sqlglot import exp

    if isinstance(node, exp.Median):
        value: Expr | None = node.this
    elif isinstance(node.this, exp.PercentileCont):
        value = node.expression.expressions[0].this
    else:
        return None
    if value is None:
        return None
    outer = _outermost(node)
    sample = value if isinstance(outer, exp.Window) else exp.AnyValue(this=value.copy())
    outer.replace(call("cast_to_type", outer, call(own.MIDDLE, sample)))
    return None


def _window(node: Expr) -> Expr | None:
    """RATIO_TO_REPORT and CONDITIONAL_…_EVENT."""
    from sqlglot import exp

    name = node.this.name.upper() if isinstance(node.this, exp.Anonymous) else ""
    if name not in NAMES:
        return None
    if len(node.this.expressions) != 1:
        raise compilation_error(f"not enough arguments for function [{name}], expected 1, got "
                                f"{len(node.this.expressions)}", "000938", "22023")  # fmt: skip
    (value,) = node.this.expressions
    if name == "RATIO_TO_REPORT":
        total = _over(node, exp.Sum(this=value.copy()))
        return call(macros.QUOTIENT, value, exp.Nullif(this=total, expression=exp.Literal.number(0)))
    if name == "CONDITIONAL_TRUE_EVENT":
        step = exp.Case(ifs=[exp.If(this=value.copy(), true=exp.Literal.number(1))], default=exp.Literal.number(0))
        return _running(node, exp.Sum(this=step))
    return call(own.CHANGES, _running(node, call("list", value)))


def _over(window: Expr, function: Expr) -> Expr:
    made = window.copy()
    made.set("this", function)
    return made


def _running(window: Expr, function: Expr) -> Expr:
    from sqlglot import exp

    made = _over(window, function)
    made.set("spec", exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"))
    return made


def _pivot(node: Expr) -> Expr | None:
    from sqlglot import exp

    if node.find(exp.PivotAny) or node.args.get("default_on_null"):
        raise unsupported("PIVOT with ANY or DEFAULT ON NULL")
    return None


def _as_of(node: Expr) -> Expr | None:
    """ASOF JOIN … MATCH_CONDITION (…) [ON …]: rows on the left without a match stay."""
    from sqlglot import exp

    condition = node.args.get("match_condition")
    if condition is None:
        return None
    given = [item.copy() for item in (node.args.get("on"), condition) if item is not None]
    node.set("on", exp.and_(*given))
    node.set("match_condition", None)
    node.set("side", "LEFT")
    return None
