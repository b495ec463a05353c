from typing import Any

import pytest

from tests.local.wire import Answer, Wire, new_wire


@pytest.fixture
def wire() -> Wire:
    return new_wire()


def several(wire: Wire, sql: str, token: str, count: object = 0, **more: Any) -> Answer:
    return wire.run(sql, token, parameters={"MULTI_STATEMENT_COUNT": count}, **more)


def rows(wire: Wire, answer: Answer, token: str) -> list[Any]:
    """The rows of each statement, fetched as drivers do."""
    assert answer.code is None, answer.message
    return [wire.get(f"/queries/{i}/result", token).data["rowset"] for i in answer.data["resultIds"].split(",")]


def test_without_a_count_several_statements_are_refused_and_none_runs(wire: Wire) -> None:
    token = wire.token()
    assert wire.run("CREATE ROLE A; CREATE ROLE B", token).code == "000008"
    assert wire.run("SHOW ROLES LIKE 'A'", token).data["total"] == 0
    assert wire.run("SELECT 1;", token).code is None


def test_count_that_does_not_match_is_refused(wire: Wire) -> None:
    answer = several(wire, "SELECT 1; SELECT 2", wire.token(), 3)
    assert answer.code == "000008"
    assert "Actual statement count 2 did not match the desired statement count 3" in answer.message


@pytest.mark.parametrize("count", [2, "2", 0])
def test_each_statement_has_a_result_of_its_own(wire: Wire, count: object) -> None:
    token = wire.token()
    answer = several(wire, "SELECT 1 AS A; -- one; two\nSHOW ROLES LIKE 'SYSADMIN';", token, count)
    assert answer.data["statementTypeId"] == 0xA000
    assert answer.data["resultTypes"].split(",") == ["4096", "4096"]
    first, second = rows(wire, answer, token)
    assert first == [["1"]]
    assert len(second) == 1


def test_count_of_the_session_holds_where_the_request_has_none(wire: Wire) -> None:
    token = wire.token()
    assert wire.run("ALTER SESSION SET MULTI_STATEMENT_COUNT = 0", token).code is None
    assert rows(wire, wire.run("SELECT 1; SELECT 2", token), token) == [[["1"]], [["2"]]]


def test_single_statement_under_any_count_is_an_ordinary_one(wire: Wire) -> None:
    answer = several(wire, "SELECT 1", wire.token())
    assert (answer.data["rowset"], "resultIds" in answer.data) == ([["1"]], False)


def test_first_failure_ends_the_request_with_its_error_and_keeps_what_was_done(wire: Wire) -> None:
    token = wire.token()
    answer = several(wire, "CREATE ROLE A; DROP ROLE NOPE; CREATE ROLE B", token)
    assert (answer.code, answer.data["sqlState"]) == ("002003", "02000")
    assert [wire.run(f"SHOW ROLES LIKE '{name}'", token).data["total"] for name in "AB"] == [1, 0]


def test_statements_share_the_session_and_its_transaction(wire: Wire) -> None:
    token = wire.token()
    several(wire, "USE ROLE ACCOUNTADMIN; CREATE WAREHOUSE W; CREATE DATABASE D; CREATE TABLE T (ID INT)", token)
    done = several(wire, "BEGIN; INSERT INTO T VALUES (1), (2); ROLLBACK; SELECT COUNT(*) FROM T", token)
    assert rows(wire, done, token)[1::2] == [[["2"]], [["0"]]]
    assert done.data["resultTypes"].split(",")[1] == str(0x3100)


def test_bound_values_are_dealt_out_in_turn(wire: Wire) -> None:
    token = wire.token()
    several(wire, "USE ROLE ACCOUNTADMIN; CREATE WAREHOUSE W", token)
    bindings = {str(n): {"type": "FIXED", "value": str(n)} for n in (1, 2, 3)}
    answer = several(wire, "SELECT ?; SELECT '?', ? + ?", token, bindings=bindings)
    assert rows(wire, answer, token) == [[["1"]], [["?", "5"]]]


@pytest.mark.parametrize(
    "sql", ["BEGIN TRANSACTION; ROLLBACK", "BEGIN; ROLLBACK;", "CREATE ROLE A; ALTER ROLE A SET COMMENT = 'x'"]
)
def test_beginning_of_a_transaction_is_no_block(wire: Wire, sql: str) -> None:
    assert several(wire, sql, wire.token()).data["statementTypeId"] == 0xA000


def test_semicolons_of_a_block_separate_nothing(wire: Wire) -> None:
    answer = several(wire, "EXECUTE IMMEDIATE 'x'; BEGIN SELECT 1; SELECT 2; END", wire.token(), 2)
    assert "Actual statement count 1" in answer.message
