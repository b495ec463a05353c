from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.local.conftest import Account, Client
from tests.local.staged import loader, put, table, write_parquet

LOADED = ("LOADED", "2", "2", "1", "0", None, None, None, None)


@pytest.fixture
def admin(account: Account) -> Client:
    client = loader(account)
    client.run("CREATE TABLE T (A INT NOT NULL, B VARCHAR(5))")
    put(client, "good.csv", "1,x\n2,y\n")
    return client


def rows(client: Client, sql: str = "SELECT * FROM T ORDER BY 1") -> list[tuple[str | None, ...]]:
    return table(client, sql)


def parquet(client: Client, name: str, query: str, tmp_path: Path) -> None:
    write_parquet(query, tmp_path / "p")
    put(client, name, (tmp_path / "p").read_bytes())


def test_files_are_loaded_once(admin: Client) -> None:
    assert rows(admin, "COPY INTO T FROM @ST") == [("st/good.csv", *LOADED)]
    assert rows(admin, "COPY INTO T FROM @ST") == [("Copy executed with 0 files processed.",)]
    (again,) = rows(admin, "COPY INTO T FROM @ST FILES = ('good.csv')")
    assert (again[1], again[6]) == ("LOAD_SKIPPED", "File was loaded before.")
    assert rows(admin) == [("1", "x"), ("2", "y")]


def test_changed_file_force_and_truncate_load_again(admin: Client) -> None:
    admin.run("COPY INTO T FROM @ST")
    put(admin, "good.csv", "3,z\n")
    assert len(rows(admin, "COPY INTO T FROM @ST")) == 1
    admin.run("COPY INTO T FROM @ST FORCE = TRUE")
    assert rows(admin) == [("1", "x"), ("2", "y"), ("3", "z"), ("3", "z")]
    admin.run("COPY INTO T FROM @ST FORCE = FALSE")
    admin.run("TRUNCATE TABLE T")
    admin.run("COPY INTO T FROM @ST")
    assert rows(admin) == [("3", "z")]


def test_bad_file_leaves_nothing_of_the_others(admin: Client) -> None:
    put(admin, "later.csv", "3,z\nq,w\n")
    error = admin.fails("COPY INTO T FROM @ST")
    assert error.code == "100038"
    assert error.message.startswith("Numeric value 'q' is not recognized\n  File 'st/later.csv', line 2, character 1\n")
    assert rows(admin) == []
    put(admin, "later.csv", "3,z\n")
    assert len(rows(admin, "COPY INTO T FROM @ST")) == 2


def test_load_and_its_record_roll_back_together(admin: Client) -> None:
    admin.run("BEGIN")
    admin.run("COPY INTO T FROM @ST")
    assert rows(admin, "COPY INTO T FROM @ST") == [("Copy executed with 0 files processed.",)]
    admin.run("ROLLBACK")
    assert rows(admin) == []
    admin.run("BEGIN")
    admin.run("COPY INTO T FROM @ST")
    admin.run("COMMIT")
    assert rows(admin) == [("1", "x"), ("2", "y")]
    assert rows(admin, "COPY INTO T FROM @ST") == [("Copy executed with 0 files processed.",)]


def test_failed_copy_leaves_its_transaction_open(admin: Client) -> None:
    put(admin, "bad/b.csv", "q,w\n")
    admin.run("BEGIN")
    admin.run("INSERT INTO T VALUES (9, 'i')")
    assert admin.fails("COPY INTO T FROM @ST/bad/").code == "100038"
    admin.run("COMMIT")
    assert rows(admin) == [("9", "i")]


BAD = '3,z\nq,"w"\n5,abcdefgh\n,n\n1,2,3\n'


@pytest.mark.parametrize(
    ("on_error", "status", "loaded", "limit"),
    [
        ("CONTINUE", "PARTIALLY_LOADED", "1", "5"),
        ("SKIP_FILE", "LOAD_FAILED", "0", "1"),
        ("SKIP_FILE_4", "LOAD_FAILED", "0", "4"),
        ("SKIP_FILE_5", "PARTIALLY_LOADED", "1", "5"),
        ("'SKIP_FILE_90%'", "PARTIALLY_LOADED", "1", "5"),
        ("SKIP_FILE_10%", "LOAD_FAILED", "0", "1"),
    ],
)
def test_errors_are_borne_as_on_error_says(admin: Client, on_error: str, status: str, loaded: str, limit: str) -> None:
    put(admin, "bad.csv", BAD)
    found = rows(admin, f"COPY INTO T FROM @ST ON_ERROR = {on_error}")
    first = ("Numeric value 'q' is not recognized", "2", "1", '"T"["A":1]')
    assert found[0] == ("st/bad.csv", status, "5", loaded, limit, "4", *first)
    assert found[1][1] == "LOADED"


