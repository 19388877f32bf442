"""Recognise the action in a video through gRPC.

    python serving/clients/grpc_client.py VIDEO --model runs/first/serving/action

Frames are chosen by the functions that ingest uses, so the model sees what it was trained on. They are sent as pixels, to
`predict_frames`; `predict_jpeg` takes the JPEGs themselves, which are smaller. `--model` is needed only for the sampling that
stands in the model's card.
"""

import argparse
import json
import os
from pathlib import Path

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from components.video.config import SamplingConfig
from foundation.processes import direct_loopback
from pipeline.prediction.clips import read_jpeg_clips
from pipeline.prediction.model import find_model


def predict(clips: list[tuple[bytes, ...]], address: str, model_name: str) -> dict[str, float]:
    """Probability of each class: the mean over clips of JPEG frames. `address`: host:port."""
    # The decoder of the exported graph; others round differently.
    frames = [[tf.io.decode_jpeg(jpeg, channels=3, dct_method="INTEGER_ACCURATE") for jpeg in clip] for clip in clips]
    request = predict_pb2.PredictRequest()
    request.model_spec.name = model_name
    request.model_spec.signature_name = "predict_frames"
    request.inputs["frames"].CopyFrom(tf.make_tensor_proto(np.array(frames)))  # [batch, time, height, width, 3]
    with grpc.insecure_channel(address) as channel:
        outputs = prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(request, timeout=60).outputs
    classes = [label.decode() for label in tf.make_ndarray(outputs["classes"])[0]]
    return dict(zip(classes, tf.make_ndarray(outputs["probabilities"]).mean(axis=0).tolist(), strict=True))


def main() -> None:
    """Print the probabilities as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video", type=Path)
    parser.add_argument("--model", type=Path, required=True, help="a pushed version, or the folder of all versions")
    parser.add_argument("--address", default="127.0.0.1:8500")
    parser.add_argument("--name", default="action")
    arguments = parser.parse_args()
    os.environ.update(direct_loopback())
    _, info = find_model(arguments.model)
    clips = read_jpeg_clips(arguments.video, SamplingConfig.model_validate(info.sampling))
    print(json.dumps(predict(clips, arguments.address, arguments.name), indent=2))


if __name__ == "__main__":
    main()
