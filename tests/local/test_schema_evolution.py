"""Columns from files: tables that COPY INTO widens, and tables that INFER_SCHEMA describes."""

from __future__ import annotations

import pytest

from tests.local.conftest import Account, Client
from tests.local.s3 import new_lake
from tests.local.staged import loader, put, table

CSV = "FILE_FORMAT = (TYPE = CSV PARSE_HEADER = TRUE ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE)"
JSON = "FILE_FORMAT = (TYPE = JSON STRIP_OUTER_ARRAY = TRUE)"
FOLDED = "MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"


@pytest.fixture
def admin(account: Account) -> Client:
    client = loader(account)
    client.run("CREATE TABLE T (ID INT, REQ INT NOT NULL) ENABLE_SCHEMA_EVOLUTION = TRUE")
    put(client, "a.csv", "id,req,name,day\n1,5,x,2020-01-01\n")
    return client


def columns(client: Client, name: str = "T") -> list[tuple[str | None, ...]]:
    return [(row["name"], row["type"], row["null?"]) for row in client.rows(f"DESC TABLE {name}")]


OLD = [("ID", "NUMBER(38,0)", "Y"), ("REQ", "NUMBER(38,0)", "N")]
NEW = [("NAME", "VARCHAR(16777216)", "Y"), ("DAY", "DATE", "Y")]


def test_columns_of_files_are_added_and_filled(admin: Client) -> None:
    admin.run(f"COPY INTO T FROM @ST {CSV} {FOLDED}")
    assert columns(admin) == [*OLD, *NEW]
    assert table(admin, "SELECT ID, REQ, NAME, DAY::VARCHAR FROM T") == [("1", "5", "x", "2020-01-01")]


def test_column_that_a_file_does_not_have_may_be_null(admin: Client) -> None:
    put(admin, "b.json", '[{"id":3,"extra":{"x":1}}]')
    admin.run(f"COPY INTO T FROM @ST/b.json {JSON} {FOLDED}")
    assert columns(admin) == [OLD[0], ("REQ", "NUMBER(38,0)", "Y"), ("EXTRA", "OBJECT", "Y")]
    assert table(admin, "SELECT ID, REQ, EXTRA:x FROM T") == [("3", None, "1")]


def test_types_of_several_files_are_joined(admin: Client) -> None:
    put(admin, "n/1.csv", "id,req,n\n1,1,7\n")
    put(admin, "n/2.csv", "id,req,n\n2,2,1.25\n")
    admin.run(f"COPY INTO T FROM @ST/n/ {CSV} {FOLDED}")
    assert table(admin, "SELECT N FROM T ORDER BY ID") == [("7.00", ), ("1.25", )]  # fmt: skip


@pytest.mark.parametrize("change", ["ALTER TABLE T SET ENABLE_SCHEMA_EVOLUTION = FALSE", "SELECT 1"])
def test_table_stays_as_it_is_without_the_option_or_the_match(admin: Client, change: str) -> None:
    admin.run(change)
    match = FOLDED if change.startswith("ALTER") else "ON_ERROR = CONTINUE"
    admin.run(f"COPY INTO T FROM @ST {CSV} {match}")
    assert columns(admin) == OLD


def test_validation_changes_no_table(admin: Client) -> None:
    admin.run(f"COPY INTO T FROM @ST {CSV} {FOLDED} VALIDATION_MODE = RETURN_ERRORS")
    assert columns(admin) == OLD


def test_widening_needs_the_right_to_evolve(account: Account, admin: Client) -> None:
    for sql in (
        "CREATE ROLE R", "GRANT USAGE ON DATABASE D TO ROLE R", "GRANT USAGE ON SCHEMA D.S TO ROLE R",
        "GRANT USAGE ON WAREHOUSE COMPUTE_WH TO ROLE R", "GRANT READ ON STAGE D.S.ST TO ROLE R",
        "GRANT INSERT ON TABLE T TO ROLE R",
    ):  # fmt: skip
        admin.run(sql)
    client = account.as_role("R")
    client.run("USE WAREHOUSE COMPUTE_WH")
    client.run("USE SCHEMA D.S")
    client.run(f"COPY INTO T FROM @ST {CSV} {FOLDED}")
    assert columns(admin) == OLD
    admin.run("GRANT EVOLVE SCHEMA ON TABLE T TO ROLE R")
    client.run(f"COPY INTO T FROM @ST {CSV} {FOLDED} FORCE = TRUE")
    assert columns(admin) == [*OLD, *NEW]


