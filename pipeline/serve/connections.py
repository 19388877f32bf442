"""Connections of REST clients: how many there may be, how long they may wait, and errors of HTTP itself in JSON."""

import json
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

# A request's head, and the next request on an open connection, come within this time.
IDLE_SECONDS = 30.0
_MAX_CONNECTIONS = 256
# What is still to come of a body that is refused is read for this long, so that its client reads the answer.
_LINGER_SECONDS = 2.0
_BUFFER_BYTES = 2**16
_MAX_HEADERS = 64
_TOO_LARGE_HEAD = 431


def json_response(value: dict[str, Any], status: int = 200, indent: int | None = None) -> web.Response:
    return web.Response(text=json.dumps(value, indent=indent), status=status, content_type="application/json")


class Connection(web.RequestHandler):
    """aiohttp's connection, which says in JSON what is wrong with a request that is none."""

    # A connection is not closed for others while the answer to a whole request is made, and later than those without any.
    is_answering = False
    was_answering = False

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("an answer has begun")
        reason = (message or "the request is no HTTP").splitlines()[0]
        response = json_response({"error": reason}, _TOO_LARGE_HEAD if isinstance(exc, LineTooLong) else status)
        response.force_close()
        return response

    def end_at_once(self) -> None:
        """Close after the answer, without reading what is still to come."""
        self._lingering_time = 0.0


class Connections(web.Server):
    """aiohttp's server. When there are too many connections, the oldest one that waits for its client is closed."""

    def __call__(self) -> web.RequestHandler:
        return Connection(self, loop=self._loop, **self._kwargs)

    def connection_made(self, handler: web.RequestHandler, transport: Any) -> None:
        super().connection_made(handler, transport)
        if sum(connection.connected for connection in self._connections) <= _MAX_CONNECTIONS:
            return
        others = [other for other in self._connections if isinstance(other, Connection) and other is not handler]
        waiting = [other for other in others if other.connected and not other.is_answering]
        oldest = min(waiting, key=lambda other: other.was_answering, default=handler)
        oldest.force_close()


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
    )
