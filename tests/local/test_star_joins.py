"""``SELECT *`` over joins: the columns of USING stand once."""

from __future__ import annotations

import pytest

from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin.computing()
    for sql in (
        "CREATE DATABASE DB",
        "CREATE TABLE A (K INT, X NUMBER(5,2))",
        "CREATE TABLE B (K INT, Y VARCHAR(3))",
        "INSERT INTO A VALUES (1, 2.5), (2, 0)",
        "INSERT INTO B VALUES (1, 'b')",
    ):
        client.run(sql)
    return client


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("SELECT * FROM A JOIN B USING (K)", ["K", "X", "Y"]),
        ("SELECT * FROM A NATURAL JOIN B", ["K", "X", "Y"]),
        ("SELECT B.*, A.X FROM A JOIN B USING (K)", ["K", "Y", "X"]),
        ("SELECT * FROM A JOIN B ON A.K = B.K", ["K", "X", "K", "Y"]),
        ("SELECT * FROM A JOIN B USING (K) JOIN A AS C USING (K)", ["K", "X", "Y", "X"]),
    ],
)
def test_star_over_a_join_yields_the_columns_of_both_sides(admin: Client, query: str, names: list[str]) -> None:
    assert [column.name for column in admin.run(query).columns] == names


def test_columns_keep_their_types_through_using(admin: Client) -> None:
    columns = admin.run("SELECT * FROM A JOIN B USING (K)").columns
    assert [(column.precision, column.scale, column.length) for column in columns[1:]] == [
        (5, 2, None),
        (None, None, 3),
    ]
