"""A gRPC client as for TensorFlow Serving gets what `clipgate predict` prints."""

import csv
import json
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from components.video.config import SamplingConfig
from models.export_info import read_export_info
from pipeline.prediction.clips import read_jpeg_clips
from tests.e2e.conftest import PushedRun


class SavedModelServicer(prediction_service_pb2_grpc.PredictionServiceServicer):
    """TensorFlow Serving's Predict over one SavedModel."""

    def __init__(self, version: Path) -> None:
        self._model = tf.saved_model.load(str(version))

    def Predict(  # noqa: N802
        self, request: predict_pb2.PredictRequest, context: grpc.ServicerContext
    ) -> predict_pb2.PredictResponse:
        signature = self._model.signatures[request.model_spec.signature_name or "serving_default"]
        outputs = signature(**{name: tf.constant(tf.make_ndarray(proto)) for name, proto in request.inputs.items()})
        response = predict_pb2.PredictResponse()
        for name, value in outputs.items():
            response.outputs[name].CopyFrom(tf.make_tensor_proto(value))
        return response


@pytest.fixture(scope="module")
def stub(pushed_run: PushedRun) -> Iterator[prediction_service_pb2_grpc.PredictionServiceStub]:
    """A client of a server over the pushed model."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
    servicer = SavedModelServicer(pushed_run.project.versions()[0])
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)
    server.stop(grace=None)


def ask(
    stub: prediction_service_pb2_grpc.PredictionServiceStub, signature: str, name: str, value: tf.Tensor
) -> dict[str, float]:
    """Probability by class for the first clip of a request."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "action"
    request.model_spec.signature_name = signature
    request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    outputs = stub.Predict(request).outputs
    classes = tf.make_ndarray(outputs["classes"])[0].astype(str)
    return dict(zip(classes, tf.make_ndarray(outputs["probabilities"])[0].tolist(), strict=True))


def test_grpc_the_command_line_and_the_stored_examples_agree(
    pushed_run: PushedRun, stub: prediction_service_pb2_grpc.PredictionServiceStub
) -> None:
    project = pushed_run.project
    stored = next(iter(sorted(project.artifact("VideoExampleGen", "examples").glob("Split-test/*.gz"))))
    record = next(iter(tf.data.TFRecordDataset(str(stored), "GZIP"))).numpy()
    feature = tf.train.Example.FromString(record).features.feature
    video = feature["video_id"].bytes_list.value[0].decode()
    with (project.folder / "data" / "annotations.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["path"] == video]
    start = min(
        (row["start_seconds"] for row in rows),
        key=lambda t: abs(float(t) - feature["start_seconds"].float_list.value[0]),
    )
    end = next(row["end_seconds"] for row in rows if row["start_seconds"] == start)

    path = project.folder / "data" / video
    shown = project.clipgate(
        "predict", str(path), "--model", str(project.versions()[0]), "--json",
        "--start-seconds", start, "--end-seconds", end,
    )  # fmt: skip
    predicted = json.loads(shown.stdout)
    assert not shown.stderr.strip()  # TensorFlow has a lot to say
    sampling = SamplingConfig.model_validate(read_export_info(project.versions()[0]).sampling)
    (jpegs,) = read_jpeg_clips(path, sampling, float(start), float(end))
    pixels = np.stack([tf.io.decode_jpeg(jpeg, dct_method="INTEGER_ACCURATE").numpy() for jpeg in jpegs])

    assert list(jpegs) == list(feature["frames"].bytes_list.value)
    for answer in (
        ask(stub, "serving_default", "examples", tf.constant([record])),
        ask(stub, "predict_jpeg", "frames", tf.constant([jpegs])),
        ask(stub, "predict_frames", "frames", tf.constant(pixels[np.newaxis])),
    ):
        assert answer == pytest.approx(predicted, abs=1e-5)
