"""Results in Arrow say what the same results say in JSON, for every type, with NULLs and extremes."""

# ruff: noqa: S608 (the statements are made of the lists below)

from __future__ import annotations

import random
from collections.abc import Iterator

import pyarrow as pa
import pytest

from local.data.arrow import ArrowRows, in_arrow
from local.results import Cell, Column, Result, Type
from tests.local.conftest import Account, Client

DIGITS38 = "9" * 38
VALUES = {
    "NUMBER(38,0)": ["0", "-1", "127", "-128", "128", DIGITS38, "-" + DIGITS38],
    "NUMBER(3,0)": ["127", "-128", "999"],
    "NUMBER(18,5)": ["0.00001", "-9999999999999.99999", "12.5"],
    "NUMBER(38,37)": ["9." + "9" * 37, "-0." + "0" * 36 + "1"],
    "NUMBER(38,10)": ["1.1", "-" + "9" * 28 + "." + "9" * 10],
    "FLOAT": ["0.1", "-1e300", "5e-324", "'inf'", "'-inf'", "'NaN'", "-0.0", "1.7976931348623157e308"],
    "VARCHAR": ["''", "'a'", "'ä€😀'", "'it''s; \n\t\\\\'", "'NULL'"],
    "BOOLEAN": ["TRUE", "FALSE"],
    "BINARY": ["TO_BINARY('')", "TO_BINARY('00FF10')"],
    "DATE": ["'1970-01-01'", "'0001-01-01'", "'9999-12-31'", "'1969-12-31'"],
    "TIME": ["'00:00:00'", "'23:59:59.999999'", "'12:34:56.789'"],
    "TIMESTAMP_NTZ": ["'1970-01-01 00:00:00'", "'9999-12-31 23:59:59.999999'", "'0001-01-01 00:00:00.000001'",
                      "'1969-12-31 23:59:59.5'"],
    "TIMESTAMP_NTZ(3)": ["'2024-02-29 12:34:56.123'", "'1950-01-01 00:00:00.001'"],
    "TIMESTAMP_NTZ(0)": ["'2024-02-29 12:34:56'", "'1950-01-01 00:00:00'"],
    "TIMESTAMP_LTZ": ["'2024-07-01 12:34:56.123456'", "'1969-12-31 23:59:59.999999'"],
    "TIMESTAMP_LTZ(6)": ["'2024-07-01 12:34:56.123456'", "'1901-01-01 00:00:00.000001'"],
    "TIMESTAMP_TZ": ["'2024-07-01 12:34:56.123456 +0200'", "'1969-12-31 23:59:59.999999 -1130'"],
    "TIMESTAMP_TZ(3)": ["'2024-07-01 12:34:56.123 +0545'"],
    "VARIANT": ["PARSE_JSON('{\"b\": [1, 2.5, null, \"ä\"], \"a\": {}}')", "PARSE_JSON('1')", "PARSE_JSON('null')"],
    "OBJECT": ["PARSE_JSON('{\"k\": \"v\"}')", "PARSE_JSON('{}')"],
    "ARRAY": ["PARSE_JSON('[1, [2], \"x\"]')", "PARSE_JSON('[]')"],
}  # fmt: skip


@pytest.fixture
def client(account: Account) -> Iterator[Client]:
    made = account.admin.computing()
    made.run("CREATE DATABASE D")
    made.run("ALTER SESSION SET TIMEZONE = 'Europe/Berlin'")
    yield made


def both(client: Client, sql: str) -> tuple[Result, Result]:
    """The result in texts and in Arrow."""
    client.context.arrow = False
    texts = client.run(sql)
    client.context.arrow = True
    arrow = client.run(sql)
    client.context.arrow = False
    assert isinstance(arrow.rows, ArrowRows)
    return texts, arrow


def stream(result: Result) -> pa.Table:
    assert isinstance(result.rows, ArrowRows)
    return pa.ipc.open_stream(result.rows.stream).read_all()


