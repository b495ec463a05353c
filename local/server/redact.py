"""Statements without their secrets, for logs."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from local.errors import SnowflakeError
from local.lexer import Token, TokenKind, tokenize

MASK = "'***'"

_SECRETS = frozenset(
    {
        "API_KEY", "AWS_KEY_ID", "AWS_SECRET_KEY", "AWS_TOKEN", "AZURE_SAS_TOKEN", "MASTER_KEY", "OAUTH_ACCESS_TOKEN",
        "OAUTH_CLIENT_SECRET", "OAUTH_REFRESH_TOKEN", "PASSWORD", "PRIVATE_KEY", "REFRESH_TOKEN", "SECRET_STRING",
        "TOKEN", "TOKEN_SECRET",
    }
)  # fmt: skip
"""Words whose string value (behind ``=``, ``=>`` or nothing) is a secret."""

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


def redact(sql: str) -> str:
    """The statement with the values of passwords, tokens and secret strings replaced by ``'***'``.

    What cannot be split into tokens is cut at its first string, because nothing is known about the rest.
    """
    try:
        tokens = tokenize(sql)
    except SnowflakeError:
        return _ANY_STRING.sub(MASK, sql)
    parts: list[str] = []
    position = 0
    for index, token in enumerate(tokens):
        if token.kind is TokenKind.STRING and _is_secret(tokens, index):
            parts += [sql[position : token.start], MASK]
            position = token.end
    return "".join([*parts, sql[position:]])


def _is_secret(tokens: list[Token], index: int) -> bool:
    before = index - 1
    if before >= 0 and tokens[before].kind is TokenKind.PUNCTUATION and tokens[before].value in ("=", "=>"):
        before -= 1
    if before < 0:
        return False
    word = tokens[before]
    return word.kind in (TokenKind.WORD, TokenKind.QUOTED) and word.value.upper() in _SECRETS
