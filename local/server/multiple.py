"""Several statements in one request (MULTI_STATEMENT_COUNT): parts, their common answer, the error of one of them.

The answer names the query ids of the statements; drivers fetch each result under its own id (Python connector
``cursor.nextset``, gosnowflake ``multistatement.go``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from local.errors import SnowflakeError
from local.lexer import TokenKind, split_statements, tokenize
from local.results import Column, Result, StatementType
from local.server.state import Query
from local.session import Binding


class Part(NamedTuple):
    """One statement of several and the values bound to its ``?``."""

    sql: str
    bindings: tuple[Binding, ...]


def wrong_count(actual: int, wanted: int) -> SnowflakeError:
    """000008: not as many statements as MULTI_STATEMENT_COUNT says."""
    return SnowflakeError(
        "000008",
        "0A000",
        f"Actual statement count {actual} did not match the desired statement count {wanted}.",
    )


def has_body(sql: str) -> bool:
    """Whether the text holds a block of Snowflake Scripting, whose semicolons do not separate statements."""
    tokens = tokenize(sql)
    return any(
        token.upper == "DECLARE"
        or (token.upper == "BEGIN" and following.upper not in _OF_BEGIN and following.value != ";")
        for token, following in pairwise(tokens)
        if following.kind is not TokenKind.END
    )


_OF_BEGIN = ("WORK", "TRANSACTION", "NAME")


def separate(sql: str, bindings: Sequence[Binding], wanted: int) -> list[Part]:
    """The statements of a text, bound values dealt out in turn; empty for a single one under ``wanted`` 0.

    ``wanted`` is their number, 0 for any; 000008 if it is another.
    """
    statements = [sql] if has_body(sql) else split_statements(sql)
    if wanted and len(statements) != wanted:
        raise wrong_count(len(statements), wanted)
    if len(statements) < 2:
        return []
    parts: list[Part] = []
    dealt = 0
    for statement in statements:
        marks = sum(t.kind is TokenKind.PUNCTUATION and t.value == "?" for t in tokenize(statement))
        parts.append(Part(statement, tuple(bindings[dealt : dealt + marks])))
        dealt += marks
    return parts


def summary(done: Sequence[Query]) -> Result:
    """The answer for all of them."""
    kinds = [(query.kind or StatementType.SELECT).value for query in done]
    return Result(
        (Column("multiple statement execution"),),
        (("Multiple statements executed successfully.",),),
        StatementType.MULTIPLE,
        data={"resultIds": ",".join(query.id for query in done), "resultTypes": ",".join(map(str, kinds))},
    )


def read_failure(body: bytes) -> SnowflakeError:
    """The error in the answer of one statement."""
    said = json.loads(body)
    return SnowflakeError(str(said["code"]), str(said["data"]["sqlState"]), str(said["message"]))
