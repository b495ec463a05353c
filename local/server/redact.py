"""Statements without their secrets, for logs."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from local.errors import SnowflakeError
from local.lexer import Token, TokenKind, quote_text, tokenize

MASK = "'***'"
REDACTED = "<redacted>"
"""What Snowflake's history shows of a statement that could not be parsed (docs: behaviour change 936, 2023_01)."""

_SECRETS = frozenset(
    {
        "ADMIN_PASSWORD", "API_KEY", "AWS_KEY_ID", "AWS_SECRET_KEY", "AWS_TOKEN", "AZURE_SAS_TOKEN", "BEARER_TOKEN",
        "CLIENT_SECRET", "CONSUMER_SECRET", "MASTER_KEY", "OAUTH_ACCESS_TOKEN", "OAUTH_CLIENT_SECRET",
        "OAUTH_REFRESH_TOKEN", "PASSCODE", "PASSPHRASE", "PASSWORD", "PRIVATE_KEY", "PRIVATE_KEY_PASSPHRASE",
        "REFRESH_TOKEN", "SECRET_ACCESS_KEY", "SECRET_KEY", "SECRET_STRING", "TOKEN", "TOKEN_SECRET",
    }
)  # fmt: skip
"""Words whose string value (behind ``=``, ``=>`` or nothing) is a secret."""
_LISTS = frozenset({"CREDENTIALS", "WEBHOOK_HEADERS"})
"""Words whose list in brackets holds secrets: every string in it is one, unless it names what follows."""
_PLACEHOLDER = "SNOWFLAKE_WEBHOOK_SECRET"
"""Stands for the secret in a webhook's address (docs: CREATE NOTIFICATION INTEGRATION, webhooks)."""
_LOOSE = re.compile(
    rf"\b({'|'.join(sorted(_SECRETS, key=len, reverse=True))})(\"?\s*=>?\s*)('[^'\n]*'?|\"[^\"\n]*\"?|\S+)",
    re.IGNORECASE,
)
"""The same where there are no tokens: in comments."""
_COMMENT = re.compile(r"--|//|/\*")
_DEEPEST = 4

_TRACKING = "--terraform_provider_usage_tracking"
_ANY_STRING = re.compile(r"'.*", re.DOTALL)


class Tracked(NamedTuple):
    """A statement without the provider's tracking comment, and what the comment said about its origin."""

    sql: str
    resource: str
    operation: str


def strip_tracking(sql: str) -> Tracked:
    """Cut the comment that Terraform's provider ends its statements with (in their last line)."""
    text = sql.rstrip()
    start = text.find(_TRACKING, text.rfind("\n") + 1)
    if start < 0:
        return Tracked(sql, "", "")
    comment = text[start + len(_TRACKING) :].strip()
    try:
        said = json.loads(comment[: comment.rfind("}") + 1])
    except (ValueError, RecursionError):
        said = None
    origin = said if isinstance(said, dict) else {}
    return Tracked(text[:start].rstrip(), str(origin.get("resource", "")), str(origin.get("operation", "")))


def redact(sql: str, depth: int = 0) -> str:
    """The statement with the values of passwords, tokens and secret strings replaced by ``'***'``.

    Statements in strings and in comments are treated alike (``depth`` counts how deep). What cannot be split into
    tokens is cut at its first string, because nothing is known about the rest.
    """
    try:
        tokens = tokenize(sql)
    except SnowflakeError:
        return _ANY_STRING.sub(MASK, sql)
    listed = _in_lists(tokens)
    parts: list[str] = []
    position = 0
    for index, token in enumerate(tokens):
        gap = sql[position : token.start]
        parts.append(_LOOSE.sub(rf"\1\2{MASK}", gap) if gap and _COMMENT.search(gap) else gap)
        text = sql[token.start : token.end]
        if token.kind is TokenKind.STRING:
            hidden = index in listed or _is_secret(tokens, index)
            text = MASK if hidden else _nested(text, token.value, depth)
        parts.append(text)
        position = token.end
    return "".join(parts)


def _nested(text: str, value: str, depth: int) -> str:
    """A string literal, with the secrets of a statement that it may hold masked."""
    if depth == _DEEPEST or _LOOSE.search(value) is None:
        return text
    masked = redact(value, depth + 1)
    if masked == value:
        return text
    return f"$${masked}$$" if text.startswith("$$") else quote_text(masked)


def _in_lists(tokens: Sequence[Token]) -> set[int]:
    """Where the strings stand that are in a list of secrets and are not followed by ``=``."""
    found: set[int] = set()
    depth = 0
    for index, token in enumerate(tokens):
        if token.kind is TokenKind.PUNCTUATION and token.value == "(":
            depth += depth > 0 or _name_before(tokens, index) in _LISTS
        elif token.kind is TokenKind.PUNCTUATION and token.value == ")":
            depth -= depth > 0
        elif depth and token.kind is TokenKind.STRING and tokens[index + 1].value not in ("=", "=>"):
            found.add(index)
    return found


def _name_before(tokens: Sequence[Token], index: int) -> str:
    """The word that a value belongs to: in front of it, behind an optional ``=`` or ``=>``."""
    before = index - 1
    while before >= 0 and tokens[before].kind is TokenKind.STRING:  # one too many: no syntax, but still a secret
        before -= 1
    if before >= 0 and tokens[before].kind is TokenKind.PUNCTUATION and tokens[before].value in ("=", "=>"):
        before -= 1
    if before < 0 or tokens[before].kind not in (TokenKind.WORD, TokenKind.QUOTED):
        return ""
    return tokens[before].value.upper()


def _is_secret(tokens: Sequence[Token], index: int) -> bool:
    """Whether a string is the value of a secret, or a webhook's address with the secret written out."""
    name = _name_before(tokens, index)
    return name in _SECRETS or (name == "WEBHOOK_URL" and _PLACEHOLDER not in tokens[index].value)
