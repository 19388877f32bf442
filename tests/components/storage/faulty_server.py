"""A server that hands requests on to an S3 server, except for those that it lets fail."""

import http.client
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

Fault = Callable[["_Handler"], None]


@dataclass
class FaultyServer:
    """`faults`: what happens to the next requests, one each; the others are answered. `num_requests` counts all."""

    address: str = ""
    faults: deque[Fault] = field(default_factory=deque)
    num_requests: int = 0
    ignored_headers: tuple[str, ...] = ()


def refuse(status: int, code: str) -> Fault:
    """An answer with an error of S3's."""

    def fault(handler: "_Handler") -> None:
        body = f"<Error><Code>{code}</Code><Message>said so</Message></Error>".encode()
        handler.answer(status, {"Content-Length": str(len(body)), "Content-Type": "application/xml"}, body)

    return fault


def reset(handler: "_Handler") -> None:
    """The connection ends without an answer."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def cut(num_bytes: int, meanwhile: Callable[[], object] = lambda: None) -> Fault:
    """An answer that ends after so many bytes; `meanwhile` is done before it ends."""

    def fault(handler: "_Handler") -> None:
        status, headers, body = handler.ask()
        handler.answer(status, headers, body[:num_bytes])
        meanwhile()
        handler.close_connection = True

    return fault


@contextmanager
def serving(real_address: str) -> Iterator[FaultyServer]:
    faulty = FaultyServer()
    handler = type("Handler", (_Handler,), {"faulty": faulty, "real": urlsplit(real_address).netloc})
    with _Server(("127.0.0.1", 0), handler) as server:
        faulty.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield faulty
        server.shutdown()


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Connections that were cut are meant to be."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    faulty: FaultyServer
    real: str

    def do_GET(self) -> None:  # noqa: N802
        self.faulty.num_requests += 1
        if self.faulty.faults:
            self.faulty.faults.popleft()(self)
        else:
            self.answer(*self.ask())

    def ask(self) -> tuple[int, dict[str, str], bytes]:
        """What the S3 server says."""
        kept = {name: value for name, value in self.headers.items() if name not in self.faulty.ignored_headers}
        connection = http.client.HTTPConnection(self.real)
        connection.request("GET", self.path, headers=kept)
        response = connection.getresponse()
        body = response.read()
        headers = {name: value for name, value in response.getheaders() if name != "Transfer-Encoding"}
        connection.close()
        return response.status, headers | {"Content-Length": str(len(body))}, body

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name not in ("Connection", "Server", "Date"):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass
