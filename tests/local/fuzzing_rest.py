"""Random requests to the REST API, the object store and the kept results, most of them wrong in one or two places."""

# ruff: noqa: S608 (names and numbers are made here)
from __future__ import annotations

import base64
import gzip
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.local.fuzzing import NAMES, ODD

_RESOURCES = (
    "databases", "databases/{n}", "databases/{n}/schemas", "databases/{n}/schemas/{n}", "databases/{n}/schemas/{n}/{k}",
    "databases/{n}/schemas/{n}/{k}/{n}", "databases/{n}/schemas/{n}/{k}/{n}:{a}", "databases/{n}:{a}", "warehouses",
    "warehouses/{n}", "warehouses/{n}:{a}", "roles", "roles/{n}", "roles/{n}/{g}", "users", "users/{n}",
    "users/{n}/{g}", "grants", "grants/to/{n}/{n}", "grants/{n}/{n}/{n}/{n}", "statements", "tasks", "x", "",
    "databases//schemas", "databases/{n}/x/{n}", "database-roles/{n}", "secrets", "functions/{n}(int)", "results/{n}",
)  # fmt: skip
_KINDS = (
    "tables",
    "views",
    "stages",
    "pipes",
    "tasks",
    "x",
    "procedures",
    "functions",
    "streams",
    "image-repositories",
)
_ACTIONS = ("resume", "suspend", "clone", "undrop", "rename", "swap_with", "x", "", "clone:clone", "execute", "enable")
_GRANTS = ("grants", "grants-of", "grants-on", "future-grants", "grants:revoke", "x")
_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "POST", "PUT")
_FIELDS = (
    "name", "comment", "kind", "columns", "data_retention_time_in_days", "warehouse_size", "warehouse_type", "owner",
    "auto_suspend", "auto_resume", "initially_suspended", "query", "password", "securable", "securable_type",
    "privileges", "containing_scope", "default_role", "constraints", "cluster_by", "schema", "database", "grant_option",
    "url", "credentials", "encryption", "directory_table", "point_of_time", "grantee_name", "secure", "type",
)  # fmt: skip
_QUERY = (
    "createMode", "ifExists", "like", "startsWith", "showLimit", "fromName", "history", "rootOnly", "targetDatabase",
    "targetSchema", "copyGrants", "deep", "effective", "type", "restrict", "cascade", "nullsFirst",
)  # fmt: skip
_MODES = ("orReplace", "ifNotExists", "errorIfExists", "ORREPLACE", "true", "false", "1", "-1", "x", "'", "9" * 30, "")


@dataclass
class Request:
    """A request: method, path, query, headers, body."""

    method: str
    path: str
    params: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"{self.method} {self.path[:300]} {self.params} {self.headers} {self.body[:400]!r}"


def _token(dice: random.Random, token: str) -> str:
    return token if dice.random() < 0.9 else dice.choice((token[:-1], "", "x" * 9000, "None", "é"))


def _name(dice: random.Random) -> str:
    return dice.choice(
        (*NAMES, "%22a%2Fb%22", "%00", "%2e%2e", "..", "\u3000", "%ff", "a" * 300, "%22%22", "a;b", "x%27", "@ST", "%")
    )


def _value(dice: random.Random, depth: int = 0) -> object:
    if depth < 3 and dice.random() < 0.3:
        if dice.random() < 0.5:
            return [_value(dice, depth + 1) for _ in range(dice.randrange(3))]
        return {dice.choice(_FIELDS): _value(dice, depth + 1) for _ in range(dice.randrange(4))}
    return dice.choice((*ODD, *NAMES, "INT", "VARCHAR(9)", "TABLE", "SELECT", "XSMALL", "TRANSIENT", "x'); DROP --"))


def rest_request(dice: random.Random, token: str) -> Request:
    """One for ``/api/v2``."""
    path = dice.choice(_RESOURCES)
    for mark, choose in (
        ("{n}", _name), ("{k}", lambda d: d.choice(_KINDS)), ("{a}", lambda d: d.choice(_ACTIONS)),
        ("{g}", lambda d: d.choice(_GRANTS)),
    ):  # fmt: skip
        while mark in path:
            path = path.replace(mark, choose(dice), 1)
    said: object = {dice.choice(_FIELDS): _value(dice) for _ in range(dice.randrange(6))}
    if isinstance(said, dict) and dice.random() < 0.6:
        said["name"] = dice.choice(NAMES)
        if "tables" in path:
            said["columns"] = [{"name": "A", "datatype": dice.choice(("INT", "VARCHAR(5)", "x", "", 5))}]
    body = json.dumps(said if dice.random() < 0.95 else _value(dice)).encode()
    if dice.random() < 0.05:
        body = dice.choice((b"", b"{", b"[", b"null", b"\xff", b"[" * 50_000))
    params = {name: dice.choice(_MODES) for name in _QUERY if dice.random() < 0.08}
    headers = {"Authorization": f'Snowflake Token="{_token(dice, token)}"', "Content-Type": "application/json"}
    return Request(dice.choice(_METHODS), f"/api/v2/{path}", params, body, headers)


