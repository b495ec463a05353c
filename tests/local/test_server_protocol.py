from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from local import registry
from local.reader import Reader
from local.results import Deferred, Result, StatementType
from local.server.body import LIMIT
from local.session import Context
from tests.local.wire import Wire, new_wire

Register = Callable[[str, registry.Handler], None]


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = new_wire()
    with made.http:
        yield made


@pytest.fixture
def statement(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Registers a statement for one test."""

    def register(word: str, handler: registry.Handler) -> None:
        monkeypatch.setitem(registry.STATEMENT, word, handler)

    return register


def test_select_one_answers_as_the_python_connector_reads_it(wire: Wire) -> None:
    data = wire.run("SELECT 1", wire.token()).data
    assert data["rowset"] == [["1"]]
    assert set(data["rowtype"][0]) >= {"name", "type", "precision", "scale", "length", "byteLength", "nullable"}
    assert (data["total"], data["returned"], data["queryResultFormat"]) == (1, 1, "json")
    assert data["statementTypeId"] == 0x1000
    assert data["finalRoleName"] == "ACCOUNTADMIN"
    assert {"name": "TIMEZONE", "value": "America/Los_Angeles"} in data["parameters"]


def test_gzip_body_is_read(wire: Wire) -> None:
    body = gzip.compress(json.dumps({"sqlText": "SELECT 1"}).encode())
    headers = {"Authorization": f'Snowflake Token="{wire.token()}"', "Content-Encoding": "gzip"}
    answer = wire.http.post("/queries/v1/query-request", content=body, headers=headers)
    assert answer.json()["data"]["rowset"] == [["1"]]


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(b"{", ""), (b"[1]", ""), (b'"text"', ""), (b"\xff\xfe", ""), (b"no gzip", "gzip"), (b"[" * 100_000, "")],
)
def test_malformed_body_is_a_bad_request(wire: Wire, body: bytes, encoding: str) -> None:
    headers = {"Content-Encoding": encoding} if encoding else {}
    answer = wire.http.post("/session/v1/login-request", content=body, headers=headers)
    assert (answer.status_code, answer.json()["success"]) == (400, False)


def test_truncated_gzip_is_a_bad_request(wire: Wire) -> None:
    body = gzip.compress(json.dumps({"data": {}}).encode())[:-6]
    answer = wire.http.post("/session/v1/login-request", content=body, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 400


def test_body_that_unpacks_beyond_the_limit_is_refused(wire: Wire) -> None:
    bomb = gzip.compress(b" " * (LIMIT + 10))
    answer = wire.http.post("/telemetry/send", content=bomb, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 413


def test_unknown_path_is_a_json_error(wire: Wire) -> None:
    for path in ("/dump", "/", "/docs", "/queries/v1/unknown"):
        answer = wire.get(path)
        assert (answer.status, answer.body["success"]) == (404, False)


def test_statement_needs_a_token(wire: Wire) -> None:
    assert wire.post("/queries/v1/query-request", {"sqlText": "SELECT 1"}).code == "390103"
    assert wire.run("SELECT 1", "made-up").code == "390104"


def test_statement_without_text_is_a_bad_request(wire: Wire) -> None:
    assert wire.post("/queries/v1/query-request", {}, wire.token()).status == 400


def test_refusal_carries_code_and_state(wire: Wire) -> None:
    answer = wire.run("SHOW GRANTS ON DATABASE NOPE", wire.token())
    assert (answer.status, answer.code, answer.data["sqlState"]) == (200, "002003", "02000")
    assert "does not exist or not authorized" in answer.message
    assert answer.data["queryId"]


@pytest.mark.parametrize("sql", ["", "   ", "-- nothing", ";"])
def test_empty_statement_is_refused(wire: Wire, sql: str) -> None:
    assert wire.run(sql, wire.token()).code in ("000900", "001003")


def test_unexpected_failure_shows_an_incident_and_no_trace(wire: Wire, statement: Register) -> None:
    def fail(context: Context, reader: Reader) -> Result:
        raise RuntimeError("secret detail")

    statement("BREAK", fail)
    answer = wire.run("BREAK", wire.token())
    assert (answer.status, answer.code) == (200, "000603")
    assert "incident" in answer.message
    assert "secret detail" not in json.dumps(answer.body)
    assert "Traceback" not in json.dumps(answer.body)


def test_repeated_request_runs_the_statement_once(wire: Wire) -> None:
    token = wire.token()
    first = wire.run("CREATE ROLE ONCE", token, request_id="same")
    second = wire.run("CREATE ROLE ONCE", token, request_id="same")
    assert first.body == second.body
    assert first.code is None


def test_request_id_of_another_session_is_not_shared(wire: Wire) -> None:
    wire.run("CREATE ROLE ONCE", wire.token(), request_id="same")
    assert wire.run("CREATE ROLE ONCE", wire.token(), request_id="same").code == "002002"


def test_describe_only_changes_nothing(wire: Wire) -> None:
    token = wire.token()
    assert wire.run("CREATE ROLE ONCE", token, describeOnly=True).data["rowset"] == []
    assert wire.run("SHOW ROLES LIKE 'ONCE'", token).data["total"] == 0


def test_describe_only_gives_columns_without_rows(wire: Wire) -> None:
    data = wire.run("SELECT 1 AS A", wire.token(), describeOnly=True).data
    assert ([column["name"] for column in data["rowtype"]], data["rowset"]) == (["A"], [])


def test_bindings_arrive_typed_and_in_order(wire: Wire, statement: Register) -> None:
    seen: list[object] = []

    def take(context: Context, reader: Reader) -> Result:
        reader.rest()
        seen.extend(context.bindings)
        return Result((), ())

    statement("TAKE", take)
    bindings: dict[str, object] = {str(i): {"type": "FIXED", "value": str(i)} for i in range(1, 12)}
    bindings["12"] = {"type": "TEXT", "value": None}
    bindings["13"] = {"type": "TEXT", "value": ["a", None]}
    wire.run("TAKE ?", wire.token(), bindings=bindings)
    assert seen[:11] == [("FIXED", str(i)) for i in range(1, 12)]
    assert seen[11:] == [("TEXT", None), ("TEXT", ("a", None))]


def test_row_count_of_dml_is_a_table_of_one_row(wire: Wire, statement: Register) -> None:
    statement("PUTIN", lambda c, r: Result((), (), StatementType.INSERT, affected=3))
    data = wire.run("PUTIN", wire.token()).data
    assert (data["statementTypeId"], data["rowset"]) == (0x3100, [["3"]])
    assert data["rowtype"][0]["name"] == "number of rows inserted"


def test_queries_of_the_data_plane_run_side_by_side(wire: Wire, statement: Register) -> None:
    meeting = threading.Barrier(2, timeout=10)

    def meet(context: Context, reader: Reader) -> Deferred:
        def run() -> Result:
            meeting.wait()
            return Result((), ())

        return Deferred(run)

    statement("MEET", meet)
    token = wire.token()
    answers: list[str | None] = []
    threads = [threading.Thread(target=lambda: answers.append(wire.run("MEET", token).code)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [None, None]


def test_aborted_query_is_cancelled(wire: Wire, statement: Register) -> None:
    stopped = threading.Event()

    def wait(context: Context, reader: Reader) -> Deferred:
        def run() -> Result:
            assert stopped.wait(10)
            raise RuntimeError("interrupted")

        return Deferred(run, stopped.set)

    statement("WAITING", wait)
    token = wire.token()
    codes: list[str | None] = []
    thread = threading.Thread(target=lambda: codes.append(wire.run("WAITING", token, request_id="r").code))
    thread.start()
    while wire.server.queries.of_request(next(iter(wire.server.sessions)).id, "r") is None:
        time.sleep(0.01)
    time.sleep(0.05)
    assert wire.post("/queries/v1/abort-request", {"requestId": "r"}, token).body["success"]
    thread.join()
    assert codes == ["000604"]


def test_status_and_result_of_a_query_by_its_id(wire: Wire) -> None:
    token = wire.token()
    done = wire.run("SELECT 1", token).data["queryId"]
    failed = wire.run("SHOW GRANTS ON DATABASE NOPE", token).data["queryId"]
    status = [wire.get(f"/monitoring/queries/{i}", token).data["queries"][0]["status"] for i in (done, failed)]
    assert status == ["SUCCESS", "FAILED_WITH_ERROR"]
    assert wire.get(f"/queries/{done}/result", token).data["rowset"] == [["1"]]


def test_query_of_another_user_is_not_shown(wire: Wire) -> None:
    wire.user("OTHER")
    done = wire.run("SELECT 1", wire.token()).data["queryId"]
    assert wire.get(f"/queries/{done}/result", wire.token("OTHER")).code == "000709"


def test_telemetry_is_taken_and_dropped(wire: Wire) -> None:
    assert wire.post("/telemetry/send", {"logs": []}, wire.token()).body["success"]


def test_latency_is_added_to_every_statement() -> None:
    wire = new_wire(latency=0.1)
    token = wire.token()
    began = time.monotonic()
    wire.run("SELECT 1", token)
    assert time.monotonic() - began >= 0.1


def test_provider_comment_does_not_reach_the_statement(wire: Wire) -> None:
    comment = '--terraform_provider_usage_tracking {"resource":"snowflake_role","operation":"create"}'
    token = wire.token()
    assert wire.run(f"CREATE ROLE R {comment}", token).code is None
