"""COPY INTO <table>: what single options of formats and of the copy do, beyond ``test_copy_into``."""

from __future__ import annotations

import bz2
import gzip
import io
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from datetime import time as moment
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.local.conftest import Account, Client
from tests.local.staged import loader, put, table


@pytest.fixture
def admin(account: Account) -> Client:
    client = loader(account)
    client.run("CREATE TABLE T (A INT, B VARCHAR(5))")
    client.run("CREATE TABLE V (X VARIANT)")
    return client


def loaded(client: Client, content: str | bytes, kind: str, options: str = "", into: str = "T") -> list[str | None]:
    """Load one file; the rows of the table's result, columns joined."""
    put(client, "x/f", content)
    client.run(f"COPY INTO {into} FROM @ST/x/ FILE_FORMAT = (TYPE = {kind} {options})")
    return [
        "|".join("NULL" if cell is None else cell for cell in row)
        for row in table(client, f"SELECT * FROM {into}")  # noqa: S608
    ]


# CSV


@pytest.mark.parametrize(
    ("content", "options", "expected"),
    [
        ("1,'a,b'\n", "FIELD_OPTIONALLY_ENCLOSED_BY = '0x27'", "1|a,b"),
        ("1,'a''b'\n", "FIELD_OPTIONALLY_ENCLOSED_BY = ''''", "1|a'b"),
        ('1,"a\\"b"\n', "FIELD_OPTIONALLY_ENCLOSED_BY = '\"' ESCAPE = '\\\\'", '1|a"b'),
        ("1,a$,b\n", "ESCAPE_UNENCLOSED_FIELD = '$'", "1|a,b"),
        ("1,a\\b\n", "ESCAPE_UNENCLOSED_FIELD = NONE", "1|a\\b"),
        ("1\ta\n", "FIELD_DELIMITER = '\\t'", "1|a"),
        ("1\x01a\n", "FIELD_DELIMITER = '\\001'", "1|a"),
        ("1¢a\n", "FIELD_DELIMITER = '\\xC2\\xA2'", "1|a"),
        ("1,a;", "RECORD_DELIMITER = ';'", "1|a"),
        ("\n\n1,a\n", "SKIP_HEADER = 2", "1|a"),
        ("1,é\n".encode("utf-16"), "ENCODING = 'UTF16'", "1|é"),
        ("1,é\n".encode("utf-16-be"), "ENCODING = 'UTF-16BE'", "1|é"),
        ("1,€\n".encode("cp1252"), "ENCODING = 'WINDOWS1252'", "1|€"),
        ("1,あ\n".encode("shift_jis"), "ENCODING = 'SHIFTJIS'", "1|あ"),
        ("1,あ\n".encode("euc_jp"), "ENCODING = 'EUCJP'", "1|あ"),
        ("1,я\n".encode("koi8_r"), "ENCODING = 'KOI8R'", "1|я"),
        ("1,中\n".encode("gb18030"), "ENCODING = 'GB18030'", "1|中"),
        ("1,ł\n".encode("iso8859_2"), "ENCODING = 'ISO88592'", "1|ł"),
        (b"1,\xff\n", "REPLACE_INVALID_CHARACTERS = TRUE", "1|\ufffd"),
        ('1,"NA"\n', "NULL_IF = ('NA') FIELD_OPTIONALLY_ENCLOSED_BY = '\"'", "1|NULL"),
        ("1,\\N\n", "", "1|NULL"),
    ],
)
def test_csv_is_read_by_its_format(admin: Client, content: str | bytes, options: str, expected: str) -> None:
    assert loaded(admin, content, "CSV", options) == [expected]


@pytest.mark.parametrize(
    ("packing", "pack"),
    [
        ("AUTO", gzip.compress),
        ("GZIP", gzip.compress),
        ("BZ2", bz2.compress),
        ("AUTO", bz2.compress),
        ("ZSTD", lambda data: pa.compress(data, "zstd", asbytes=True)),
        ("BROTLI", lambda data: pa.compress(data, "brotli", asbytes=True)),
        ("DEFLATE", zlib.compress),
        ("RAW_DEFLATE", lambda data: zlib.compress(data, wbits=-zlib.MAX_WBITS)),
        ("NONE", bytes),
    ],
)
@pytest.mark.parametrize("kind", ["CSV", "JSON"])
def test_every_packing_is_unpacked(admin: Client, packing: str, pack: Callable[[bytes], bytes], kind: str) -> None:
    content, into = (b"1,x\n", "T") if kind == "CSV" else (b"[7]", "V")
    found = loaded(admin, pack(content), kind, f"COMPRESSION = {packing}", into)
    assert found == (["1|x"] if kind == "CSV" else ["[\n  7\n]"])


