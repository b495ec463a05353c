"""COPY INTO <location>: names, cuts, formats and packings of unloaded files, inside and on S3."""

from __future__ import annotations

import bz2
import gzip
import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local.data.files import file_store
from tests.local.conftest import Account, Client
from tests.local.s3 import new_lake
from tests.local.staged import loader, table


@pytest.fixture
def admin(account: Account) -> Client:
    client = loader(account)
    client.run("CREATE TABLE T (A INT, B VARCHAR)")
    client.run("INSERT INTO T VALUES (1, 'x'), (2, 'y,\"q\"'), (3, NULL)")
    return client


def content(client: Client, name: str) -> bytes:
    """A file of the stage ST."""
    stage = next(obj.id for obj in client.context.catalogue.objects if obj.name == "ST")
    return (file_store(client.context).root / f"o{stage}" / name).read_bytes()


def names(client: Client, path: str = "") -> list[str | None]:
    return [row[0] for row in table(client, f"LIST @ST{path}")]


NONE = "FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE)"


def test_files_are_named_by_location_and_number(admin: Client) -> None:
    for place in ("@ST", "@ST/folder/", "@ST/stem"):
        admin.run(f"COPY INTO {place} FROM T {NONE}")
    admin.run(f"COPY INTO @ST/folder/ FROM T {NONE} SINGLE = TRUE")
    admin.run(f"COPY INTO @ST/one.txt FROM T {NONE} SINGLE = TRUE")
    admin.run("COPY INTO @ST/x FROM T FILE_FORMAT = (TYPE = CSV FILE_EXTENSION = 'tsv')")
    assert names(admin) == [
        "st/data_0_0_0.csv", "st/folder/data", "st/folder/data_0_0_0.csv", "st/one.txt", "st/stem_0_0_0.csv",
        "st/x_0_0_0.tsv",
    ]  # fmt: skip


def test_counts_tell_rows_and_bytes(admin: Client) -> None:
    (found,) = table(admin, f"COPY INTO @ST/a FROM T {NONE}")
    assert found == ("3", "18", "18")
    assert table(admin, f"COPY INTO @ST/b FROM T {NONE} DETAILED_OUTPUT = TRUE") == [("b_0_0_0.csv", "18", "3")]
    assert table(admin, "COPY INTO @ST/c FROM (SELECT * FROM T WHERE FALSE)") == [("0", "0", "0")]
    assert names(admin, "/c") == []


def test_file_that_is_there_is_replaced_on_demand_only(admin: Client) -> None:
    admin.run(f"COPY INTO @ST/a FROM T {NONE}")
    error = admin.fails(f"COPY INTO @ST/a FROM (SELECT 7) {NONE}")
    assert "Files already existing at the unload destination: @ST/a. Use overwrite option" in error.message
    assert content(admin, "a_0_0_0.csv").startswith(b"1,x\n")
    admin.run(f"COPY INTO @ST/a FROM (SELECT 7) {NONE} OVERWRITE = TRUE")
    assert content(admin, "a_0_0_0.csv") == b"7\n"


def test_query_id_makes_names_unique(admin: Client) -> None:
    for number in range(2):
        admin.context.query_id = f"id{number}"
        admin.run(f"COPY INTO @ST/a FROM T {NONE} INCLUDE_QUERY_ID = TRUE")
    assert names(admin) == ["st/a_id0_0_0_0.csv", "st/a_id1_0_0_0.csv"]


def test_rows_are_cut_into_files_of_a_size_each_with_its_header(admin: Client) -> None:
    found = table(admin, f"COPY INTO @ST/a FROM T {NONE} MAX_FILE_SIZE = 20 HEADER = TRUE DETAILED_OUTPUT = TRUE")
    assert found == [("a_0_0_0.csv", "17", "2"), ("a_0_1_0.csv", "9", "1")]
    assert content(admin, "a_0_0_0.csv") == b'A,B\n1,x\n2,y\\,"q"\n'
    assert content(admin, "a_0_1_0.csv") == b"A,B\n3,\\N\n"


def test_single_file_is_not_cut(admin: Client) -> None:
    for kind in ("CSV", "PARQUET"):
        sql = f"COPY INTO @ST/a FROM T SINGLE = TRUE MAX_FILE_SIZE = 10 FILE_FORMAT = (TYPE = {kind})"
        assert "Max file size (10) exceeded for unload single file mode" in admin.fails(sql).message
    assert names(admin) == []


def test_parquet_is_cut_into_files_that_hold_all_rows_in_turn(admin: Client) -> None:
    admin.run(
        "CREATE TABLE N AS SELECT SEQ4() AS I, RANDSTR(20, RANDOM()) AS S FROM TABLE(GENERATOR(ROWCOUNT => 3000))"
    )
    sql = "COPY INTO @ST/p FROM (SELECT * FROM N ORDER BY I) MAX_FILE_SIZE = 4000 HEADER = TRUE"
    found = table(admin, f"{sql} FILE_FORMAT = (TYPE = PARQUET) DETAILED_OUTPUT = TRUE")
    assert len(found) > 2
    parts = [pq.read_table(io.BytesIO(content(admin, str(row[0])))) for row in found]
    assert [part.num_rows for part in parts] == [int(str(row[2])) for row in found]
    assert pa.concat_tables(parts)["I"].to_pylist() == list(range(3000))


UNPACK: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "AUTO": (".gz", gzip.decompress),
    "GZIP": (".gz", gzip.decompress),
    "BZ2": (".bz2", bz2.decompress),
    "BROTLI": (".br", lambda data: pa.CompressedInputStream(pa.BufferReader(data), "brotli").read()),
    "ZSTD": (".zst", lambda data: pa.CompressedInputStream(pa.BufferReader(data), "zstd").read()),
    "DEFLATE": (".deflate", zlib.decompress),
    "RAW_DEFLATE": (".raw_deflate", lambda data: zlib.decompress(data, -zlib.MAX_WBITS)),
    "NONE": ("", lambda data: data),
}


@pytest.mark.parametrize("packing", UNPACK)
def test_every_packing_is_written_and_read_back(admin: Client, packing: str) -> None:
    end, unpack = UNPACK[packing]
    made = f"FILE_FORMAT = (TYPE = CSV COMPRESSION = {packing})"
    admin.run(f"COPY INTO @ST/a FROM T {made}")
    assert names(admin) == [f"st/a_0_0_0.csv{end}"]
    assert unpack(content(admin, f"a_0_0_0.csv{end}")) == b'1,x\n2,y\\,"q"\n3,\\N\n'
    admin.run("CREATE TABLE U LIKE T")
    admin.run(f"COPY INTO U FROM @ST/a {made}")
    assert table(admin, "SELECT * FROM U ORDER BY A") == [("1", "x"), ("2", 'y,"q"'), ("3", None)]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ("FIELD_DELIMITER = '||' RECORD_DELIMITER = '\\r\\n'", b'2||y,"q"||DAY||MOMENT||FF\r\n'),
        ("FIELD_OPTIONALLY_ENCLOSED_BY = '\"'", b'2,"y,""q""","DAY","MOMENT","FF"\n'),
        ("FIELD_OPTIONALLY_ENCLOSED_BY = '\"' ESCAPE = '\\\\'", b'2,"y,\\"q\\"","DAY","MOMENT","FF"\n'),
        ("ESCAPE_UNENCLOSED_FIELD = NONE FIELD_DELIMITER = '\\t'", b'2\ty,"q"\tDAY\tMOMENT\tFF\n'),
        ("DATE_FORMAT = 'DD/MM/YY' TIMESTAMP_FORMAT = 'YYYYMMDD\"T\"HH24MISS.FF3'",
         b'2,y\\,"q",02/01/20,20200102T030405.006,FF\n'),
        ("BINARY_FORMAT = BASE64", b'2,y\\,"q",DAY,MOMENT,/w==\n'),
    ],
)  # fmt: skip
def test_csv_is_written_by_its_format_and_read_back(admin: Client, options: str, line: bytes) -> None:
    moment = "'2020-01-02 03:04:05.006'::TIMESTAMP_NTZ"
    query = f"SELECT A, B, '2020-01-02'::DATE AS D, {moment} AS M, TO_BINARY('FF', 'HEX') AS X FROM T WHERE A = 2"  # noqa: S608
    made = f"FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE {options})"
    admin.run(f"COPY INTO @ST/a.csv FROM ({query}) SINGLE = TRUE {made}")
    usual = line.replace(b"DAY", b"2020-01-02").replace(b"MOMENT", b"2020-01-02 03:04:05.006")
    assert content(admin, "a.csv") == usual
    admin.run("CREATE TABLE U (A INT, B VARCHAR, D DATE, M TIMESTAMP_NTZ, X BINARY)")
    admin.run(f"COPY INTO U FROM @ST/a.csv {made}")
    assert table(admin, "SELECT * FROM U") == table(admin, query)


