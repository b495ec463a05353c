"""Files of stages as the official connector carries them: PUT, GET, LIST, REMOVE, and COPY from S3."""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import snowflake.connector
from snowflake.connector.errors import Error

from tests.local.s3 import integration, moto_server
from tests.local.test_server_process import Process

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with moto_server() as endpoint:
        made = Process(tmp_path_factory.mktemp("server"), "--s3-endpoint", endpoint)
        made.start()
        yield made
        made.stop()


@pytest.fixture
def cursor(server: Process, request: pytest.FixtureRequest) -> Iterator[snowflake.connector.cursor.SnowflakeCursor]:
    """A session in a schema of its own with the stage ST and the table T."""
    with server.connect() as connection, connection.cursor() as made:
        schema = f"S{abs(hash(request.node.name))}"
        for sql in (
            "CREATE WAREHOUSE IF NOT EXISTS W", "CREATE DATABASE IF NOT EXISTS D", f"CREATE SCHEMA D.{schema}",
            f"USE SCHEMA D.{schema}", "USE WAREHOUSE W", "CREATE STAGE ST", "CREATE TABLE T (A INT, B VARCHAR)",
            "REMOVE @~",
        ):  # fmt: skip
            made.execute(sql)
        yield made


Cursor = snowflake.connector.cursor.SnowflakeCursor


def rows(cursor: Cursor, sql: str) -> list[Any]:
    return list(cursor.execute(sql).fetchall())  # type: ignore[union-attr]


def put(cursor: Cursor, path: Path | str, stage: str = "@ST", options: str = "") -> list[tuple[str, str, str, str]]:
    """Source, target, compression in the stage and status of each file."""
    found = rows(cursor, f"PUT 'file://{path}' {stage} {options}")
    return sorted((row[0], row[1], row[5], row[6]) for row in found)


def names(cursor: Cursor, location: str = "@ST") -> list[str]:
    return [row[0] for row in rows(cursor, f"LIST {location}")]


def write(folder: Path, **contents: str | bytes) -> Path:
    for name, content in contents.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def test_wildcards_and_packing(cursor: Cursor, tmp_path: Path) -> None:
    write(tmp_path, a1__csv="1,x\n", a2__csv="2,y\n", b__csv="3,z\n", c__csv__gz=gzip.compress(b"4,k\n"))
    assert put(cursor, f"{tmp_path}/a?.csv") == [
        ("a1.csv", "a1.csv.gz", "GZIP", "UPLOADED"), ("a2.csv", "a2.csv.gz", "GZIP", "UPLOADED"),
    ]  # fmt: skip
    assert put(cursor, f"{tmp_path}/*.csv", options="AUTO_COMPRESS = FALSE PARALLEL = 8") == [
        (name, name, "NONE", "UPLOADED") for name in ("a1.csv", "a2.csv", "b.csv")
    ]
    assert put(cursor, f"{tmp_path}/c.csv.gz") == [("c.csv.gz", "c.csv.gz", "GZIP", "UPLOADED")]
    assert names(cursor) == [f"st/{n}" for n in ("a1.csv", "a1.csv.gz", "a2.csv", "a2.csv.gz", "b.csv", "c.csv.gz")]
    cursor.execute("COPY INTO T FROM @ST PATTERN = '.*gz'")
    assert rows(cursor, "SELECT * FROM T ORDER BY A") == [(1, "x"), (2, "y"), (4, "k")]


def test_packing_of_the_source_is_taken_at_its_word(cursor: Cursor, tmp_path: Path) -> None:
    write(tmp_path, a=gzip.compress(b"1,x\n"))
    assert put(cursor, tmp_path / "a", options="SOURCE_COMPRESSION = GZIP") == [("a", "a", "GZIP", "UPLOADED")]
    cursor.execute("COPY INTO T FROM @ST FILE_FORMAT = (TYPE = CSV COMPRESSION = GZIP)")
    assert rows(cursor, "SELECT * FROM T") == [(1, "x")]


def test_file_that_is_there_is_skipped_or_replaced(cursor: Cursor, tmp_path: Path) -> None:
    write(tmp_path, a__csv="1,x\n")
    put(cursor, tmp_path / "a.csv")
    write(tmp_path, a__csv="2,yy\n")
    assert [row[3] for row in put(cursor, tmp_path / "a.csv")] == ["SKIPPED"]
    assert rows(cursor, "SELECT $1 FROM @ST") == [("1",)]
    assert [row[3] for row in put(cursor, tmp_path / "a.csv", options="OVERWRITE = TRUE")] == ["UPLOADED"]
    assert rows(cursor, "SELECT $1 FROM @ST") == [("2",)]


@pytest.mark.parametrize(
    ("stage", "listed"),
    [
        ("@~", ["a.csv"]),
        ("@~/deep/er", ["deep/er/a.csv"]),
        ("@%T", ["a.csv"]),
        ("@ST/x/", ["st/x/a.csv"]),
        ("'@\"a b\"/ü x'", ["a b/ü x/a.csv"]),
        ('@"Mixed"', ["mixed/a.csv"]),
    ],
)
def test_every_stage_takes_and_gives_files(cursor: Cursor, tmp_path: Path, stage: str, listed: list[str]) -> None:
    for name in ('"a b"', '"Mixed"'):
        cursor.execute(f"CREATE STAGE {name}")
    write(tmp_path, a__csv="1,x\n")
    put(cursor, tmp_path / "a.csv", stage, "AUTO_COMPRESS = FALSE")
    assert names(cursor, stage) == listed
    target = tmp_path / "out"
    target.mkdir()
    cursor.execute(f"GET {stage} 'file://{target}/'")
    assert (target / "a.csv").read_bytes() == b"1,x\n"
    assert len(rows(cursor, f"REMOVE {stage}")) == 1
    assert names(cursor, stage) == []


