"""Row access policies on what queries, DML and copies see."""

import pytest

from local.data.policies import BARRIER
from tests.local.conftest import Account, Client
from tests.local.test_masked_queries import column, session

__all__ = ["session"]


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin
    for sql in (
        "CREATE WAREHOUSE WH",
        "CREATE DATABASE D",
        "CREATE SCHEMA D.S",
        "CREATE TABLE T (ID INT, REGION VARCHAR(9), SECRET VARCHAR(20))",
        "INSERT INTO T VALUES (1, 'EU', '10'), (2, 'EU', '20'), (3, 'US', 'hidden')",
        "CREATE ROW ACCESS POLICY R AS (X VARCHAR) RETURNS BOOLEAN -> X = 'EU' OR CURRENT_ROLE() = 'ALL_REGIONS'",
        "ALTER TABLE T ADD ROW ACCESS POLICY R ON (REGION)",
    ):
        client.run(sql)
    for role in ("ALL_REGIONS", "EUROPE"):
        client.run(f"CREATE ROLE {role}")
        for grant in (
            "USAGE ON DATABASE D", "ALL ON SCHEMA D.S", "ALL ON TABLE D.S.T", "USAGE ON WAREHOUSE WH",
        ):  # fmt: skip
            client.run(f"GRANT {grant} TO ROLE {role}")
    return client


def test_rows_are_shown_by_role_and_to_no_owner(account: Account, admin: Client) -> None:
    assert column(session(account, "ALL_REGIONS"), "SELECT ID FROM T ORDER BY 1") == ["1", "2", "3"]
    assert column(session(account, "EUROPE"), "SELECT ID FROM T ORDER BY 1") == ["1", "2"]
    assert column(admin, "SELECT ID FROM T ORDER BY 1") == ["1", "2"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT COUNT(*) FROM T", ["2"]),
        ("SELECT MAX(SECRET) FROM T", ["20"]),
        ("SELECT ID FROM T WHERE REGION = 'US'", []),
        ("SELECT COUNT(*) FROM T A FULL JOIN T B ON A.ID = B.ID", ["2"]),
        ("SELECT ID FROM T WHERE ID IN (SELECT ID FROM T WHERE REGION <> 'EU')", []),
        ("WITH C AS (SELECT * FROM T) SELECT COUNT(*) FROM C", ["2"]),
        ("SELECT COUNT(*) FROM T WHERE SECRET::INT > 0", ["2"]),
        ("SELECT SUM(1 / (ID - 3)) IS NULL FROM T", ["0"]),
        ("SELECT COUNT(*) FROM T WHERE 1 / (ID - 3) < 0", ["2"]),
        ("SELECT COUNT(*) FROM T JOIN (SELECT 20 AS N) ON SECRET::INT = N", ["1"]),
    ],
)
def test_hidden_rows_take_part_in_nothing(account: Account, admin: Client, query: str, expected: list[str]) -> None:
    assert column(session(account, "EUROPE"), query) == expected


def test_no_condition_is_tried_on_a_hidden_row_whatever_the_policy_asks(account: Account, admin: Client) -> None:
    admin.run("CREATE TABLE MAPPING (ROLE_NAME VARCHAR, REGION VARCHAR)")
    admin.run("INSERT INTO MAPPING VALUES ('EUROPE', 'EU')")
    for body in (
        "EXISTS (SELECT 1 FROM MAPPING M WHERE M.ROLE_NAME = CURRENT_ROLE() AND M.REGION = X)",
        "X IN (SELECT REGION FROM MAPPING WHERE IS_ROLE_IN_SESSION(ROLE_NAME))",
        "CASE X WHEN 'EU' THEN TRUE ELSE FALSE END",
        "STARTSWITH(X, 'E')",
    ):
        admin.run(f"ALTER ROW ACCESS POLICY R SET BODY -> {body}")
        client = session(account, "EUROPE")
        assert column(client, "SELECT COUNT(*) FROM T WHERE SECRET::INT > 0 AND LENGTH(SECRET) = 2") == ["2"], body
        assert column(client, "SELECT COUNT(*) FROM (SELECT * FROM T) WHERE 1 / (ID - 3) < 0") == ["2"], body
        assert column(client, "SELECT MAX(SECRET::INT) OVER () FROM T LIMIT 1") == ["20"], body