@pytest.mark.parametrize("packing", ["GZIP", "BZ2", "ZSTD", "BROTLI", "DEFLATE", "RAW_DEFLATE"])
def test_file_that_is_not_packed_as_it_should_be_is_an_error(admin: Client, packing: str) -> None:
    put(admin, "f.csv", "1,this is plain text\n")
    sql = f"COPY INTO T FROM @ST FILE_FORMAT = (TYPE = CSV COMPRESSION = {packing})"
    assert admin.fails(sql).code == "100084"


MOMENTS = "D DATE, M TIME, S TIMESTAMP_NTZ, Z TIMESTAMP_TZ, X BINARY, O BOOLEAN, F FLOAT, N NUMBER(6,2)"


@pytest.mark.parametrize(
    ("line", "options", "expected"),
    [
        ("02.01.20,3-4-5,20200102 030405,2020-01-02 03:04:05 +02:00,/w==,y,1e3,1.005",
         "DATE_FORMAT = 'DD.MM.YY' TIME_FORMAT = 'HH24-MI-SS' BINARY_FORMAT = BASE64",
         "2020-01-02|03:04:05|20200102 030405"),
        ("2020-01-02,03:04:05,01/02/2020 03:04:05,2020-01-02T03:04:05Z,ff,off,-1.5,7", "", ""),
        ("02-Jan-2020,03:04,1577934245,2020-01-02 03:04:05Z,ff,1,NaN,.5", "BINARY_FORMAT = HEX", ""),
    ],
)  # fmt: skip
def test_texts_become_values_by_the_formats_of_the_file(admin: Client, line: str, options: str, expected: str) -> None:
    admin.run(f"CREATE TABLE M ({MOMENTS})")
    put(admin, "f.csv", line)
    if expected:
        error = admin.fails(f"COPY INTO M FROM @ST FILE_FORMAT = (TYPE = CSV {options})")
        assert (error.code, "Timestamp '20200102 030405' is not recognized" in error.message) == ("100035", True)
        options += " TIMESTAMP_FORMAT = 'YYYYMMDD HH24MISS'"
        put(admin, "f.csv", line.replace("2020-01-02 03:04:05 +02:00", "20200102 030405"))
    admin.run(f"COPY INTO M FROM @ST FILE_FORMAT = (TYPE = CSV {options})")
    (row,) = table(admin, "SELECT D::VARCHAR, S::VARCHAR, X::VARCHAR FROM M")
    assert row == ("2020-01-02", "2020-01-02 03:04:05.000", "FF")


def test_field_over_several_lines_is_an_error_without_multi_line(admin: Client) -> None:
    put(admin, "f.csv", '1,"a\nb"\n2,c\n')
    made = "FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '\"' MULTI_LINE = {})"
    (found,) = table(admin, f"COPY INTO T FROM @ST ON_ERROR = CONTINUE {made.format('FALSE')}")
    assert found[1:6] == ("PARTIALLY_LOADED", "2", "1", "2", "1")
    admin.run(f"COPY INTO T FROM @ST FORCE = TRUE {made.format('TRUE')}")
    assert table(admin, "SELECT * FROM T ORDER BY A, B") == [("1", "a\nb"), ("2", "c"), ("2", "c")]


def test_byte_order_mark_stays_on_demand(admin: Client) -> None:
    admin.run("CREATE TABLE W (A VARCHAR)")
    assert loaded(admin, "\ufeffx\n", "CSV", "SKIP_BYTE_ORDER_MARK = FALSE", "W") == ["\ufeffx"]


def test_error_tells_file_line_character_and_column(admin: Client) -> None:
    put(admin, "f.csv", "h,i\n1,a\n22,toolong\n")
    error = admin.fails("COPY INTO T FROM @ST FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1)")
    assert error.message.startswith(
        "User character length limit (5) exceeded by string 'toolong'\n"
        "  File 'st/f.csv', line 3, character 4\n"
        '  Row 2, column "T"["B":2]\n'
    )