@pytest.mark.parametrize(("given", "text"), [("('NIL', 'x')", "NIL"), ("('')", ""), ("()", "")])
def test_null_is_the_first_text_of_null_if(admin: Client, given: str, text: str) -> None:
    made = f"FILE_FORMAT = (TYPE = CSV COMPRESSION = NONE NULL_IF = {given})"
    admin.run(f"COPY INTO @ST/a.csv FROM (SELECT A, B FROM T WHERE A = 3) SINGLE = TRUE {made}")  # noqa: S608
    assert content(admin, "a.csv") == f"3,{text}\n".encode()


def test_json_is_a_document_a_line(admin: Client) -> None:
    made = "FILE_FORMAT = (TYPE = JSON COMPRESSION = NONE)"
    admin.run(f"COPY INTO @ST/a FROM (SELECT OBJECT_CONSTRUCT('a', A, 'b', B) FROM T WHERE A < 3 ORDER BY A) {made}")  # noqa: S608
    assert content(admin, "a_0_0_0.json") == b'{"a":1,"b":"x"}\n{"a":2,"b":"y,\\"q\\""}\n'
    assert admin.fails(f"COPY INTO @ST/b FROM T {made}").code == "002019"


@pytest.mark.parametrize(("header", "labels"), [("TRUE", ["A", "B"]), ("FALSE", ["_COL_0", "_COL_1"])])
@pytest.mark.parametrize(("packing", "end", "codec"), [("SNAPPY", ".snappy.parquet", "SNAPPY"),
                                                        ("NONE", ".parquet", "UNCOMPRESSED")])  # fmt: skip
def test_parquet_keeps_names_on_demand(
    admin: Client, header: str, labels: list[str], packing: str, end: str, codec: str
) -> None:
    admin.run(f"COPY INTO @ST/a FROM T HEADER = {header} FILE_FORMAT = (TYPE = PARQUET COMPRESSION = {packing})")
    file = pq.ParquetFile(io.BytesIO(content(admin, f"a_0_0_0{end}")))
    assert file.schema_arrow.names == labels
    assert file.metadata.row_group(0).column(0).compression == codec


def test_partitions_are_folders(admin: Client) -> None:
    admin.context.query_id = "id"
    sql = f"COPY INTO @ST/p FROM T PARTITION BY ('a=' || NULLIF(A, 3)::VARCHAR) {NONE} DETAILED_OUTPUT = TRUE"
    assert table(admin, sql) == [
        ("p/a=1/data_id_0_0_0.csv", "4", "1"),
        ("p/a=2/data_id_0_0_0.csv", "9", "1"),
        ("p/_NULL_/data_id_0_0_0.csv", "5", "1"),
    ]
    assert content(admin, "p/a=1/data_id_0_0_0.csv") == b"1,x\n"


def test_partition_of_a_query_sees_its_columns(admin: Client) -> None:
    admin.context.query_id = "id"
    admin.run(f"COPY INTO @ST FROM (SELECT A + 1 AS N FROM T) PARTITION BY N::VARCHAR HEADER = TRUE {NONE}")  # noqa: S608
    assert names(admin) == [f"st/{n}/data_id_0_0_0.csv" for n in (2, 3, 4)]
    assert content(admin, "2/data_id_0_0_0.csv") == b"N\n2\n"


