"""What is said about a statement that failed."""

import pytest

from ops import query


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("CREATE USER A PASSWORD = 'se\\'cr''et'  COMMENT = 'x'", "CREATE USER A PASSWORD = '…' COMMENT = '…'"),
        ("ALTER USER A SET PASSWORD = 'never closed", "ALTER USER A SET PASSWORD = '…'"),
        ("CREATE PROCEDURE P() AS $$ 'secret' $$", "CREATE PROCEDURE P() AS '…'"),
    ],
)
def test_literals_of_a_failed_statement_are_not_repeated(statement: str, said: str) -> None:
    assert query.named(statement) == said