# JSON


@pytest.mark.parametrize(
    ("content", "options", "expected"),
    [
        ('{"a":null,"b":[null,1]}', "STRIP_NULL_VALUES = TRUE", '{"b":[1]}'),
        ('{"a":1,"a":2}', "ALLOW_DUPLICATE = TRUE", '{"a":2}'),
        ('{"a":010,"b":"010","c":[-07,0,0.5,10]}', "ENABLE_OCTAL = TRUE", '{"a":8,"b":"010","c":[-7,0,0.5,10]}'),
        ('{"a":" x ","b":[" y"]}', "TRIM_SPACE = TRUE", '{"a":"x","b":["y"]}'),
        ("[[1],[2]]", "STRIP_OUTER_ARRAY = TRUE", "[1][2]"),
        ("[[1],[2]]", "", "[[1],[2]]"),
        ('{"a":1}\n{"a":2}\n', "", '{"a":1}{"a":2}'),
        ('{"a":1} {"a":2}', "", '{"a":1}{"a":2}'),
        (b'{"a":"\xff"}', "REPLACE_INVALID_CHARACTERS = TRUE", '{"a":"\ufffd"}'),
        (b'{"a":"\xff"}', "IGNORE_UTF8_ERRORS = TRUE", '{"a":"\ufffd"}'),
    ],
)
def test_json_is_read_by_its_format(admin: Client, content: str | bytes, options: str, expected: str) -> None:
    found = loaded(admin, content, "JSON", options, "V")
    assert "".join(str(row).replace("\n", "").replace(" ", "") for row in found) == expected


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ('{"a":1,"a":2}', ""),
        ('{"a":010}', ""),
        ('{"a":\n1}', "MULTI_LINE = FALSE"),
        ("{'a':1}", ""),
        ('{"a":', ""),
        ('{"a":1', ""),
        ("<a/>", ""),
        ('{"a":NaN}', ""),
        ("[" * 5000, ""),
    ],
)
def test_json_that_is_none_is_an_error(admin: Client, content: str, options: str) -> None:
    put(admin, "f.json", content)
    assert admin.fails(f"COPY INTO V FROM @ST FILE_FORMAT = (TYPE = JSON {options})").code == "100069"


def test_json_members_become_values_by_the_formats_of_the_file(admin: Client) -> None:
    admin.run(f"CREATE TABLE M ({MOMENTS})")
    put(admin, "f.json", '{"d":"02/01/2020","s":"20200102","x":"/w==","n":"NIL","f":"1e1"}')
    made = "DATE_FORMAT = 'DD/MM/YYYY' TIMESTAMP_FORMAT = 'YYYYMMDD' BINARY_FORMAT = BASE64 NULL_IF = ('NIL')"
    admin.run(f"COPY INTO M FROM @ST FILE_FORMAT = (TYPE = JSON {made}) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE")
    (row,) = table(admin, "SELECT D::VARCHAR, S::VARCHAR, X::VARCHAR, N, F FROM M")
    assert row == ("2020-01-02", "2020-01-02 00:00:00.000", "FF", None, "10.0")


# Parquet


def parquet(**columns: pa.Array) -> bytes:
    data = io.BytesIO()
    pq.write_table(pa.table(columns), data)
    return data.getvalue()


WIDE = parquet(
    I8=pa.array([1], pa.int8()), U64=pa.array([2**63], pa.uint64()),
    DEC=pa.array([Decimal("1.50")], pa.decimal128(9, 2)),
    F=pa.array([1.5], pa.float32()), O=pa.array([True]), S=pa.array(["x"]), X=pa.array([b"abc"], pa.binary()),
    D=pa.array([date(2020, 1, 2)]), M=pa.array([moment(1, 2, 3)], pa.time64("us")),
    Z=pa.array([datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)], pa.timestamp("us", "UTC")),
    L=pa.array([[1, 2]]), ST=pa.array([{"x": 1}]), N=pa.array([None], pa.string()),
)  # fmt: skip


