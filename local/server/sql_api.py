"""``/api/v2/statements``: the SQL API, for clients with nothing but HTTP and a key-pair or access token.

Every request logs in by its token (policies and throttling as for drivers); a statement runs in a session of its own
that ends with it. Source: docs.snowflake.com, Snowflake SQL API reference; Handling responses.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import OrderedDict
from collections.abc import Mapping
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from local.credentials import token_of
from local.errors import unsupported
from local.model import Json, Kind
from local.names import quote
from local.parameters import PARAMETERS, Level
from local.rest.request import Refused, flag, malformed, missing, not_here, number
from local.server import query as queries
from local.server.body import LIMIT, object_of, read_object, text_of
from local.server.login import LoginRequest
from local.server.state import Query, Server
from local.server.turns import inside
from local.session import Session

PREFIX = "/api/v2/statements"
APPLICATION = "SQLAPI"
KEY_PAIR, ACCESS_TOKEN = "KEYPAIR_JWT", "PROGRAMMATIC_ACCESS_TOKEN"
"""Kinds of tokens as the header names them."""
_WAIT = 45.0
"""Seconds after which a request is answered though its statement goes on."""
_IN_PROGRESS = "Asynchronous execution in progress. Use provided query id to perform query monitoring and management."
_PARTITION = 10_000
"""Rows of a partition; Snowflake's are about 10 MB."""
_REMEMBERED = 1024
_LONGEST_ID = 256
_FILES = ("PUT", "GET")
_EXPIRED = ("000604", "000630")


class SqlApi:
    """The SQL API of a server; it remembers request ids, so that a statement sent again is not run again."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._sent: OrderedDict[tuple[int, str], str] = OrderedDict()

    async def serve(self, request: Request) -> Response:
        """One request."""
        path = request.url.path.removeprefix(PREFIX).strip("/").split("/")
        if path == [""]:
            if request.method != "POST":
                raise Refused(405, f"{request.method} is not allowed here.")
            return await self._submit(request)
        if len(path) == 1 and request.method == "GET":
            return await self._fetch(request, path[0])
        if len(path) == 2 and path[1] == "cancel" and request.method == "POST":
            return await self._cancel(request, path[0])
        raise missing(request.url.path)

    async def _submit(self, request: Request) -> Response:
        _credentials(request)  # a token is asked for before the body is read
        body = await read_object(request, LIMIT)
        statement = body.get("statement")
        if not isinstance(statement, str):
            raise malformed("statement is missing.")
        asked = queries.QueryRequest.read({
            "sqlText": statement,
            "bindings": body.get("bindings"),
            "parameters": _counted(body),
        })  # fmt: skip
        if statement.split(maxsplit=1)[:1] and statement.split(maxsplit=1)[0].upper() in _FILES:
            raise unsupported(f"{statement.split(maxsplit=1)[0].upper()} by the SQL API")
        request_id = request.query_params.get("requestId") or str(uuid.uuid4())
        if len(request_id) > _LONGEST_ID:
            raise malformed("requestId is no request id.")
        sessions = self._server.sessions
        session = await inside(self._server, "", partial(self._enter, request, body))
        known = self._server.queries.of_id(self._sent.get((session.user, request_id), ""))
        if known is not None:
            sessions.close(session)
            return await self._answer(known, request)
        try:
            session.parameters.update(_parameters(body))
            self._server.queries.admit(session.id, in_transaction=False)
            started = queries.start(self._server, session, asked, request_id)
        except BaseException:
            sessions.close(session)
            raise
        started.task.add_done_callback(lambda _: sessions.close(session))
        self._remember(session.user, request_id, started.id)
        detached = flag(request.query_params.get("async", "false"), "async")
        return await self._answer(started, request, wait=0 if detached else _WAIT)

    def _remember(self, user: int, request_id: str, query_id: str) -> None:
        self._sent[user, request_id] = query_id
        while len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)

    async def _own(self, request: Request, handle: str) -> Query:
        session = await inside(self._server, "", partial(self._enter, request, {}))
        self._server.sessions.close(session)
        found = self._server.queries.of_id(handle)
        if found is None or found.user != session.user:
            raise Refused(404, f"Statement {handle} not found or not authorized.", "000709")
        return found

    def _enter(self, request: Request, body: Mapping[str, Json]) -> Session:
        """A session by the request's token; to be called where the catalogue may be read."""
        kind, token = _credentials(request)

        def named(field: str) -> str:
            value = text_of(body.get(field))
            return quote(value) if value else ""

        login = LoginRequest(
            account=self._server.settings.account,
            login="" if kind == KEY_PAIR else self._holder(token),
            authenticator="SNOWFLAKE_JWT" if kind == KEY_PAIR else ACCESS_TOKEN,
            password="",
            token=token,
            application=APPLICATION,
            client=APPLICATION,
            parameters={},
            role=named("role"),
            database=named("database"),
            schema=named("schema"),
            warehouse=named("warehouse"),
            address=request.client.host if request.client else "127.0.0.1",
        )
        return self._server.login(login)

    def _holder(self, secret: str) -> str:
        """The login name of the user whose access token it is; nobody's is empty, which no login takes."""
        users = self._server.catalogue.of_kind(Kind.USER)
        found = next((user for user in users if token_of(user, secret) is not None), None)
        return str(found.props.get("LOGIN_NAME") or found.name) if found is not None else ""

    async def _fetch(self, request: Request, handle: str) -> Response:
        return await self._answer(await self._own(request, handle), request, wait=0)

    async def _cancel(self, request: Request, handle: str) -> Response:
        found = await self._own(request, handle)
        if not queries.stop(found):
            raise Refused(422, "The statement is not running any more.", "000709")
        said = {"code": "000604", "sqlState": "57014", "message": "SQL execution canceled"}
        return _json(200, {**said, **_told(found)})

    async def _answer(self, query: Query, request: Request, wait: float = _WAIT) -> Response:
        if not query.task.done() and wait:
            await asyncio.wait([query.task], timeout=wait)
        if not query.task.done():
            return _json(202, {"code": "333334", "message": _IN_PROGRESS, **_told(query)})
        answer = json.loads(query.task.result())
        data = object_of(answer["data"])
        if not answer["success"]:
            error = {"code": answer["code"], "sqlState": data["sqlState"], "message": answer["message"]}
            return _json(408 if answer["code"] in _EXPIRED else 422, {**error, **_told(query)})
        nulls = flag(request.query_params.get("nullable", "true"), "nullable")
        partition = number(request.query_params.get("partition", "0"), "partition")
        return _json(200, _content(query, data, partition, nulls=nulls))


