"""Statements on an open connection, with results as plain rows and errors as one sentence."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from ops.errors import OpsError

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection

_LITERAL = re.compile(r"'(?:[^'\\]|''|\\.)*('|\Z)|\$\$.*?(\$\$|\Z)", re.DOTALL)


@dataclass(frozen=True)
class Result:
    """The answer to one statement."""

    statement: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def run(connection: "SnowflakeConnection", statement: str) -> Result:
    """Runs one statement; raises OpsError with Snowflake's code and text."""
    from snowflake.connector.errors import Error

    cursor = connection.cursor()
    try:
        cursor.execute(statement)
        columns = tuple(column.name for column in cursor.description or ())
        fetched = cursor.fetchall() if columns else []
    except Error as error:
        number = f"{error.errno:06d}" if isinstance(error.errno, int) else "error"
        raise OpsError(f"{number}: {(error.raw_msg or str(error)).strip()}", where=named(statement)) from error
    finally:
        cursor.close()
    return Result(statement, columns, tuple(tuple(row) for row in fetched if isinstance(row, tuple)))


def named(statement: str) -> str:
    """The beginning of a statement without the text of its literals, which may be a password."""
    return " ".join(_LITERAL.sub("'…'", statement).split())[:200]


def rows(connection: "SnowflakeConnection", statement: str, missing: Collection[int] = ()) -> list[dict[str, object]]:
    """Rows by lower-case column name; none where Snowflake answers with one of the `missing` error numbers."""
    from snowflake.connector.errors import Error

    try:
        result = run(connection, statement)
    except OpsError as error:
        if isinstance(error.__cause__, Error) and error.__cause__.errno in missing:
            return []
        raise
    names = [column.lower() for column in result.columns]
    return [dict(zip(names, row, strict=True)) for row in result.rows]


def split(script: str) -> list[str]:
    """The statements of a script, without comments and empty ones, as the connector splits them."""
    from snowflake.connector.util_text import split_statements

    pieces = (text for text, _ in split_statements(StringIO(script), remove_comments=True))
    return [text.strip().rstrip(";").strip() for text in pieces if text and text.strip(" ;\n\t")]


def run_script(
    connection: "SnowflakeConnection", statements: Sequence[str], done: Callable[[str], None] | None = None
) -> list[Result]:
    """Runs statements in order and stops at the first that fails."""
    results = []
    for statement in statements:
        results.append(run(connection, statement))
        if done is not None:
            done(statement)
    return results
