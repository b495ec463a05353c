"""Running statements: one at a time against the catalogue, several at once in the data plane."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
import time
import traceback
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from local.access import available_roles
from local.catalogue import Catalogue
from local.data.store import existing_store
from local.data.ticket import cancelled
from local.engine import execute
from local.errors import DISK, SnowflakeError, disk_failure, invalid_value, unsupported
from local.lexer import split_statements
from local.model import Json
from local.parameters import effective
from local.reader import whole
from local.registry import Answer
from local.results import Column, Deferred, Result, StatementType
from local.server import policies
from local.server.body import object_of, text_of
from local.server.encoding import encode_result, failure, query_answer
from local.server.kept import kept_result
from local.server.multiple import Part, has_body, read_failure, separate, summary, wrong_count
from local.server.querylog import Line
from local.server.redact import Tracked, strip_tracking, veiled, without_secrets
from local.server.state import Query, Server
from local.server.turns import apart, inside
from local.session import Binding, Context, Session

_LOG = logging.getLogger("local.query")
_READING = ("SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "(", "VALUES", "EXPLAIN", "LIST", "LS")
_FIRST = re.compile(r"(?P<blank>(?:\s|--[^\n]*|//[^\n]*|/\*.*?\*/)*)(?P<word>\w*|\()", re.DOTALL)
"""Blanks and comments, then the first word; a statement may be a megabyte, so it is not split into tokens for this."""


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """A statement with its bindings as a driver sends it."""

    sql: str
    bindings: tuple[Binding, ...]
    describe_only: bool
    asynchronous: bool
    parameters: Mapping[str, Json]

    @classmethod
    def read(cls, body: Mapping[str, Json]) -> QueryRequest:
        """From the request's JSON object."""
        bindings = object_of(body.get("bindings"))
        ordered = sorted(bindings.items(), key=lambda item: (len(item[0]), item[0]))
        return cls(
            text_of(body.get("sqlText")),
            tuple(_binding(object_of(value)) for _, value in ordered),
            body.get("describeOnly") is True,
            body.get("asyncExec") is True,
            object_of(body.get("parameters")),
        )


def _binding(value: Mapping[str, Json]) -> Binding:
    def cell(item: Json) -> str | None:
        if item is None:
            return None
        return str(item).lower() if isinstance(item, bool) else text_of(item)

    held = value.get("value")
    return Binding(
        text_of(value.get("type")).upper(), tuple(cell(v) for v in held) if isinstance(held, list) else cell(held)
    )


MOST_TEXT = 4 * 1024 * 1024
"""Characters of a request's statements; Snowflake advises against more than 1 MB (docs: Query size limits)."""


_FORMATS = {"PythonConnector": "PYTHON_CONNECTOR", "Go": "GO", "JDBC": "JDBC", "ODBC": "ODBC"}
"""Drivers that read Arrow, by the name under which they log in → how their session parameters begin."""


def wants_arrow(catalogue: Catalogue, session: Session, parameters: Mapping[str, Json]) -> bool:
    """Whether the session's driver reads Arrow and neither the request nor the session asks for JSON."""
    driver = _FORMATS.get(session.client.partition(" ")[0])
    if driver is None:
        return False
    name = f"{driver}_QUERY_RESULT_FORMAT"
    said = text_of(parameters.get(name)) or effective(catalogue, session, name)[0]
    return said.upper().startswith("ARROW")


def in_transaction(server: Server, session: Session) -> bool:
    """Whether the session has a transaction open."""
    store = existing_store(server.catalogue)
    worker = store.workers.get(session.id) if store is not None else None
    return worker is not None and worker.open


def start(server: Server, session: Session, request: QueryRequest, request_id: str) -> Query:
    """Begin a statement, or return the one that this request id has begun already."""
    known = server.queries.of_request(session.id, request_id)
    if known is not None:
        return known
    query_id = str(uuid.uuid4())
    statement = strip_tracking(request.sql)
    run = _run(server, session, request, statement, query_id)
    query = Query(
        query_id, session.id, session.user, request.sql, time.time(), asyncio.get_running_loop().create_task(run)
    )
    server.queries.add(session.id, request_id, query)
    return query


