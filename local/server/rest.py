"""``/api/v2``: Snowflake's REST API for objects, in the session whose token the request shows.

Every request becomes statements that go the way of all others: the same rights, history and limits. Errors have the
API's form (docs.snowflake.com, Snowflake REST APIs reference: ErrorResponse).
"""

from __future__ import annotations

import asyncio
import json
import uuid

from starlette.requests import Request
from starlette.responses import Response

from local.errors import SnowflakeError
from local.model import Json
from local.rest.request import Call, Refused, Row, split_path
from local.rest.route import answer
from local.server import query as queries
from local.server.body import LIMIT, BadRequest, read_object
from local.server.multiple import read_failure
from local.server.state import Server
from local.session import Session

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD")
_STATUS = {
    "002002": 409,
    "002003": 404,
    "002043": 404,
    "003001": 403,
    "000002": 501,
    "000604": 408,
    "000630": 408,
    "390422": 403,
}
"""HTTP status by code of the error; 401 for the other codes of logins, 400 for the rest."""


async def serve(server: Server, request: Request, session: Session) -> Response:
    """One request of the REST API."""
    raw = request.scope.get("raw_path") or request.url.path.encode()
    path, action = split_path(raw.decode("ascii", "replace").partition("?")[0].removeprefix("/api/v2"))
    body = await read_object(request, LIMIT) if request.method in ("POST", "PUT", "PATCH") else {}
    call = Call(request.method, path, action, dict(request.query_params), body)

    async def ask(sql: str) -> list[Row]:
        return await _rows(server, session, sql)

    return _json(await answer(call, ask), 200)


async def _rows(server: Server, session: Session, sql: str) -> list[Row]:
    server.queries.admit(session.id, in_transaction=queries.in_transaction(server, session))
    parameters: dict[str, Json] = {"MULTI_STATEMENT_COUNT": 1}
    asked = queries.QueryRequest(sql, (), False, False, parameters)
    # Shielded: a client that goes away must not stop a statement half-way.
    raw = await asyncio.shield(queries.start(server, session, asked, str(uuid.uuid4())).task)
    said = json.loads(raw)
    if not said["success"]:
        raise read_failure(raw)
    names = [column["name"] for column in said["data"]["rowtype"]]
    return [dict(zip(names, row, strict=True)) for row in said["data"]["rowset"]]


def refusal(error: SnowflakeError | Refused | BadRequest) -> Response:
    """An error in the form of the API."""
    if isinstance(error, Refused):
        return _error(error.status, error.code, error.message)
    if isinstance(error, BadRequest):
        headers = {"Retry-After": str(error.retry_after)} if error.retry_after is not None else None
        return _error(error.status, f"390{error.status}", error.message, headers)
    status = _STATUS.get(error.code, 401 if error.code.startswith(("390", "394")) else 400)
    return _error(500 if error.code == "000603" else status, error.code, error.message)


def _error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    body: Json = {"message": message, "code": code, "error_code": code, "request_id": str(uuid.uuid4())}
    return _json(body, status, headers)


def _json(body: Json, status: int, headers: dict[str, str] | None = None) -> Response:
    content = json.dumps(body, separators=(",", ":")).encode("ascii")
    return Response(content, status, headers, "application/json")
