"""The paths that drivers call."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.errors import SnowflakeError
from local.faults import CloseConnection
from local.rest.request import Refused
from local.server import query as queries
from local.server import rest, storage
from local.server.body import LIMIT, BadRequest, read_object, text_of
from local.server.encoding import failure, final_names, success
from local.server.kept import detached, monitored
from local.server.login import LoginRequest
from local.server.parameters import session_parameters
from local.server.redact import strip_tracking
from local.server.sql_api import PREFIX as STATEMENTS
from local.server.sql_api import SqlApi
from local.server.state import Query, Server
from local.server.transports import abort_connection
from local.server.turns import inside
from local.session import Session

_LONGEST_ID = 256
Endpoint = Callable[[Server, Request], Awaitable[Response]]


class Answer(JSONResponse):
    """JSON in ASCII: what a client sent comes back in error texts and need not be encodable."""

    def render(self, content: object) -> bytes:
        """The body."""
        return json.dumps(content, separators=(",", ":")).encode("ascii")


def create_app(server: Server) -> Starlette:
    """The ASGI application for one account."""

    def route(path: str, endpoint: Endpoint, *methods: str) -> Route:
        async def guarded(request: Request) -> Response:
            return await _guard(server, endpoint, request)

        return Route(path, guarded, methods=list(methods))

    statements = SqlApi(server)

    async def rest_api(request: Request) -> Response:
        return await _rest(server, statements, request)

    return Starlette(
        routes=[
            route("/health", _health, "GET"),
            route("/session/v1/login-request", _login, "POST"),
            route("/session/token-request", _token, "POST"),
            route("/session/heartbeat", _heartbeat, "POST", "GET"),
            route("/session", _close, "POST"),
            route("/queries/v1/query-request", _query, "POST"),
            route("/queries/v1/abort-request", _abort, "POST"),
            route("/queries/{query_id}/result", _result, "GET"),
            route("/queries/{query_id}/abort-request", _abort_one, "POST"),
            route("/monitoring/queries/{query_id:path}", _monitoring, "GET"),
            route("/telemetry/send", _telemetry, "POST"),
            route("/telemetry/send/sessionless", _telemetry, "POST"),
            Route("/api/v2/{rest:path}", rest_api, methods=list(rest.METHODS)),
            route(storage.PREFIX + "/stage/{key:path}", _storage, "GET", "HEAD", "PUT", "POST", "DELETE"),
        ],
        exception_handlers={404: _http_error, 405: _http_error},
    )


async def _guard(server: Server, endpoint: Endpoint, request: Request) -> Response:
    """Every way that an endpoint may fail, as an answer without a stack trace."""
    try:
        return await endpoint(server, request)
    except SnowflakeError as error:
        return Answer(failure(error))
    except BadRequest as error:
        return _bad(error.message, error.status, error.retry_after)
    except CloseConnection:
        await abort_connection(request)
        return Response(status_code=503)
    except Exception:  # noqa: BLE001 (the wire shows an incident number, the log shows the rest)
        return Answer(failure(queries.incident(request.url.path)))


async def _rest(server: Server, statements: SqlApi, request: Request) -> Response:
    """The REST APIs, whose errors have a form of their own."""
    try:
        if request.url.path == STATEMENTS or request.url.path.startswith(f"{STATEMENTS}/"):
            return await statements.serve(request)
        return await rest.serve(server, request, _session(server, request))
    except (SnowflakeError, Refused, BadRequest) as error:
        return rest.refusal(error)
    except CloseConnection:
        await abort_connection(request)
        return Response(status_code=503)
    except Exception:  # noqa: BLE001 (the wire shows an incident number, the log shows the rest)
        return rest.refusal(queries.incident(request.url.path))


def _bad(message: str, status: int, retry_after: int | None = None) -> Answer:
    body = {"data": None, "code": "390400", "message": message, "success": False, "headers": None}
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else None
    return Answer(body, status_code=status, headers=headers)


async def _http_error(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    return _bad(f"{request.method} {request.url.path} is not part of the protocol.", status)


def _token_of(request: Request) -> str | None:
    """The token of ``Authorization: Snowflake Token="…"``."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    name, _, value = rest.strip().partition("=")
    if scheme.lower() != "snowflake" or name.strip().lower() != "token":
        return None
    return value.strip().strip('"') or None


def _session(server: Server, request: Request) -> Session:
    return server.sessions.find(_token_of(request))


def _address(request: Request) -> str:
    return request.client.host if request.client else "127.0.0.1"


async def _health(server: Server, request: Request) -> Response:
    body = {"status": "ok", "account_id": server.settings.account_id, "sessions": len(server.sessions)}
    return Answer(body)


