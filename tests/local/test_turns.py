"""A statement that takes long to read, or holds the catalogue, does not keep the server from answering others."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable

import httpx
import pytest

from local.engine import execute
from local.registry import Answer
from local.server import query
from local.server.app import create_app
from local.server.turns import LONG
from local.session import Context
from tests.local.wire import Wire, new_wire, token

SECONDS = 20.0
"""Longer than any of these tests may take."""


class Held:
    """Statements with ``HOLD`` in them stay inside the catalogue until they are let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.inside, self.go = threading.Event(), threading.Event()
        monkeypatch.setattr(query, "execute", self)

    def __call__(self, context: Context, sql: str) -> Answer:
        if "HOLD" in sql:
            self.inside.set()
            assert self.go.wait(SECONDS)
        return execute(context, sql)


def test_others_are_answered_beside_a_long_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = new_wire()
    one, other = wire.token(), wire.token()
    held = Held(monkeypatch)

    async def story(http: httpx.AsyncClient) -> None:
        slow = asyncio.create_task(run(http, one, f"SELECT CURRENT_ROLE() /* HOLD {'x' * LONG} */"))
        assert await asyncio.to_thread(held.inside.wait, SECONDS)
        beat = await http.post("/session/heartbeat", headers=head(other))
        assert (beat.json()["success"], slow.done()) == (True, False)
        waiting = asyncio.create_task(run(http, other, "SELECT CURRENT_USER()"))
        entering = asyncio.create_task(http.post("/session/v1/login-request", json=login()))
        await asyncio.sleep(0.2)
        assert (await http.get("/health")).json()["status"] == "ok"
        assert (waiting.done(), entering.done()) == (False, False)
        held.go.set()
        assert (await slow)["data"]["rowset"] == [["ACCOUNTADMIN"]]
        assert (await waiting)["data"]["rowset"] == [["LOCAL_ADMIN"]]
        assert (await entering).json()["success"]

    tell(wire, story)


def test_long_statement_is_answered_as_a_short_one() -> None:
    wire = new_wire()
    session = wire.token()
    blank = " " * LONG
    for sql in ("SELECT CURRENT_USER()", "SELEC 1", "SELECT 1; SELECT 2", "CREATE DATABASE D; SHOW DATABASES", ""):
        short, long = wire.run(sql, session), wire.run(sql + blank, session)
        assert (short.code, short.body["message"]) == (long.code, long.body["message"])


def test_bad_block_in_the_catalogue_is_taken_back_and_the_lock_given_back() -> None:
    catalogue = new_wire().server.catalogue
    with pytest.raises(ZeroDivisionError), catalogue.at_once() as alone:
        catalogue.update(catalogue.account, comment="x")
        raise ZeroDivisionError(alone)
    assert catalogue.account.comment == ""
    found: list[bool] = []

    def look() -> None:
        with catalogue.at_once() as alone:
            found.append(alone)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join(SECONDS)
    with catalogue.transaction():
        thread = threading.Thread(target=look)
        thread.start()
        thread.join(SECONDS)
    assert found == [True, False]


def login() -> dict[str, object]:
    fields = {"ACCOUNT_NAME": "LOCAL-MAIN", "LOGIN_NAME": "LOCAL_ADMIN", "CLIENT_APP_ID": "Go"}
    return {"data": {**fields, "AUTHENTICATOR": "SNOWFLAKE_JWT", "TOKEN": token("LOCAL_ADMIN")}}


def head(session: str) -> dict[str, str]:
    return {"Authorization": f'Snowflake Token="{session}"'}


async def run(http: httpx.AsyncClient, session: str, sql: str) -> dict[str, dict[str, object]]:
    asked = {"requestId": f"{time.monotonic()}"}
    answer = await http.post("/queries/v1/query-request", json={"sqlText": sql}, headers=head(session), params=asked)
    found: dict[str, dict[str, object]] = answer.json()
    return found


def tell(wire: Wire, story: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    async def told() -> None:
        transport = httpx.ASGITransport(create_app(wire.server))
        async with httpx.AsyncClient(transport=transport, base_url="http://x", timeout=SECONDS) as http:
            await asyncio.wait_for(story(http), SECONDS)

    asyncio.run(told())
