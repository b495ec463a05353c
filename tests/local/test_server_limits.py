"""What one client can take from the others: logins, sessions, statements, bytes, time."""

from __future__ import annotations

import asyncio
import http.client
import math
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn

from local.data import encode
from local.data.store import existing_store
from local.errors import SnowflakeError
from local.server import body, query, throttle, transports
from local.server.app import create_app
from local.server.body import BadRequest
from local.server.sessions import Sessions, Validity
from local.server.state import Queries
from local.server.throttle import BY_NAME, Rate, Throttle
from local.server.transports import BoundedProtocol
from tests.local.conftest import Account
from tests.local.wire import OTHER_KEY, Wire, new_wire, token


@pytest.fixture
def wire() -> Wire:
    return new_wire()


# Logins


def wrong_key(wire: Wire, user: str = "LOCAL_ADMIN") -> int:
    return wire.login(user, AUTHENTICATOR="SNOWFLAKE_JWT", TOKEN=token(user, OTHER_KEY)).status


def test_wrong_keys_are_slowed_down_by_name(wire: Wire) -> None:
    assert [wrong_key(wire) for _ in range(BY_NAME.burst + 1)] == [200] * BY_NAME.burst + [429]
    assert wire.login().status == 429
    wire.user("ANNA")
    assert wire.login("ANNA").code is None


def test_wrong_logins_are_forgiven_with_time(wire: Wire) -> None:
    for _ in range(BY_NAME.burst + 1):
        wrong_key(wire)
    wire.now[0] += BY_NAME.seconds
    assert wire.login().code is None


def test_right_login_is_never_counted(wire: Wire) -> None:
    assert {wire.login().code for _ in range(BY_NAME.burst * 2)} == {None}


def test_right_login_forgives_the_wrong_ones_before(wire: Wire) -> None:
    for _ in range(3):
        for _ in range(BY_NAME.burst - 1):
            assert wrong_key(wire) == 200
        assert wire.login().code is None


def test_wrong_passwords_in_ever_new_names_are_slowed_down_by_address(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "BY_ADDRESS", Rate(5, 1.0))
    assert [wire.login(f"U{n}", PASSWORD="x").status for n in range(6)] == [200] * 5 + [429]
    assert wire.login().status == 429


def test_throttle_tells_when_to_come_again() -> None:
    now = [0.0]
    made = Throttle(lambda: now[0])
    for _ in range(BY_NAME.burst):
        made.failed("10.0.0.1", "anna")
    with pytest.raises(BadRequest) as caught:
        made.check("10.0.0.1", "ANNA")
    assert (caught.value.status, caught.value.retry_after) == (429, math.ceil(BY_NAME.seconds))
    made.check("10.0.0.2", "ANNA")


def test_throttle_remembers_no_more_than_it_should() -> None:
    made = Throttle(lambda: 0.0)
    for number in range(10_000):
        made.failed(f"10.0.{number // 250}.{number % 250}", "x" * 10_000)
    assert len(made._buckets) <= 4096
    assert max(len(name) for _, name in made._buckets) < 300


def test_tokens_cannot_be_guessed(wire: Wire) -> None:
    logins = [wire.login().data for _ in range(50)]
    tokens = {login[name] for login in logins for name in ("token", "masterToken")}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 43, "256 bits in base64"
    assert max(sum(a == b for a, b in zip(one, other, strict=True)) for one in tokens for other in tokens - {one}) < 16
    assert len({login["sessionId"] for login in logins}) == 50


# Sessions


def sessions(now: list[float], *, most: int, of_a_user: int) -> Sessions:
    made = Sessions(Validity(), lambda: now[0])
    made.MOST, made.MOST_OF_A_USER = most, of_a_user
    return made


