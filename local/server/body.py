"""Request bodies: bounded, gzip or plain, always a JSON object."""

from __future__ import annotations

import asyncio
import json
import zlib
from typing import cast

from starlette.requests import ClientDisconnect, Request

from local.model import Json

LIMIT = 32 * 1024 * 1024
"""Bytes of a statement's body, before and after unpacking."""
SMALL = 256 * 1024
"""Bytes of any other body."""
SECONDS = 60.0
"""How long a client may take to send a body."""


class BadRequest(Exception):
    """A request that is not taken; answered with ``status`` and a JSON error.

    ``retry_after`` (seconds) says when to come again.
    """

    def __init__(self, message: str, status: int = 400, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.retry_after = retry_after


async def read_object(request: Request, limit: int = SMALL) -> dict[str, Json]:
    """The body as a JSON object; an empty body is an empty one. Raises BadRequest."""
    try:
        async with asyncio.timeout(SECONDS):
            raw = await _read(request, limit)
    except TimeoutError:
        raise BadRequest(f"The request body did not come within {SECONDS:g} seconds.", 408) from None
    if not raw.strip():
        return {}
    try:
        value = cast(Json, json.loads(raw))
    except (ValueError, RecursionError) as error:
        raise BadRequest("The request body is not valid JSON.") from error
    if not isinstance(value, dict):
        raise BadRequest("The request body must be a JSON object.")
    return value


async def _read(request: Request, limit: int) -> bytes:
    packed = request.headers.get("content-encoding", "").lower() == "gzip"
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16) if packed else None
    body = bytearray()
    try:
        async for chunk in request.stream():
            if unpacker is None:
                body += chunk
            else:
                body += unpacker.decompress(chunk, limit + 1 - len(body))
            if len(body) > limit or (unpacker is not None and unpacker.unconsumed_tail):
                raise BadRequest(f"The request body is larger than {limit} bytes.", 413)
    except zlib.error as error:
        raise BadRequest("The request body is not valid gzip.") from error
    except ClientDisconnect as error:
        raise BadRequest("The client closed the connection.") from error
    if unpacker is not None and body and not unpacker.eof:
        raise BadRequest("The request body is not valid gzip.")
    return bytes(body)


def text_of(value: Json) -> str:
    """A field that should hold text; numbers as written, anything else is empty."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def object_of(value: Json) -> dict[str, Json]:
    """A field that should hold an object; anything else is an empty one."""
    return value if isinstance(value, dict) else {}