def _chunked(dice: random.Random, content: bytes) -> bytes:
    size = dice.choice((f"{len(content):x}", "0", "-1", "ffffffff", "zz", "", f"{len(content) + 5:x}"))
    return f"{size};chunk-signature=x\r\n".encode() + content + b"\r\n0;chunk-signature=x\r\n\r\n"


def storage_request(dice: random.Random, keys: Sequence[str]) -> Request:
    """One for the object store; ``keys`` open a folder or more."""
    name = dice.choice(
        ("in/a.csv", "in/b/c.csv", "in/", "in", "", "out/x", "../x", "in/../x", "in/%2e%2e/x", "in/%00",
         "in/" + "a" * 300, "in//a", "/etc/passwd", "in/a\\b", "in/.", "in/é", "inside", "in/" + "a/" * 200 + "x",
         "%2Fin/a", "scratch/x")
    )  # fmt: skip
    key = dice.choice((*keys, *keys, keys[0][:-1], "x", ""))
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={key}/20240101/us-east-1/s3/aws4_request, Signature=x"}
    params: dict[str, str] = {}
    if dice.random() < 0.1:
        params["access"] = dice.choice((*keys, "x"))
        headers = {}
    if dice.random() < 0.4:
        for option in ("uploadId", "partNumber", "uploads", "list-type", "delete"):
            if dice.random() < 0.4:
                params[option] = dice.choice(
                    ("", "0" * 32, "f" * 32, "1", "-1", "99999", "999999", "../x", "x" * 32, "²")
                )
    if dice.random() < 0.3:
        headers["Range"] = dice.choice(
            (
                "bytes=0-",
                "bytes=5-1",
                "bytes=-1",
                "x",
                "bytes=0-0,2-3",
                "bytes=" + "9" * 40 + "-",
                "bytes=a-b",
                "bytes=",
            )
        )
    body = bytes(dice.randrange(256) for _ in range(dice.randrange(50))) * dice.choice((1, 1, 100))
    if dice.random() < 0.3:
        headers["Content-Encoding"] = dice.choice(("aws-chunked", "gzip", "x"))
        body = _chunked(dice, body)
    if dice.random() < 0.1:
        headers["If-None-Match"] = dice.choice(("*", "x"))
    method = dice.choice(("PUT", "PUT", "PUT", "GET", "HEAD", "POST", "DELETE", "PATCH", "OPTIONS"))
    return Request(method, f"/storage/stage/{name}", params, body, headers)


def result_request(dice: random.Random, token: str, ids: Sequence[str]) -> Request:
    """A statement in the background, or one that asks for what is known of one."""
    headers = {"Authorization": f'Snowflake Token="{_token(dice, token)}"', "Content-Type": "application/json"}
    query = dice.choice((*ids[-5:], "x", "0", "%00", "a/b"))
    match dice.randrange(4):
        case 0:
            sql = dice.choice(
                ("SELECT 1", "SELECT 1; SELECT 2", "SELECT 1/0", "BEGIN", "COMMIT", "x", "SHOW ROLES",
                 f"SELECT * FROM TABLE(RESULT_SCAN('{query}'))", "SELECT * FROM TABLE(RESULT_SCAN(LAST_QUERY_ID(-1)))",
                 "PUT file:///tmp/x @ST", "GET @ST file:///tmp/", "LIST @ST", "COPY INTO T FROM @ST", "REMOVE @ST/x")
            )  # fmt: skip
            said: dict[str, object] = {"sqlText": sql, "asyncExec": dice.choice((True, False, "true", 1))}
            if dice.random() < 0.5:
                said["parameters"] = {"MULTI_STATEMENT_COUNT": dice.choice((0, 1, 2, "0", -1, None, 1.5))}
            body = json.dumps(said).encode()
            if dice.random() < 0.3:
                headers["Content-Encoding"], body = "gzip", gzip.compress(body)
            params = {"requestId": dice.choice(("", "r1", "r2", "x" * 300))} if dice.random() < 0.5 else {}
            return Request("POST", "/queries/v1/query-request", params, body, headers)
        case 1:
            return Request(dice.choice(("GET", "POST")), f"/queries/{query}/result", {}, b"", headers)
        case 2:
            return Request("GET", f"/monitoring/queries/{dice.choice(('', '/'))}{query}", {}, b"", headers)
        case _:
            said = {"requestId": dice.choice(("r1", "r2", *ODD))}
            return Request("POST", "/queries/v1/abort-request", {}, json.dumps(said).encode(), headers)


