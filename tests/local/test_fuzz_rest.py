"""Broken requests to the REST API, the object store, kept results and logins by token: an answer, never a trace."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import pytest

from local.data.files import file_store
from local.data.store import existing_store
from local.model import Kind
from local.server.storage import PASSES
from local.session import Context, Session
from tests.local.fuzzing_rest import mixed
from tests.local.test_fuzz import SECONDS, SETUP, resident
from tests.local.wire import Wire, new_wire, token


def populated() -> tuple[Wire, str]:
    wire = new_wire()
    session = wire.token()
    for sql in (*SETUP, "ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = 5"):
        assert wire.run(sql, session).code is None, sql
    return wire, session


def file_context(wire: Wire) -> Context:
    user = wire.find(Kind.USER, "LOCAL_ADMIN")
    return Context(wire.server.catalogue, Session(1, user.id, None, "t", "m"), wire.server.settings)


def fuzz(seed: int, count: int) -> Counter[int]:
    """Send random requests; how often each status came. The failure names the seed and the request."""
    wire, session = populated()
    held = [session]
    files = file_store(file_context(wire))
    stage = wire.find(Kind.STAGE, "D", "PUBLIC", "ST").id
    keys = [PASSES.issue(files, stage, "in", write=True), PASSES.issue(files, stage, "in", write=False)]
    statuses: Counter[int] = Counter()
    known, jwt = (lambda: list(wire.server.queries._by_id)), (lambda: token("LOCAL_ADMIN"))
    for wanted in mixed(seed, count, lambda: held[0], keys, known, jwt):
        began = time.monotonic()
        headers = {name: value.encode("utf-8", "replace") for name, value in wanted.headers.items()}
        answer = wire.http.request(
            wanted.method, wanted.path, params=wanted.params or None, headers=headers, content=wanted.body
        )
        where = f"seed {seed}, {wanted!r}: {answer.status_code} {answer.content[:300]!r}"
        assert answer.status_code < 500 or (answer.status_code == 501 and wanted.path.startswith("/api/v2")), where
        assert b"Traceback" not in answer.content, where
        assert b"incident" not in answer.content, where
        if wanted.method != "HEAD" and answer.content and not wanted.path.startswith("/storage"):
            answer.json()
        assert time.monotonic() - began < SECONDS, where
        statuses[answer.status_code] += 1
        wire.now[0] += 7  # a wrong login is forgiven by then
        if wire.run("SHOW ROLES LIKE 'x'", held[0]).code is not None:
            wire.now[0] += 600
            held[0] = wire.token()
            for sql in ("CREATE WAREHOUSE IF NOT EXISTS WH", "CREATE DATABASE IF NOT EXISTS D"):
                wire.run(sql, held[0])
    inside = files.root / f"o{stage}" / "in"
    for path in files.root.rglob("*"):
        allowed = path.is_relative_to(inside) or path in (inside, *inside.parents) or path.parent == files.root
        assert allowed or path.parent.name == "scratch", path
    store = existing_store(wire.server.catalogue)
    if store is not None:
        store.close()
    return statuses


def test_random_requests_to_newer_paths_are_answered(caplog: pytest.LogCaptureFixture) -> None:
    statuses = fuzz(1, 400)
    assert {200, 400, 403, 404, 405} <= statuses.keys()
    assert statuses[200] > 40
    assert "Traceback" not in caplog.text


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(4001, 4005))
def test_many_random_requests_to_newer_paths_are_answered(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    before = resident()
    fuzz(seed, 4000)
    assert resident() - before < 300, "MiB"
    assert "Traceback" not in caplog.text


def test_key_of_a_folder_opens_no_other_place(tmp_path: Path) -> None:
    wire, _ = populated()
    files = file_store(file_context(wire))
    stage = wire.find(Kind.STAGE, "D", "PUBLIC", "ST").id
    key = PASSES.issue(files, stage, "in", write=True)
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={key}/x"}
    assert wire.http.put("/storage/stage/in/a", content=b"x", headers=headers).status_code == 200
    for name in ("out/a", "ina", "in/%2e%2e/out/a", "a", "in/..%2fa", "in/b%5Cc"):
        answer = wire.http.put(f"/storage/stage/{name}", content=b"x", headers=headers)
        assert answer.status_code in (403, 404, 405), name
    assert [file.name for file in files.files(stage)] == ["in/a"]


@pytest.mark.parametrize(("first", "second"), [("in/a", "in/a/b"), ("in/a/b", "in/a"), ("in/a", "in/")])
def test_file_where_a_folder_is_and_the_other_way_round_is_refused(first: str, second: str) -> None:
    wire, _ = populated()
    files = file_store(file_context(wire))
    stage = wire.find(Kind.STAGE, "D", "PUBLIC", "ST").id
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={PASSES.issue(files, stage, 'in', write=True)}/x"}
    assert wire.http.put(f"/storage/stage/{first}", content=b"x", headers=headers).status_code == 200
    assert wire.http.put(f"/storage/stage/{second}", content=b"y", headers=headers).status_code == 400
    assert [file.name for file in files.files(stage)] == [first]


@pytest.mark.parametrize("authenticator", ["SNOWFLAKE_JWT", "PROGRAMMATIC_ACCESS_TOKEN", "SNOWFLAKE"])
def test_credential_with_half_a_character_is_a_wrong_one(authenticator: str) -> None:
    wire = new_wire()
    wire.user("ANNA", "secret")
    for user in ("ANNA", "NOBODY"):
        data = {"LOGIN_NAME": user, "ACCOUNT_NAME": "MAIN", "AUTHENTICATOR": authenticator}
        body = json.dumps({"data": data | {"TOKEN": "\ud800", "PASSWORD": "\ud800"}})
        answer = wire.http.post("/session/v1/login-request", content=body)
        assert answer.json()["code"] not in (None, "000603")
