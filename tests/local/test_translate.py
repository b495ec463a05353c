"""Transforms that cannot change a statement are left out; what comes out is the same."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from local.data import translate

SIMPLE = (
    "SELECT * FROM (SELECT c1 AS ID, c2 AS NAME FROM q) AS T WHERE ID = 5 AND NOT NAME IN ('a', 'b') OR NAME IS NULL",
    "SELECT COUNT(*), SUM(A), MIN(B), MAX(-B) FROM T GROUP BY C HAVING COUNT(*) > 1 ORDER BY 1 DESC LIMIT 10 OFFSET 2",
    "SELECT A AS X, B FROM T JOIN K ON X = K.ID WHERE A BETWEEN 1 AND 2",
    "WITH C AS (SELECT DISTINCT A + 1 AS B FROM T) SELECT * FROM C UNION ALL SELECT (A - 2) * 3 FROM T",
    "SELECT TRUE, FALSE, NULL, 'x', 1.5 FROM T WHERE A <> 1 AND B <= 2 AND C >= 3 AND D < 4",
)
OTHERS = (
    "SELECT TO_DATE('2026-01-01')", "SELECT A::INT FROM T", "SELECT V:a.b FROM T", "SELECT TRIM(A) FROM T",
    "SELECT OBJECT_CONSTRUCT('a', 1)", "SELECT * FROM VALUES (1, 2)", "SELECT UPPER(V:a) FROM T", "SELECT A[0] FROM T",
    "SELECT REPEAT('x', 3)", "SELECT * FROM T SAMPLE (10)", "SELECT ARRAY_AGG(A) FROM T",
)  # fmt: skip


def kinds(sql: str) -> set[type[exp.Expr]]:
    return {type(node) for node in sqlglot.parse_one(sql, read="snowflake").walk()}


@pytest.mark.parametrize("sql", SIMPLE)
def test_simple_statement_needs_no_transform(sql: str) -> None:
    needed = translate._needed(kinds(sql))
    assert len(needed) < 2
    short = long = sqlglot.parse_one(sql, read="snowflake")
    long = long.copy()
    for transform in needed:
        short = short.transform(transform, copy=False)
    for transform in translate._transforms():
        long = long.transform(transform, copy=False)
    assert short.sql(dialect="duckdb") == long.sql(dialect="duckdb")


@pytest.mark.parametrize("sql", OTHERS)
def test_every_other_statement_goes_through_all_of_them(sql: str) -> None:
    assert translate._needed(kinds(sql)) is translate._transforms()
