"""Statements without their secrets, for logs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
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
_SHORTEST = 6
_SYNTAX = "001003"
_KEY_TEXT = "PRIVATE KEY-----"
"""Of a private key in PEM, whatever it was given as."""
_BARE = frozenset({TokenKind.WORD, TokenKind.QUOTED, TokenKind.NUMBER})
_QUERIES = frozenset(
    {"SELECT", "WITH", "VALUES", "INSERT", "UPDATE", "DELETE", "MERGE", "SHOW", "DESC", "DESCRIBE", "USE", "LIST", "LS"}
)
_SUSPECT = re.compile(r"PASS|SECRET|TOKEN|KEY|CREDENTIAL|WEBHOOK|\b(?:USER|INTEGRATION)\b", re.IGNORECASE)
"""Statements that have to do with secrets, however they are spelt."""
_UNEXPECTED = re.compile(r"(unexpected )'(?:['\"]|\$\$).*'\.", re.DOTALL)

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


def redact(sql: str, depth: int = 0, *, failed: bool = False) -> str:
    """The statement with the values of passwords, tokens and secret strings replaced by ``'***'``.

    Statements in strings and in comments are treated alike (``depth`` counts how deep). What cannot be split into
    tokens is cut at its first string, because nothing is known about the rest. Of a statement that ``failed`` a
    misspelt word may have been the name of a secret: unless it is a query, all its strings go.
    """
    try:
        tokens = tokenize(sql)
    except SnowflakeError:
        return _ANY_STRING.sub(MASK, sql)
    hidden = _hidden(tokens, bare=failed, strings=failed and tokens[0].upper not in _QUERIES)
    parts: list[str] = []
    position = 0
    for index, token in enumerate(tokens):
        gap = sql[position : token.start]
        parts.append(_LOOSE.sub(rf"\1\2{MASK}", gap) if gap and _COMMENT.search(gap) else gap)
        text = sql[token.start : token.end]
        if index in hidden:
            text = MASK
        elif token.kind is TokenKind.STRING:
            text = _nested(text, token.value, depth)
        parts.append(text)
        position = token.end
    return _without("".join(parts), {tokens[index].value for index in hidden})


def logged(sql: str, code: str | None) -> str:
    """A statement as logs and histories show it; ``code`` is that of its error.

    Of one that could not be parsed nothing is known, so nothing of it is shown, as in Snowflake's history.
    """
    return REDACTED if code == _SYNTAX else redact(sql, failed=code is not None)


def veiled(error: SnowflakeError, sql: str) -> SnowflakeError:
    """The error without the secrets of its statement; of one that could not be parsed, without what may be one."""
    suspect = error.code == _SYNTAX and _SUSPECT.search(sql) is not None
    message = _without(error.message, secrets_of(sql, strings=suspect))
    if suspect:
        message = _UNEXPECTED.sub(r"\1'***'.", message)
    return error if message == error.message else SnowflakeError(error.code, error.state, message)


def without_secrets(text: str, sql: str) -> str:
    """A text that may quote a statement, such as a traceback, without the statement's strings."""
    return _without(text, secrets_of(sql, strings=True))


def secrets_of(sql: str, depth: int = 0, *, strings: bool = False) -> set[str]:
    """The values that ``redact`` would mask, or every string, also those of statements in strings."""
    try:
        tokens = tokenize(sql)
    except SnowflakeError:
        first = re.search(r"['\"]|\$\$", sql)
        rest = sql[first.end() :] if first else ""
        return {*re.split(r"['\"\s]|\$\$", rest), *(found[3].strip("'\"") for found in _LOOSE.finditer(sql))}
    found = {tokens[index].value for index in _hidden(tokens, bare=True, strings=strings)}
    if depth < _DEEPEST:
        for token in tokens:
            if token.kind is TokenKind.STRING and _LOOSE.search(token.value) is not None:
                found |= secrets_of(token.value, depth + 1, strings=strings)
    return found


def _without(text: str, secrets: Iterable[str]) -> str:
    """The text without these values; one of less than six characters would be found everywhere."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            for written in {secret, secret.replace("'", "''"), secret.encode("unicode_escape").decode()}:
                text = text.replace(written, "***")
    return text


def _hidden(tokens: Sequence[Token], *, bare: bool, strings: bool) -> set[int]:
    """Which tokens are secrets.

    With ``bare`` also names and numbers where a secret's string should stand or that a quote too many has torn off a
    string, with ``strings`` every string.
    """
    listed = _in_lists(tokens)
    found: set[int] = set()
    for index, token in enumerate(tokens):
        if token.kind is TokenKind.STRING:
            if strings or index in listed or _KEY_TEXT in token.value or _is_secret(tokens, index):
                found.add(index)
        elif bare and index and token.kind in _BARE:
            before = tokens[index - 1]
            torn = before.kind is TokenKind.STRING and before.end == token.start
            if torn or (before.value in ("=", "=>") and _is_secret(tokens, index)):
                found.add(index)
    return found


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