def test_left_out_records_are_told_by_validate_and_by_validation_mode(admin: Client) -> None:
    put(admin, "bad.csv", BAD)
    before = rows(admin, "COPY INTO T FROM @ST VALIDATION_MODE = RETURN_ERRORS")
    assert rows(admin) == []
    admin.run("COPY INTO T FROM @ST ON_ERROR = CONTINUE")
    assert rows(admin, "SELECT * FROM TABLE(VALIDATE(T, JOB_ID => '_last'))") == before
    assert [(row[9], row[6], row[5]) for row in before] == [
        ("2", "100038", "conversion"), ("3", "100074", "conversion"), ("4", "100088", "conversion"),
        ("5", "100080", "parsing"),
    ]  # fmt: skip


def test_validation_mode_shows_rows_up_to_the_first_error(admin: Client) -> None:
    put(admin, "bad.csv", BAD)
    assert rows(admin, "COPY INTO T FROM @ST/bad VALIDATION_MODE = RETURN_1_ROWS") == [("3", "z")]
    assert admin.fails("COPY INTO T FROM @ST/bad VALIDATION_MODE = RETURN_2_ROWS").code == "100038"


def test_long_texts_are_cut_on_demand(admin: Client) -> None:
    put(admin, "long.csv", "1,abcdefgh\n")
    assert admin.fails("COPY INTO T FROM @ST/long").code == "100074"
    admin.run("COPY INTO T FROM @ST/long TRUNCATECOLUMNS = TRUE")
    assert rows(admin) == [("1", "abcde")]


@pytest.mark.parametrize(
    ("content", "options", "expected"),
    [
        ('1,""\n2,\n', "FIELD_OPTIONALLY_ENCLOSED_BY='\"'", [("1", ""), ("2", None)]),
        ("1,\n", "EMPTY_FIELD_AS_NULL=FALSE", [("1", "")]),
        ("1|NA\n2|\\N\n", "FIELD_DELIMITER='|' NULL_IF=('NA', '\\\\N')", [("1", None), ("2", None)]),
        ("h1,h2\n1,a\n", "SKIP_HEADER=1", [("1", "a")]),
        ("1,a\n\n2,b\n", "SKIP_BLANK_LINES=TRUE", [("1", "a"), ("2", "b")]),
        (' 1 , "a" \n', "TRIM_SPACE=TRUE FIELD_OPTIONALLY_ENCLOSED_BY='\"'", [("1", "a")]),
        ("1,a,more\n", "ERROR_ON_COLUMN_COUNT_MISMATCH=FALSE", [("1", "a")]),
        ("1\n", "ERROR_ON_COLUMN_COUNT_MISMATCH=FALSE", [("1", None)]),
        ('1,"a\nb"\n', "FIELD_OPTIONALLY_ENCLOSED_BY='\"'", [("1", "a\nb")]),
        ("1,a\\,b\n", "", [("1", "a,b")]),
        ("1::a||2::b||", "FIELD_DELIMITER='::' RECORD_DELIMITER='||'", [("1", "a"), ("2", "b")]),
        ("\ufeff1,a\r\n2,b\r\n", "", [("1", "a"), ("2", "b")]),
        (gzip.compress(b"1,a\n", mtime=0), "", [("1", "a")]),
        ("1,\xe4\n".encode("latin-1"), "ENCODING='ISO88591'", [("1", "\xe4")]),
        ("", "", []),
    ],
)
def test_csv_is_read_by_its_format(
    admin: Client, content: str | bytes, options: str, expected: list[tuple[str, str | None]]
) -> None:
    put(admin, "x/f.csv", content)
    admin.run(f"COPY INTO T FROM @ST/x/ FILE_FORMAT = (TYPE = CSV {options})")
    assert rows(admin) == expected


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        ("1,a,b\n", "", "100080"),
        ('1,"a\n', "FIELD_OPTIONALLY_ENCLOSED_BY='\"'", "100016"),
        ('1,"a"b\n', "FIELD_OPTIONALLY_ENCLOSED_BY='\"'", "100016"),
        (",a\n", "", "100088"),
        (b"1,\xff\n", "", "100144"),
        (b"\x1f\x8bnonsense", "", "100084"),
    ],
)
def test_csv_that_does_not_fit_is_an_error(admin: Client, content: str | bytes, options: str, code: str) -> None:
    put(admin, "x/f.csv", content)
    assert admin.fails(f"COPY INTO T FROM @ST/x/ FILE_FORMAT = (TYPE = CSV {options})").code == code


