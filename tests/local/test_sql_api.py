"""The SQL API: statements over HTTP with nothing but a key-pair token."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from local.model import Kind
from tests.local.wire import Wire, new_wire, token

STATEMENTS = "/api/v2/statements"
SLOW = (
    "SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 1000000)) a "
    "CROSS JOIN TABLE(GENERATOR(ROWCOUNT => 1000000)) b WHERE RANDOM() = 1"
)


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = new_wire()
    with made.http:
        session = made.token()
        for sql in ("USE ROLE ACCOUNTADMIN", "CREATE WAREHOUSE WH INITIALLY_SUSPENDED = TRUE", "CREATE DATABASE D"):
            assert made.run(sql, session).code is None
        yield made


def bearer(user: str = "LOCAL_ADMIN") -> dict[str, str]:
    return {"Authorization": f"Bearer {token(user)}", "X-Snowflake-Authorization-Token-Type": "KEYPAIR_JWT"}


def submit(wire: Wire, statement: str, headers: dict[str, str] | None = None, **more: Any) -> tuple[int, Any]:
    query = more.pop("query", {})
    body = {"statement": statement, "role": "ACCOUNTADMIN", "warehouse": "WH", "database": "D", "schema": "PUBLIC"}
    answer = wire.http.post(
        STATEMENTS, json=body | more, headers=bearer() if headers is None else headers, params=query
    )
    return answer.status_code, answer.json()


def fetch(wire: Wire, handle: str, user: str = "LOCAL_ADMIN", **query: str) -> tuple[int, Any]:
    answer = wire.http.get(f"{STATEMENTS}/{handle}", headers=bearer(user), params=query)
    return answer.status_code, answer.json()


def finished(wire: Wire, handle: str) -> tuple[int, Any]:
    for _ in range(400):
        status, said = fetch(wire, handle)
        if status != 202:
            return status, said
        time.sleep(0.02)
    raise AssertionError("it goes on")


def test_a_statement_is_answered_with_rows_and_types(wire: Wire) -> None:
    status, said = submit(
        wire, "SELECT 1.50::NUMBER(5,2) AS n, TRUE AS b, NULL AS x, '2024-01-01'::DATE AS d, '10:00'::TIME(3) AS t"
    )
    assert (status, said["code"], said["sqlState"]) == (200, "090001", "00000")
    assert said["data"] == [["1.50", "true", None, "19723", "36000.000"]]
    meta = said["resultSetMetaData"]
    assert [(c["name"], c["type"]) for c in meta["rowType"]][:2] == [("N", "fixed"), ("B", "boolean")]
    assert (meta["numRows"], meta["format"], [p["rowCount"] for p in meta["partitionInfo"]]) == (1, "jsonv2", [1])
    assert fetch(wire, said["statementHandle"])[1]["data"] == said["data"]


def test_values_are_bound_and_several_statements_run(wire: Wire) -> None:
    submit(wire, "CREATE TABLE T (A INT, B VARCHAR)")
    bindings = {"1": {"type": "FIXED", "value": "7"}, "2": {"type": "TEXT", "value": "it's"}}
    assert submit(wire, "INSERT INTO T VALUES (?, ?)", bindings=bindings)[1]["data"] == [["1"]]
    status, said = submit(wire, "SELECT A FROM T; SELECT B FROM T", parameters={"MULTI_STATEMENT_COUNT": "2"})
    assert (status, len(said["statementHandles"])) == (200, 2)
    assert [fetch(wire, handle)[1]["data"] for handle in said["statementHandles"]] == [[["7"]], [["it's"]]]


def test_parameters_and_names_count_for_the_statement_alone(wire: Wire) -> None:
    zone = {"TIMEZONE": "Europe/Berlin"}
    shown = "SHOW PARAMETERS LIKE 'TIMEZONE' IN SESSION"
    assert submit(wire, shown, parameters=zone)[1]["data"][0][1] == "Europe/Berlin"
    assert submit(wire, shown)[1]["data"][0][1] == "America/Los_Angeles"
    names = "SELECT CURRENT_ROLE(), CURRENT_DATABASE(), CURRENT_SCHEMA(), CURRENT_WAREHOUSE()"
    assert submit(wire, names)[1]["data"] == [["ACCOUNTADMIN", "D", "PUBLIC", "WH"]]
    assert submit(wire, names, database="d")[1]["data"][0][1] is None  # the name is taken as it is written
    assert len(wire.server.sessions) == 1  # the fixture's


def test_a_large_result_is_read_in_partitions(wire: Wire) -> None:
    status, said = submit(wire, "SELECT SEQ4() AS N FROM TABLE(GENERATOR(ROWCOUNT => 25000)) ORDER BY N")
    counts = [part["rowCount"] for part in said["resultSetMetaData"]["partitionInfo"]]
    assert (status, counts, len(said["data"])) == (200, [10000, 10000, 5000], 10000)
    rest = [fetch(wire, said["statementHandle"], partition=str(number))[1] for number in (1, 2)]
    assert [list(part) for part in rest] == [["data"], ["data"]]
    rows = said["data"] + rest[0]["data"] + rest[1]["data"]
    assert [int(row[0]) for row in rows] == list(range(25000))
    assert fetch(wire, said["statementHandle"], partition="3")[0] == 400


def test_a_statement_in_the_background_is_asked_for_until_it_is_done(wire: Wire) -> None:
    status, said = submit(wire, "SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 1000))", query={"async": "true"})
    assert (status, said["code"], "data" in said) == (202, "333334", False)
    assert said["statementStatusUrl"].startswith(f"{STATEMENTS}/{said['statementHandle']}")
    status, done = finished(wire, said["statementHandle"])
    assert (status, done["data"]) == (200, [["1000"]])


def test_a_statement_is_cancelled(wire: Wire) -> None:
    handle = submit(wire, SLOW, query={"async": "true"})[1]["statementHandle"]
    time.sleep(0.2)
    answer = wire.http.post(f"{STATEMENTS}/{handle}/cancel", headers=bearer())
    assert (answer.status_code, answer.json()["code"]) == (200, "000604")
    status, said = finished(wire, handle)
    assert (status, said["code"]) == (408, "000604")
    assert wire.http.post(f"{STATEMENTS}/{handle}/cancel", headers=bearer()).status_code == 422


def test_a_timeout_ends_a_statement(wire: Wire) -> None:
    status, said = submit(wire, SLOW, timeout=1)
    assert (status, said["code"]) == (408, "000630")


def test_a_request_sent_again_is_not_run_again(wire: Wire) -> None:
    submit(wire, "CREATE TABLE T (A INT)")
    query = {"requestId": "6f1e7a52-0000-4000-8000-000000000001", "retry": "true"}
    first, second = (submit(wire, "INSERT INTO T VALUES (1)", query=query)[1] for _ in range(2))
    assert first["statementHandle"] == second["statementHandle"]
    assert submit(wire, "SELECT COUNT(*) FROM T")[1]["data"] == [["1"]]


def test_a_statement_that_fails_is_told_with_422(wire: Wire) -> None:
    status, said = submit(wire, "SELECT * FROM NOWHERE")
    assert (status, said["code"], "NOWHERE" in said["message"], bool(said["statementHandle"])) == (
        422, "002003", True, True,
    )  # fmt: skip


def test_nulls_are_words_if_wanted(wire: Wire) -> None:
    assert submit(wire, "SELECT NULL AS A", query={"nullable": "false"})[1]["data"] == [["null"]]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "Bearer nonsense"}, 401),
        ({"Authorization": "Basic abc"}, 401),
        ({"Authorization": 'Snowflake Token="x"'}, 401),
        ({"Authorization": "Bearer x", "X-Snowflake-Authorization-Token-Type": "OAUTH"}, 501),
    ],
)
def test_without_a_good_token_nothing_runs(wire: Wire, headers: dict[str, str], status: int) -> None:
    code, said = submit(wire, "CREATE DATABASE E", headers)
    assert (code, sorted(said)) == (status, ["code", "error_code", "message", "request_id"])
    assert wire.server.catalogue.find(Kind.DATABASE, ("E",)) is None


@pytest.mark.parametrize("named", [True, False])
def test_an_access_token_opens_it_too_as_far_as_it_goes(wire: Wire, named: bool) -> None:
    session = wire.token()
    for sql in (
        "USE ROLE ACCOUNTADMIN",
        "CREATE ROLE LOADER",
        "CREATE USER SVC TYPE = SERVICE DEFAULT_ROLE = LOADER",
        "GRANT ROLE LOADER TO USER SVC",
        "CREATE NETWORK POLICY GATE ALLOWED_IP_LIST = ('0.0.0.0/0')",
        "ALTER USER SVC SET NETWORK_POLICY = GATE",
    ):
        assert wire.run(sql, session).code is None, sql
    made = wire.run("ALTER USER SVC ADD PAT T1 ROLE_RESTRICTION = 'LOADER'", session)
    kind = {"X-Snowflake-Authorization-Token-Type": "PROGRAMMATIC_ACCESS_TOKEN"} if named else {}
    headers = {"Authorization": f"Bearer {made.data['rowset'][0][1]}", **kind}
    assert submit(wire, "SELECT CURRENT_USER(), CURRENT_ROLE()", headers, role="")[1]["data"] == [["SVC", "LOADER"]]
    assert submit(wire, "SELECT 1", headers, role="ACCOUNTADMIN")[0] == 401
    assert submit(wire, "SELECT 1", {**headers, "Authorization": f"{headers['Authorization']}x"}, role="")[0] == 401
    assert wire.run("ALTER USER SVC REMOVE PAT T1", session).code is None
    assert submit(wire, "SELECT 1", headers, role="")[0] == 401


def test_policies_decide_about_every_request(wire: Wire) -> None:
    handle = submit(wire, "SELECT 1")[1]["statementHandle"]
    session = wire.token()
    for sql in (
        "USE ROLE ACCOUNTADMIN",
        "CREATE AUTHENTICATION POLICY D.PUBLIC.P AUTHENTICATION_METHODS = ('PASSWORD')",
        "ALTER USER LOCAL_ADMIN SET AUTHENTICATION POLICY D.PUBLIC.P",
    ):
        assert wire.run(sql, session).code is None, sql
    assert submit(wire, "SELECT 1")[0] == 401
    assert fetch(wire, handle)[0] == 401
    assert wire.run("ALTER USER LOCAL_ADMIN UNSET AUTHENTICATION POLICY", session).code is None
    assert submit(wire, "SELECT 1")[0] == 200
    for sql in (
        "CREATE NETWORK POLICY NP ALLOWED_IP_LIST = ('203.0.113.1')",
        "CREATE USER U TYPE = SERVICE",
    ):
        assert wire.run(sql, session).code is None, sql
    user = wire.find(Kind.USER, "LOCAL_ADMIN")
    with wire.server.catalogue.transaction():
        wire.server.catalogue.update(user, params={**user.params, "NETWORK_POLICY": "NP"})
    assert submit(wire, "SELECT 1")[0] == 403


def test_a_role_that_is_not_granted_is_refused(wire: Wire) -> None:
    wire.make(Kind.ROLE, "OTHER")
    assert submit(wire, "SELECT 1", role="OTHER")[0] == 401


def test_another_user_cannot_read_or_cancel_it(wire: Wire) -> None:
    handle = submit(wire, "SELECT 1")[1]["statementHandle"]
    admin = wire.find(Kind.USER, "LOCAL_ADMIN")
    wire.make(Kind.USER, "OTHER", RSA_PUBLIC_KEY=admin.props["RSA_PUBLIC_KEY"], TYPE="SERVICE")
    assert fetch(wire, handle, "OTHER")[0] == 404
    assert wire.http.post(f"{STATEMENTS}/{handle}/cancel", headers=bearer("OTHER")).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"statement": 5}, 400),
        ({"parameters": {"NONSENSE": "1"}}, 400),
        ({"parameters": {"TIMEZONE": "Mars"}}, 400),
        ({"timeout": "long"}, 400),
        ({"statement": ""}, 422),
        ({"statement": "PUT file:///etc/passwd @~"}, 501),
    ],
)
def test_a_request_that_does_not_fit_is_refused(wire: Wire, body: dict[str, Any], status: int) -> None:
    assert submit(wire, **{"statement": "SELECT 1", **body})[0] == status
    assert len(wire.server.sessions) == 1


def test_a_path_that_is_not_there_is_refused(wire: Wire) -> None:
    assert fetch(wire, "00000000-0000-4000-8000-000000000000")[0] == 404
    assert wire.http.get(f"{STATEMENTS}/x/y/z", headers=bearer()).status_code == 404
    assert wire.http.get(STATEMENTS, headers=bearer()).status_code == 405