def test_names_with_spaces_and_other_scripts_are_carried(cursor: Cursor, tmp_path: Path) -> None:
    folder = tmp_path / "mit leer ü"
    folder.mkdir()
    (folder / "größe 1 (final).csv").write_text("1,x\n")
    put(cursor, folder / "größe 1 (final).csv", options="AUTO_COMPRESS = FALSE")
    assert names(cursor) == ["st/größe 1 (final).csv"]
    cursor.execute("COPY INTO T FROM '@ST/größe 1 (final).csv'")
    cursor.execute(f"GET '@ST/größe 1 (final).csv' 'file://{folder}/../'")
    assert (tmp_path / "größe 1 (final).csv").read_text() == "1,x\n"


def test_streams_are_put_and_fetched(cursor: Cursor, tmp_path: Path) -> None:
    cursor.execute("PUT file:///no/such/file/s.csv @ST AUTO_COMPRESS = FALSE", file_stream=io.BytesIO(b"7,q\n"))
    cursor.execute("PUT file://t.csv @ST/sub", file_stream=io.BytesIO(b"8,r\n"))
    assert names(cursor) == ["st/s.csv", "st/sub/t.csv.gz"]
    assert rows(cursor, "SELECT $1, $2 FROM @ST ORDER BY 1") == [("7", "q"), ("8", "r")]


def test_get_takes_a_pattern_and_tells_what_it_fetched(cursor: Cursor, tmp_path: Path) -> None:
    write(tmp_path, a__csv="1,x\n", b__txt="hello")
    put(cursor, f"{tmp_path}/*", options="AUTO_COMPRESS = FALSE")
    target = tmp_path / "out"
    target.mkdir()
    (target / "a.csv").write_text("old")
    found = rows(cursor, f"GET @ST file://{target}/ PATTERN = '.*[.]csv' PARALLEL = 2")
    assert found == [("a.csv", 4, "DOWNLOADED", "")]
    assert (target / "a.csv").read_text() == "1,x\n"
    assert sorted(os.listdir(target)) == ["a.csv"]


def test_get_of_what_is_not_there(cursor: Cursor, tmp_path: Path) -> None:
    for location, code in (("@ST/none.csv", 253006), ("@NOPE", 2003)):
        with pytest.raises(Error) as caught:
            cursor.execute(f"GET {location} file://{tmp_path}/")
        assert caught.value.errno == code
    assert os.listdir(tmp_path) == []


def test_put_of_what_is_not_there_is_an_error(cursor: Cursor, tmp_path: Path) -> None:
    with pytest.raises(Error) as caught:
        cursor.execute(f"PUT file://{tmp_path}/none*.csv @ST")
    assert caught.value.errno == 253006


@pytest.mark.long
def test_large_file_goes_up_and_down(cursor: Cursor, tmp_path: Path) -> None:
    size = 210 * 1024 * 1024  # above the driver's threshold of 200 MB for going up in parts
    with (tmp_path / "big.bin").open("wb") as file:
        file.truncate(size)
    put(cursor, tmp_path / "big.bin", options="AUTO_COMPRESS = FALSE")
    assert [row[1] for row in rows(cursor, "LIST @ST")] == [size]
    (tmp_path / "out").mkdir()
    cursor.execute(f"GET @ST/big.bin file://{tmp_path}/out/")
    assert (tmp_path / "out" / "big.bin").stat().st_size == size


@pytest.mark.parametrize("kind", ["SNOWFLAKE_FULL", "SNOWFLAKE_SSE"])
def test_both_kinds_of_encryption_carry_files(cursor: Cursor, tmp_path: Path, kind: str) -> None:
    cursor.execute(f"CREATE STAGE ENC ENCRYPTION = (TYPE = '{kind}')")
    write(tmp_path, a__csv="1,x\n")
    put(cursor, tmp_path / "a.csv", "@ENC")
    cursor.execute("COPY INTO T FROM @ENC")
    assert rows(cursor, "SELECT * FROM T") == [(1, "x")]


def test_objects_of_an_s3_endpoint_are_loaded_and_written(cursor: Cursor, server: Process) -> None:
    endpoint = server.extra[1]
    lake = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t"
    )
    lake.create_bucket(Bucket="lake")
    lake.put_object(Bucket="lake", Key="in/a.csv", Body=b"1,x\n2,y\n")
    cursor.execute(integration(["s3://lake/"], []))
    cursor.execute("CREATE STAGE E URL = 's3://lake/in/' STORAGE_INTEGRATION = I")
    assert rows(cursor, "COPY INTO T FROM @E")[0][:4] == ("s3://lake/in/a.csv", "LOADED", 2, 2)
    cursor.execute("COPY INTO 's3://lake/out/' FROM T STORAGE_INTEGRATION = I FILE_FORMAT = (COMPRESSION = NONE)")
    assert lake.get_object(Bucket="lake", Key="out/data_0_0_0.csv")["Body"].read() == b"1,x\n2,y\n"
    with pytest.raises(Error) as caught:
        cursor.execute("COPY INTO T FROM 's3://nowhere/' CREDENTIALS = (AWS_KEY_ID = 'k' AWS_SECRET_KEY = 'hush')")
    assert caught.value.errno == 91003
    assert "hush" not in str(caught.value)
