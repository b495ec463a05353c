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


def test_result_scan_and_a_second_fetch_read_a_result_that_went_out_in_arrow(wire: Wire) -> None:
    token = computing(wire)
    wire.run("ALTER SESSION SET GO_QUERY_RESULT_FORMAT = 'ARROW'", token)
    first = wire.run("SELECT 1.25::NUMBER(5,2) AS A, NULL AS B, '2024-01-01'::TIMESTAMP_NTZ(3) AS C", token)
    assert (first.data["queryResultFormat"], "rowset" in first.data) == ("arrow", False)
    assert (
        wire.get(f"/queries/{first.data['queryId']}/result", token).data["rowsetBase64"] == first.data["rowsetBase64"]
    )
    wire.run("ALTER SESSION SET GO_QUERY_RESULT_FORMAT = 'JSON'", token)
    again = wire.run(scan(str(first.data["queryId"])), token)
    assert (again.data["queryResultFormat"], again.data["rowset"]) == ("json", [["1.25", None, "1704067200.000"]])


@pytest.mark.parametrize(
    ("client", "parameters", "expected"),
    [
        ("Go", {}, "arrow"),
        ("PythonConnector", {}, "arrow"),
        ("JDBC", {}, "arrow"),
        ("JavaScript", {}, "json"),
        ("Go", {"GO_QUERY_RESULT_FORMAT": "json"}, "json"),
        ("PythonConnector", {"PYTHON_CONNECTOR_QUERY_RESULT_FORMAT": "JSON"}, "json"),
        ("PythonConnector", {"GO_QUERY_RESULT_FORMAT": "JSON"}, "arrow"),
    ],
)
def test_the_driver_and_its_parameter_decide_about_the_format(
    wire: Wire, client: str, parameters: dict[str, str], expected: str
) -> None:
    token = str(wire.login(CLIENT_APP_ID=client, SESSION_PARAMETERS=parameters).data["token"])
    assert wire.run("SELECT CURRENT_USER()", token).data["queryResultFormat"] == expected


def test_a_driver_without_a_converter_asks_for_json_in_the_request(wire: Wire) -> None:
    token = str(wire.login(CLIENT_APP_ID="PythonConnector", SESSION_PARAMETERS={}).data["token"])
    asked = {"PYTHON_CONNECTOR_QUERY_RESULT_FORMAT": "JSON"}
    assert wire.run("SELECT CURRENT_USER()", token, parameters=asked).data["rowset"] == [["LOCAL_ADMIN"]]


@pytest.mark.parametrize("sql", ["SHOW DATABASES", "CREATE ROLE R", "DESCRIBE USER LOCAL_ADMIN"])
def test_only_queries_are_answered_in_arrow(wire: Wire, sql: str) -> None:
    token = str(wire.login(SESSION_PARAMETERS={}).data["token"])
    assert wire.run(sql, token).data["queryResultFormat"] == "json"


def test_the_format_parameters_are_set_but_not_listed(wire: Wire) -> None:
    token = wire.token()
    assert wire.run("SHOW PARAMETERS LIKE '%RESULT_FORMAT'", token).data["rowset"] == []
    assert wire.run("ALTER SESSION SET GO_QUERY_RESULT_FORMAT = 'XML'", token).code == "001008"


def test_a_timeout_ends_a_query_that_would_go_out_in_arrow(wire: Wire) -> None:
    token = computing(wire)
    wire.run("ALTER SESSION SET GO_QUERY_RESULT_FORMAT = 'ARROW', STATEMENT_TIMEOUT_IN_SECONDS = 1", token)
    slow = (
        "SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 1000000)) a "
        "CROSS JOIN TABLE(GENERATOR(ROWCOUNT => 1000000)) b WHERE RANDOM() = 1"
    )
    assert wire.run(slow, token).code == "000630"
    assert wire.run("SELECT COUNT(*) FROM T", token).data["queryResultFormat"] == "arrow"
