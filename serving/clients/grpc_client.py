"""Recognise the action in a video through gRPC.

    python -m serving.clients.grpc_client VIDEO --model runs/first/serving/action

Needs NumPy, OpenCV, grpcio and protobuf, and nothing of clipgate but this folder and the card of the model. TensorFlow
Serving's own package of messages (tensorflow-serving-api) would bring TensorFlow with it; `messages` describes the few fields
that are used, by their numbers in tensorflow_serving/apis/predict.proto and tensorflow/core/framework/tensor.proto.
"""

import argparse
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import grpc
import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from serving.clients.frames import answer, read_card, read_clips
from serving.clients.numbers import read_numbers

_METHOD = "/tensorflow.serving.PredictionService/Predict"
_STRING, _FLOAT = 7, 1  # of tensorflow.DataType
_KINDS = descriptor_pb2.FieldDescriptorProto
# By message: name, number, type, whether it is repeated. A type in capitals is one of protobuf's.
_FIELDS: dict[str, tuple[tuple[str, int, str, bool], ...]] = {
    "Dim": (("size", 1, "INT64", False),),
    "Shape": (("dim", 2, "Dim", True),),
    "Tensor": (
        ("dtype", 1, "INT32", False),
        ("tensor_shape", 2, "Shape", False),
        ("tensor_content", 4, "BYTES", False),
        ("float_val", 5, "FLOAT", True),
        ("string_val", 8, "BYTES", True),
    ),
    "ModelSpec": (("name", 1, "STRING", False), ("signature_name", 3, "STRING", False)),
    "Entry": (("key", 1, "STRING", False), ("value", 2, "Tensor", False)),  # of a map, as it is sent
    "PredictRequest": (("model_spec", 1, "ModelSpec", False), ("inputs", 2, "Entry", True)),
    "PredictResponse": (("outputs", 1, "Entry", True),),
}


@cache
def messages() -> dict[str, Any]:
    """Classes of messages that are on the wire what TensorFlow Serving's are, by name."""
    file = descriptor_pb2.FileDescriptorProto(name="predict.proto", package="client", syntax="proto3")
    for message, fields in _FIELDS.items():
        described = file.message_type.add(name=message)
        for name, number, kind, is_repeated in fields:
            label = _KINDS.LABEL_REPEATED if is_repeated else _KINDS.LABEL_OPTIONAL
            field = described.field.add(name=name, number=number, label=label)
            if kind.isupper():
                field.type = getattr(_KINDS, f"TYPE_{kind}")
            else:
                field.type, field.type_name = _KINDS.TYPE_MESSAGE, f".client.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    # The first one came with protobuf 4.22, the second one went with protobuf 5.
    made = getattr(message_factory, "GetMessageClass", None) or message_factory.MessageFactory(pool).GetPrototype
    return {name: made(pool.FindMessageTypeByName(f"client.{name}")) for name in ("PredictRequest", "PredictResponse")}


def predict(
    clips: list[tuple[bytes, ...]], address: str, model_name: str, numbers: Mapping[str, float] | None = None
) -> dict[str, float]:
    """Probability of each class: the mean over clips of JPEG frames.

    `address`: host:port; `numbers`: of all clips, by the names of inputs.
    """
    request = messages()["PredictRequest"]()
    request.model_spec.name = model_name
    request.model_spec.signature_name = "predict_jpeg_with_metadata" if numbers else "predict_jpeg"
    frames = request.inputs.add(key="frames").value
    frames.dtype = _STRING
    for size in (len(clips), len(clips[0])):
        frames.tensor_shape.dim.add(size=size)
    frames.string_val.extend(jpeg for clip in clips for jpeg in clip)
    for name, number in (numbers or {}).items():
        column = request.inputs.add(key=name).value
        column.dtype = _FLOAT
        column.tensor_shape.dim.add(size=len(clips))
        column.float_val.extend([number] * len(clips))
    # A proxy of the environment is not for a server on this machine.
    with grpc.insecure_channel(address, [("grpc.enable_http_proxy", 0)]) as channel:
        call = channel.unary_unary(
            _METHOD,
            request_serializer=messages()["PredictRequest"].SerializeToString,
            response_deserializer=messages()["PredictResponse"].FromString,
        )
        outputs = {entry.key: entry.value for entry in call(request, timeout=60).outputs}
    probabilities = np.reshape(_floats(outputs["probabilities"]), (len(clips), -1)).mean(axis=0)
    classes = [label.decode() for label in outputs["classes"].string_val[: len(probabilities)]]
    return dict(zip(classes, probabilities.tolist(), strict=True))


def _floats(tensor: Any) -> Any:
    assert tensor.dtype == _FLOAT
    return np.frombuffer(tensor.tensor_content, np.float32) if tensor.tensor_content else np.array(tensor.float_val)


def main() -> None:
    """Print the probabilities as JSON, and where a clip may have several labels, these."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video", type=Path)
    parser.add_argument(
        "--model", type=Path, required=True, help="a pushed version, the folder of all versions, or a card"
    )
    parser.add_argument("--address", default="127.0.0.1:8500")
    parser.add_argument("--name", default="action")
    parser.add_argument("--start-seconds", type=float, default=0.0)
    parser.add_argument("--end-seconds", type=float)
    parser.add_argument(
        "--box", type=float, nargs=4, metavar="SHARE", help="of a model of crops: x_min y_min x_max y_max"
    )
    parser.add_argument("--metadata", action="append", default=[], metavar="COLUMN=NUMBER")
    arguments = parser.parse_args()
    card = read_card(arguments.model)
    clips = read_clips(arguments.video, card["sampling"], arguments.start_seconds, arguments.end_seconds, arguments.box)
    numbers = read_numbers(arguments.metadata, card)
    print(json.dumps(answer(card, predict(clips, arguments.address, arguments.name, numbers)), indent=2))


if __name__ == "__main__":
    main()
