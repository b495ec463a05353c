"""Views of one session: dbt makes them for incremental models."""

from __future__ import annotations

import pytest

from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin.computing()
    for sql in ("CREATE DATABASE DB", "CREATE TABLE T (A INT)", "INSERT INTO T VALUES (1), (2)"):
        client.run(sql)
    return client


def test_a_temporary_view_stands_in_for_a_permanent_one_until_it_is_dropped(admin: Client) -> None:
    admin.run("CREATE VIEW V AS SELECT 0 AS A")
    admin.run("CREATE OR REPLACE TEMPORARY VIEW V AS SELECT MAX(A) AS A FROM T")
    assert admin.rows("SELECT A FROM V") == [{"A": "2"}]
    admin.run("DROP VIEW IF EXISTS V CASCADE")
    assert admin.rows("SELECT A FROM V") == [{"A": "0"}]


def test_a_merge_reads_from_a_temporary_view(admin: Client) -> None:
    admin.run("CREATE TEMP VIEW V AS SELECT A + 1 AS A FROM T")
    admin.run("MERGE INTO T USING V ON T.A = V.A WHEN NOT MATCHED THEN INSERT (A) VALUES (V.A)")
    assert [row["A"] for row in admin.rows("SELECT A FROM T ORDER BY A")] == ["1", "2", "3"]


def test_another_session_does_not_see_it(account: Account, admin: Client) -> None:
    admin.run("CREATE TEMPORARY VIEW V AS SELECT A FROM T")
    other = account.admin
    assert other.rows("SHOW VIEWS IN SCHEMA DB.PUBLIC") == []
    assert other.fails("DESCRIBE VIEW DB.PUBLIC.V").code == "002003"


def test_the_text_of_a_permanent_view_never_means_a_temporary_one(admin: Client) -> None:
    admin.run("CREATE VIEW INNER_VIEW AS SELECT 'permanent' AS A")
    admin.run("CREATE VIEW OUTER_VIEW AS SELECT A FROM INNER_VIEW")
    admin.run("CREATE TEMPORARY VIEW INNER_VIEW AS SELECT 'temporary' AS A")
    assert admin.rows("SELECT A FROM OUTER_VIEW") == [{"A": "permanent"}]


def test_information_schema_counts_rows_and_tells_views_from_tables(admin: Client) -> None:
    admin.run("CREATE TEMPORARY VIEW V AS SELECT A FROM T")
    shown = admin.rows(
        "SELECT TABLE_NAME, TABLE_TYPE, ROW_COUNT, IS_TEMPORARY, IS_DYNAMIC FROM DB.INFORMATION_SCHEMA.TABLES "
        "WHERE TABLE_SCHEMA = 'PUBLIC' ORDER BY 1"
    )
    assert [tuple(row.values()) for row in shown] == [
        ("T", "BASE TABLE", "2", "NO", "NO"),
        ("V", "VIEW", None, "YES", "NO"),
    ]
