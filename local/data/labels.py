"""Names of result columns that have none: their own text in upper case."""

from __future__ import annotations

from itertools import pairwise

from local.lexer import Token, TokenKind, tokenize

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
        within = token.upper == "GROUP" and index > 0 and tokens[index - 1].upper == "WITHIN"
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
    return "".join(
        part if token.kind in (TokenKind.STRING, TokenKind.QUOTED) else part.upper() for token, part in _parts(text)
    )


def _parts(text: str) -> list[tuple[Token, str]]:
    tokens = tokenize(text)
    return [(token, text[token.start : following.start]) for token, following in pairwise(tokens)]
