"""Regular expression functions with their further parameters.

Source: docs.snowflake.com, REGEXP_REPLACE, REGEXP_SUBSTR_ALL. DuckDB and Snowflake both match without backtracking.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local.data.semi import call
from local.errors import unsupported

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

_GROUP = re.compile(r"(?<!\\)(?:\\\\)*\((?!\?)")


def replace_matches(node: Expr) -> Expr | None:
    """REGEXP_REPLACE(subject, pattern [, replacement, position, occurrence, parameters])."""
    from sqlglot import exp

    position, occurrence = _number(node, "position", 1), _number(node, "occurrence", 0)
    pattern = _pattern(node, "modifiers")
    replacement = node.args.get("replacement") or exp.Literal.string("")
    subject = node.this.copy()
    head: Expr | None = None
    if position > 1:
        head = call("left", subject, exp.Literal.number(position - 1))
        subject = call("substr", subject, exp.Literal.number(position))
    if occurrence == 0:
        found = call("regexp_replace", subject, pattern, replacement, exp.Literal.string("g"))
    else:
        found = call("regexp_replace", subject, *_of_occurrence(pattern, replacement, occurrence))
    return found if head is None else exp.Paren(this=exp.DPipe(this=head, expression=found))


def _of_occurrence(pattern: Expr, replacement: Expr, occurrence: int) -> tuple[Expr, Expr]:
    """Pattern and replacement that change one match: everything before it is a group of its own."""
    from sqlglot import exp

    if not (isinstance(pattern, exp.Literal) and isinstance(replacement, exp.Literal)):
        raise unsupported("REGEXP_REPLACE of one occurrence with a pattern that is no literal")
    flags, body = re.fullmatch(r"(\(\?[a-z]+\))?(.*)", pattern.name, re.DOTALL).groups()  # type: ignore[union-attr]
    before = f"(?:.*?(?:{_plain(body)})){{{occurrence - 1}}}" if occurrence > 1 else ""
    whole = f"{flags or ''}^((?s:{before}.*?))(?:{body})"
    shifted = re.sub(r"\\(\d)", lambda m: f"\\{int(m[1]) + 1}" if m[1] != "0" else m[0], replacement.name)
    if re.search(r"\\[89]", replacement.name) or "\\0" in replacement.name:
        raise unsupported("REGEXP_REPLACE of one occurrence with such a replacement")
    return exp.Literal.string(whole), exp.Literal.string(f"\\1{shifted}")


def _plain(body: str) -> str:
    """The pattern with its groups not counted."""
    return _GROUP.sub(lambda match: f"{match[0]}?:", body)


def extract_all(node: Expr) -> Expr | None:
    """REGEXP_SUBSTR_ALL(subject, pattern [, position, occurrence, parameters, group]): an array."""
    from sqlglot import exp

    position, occurrence = _number(node, "position", 1), _number(node, "occurrence", 1)
    given = node.args.get("parameters")
    group = _number(node, "group", 0)
    if given is not None and "e" in given.name and group == 0:
        group = 1
    if given is not None and "e" not in given.name:
        group = 0
    subject = node.this.copy()
    if position > 1:
        subject = call("substr", subject, exp.Literal.number(position))
    found = call("regexp_extract_all", subject, _pattern(node, "parameters"), exp.Literal.number(group))
    if occurrence > 1:
        found = call("list_slice", found, exp.Literal.number(occurrence), exp.Literal.number(2**31 - 1))
    return call("to_json", found)


def _number(node: Expr, name: str, default: int) -> int:
    from sqlglot import exp

    value = node.args.get(name)
    if value is None:
        return default
    if not (isinstance(value, exp.Literal) and value.name.isdecimal()):
        raise unsupported(f"{node.key.upper()} with a {name} that is no literal")
    return int(value.name)


def _pattern(node: Expr, parameters: str) -> Expr:
    """The pattern with the parameters c, i, m, s as flags in front; e tells only what is given back."""
    from sqlglot import exp

    given = node.args.get(parameters)
    if given is not None and not isinstance(given, exp.Literal):
        raise unsupported(f"{node.key.upper()} with parameters that are no literal")
    letters = given.name if given is not None else ""
    if set(letters) - set("cimse"):
        raise unsupported(f"the parameters '{letters}' of a regular expression")
    last = [letter for letter in letters if letter in "ci"]
    flags = ("i" if last and last[-1] == "i" else "") + "".join(flag for flag in "ms" if flag in letters)
    pattern: Expr = node.expression
    if not flags:
        return pattern.copy()
    if isinstance(pattern, exp.Literal):
        return exp.Literal.string(f"(?{flags}){pattern.name}")
    return exp.Paren(this=exp.DPipe(this=exp.Literal.string(f"(?{flags})"), expression=pattern.copy()))
