"""Clients that want a server's memory, connections and time, without end; all of them go to this machine only.

    .venv/bin/python -m benchmarks.flood_clients --rest HOST:PORT --grpc HOST:PORT --model NAME --seconds 10

Prints `ready`, and JSON at the end: how often each kind got which answer.
"""

import argparse
import gzip
import http.client
import itertools
import json
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import grpc

_TIMEOUT_SECONDS = 30
_LARGE_BYTES = 15 * 2**20  # below what a request may have
_TOO_LARGE_BYTES = 63 * 2**20
_BOMB_BYTES, _NUM_BOMBS = 2**26, 16  # one after another in a file, which gzip allows
# Of one client. Of 32, three have trickling heads: 900.
_NUM_TRICKLING, _NUM_SLOW, _NUM_STALLED = 300, 128, 8
_SECONDS_BETWEEN_BYTES = 0.5
# The clients share the machine with the server, which those of a network do not.
_NICENESS = 10


@dataclass(frozen=True)
class Target:
    """Addresses as (host, port), when to stop in seconds of `time.monotonic`, and what only one kind of client needs."""

    rest: tuple[str, int]
    grpc: tuple[str, int]
    model: str
    until_seconds: float
    bomb: bytes

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.until_seconds

    def head(self, *lines: str) -> bytes:
        """Head of a prediction."""
        return "\r\n".join([f"POST /v1/models/{self.model}:predict HTTP/1.1", "Host: x", *lines, "", ""]).encode()


def _post(target: Target, body: bytes, *lines: str) -> str:
    """Status of the answer to one body."""
    with socket.create_connection(target.rest, timeout=_TIMEOUT_SECONDS) as connection:
        with suppress(ConnectionError):  # refused before all of it was sent; the answer may be there
            connection.sendall(target.head(f"Content-Length: {len(body)}", *lines) + body)
        response = http.client.HTTPResponse(connection)
        response.begin()
        return str(response.status)


def send_bomb(target: Target) -> str:
    return _post(target, target.bomb, "Content-Encoding: gzip")


