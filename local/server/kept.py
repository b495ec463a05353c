"""Answers that are kept to be fetched again: as results for RESULT_SCAN, and what became of a statement."""

from __future__ import annotations

import base64
import json

from local.data.arrow import ArrowRows
from local.model import Json
from local.results import Column, Result, Type
from local.server.state import Query, Server

IN_PROGRESS = "333334"
"""The code by which drivers know that a statement goes on without them (Python connector ``network.py``)."""


def detached(query: Query) -> dict[str, Json]:
    """The answer to a statement that was sent to run in the background."""
    data: dict[str, Json] = {
        "queryId": query.id,
        "getResultUrl": f"/queries/{query.id}/result",
        "queryAbortsAfterSecs": 300,
        "progressDesc": None,
    }
    return {
        "data": data,
        "message": "Query execution in progress. Asynchronous execution mode.",
        "code": IN_PROGRESS,
        "success": True,
    }


def monitored(query: Query) -> dict[str, Json]:
    """The status of a statement as connectors ask for it."""
    status = "RUNNING" if query.ended is None else "FAILED_WITH_ERROR" if query.code else "SUCCESS"
    message = None
    if query.ended is not None and query.code and query.task.done():
        message = str(json.loads(query.task.result())["message"])
    return {
        "id": query.id,
        "status": status,
        "state": status,
        "sessionId": query.session,
        "startTime": int(query.started * 1000),
        "endTime": int((query.ended or 0) * 1000),
        "errorCode": query.code or "",
        "errorMessage": message,
    }


def kept_result(server: Server, user: int, query_id: str) -> Result | None:
    """The result of a statement of ``user`` that has ended well; None if it is not kept."""
    query = server.queries.of_id(query_id)
    if query is None or query.user != user or not query.task.done() or query.code:
        return None
    data = json.loads(query.task.result())["data"]
    columns = tuple(_column(told) for told in data["rowtype"])
    if data["queryResultFormat"] == "arrow":
        return Result(columns, ArrowRows(columns, base64.b64decode(data["rowsetBase64"]), data["total"]))
    return Result(columns, [tuple(row) for row in data["rowset"]])


def _column(told: dict[str, Json]) -> Column:
    def number(name: str) -> int | None:
        value = told[name]
        return value if isinstance(value, int) else None

    return Column(
        str(told["name"]),
        Type(told["type"]),
        number("precision"),
        number("scale"),
        number("length"),
        told["nullable"] is True,
    )