def test_session_beyond_the_limit_takes_the_place_of_the_one_that_rested_longest() -> None:
    now = [0.0]
    held = sessions(now, most=3, of_a_user=2)
    first, second = held.open(1, None, "a"), held.open(1, None, "a")
    now[0] += Sessions.RESTED
    held.find(second.token)
    held.open(1, None, "a")
    assert len(held) == 2
    with pytest.raises(SnowflakeError) as caught:
        held.find(first.token)
    assert caught.value.code == "390111"
    assert held.find(second.token) is second


@pytest.mark.parametrize(("user", "most", "of_a_user"), [(1, 3, 2), (2, 2, 2)])
def test_sessions_in_use_are_not_closed_for_a_new_one(user: int, most: int, of_a_user: int) -> None:
    held = sessions([0.0], most=most, of_a_user=of_a_user)
    for _ in range(2):
        held.open(1, None, "a")
    with pytest.raises(BadRequest) as caught:
        held.open(user, None, "a")
    assert caught.value.status == 429
    assert len(held) == 2


# Bodies and statements


def test_small_requests_have_small_bodies(wire: Wire) -> None:
    for path in ("/session/v1/login-request", "/session/token-request", "/queries/v1/abort-request"):
        assert wire.post(path, {"x": "x" * body.SMALL}, wire.token()).status == 413


def test_statement_of_a_stranger_is_not_even_read(wire: Wire) -> None:
    answer = wire.post("/queries/v1/query-request", {"sqlText": "x" * body.SMALL}, "nobody")
    assert answer.code == "390104"


def test_statement_may_be_large_but_not_huge(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "MOST_TEXT", 1000)
    good, bad = ("SELECT '" + "x" * n + "' AS X" for n in (900, 1000))
    session = wire.token()
    assert wire.run(good, session).code in (None, "000606")
    assert wire.run(bad, session).code == "000002"


def test_request_id_is_short(wire: Wire) -> None:
    assert wire.run("SHOW ROLES", wire.token(), request_id="x" * 300).status == 400


@pytest.fixture
def computing(wire: Wire) -> Iterator[Wire]:
    session = wire.token()
    for sql in ("CREATE WAREHOUSE W", "CREATE DATABASE D", "CREATE TABLE T (ID INT)"):
        assert wire.run(sql, session).code is None
    yield wire
    store = existing_store(wire.server.catalogue)
    if store is not None:
        store.close()


def session_of(wire: Wire) -> str:
    session = wire.token()
    for sql in ("USE WAREHOUSE W", "USE SCHEMA D.PUBLIC"):
        assert wire.run(sql, session).code is None
    return session


def test_more_waiting_statements_than_allowed_are_sent_away_but_the_holder_gets_through(
    computing: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Queries, "RUNNING", 4)
    holder = session_of(computing)
    waiters = [session_of(computing) for _ in range(6)]
    for sql in ("BEGIN", "DELETE FROM T"):
        assert computing.run(sql, holder).code is None
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda own=one: found.append(computing.run("DELETE FROM T", own).status))
        for one in waiters
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 60
    while found.count(429) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert computing.run("COMMIT", holder).code is None
    for thread in threads:
        thread.join(60)
    assert sorted(found) == [200] * 4 + [429] * 2
    assert computing.run("SHOW ROLES", holder).status == 200


def test_more_writers_may_wait_than_there_once_were_threads(computing: Wire) -> None:
    holder = session_of(computing)
    waiters = [session_of(computing) for _ in range(68)]
    tables = [f"T{number}" for number in range(4)]  # Snowflake lets twenty statements wait for a table
    for sql in (*(f"CREATE TABLE {table} (ID INT)" for table in tables), "BEGIN"):
        assert computing.run(sql, holder).code is None
    for table in tables:
        assert computing.run(f"DELETE FROM {table}", holder).code is None  # noqa: S608
    found: list[str | None] = []

    def wait(number: int) -> None:
        found.append(computing.run(f"DELETE FROM T{number % 4}", waiters[number]).code)  # noqa: S608

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(68)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 60
    while computing.server.queries._running.total() < 68 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert computing.run("COMMIT", holder).code is None
    for thread in threads:
        thread.join(60)
    assert found == [None] * 68