@pytest.mark.parametrize(
    "options", ["", "USE_LOGICAL_TYPE = TRUE", "USE_VECTORIZED_SCANNER = TRUE", "COMPRESSION = SNAPPY"]
)
def test_parquet_types_go_into_columns(admin: Client, options: str) -> None:
    admin.run(
        "CREATE TABLE P (I8 INT, U64 NUMBER(38,0), DEC NUMBER(9,2), F FLOAT, O BOOLEAN, S VARCHAR, D DATE, M TIME, "
        "Z TIMESTAMP_TZ, L ARRAY, ST OBJECT, N VARCHAR)"
    )
    put(admin, "f", WIDE)
    made = f"FILE_FORMAT = (TYPE = PARQUET {options}) MATCH_BY_COLUMN_NAME = CASE_SENSITIVE"
    admin.run(f"COPY INTO P FROM @ST {made}")
    admin.run("ALTER SESSION SET TIMEZONE = 'UTC'")
    shown = "I8, U64, DEC, F, O, S, D::VARCHAR, M::VARCHAR, Z::DATE::VARCHAR, L[1], ST:x, N"
    assert table(admin, f"SELECT {shown} FROM P") == [  # noqa: S608
        ("1", "9223372036854775808", "1.50", "1.5", "1", "x", "2020-01-02", "01:02:03", "2020-01-02", "2", "1", None)
    ]


def test_binary_columns_are_text_unless_the_format_says_so(admin: Client) -> None:
    put(admin, "f", WIDE)
    admin.run("CREATE TABLE P (X BINARY, S VARCHAR)")
    sql = "COPY INTO P FROM (SELECT {}, $1:S FROM @ST) FORCE = TRUE FILE_FORMAT = (TYPE = PARQUET BINARY_AS_TEXT = {})"
    admin.run(sql.format("TO_BINARY($1:X, 'UTF-8')", "TRUE"))
    admin.run(sql.format("$1:X", "FALSE"))
    assert table(admin, "SELECT X::VARCHAR, S FROM P") == [("616263", "x"), ("616263", "x")]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$1:I8 + 1", "2"),
        ("UPPER($1:S)", "X"),
        ("$1:ST", '{"x":1}'),
        ("$1:ST.x", "1"),
        ("$1:L[1]", "2"),
        ("ARRAY_SIZE($1:L)", "2"),
        ("$1:NOPE", None),
        ("NVL($1:N, 'none')", "none"),
        ("CONCAT($1:S, '-', $1:I8::VARCHAR)", "x-1"),
        ("IFF($1:O, 'yes', 'no')", "yes"),
        ("CASE WHEN $1:I8 = 1 THEN 'one' END", "one"),
        ("TO_VARCHAR($1:D, 'YYYYMMDD')", "20200102"),
        ("METADATA$FILENAME || METADATA$FILE_ROW_NUMBER", "f1"),
        ("LENGTH(METADATA$FILE_CONTENT_KEY)", "32"),
        ("METADATA$FILE_LAST_MODIFIED > '2020-01-01'", "true"),
        ("METADATA$START_SCAN_TIME > '2020-01-01'", "true"),
        ("$1:\"S\"::VARCHAR", "x"),
        ("$1['S']::VARCHAR", "x"),
    ],
)  # fmt: skip
def test_transforms_compute_with_members_of_parquet_records(
    admin: Client, expression: str, expected: str | None
) -> None:
    admin.run("CREATE TABLE P (C VARCHAR)")
    put(admin, "f", WIDE)
    admin.run(f"COPY INTO P FROM (SELECT {expression} FROM @ST) FILE_FORMAT = (TYPE = PARQUET)")  # noqa: S608
    assert table(admin, "SELECT C FROM P") == [(expected,)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$1:a.n", "5"),
        ("UPPER($1:a.b)", "X"),
        ("$1:a:b::STRING || '!'", "x!"),
        ("ARRAY_SIZE($1:l)", "2"),
        ("$1:d::DATE", "2020-01-02"),
        ("$1['a']['n']::INT * 2", "10"),
        ("PARSE_JSON('[1]')[0]", "1"),
    ],
)
def test_transforms_compute_with_members_of_json_records(admin: Client, expression: str, expected: str) -> None:
    admin.run("CREATE TABLE P (C VARCHAR)")
    put(admin, "f", '{"a":{"b":"x","n":5},"l":[1,2],"d":"2020-01-02"}')
    admin.run(f"COPY INTO P FROM (SELECT {expression} FROM @ST) FILE_FORMAT = (TYPE = JSON)")  # noqa: S608
    assert table(admin, "SELECT C FROM P") == [(expected,)]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_moments_of_every_precision_come_from_parquet(admin: Client, unit: str) -> None:
    when = datetime(2024, 1, 1, 12, 0, 0, 5000, tzinfo=UTC)
    data = parquet(
        Z=pa.array([when], pa.timestamp(unit, "UTC")), N=pa.array([when.replace(tzinfo=None)], pa.timestamp(unit))
    )
    put(admin, "f", data)
    admin.run("ALTER SESSION SET TIMEZONE = 'UTC'")
    admin.run("CREATE FILE FORMAT F TYPE = PARQUET USE_LOGICAL_TYPE = TRUE")
    types = table(admin, "SELECT TYPE FROM TABLE(INFER_SCHEMA(LOCATION => '@ST', FILE_FORMAT => 'F'))")
    assert types == [("TIMESTAMP_LTZ",), ("TIMESTAMP_NTZ",)]
    admin.run("CREATE TABLE P (Z TIMESTAMP_LTZ, N TIMESTAMP_NTZ)")
    made = "FILE_FORMAT = (FORMAT_NAME = F)"
    admin.run(f"COPY INTO P FROM @ST {made} MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE")
    admin.run(f"COPY INTO P FROM (SELECT $1:Z::TIMESTAMP_LTZ, $1:N::TIMESTAMP_NTZ FROM @ST) {made} FORCE = TRUE")  # noqa: S608
    moment = "1704110400.005000000"
    assert table(admin, "SELECT Z, N FROM P") == [(moment, moment)] * 2