def send_lists(target: Target) -> str:
    return _post(target, b'{"instances":[' + b"[],[0]," * (_LARGE_BYTES // 7) + b"[]]}")


def send_numbers(target: Target) -> str:
    return _post(target, b'{"signature_name":"predict_frames","instances":[' + b"1.5," * (_LARGE_BYTES // 4) + b"0]}")


def send_too_much(target: Target) -> str:
    return _post(target, b'{"instances":[' + b"[1]," * (_TOO_LARGE_BYTES // 4) + b"[1]]}")


def send_without_end(target: Target) -> str:
    """A body in chunks, of unknown length."""
    with socket.create_connection(target.rest, timeout=_TIMEOUT_SECONDS) as connection:
        with suppress(ConnectionError):
            connection.sendall(target.head("Transfer-Encoding: chunked"))
            for _ in range(_TOO_LARGE_BYTES // 2**16):
                connection.sendall(b"10000\r\n" + bytes(2**16) + b"\r\n")
        response = http.client.HTTPResponse(connection)
        response.begin()
        return str(response.status)


def trickle(target: Target, address: tuple[str, int], count: int, begin: bytes) -> str:
    """So many connections, each of which sends a byte now and then until the server closes it."""
    connections = []
    for _ in range(count):
        with suppress(OSError):
            connection = socket.create_connection(address, timeout=_TIMEOUT_SECONDS)
            connections.append(connection)
            connection.sendall(begin)
    opened = len(connections)
    try:
        while connections and not target.is_over:
            time.sleep(_SECONDS_BETWEEN_BYTES)
            connections = [connection for connection in connections if _send_byte(connection)]
        return "all closed" if not connections else "some open at the end"
    finally:
        for connection in connections:
            connection.close()
        if not opened:
            time.sleep(_SECONDS_BETWEEN_BYTES)


def _send_byte(connection: socket.socket) -> bool:
    """Whether the connection is still open."""
    try:
        connection.sendall(b"x")
        connection.setblocking(False)
        return connection.recv(2**16) != b""
    except BlockingIOError:
        return True
    except OSError:
        connection.close()
        return False


def trickle_heads(target: Target) -> str:
    return trickle(target, target.rest, _NUM_TRICKLING, b"POST /v1/models/x HTTP/1.1\r\nX: ")


def trickle_bodies(target: Target) -> str:
    return trickle(target, target.rest, _NUM_SLOW, target.head("Content-Length: 200000") + bytes(1000))


def trickle_into_grpc(target: Target) -> str:
    return trickle(target, target.grpc, _NUM_SLOW, b"PRI * HTTP/2.0\r\n")


def _call(target: Target, message: bytes, compression: grpc.Compression) -> str:
    with grpc.insecure_channel(":".join(map(str, target.grpc)), [("grpc.max_send_message_length", -1)]) as channel:
        method = channel.unary_unary("/tensorflow.serving.PredictionService/Predict")
        try:
            method(message, compression=compression, timeout=_TIMEOUT_SECONDS)
        except grpc.RpcError as error:
            return str(error.code().name)
        return "OK"


def send_large_message(target: Target) -> str:
    return _call(target, bytes(_LARGE_BYTES), grpc.Compression.NoCompression)


def send_grpc_bomb(target: Target) -> str:
    return _call(target, bytes(_TOO_LARGE_BYTES), grpc.Compression.Gzip)


def _field(name: bytes, value: bytes) -> bytes:
    """A header of HPACK, as it is."""
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def stalled_calls(count: int, num_bytes: int) -> bytes:
    """HTTP/2 of so many calls whose messages of `num_bytes` end after a few of them."""
    headers = {
        b":method": b"POST",
        b":scheme": b"http",
        b":path": b"/tensorflow.serving.PredictionService/Predict",
        b":authority": b"x",
        b"content-type": b"application/grpc",
        b"te": b"trailers",
    }
    head = b"".join(itertools.starmap(_field, headers.items()))
    begin = b"\x00" + num_bytes.to_bytes(4, "big") + bytes(100)
    calls = [_frame(1, 4, stream, head) + _frame(0, 0, stream, begin) for stream in range(1, 2 * count, 2)]
    return b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(4, 0, 0, b"") + b"".join(calls)


def answered_calls(connection: socket.socket) -> Iterator[None]:
    """One item for each call that the server ends."""
    with connection.makefile("rb") as frames:
        while header := frames.read(9):
            frames.read(int.from_bytes(header[:3], "big"))
            kind, flags = header[3], header[4]
            if kind == 3 or (kind == 1 and flags & 1):
                yield


def stall_messages(target: Target) -> str:
    with socket.create_connection(target.grpc, timeout=_TIMEOUT_SECONDS) as connection:
        connection.sendall(stalled_calls(_NUM_STALLED, _LARGE_BYTES))
        ended = len(list(itertools.islice(answered_calls(connection), _NUM_STALLED)))
        return "all refused" if ended == _NUM_STALLED else "closed"


KINDS: tuple[Callable[[Target], str], ...] = (
    send_bomb,
    send_lists,
    send_numbers,
    send_too_much,
    send_without_end,
    trickle_heads,
    trickle_bodies,
    trickle_into_grpc,
    send_large_message,
    send_grpc_bomb,
    stall_messages,
)


def flood(target: Target, num_clients: int) -> dict[str, int]:
    """Have so many clients ask until the time is over; how often each kind got which answer."""
    answers: Counter[str] = Counter()
    lock = threading.Lock()

    def run(kind: Callable[[Target], str]) -> None:
        while not target.is_over:
            try:
                answer = kind(target)
            except (OSError, http.client.HTTPException) as error:
                answer = type(error).__name__
            with lock:
                answers[f"{kind.__name__}: {answer}"] += 1

    threads = [threading.Thread(target=run, args=(KINDS[i % len(KINDS)],)) for i in range(num_clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return dict(sorted(answers.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for option in ("--rest", "--grpc", "--model"):
        parser.add_argument(option, required=True)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, required=True)
    arguments = parser.parse_args()
    os.nice(_NICENESS)
    rest, grpc_address = (
        (host, int(port)) for host, port in (text.rsplit(":", 1) for text in (arguments.rest, arguments.grpc))
    )
    bomb = gzip.compress(bytes(_BOMB_BYTES), 9) * _NUM_BOMBS
    print("ready", flush=True)
    until = time.monotonic() + arguments.seconds
    target = Target(rest, grpc_address, arguments.model, until, bomb)
    print(json.dumps(flood(target, arguments.clients)))


if __name__ == "__main__":
    main()