def test_types_are_read_from_text(admin: Client) -> None:
    admin.run("CREATE TABLE K (D DATE, B BOOLEAN, N NUMBER(5,2), TS TIMESTAMP_NTZ, TM TIME, BI BINARY, V VARIANT)")
    put(admin, "k/f.csv", '03.02.2024|yes|1.239|2024-01-01T10:00:00Z|10:11:12|CAFE|{"a":1}\n')
    admin.run("COPY INTO K FROM @ST/k/ FILE_FORMAT = (FIELD_DELIMITER = '|' DATE_FORMAT = 'DD.MM.YYYY')")
    assert rows(admin, "SELECT D, B, N, TM, BI, V:a FROM K") == [("19756", "1", "1.24", "36672.000000000", "CAFE", "1")]


def test_json_goes_into_one_variant_or_by_name(admin: Client) -> None:
    admin.run("CREATE TABLE J (V VARIANT)")
    admin.run("CREATE TABLE K (ID INT, V VARIANT, N VARCHAR)")
    put(admin, "j/f.json", '[{"id":1,"V":{"a":12345678901234567890.5},"n":"x"},{"id":2}]')
    options = "FILE_FORMAT = (TYPE = JSON STRIP_OUTER_ARRAY = TRUE)"
    assert admin.fails(f"COPY INTO K FROM @ST/j/ {options}").code == "002019"
    admin.run(f"COPY INTO J FROM @ST/j/ {options}")
    assert rows(admin, "SELECT COUNT(*), MAX(V:id::INT) FROM J") == [("2", "2")]
    admin.run(f"COPY INTO K FROM @ST/j/ {options} MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE")
    assert rows(admin, "SELECT ID, N FROM K ORDER BY 1") == [("1", "x"), ("2", None)]
    put(admin, "j/bad.json", '{"id":')
    assert admin.fails(f"COPY INTO J FROM @ST/j/bad.json {options}").code == "100069"


def test_parquet_goes_in_by_name_with_its_own_types(admin: Client, tmp_path: Path) -> None:
    admin.run("CREATE TABLE P (ID INT, NAME VARCHAR(3), AMT NUMBER(10,2), V VARIANT, X INT DEFAULT 7)")
    parquet(
        admin, "p/f.parquet", "SELECT 1 AS id, 'n' AS \"Name\", 1.50::DECIMAL(10,2) AS amt, '{\"a\":1}' AS v", tmp_path
    )
    admin.run("COPY INTO P FROM @ST/p/ FILE_FORMAT = (TYPE = PARQUET) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE")
    assert rows(admin, "SELECT ID, NAME, AMT, X, V:a FROM P") == [("1", "n", "1.50", None, None)]
    parquet(admin, "p/g.parquet", "SELECT 1 AS id, 'long' AS name", tmp_path)
    copy = "COPY INTO P FROM @ST/p/g FILE_FORMAT = (TYPE = PARQUET) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
    assert admin.fails(copy).code == "100074"
    put(admin, "q/x.parquet", b"PAR1 nonsense")
    assert admin.fails(copy.replace("p/g", "q/")).code == "100152"


def test_select_transforms_rows_on_their_way(admin: Client, tmp_path: Path) -> None:
    put(admin, "s/f.csv", "a|1\nb|2\n")
    admin.run("COPY INTO T (B, A) FROM (SELECT upper(t.$1), $2 FROM @ST/s/ t) FILE_FORMAT = (FIELD_DELIMITER = '|')")
    assert rows(admin) == [("1", "A"), ("2", "B")]
    admin.run("CREATE TABLE P (ID INT, K INT, F VARCHAR, R INT DEFAULT 7)")
    parquet(admin, "s2/f.parquet", "SELECT 5 AS id, {'k': 6} AS st", tmp_path)
    select = "SELECT $1:id::INT, $1:st.k, METADATA$FILENAME || ':' || METADATA$FILE_ROW_NUMBER FROM @ST/s2/"
    admin.run(f"COPY INTO P (ID, K, F) FROM ({select}) FILE_FORMAT = (TYPE = PARQUET)")
    assert rows(admin, "SELECT * FROM P") == [("5", "6", "s2/f.parquet:1", "7")]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("COPY INTO T FROM (SELECT $1, $2 FROM @ST WHERE $1 = '1')", "002018"),
        ("COPY INTO T FROM (SELECT A, B FROM T)", "002018"),
        ("COPY INTO T FROM (SELECT $1 FROM @ST)", "002020"),
        ("COPY INTO T FROM @ST FOO = 1", "001420"),
        ("COPY INTO T FROM @ST ON_ERROR = PANIC", "001008"),
        ("COPY INTO T FROM @ST FILE_FORMAT = (TYPE = AVRO)", "000002"),
        ("COPY INTO T FROM @ST FILE_FORMAT = (FORMAT_NAME = NOPE)", "002003"),
        ("COPY INTO T FROM @ST FILE_FORMAT = (TYPE = CSV COLOUR = 1)", "001420"),
        ("COPY INTO T FROM @ST MATCH_BY_COLUMN_NAME = CASE_SENSITIVE", "002019"),
        ("COPY INTO T FROM @ST FILES = ('nope.csv')", "091016"),
        ("COPY INTO NOPE FROM @ST", "002003"),
        ("COPY INTO T FROM @NOPE", "002003"),
        ("COPY INTO T (X) FROM @ST", "000904"),
        ("COPY INTO T FROM 's3://bucket/x'", "000002"),
    ],
)
def test_copy_that_cannot_work_is_refused(admin: Client, sql: str, code: str) -> None:
    assert admin.fails(sql).code == code