@pytest.mark.parametrize("kind", ["AVRO", "ORC", "XML"])
def test_formats_that_cannot_be_read_are_refused(admin: Client, kind: str) -> None:
    put(admin, "f", b"Obj\x01")
    admin.run(f"CREATE FILE FORMAT F TYPE = {kind}")
    for sql in (
        f"COPY INTO V FROM @ST FILE_FORMAT = (TYPE = {kind})",
        "COPY INTO V FROM @ST FILE_FORMAT = (FORMAT_NAME = F)",
        "SELECT $1 FROM @ST (FILE_FORMAT => F)",
        "SELECT * FROM TABLE(INFER_SCHEMA(LOCATION => '@ST', FILE_FORMAT => 'F'))",
    ):
        error = admin.fails(sql)
        assert error.code == "000002" and kind in error.message, sql


# Copy options


def files(client: Client, count: int = 3) -> None:
    for number in range(1, count + 1):
        put(client, f"a{number}.csv", f"{number},x\n")


def names(client: Client, sql: str) -> list[str | None]:
    return [row[0] for row in table(client, sql)]


def test_size_limit_stops_before_a_further_file(admin: Client) -> None:
    files(admin)
    assert names(admin, "COPY INTO T FROM @ST SIZE_LIMIT = 5") == ["st/a1.csv", "st/a2.csv"]
    assert names(admin, "COPY INTO T FROM @ST SIZE_LIMIT = 1") == ["st/a3.csv"]


def test_failed_files_alone_are_returned_on_demand(admin: Client) -> None:
    files(admin, 1)
    put(admin, "bad.csv", "q,w\n")
    sql = "COPY INTO T FROM @ST ON_ERROR = SKIP_FILE RETURN_FAILED_ONLY = TRUE"
    assert [row[:2] for row in table(admin, sql)] == [("st/bad.csv", "LOAD_FAILED")]


@pytest.mark.parametrize("option", ["TRUNCATECOLUMNS = TRUE", "ENFORCE_LENGTH = FALSE"])
def test_length_is_not_enforced_on_demand(admin: Client, option: str) -> None:
    put(admin, "f.csv", "1,abcdefgh\n")
    for other in ("TRUNCATECOLUMNS = FALSE", "ENFORCE_LENGTH = TRUE"):
        assert admin.fails(f"COPY INTO T FROM @ST {other}").code == "100074"
    admin.run(f"COPY INTO T FROM @ST {option}")
    assert table(admin, "SELECT B FROM T") == [("abcde",)]