def statement_request(dice: random.Random, good: str, ids: Sequence[str]) -> Request:
    """One for the SQL API; ``good`` is a token that logs in."""
    scheme = dice.choice(("Bearer",) * 9 + ("Snowflake", "", "bearer"))
    headers = {"Authorization": f"{scheme} {_token(dice, good)}", "Content-Type": "application/json"}
    if dice.random() < 0.3:
        headers["X-Snowflake-Authorization-Token-Type"] = dice.choice(("KEYPAIR_JWT", "OAUTH", "x", "é"))
    handle = dice.choice((*ids[-5:], "x", "0", "..", "%00", "a/b"))
    params = {
        name: dice.choice(_MODES)
        for name in ("requestId", "async", "nullable", "partition", "retry")
        if dice.random() < 0.15
    }
    if dice.random() < 0.3:
        tail = dice.choice((handle, f"{handle}/cancel", f"{handle}/x", ""))
        return Request(dice.choice(("GET", "POST", "DELETE")), f"/api/v2/statements/{tail}", params, b"", headers)
    said: dict[str, object] = {
        "statement": dice.choice(
            ("SELECT 1", "SELECT ?", "SELECT SEQ4() FROM TABLE(GENERATOR(ROWCOUNT => 3))", "SELECT 1; SELECT 2", "x",
             "", "PUT file:///x @ST", "SHOW ROLES", "BEGIN", *ODD)
        )
    }  # fmt: skip
    for name in ("timeout", "database", "schema", "warehouse", "role", "bindings", "parameters", "resultSetMetaData"):
        if dice.random() < 0.2:
            said[name] = dice.choice((*ODD, *NAMES))
    if dice.random() < 0.3:
        said["bindings"] = {dice.choice(("1", "2", "x")): {"type": dice.choice(("FIXED", "TEXT", "x")), "value": "1"}}
    if dice.random() < 0.3:
        name = dice.choice(("MULTI_STATEMENT_COUNT", "timezone", "QUERY_TAG", "x", "ROWS_PER_RESULTSET"))
        said["parameters"] = {name: dice.choice(ODD)}
    return Request("POST", "/api/v2/statements", params, json.dumps(said).encode(), headers)


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def login_request(dice: random.Random, token: str) -> Request:
    """A login with a token that is not quite one; ``token`` is a good one for a key pair."""
    head: object = {"alg": dice.choice(("RS256", "none", "HS256", "", 5, None)), "typ": "JWT"}
    claims: object = {
        "iss": dice.choice(("LOCAL-MAIN.LOCAL_ADMIN.SHA256:x", "x", "", *ODD)),
        "sub": dice.choice(("LOCAL-MAIN.LOCAL_ADMIN", "x", *ODD)),
        "iat": dice.choice((0, 1e9, 4e9, *ODD)),
        "exp": dice.choice((0, 1e9, 4e9, *ODD)),
    }
    made = dice.choice(
        (f"{_part(head)}.{_part(claims)}.{_part('x')}", f"{_part(head)}.{_part(claims)}.", _part(head), "..", "a.b.c",
         token[: dice.randrange(len(token))], token[:-4] + "AAAA", token + "x", "." * 5000, "é.é.é", *map(str, ODD))
    )  # fmt: skip
    data: dict[str, object] = {
        "LOGIN_NAME": dice.choice(("LOCAL_ADMIN", "local_admin", "NOBODY", '"LOCAL_ADMIN"', "", *ODD)),
        "ACCOUNT_NAME": dice.choice(("MAIN", "LOCAL-MAIN", "OTHER", "", *ODD)),
        "AUTHENTICATOR": dice.choice(
            ("SNOWFLAKE_JWT", "PROGRAMMATIC_ACCESS_TOKEN", "WORKLOAD_IDENTITY", "OAUTH", "SNOWFLAKE", "EXTERNALBROWSER",
             "USERNAME_PASSWORD_MFA", "ID_TOKEN", *ODD)
        ),
        "TOKEN": made,
        "PASSWORD": dice.choice(("", "x", made)),
        "PROVIDER": dice.choice(("AWS", "AZURE", "GCP", "OIDC", "", *ODD)),
        "CLIENT_APP_ID": dice.choice(("Go", "PythonConnector", *ODD)),
    }  # fmt: skip
    params = {"roleName": dice.choice(NAMES)} if dice.random() < 0.2 else {}
    return Request(
        "POST",
        "/session/v1/login-request",
        params,
        json.dumps({"data": data}).encode(),
        {"Content-Type": "application/json"},
    )


def mixed(
    seed: int,
    count: int,
    token: Callable[[], str],
    keys: Sequence[str],
    ids: Callable[[], Sequence[str]],
    jwt: Callable[[], str],
) -> Iterator[Request]:
    """``count`` requests of all sorts."""
    dice = random.Random(seed)
    for _ in range(count):
        match dice.randrange(7):
            case 6:
                yield statement_request(dice, jwt(), ids())
            case 0 | 1 | 2:
                yield rest_request(dice, token())
            case 3:
                yield storage_request(dice, keys)
            case 4:
                yield result_request(dice, token(), ids())
            case _:
                yield login_request(dice, jwt())
