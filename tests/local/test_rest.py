"""The REST API for objects: what it answers, and that it is the session's own SQL."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.local.wire import Wire, new_wire
from tests.local.wire import token as key_pair_token

API = "/api/v2"


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = new_wire()
    with made.http:
        yield made


@pytest.fixture
def token(wire: Wire) -> str:
    made = wire.token()
    assert wire.run("USE ROLE ACCOUNTADMIN", made).code is None
    return made


def send(wire: Wire, token: str | None, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
    headers = {"Authorization": f'Snowflake Token="{token}"'} if token else {}
    answer = wire.http.request(method, API + path, headers=headers, params=query, json=body)
    return answer.status_code, answer.json()


def column(wire: Wire, token: str, sql: str, name: str) -> list[str]:
    data = wire.run(sql, token).data
    at = [item["name"] for item in data["rowtype"]].index(name)
    return [row[at] for row in data["rowset"]]


def test_an_object_is_created_listed_fetched_and_dropped(wire: Wire, token: str) -> None:
    body = {"name": "d", "comment": "it's\\ mine", "kind": "TRANSIENT", "data_retention_time_in_days": "1"}
    assert send(wire, token, "POST", "/databases", body) == (200, {"status": "Database D successfully created."})
    status, listed = send(wire, token, "GET", "/databases", like="D")
    assert (status, [item["name"] for item in listed]) == (200, ["D"])
    status, found = send(wire, token, "GET", "/databases/d")
    assert (status, found["comment"], found["kind"], found["retention_time"]) == (200, "it's\\ mine", "TRANSIENT", 1)
    assert found["created_on"].startswith("20") and found["created_on"].endswith("+00:00")
    assert send(wire, token, "DELETE", "/databases/D") == (200, {"status": "D successfully dropped."})
    assert send(wire, token, "GET", "/databases/D")[0] == 404
    assert send(wire, token, "DELETE", "/databases/D", ifExists="true")[0] == 200
    assert send(wire, token, "POST", "/databases/D:undrop")[0] == 200


@pytest.mark.parametrize(
    ("mode", "status", "comment"),
    [("", 409, "old"), ("errorIfExists", 409, "old"), ("ifNotExists", 200, "old"), ("orReplace", 200, "new")],
)
def test_create_mode_says_what_becomes_of_an_object_that_is_there(
    wire: Wire, token: str, mode: str, status: int, comment: str
) -> None:
    send(wire, token, "POST", "/databases", {"name": "D", "comment": "old"})
    query = {"createMode": mode} if mode else {}
    assert send(wire, token, "POST", "/databases", {"name": "D", "comment": "new"}, **query)[0] == status
    assert send(wire, token, "GET", "/databases/D")[1]["comment"] == comment


def test_schema_table_view_and_stage_are_made_in_their_places(wire: Wire, token: str) -> None:
    send(wire, token, "POST", "/databases", {"name": "D"})
    schema = {"name": '"s p"', "managed_access": True}
    assert send(wire, token, "POST", "/databases/D/schemas", schema)[0] == 200
    place = "/databases/D/schemas/%22s%20p%22"
    assert send(wire, token, "GET", place)[1]["managed_access"] is True
    columns = [
        {"name": "id", "datatype": "int", "nullable": False, "autoincrement": True, "autoincrement_start": 5},
        {"name": "n", "datatype": "varchar(20)", "default": "'it''s'", "comment": "a name"},
        {"name": "k", "datatype": "number(10,2)", "constraints": [{"constraint_type": "UNIQUE"}]},
    ]
    key = {"constraint_type": "PRIMARY KEY", "column_names": ["id"], "name": "pk"}
    table = {"name": "t", "columns": columns, "constraints": [key], "comment": "tab"}
    assert send(wire, token, "POST", f"{place}/tables", table) == (200, {"status": "Table T successfully created."})
    found = send(wire, token, "GET", f"{place}/tables/T")[1]
    assert [(c["name"], c["datatype"], c["nullable"]) for c in found["columns"]] == [
        ("ID", "NUMBER(38,0)", False),
        ("N", "VARCHAR(20)", True),
        ("K", "NUMBER(10,2)", True),
    ]
    assert found["constraints"] == [
        {"constraint_type": "PRIMARY KEY", "column_names": ["ID"]},
        {"constraint_type": "UNIQUE", "column_names": ["K"]},
    ]
    view = {"name": "v", "columns": [{"name": "a", "comment": "c"}], "query": 'SELECT id FROM D."s p".T'}
    assert send(wire, token, "POST", f"{place}/views", view)[0] == 200
    assert send(wire, token, "GET", f"{place}/views/V")[1]["columns"] == [{"name": "A", "comment": "c"}]
    assert send(wire, token, "POST", f"{place}/stages", {"name": "st"})[0] == 200
    assert [item["name"] for item in send(wire, token, "GET", f"{place}/stages")[1]] == ["ST"]
    assert send(wire, token, "POST", f"{place}/tables/T:clone", {"name": "u"})[0] == 200
    named = [item["name"] for item in send(wire, token, "GET", f"{place}/tables", startsWith="U", showLimit="3")[1]]
    assert named == ["U"]


def test_warehouses_roles_and_users_take_their_properties(wire: Wire, token: str) -> None:
    warehouse = {"name": "w", "warehouse_size": "SMALL", "auto_suspend": 60, "auto_resume": "true",
                 "initially_suspended": "true"}  # fmt: skip
    assert send(wire, token, "POST", "/warehouses", warehouse)[0] == 200
    found = send(wire, token, "GET", "/warehouses/W")[1]
    assert (found["size"], found["auto_suspend"], found["auto_resume"]) == ("Small", 60, "true")
    assert send(wire, token, "POST", "/warehouses/W:resume")[0] == 200
    assert send(wire, token, "GET", "/warehouses/W")[1]["state"] == "STARTED"
    assert send(wire, token, "POST", "/warehouses/W:rename", {"name": "w2"})[0] == 200
    assert send(wire, token, "POST", "/roles", {"name": "r", "comment": "c"})[0] == 200
    user = {"name": "u", "email": "u@example.com", "type": "SERVICE", "default_role": "R"}
    assert send(wire, token, "POST", "/users", user)[0] == 200
    found = send(wire, token, "GET", "/users/U")[1]
    assert (found["email"], found["default_role"], found["type"]) == ("u@example.com", "R", "SERVICE")


def test_grants_of_roles_are_given_listed_and_taken(wire: Wire, token: str) -> None:
    for path, body in (("/databases", {"name": "D"}), ("/roles", {"name": "R"}), ("/roles", {"name": "R2"})):
        assert send(wire, token, "POST", path, body)[0] == 200
    usage = {"securable_type": "DATABASE", "securable": {"name": "D"}, "privileges": ["USAGE"]}
    assert send(wire, token, "POST", "/roles/R/grants", usage)[0] == 200
    scope = {"database": "D", "schema": "PUBLIC"}
    tables = {"securable_type": "TABLE", "containing_scope": scope, "privileges": ["SELECT"]}
    assert send(wire, token, "POST", "/roles/R/grants", tables)[0] == 200
    assert send(wire, token, "POST", "/roles/R/future-grants", tables)[0] == 200
    inner = {"securable_type": "ROLE", "securable": {"name": "R2"}}
    assert send(wire, token, "POST", "/roles/R/grants", inner)[0] == 200
    listed = send(wire, token, "GET", "/roles/R/grants")[1]
    assert [(g["securable_type"], g["securable"], g["privileges"]) for g in listed] == [
        ("DATABASE", {"name": "D"}, ["USAGE"]),
        ("ROLE", {"name": "R2"}, ["USAGE"]),
    ]
    assert column(wire, token, "SHOW FUTURE GRANTS TO ROLE R", "privilege") == ["SELECT"]
    assert send(wire, token, "POST", "/roles/R/grants:revoke", usage)[0] == 200
    assert send(wire, token, "POST", "/users/LOCAL_ADMIN/grants", inner)[0] == 200
    of = send(wire, token, "GET", "/roles/R2/grants-of")[1]
    assert sorted(item["grantee_name"] for item in of) == ["LOCAL_ADMIN", "R"]
    path = "/grants/role/R/database/D/privileges"
    assert send(wire, token, "POST", path, {"privileges": ["MONITOR"], "grant_option": True})[0] == 200
    assert column(wire, token, "SHOW GRANTS TO ROLE R", "grant_option") == ["true", "false"]
    assert send(wire, token, "DELETE", f"{path}/MONITOR")[0] == 200
    assert [item["securable_type"] for item in send(wire, token, "GET", "/grants/role/R")[1]] == ["ROLE"]


def test_access_control_is_that_of_the_session(wire: Wire, token: str) -> None:
    send(wire, token, "POST", "/databases", {"name": "D"})
    wire.run("USE ROLE PUBLIC", token)
    wire.run("USE SECONDARY ROLES NONE", token)
    status, said = send(wire, token, "POST", "/databases", {"name": "E"})
    assert (status, said["error_code"]) == (403, "003001")
    status, said = send(wire, token, "GET", "/databases/D")
    assert (status, said["error_code"], "not authorized" in said["message"]) == (404, "002003", True)
    assert send(wire, token, "DELETE", "/databases/D")[0] == 404


@pytest.mark.parametrize("token", [None, "nonsense", ""])
def test_without_a_session_nothing_is_answered(wire: Wire, token: str | None) -> None:
    status, said = send(wire, token, "GET", "/databases")
    assert (status, said["error_code"][:3], sorted(said)) == (
        401,
        "390",
        ["code", "error_code", "message", "request_id"],
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/schemas", None, 404),
        ("GET", "/nonsense", None, 404),
        ("GET", "/databases/D/tables", None, 404),
        ("GET", "/databases/NOPE/schemas", None, 404),
        ("GET", "/databases/D/schemas/PUBLIC/tasks", None, 501),
        ("GET", "/compute-pools", None, 501),
        ("PUT", "/databases/D", {"name": "D"}, 501),
        ("PATCH", "/databases", {}, 405),
        ("POST", "/databases/D:explode", {}, 404),
        ("POST", "/databases", {"comment": "no name"}, 400),
        ("POST", "/databases", {"name": "a b"}, 400),
        ("POST", "/databases", {"name": "X; DROP DATABASE D"}, 400),
        ("POST", "/databases", {"name": "X", "owner": "R"}, 400),
        ("POST", "/databases", {"name": "X", "nonsense": 1}, 400),
        ("POST", "/databases", {"name": "X", "data_retention_time_in_days": "x"}, 400),
        ("POST", "/databases", {"name": "X", "kind": "EXPLODING"}, 400),
        ("POST", "/databases/D/schemas/PUBLIC/tables", {"name": "T"}, 400),
        ("POST", "/databases/D/schemas/PUBLIC/tables",
         {"name": "T", "columns": [{"name": "A", "datatype": "INT, B INT"}]}, 400),
        ("POST", "/databases/D/schemas/PUBLIC/tables",
         {"name": "T", "columns": [{"name": "A", "datatype": "INT", "default": "1, B INT"}]}, 400),
        ("POST", "/databases/D/schemas/PUBLIC/tables",
         {"name": "T", "columns": [{"name": "A", "datatype": "INT", "default": "1) AS SELECT (1"}]}, 400),
        ("POST", "/roles/R/grants", {"securable_type": "DATABASE; DROP", "privileges": ["USAGE"]}, 400),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_refused_in_the_form_of_the_api(
    wire: Wire, token: str, method: str, path: str, body: Any, status: int
) -> None:
    send(wire, token, "POST", "/databases", {"name": "D"})
    code, said = send(wire, token, method, path, body)
    assert (code, sorted(said)) == (status, ["code", "error_code", "message", "request_id"])
    assert column(wire, token, "SHOW DATABASES", "name").count("D") == 1


def test_every_statement_is_in_the_history(wire: Wire, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[object] = []
    monkeypatch.setattr(wire.server.log, "write", lambda record: ran.append(record["sql"]))
    send(wire, token, "POST", "/roles", {"name": "r", "comment": "c"})
    assert ran == ["CREATE ROLE R COMMENT = 'c'"]


ODD: list[Any] = [None, True, -1, 10**40, 1e300, "", "x", '"', "'; DROP DATABASE D; --", "\ud800", [], [None], {}]
FIELDS = [
    "name",
    "kind",
    "columns",
    "constraints",
    "privileges",
    "securable",
    "securable_type",
    "comment",
    "query",
    "containing_scope",
    "statement",
    "data_retention_time_in_days",
    "parameters",
    "bindings",
    "timeout",
    "database",
    "role",
]
PATHS = [
    "databases",
    "databases/D",
    "databases/D/schemas",
    "databases/D/schemas/PUBLIC/tables",
    "roles",
    "users",
    "roles/PUBLIC/grants",
    "roles/PUBLIC/grants:revoke",
    "grants/role/PUBLIC/database/D/privileges",
    "%22",
    "databases/%22%22",
    "databases/D:clone",
    "warehouses/%00:use",
    "statements",
    "statements/x",
    "statements/x/cancel",
    ":",
]


def test_no_request_however_odd_ends_in_an_incident(wire: Wire, token: str) -> None:
    chosen = random.Random(7)
    send(wire, token, "POST", "/databases", {"name": "D"})
    for _ in range(600):
        body = {chosen.choice(FIELDS): chosen.choice(ODD) for _ in range(chosen.randint(0, 4))}
        query = {chosen.choice(["like", "showLimit", "createMode", "partition"]): str(chosen.choice(ODD[:9]))}
        path = chosen.choice(PATHS)
        method = chosen.choice(["GET", "POST", "POST", "PUT", "DELETE"])
        if (method, path) == ("DELETE", "databases/D"):
            continue
        shown = f"Bearer {key_pair_token('LOCAL_ADMIN')}" if "statements" in path else f'Snowflake Token="{token}"'
        headers = {"Authorization": shown, "Content-Type": "application/json"}
        answer = wire.http.request(method, f"{API}/{path}", headers=headers, params=query, content=json.dumps(body))
        assert answer.status_code != 500, (method, path, query, body, answer.text)
        assert answer.json() is not None
    assert send(wire, token, "GET", "/databases/D")[0] == 200