async def _run(server: Server, session: Session, request: QueryRequest, said: Tracked, query_id: str) -> bytes:
    """The complete life of a statement; never raises, the answer's body may be a refusal."""
    began, clock = time.time(), time.monotonic()
    error: SnowflakeError | None = None
    rows: int | None = None
    role = _name(server, session.role)
    if server.latency:
        await asyncio.sleep(server.latency)
    try:
        if len(said.sql) > MOST_TEXT:
            raise unsupported(f"statements of more than {MOST_TEXT} characters")
        wanted = _wanted(server, session, request)
        if wanted != 1 and (
            parts := await apart(server, said.sql, partial(separate, said.sql, request.bindings, wanted))
        ):
            body, rows = await _several(server, session, request, parts, query_id), None
        else:
            body, rows = await _answer(server, session, request, said.sql, query_id)
    except SnowflakeError as raised:
        error = await apart(server, request.sql, partial(veiled, raised, request.sql))
    except OSError as raised:
        error = disk_failure(str(raised.strerror)) if raised.errno in DISK else incident("statement", request.sql)
    except Exception as raised:  # noqa: BLE001 (the wire shows an incident number, the log shows the rest)
        error = incident("statement", request.sql)
        if type(raised).__name__ == "FatalException" and (store := existing_store(server.catalogue)) is not None:
            store.reopen(store.openings)
    if error is not None:
        body = json.dumps(failure(error, query_id)).encode()
    session.remember(query_id)
    _finish(server, query_id, error, len(body))
    line: Line = {
        "time": round(began, 3),
        "query_id": query_id,
        "session": session.id,
        "user": _name(server, session.user),
        "role": role,
        "resource": said.resource,
        "operation": said.operation,
        "sql": said.sql,
        "ms": round((time.monotonic() - clock) * 1000, 2),
        "code": error.code if error else None,
        "rows": rows,
    }
    await apart(server, said.sql, partial(server.log.write, line))
    return body


def incident(where: str, sql: str = "") -> SnowflakeError:
    """000603 for an exception that nobody expected; the log has the traceback under the same number.

    Exceptions of libraries quote the statement, so its strings are masked in what they say.
    """
    number = secrets.randbelow(9_000_000) + 1_000_000
    _LOG.error("incident %s in %s\n%s", number, where, without_secrets(traceback.format_exc(), sql))
    return SnowflakeError("000603", "XX000", f"Processing aborted by error 300010:391167117; incident {number}.")


def _name(server: Server, object_id: int | None) -> str:
    found = server.catalogue.lookup(object_id)
    return found.name if found is not None else ""


def _finish(server: Server, query_id: str, error: SnowflakeError | None, size: int) -> None:
    query = server.queries.of_id(query_id)
    if query is not None:
        query.ended, query.code, query.cancel = time.time(), error.code if error else None, None
    server.queries.settle(size)


async def _answer(
    server: Server, session: Session, request: QueryRequest, sql: str, query_id: str
) -> tuple[bytes, int | None]:
    """Body of a good answer and its number of rows."""
    first = await apart(server, sql, partial(_check_single, sql))
    context = Context(server.catalogue, session, server.settings, request.bindings, query_id, request.describe_only)
    context.arrow = wants_arrow(server.catalogue, session, request.parameters)
    context.result_of = lambda wanted: kept_result(server, session.user, wanted)

    def run() -> tuple[Answer, dict[str, Json]]:
        # One thread at a time is inside; the answer's names are read before another one may change them.
        admit(server, session)
        if request.describe_only and first not in _READING:
            return Result((Column("status"),), (), StatementType.DDL), query_answer(context)
        return execute(context, sql), query_answer(context)

    answer, around = await inside(server, sql, run)
    if isinstance(answer, Result):
        _note_kind(server, query_id, answer)
        return encode_result(answer, around, describe_only=request.describe_only), len(answer.rows)
    return await _deferred(server, context, answer)


def _note_kind(server: Server, query_id: str, result: Result) -> None:
    query = server.queries.of_id(query_id)
    if query is not None:
        query.kind = result.statement_type


