"""Names of result columns that have none: their own text in upper case."""

from __future__ import annotations

from itertools import pairwise

from local.lexer import Token, TokenKind, error_at, tokenize

_END = frozenset((
    "FROM", "WHERE", "GROUP", "HAVING", "QUALIFY", "ORDER", "LIMIT", "FETCH", "OFFSET", "UNION", "INTERSECT", "EXCEPT",
    "MINUS", "WINDOW", "CONNECT", "START",
))  # fmt: skip


def projection_labels(sql: str) -> list[str] | None:
    """The text of each projection of the first SELECT at depth 0 (behind WITH); None for VALUES and the like."""
    tokens = tokenize(sql)
    depth = base = 0
    for index, token in enumerate(tokens):
        if token.value in ("(", ")") and token.kind is TokenKind.PUNCTUATION:
            depth += 1 if token.value == "(" else -1
            if index == base and token.value == "(":
                base += 1  # parentheses around the whole query
        elif token.upper == "SELECT" and depth == base:
            return _projections(sql, tokens[index + 1 :])
    return None


def nothing_selected(sql: str) -> Exception:
    """001003 at what stands where the columns of a SELECT should."""
    tokens = tokenize(sql)
    place = next((index for index, token in enumerate(tokens) if token.upper == "SELECT"), 0)
    found = tokens[min(place + 1, len(tokens) - 1)]
    return error_at(sql, found.start, sql[found.start : found.end])


def _projections(sql: str, tokens: list[Token]) -> list[str]:
    while tokens and tokens[0].upper in ("DISTINCT", "ALL"):
        tokens = tokens[1:]
    if len(tokens) > 1 and tokens[0].upper == "TOP":
        tokens = tokens[2:]
    labels: list[str] = []
    depth = 0
    start: Token | None = None
    last: Token | None = None
    for index, token in enumerate(tokens):
        mark = token.value if token.kind is TokenKind.PUNCTUATION else ""
        before = tokens[index - 1].upper if index else ""
        within = (token.upper, before) in (("GROUP", "WITHIN"), ("FROM", "DISTINCT"))
        over = token.kind is TokenKind.END or mark in (";", ")") or (token.upper in _END and not within)
        if depth == 0 and (over or mark == ","):
            if start is not None and last is not None:
                labels.append(_upper(sql[start.start : last.end]))
            start = None
            if over:
                break
            continue
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(mark, 0)
        start, last = start or token, token
    return labels


def _upper(text: str) -> str:
    return "".join(part if token.kind is TokenKind.QUOTED else part.upper() for token, part in _parts(text))


def _parts(text: str) -> list[tuple[Token, str]]:
    tokens = tokenize(text)
    return [(token, text[token.start : following.start]) for token, following in pairwise(tokens)]
