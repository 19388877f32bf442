"""What hostile clients cannot take: memory, connections and time, at a server with real sockets."""

import gzip
import http.client
import json
import socket
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import grpc
import numpy as np
import psutil
import pytest

from benchmarks.flood import measure
from benchmarks.flood_clients import answered_calls, stalled_calls
from tests.pipeline.serve.clients import MODEL_PATH, in_base64, jpeg_clips, predict_request, prediction_stub, rest
from tests.pipeline.serve.conftest import RunningServer, push, run_server

MAX_BYTES = 2**22
GOOD = in_base64(jpeg_clips(1)).encode()
TOO_SMALL_FRAMES = {"signature_name": "predict_frames", "inputs": np.zeros((1, 2, 60, 60, 3), int).tolist()}


@contextmanager
def new_server(exported_model: Path, tmp_path: Path) -> Iterator[RunningServer]:
    push(exported_model, tmp_path, 1)
    with run_server(tmp_path, max_request_bytes=MAX_BYTES) as server:
        yield server


def connect(address: str) -> socket.socket:
    host, port = address.split(":")
    return socket.create_connection((host, int(port)))


def head(*lines: str) -> bytes:
    return "\r\n".join([f"POST {MODEL_PATH}:predict HTTP/1.1", "Host: x", *lines, "", ""]).encode()


def answer_to(address: str, sent: bytes) -> tuple[int, dict[str, str]]:
    """Status and JSON of what the server says to these bytes."""
    with connect(address) as connection:
        connection.sendall(sent)
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status, json.loads(response.read())