def _credentials(request: Request) -> tuple[str, str]:
    """The kind of token and the token. Raises Refused (401) where there is none, 501 for a kind that is not there."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise Refused(401, "Authorization: Bearer with a token is missing.", "390303")
    kind = request.headers.get("x-snowflake-authorization-token-type", "").upper()
    if not kind:  # Snowflake looks at the token; a JSON Web Token has two dots
        kind = KEY_PAIR if token.count(".") == 2 else ACCESS_TOKEN
    if kind not in (KEY_PAIR, ACCESS_TOKEN):
        raise not_here(f"token type {kind}")
    return kind, token


def _counted(body: Mapping[str, Json]) -> dict[str, Json]:
    given = {name.upper(): value for name, value in object_of(body.get("parameters")).items()}
    return {"MULTI_STATEMENT_COUNT": given.get("MULTI_STATEMENT_COUNT", 1)}


def _parameters(body: Mapping[str, Json]) -> dict[str, str]:
    """Session parameters that a body sets; 400 for an unknown one, 001008 for a wrong value."""
    found: dict[str, str] = {}
    for name, value in object_of(body.get("parameters")).items():
        parameter = PARAMETERS.get(name.upper())
        if parameter is None or Level.SESSION not in parameter.levels:
            raise malformed(f"{name} is no session parameter.")
        found[parameter.name] = parameter.text(value if isinstance(value, bool) else text_of(value))
    if body.get("timeout") is not None:
        seconds = number(body["timeout"], "timeout")
        found["STATEMENT_TIMEOUT_IN_SECONDS"] = PARAMETERS["STATEMENT_TIMEOUT_IN_SECONDS"].text(seconds)
    return found


def _told(query: Query) -> dict[str, Json]:
    return {
        "statementHandle": query.id,
        "statementStatusUrl": f"{PREFIX}/{query.id}?requestId={uuid.uuid4()}",
        "createdOn": int(query.started * 1000),
    }


def _content(query: Query, data: dict[str, Json], partition: int, *, nulls: bool) -> dict[str, Json]:
    """A ResultSet, or the rows alone of a partition behind the first."""
    columns = [object_of(column) for column in _list(data["rowtype"])]
    rows = [_list(row) for row in _list(data["rowset"])]
    counts = [len(rows[at : at + _PARTITION]) for at in range(0, len(rows), _PARTITION)] or [0]
    if not 0 <= partition < len(counts):
        raise malformed(f"partition must be 0 to {len(counts) - 1}.")
    chosen = rows[partition * _PARTITION : (partition + 1) * _PARTITION]
    flags = {at for at, column in enumerate(columns) if column["type"] == "boolean"}
    words: dict[Json, Json] = {"1": "true", "0": "false"}
    null: Json = None if nulls else "null"
    shown: list[Json] = [
        [null if cell is None else words.get(cell, cell) if at in flags else cell for at, cell in enumerate(row)]
        for row in chosen
    ]
    if partition:
        return {"data": shown}
    info: list[Json] = [{"rowCount": count, "uncompressedSize": 0} for count in counts]
    meta: dict[str, Json] = {
        "numRows": len(rows),
        "format": "jsonv2",
        "partitionInfo": info,
        "rowType": [dict(column) for column in columns],
    }
    said: dict[str, Json] = {
        "resultSetMetaData": meta,
        "data": shown,
        "code": "090001",
        "sqlState": "00000",
        "message": "Statement executed successfully.",
        **_told(query),
    }
    several = data.get("resultIds")
    return {**said, "statementHandles": list(str(several).split(","))} if several else said


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _json(status: int, body: Mapping[str, Json]) -> Response:
    content = json.dumps(body, separators=(",", ":")).encode("ascii")
    return Response(content, status, media_type="application/json")
