"""What the tests send to a server."""

import base64
import http.client
import json
import socket
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from tests.models.clips import draw_clip, encode_clip
from tests.pipeline.serve.conftest import NAME

MODEL_PATH = f"/v1/models/{NAME}"


def rest(address: str, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    """Status and answer of a request; a body that is no string is sent as JSON."""
    connection = http.client.HTTPConnection(address)
    try:
        connection.request(method, path, body if isinstance(body, (str, bytes, type(None))) else json.dumps(body))
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def predict_request(signature: str, **inputs: Any) -> predict_pb2.PredictRequest:
    """A gRPC request; `inputs` are anything that makes a tensor."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = NAME
    request.model_spec.signature_name = signature
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return request


def prediction_stub(channel: grpc.Channel) -> prediction_service_pb2_grpc.PredictionServiceStub:
    """A client of PredictionService."""
    return prediction_service_pb2_grpc.PredictionServiceStub(channel)


def outputs_of(response: predict_pb2.PredictResponse) -> dict[str, np.ndarray]:
    """The tensors of an answer."""
    return {name: tf.make_ndarray(proto) for name, proto in response.outputs.items()}


def metadata_request(*fields: str) -> get_model_metadata_pb2.GetModelMetadataRequest:
    """A gRPC request for metadata."""
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=fields)
    request.model_spec.name = NAME
    return request


def jpeg_clips(count: int, seed: int = 0) -> list[list[bytes]]:
    """JPEG frames of drawn clips: [count, time]."""
    return [encode_clip(draw_clip(i % 3, seed=seed + i)) for i in range(count)]


def in_base64(jpegs: list[list[bytes]]) -> str:
    """A REST request to `predict_jpeg`, in rows."""
    rows = [[{"b64": base64.b64encode(jpeg).decode()} for jpeg in clip] for clip in jpegs]
    return json.dumps({"signature_name": "predict_jpeg", "instances": rows})


def begin_request(connection: socket.socket, num_bytes: int) -> None:
    """Send the head of a prediction through REST; returns when the server is at work on it and waits for the body."""
    head = (
        f"POST {MODEL_PATH}:predict HTTP/1.1\r\nHost: x\r\nContent-Length: {num_bytes}\r\nExpect: 100-continue\r\n\r\n"
    )
    connection.sendall(head.encode())
    answer = b"HTTP/1.1 100 Continue\r\n\r\n"
    assert connection.recv(len(answer), socket.MSG_WAITALL) == answer