def test_files_and_pattern_choose(admin: Client) -> None:
    files(admin, 4)
    put(admin, "sub/a1.csv", "9,x\n")
    assert names(admin, "COPY INTO T FROM @ST FILES = ('a2.csv', 'sub/a1.csv')") == ["st/a2.csv", "st/sub/a1.csv"]
    assert names(admin, "COPY INTO T FROM @ST PATTERN = '.*a[34][.]csv'") == ["st/a3.csv", "st/a4.csv"]
    assert names(admin, "COPY INTO T FROM @ST/sub/ FILES = ('a1.csv') FORCE = TRUE") == ["st/sub/a1.csv"]
    assert admin.fails("COPY INTO T FROM @ST PATTERN = '.*('").code == "100048"
    missing = table(admin, "COPY INTO T FROM @ST FILES = ('none.csv', 'a1.csv') ON_ERROR = SKIP_FILE")
    assert [(row[0], row[1]) for row in missing] == [("st/none.csv", "LOAD_FAILED"), ("st/a1.csv", "LOADED")]


def test_metadata_goes_into_columns(admin: Client) -> None:
    admin.run("CREATE TABLE M (A INT, F VARCHAR, R INT, K VARCHAR, S TIMESTAMP_LTZ, L TIMESTAMP_NTZ)")
    put(admin, "f.csv", "a\n7\n8\n")
    pairs = "F = METADATA$FILENAME, R = METADATA$FILE_ROW_NUMBER, K = METADATA$FILE_CONTENT_KEY, "
    pairs += "S = METADATA$START_SCAN_TIME, L = METADATA$FILE_LAST_MODIFIED"
    made = "FILE_FORMAT = (TYPE = CSV PARSE_HEADER = TRUE)"
    admin.run(f"COPY INTO M FROM @ST {made} MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE INCLUDE_METADATA = ({pairs})")
    found = table(admin, "SELECT A, F, R, LENGTH(K), S IS NULL, L IS NULL FROM M ORDER BY A")
    assert found == [("7", "f.csv", "1", "32", "0", "0"), ("8", "f.csv", "2", "32", "0", "0")]
    assert admin.fails(f"COPY INTO M FROM @ST {made} INCLUDE_METADATA = (F = METADATA$FILENAME)").code == "002019"


@pytest.mark.parametrize(
    ("option", "code"),
    [
        ("LOAD_MODE = ADD_FILES_COPY", "000002"),
        ("LOAD_MODE = SLOWLY", "001008"),
        ("ON_ERROR = SKIP_FILE_X", "001008"),
        ("ON_ERROR = 'SKIP_FILE_5%%'", "001008"),
        ("SIZE_LIMIT = many", "001003"),
        ("PURGE = perhaps", "001003"),
        ("MATCH_BY_COLUMN_NAME = SOMEHOW", "001008"),
        ("VALIDATION_MODE = RETURN_0_ROWS", "001008"),
        ("VALIDATION_MODE = RETURN_EVERYTHING", "001008"),
        ("FILE_FORMAT = (TYPE = CSV ENCODING = 'KLINGON')", "001008"),
        ("FILE_FORMAT = (TYPE = CSV PARSE_HEADER = TRUE SKIP_HEADER = 1)", "001008"),
        ("FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '#')", "001008"),
        ("FILE_FORMAT = (TYPE = CSV COMPRESSION = RAR)", "001008"),
        ("FILE_FORMAT = (TYPE = CSV FIELD_DELIMITER = ',' RECORD_DELIMITER = ',')", "001008"),
        ("FILE_FORMAT = (TYPE = JSON SKIP_HEADER = 1)", "001420"),
        ("FILE_FORMAT = (TYPE = PARQUET STRIP_OUTER_ARRAY = TRUE)", "001420"),
    ],
)  # fmt: skip
def test_options_that_cannot_be_are_refused(admin: Client, option: str, code: str) -> None:
    files(admin, 1)
    assert admin.fails(f"COPY INTO T FROM @ST {option}").code == code
    assert table(admin, "SELECT * FROM T") == []


def test_options_of_the_stage_stand_where_the_statement_has_none(admin: Client) -> None:
    admin.run("CREATE STAGE W FILE_FORMAT = (TYPE = CSV FIELD_DELIMITER = ';') COPY_OPTIONS = (ON_ERROR = CONTINUE)")
    put(admin, "f.csv", "1;x\nq;y\n", "@D.S.W")
    assert table(admin, "COPY INTO T FROM @W")[0][:4] == ("w/f.csv", "PARTIALLY_LOADED", "2", "1")
    assert admin.fails("COPY INTO T FROM @W FORCE = TRUE ON_ERROR = ABORT_STATEMENT").code == "100038"
    assert (
        admin.fails("COPY INTO T FROM @W FORCE = TRUE ON_ERROR = ABORT_STATEMENT FILE_FORMAT = (TYPE = CSV)").code
        == "100080"
    )


