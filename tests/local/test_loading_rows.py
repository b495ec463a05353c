"""What an emulator is easily wrong about when it is loaded, through the official connector and a served process.

A row is a sentence and a script: statements with what they answer (rows, a refusal, or nothing looked at). It begins in
a schema of its own with the table T and the stage ST; ``{files}`` is a folder with the files of ``FILES``.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector
from _pytest.mark import ParameterSet

from tests.local.staged import write_parquet
from tests.local.test_server_process import Process

pytestmark = pytest.mark.e2e

FILES = {
    "good.csv": "1,a\n2,b\n",
    "bad.csv": "3,c\nx,d\n",
    "new/good.csv": "7,new\n",
    "head.csv": "A,B\n",
    "long.csv": "5,abcdef\n",
    "quoted.csv": '1,""\n2,\n',
    "lines.json": '{"A": 1, "B": "x"}\n{"A": 2, "B": "y"}\n',
}
PARQUET = {
    "text.parquet": "SELECT 1 AS A, '{\"a\": 1}' AS V",
    "more.parquet": "SELECT 1 AS A, 'x' AS B, 'more' AS C",
}
PUT = "PUT 'file://{files}/%s' @ST/%s AUTO_COMPRESS = FALSE OVERWRITE = TRUE"


@dataclass(frozen=True)
class Refused:
    """An error with this number, SQL state and a piece of its text."""

    number: int
    state: str
    text: str


Step = tuple[str, Any]


def row(sentence: str, *steps: str | Step) -> ParameterSet:
    """A statement without an answer only has to succeed."""
    return pytest.param([(step, None) if isinstance(step, str) else step for step in steps], id=sentence)


def put(name: str, folder: str = "") -> str:
    """The statement that puts one of the files into a folder of the stage."""
    return PUT % (name, folder)


def count(number: int, table: str = "T") -> Step:
    """The table has so many rows."""
    return f"SELECT COUNT(*) FROM {table}", [(number,)]  # noqa: S608


ROWS = [
    row(
        "COPY with a bad file loads none of the others and can be run again",
        put("good.csv", "d/"), put("bad.csv", "d/"),
        ("COPY INTO T FROM @ST/d/", Refused(100038, "22018", "Numeric value 'x' is not recognized")),
        count(0),
        "REMOVE @ST/d/bad.csv",
        "COPY INTO T FROM @ST/d/",
        count(2),
    ),
    row(
        "FORCE = FALSE loads a file once and FORCE = TRUE again",
        put("good.csv"),
        "COPY INTO T FROM @ST FORCE = FALSE", "COPY INTO T FROM @ST FORCE = FALSE", count(2),
        "COPY INTO T FROM @ST FORCE = TRUE", count(4),
    ),
    row(
        "file of the same name with new content is loaded again",
        put("good.csv"), "COPY INTO T FROM @ST", put("new/good.csv"), "COPY INTO T FROM @ST",
        ("SELECT A FROM T ORDER BY A", [(1,), (2,), (7,)]),
    ),
    row(
        "TRUNCATE forgets what was loaded, so that it is loaded again",
        put("good.csv"), "COPY INTO T FROM @ST", "TRUNCATE TABLE T", "COPY INTO T FROM @ST", count(2),
    ),
    row(
        "DDL between BEGIN and ROLLBACK commits what came before",
        "BEGIN", "INSERT INTO T VALUES (1, 'a')", "CREATE TABLE X (A INT)", "INSERT INTO T VALUES (2, 'b')", "ROLLBACK",
        count(2),
        "BEGIN", "INSERT INTO T VALUES (3, 'c')", "ROLLBACK", count(2),
    ),
    row(
        "MERGE after other DML without autocommit commits nothing",
        "CREATE TABLE X (A INT)",
        "ALTER SESSION SET AUTOCOMMIT = FALSE",
        "INSERT INTO T VALUES (1, 'a')",
        ("MERGE INTO X USING T ON X.A = T.A WHEN NOT MATCHED THEN INSERT (A) VALUES (T.A)", [(1,)]),
        "ROLLBACK",
        count(0), count(0, "X"),
    ),
    row(
        "MERGE with two source rows for a row of the target is refused and changes nothing",
        "INSERT INTO T VALUES (1, 'a')",
        (
            "MERGE INTO T USING (SELECT 1 A UNION ALL SELECT 1) S ON T.A = S.A WHEN MATCHED THEN UPDATE SET B = 'z'",
            Refused(100090, "42P18", "Duplicate row detected during DML action"),
        ),
        ("SELECT * FROM T", [(1, "a")]),
    ),
    row(
        "PRIMARY KEY and UNIQUE are not enforced",
        "CREATE TABLE K (A INT PRIMARY KEY, B INT UNIQUE NOT ENFORCED)",
        ("INSERT INTO K VALUES (1, 1), (1, 1)", [(2,)]),
    ),
    row(
        "text longer than its column is an error",
        (
            "INSERT INTO T VALUES (1, 'abcdef')",
            Refused(100078, "22000", "DML operation to table T failed on column B with error: "
                                     "String 'abcdef' is too long and would be truncated"),
        ),
        put("long.csv"),
        ("COPY INTO T FROM @ST", Refused(100074, "54000", "User character length limit (3) exceeded by string")),
        count(0),
    ),
    row(
        "text of a Parquet file stays a text in a VARIANT",
        "CREATE TABLE V (A INT, V VARIANT)",
        put("text.parquet"),
        "COPY INTO V FROM @ST FILE_FORMAT = (TYPE = PARQUET) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE",
        ("SELECT TYPEOF(V), V:a::INT, PARSE_JSON(V):a::INT FROM V", [("VARCHAR", None, 1)]),
    ),
    row(
        "quoted empty field is an empty text and an unquoted one NULL",
        put("quoted.csv"),
        "COPY INTO T FROM @ST FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '\"')",
        ("SELECT A, B FROM T ORDER BY A", [(1, ""), (2, None)]),
    ),
    row(
        "sums and averages of numbers are exact",
        (
            "SELECT SUM(X), AVG(X) FROM (SELECT 1.10 X UNION ALL SELECT 2.20)",
            [(Decimal("3.30"), Decimal("1.65000000"))],
        ),
    ),
    row(
        "key=value in the path of a stage is only a path",
        put("good.csv", "day=1/"), "COPY INTO T FROM @ST/day=1/", ("SELECT * FROM T ORDER BY A", [(1, "a"), (2, "b")]),
    ),
    row(
        "column of a Parquet file that the table lacks is left out",
        put("more.parquet"),
        "COPY INTO T FROM @ST FILE_FORMAT = (TYPE = PARQUET) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE",
        ("SELECT * FROM T", [(1, "x")]),
    ),
    row(
        "statements of write_pandas load a frame",
        'CREATE TEMP STAGE "SNOWPARK_TEMP_STAGE_X"',
        "PUT 'file://{files}/more.parquet' '@\"SNOWPARK_TEMP_STAGE_X\"' PARALLEL = 4",
        'COPY INTO "T" ("A", "B") FROM (SELECT $1:"A"::NUMBER, $1:"B"::TEXT FROM \'@"SNOWPARK_TEMP_STAGE_X"\') '
        "FILE_FORMAT = (TYPE = PARQUET COMPRESSION = auto) PURGE = TRUE ON_ERROR = abort_statement",
        ("SELECT * FROM T", [(1, "x")]),
    ),
    row(
        "ON_ERROR leaves out a record or a file",
        put("bad.csv"), "COPY INTO T FROM @ST ON_ERROR = SKIP_FILE", count(0),
        "COPY INTO T FROM @ST ON_ERROR = CONTINUE", count(1),
        ("SELECT COUNT(*) FROM TABLE(VALIDATE(T, JOB_ID => '_last'))", [(1,)]),
    ),
    row(
        "PATTERN, FILES and a full path choose files; a prefix takes every name that begins with it",
        put("good.csv", "o/"), put("new/good.csv", "orders/"), put("bad.csv"),
        "COPY INTO T FROM @ST PATTERN = '.*o/good[.]csv'", count(2),
        "COPY INTO T FROM @ST/orders/good.csv", count(3),
        "TRUNCATE TABLE T", "COPY INTO T FROM @ST FILES = ('o/good.csv')", count(2),
        "TRUNCATE TABLE T", "COPY INTO T FROM @ST/o", count(3),
    ),
    row(
        "formats are given by name with and without quotes, and their options with commas",
        "CREATE FILE FORMAT FF TYPE = CSV",
        put("good.csv"),
        "COPY INTO T FROM @ST FILE_FORMAT = (FORMAT_NAME = FF)",
        "COPY INTO T FROM @ST FILE_FORMAT = (FORMAT_NAME = 'FF') FORCE = TRUE",
        "COPY INTO T FROM @ST FILE_FORMAT = (TYPE = 'CSV', FIELD_DELIMITER = ',', TRIM_SPACE = TRUE, "
        "ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE) FORCE = TRUE",
        count(6),
    ),
    row(
        "fields and metadata of staged files are selected while they are loaded and without loading",
        put("good.csv"),
        "COPY INTO T FROM (SELECT $1::INT + 10, METADATA$FILENAME::VARCHAR(2) FROM @ST)",
        ("SELECT A FROM T ORDER BY A", [(11,), (12,)]),
        ("SELECT $1, METADATA$FILE_ROW_NUMBER FROM @ST ORDER BY 1", [("1", 1), ("2", 2)]),
    ),
    row(
        "JSON is loaded by the names of its members or into one VARIANT",
        put("lines.json"),
        "COPY INTO T FROM @ST FILE_FORMAT = (TYPE = JSON) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE",
        ("SELECT * FROM T ORDER BY A", [(1, "x"), (2, "y")]),
        "CREATE TABLE J (V VARIANT)",
        "COPY INTO J FROM @ST FILE_FORMAT = (TYPE = JSON)",
        ("SELECT V:B::VARCHAR FROM J ORDER BY 1", [("x",), ("y",)]),
    ),
    row(
        "file with nothing but a header loads no row",
        put("head.csv"), "COPY INTO T FROM @ST FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1)", count(0),
    ),
    row(
        "user and table stages take files; LIST and REMOVE know paths and patterns",
        "PUT 'file://{files}/good.csv' @~/x/ AUTO_COMPRESS = FALSE",
        "PUT 'file://{files}/*.csv' @%T AUTO_COMPRESS = FALSE",
        put("good.csv", "a/"), put("bad.csv", "a/"),
        "LIST @ST/a PATTERN = '.*bad.*'",
        ("SELECT COUNT(*) FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))", [(1,)]),
        "REMOVE @ST PATTERN = '.*bad.*'", "LIST @ST",
        ('SELECT "name" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))', [("st/a/good.csv",)]),
        "LS @%T", "RM @%T", "REMOVE @~/x/",
    ),
    row(
        "rows are unloaded into a stage and loaded back",
        "INSERT INTO T VALUES (1, 'a')", "COPY INTO @ST/out/ FROM T", "COPY INTO T FROM @ST/out/", count(2),
    ),
    row(
        "two databases are written in one transaction, rows and watermark together",
        "CREATE OR REPLACE DATABASE STATE", "CREATE TABLE STATE.PUBLIC.W (HI INT)", "USE SCHEMA {schema}",
        put("good.csv"),
        "BEGIN", "COPY INTO T FROM @ST", "INSERT INTO STATE.PUBLIC.W VALUES (2)", "ROLLBACK",
        count(0), count(0, "STATE.PUBLIC.W"),
        "BEGIN", "COPY INTO T FROM @ST", "INSERT INTO STATE.PUBLIC.W VALUES (2)", "COMMIT",
        count(2), count(1, "STATE.PUBLIC.W"),
    ),
    row(
        "NULL in a NOT NULL column is an error that names it",
        "CREATE TABLE N (A INT NOT NULL, B INT)",
        (
            "INSERT INTO N (B) VALUES (1)",
            Refused(100072, "22000", "DML operation to table N failed on column A with error: "
                                     "NULL result in a non-nullable column"),
        ),
    ),
    row(
        "session parameters that loaders set are taken",
        "ALTER SESSION SET QUERY_TAG = 'load;1', STATEMENT_TIMEOUT_IN_SECONDS = 60, LOCK_TIMEOUT = 10",
        "SHOW PARAMETERS LIKE 'QUERY_TAG' IN SESSION",
        ('SELECT "value" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))', [("load;1",)]),
    ),
    row(
        "TRUNCATE IF EXISTS, SWAP WITH, ENABLE_SCHEMA_EVOLUTION and BEGIN … NAME are understood",
        "TRUNCATE TABLE IF EXISTS NOWHERE", "CREATE TABLE X (A INT)", "INSERT INTO X VALUES (9)",
        "ALTER TABLE X SET ENABLE_SCHEMA_EVOLUTION = TRUE", "ALTER TABLE T SWAP WITH X",
        ("SELECT A FROM T", [(9,)]), "BEGIN TRANSACTION NAME LOAD", "ROLLBACK",
    ),
    row(
        "statements of the platform are understood beside the rows",
        "CREATE WAREHOUSE IF NOT EXISTS W2 INITIALLY_SUSPENDED = TRUE", "CREATE ROLE IF NOT EXISTS R",
        "GRANT SELECT ON TABLE T TO ROLE R", "CREATE STREAM S1 ON TABLE T",
        "CREATE PIPE P AS COPY INTO T FROM @ST",
        "CREATE MASKING POLICY M AS (V VARCHAR) RETURNS VARCHAR -> '***'",
        "CREATE TASK K SCHEDULE = '5 MINUTE' AS INSERT INTO T VALUES (1, 'a')",
        "EXECUTE IMMEDIATE 'INSERT INTO T VALUES (1, ''a'')'", "USE SECONDARY ROLES ALL", count(1),
    ),
    row(
        "HASH is the same for the same value and LAST_QUERY_ID is told",
        ("SELECT HASH(1) = HASH(1), LAST_QUERY_ID() IS NOT NULL, LAST_QUERY_ID(-2) IS NOT NULL", [(True, True, True)]),
    ),
    row(
        "time with an offset is the moment that it is",
        ("SELECT TIMESTAMP_TZ '2024-01-01 10:00:00 +0200' = '2024-01-01 08:00:00 +0000'::TIMESTAMP_TZ", [(True,)]),
    ),
    row(
        "history of loads has no row for what was rolled back",
        put("good.csv"), "BEGIN", "COPY INTO T FROM @ST", "ROLLBACK",
        ("SELECT COUNT(*) FROM INFORMATION_SCHEMA.LOAD_HISTORY WHERE TABLE_NAME = 'T' AND SCHEMA_NAME = "
         "CURRENT_SCHEMA()", [(0,)]),
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    made = Process(tmp_path_factory.mktemp("server"))
    made.start()
    with made.connect() as connection:
        for sql in ("USE ROLE ACCOUNTADMIN", "CREATE WAREHOUSE W", "CREATE DATABASE D"):
            connection.cursor().execute(sql)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    (folder / "new").mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, query in PARQUET.items():
        write_parquet(query, folder / name)
    return folder


NUMBERS = itertools.count()


@pytest.mark.parametrize("steps", ROWS)
def test_row_answers_as_snowflake_does(server: Process, files: Path, steps: list[Step]) -> None:
    schema = f"D.S{next(NUMBERS)}"
    start = ("USE ROLE ACCOUNTADMIN", "USE WAREHOUSE W", f"CREATE SCHEMA {schema}",
             "CREATE TABLE T (A INT, B VARCHAR(3))", "CREATE STAGE ST")  # fmt: skip
    with server.connect(network_timeout=20) as connection, connection.cursor() as cursor:
        for sql in start:
            cursor.execute(sql)
        for sql, expected in steps:
            text = sql.replace("{files}", str(files)).replace("{schema}", schema)
            if isinstance(expected, Refused):
                with pytest.raises(snowflake.connector.errors.Error) as caught:
                    cursor.execute(text)
                error = caught.value
                assert (error.errno, error.sqlstate) == (expected.number, expected.state), text
                assert expected.text in str(error.raw_msg), text
                continue
            cursor.execute(text)
            if expected is not None:
                assert cursor.fetchall() == expected, text