def fill(client: Client, kind: str) -> None:
    rows = ", ".join(f"({n}, {value})" for n, value in enumerate([*VALUES[kind], "NULL"]))
    client.run(f"CREATE OR REPLACE TABLE T (N INT, V {kind})")
    client.run(f"INSERT INTO T SELECT column1, column2 FROM VALUES {rows}")


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("condition", ["TRUE", "V IS NULL", "FALSE", "N = 0"])
def test_every_type_is_the_same_in_both_formats(client: Client, kind: str, condition: str) -> None:
    fill(client, kind)
    texts, arrow = both(client, f"SELECT V FROM T WHERE {condition} ORDER BY N")
    assert (list(arrow.rows), arrow.columns) == (list(texts.rows), texts.columns)


def test_random_rows_of_all_types_together_are_the_same_in_both_formats(client: Client) -> None:
    chosen = random.Random(5)
    names = [f"C{number} {kind}" for number, kind in enumerate(VALUES)]
    client.run(f"CREATE TABLE T ({', '.join(names)})")
    for _ in range(20):
        rows = [
            "(" + ", ".join("NULL" if chosen.random() < 0.3 else chosen.choice(v) for v in VALUES.values()) + ")"
            for _ in range(10)
        ]
        client.run("INSERT INTO T " + " UNION ALL ".join(f"SELECT {row[1:-1]}" for row in rows))
    texts, arrow = both(client, "SELECT * FROM T")
    assert len(texts.rows) == 200
    assert sorted(map(str, arrow.rows)) == sorted(map(str, texts.rows))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT SUM(column1), COUNT(*), AVG(column1), MAX(column1) / 3 FROM VALUES (1), (2)",
        "SELECT 1, -2.50, 'a', NULL, TRUE, 1.5e3",
        "SELECT ARRAY_CONSTRUCT(1, 'a'), OBJECT_CONSTRUCT('k', 1), PARSE_JSON('[1]')[0]",
        "SELECT CURRENT_ROLE(), CURRENT_USER()",
        "SELECT CURRENT_DATE() = DATE '2000-01-01', TO_TIME('10:00:00'), DATEDIFF(day, '2024-01-01', '2024-02-01')",
        "WITH q AS (SELECT 1::NUMBER(10,2) AS a) SELECT a * 2, a FROM q",
        "SELECT * FROM INFORMATION_SCHEMA.TABLES LIMIT 3",
        "VALUES (1, 'x'), (2, NULL)",
        "SELECT 170141183460469231731687303715884105727 % 7, 18446744073709551615::NUMBER(20,0)",
    ],
)
def test_queries_without_declared_types_are_the_same_in_both_formats(client: Client, sql: str) -> None:
    texts, arrow = both(client, sql)
    assert (list(arrow.rows), arrow.columns) == (list(texts.rows), texts.columns)


@pytest.mark.parametrize(
    ("values", "scale", "kind"),
    [
        (["127", "-128", None], 0, pa.int8()),
        (["128"], 0, pa.int16()),
        (["-32769"], 0, pa.int32()),
        (["2147483648"], 0, pa.int64()),
        (["9223372036854775808"], 0, pa.decimal128(38, 0)),
        (["1.27"], 2, pa.int8()),
        (["1.28"], 2, pa.int16()),
        (["1000000000000000000.55"], 2, pa.decimal128(38, 2)),
        ([None], 0, pa.int8()),
    ],
)
def test_numbers_take_the_narrowest_width_that_holds_them(values: list[Cell], scale: int, kind: pa.DataType) -> None:
    made = in_arrow(Result((Column("N", Type.FIXED, 38, scale),), [(value,) for value in values]))
    assert (stream(made).schema.field(0).type, [row[0] for row in made.rows]) == (kind, values)