def test_copy_needs_insert_and_read(account: Account, admin: Client) -> None:
    for sql in ("CREATE ROLE R", "GRANT USAGE ON DATABASE D TO ROLE R", "GRANT USAGE ON SCHEMA D.S TO ROLE R",
                "GRANT USAGE ON WAREHOUSE COMPUTE_WH TO ROLE R", "GRANT SELECT ON TABLE T TO ROLE R"):  # fmt: skip
        admin.run(sql)
    other = account.as_role("R")
    other.run("USE WAREHOUSE COMPUTE_WH")
    assert other.fails("COPY INTO D.S.T FROM @D.S.ST").code == "003001"
    admin.run("GRANT INSERT ON TABLE T TO ROLE R")
    assert other.fails("COPY INTO D.S.T FROM @D.S.ST").code == "002003"
    admin.run("GRANT READ ON STAGE ST TO ROLE R")
    assert len(table(other, "COPY INTO D.S.T FROM @D.S.ST")) == 1


def test_purge_removes_what_was_loaded(admin: Client) -> None:
    put(admin, "bad.csv", "q,w\n")
    admin.run("COPY INTO T FROM @ST PURGE = TRUE ON_ERROR = CONTINUE")
    assert [row[0] for row in table(admin, "LIST @ST")] == ["st/bad.csv"]


def test_table_stage_is_the_source_where_none_is_written(admin: Client) -> None:
    put(admin, "f.csv", "5,a\n", "@%T")
    assert rows(admin, "COPY INTO T") == [("f.csv", "LOADED", "1", "1", "1", "0", None, None, None, None)]


def test_histories_tell_what_was_loaded_and_forget_what_was_rolled_back(admin: Client) -> None:
    admin.run("BEGIN")
    admin.run("COPY INTO T FROM @ST")
    admin.run("ROLLBACK")
    view = "SELECT TABLE_NAME, FILE_NAME, STATUS, ROW_COUNT FROM INFORMATION_SCHEMA.LOAD_HISTORY"
    assert rows(admin, view) == []
    admin.run("COPY INTO T FROM @ST")
    assert rows(admin, view) == [("T", "st/good.csv", "LOADED", "2")]
    admin.run("TRUNCATE TABLE T")
    function = "COPY_HISTORY(TABLE_NAME => 'T', START_TIME => DATEADD(hours, -1, CURRENT_TIMESTAMP()))"
    assert rows(admin, f"SELECT STATUS, ROW_COUNT FROM TABLE(INFORMATION_SCHEMA.{function})") == [("Loaded", "2")]  # noqa: S608


def test_unloaded_files_are_loaded_back(admin: Client) -> None:
    admin.run("INSERT INTO T VALUES (1, 'a,\"b'), (2, NULL)")
    admin.run("CREATE TABLE U LIKE T")
    for name, options in (
        ("c/", "TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '\"'"),
        ("d/", "TYPE = CSV COMPRESSION = NONE"),
        ("p/", "TYPE = PARQUET"),
    ):
        assert rows(admin, f"COPY INTO @ST/{name} FROM T FILE_FORMAT = ({options}) HEADER = TRUE")[0][0] == "2"
        match = "MATCH_BY_COLUMN_NAME = CASE_SENSITIVE"
        extra = "" if "PARQUET" in options else " PARSE_HEADER = TRUE"
        admin.run("TRUNCATE TABLE U")
        admin.run(f"COPY INTO U FROM @ST/{name} FILE_FORMAT = ({options}{extra}) {match}")
        assert rows(admin, "SELECT * FROM U ORDER BY 1") == [("1", 'a,"b'), ("2", None)]
    assert admin.fails("COPY INTO @ST/c/ FROM (SELECT A FROM T) FILE_FORMAT = (TYPE = CSV)").code == "002091"
    admin.run("COPY INTO @ST/c/ FROM (SELECT A FROM T) OVERWRITE = TRUE")
