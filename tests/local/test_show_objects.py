"""SHOW OBJECTS: tables and views in one list, as dbt asks for them."""

from __future__ import annotations

import pytest

from tests.local.conftest import Account, Client


@pytest.fixture
def admin(account: Account) -> Client:
    client = account.admin.computing()
    for sql in (
        "CREATE DATABASE DB",
        "CREATE TABLE T (A INT)",
        "CREATE TRANSIENT TABLE TT (A INT)",
        "CREATE VIEW V AS SELECT A FROM T",
        "INSERT INTO T VALUES (1), (2)",
    ):
        client.run(sql)
    return client


def names(rows: list[dict[str, str | None]]) -> list[str | None]:
    return [row["name"] for row in rows]


def test_tables_and_views_stand_in_one_list_with_kind_and_rows(admin: Client) -> None:
    shown = admin.rows("SHOW OBJECTS IN DB.PUBLIC")
    assert [(row["name"], row["kind"], row["rows"]) for row in shown] == [
        ("T", "TABLE", "2"),
        ("TT", "TABLE", "0"),
        ("V", "VIEW", None),
    ]


def test_the_next_page_begins_after_the_name_given(admin: Client) -> None:
    assert names(admin.rows("SHOW OBJECTS IN DB.PUBLIC LIMIT 1 FROM 'T'")) == ["TT"]


def test_names_are_filtered_by_their_beginning(admin: Client) -> None:
    assert names(admin.rows("SHOW OBJECTS IN SCHEMA DB.PUBLIC STARTS WITH 'V' LIMIT 1")) == ["V"]


def test_a_missing_schema_is_told_by_the_code_that_dbt_looks_for(admin: Client) -> None:
    assert admin.fails("SHOW OBJECTS IN DB.NOWHERE").code == "002043"


def test_objects_on_which_a_role_holds_nothing_are_not_listed(account: Account, admin: Client) -> None:
    admin.run("CREATE ROLE R")
    admin.run("GRANT USAGE ON DATABASE DB TO ROLE R")
    admin.run("GRANT USAGE ON SCHEMA DB.PUBLIC TO ROLE R")
    admin.run("GRANT SELECT ON VIEW DB.PUBLIC.V TO ROLE R")
    assert names(account.as_role("R").rows("SHOW OBJECTS IN DB.PUBLIC")) == ["V"]
