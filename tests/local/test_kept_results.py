"""Statements that run in the background, and results that are read again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.local.wire import Wire, new_wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = new_wire()
    with made.http:
        yield made


def scan(query_id: str, columns: str = "*") -> str:
    return f"SELECT {columns} FROM TABLE(RESULT_SCAN('{query_id}'))"  # noqa: S608


def computing(wire: Wire) -> str:
    token = wire.token()
    for sql in (
        "CREATE WAREHOUSE WH INITIALLY_SUSPENDED = TRUE",
        "USE WAREHOUSE WH",
        "CREATE DATABASE DB",
        "CREATE TABLE T (A NUMBER(5,2), B VARCHAR(4))",
        "INSERT INTO T VALUES (1.25, 'x'), (NULL, NULL)",
    ):
        assert wire.run(sql, token).code is None, sql
    return token


def test_statement_in_the_background_is_answered_at_once_and_fetched_later(wire: Wire) -> None:
    token = computing(wire)
    answer = wire.run("SELECT A FROM T ORDER BY A", token, asyncExec=True)
    assert (answer.code, answer.body["success"]) == ("333334", True)
    assert wire.get(answer.data["getResultUrl"], token).data["rowset"] == [["1.25"], [None]]
    (status,) = wire.get(f"/monitoring/queries/{answer.data['queryId']}", token).data["queries"]
    assert (status["status"], status["errorMessage"]) == ("SUCCESS", None)


def test_failure_in_the_background_is_told_by_its_status(wire: Wire) -> None:
    token = wire.token()
    query_id = wire.run("SELECT * FROM NOWHERE.X.Y", token, asyncExec=True).data["queryId"]
    assert wire.get(f"/queries/{query_id}/result", token).code is not None
    (status,) = wire.get(f"/monitoring/queries/{query_id}", token).data["queries"]
    assert status["status"] == "FAILED_WITH_ERROR"
    assert "NOWHERE" in status["errorMessage"]


def test_another_user_can_neither_fetch_nor_scan_it(wire: Wire) -> None:
    token = computing(wire)
    query_id = wire.run("SELECT A FROM T", token).data["queryId"]
    wire.grant_role("ACCOUNTADMIN", wire.user("OTHER"))
    other = str(wire.login("OTHER", query={"roleName": "ACCOUNTADMIN", "warehouse": "WH"}).data["token"])
    assert wire.get(f"/queries/{query_id}/result", other).code == "000709"
    assert wire.run(scan(query_id), other).code == "000709"


def test_result_scan_reads_the_last_result_with_its_names_and_types(wire: Wire) -> None:
    token = computing(wire)
    wire.run('SELECT A, B, A > 1 AS "big one" FROM T ORDER BY A', token)
    answer = wire.run('SELECT A * 2 AS D, "big one", B FROM TABLE(RESULT_SCAN(LAST_QUERY_ID())) WHERE A > 0', token)
    assert answer.data["rowset"] == [["2.50", "1", "x"]]
    assert [column["type"] for column in answer.data["rowtype"]] == ["fixed", "boolean", "text"]


def test_result_scan_reads_what_show_answered(wire: Wire) -> None:
    token = computing(wire)
    query_id = wire.run("SHOW TABLES IN SCHEMA DB.PUBLIC", token).data["queryId"]
    answer = wire.run(scan(query_id, '"name", "rows"'), token)
    assert answer.data["rowset"] == [["T", "2"]]


@pytest.mark.parametrize(
    "value",
    [
        "1.5::FLOAT", "'2024-02-29'::DATE", "'12:34:56.789'::TIME", "'2024-02-29 12:34:56.123456'::TIMESTAMP_NTZ",
        "'1969-12-31 23:59:59.5'::TIMESTAMP_NTZ", "'2024-02-29 12:34:56'::TIMESTAMP_LTZ", "TRUE",
        "TO_BINARY('00FF', 'HEX')", "PARSE_JSON('{\"a\": [1, null]}')", "12345678901234567890::NUMBER(38,0)", "NULL",
    ],
)  # fmt: skip
def test_result_scan_keeps_values_of_every_type(wire: Wire, value: str) -> None:
    token = computing(wire)
    before = wire.run(f"SELECT {value} AS V", token).data
    after = wire.run("SELECT V FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))", token).data
    assert after["rowset"] == before["rowset"]
    assert after["rowtype"][0]["type"] == before["rowtype"][0]["type"]


def test_statement_that_failed_has_no_result(wire: Wire) -> None:
    token = computing(wire)
    query_id = wire.run("SELECT 1/0", token).data["queryId"]
    assert wire.run(scan(query_id), token).code == "000709"
