import threading
import time
from collections.abc import Iterator

import pytest

from local.data.store import existing_store
from local.server.state import Queries
from tests.local.wire import Wire, new_wire

ENDLESS = "SELECT COUNT(*) FROM T A, T B, T C WHERE A.ID + B.ID * C.ID = 7"


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = new_wire()
    token = made.token()
    for sql in (
        "USE ROLE ACCOUNTADMIN",
        "CREATE WAREHOUSE W",
        "CREATE DATABASE D",
        "CREATE TABLE T AS SELECT SEQ4() AS ID FROM TABLE(GENERATOR(ROWCOUNT => 100000))",
    ):
        assert made.run(sql, token).code is None
    yield made
    store = existing_store(made.server.catalogue)
    if store is not None:
        store.close()


def session(wire: Wire) -> str:
    token = wire.token()
    for sql in ("USE ROLE ACCOUNTADMIN", "USE WAREHOUSE W", "USE SCHEMA D.PUBLIC"):
        wire.run(sql, token)
    return token


def test_statement_ends_when_its_time_is_over(wire: Wire) -> None:
    token = session(wire)
    wire.run("ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 1", token)
    began = time.monotonic()
    answer = wire.run(ENDLESS, token)
    assert (answer.code, answer.data["sqlState"]) == ("000630", "57014")
    assert "timeout of 1 second(s)" in answer.message
    assert time.monotonic() - began < 60
    assert wire.run("SELECT COUNT(*) FROM T", token).data["rowset"] == [["100000"]]


def test_shorter_timeout_of_warehouse_and_session_counts(wire: Wire) -> None:
    token = session(wire)
    wire.run("ALTER WAREHOUSE W SET STATEMENT_TIMEOUT_IN_SECONDS = 1", token)
    assert "timeout of 1 second(s)" in wire.run(ENDLESS, token).message


def test_waiting_for_a_lock_counts_as_time_of_the_statement(wire: Wire) -> None:
    first, second = session(wire), session(wire)
    wire.run("BEGIN", first)
    wire.run("DELETE FROM T WHERE ID = 1", first)
    wire.run("ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 1", second)
    assert wire.run("DELETE FROM T WHERE ID = 2", second).code == "000630"
    wire.run("ROLLBACK", first)
    assert wire.run("DELETE FROM T WHERE ID IN (1, 2)", second).data["rowset"] == [["2"]]


def until_it_runs(wire: Wire) -> None:
    """Wait until a statement has begun, and a little longer, so that it is at work."""
    deadline = time.monotonic() + 60
    while not wire.server.queries._running and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.3)


@pytest.mark.parametrize("sql", [ENDLESS, f"INSERT INTO T {ENDLESS}"])
def test_aborted_statement_ends_and_changes_nothing(wire: Wire, sql: str) -> None:
    token = session(wire)
    codes: list[str | None] = []
    thread = threading.Thread(target=lambda: codes.append(wire.run(sql, token, request_id="r").code))
    thread.start()
    until_it_runs(wire)
    assert wire.post("/queries/v1/abort-request", {"requestId": "r"}, token).body["success"]
    thread.join(60)
    assert codes == ["000604"]
    assert wire.run("SELECT COUNT(*) FROM T", token).data["rowset"] == [["100000"]]


def test_aborted_request_of_several_statements_runs_no_further_one(wire: Wire) -> None:
    token = session(wire)
    codes: list[str | None] = []

    def run() -> None:
        more = {"parameters": {"MULTI_STATEMENT_COUNT": 0}}
        codes.append(wire.run(f"{ENDLESS}; CREATE ROLE LATE", token, request_id="r", **more).code)

    thread = threading.Thread(target=run)
    thread.start()
    until_it_runs(wire)
    wire.post("/queries/v1/abort-request", {"requestId": "r"}, token)
    thread.join(60)
    assert codes == ["000604"]
    assert wire.run("SHOW ROLES LIKE 'LATE'", token).data["total"] == 0


def test_answers_kept_for_repeated_requests_are_bounded(wire: Wire) -> None:
    token = session(wire)
    queries = wire.server.queries
    large = "SELECT REPEAT('x', 3000000)"
    for _ in range(Queries.BYTES // 3_000_000 + 5):
        assert wire.run(large, token).code is None
    for _ in range(Queries.COUNT + 20):
        wire.run("SELECT 1", token)
    assert queries.kept_bytes <= Queries.BYTES
    assert queries.kept <= Queries.COUNT