def packed(body: bytes, encoding: str = "gzip") -> bytes:
    return head(f"Content-Encoding: {encoding}", f"Content-Length: {len(body)}") + body


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_packed_bodies_are_read_and_bombs_are_not(
    server: RunningServer, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    assert answer_to(server.rest, packed(pack(GOOD), encoding))[0] == 200
    status, answer = answer_to(server.rest, packed(pack(bytes(2**26)), encoding))
    assert (status, set(answer)) == (413, {"error"})
    assert f"Maximum request body size {MAX_BYTES} exceeded" in answer["error"]


def test_a_bomb_of_grpc_is_not_unpacked(server: RunningServer) -> None:
    def call(num_bytes: int) -> grpc.RpcError:
        request = predict_request("predict_frames", frames=np.zeros(num_bytes, np.uint8))
        with grpc.insecure_channel(server.grpc, compression=grpc.Compression.Gzip) as channel:
            with pytest.raises(grpc.RpcError) as caught:
                prediction_stub(channel).Predict(request)
            return caught.value

    assert call(1000).code() == grpc.StatusCode.INVALID_ARGUMENT  # it was read
    error = call(2**26)
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "larger than max" in error.details()


@pytest.mark.parametrize(
    ("sent", "status", "error"),
    [
        (b"hello\r\n\r\n", 400, ""),
        (b"GET /v1/models/x HTTP/9.9.9\r\n\r\n", 400, ""),
        (head("X: " + "x" * 10_000), 431, ""),
        (head(*(f"X{i}: x" for i in range(1000))), 400, ""),
        (head("Content-Length: many"), 400, ""),
        (head("Transfer-Encoding: chunked") + b"no number\r\n", 400, ""),
        (head("Content-Encoding: gzip", "Content-Length: 8") + b"not gzip", 400, "did not arrive whole"),
        (head("Content-Encoding: rot13", "Content-Length: 2") + b"{}", 415, "expected one of identity, gzip, deflate"),
    ],
)
def test_what_is_no_request_is_answered_in_json(server: RunningServer, sent: bytes, status: int, error: str) -> None:
    found, answer = answer_to(server.rest, sent)
    assert (found, set(answer)) == (status, {"error"})
    assert answer["error"]
    assert error in answer["error"]


def test_json_of_too_many_values_is_refused_and_large_json_is_read(exported_model: Path, tmp_path: Path) -> None:
    with new_server(exported_model, tmp_path) as server:
        values = b"[" + b"[[],[0]]," * (MAX_BYTES // 10) + b"[]]"
        for body, expected in ((values, 413), (json.dumps(TOO_SMALL_FRAMES).encode(), 200)):
            instances = b'{"inputs":' + body + b"}" if expected == 413 else body
            status, answer = rest(server.rest, "POST", f"{MODEL_PATH}:predict", instances)
            assert status == expected
        assert "outputs" in answer


def _reads_json(process: psutil.Process) -> bool:
    # Others may end meanwhile.
    with suppress(psutil.Error):
        return "json_process" in " ".join(process.cmdline())
    return False


def test_the_process_that_reads_json_is_started_anew(exported_model: Path, tmp_path: Path) -> None:
    with new_server(exported_model, tmp_path) as server:
        process = [child for child in psutil.Process().children() if _reads_json(child)][-1]
        process.kill()
        status, answer = rest(server.rest, "POST", f"{MODEL_PATH}:predict", TOO_SMALL_FRAMES)
        assert (status, answer["error"]) == (500, "the process that reads JSON has ended; try again")
        assert rest(server.rest, "POST", f"{MODEL_PATH}:predict", TOO_SMALL_FRAMES)[0] == 200


def test_slow_bodies_give_way_to_those_that_come_at_once(exported_model: Path, tmp_path: Path) -> None:
    with new_server(exported_model, tmp_path) as server, ExitStack() as stack:
        slow = [stack.enter_context(connect(server.rest)) for _ in range(100)]
        for connection in slow:
            connection.sendall(head("Content-Length: 250000") + b"{")
        assert answer_to(server.rest, packed(gzip.compress(GOOD)))[0] == 200
        for _ in range(3):
            assert rest(server.rest, "POST", f"{MODEL_PATH}:predict", GOOD)[0] == 200
        response = http.client.HTTPResponse(slow[0])
        response.begin()
        assert response.status == 503
        assert "came slowly while others waited" in json.loads(response.read())["error"]


def test_connections_that_say_nothing_or_little_are_closed(
    exported_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.serve.connections.IDLE_SECONDS", 1.0)
    with new_server(exported_model, tmp_path) as server, ExitStack() as stack:
        trickling = [stack.enter_context(connect(server.rest)) for _ in range(900)]
        for connection in trickling[1:]:
            connection.sendall(b"POST /v1/models HTTP/1.1\r\nX: ")
        assert rest(server.rest, "POST", f"{MODEL_PATH}:predict", GOOD)[0] == 200
        assert [connection.recv(1) for connection in trickling] == [b""] * 900


def test_the_connection_that_has_waited_longest_makes_room(
    exported_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.serve.connections._MAX_CONNECTIONS", 3)
    with new_server(exported_model, tmp_path) as server, ExitStack() as stack:
        waiting = [stack.enter_context(connect(server.rest)) for _ in range(3)]
        assert rest(server.rest, "GET", MODEL_PATH)[0] == 200
        assert waiting[0].recv(1) == b""
        waiting[-1].sendall(head(f"Content-Length: {len(GOOD)}") + GOOD)
        assert waiting[-1].recv(15) == b"HTTP/1.1 200 OK"


def test_messages_that_stall_give_way_and_are_refused(exported_model: Path, tmp_path: Path) -> None:
    with new_server(exported_model, tmp_path) as server, connect(server.grpc) as connection:
        connection.sendall(stalled_calls(20, MAX_BYTES // 2))
        with grpc.insecure_channel(server.grpc) as channel:
            for _ in range(3):
                prediction_stub(channel).Predict(predict_request("predict_jpeg", frames=jpeg_clips(1)))
        assert next(answered_calls(connection), False) is None


def test_a_message_that_does_not_arrive_is_given_up(
    exported_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.serve.grpc_api._MESSAGE_SECONDS", 0.1)
    with new_server(exported_model, tmp_path) as server, connect(server.grpc) as connection:
        connection.sendall(stalled_calls(1, 1000))
        assert next(answered_calls(connection), False) is None


def test_beside_hostile_clients_a_server_stays_small_and_its_answers_right_and_its_log_short(
    server: RunningServer, capfd: pytest.CaptureFixture[str]
) -> None:
    result = measure(server.base, seconds=8, warm_up_seconds=2)
    assert "Traceback" not in capfd.readouterr().err
    assert result["good"]["wrong"] == []
    # On a busy machine what a good client sends may come slowly, too.
    assert len(result["good"]["turned_away"]) < result["good"]["requests"] / 10
    assert result["mebibytes"]["ratio"] < 2
