from __future__ import annotations

from pathlib import Path

import pytest

from tests.local.conftest import Account, Client
from tests.local.staged import loader, put, table, write_parquet


@pytest.fixture
def admin(account: Account) -> Client:
    client = loader(account)
    client.run("CREATE FILE FORMAT F TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '\"'")
    put(client, "a/1.csv", '1,"x"\n2,y\n')
    put(client, "a/2.csv", "3,z\n")
    return client


def test_fields_and_metadata_of_staged_files_are_queried(admin: Client) -> None:
    sql = "SELECT t.$1, $2, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER FROM @ST/a/ (FILE_FORMAT => 'F') t ORDER BY 1"
    assert table(admin, sql) == [("1", "x", "a/1.csv", "1"), ("2", "y", "a/1.csv", "2"), ("3", "z", "a/2.csv", "1")]
    assert table(admin, "SELECT COUNT(*) FROM @ST/a/ (PATTERN => '.*2[.]csv')") == [("1",)]
    assert table(admin, "SELECT $1, $9 FROM @ST/none/") == []


def test_staged_files_are_joined_and_inserted(admin: Client) -> None:
    admin.run("CREATE TABLE T AS SELECT $1::INT A, $2 B FROM @ST/a/ (FILE_FORMAT => F)")
    admin.run("INSERT INTO T SELECT $1::INT + 10, $2 FROM @ST/a/2.csv")
    assert table(admin, "SELECT * FROM T ORDER BY 1") == [("1", "x"), ("2", "y"), ("3", "z"), ("13", "z")]
    assert table(admin, "SELECT T.B FROM @ST/a/2.csv s JOIN T ON T.A = s.$1::INT") == [("z",)]


def test_members_of_records_are_queried(admin: Client, tmp_path: Path) -> None:
    admin.run("CREATE FILE FORMAT PF TYPE = PARQUET")
    admin.run("CREATE FILE FORMAT JF TYPE = JSON")
    write_parquet("SELECT 1 AS id, {'k': 2} AS st, 'n' AS name", tmp_path / "p")
    put(admin, "p.parquet", (tmp_path / "p").read_bytes())
    put(admin, "j.json", '{"a":{"b":[5]}}')
    sql = "SELECT $1:id::INT, $1:st.k::INT, $1:name::VARCHAR FROM @ST/p.parquet (FILE_FORMAT => PF)"
    assert table(admin, sql) == [("1", "2", "n")]
    assert table(admin, "SELECT $1:a.b[0]::INT FROM @ST/j.json (FILE_FORMAT => JF)") == [("5",)]


def test_schema_is_inferred(admin: Client, tmp_path: Path) -> None:
    admin.run("CREATE FILE FORMAT PF TYPE = PARQUET")
    admin.run("CREATE FILE FORMAT HF TYPE = CSV PARSE_HEADER = TRUE")
    write_parquet("SELECT 1::BIGINT AS id, 'n' AS name, 1.5::DECIMAL(8,2) AS amt", tmp_path / "p")
    put(admin, "p.parquet", (tmp_path / "p").read_bytes())
    put(admin, "h.csv", "n,d,t\n1.25,2024-01-01,x\n10,2024-01-02,y\n")
    infer = (
        "SELECT COLUMN_NAME, TYPE FROM TABLE(INFER_SCHEMA(LOCATION => '@ST/{}', FILE_FORMAT => '{}')) ORDER BY ORDER_ID"
    )
    assert table(admin, infer.format("p.parquet", "PF")) == [
        ("id", "NUMBER(38, 0)"), ("name", "TEXT"), ("amt", "NUMBER(8, 2)")
    ]  # fmt: skip
    assert table(admin, infer.format("h.csv", "HF")) == [("n", "NUMBER(4, 2)"), ("d", "DATE"), ("t", "TEXT")]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT * FROM @ST/a/", "001080"),
        ("SELECT $1 FROM @NOPE", "002003"),
        ("SELECT $1 FROM @ST (FILE_FORMAT => NOPE)", "002003"),
        ("SELECT * FROM read_csv('/etc/passwd')", "002140"),
        ("SELECT $1 FROM @ST/../../x", "001008"),
        ("SELECT * FROM TABLE(INFER_SCHEMA(LOCATION => '@ST'))", "000938"),
        ("SELECT * FROM TABLE(VALIDATE(NOPE, JOB_ID => '_last'))", "002003"),
        ("SELECT * FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY(TABLE_NAME => 'T'))", "000938"),
    ],
)
def test_query_of_files_that_cannot_work_is_refused(admin: Client, sql: str, code: str) -> None:
    assert admin.fails(sql).code == code


def test_querying_a_stage_needs_read(account: Account, admin: Client) -> None:
    for sql in ("CREATE ROLE R", "GRANT USAGE ON DATABASE D TO ROLE R", "GRANT USAGE ON SCHEMA D.S TO ROLE R",
                "GRANT USAGE ON WAREHOUSE COMPUTE_WH TO ROLE R"):  # fmt: skip
        admin.run(sql)
    other = account.as_role("R")
    other.run("USE WAREHOUSE COMPUTE_WH")
    assert other.fails("SELECT $1 FROM @D.S.ST/a/").code == "002003"
    admin.run("GRANT READ ON STAGE D.S.ST TO ROLE R")
    assert len(table(other, "SELECT $1 FROM @D.S.ST/a/")) == 3
