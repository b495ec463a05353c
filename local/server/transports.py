"""Connections: none may wait for ever for a request's head, and a fault can cut one without an answer."""

from __future__ import annotations

import asyncio

import h11
from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 30.0
"""How long a client may take to send a request's head, from its first byte or from the connection on."""
MOST_CONNECTIONS = 2000
"""Connections beyond are answered with status 503, which drivers try again."""

_OPEN: dict[tuple[str, int], asyncio.Transport] = {}


class BoundedProtocol(H11Protocol):
    """uvicorn's protocol, which has a limit for idle connections between requests, but none for half a head."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The head of the first request is awaited."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """A request's head, or a part of it, or something of its body."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """The next request may have come already, as a whole or in part."""
        super().on_response_complete()
        self._look()

    def _look(self) -> None:
        unread, _ = self.conn.trailing_data
        if self.conn.their_state is h11.IDLE and unread:
            self._await_head()
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class TrackedProtocol(BoundedProtocol):
    """Known by the client's address; used only where faults are active."""

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