async def _login(server: Server, request: Request) -> Response:
    body = await read_object(request)
    query = {name: request.query_params[name] for name in request.query_params}
    session = await inside(server, "", partial(server.login, LoginRequest.read(body, query, _address(request))))
    names = final_names(server.catalogue, session)
    user = server.catalogue.get(session.user)
    return Answer(
        success(
            {
                "token": session.token,
                "masterToken": session.master_token,
                "validityInSeconds": server.validity.token,
                "masterValidityInSeconds": server.validity.master,
                "displayUserName": str(user.props.get("DISPLAY_NAME") or user.name),
                "serverVersion": server.settings.version,
                "firstLogin": False,
                "remMeToken": None,
                "remMeValidityInSeconds": 0,
                "healthCheckInterval": 45,
                "newClientForUpgrade": None,
                "sessionId": session.id,
                "idToken": None,
                "idTokenValidityInSeconds": 0,
                "mfaToken": None,
                "mfaTokenValidityInSeconds": 0,
                "parameters": session_parameters(server.catalogue, session),
                "sessionInfo": {
                    "databaseName": names["finalDatabaseName"],
                    "schemaName": names["finalSchemaName"],
                    "warehouseName": names["finalWarehouseName"],
                    "roleName": names["finalRoleName"],
                },
                "responseData": None,
            }
        )
    )


async def _token(server: Server, request: Request) -> Response:
    """Renewal: the master token is in the header; cloning is not there."""
    body = await read_object(request)
    kind = text_of(body.get("requestType")).upper()
    if kind not in ("", "RENEW"):
        raise SnowflakeError("000002", "0A000", f"Unsupported feature 'token request {kind}'.")
    session = server.sessions.renew(_token_of(request))
    queries.admit(server, session)
    return Answer(
        success(
            {
                "sessionToken": session.token,
                "validityInSecondsST": server.validity.token,
                "masterToken": session.master_token,
                "validityInSecondsMT": server.validity.master,
                "sessionId": session.id,
            }
        )
    )


async def _heartbeat(server: Server, request: Request) -> Response:
    _session(server, request)
    return Answer(success(None))


async def _close(server: Server, request: Request) -> Response:
    if request.query_params.get("delete") != "true":
        raise BadRequest("Only ?delete=true is known here.")
    server.sessions.close(_session(server, request))
    return Answer(success(None))


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


async def _query(server: Server, request: Request) -> Response:
    session = _session(server, request)
    body = await read_object(request, LIMIT)
    request_id = request.query_params.get("requestId") or request.query_params.get("request_id") or str(uuid.uuid4())
    if len(request_id) > _LONGEST_ID:
        raise BadRequest("requestId is no request id.")
    if not isinstance(body.get("sqlText"), str):
        raise BadRequest("sqlText is missing.")
    asked = queries.QueryRequest.read(body)
    if server.queries.of_request(session.id, request_id) is None:
        server.queries.admit(session.id, in_transaction=queries.in_transaction(server, session))
    if server.faults is not None and server.queries.of_request(session.id, request_id) is None:
        await server.faults.before(strip_tracking(asked.sql).sql)
    started = queries.start(server, session, asked, request_id)
    if asked.asynchronous:
        return Answer(detached(started))
    # Shielded: a client that goes away must not stop a statement half-way.
    answer = await asyncio.shield(started.task)
    if server.faults is not None:
        server.faults.after(strip_tracking(asked.sql).sql)
    return _json(answer)


async def _abort(server: Server, request: Request) -> Response:
    body = await read_object(request)
    queries.abort(server, _session(server, request), text_of(body.get("requestId")))
    return Answer(success(None))


async def _abort_one(server: Server, request: Request) -> Response:
    """Stop a statement by its query id (Python connector ``cursor.abort_query``)."""
    await read_object(request)
    queries.stop(_own_query(server, request))
    return Answer(success(None))


def _own_query(server: Server, request: Request) -> Query:
    session = _session(server, request)
    queries.admit(server, session)
    # The Python connector 5.2 writes a second slash before the id.
    found = server.queries.of_id(request.path_params["query_id"].lstrip("/"))
    if found is None or found.user != session.user:
        raise SnowflakeError("000709", "02000", "Statement not found or not authorized.")
    return found


async def _result(server: Server, request: Request) -> Response:
    return _json(await asyncio.shield(_own_query(server, request).task))


async def _monitoring(server: Server, request: Request) -> Response:
    """The status of one statement as connectors ask for it."""
    return Answer(success({"queries": [monitored(_own_query(server, request))]}))


async def _telemetry(server: Server, request: Request) -> Response:
    await read_object(request, LIMIT)
    return Answer(success("Log Received"))


async def _storage(server: Server, request: Request) -> Response:
    return await storage.serve(request)