def test_fields_say_their_snowflake_type(client: Client) -> None:
    client.run("CREATE TABLE T (A NUMBER(12,2) NOT NULL, B VARCHAR(5), C TIMESTAMP_TZ, D TIMESTAMP_NTZ(3), E TIME(9))")
    _, arrow = both(client, "SELECT * FROM T")
    schema = stream(arrow).schema
    told = [{k.decode(): v.decode() for k, v in schema.field(at).metadata.items()} for at in range(5)]
    assert [field["logicalType"] for field in told] == ["FIXED", "TEXT", "TIMESTAMP_TZ", "TIMESTAMP_NTZ", "TIME"]
    assert (told[0]["precision"], told[0]["scale"]) == ("12", "2")
    assert (told[1]["charLength"], told[1]["byteLength"]) == ("5", "20")
    assert (told[2]["scale"], told[2]["byteLength"]) == ("9", "16")
    assert [str(schema.field(at).type) for at in (2, 3, 4)] == [
        "struct<epoch: int64, fraction: int32, timezone: int32>",
        "int64",
        "int64",
    ]


def test_many_rows_are_several_batches_of_one_schema(client: Client) -> None:
    _, arrow = both(client, "SELECT SEQ4() AS N, 'x' AS T FROM TABLE(GENERATOR(ROWCOUNT => 150000))")
    assert isinstance(arrow.rows, ArrowRows)
    with pa.ipc.open_stream(arrow.rows.stream) as reader:
        sizes = [len(batch) for batch in reader]
    assert (sum(sizes), len(arrow.rows), max(sizes) <= 65_536) == (150_000, 150_000, True)


def test_a_number_of_too_many_digits_is_refused_in_both_formats(client: Client) -> None:
    errors = []
    for arrow in (False, True):
        client.context.arrow = arrow
        errors.append(client.fails(f"SELECT SUM(column1) FROM VALUES ({DIGITS38}), ({DIGITS38})"))
    assert [error.code for error in errors] == [errors[0].code] * 2
    assert errors[0].message == errors[1].message


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT column1::INT FROM VALUES ('1'), ('x')",
        "SELECT 1 / column1 FROM VALUES (1), (0)",
        "SELECT * FROM NOWHERE",
        "SELECT TO_DATE('nonsense')",
    ],
)
def test_a_query_that_fails_says_the_same_in_both_formats(client: Client, sql: str) -> None:
    client.context.arrow = False
    texts = client.fails(sql)
    client.context.arrow = True
    arrow = client.fails(sql)
    assert (arrow.code, arrow.state, arrow.message) == (texts.code, texts.state, texts.message)


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        ("TIMESTAMP_NTZ(0)", "1969-12-31 23:59:58", "-2"),
        ("TIMESTAMP_NTZ(3)", "1970-01-01 00:00:01.5", "1.500"),
        ("TIMESTAMP_NTZ(3)", "1969-12-31 23:59:59.5", "-0.500"),
        ("TIMESTAMP_NTZ(9)", "1970-01-01 00:00:00.000001", "0.000001000"),
        ("TIME(2)", "00:01:00.25", "60.25"),
    ],
)
def test_moments_have_as_many_digits_as_their_scale_because_drivers_count_them(
    client: Client, kind: str, value: str, cell: str
) -> None:
    client.run(f"CREATE TABLE T (V {kind})")
    client.run(f"INSERT INTO T VALUES ('{value}')")
    assert [list(result.rows) for result in both(client, "SELECT V FROM T")] == [[(cell,)], [(cell,)]]


def test_a_result_of_too_many_bytes_is_refused_while_it_is_read(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.data.arrow.MOST_BYTES", 100_000)
    client.context.arrow = True
    sql = "SELECT RPAD('x', 1000, 'x') FROM TABLE(GENERATOR(ROWCOUNT => {}))"
    assert len(client.run(sql.format(50)).rows) == 50
    assert client.fails(sql.format(1_000_000)).code == "000002"
    assert list(client.run("SELECT 1").rows) == [("1",)]


def test_policies_mask_what_goes_out_in_arrow(client: Client) -> None:
    client.run("CREATE TABLE T (V VARCHAR)")
    client.run("INSERT INTO T VALUES ('secret')")
    client.run("CREATE MASKING POLICY M AS (V VARCHAR) RETURNS VARCHAR -> '***'")
    client.run("ALTER TABLE T ALTER COLUMN V SET MASKING POLICY M")
    texts, arrow = both(client, "SELECT V FROM T")
    assert (list(texts.rows), stream(arrow).to_pylist()) == ([("***",)], [{"V": "***"}])
