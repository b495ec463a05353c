"""Types and conversions as Snowflake has them: what a driver receives, and which error it is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.data.conversions import strftime_format
from local.data.store import existing_store
from local.errors import SnowflakeError
from local.results import Type
from tests.local.conftest import Client, new_account

BIG = "12345678901234567890123456789012345678"
LARGEST = "9" * 38


@pytest.fixture(scope="module")
def admin() -> Iterator[Client]:
    account = new_account()
    client = account.admin
    for sql in (
        "CREATE WAREHOUSE WH",
        "CREATE DATABASE D",
        "CREATE TABLE N (A NUMBER(38,0), B NUMBER(38,2), C NUMBER(5,2))",
        "CREATE TABLE V (S VARCHAR(3), B BINARY(2), D DATE, T TIME, X BOOLEAN, J VARIANT)",
        "ALTER SESSION SET TIMEZONE = 'Europe/Berlin'",
    ):
        client.run(sql)
    yield client
    store = existing_store(account.catalogue)
    assert store is not None
    store.close()


def value(client: Client, expression: str) -> str | None:
    """The only cell of a query."""
    ((cell,),) = client.run(f"SELECT {expression}").rows
    return cell


def kind(client: Client, expression: str) -> tuple[Type, int | None, int | None]:
    (column,) = client.run(f"SELECT {expression}").columns
    return column.type, column.precision, column.scale


def test_decimals_of_38_digits_are_kept_to_the_last(admin: Client) -> None:
    admin.run(f"INSERT OVERWRITE INTO N VALUES ({BIG}, {BIG[:-2]}.78, 999.99)")  # noqa: S608
    assert list(admin.run("SELECT A, A + 1, B, B * 2 FROM N").rows) == [
        (BIG, BIG[:-1] + "9", BIG[:-2] + ".78", str(int(BIG[:-2]) * 2 + 1) + ".56")
    ]


def test_sum_and_average_of_numbers_are_numbers(admin: Client) -> None:
    query = "FROM (SELECT 1.10 X UNION ALL SELECT 2.20)"
    assert list(admin.run(f"SELECT SUM(X), AVG(X), AVG(DISTINCT X) {query}").rows) == [
        ("3.30", "1.65000000", "1.65000000")
    ]
    assert list(admin.run(f"SELECT AVG(X) OVER () {query}").rows) == [("1.65000000",)] * 2


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 / 3", "0.333333"),
        ("10 / 4", "2.500000"),
        ("2.0 / 3", "0.6666667"),
        ("1 / 3::FLOAT", "0.3333333333333333"),
        ("'10' / 4", "2.50000000000"),
        ("(1 + 2) / 3 / 2", "0.500000000000"),
        ("DIV0(1, 0)", "0.000000"),
        ("SUM(5) / COUNT(*)", "5.000000"),
        ("'12.55'::NUMBER(4, 1)", "12.6"),
        ("TO_NUMBER('12.34', 10, 2)", "12.34"),
    ],
)
def test_quotients_and_conversions_have_their_scale(admin: Client, expression: str, expected: str) -> None:
    assert value(admin, expression) == expected


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (f"SELECT {LARGEST} + 1", "100046"),
        (f"SELECT {LARGEST}::NUMBER(38,0) * 10", "100046"),
        ("INSERT INTO N (C) VALUES (1000)", "100046"),
        ("INSERT INTO N (C) VALUES ('1234.5')", "100039"),
        ("INSERT INTO N (C) VALUES ('abc')", "100038"),
        ("SELECT '1234.5'::NUMBER(4,2)", "100039"),
        ("SELECT 1 / 0", "100051"),
        ("SELECT MOD(1, 0)", "100051"),
        ("INSERT INTO V (S) VALUES ('abcd')", "100078"),
        ("UPDATE V SET S = 'abcd'", "100078"),
        ("INSERT INTO V (B) SELECT TO_BINARY('AABBCC')", "100145"),
        ("SELECT TO_BINARY('XY')", "100115"),
        ("INSERT INTO V (D) VALUES ('2024-02-30')", "100040"),
        ("INSERT INTO V (T) VALUES ('25:00')", "100108"),
        ("INSERT INTO V (X) VALUES ('perhaps')", "100037"),
        ("SELECT 'perhaps'::BOOLEAN", "100037"),
        ("SELECT TO_CHAR(1, '9,999')", "000002"),
        ("SELECT TO_TIMESTAMP_TZ(S) FROM (SELECT 'x' S)", "100035"),
        ("SELECT PARSE_JSON(S) FROM (SELECT '{' S)", "100069"),
    ],
)
def test_value_that_does_not_fit_is_an_error(admin: Client, sql: str, code: str) -> None:
    admin.run("INSERT OVERWRITE INTO V (S) VALUES ('abc')")
    assert admin.fails(sql).code == code
    assert value(admin, "COUNT(*) FROM V") == "1"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("TRY_TO_NUMBER('x')", None),
        ("TRY_TO_NUMBER('12.34', 10, 2)", "12.34"),
        ("TRY_TO_DECIMAL('7')", "7"),
        ("TRY_CAST('x' AS INT)", None),
        ("TRY_CAST(S AS NUMBER(4, 1)) FROM (SELECT '1.25' S)", "1.3"),
        ("TRY_TO_DATE('2024-13-01')", None),
        ("TRY_TO_DATE(S) FROM (SELECT '2024-01-31' S)", "19753"),
        ("TRY_TO_TIMESTAMP('nope')", None),
        ("TRY_TO_TIMESTAMP(S) FROM (SELECT '1970-01-02 00:00:00' S)", "86400.000000000"),
        ("TRY_TO_TIMESTAMP_NTZ(S) FROM (SELECT '86400' S)", "86400.000000000"),
        ("TRY_TO_TIMESTAMP_TZ('nope')", None),
        ("TRY_TO_TIMESTAMP_LTZ(S) FROM (SELECT '1970-01-01 02:00 +0200' S)", "0.000000000"),
        ("TRY_TO_TIME('10:00')", "36000.000000000"),
        ("TRY_TO_TIME('25:00')", None),
        ("TRY_TO_BOOLEAN('on')", "1"),
        ("TRY_TO_BOOLEAN('maybe')", None),
        ("TRY_TO_DOUBLE('1.5')", "1.5"),
        ("TRY_TO_BINARY('ZZ')", None),
        ("TRY_PARSE_JSON('{')", None),
    ],
)
def test_try_functions_give_null_where_the_others_fail(admin: Client, expression: str, expected: str | None) -> None:
    assert value(admin, expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'2024-06-01 12:00:00.123456'::TIMESTAMP_NTZ::VARCHAR", "2024-06-01 12:00:00.123"),
        ("'2024-06-01 12:00:00'::TIMESTAMP_LTZ::VARCHAR", "2024-06-01 12:00:00.000 +0200"),
        ("TO_VARCHAR('2024-06-01'::DATE)", "2024-06-01"),
        ("'10:00:00.5'::TIME::VARCHAR", "10:00:00"),
        ("1.0::FLOAT::VARCHAR", "1"),
        ("1.50::VARCHAR", "1.50"),
        ("TRUE::VARCHAR", "true"),
        ("TO_BINARY('aabb')::VARCHAR", "AABB"),
        ("PARSE_JSON('\"x\"')::VARCHAR", "x"),
        ("PARSE_JSON('{\"a\": 1}')::VARCHAR", '{"a":1}'),
        ("'abcdef'::VARCHAR(3)", "abc"),
        ("TO_CHAR('2024-02-10 15:04:05.678'::TIMESTAMP, 'YYYY/MM/DD\"T\"HH12:MI:SS.FF3 AM')",
         "2024/02/10T03:04:05.678 PM"),
        ("TO_CHAR('2024-02-10'::DATE, 'DY DD MON YY')", "Sat 10 Feb 24"),
    ],
)  # fmt: skip
def test_values_become_text_in_the_default_output_formats(admin: Client, expression: str, expected: str) -> None:
    assert value(admin, expression) == expected


def test_time_zone_in_a_format_is_refused_rather_than_ignored() -> None:
    assert strftime_format("YYYY 100%") == "%Y 100%%"
    with pytest.raises(SnowflakeError) as caught:
        strftime_format("YYYY TZH")
    assert caught.value.code == "000002"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("TO_BINARY('616263')", "616263"),
        ("TO_BINARY('YWJj', 'BASE64')", "616263"),
        ("TO_BINARY('abc', 'UTF-8')", "616263"),
        ("X'6162'", "6162"),
        ("TO_CHAR(X'616263', 'BASE64')", "YWJj"),
        ("TO_CHAR(X'616263', 'UTF-8')", "abc"),
        ("HEX_DECODE_STRING('616263')", "abc"),
        ("BASE64_DECODE_STRING('YWJj')", "abc"),
        ("OCTET_LENGTH(X'6162')", "2"),
        ("OCTET_LENGTH('ä')", "2"),
        ("LENGTH('ä')", "1"),
    ],
)
def test_binaries_are_written_and_read_in_every_encoding(admin: Client, expression: str, expected: str) -> None:
    assert value(admin, expression) == expected


def test_moments_keep_their_instant_in_every_kind_of_timestamp(admin: Client) -> None:
    admin.run("CREATE OR REPLACE TABLE M (N TIMESTAMP_NTZ, L TIMESTAMP_LTZ, Z TIMESTAMP_TZ)")
    text = "2024-06-01 12:00:00.123456"
    admin.run(f"INSERT INTO M VALUES ('{text}', '{text}', '{text} +05:30')")  # noqa: S608
    noon = 1717243200
    assert list(admin.run("SELECT N, L, Z FROM M").rows) == [
        (f"{noon}.123456000", f"{noon - 7200}.123456000", f"{noon - 19800}.123456000 1560")
    ]
    assert value(admin, "TIMESTAMP_TZ '2024-06-01 12:00:00 +0200'") == f"{noon - 7200}.000000000 1560"
    assert kind(admin, "DATE_TRUNC('month', '2024-06-11'::DATE)")[0] is Type.DATE


@pytest.mark.parametrize(
    ("expression", "of", "expected"),
    [
        ("ARRAY_CONSTRUCT(1, 'x', NULL)", Type.ARRAY, '[\n  1,\n  "x",\n  null\n]'),
        ("OBJECT_CONSTRUCT('a', 1, 'b', NULL)", Type.OBJECT, '{\n  "a": 1\n}'),
        ("PARSE_JSON('[1.5]')", Type.VARIANT, "[\n  1.5\n]"),
        ("TO_VARIANT('x')", Type.VARIANT, '"x"'),
        ("ARRAY_SIZE(ARRAY_CONSTRUCT(1, 'x'))", Type.FIXED, "2"),
        ("TYPEOF(PARSE_JSON('{}'))", Type.TEXT, "OBJECT"),
        ("TYPEOF(PARSE_JSON('1.5'))", Type.TEXT, "DECIMAL"),
        ("TYPEOF(PARSE_JSON('-1'))", Type.TEXT, "INTEGER"),
        ("TYPEOF(PARSE_JSON('null'))", Type.TEXT, "NULL_VALUE"),
        ('PARSE_JSON(\'{"a": {"b": [1, 2]}}\'):a.b[1]::INT', Type.FIXED, "2"),
    ],
)
def test_semi_structured_values(admin: Client, expression: str, of: Type, expected: str) -> None:
    assert (kind(admin, expression)[0], value(admin, expression)) == (of, expected)


def test_words_for_true_and_false_are_booleans_in_a_column(admin: Client) -> None:
    admin.run("INSERT OVERWRITE INTO V (X) VALUES ('yes'), ('F'), ('1'), ('off')")
    assert sorted(row[0] or "" for row in admin.run("SELECT X FROM V").rows) == ["0", "0", "1", "1"]


def test_hash_is_the_same_for_the_same_values(admin: Client) -> None:
    assert value(admin, "HASH(1, 'a') = HASH(1, 'a') AND HASH(1, 'a') <> HASH(1, 'b')") == "1"


def test_aggregate_within_a_group_has_its_own_text_as_its_name(admin: Client) -> None:
    (column,) = admin.run("SELECT LISTAGG(S, ',') WITHIN GROUP (ORDER BY S) FROM V").columns
    assert column.name == "LISTAGG(S, ',') WITHIN GROUP (ORDER BY S)"