@pytest.mark.parametrize("mode", ["RETURN_ERRORS", "RETURN_ALL_ERRORS"])
def test_validation_returns_every_error_and_loads_and_purges_nothing(admin: Client, mode: str) -> None:
    put(admin, "f.csv", "1,x\nq,y\n3,toolong\n")
    found = admin.rows(f"COPY INTO T FROM @ST VALIDATION_MODE = {mode} PURGE = TRUE")
    assert [(row["LINE"], row["CHARACTER"], row["COLUMN_NAME"], row["CODE"]) for row in found] == [
        ("2", "1", '"T"["A":1]', "100038"), ("3", "3", '"T"["B":2]', "100074"),
    ]  # fmt: skip
    assert [row["REJECTED_RECORD"] for row in found] == ["q,y", "3,toolong"]
    assert table(admin, "SELECT * FROM T") == []
    assert names(admin, "LIST @ST") == ["st/f.csv"]
    assert len(table(admin, "COPY INTO T FROM @ST ON_ERROR = CONTINUE")) == 1


def test_validate_tells_of_a_copy_by_its_query_id(admin: Client) -> None:
    for number, value in (("one", "q"), ("two", "w")):
        put(admin, f"{number}.csv", f"{value},x\n")
        admin.context.query_id = number
        admin.run(f"COPY INTO T FROM @ST/{number} ON_ERROR = CONTINUE")
    shown = "SELECT REJECTED_RECORD FROM TABLE(VALIDATE(T, JOB_ID => '{}'))"
    assert [table(admin, shown.format(job)) for job in ("one", "two", "_last", "none")] == [
        [("q,x",)], [("w,x",)], [("w,x",)], [],
    ]  # fmt: skip


HISTORY = (
    "FILE_NAME STAGE_LOCATION LAST_LOAD_TIME ROW_COUNT ROW_PARSED FILE_SIZE FIRST_ERROR_MESSAGE "
    "FIRST_ERROR_LINE_NUMBER FIRST_ERROR_CHARACTER_POS FIRST_ERROR_COLUMN_NAME ERROR_COUNT ERROR_LIMIT STATUS "
    "TABLE_CATALOG_NAME TABLE_SCHEMA_NAME TABLE_NAME PIPE_CATALOG_NAME PIPE_SCHEMA_NAME PIPE_NAME "
    "PIPE_RECEIVED_TIME FIRST_COMMIT_TIME"
)
LOADS = (
    "SCHEMA_NAME FILE_NAME TABLE_NAME LAST_LOAD_TIME STATUS ROW_COUNT ROW_PARSED FIRST_ERROR_MESSAGE "
    "FIRST_ERROR_LINE_NUMBER FIRST_ERROR_CHARACTER_POSITION FIRST_ERROR_COL_NAME ERROR_COUNT ERROR_LIMIT"
)


def test_histories_have_the_columns_of_their_pages(admin: Client) -> None:
    put(admin, "f.csv", "1,x\nq,y\n")
    admin.run("COPY INTO T FROM @ST ON_ERROR = CONTINUE")
    since = "START_TIME => DATEADD(hour, -1, CURRENT_TIMESTAMP())"
    (found,) = admin.rows(f"SELECT * FROM TABLE(INFORMATION_SCHEMA.COPY_HISTORY(TABLE_NAME => 'T', {since}))")  # noqa: S608
    assert list(found) == HISTORY.split()
    told = ("STATUS", "ROW_COUNT", "ROW_PARSED", "FILE_SIZE", "ERROR_COUNT", "ERROR_LIMIT", "FIRST_ERROR_LINE_NUMBER")
    assert [found[name] for name in told] == ["Partially loaded", "1", "2", "8", "1", "2", "2"]
    (found,) = admin.rows("SELECT * FROM INFORMATION_SCHEMA.LOAD_HISTORY")
    assert list(found) == LOADS.split()
    assert (found["STATUS"], found["FIRST_ERROR_COL_NAME"]) == ("PARTIALLY LOADED", '"T"["A":1]')