def test_files_that_were_loaded_before_change_nothing(admin: Client) -> None:
    admin.run(f"COPY INTO T FROM @ST {CSV} {FOLDED}")
    admin.run("ALTER TABLE T DROP COLUMN DAY")
    admin.run(f"COPY INTO T FROM @ST {CSV} {FOLDED}")
    assert columns(admin) == [*OLD, NEW[0]]


def test_objects_widen_a_table_too(account: Account, s3_endpoint: str) -> None:
    lake = new_lake(account, s3_endpoint)
    lake.put("in/a.json", '{"a":1,"more":true}')
    lake.admin.run("ALTER TABLE T SET ENABLE_SCHEMA_EVOLUTION = TRUE")
    lake.admin.run(f"COPY INTO T FROM @E {JSON} {FOLDED}")
    assert table(lake.admin, "SELECT A, B, MORE FROM T") == [("1", None, "1")]


# Templates

TEMPLATE = (
    "SELECT ARRAY_AGG(OBJECT_CONSTRUCT(*)) WITHIN GROUP (ORDER BY ORDER_ID) FROM "
    "TABLE(INFER_SCHEMA(LOCATION => '@ST/a.csv', FILE_FORMAT => 'F'{}))"
)


@pytest.mark.parametrize(("more", "names"), [("", "id req name day"), (", IGNORE_CASE => TRUE", "ID REQ NAME DAY")])
def test_table_is_made_as_its_files_are(admin: Client, more: str, names: str) -> None:
    admin.run("CREATE FILE FORMAT F TYPE = CSV PARSE_HEADER = TRUE")
    admin.run(f"CREATE TABLE U USING TEMPLATE ({TEMPLATE.format(more)}) COMMENT = 'c'")
    kinds = ("NUMBER(1,0)", "NUMBER(1,0)", "VARCHAR(16777216)", "DATE")
    assert columns(admin, "U") == [(name, kind, "Y") for name, kind in zip(names.split(), kinds, strict=True)]
    admin.run("COPY INTO U FROM @ST FILE_FORMAT = (FORMAT_NAME = F) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE")
    assert table(admin, "SELECT COUNT(*) FROM U") == [("1",)]
    assert [row["comment"] for row in admin.rows("SHOW TABLES LIKE 'U'")] == ["c"]


def described(*items: str) -> str:
    return f"USING TEMPLATE (SELECT PARSE_JSON('[{','.join(items)}]'))"


def test_template_may_be_any_query_that_describes_columns(admin: Client) -> None:
    column = '{"COLUMN_NAME":"X","TYPE":"NUMBER(5,2)","NULLABLE":false}'
    admin.run(f"CREATE TABLE U {described(column)}")
    assert columns(admin, "U") == [("X", "NUMBER(5,2)", "N")]
    admin.run("CREATE TABLE IF NOT EXISTS U USING TEMPLATE (SELECT 5)")


@pytest.mark.parametrize(
    ("clause", "code"),
    [
        ("USING TEMPLATE (SELECT ARRAY_CONSTRUCT())", "001008"),
        ("USING TEMPLATE (SELECT 5)", "001008"),
        ("USING TEMPLATE (SELECT 1, 2)", "001008"),
        ("USING TEMPLATE (SELECT NOPE FROM T)", "000904"),
        ("USING TEMPLATE", "001003"),
        (described('{"COLUMN_NAME":"X"}'), "001008"),
        (described('{"COLUMN_NAME":"X","TYPE":"FOO"}'), "002040"),
        (described(*['{"COLUMN_NAME":"X","TYPE":"DATE"}'] * 2), "002025"),
    ],
)
def test_template_that_describes_nothing_makes_no_table(admin: Client, clause: str, code: str) -> None:
    assert admin.fails(f"CREATE OR REPLACE TABLE T {clause}").code == code
    assert columns(admin) == OLD