def test_policy_of_a_view_hides_rows_and_the_tables_still_counts(account: Account, admin: Client) -> None:
    admin.run("CREATE VIEW V AS SELECT * FROM T")
    admin.run("CREATE ROW ACCESS POLICY EVEN AS (N NUMBER) RETURNS BOOLEAN -> N % 2 = 0")
    admin.run("ALTER VIEW V ADD ROW ACCESS POLICY EVEN ON (ID)")
    admin.run("GRANT SELECT ON VIEW V TO ROLE EUROPE")
    assert column(session(account, "EUROPE"), "SELECT ID FROM V") == ["2"]
    admin.run("ALTER VIEW V DROP ROW ACCESS POLICY EVEN")
    assert column(session(account, "EUROPE"), "SELECT ID FROM V ORDER BY 1") == ["1", "2"]


def test_dml_reaches_visible_rows_only(account: Account, admin: Client) -> None:
    europe = session(account, "EUROPE")
    assert europe.run("UPDATE T SET SECRET = 'x'").rows == (("2", "0"),)
    assert europe.run("DELETE FROM T WHERE REGION = 'US'").rows == (("0",),)
    europe.run("INSERT INTO T VALUES (4, 'US', 'new')")
    assert europe.run("DELETE FROM T").rows == (("2",),)
    assert column(session(account, "ALL_REGIONS"), "SELECT SECRET FROM T ORDER BY ID") == ["hidden", "new"]


def test_merge_takes_hidden_rows_for_missing(account: Account, admin: Client) -> None:
    session(account, "EUROPE").run(
        "MERGE INTO T USING (SELECT 3 AS ID) S ON T.ID = S.ID WHEN MATCHED THEN DELETE "
        "WHEN NOT MATCHED THEN INSERT (ID, REGION) VALUES (S.ID, 'EU')"
    )
    assert column(session(account, "ALL_REGIONS"), "SELECT REGION FROM T WHERE ID = 3 ORDER BY 1") == ["EU", "US"]


def test_copy_holds_visible_rows(account: Account, admin: Client) -> None:
    europe = session(account, "EUROPE")
    europe.run("CREATE TABLE COPIED AS SELECT * FROM T")
    assert column(europe, "SELECT COUNT(*) FROM COPIED") == ["2"]


def test_rows_are_chosen_before_columns_are_masked(account: Account, admin: Client) -> None:
    admin.run("CREATE MASKING POLICY M AS (V VARCHAR) RETURNS VARCHAR -> 'masked'")
    admin.run("CREATE MASKING POLICY EXEMPT AS (V VARCHAR) RETURNS VARCHAR -> 'US' EXEMPT_OTHER_POLICIES = TRUE")
    admin.run("ALTER TABLE T MODIFY COLUMN SECRET SET MASKING POLICY M")
    admin.run("ALTER TABLE T DROP ROW ACCESS POLICY R")
    admin.run("ALTER TABLE T MODIFY COLUMN REGION SET MASKING POLICY EXEMPT")
    admin.run("ALTER TABLE T ADD ROW ACCESS POLICY R ON (REGION)")
    rows = session(account, "EUROPE").run("SELECT ID, REGION, SECRET FROM T ORDER BY ID").rows
    assert rows == [("1", "US", "masked"), ("2", "US", "masked")]


def test_renamed_column_stays_the_argument(account: Account, admin: Client) -> None:
    admin.run("ALTER TABLE T RENAME COLUMN REGION TO AREA")
    assert column(session(account, "EUROPE"), "SELECT DISTINCT AREA FROM T") == ["EU"]
    assert "associated with one or more policies" in admin.fails("ALTER TABLE T DROP COLUMN AREA").message


def test_null_hides_a_row(account: Account, admin: Client) -> None:
    session(account, "EUROPE").run("INSERT INTO T VALUES (5, NULL, 'n')")
    assert column(session(account, "EUROPE"), "SELECT COUNT(*) FROM T") == ["2"]


def test_rows_of_an_open_transaction_are_chosen_too(account: Account, admin: Client) -> None:
    europe = session(account, "EUROPE")
    europe.run("BEGIN")
    europe.run("INSERT INTO T VALUES (6, 'US', 'mine'), (7, 'EU', '70')")
    assert column(europe, "SELECT ID FROM T ORDER BY 1") == ["1", "2", "7"]
    europe.run("DELETE FROM T")
    europe.run("COMMIT")
    assert column(session(account, "ALL_REGIONS"), "SELECT ID FROM T ORDER BY 1") == ["3", "6"]


def test_barrier_lets_every_row_through() -> None:
    assert BARRIER == 2**63 - 1