async def _several(
    server: Server, session: Session, request: QueryRequest, parts: Sequence[Part], query_id: str
) -> bytes:
    """Run the statements in turn, each a query with an id of its own; the first that fails ends it with its error."""
    own = server.queries.of_id(query_id)
    done: list[Query] = []
    for number, part in enumerate(parts):
        parameters: dict[str, Json] = {**request.parameters, "MULTI_STATEMENT_COUNT": 1}
        asked = QueryRequest(part.sql, part.bindings, request.describe_only, False, parameters)
        child = start(server, session, asked, f"{query_id}/{number}")
        if own is not None:
            if own.cancelled:
                raise cancelled()
            own.cancel = partial(stop, child)
        body = await child.task
        if child.code is not None:
            raise read_failure(body)
        done.append(child)
    context = Context(server.catalogue, session, server.settings, query_id=query_id)
    around = await inside(server, "", partial(query_answer, context))
    return encode_result(summary(done), around)


def _wanted(server: Server, session: Session, request: QueryRequest) -> int:
    """How many statements the text may hold: MULTI_STATEMENT_COUNT of the request, else of the session; 0 for any."""
    said = text_of(request.parameters.get("MULTI_STATEMENT_COUNT"))
    count = whole(said or effective(server.catalogue, session, "MULTI_STATEMENT_COUNT")[0])
    if count is None or count < 0:
        raise invalid_value(said, "MULTI_STATEMENT_COUNT", "whole numbers from 0")
    return count


async def _deferred(server: Server, context: Context, work: Deferred) -> tuple[bytes, int | None]:
    query = server.queries.of_id(context.query_id)
    if query is not None:
        query.cancel = work.cancel
        if query.cancelled:
            raise cancelled()

    def run() -> tuple[Result, bytes]:
        # All in one thread: the event loop neither waits for the catalogue nor writes the rows.
        result = work.run()
        with server.catalogue.transaction():
            around = query_answer(context)
        return result, encode_result(result, around, describe_only=context.describe_only)

    try:
        result, body = await asyncio.get_running_loop().run_in_executor(server.workers, run)
    except Exception:
        if query is not None and query.cancelled:
            raise cancelled() from None
        raise
    _note_kind(server, context.query_id, result)
    return body, len(result.rows)


def admit(server: Server, session: Session) -> None:
    """Hold a session against what has changed since its login; before every statement and renewal.

    A user who is gone or disabled, or whose address the present network policy excludes, is refused
    (docs.snowflake.com: Controlling network traffic with network policies; ALTER USER, DISABLED). A primary role that
    is gone, or that the user has no more, is not active any longer: the session goes on with the rights of PUBLIC.
    """
    user = server.catalogue.lookup(session.user)
    if user is None:
        server.sessions.close(session)
        raise SnowflakeError("390111", "08001", "Session no longer exists.  New login required to access the service.")
    policies.require_enabled(user)
    if not session.anywhere:
        policies.require_address(server.catalogue, user, session.address)
    if session.role is not None and session.role not in available_roles(server.catalogue, user.id):
        session.role = None


def _check_single(sql: str) -> str:
    """The statement's first word; 000900 for an empty text, 000008 for several statements."""
    first = _FIRST.match(sql)
    word = first.group("word").upper() if first else ""
    if first is None or not sql[first.end("blank") :].strip("; \t\r\n"):
        raise SnowflakeError("000900", "42601", "SQL compilation error:\nEmpty SQL statement.")
    if ";" in sql and not has_body(sql):
        count = len(split_statements(sql))
        if count > 1:
            raise wrong_count(count, 1)
    return word


def abort(server: Server, session: Session, request_id: str) -> bool:
    """Cancel the statement of a request id as far as the data plane can; whether one was running."""
    query = server.queries.of_request(session.id, request_id)
    return query is not None and stop(query)


def stop(query: Query) -> bool:
    """Cancel a statement; whether it was running."""
    if query.task.done():
        return False
    query.cancelled = True
    if query.cancel is not None:
        query.cancel()
    return True
