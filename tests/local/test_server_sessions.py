from __future__ import annotations

import pytest

from local.model import Kind
from tests.local.wire import Wire, new_wire


@pytest.fixture
def wire() -> Wire:
    return new_wire()


def test_expired_token_asks_the_driver_to_renew(wire: Wire) -> None:
    token = wire.token()
    wire.now[0] += 3601
    assert wire.run("SELECT 1", token).code == "390112"


def test_master_token_renews_the_session(wire: Wire) -> None:
    login = wire.login().data
    wire.now[0] += 3601
    renewed = wire.post("/session/token-request", {"requestType": "RENEW"}, login["masterToken"]).data
    assert renewed["sessionId"] == login["sessionId"]
    assert wire.run("SELECT 1", renewed["sessionToken"]).code is None


def test_old_tokens_stop_working_after_a_renewal(wire: Wire) -> None:
    login = wire.login().data
    wire.post("/session/token-request", {"requestType": "RENEW"}, login["masterToken"])
    assert wire.run("SELECT 1", login["token"]).code == "390104"
    assert wire.post("/session/token-request", {}, login["masterToken"]).code == "390104"


def test_session_token_does_not_renew(wire: Wire) -> None:
    assert wire.post("/session/token-request", {"requestType": "RENEW"}, wire.token()).code == "390104"


def test_session_that_rested_too_long_cannot_be_renewed(wire: Wire) -> None:
    login = wire.login().data
    wire.now[0] += 14401
    assert wire.run("SELECT 1", login["token"]).code == "390112"
    assert wire.post("/session/token-request", {"requestType": "RENEW"}, login["masterToken"]).code == "390114"


def test_heartbeat_keeps_a_session_renewable(wire: Wire) -> None:
    login = wire.login().data
    token, master = login["token"], login["masterToken"]
    for _ in range(6):
        wire.now[0] += 3000
        assert wire.post("/session/heartbeat", None, token).body["success"]
        renewed = wire.post("/session/token-request", {"requestType": "RENEW"}, master).data
        token, master = renewed["sessionToken"], renewed["masterToken"]
    assert wire.run("SELECT 1", token).code is None


def test_closed_session_is_gone(wire: Wire) -> None:
    token = wire.token()
    assert wire.post("/session", None, token, delete="true").body["success"]
    assert wire.run("SELECT 1", token).code == "390111"


def test_sessions_nobody_closed_are_swept(wire: Wire) -> None:
    wire.token()
    wire.token()
    wire.now[0] += 14401
    assert wire.server.sessions.sweep() == 2
    assert wire.get("/health").body == {"status": "ok", "account_id": "LM00001", "sessions": 0}


def test_session_policy_shortens_the_idle_time(wire: Wire) -> None:
    policy = wire.make(Kind.SESSION_POLICY, "SHORT", wire.schema().id, SESSION_IDLE_TIMEOUT_MINS=10)
    wire.attach(policy, wire.user("IDLE").id)
    login = wire.login("IDLE").data
    wire.now[0] += 601
    assert wire.post("/session/token-request", {"requestType": "RENEW"}, login["masterToken"]).code == "390114"


def test_session_of_a_dropped_user_ends(wire: Wire) -> None:
    user = wire.user("GONE")
    token = wire.token("GONE")
    with wire.server.catalogue.transaction():
        wire.server.catalogue.drop(user)
    assert wire.run("SELECT 1", token).code == "390111"


def test_temporary_tables_go_with_their_session(wire: Wire) -> None:
    login = wire.login().data
    schema = wire.schema()
    wire.make(Kind.TABLE, "MINE", schema.id, session=login["sessionId"])
    wire.make(Kind.TABLE, "OTHERS", schema.id, session=1)
    wire.make(Kind.TABLE, "LASTING", schema.id)
    wire.post("/session", None, login["token"], delete="true")
    wire.server.workers.shutdown(wait=True)
    assert [table.name for table in wire.server.catalogue.of_kind(Kind.TABLE)] == ["LASTING", "OTHERS"]


def test_session_of_a_disabled_user_is_refused(wire: Wire) -> None:
    user = wire.user("ANNA")
    token = wire.token("ANNA")
    assert wire.run("SELECT 1", token).code is None
    with wire.server.catalogue.transaction():
        wire.server.catalogue.update(user, props={**user.props, "DISABLED": True})
    assert wire.run("SELECT 1", token).code == "390101"
    with wire.server.catalogue.transaction():
        wire.server.catalogue.update(user, props={**user.props, "EXPIRES_AT": 1.0})
    assert wire.run("SHOW USERS", token).code == "390101"


def test_disabled_user_cannot_renew_a_session(wire: Wire) -> None:
    user = wire.user("ANNA")
    master = str(wire.login("ANNA").data["masterToken"])
    with wire.server.catalogue.transaction():
        wire.server.catalogue.update(user, props={**user.props, "DISABLED": True})
    assert wire.post("/session/token-request", {"requestType": "RENEW"}, master).code == "390101"


@pytest.mark.parametrize("take", ["REVOKE ROLE ANALYST FROM USER ANNA", "DROP ROLE ANALYST"])
def test_role_taken_from_a_user_stops_counting_at_once(wire: Wire, take: str) -> None:
    admin = wire.token()
    wire.user("ANNA")
    for sql in ("CREATE ROLE ANALYST", "GRANT ROLE ANALYST TO USER ANNA", "CREATE DATABASE D"):
        assert wire.run(sql, admin).code is None
    wire.run("GRANT USAGE ON DATABASE D TO ROLE ANALYST", admin)
    token = str(wire.login("ANNA", query={"roleName": "ANALYST"}).data["token"])
    assert [row[1] for row in wire.run("SHOW DATABASES LIKE 'D'", token).data["rowset"]] == ["D"]
    assert wire.run(take, admin).code is None
    answer = wire.run("SHOW DATABASES LIKE 'D'", token)
    assert answer.data["rowset"] == []
    assert answer.data["finalRoleName"] is None
    assert wire.run("CREATE DATABASE E", token).code == "003001"


def test_query_of_a_user_disabled_meanwhile_is_not_shown(wire: Wire) -> None:
    user = wire.user("ANNA")
    token = wire.token("ANNA")
    query = wire.run("SELECT 1", token).data["queryId"]
    with wire.server.catalogue.transaction():
        wire.server.catalogue.update(user, props={**user.props, "DISABLED": True})
    assert wire.get(f"/queries/{query}/result", token).code == "390101"
