"""Requests that a server must survive, and two that it must answer; all of them go to this machine only."""

import base64
import gzip
import http.client
import json
import random
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from benchmarks.served import JpegClip, ServerProcess, grpc_request

_SECONDS = 60


@dataclass(frozen=True)
class Target:
    """Who is attacked: a server, a channel to it, and a clip that would be answered."""

    server: ServerProcess
    channel: grpc.Channel
    clip: JpegClip
    max_request_megabytes: int
    draw: random.Random

    @property
    def path(self) -> str:
        return f"/v1/models/{self.server.name}:predict"


@dataclass(frozen=True)
class Attack:
    """`run` gives the answer, and whether it is one that such a request may get."""

    name: str
    run: Callable[[Target], tuple[str, bool]]


def ask_grpc(channel: grpc.Channel, name: str, clips: list[JpegClip]) -> np.ndarray:
    """Probabilities of clips, by `predict_jpeg`."""
    request = grpc_request(name, frames=clips)
    outputs = prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(request, timeout=_SECONDS).outputs
    return np.asarray(tf.make_ndarray(outputs["probabilities"]))


def ask_rest(address: str, name: str, clips: list[JpegClip]) -> np.ndarray:
    """Probabilities of clips, by `predict_jpeg`."""
    status, answer = _post(address, f"/v1/models/{name}:predict", _rest_request(clips))
    if status != 200:
        raise RuntimeError(f"{status}: {answer}")
    return np.array([row["probabilities"] for row in json.loads(answer)["predictions"]])


def _rest_request(clips: list[JpegClip]) -> bytes:
    rows = [[{"b64": base64.b64encode(jpeg).decode()} for jpeg in clip] for clip in clips]
    return json.dumps({"signature_name": "predict_jpeg", "instances": rows}).encode()


def _post(address: str, path: str, body: bytes) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(address, timeout=_SECONDS)
    try:
        connection.request("POST", path, body)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _by_rest(name: str, make: Callable[[Target], bytes | tuple[str, bytes]], *statuses: int) -> Attack:
    """A body, or a path and a body, that must be answered by one of `statuses` and an error in JSON."""

    def run(target: Target) -> tuple[str, bool]:
        made = make(target)
        path, body = made if isinstance(made, tuple) else (target.path, made)
        try:
            status, answer = _post(target.server.rest, path, body)
        except ConnectionError as error:  # the server answers before it has read a huge body, and closes
            return type(error).__name__, 413 in statuses
        return str(status), status in statuses and set(json.loads(answer)) == {"error"}

    return Attack(f"REST {name}", run)


def _by_raw(name: str, make: Callable[[Target], bytes], status: int) -> Attack:
    """Bytes that must be answered by this status and an error in JSON."""

    def run(target: Target) -> tuple[str, bool]:
        host, port = target.server.rest.split(":")
        with socket.create_connection((host, int(port)), timeout=_SECONDS) as connection:
            connection.sendall(make(target))
            response = http.client.HTTPResponse(connection)
            response.begin()
            answer = response.read()
        return str(response.status), response.status == status and set(json.loads(answer)) == {"error"}

    return Attack(f"REST {name}", run)


def _packed(target: Target, encoding: str, body: bytes) -> bytes:
    return _head(target, len(body)).replace(b"\r\n\r\n", f"\r\nContent-Encoding: {encoding}\r\n\r\n".encode()) + body


def _by_grpc(name: str, make: Callable[[Target], predict_pb2.PredictRequest], *codes: grpc.StatusCode) -> Attack:
    """A request that must be answered by one of `codes`."""

    def run(target: Target) -> tuple[str, bool]:
        try:
            prediction_service_pb2_grpc.PredictionServiceStub(target.channel).Predict(make(target), timeout=_SECONDS)
        except grpc.RpcError as error:
            return error.code().name, error.code() in codes
        return "OK", False

    return Attack(f"gRPC {name}", run)


def _by_socket(name: str, talk: Callable[[Target, socket.socket], None], *, to_grpc: bool = False) -> Attack:
    """Bytes that need no answer."""

    def run(target: Target) -> tuple[str, bool]:
        host, port = (target.server.grpc if to_grpc else target.server.rest).split(":")
        with socket.create_connection((host, int(port)), timeout=_SECONDS) as connection:
            try:
                talk(target, connection)
            except ConnectionError:
                return "closed by the server", True
        return "left", True

    return Attack(f"{'gRPC' if to_grpc else 'REST'} {name}", run)


def _head(target: Target, length: int) -> bytes:
    return f"POST {target.path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode()


def _leave_in_the_middle(target: Target, connection: socket.socket) -> None:
    body = _rest_request([target.clip])
    connection.sendall(_head(target, len(body)) + body[: target.draw.randrange(len(body))])


def _leave_before_the_answer(target: Target, connection: socket.socket) -> None:
    body = _rest_request([target.clip])
    connection.sendall(_head(target, len(body)) + body)


def _send_slowly(target: Target, connection: socket.socket) -> None:
    body = _rest_request([target.clip])
    connection.sendall(_head(target, len(body)))
    for start in range(0, 2000, 100):
        connection.sendall(body[start : start + 100])
        time.sleep(0.1)


def _send_noise(target: Target, connection: socket.socket) -> None:
    connection.sendall(target.draw.randbytes(target.draw.randrange(1, 5000)))