def test_one_session_does_not_take_all_threads(computing: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Queries, "RUNNING_OF_A_SESSION", 0)
    assert computing.run("SHOW ROLES", computing.token()).status == 429


def test_result_that_does_not_fit_into_memory_is_refused(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encode, "MOST_BYTES", 5 * 2**20)
    client = account.admin.computing()
    rows = "SELECT SEQ4() AS X FROM TABLE(GENERATOR(ROWCOUNT => {}))"
    assert len(client.run(rows.format(10_000)).rows) == 10_000
    assert client.fails(rows.format(1_000_000)).code == "000002"
    assert len(client.run(rows.format(10)).rows) == 10


# Slow clients


@contextmanager
def served(wire: Wire) -> Iterator[int]:
    """The application on a socket of its own; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            create_app(wire.server), http=BoundedProtocol, ws="none", lifespan="off", log_config=None, access_log=False
        )
        web = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(web.serve([listener])))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            web.should_exit = True
            thread.join(20)


HEAD = b"POST /session/v1/login-request HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize("sent", [b"", HEAD, b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n" + HEAD])
def test_client_that_does_not_end_its_head_is_cut_off(wire: Wire, monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr(transports, "HEAD_SECONDS", 0.3)
    with served(wire) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        began = time.monotonic()
        client.sendall(sent)
        try:
            while client.recv(4096):
                pass
        except ConnectionResetError:
            pass
        assert time.monotonic() - began < 25  # otherwise it has 30 seconds


def test_client_that_sends_its_head_byte_by_byte_is_cut_off(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "HEAD_SECONDS", 0.3)
    with (
        served(wire) as port,
        socket.create_connection(("127.0.0.1", port), timeout=10) as client,
        pytest.raises(OSError),
    ):
        for _ in range(200):
            client.sendall(b"x")
            time.sleep(0.02)


def test_client_that_does_not_end_its_body_is_answered_and_forgotten(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "SECONDS", 0.3)
    with served(wire) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(HEAD + b"Content-Length: 1000\r\n\r\n{")
        assert client.recv(4096).startswith(b"HTTP/1.1 408")


def test_connection_may_rest_between_requests(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "HEAD_SECONDS", 1.0)
    with served(wire) as port:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for seconds in (0.0, 1.3):
            time.sleep(seconds)
            client.request("GET", "/health")
            assert client.getresponse().read().startswith(b"{")
        client.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"\0" * 100 + b"\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET " + b"/" * 200_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 50_000 + b"\r\n", HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=lambda sent: repr(sent[:12]),
)  # fmt: skip
def test_what_is_no_request_is_answered_and_the_server_lives(wire: Wire, sent: bytes) -> None:
    with served(wire) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            try:
                client.sendall(sent)
                assert client.recv(4096).startswith(b"HTTP/1.1 4")
            except ConnectionError:
                pass
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            client.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.recv(4096).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "text", ["REPEAT('x', 2000000000)", "LPAD('x', 2000000000, 'y')", "RPAD('x', 200000000)", "SPACE(2000000000)"]
)
def test_text_that_is_too_long_is_refused_before_it_is_made(account: Account, text: str) -> None:
    client = account.admin.computing()
    began = time.monotonic()
    assert client.fails(f"SELECT LENGTH({text}) AS X").code == "100082"
    assert time.monotonic() - began < 60


def test_text_functions_take_lengths_of_any_number(account: Account) -> None:
    client = account.admin.computing()
    sql = "SELECT REPEAT('ab', 2), LPAD('x', 3, 'y'), RPAD('x', N, 'z'), '[' || SPACE(N) || ']' FROM (SELECT 2 AS N)"
    assert client.run(sql).rows == [("abab", "yyx", "xz", "[  ]")]