def test_validation_mode_shows_rows_and_writes_nothing(admin: Client) -> None:
    assert table(admin, "COPY INTO @ST FROM (SELECT A, B FROM T ORDER BY A) VALIDATION_MODE = RETURN_ROWS") == [
        ("1", "x"), ("2", 'y,"q"'), ("3", None),
    ]  # fmt: skip
    assert names(admin) == []


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ("PARTITION BY B SINGLE = TRUE", "001008"),
        ("PARTITION BY B OVERWRITE = TRUE", "001008"),
        ("PARTITION BY B INCLUDE_QUERY_ID = FALSE", "001008"),
        ("PARTITION BY A", "001008"),
        ("PARTITION BY ('../' || B)", "001008"),
        ("PARTITION BY NOPE", "000904"),
        ("PARTITION BY", "001003"),
        ("SINGLE = TRUE INCLUDE_QUERY_ID = TRUE", "001008"),
        ("OVERWRITE = TRUE INCLUDE_QUERY_ID = TRUE", "001008"),
        ("MAX_FILE_SIZE = 0", "001008"),
        ("MAX_FILE_SIZE = 5368709121", "001008"),
        ("VALIDATION_MODE = RETURN_ERRORS", "001008"),
        ("FILE_FORMAT = (TYPE = PARQUET COMPRESSION = LZO)", "000002"),
        ("FILE_FORMAT = (TYPE = CSV ENCODING = 'UTF16')", "000002"),
        ("FILE_FORMAT = (TYPE = AVRO)", "000002"),
        ("FILE_FORMAT = (TYPE = XML)", "000002"),
        ("FILE_FORMAT = (TYPE = CSV TIMESTAMP_FORMAT = 'HH24 TZH')", "000002"),
        ("NO_SUCH = 1", "001420"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(admin: Client, options: str, code: str) -> None:
    query = "SELECT A, B, CURRENT_TIMESTAMP() AS M FROM T"
    assert admin.fails(f"COPY INTO @ST FROM ({query}) {options}").code == code
    assert names(admin) == []
    assert list(Path(file_store(admin.context).scratch()).iterdir()) == []


def test_unloading_needs_write_on_the_stage_and_select_on_the_rows(account: Account, admin: Client) -> None:
    for sql in (
        "CREATE ROLE R", "GRANT USAGE ON DATABASE D TO ROLE R", "GRANT USAGE ON SCHEMA D.S TO ROLE R",
        "GRANT USAGE ON WAREHOUSE COMPUTE_WH TO ROLE R", "GRANT READ ON STAGE D.S.ST TO ROLE R",
    ):  # fmt: skip
        admin.run(sql)
    reader = account.as_role("R")
    reader.run("USE WAREHOUSE COMPUTE_WH")
    reader.run("USE SCHEMA D.S")
    sql = "COPY INTO @ST FROM T"
    assert reader.fails(sql).code == "003001"
    admin.run("GRANT WRITE ON STAGE D.S.ST TO ROLE R")
    assert reader.fails(sql).code == "002003"
    admin.run("GRANT SELECT ON TABLE D.S.T TO ROLE R")
    reader.run(sql)


# Outside


def test_files_go_to_s3_as_they_go_to_a_stage(account: Account, s3_endpoint: str) -> None:
    lake = new_lake(account, s3_endpoint)
    run = lake.admin.run
    run("INSERT INTO T VALUES (1, 'x'), (2, 'y')")
    run(f"COPY INTO @O/a FROM T {NONE}")
    assert lake.get("out/a_0_0_0.csv") == b"1,x\n2,y\n"
    assert lake.admin.fails(f"COPY INTO @O/a FROM T {NONE}").code == "002091"
    run(f"COPY INTO @O/a FROM (SELECT 7) {NONE} OVERWRITE = TRUE")
    assert lake.get("out/a_0_0_0.csv") == b"7\n"
    run(f"COPY INTO @O/one.csv FROM T {NONE} SINGLE = TRUE HEADER = TRUE")
    assert lake.get("out/one.csv") == b"A,B\n1,x\n2,y\n"
    lake.admin.context.query_id = "id"
    run(f"COPY INTO @O/q FROM T {NONE} INCLUDE_QUERY_ID = TRUE MAX_FILE_SIZE = 4")
    run("COPY INTO @O/p/ FROM T PARTITION BY ('b=' || B) FILE_FORMAT = (TYPE = PARQUET) HEADER = TRUE")
    assert lake.keys("out/q") == ["out/q_id_0_0_0.csv", "out/q_id_0_1_0.csv"]
    assert lake.keys("out/p") == ["out/p/b=x/data_id_0_0_0.snappy.parquet", "out/p/b=y/data_id_0_0_0.snappy.parquet"]
    assert pq.read_table(io.BytesIO(lake.get(lake.keys("out/p")[0]))).to_pylist() == [{"A": 1, "B": "x"}]
    detail = table(
        lake.admin, f"COPY INTO '{lake.url('out/d')}' FROM T STORAGE_INTEGRATION = I {NONE} DETAILED_OUTPUT = TRUE"
    )
    assert detail == [("d_0_0_0.csv", "8", "2")]
    run("CREATE TABLE U LIKE T")
    run("COPY INTO U FROM @O/p/ FILE_FORMAT = (TYPE = PARQUET) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE")
    assert table(lake.admin, "SELECT * FROM U ORDER BY A") == [("1", "x"), ("2", "y")]