def _cancel(target: Target) -> tuple[str, bool]:
    stub = prediction_service_pb2_grpc.PredictionServiceStub(target.channel)
    future = stub.Predict.future(grpc_request(target.server.name, frames=[target.clip]), timeout=_SECONDS)
    time.sleep(target.draw.uniform(0, 0.05))
    future.cancel()
    return "left", True


def _broken(clip: JpegClip, draw: random.Random) -> JpegClip:
    """A clip whose frames are all cut, emptied or overwritten; the network looks at some of them."""
    way = draw.randrange(3)
    if way == 0:
        return [jpeg[: draw.randrange(1, 20)] for jpeg in clip]
    if way == 1:
        return [b"" for _ in clip]
    return [draw.randbytes(len(jpeg)) for jpeg in clip]


def _tensor_bomb(target: Target) -> predict_pb2.PredictRequest:
    request = grpc_request(target.server.name, "predict_frames")
    request.inputs["frames"].dtype = tf.uint8.as_datatype_enum
    request.inputs["frames"].int_val.append(0)
    for size in (2**20, 2**10, 2**10, 2**10, 3):
        request.inputs["frames"].tensor_shape.dim.add(size=size)
    return request


def _short_tensor(target: Target) -> predict_pb2.PredictRequest:
    request = grpc_request(target.server.name, "predict_frames", frames=np.zeros((1, 2, 8, 8, 3), np.uint8))
    request.inputs["frames"].tensor_content = b"too short"
    return request


def _inputs(value: Any, signature: str = "predict_frames") -> bytes:
    return json.dumps({"signature_name": signature, "inputs": value}).encode()


def _huge(target: Target) -> bytes:
    return b" " * (target.max_request_megabytes * 2**20 + 1)


_INVALID, _NOT_FOUND = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND
_EXHAUSTED, _PRECONDITION = grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.FAILED_PRECONDITION

ATTACKS = (
    _by_rest("bad JSON", lambda target: _rest_request([target.clip])[: -target.draw.randrange(1, 100)], 400),
    _by_rest("deep JSON", lambda target: b'{"instances":' + b"[" * target.draw.randrange(2, 50_000), 400),
    _by_rest("no JSON", lambda target: target.draw.randbytes(1000), 400),
    _by_rest("wrong shape", lambda target: _inputs([[1, 2], [3, 4]]), 400),
    _by_rest("ragged lists", lambda target: _inputs([[[[[1, 2, 3]], [[4]]]]]), 400),
    _by_rest("wrong type", lambda target: _inputs([[[[["x", 2, 3]]]]]), 400),
    _by_rest("no pixels", lambda target: _inputs([[[[], []]]]), 400),
    _by_rest("corrupt JPEG", lambda target: _rest_request([_broken(target.clip, target.draw)]), 400),
    _by_rest("wrong signature", lambda target: _inputs([1], "nothing"), 400),
    _by_rest("wrong model", lambda target: ("/v1/models/nothing:predict", b"{}"), 404),
    _by_rest("wrong version", lambda target: (target.path.replace(":", "/versions/1:"), b"{}"), 404),
    _by_rest("wrong path", lambda target: ("/v1/../../etc/passwd", b"{}"), 400),
    _by_rest("huge", _huge, 413),
    _by_raw("bomb", lambda target: _packed(target, "gzip", gzip.compress(_huge(target))), 413),
    _by_raw("corrupt gzip", lambda target: _packed(target, "gzip", target.draw.randbytes(1000)), 400),
    _by_raw("unknown encoding", lambda target: _packed(target, "rot13", b"{}"), 415),
    _by_raw("no HTTP", lambda target: b"hello\r\n\r\n", 400),
    _by_raw("huge header", lambda target: _head(target, 0)[:-2] + b"X: " + b"x" * 10_000 + b"\r\n\r\n", 431),
    _by_socket("cut in the middle", _leave_in_the_middle),
    _by_socket("cut before the answer", _leave_before_the_answer),
    _by_socket("slow client", _send_slowly),
    _by_socket("noise", _send_noise),
    _by_socket("noise", _send_noise, to_grpc=True),
    Attack("gRPC cancelled", _cancel),
    _by_grpc("wrong shape", lambda target: grpc_request(target.server.name, frames=["x"]), _INVALID),
    _by_grpc("wrong type", lambda target: grpc_request(target.server.name, "predict_frames", frames=[1.0]), _INVALID),
    _by_grpc("wrong input", lambda target: grpc_request(target.server.name, picture=["x"]), _INVALID),
    _by_grpc("tensor bomb", _tensor_bomb, _INVALID),
    _by_grpc("short tensor", _short_tensor, _INVALID),
    _by_grpc(
        "corrupt JPEG",
        lambda target: grpc_request(target.server.name, frames=[_broken(target.clip, target.draw)]),
        _INVALID,
    ),
    _by_grpc("wrong model", lambda target: grpc_request("nothing", frames=["x"]), _NOT_FOUND),
    _by_grpc("wrong signature", lambda target: grpc_request(target.server.name, "nothing"), _PRECONDITION),
    _by_grpc("huge", lambda target: grpc_request(target.server.name, frames=[[_huge(target)]]), _EXHAUSTED),
)
