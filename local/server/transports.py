"""Open connections by the client's address, so that a fault can close one without an answer."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

_OPEN: dict[tuple[str, int], asyncio.Transport] = {}


class TrackedProtocol(H11Protocol):
    """uvicorn's protocol; used only where faults are active."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the transport."""
        super().connection_made(transport)
        if self.client is not None:
            _OPEN[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the transport."""
        if self.client is not None:
            _OPEN.pop(self.client, None)
        super().connection_lost(exc)


async def abort_connection(request: Request) -> None:
    """Cut the connection of a request at once; returns when it is gone (or was never tracked)."""
    client = request.client
    transport = _OPEN.get((client.host, client.port)) if client else None
    if transport is None:
        return
    transport.abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass
