"""Connections of REST clients: how many there may be, how long they may wait, and errors of HTTP itself in JSON."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

# A request's head, and the next request on an open connection, come within this time.
IDLE_SECONDS = 30.0
_MAX_CONNECTIONS = 1024
# What is still to come of a body that is refused is read for this long, so that its client reads the answer.
_LINGER_SECONDS = 2.0
_BUFFER_BYTES = 2**16
_BACKLOG, _ACCEPTED_AT_ONCE = 4096, 32
_MAX_HEADERS, _MAX_HEADER_BYTES = 32, 4096
_TOO_LARGE_HEAD = 431


def json_response(value: dict[str, Any], status: int = 200, indent: int | None = None) -> web.Response:
    return web.Response(text=json.dumps(value, indent=indent), status=status, content_type="application/json")


class Connection(web.RequestHandler):
    """aiohttp's connection, which says in JSON what is wrong with a request that is none."""

    def __init__(self, connections: "Connections", **options: Any) -> None:
        super().__init__(connections, **options)
        self.connections = connections

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("an answer has begun")
        reason = (message or "the request is no HTTP").splitlines()[0]
        response = json_response({"error": reason}, _TOO_LARGE_HEAD if isinstance(exc, LineTooLong) else status)
        response.force_close()
        return response

    def log_exception(self, *args: Any, **options: Any) -> None:
        """Only what happens to connections that are open: aiohttp reads on from those that were closed."""
        if self.connected:
            super().log_exception(*args, **options)

    def end_at_once(self) -> None:
        """Close after the answer, without reading what is still to come."""
        self._lingering_time = 0.0


class Connections(web.Server):
    """aiohttp's server. When there are too many connections, the one that has waited longest for its client is closed."""

    def __init__(self, handler: Any, **options: Any) -> None:
        super().__init__(handler, **options)
        self._waiting: dict[web.RequestHandler, None] = {}  # the longest first
        self._num_answering = 0

    def __call__(self) -> web.RequestHandler:
        return Connection(self, loop=self._loop, **self._kwargs)

    def connection_made(self, handler: web.RequestHandler, transport: Any) -> None:
        super().connection_made(handler, transport)
        self._waiting[handler] = None
        self.make_room()

    def make_room(self) -> None:
        """Close the connection that has waited longest, if there are too many."""
        if len(self._waiting) + self._num_answering > _MAX_CONNECTIONS:
            longest = next(iter(self._waiting))
            del self._waiting[longest]
            if longest.transport:
                # Not by `force_close`, after which who reads from it is told of a fault before it is cancelled,
                # and which waits for a client that does not read its answer.
                longest.transport.abort()

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        self._waiting.pop(handler, None)
        super().connection_lost(handler, exc)

    @contextmanager
    def answering(self, connection: web.RequestHandler) -> Iterator[None]:
        """Keep a connection, whose client has sent a whole request."""
        self._waiting.pop(connection, None)
        self._num_answering += 1
        try:
            yield
        finally:
            self._num_answering -= 1
            if connection.connected:
                self._waiting[connection] = None


async def start(runner: web.ServerRunner, host: str, port: int) -> None:
    """Listen for connections. Many may come at once; few are taken at a time, so that those which are there get their turns."""
    listening = socket.create_server((host, port))
    await web.SockSite(runner, listening, backlog=_ACCEPTED_AT_ONCE).start()
    listening.listen(_BACKLOG)


def make_connections(handler: Any) -> Connections:
    """A server whose requests `handler` answers; a request is cancelled when its client leaves."""
    return Connections(
        handler,
        handler_cancellation=True,
        access_log=None,
        keepalive_timeout=IDLE_SECONDS,
        lingering_time=_LINGER_SECONDS,
        read_bufsize=_BUFFER_BYTES,
        max_headers=_MAX_HEADERS,
        max_field_size=_MAX_HEADER_BYTES,
    )
