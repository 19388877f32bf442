"""The server over a real model: gRPC and REST, errors, new versions."""

import http.client
import re
import shutil
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from foundation.messages.errors import UserError
from pipeline.serve.batching import BatchingConfig
from tests.models.clips import CLASSES
from tests.pipeline.serve.clients import (
    MODEL_PATH,
    begin_request,
    in_base64,
    jpeg_clips,
    metadata_request,
    outputs_of,
    predict_request,
    prediction_stub,
    rest,
)
from tests.pipeline.serve.conftest import NAME, RunningServer, push, run_server

NUM_CLIPS = 5


@pytest.fixture(scope="module")
def stub(server: RunningServer) -> Iterator[prediction_service_pb2_grpc.PredictionServiceStub]:
    with grpc.insecure_channel(server.grpc) as channel:
        yield prediction_stub(channel)


@pytest.fixture(scope="module")
def jpegs() -> list[list[bytes]]:
    return jpeg_clips(NUM_CLIPS)


@pytest.fixture(scope="module")
def expected(exported_model: Path, jpegs: list[list[bytes]]) -> np.ndarray:
    """Probabilities of the export, called directly."""
    model = tf.saved_model.load(str(exported_model))
    return model.signatures["predict_jpeg"](frames=tf.constant(jpegs))["probabilities"].numpy()


def pixels(jpegs: list[list[bytes]]) -> np.ndarray:
    return np.array([[tf.io.decode_jpeg(jpeg, dct_method="INTEGER_ACCURATE") for jpeg in clip] for clip in jpegs])


def test_grpc_gives_the_probabilities_of_the_export(
    stub: prediction_service_pb2_grpc.PredictionServiceStub, jpegs: list[list[bytes]], expected: np.ndarray
) -> None:
    for request in (
        predict_request("predict_jpeg", frames=jpegs),
        predict_request("predict_frames", frames=pixels(jpegs)),
    ):
        response = stub.Predict(request)
        outputs = outputs_of(response)
        np.testing.assert_allclose(outputs["probabilities"], expected, atol=1e-5)
        assert outputs["label"].tolist() == [CLASSES[i].encode() for i in expected.argmax(axis=1)]
        assert (response.model_spec.name, response.model_spec.version.value) == (NAME, 7)
        assert response.model_spec.signature_name == request.model_spec.signature_name


def test_rest_gives_the_probabilities_of_the_export_in_rows_and_in_columns(
    server: RunningServer, jpegs: list[list[bytes]], expected: np.ndarray
) -> None:
    status, answer = rest(server.rest, "POST", f"{MODEL_PATH}:predict", in_base64(jpegs))
    assert status == 200
    np.testing.assert_allclose([row["probabilities"] for row in answer["predictions"]], expected, atol=1e-5)
    assert answer["predictions"][0]["classes"] == list(CLASSES)

    body = {"signature_name": "predict_frames", "inputs": {"frames": pixels(jpegs).tolist()}}
    status, answer = rest(server.rest, "POST", f"{MODEL_PATH}/versions/7:predict", body)
    assert status == 200
    np.testing.assert_allclose(answer["outputs"]["probabilities"], expected, atol=1e-5)


def test_requests_that_are_batched_get_the_answers_they_would_get_alone(
    stub: prediction_service_pb2_grpc.PredictionServiceStub, jpegs: list[list[bytes]], expected: np.ndarray
) -> None:
    requests = [predict_request("predict_jpeg", frames=[clip]) for clip in jpegs * 4]
    broken = predict_request("predict_jpeg", frames=[[b"no jpeg"] * 4])
    futures = [stub.Predict.future(request) for request in (requests[:10] + [broken] + requests[10:])]
    failed = futures.pop(10)
    assert failed.exception().code() == grpc.StatusCode.INVALID_ARGUMENT
    # TensorFlow 2.21 reads more formats.
    formats = "JPEG, PNG, GIF, BMP|JPEG, JPEG XL, PNG, GIF, BMP, WebP"
    assert re.fullmatch(rf"Unknown image file format\. One of ({formats}) required\.", failed.exception().details())
    answers = [outputs_of(future.result())["probabilities"][0] for future in futures]
    np.testing.assert_allclose(answers, np.tile(expected, (4, 1)), atol=1e-5)


def test_only_the_outputs_that_are_asked_for_are_sent(
    stub: prediction_service_pb2_grpc.PredictionServiceStub, jpegs: list[list[bytes]]
) -> None:
    request = predict_request("predict_jpeg", frames=jpegs[:1])
    request.output_filter.append("label")
    assert set(stub.Predict(request).outputs) == {"label"}
    request.output_filter[0] = "nothing"
    with pytest.raises(grpc.RpcError, match="output tensor alias not found in signature: nothing"):
        stub.Predict(request)


def test_metadata_describe_every_signature(
    server: RunningServer, stub: prediction_service_pb2_grpc.PredictionServiceStub
) -> None:
    response = stub.GetModelMetadata(metadata_request("signature_def"))
    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(signatures)
    frames = signatures.signature_def["predict_frames"].inputs["frames"]
    assert [axis.size for axis in frames.tensor_shape.dim] == [-1, -1, -1, -1, 3]

    status, answer = rest(server.rest, "GET", f"{MODEL_PATH}/metadata")
    assert status == 200
    assert answer["model_spec"] == {"name": NAME, "signature_name": "", "version": "7"}
    definition = answer["metadata"]["signature_def"]["signature_def"]["predict_jpeg"]
    assert definition["method_name"] == "tensorflow/serving/predict"
    assert definition["inputs"]["frames"]["dtype"] == "DT_STRING"
    assert definition["inputs"]["frames"]["tensor_shape"] == {
        "dim": [{"size": "-1", "name": ""}] * 2,
        "unknown_rank": False,
    }


def test_the_status_is_that_of_each_version(server: RunningServer) -> None:
    available = {"version": "7", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
    for path in (MODEL_PATH, f"{MODEL_PATH}/versions/7"):
        assert rest(server.rest, "GET", path) == (200, {"model_version_status": [available]})
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = NAME
    with grpc.insecure_channel(server.grpc) as channel:
        (status,) = model_service_pb2_grpc.ModelServiceStub(channel).GetModelStatus(request).model_version_status
    assert (status.version, status.state, status.status.error_code) == (7, 30, 0)


FRAMES = {"signature_name": "predict_frames"}


ERRORS: list[tuple[str, str, Any, int, str]] = [
    ("GET", "/v1/models/other", None, 404, "Could not find any versions of model other"),
    ("GET", f"{MODEL_PATH}/versions/5", None, 404, f"Could not find version 5 of model {NAME}"),
    ("GET", "/v1/models/other/metadata", None, 404, "Servable not found for request: Latest(other)"),
    ("POST", "/v1/models/other:predict", "{}", 404, "Servable not found for request: Latest(other)"),
    ("POST", f"{MODEL_PATH}/versions/5:predict", "{}", 404, f"Servable not found for request: Specific({NAME}, 5)"),
    ("POST", f"{MODEL_PATH}/labels/x:predict", "{}", 404, f"Servable not found for request: Specific({NAME}, x)"),
    ("POST", f"{MODEL_PATH}/versions/{'9' * 5000}:predict", "{}", 400, "Failed to convert version"),
    ("POST", f"{MODEL_PATH}:classify", "{}", 501, "classify is not served here"),
    ("GET", f"{MODEL_PATH}:predict", None, 400, f"Malformed request: GET {MODEL_PATH}:predict"),
    ("POST", "/v1/models/", "{}", 400, "Malformed request: POST /v1/models/"),
    ("PUT", MODEL_PATH, "{}", 400, "Malformed request: PUT"),
    ("POST", f"{MODEL_PATH}:predict", "", 400, "JSON Parse error: The document is empty"),
    ("POST", f"{MODEL_PATH}:predict", "{}", 400, "Missing 'inputs' or 'instances' key"),
    (
        "POST",
        f"{MODEL_PATH}:predict",
        {"signature_name": "x", "inputs": 1},
        400,
        'Serving signature name: "x" not found in signature def',
    ),
    ("POST", f"{MODEL_PATH}:predict", {**FRAMES, "instances": [1]}, 400, "received: uint8 [1]"),
    ("POST", f"{MODEL_PATH}:predict", {**FRAMES, "inputs": [[[[[1, 2]]]]]}, 400, "received: uint8 [1,1,1,1,2]"),
    ("POST", f"{MODEL_PATH}:predict", "x" * 2**23, 413, "Maximum request body size 4194304 exceeded"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "error"), ERRORS, ids=[row[-1] for row in ERRORS])
def test_errors_of_rest_are_json_with_the_status_of_tensorflow_serving(
    server: RunningServer, method: str, path: str, body: Any, status: int, error: str
) -> None:
    found, answer = rest(server.rest, method, path, body)
    assert (found, set(answer)) == (status, {"error"})
    assert error in answer["error"]


def test_errors_of_grpc_have_the_codes_of_tensorflow_serving(
    stub: prediction_service_pb2_grpc.PredictionServiceStub,
) -> None:
    def failure(request: Any, method: Any = stub.Predict) -> tuple[grpc.StatusCode, str]:
        with pytest.raises(grpc.RpcError) as caught:
            method(request)
        return caught.value.code(), caught.value.details()

    unknown = predict_request("predict_jpeg", frames=[["x"]])
    unknown.model_spec.name = "other"
    assert failure(unknown) == (grpc.StatusCode.NOT_FOUND, "Servable not found for request: Latest(other)")
    assert failure(predict_request("nothing")) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        'Serving signature key "nothing" not found.',
    )
    code, details = failure(predict_request("predict_jpeg"))
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert "Missing but required: {frames}" in details
    assert failure(predict_request("predict_frames", frames=np.zeros((2**22,), np.uint8)))[0] == (
        grpc.StatusCode.RESOURCE_EXHAUSTED
    )
    bomb = predict_request("predict_frames")
    bomb.inputs["frames"].dtype = tf.uint8.as_datatype_enum
    bomb.inputs["frames"].int_val.append(0)
    for _ in range(5):
        bomb.inputs["frames"].tensor_shape.dim.add(size=2**20)
    code, details = failure(bomb)
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert "has more than 4194304 bytes" in details
    cut = predict_request("predict_frames", frames=np.zeros((1, 2, 4, 4, 3), np.uint8))
    cut.inputs["frames"].tensor_content = b"too short"
    assert failure(cut)[0] == grpc.StatusCode.INVALID_ARGUMENT
    strange = predict_request("predict_frames", frames=np.zeros((1, 2, 4, 4, 3), np.uint8))
    strange.inputs["frames"].dtype = 99
    assert failure(strange)[0] == grpc.StatusCode.INVALID_ARGUMENT
    assert failure(metadata_request(), stub.GetModelMetadata)[0] == grpc.StatusCode.INVALID_ARGUMENT
    assert failure(metadata_request("x"), stub.GetModelMetadata)[1] == "Metadata field x is not supported"


def test_what_is_not_served_says_so(
    server: RunningServer, stub: prediction_service_pb2_grpc.PredictionServiceStub
) -> None:
    with grpc.insecure_channel(server.grpc) as channel:
        for method, request, words in (
            (stub.Classify, classification_pb2.ClassificationRequest(), "call Predict"),
            (stub.Regress, regression_pb2.RegressionRequest(), "call Predict"),
            (stub.MultiInference, inference_pb2.MultiInferenceRequest(), "call Predict"),
            (
                model_service_pb2_grpc.ModelServiceStub(channel).HandleReloadConfigRequest,
                model_management_pb2.ReloadConfigRequest(),
                "--model-config",
            ),
        ):
            with pytest.raises(grpc.RpcError, match=words) as caught:
                method(request)
            assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


def wait_for_version(server: RunningServer, version: str) -> None:
    while True:
        _, answer = rest(server.rest, "GET", MODEL_PATH)
        states = {entry["version"]: entry["state"] for entry in answer["model_version_status"]}
        if states.get(version) == "AVAILABLE" and list(states.values()).count("AVAILABLE") == 1:
            return
        time.sleep(0.05)


def test_a_push_and_a_rollback_lose_no_request(exported_model: Path, tmp_path: Path) -> None:
    push(exported_model, tmp_path, 1)
    request = predict_request("predict_jpeg", frames=jpeg_clips(1))
    versions: list[int] = []
    done = threading.Event()
    with run_server(tmp_path) as server, grpc.insecure_channel(server.grpc) as channel:

        def ask_without_end() -> None:
            while not done.is_set():
                versions.append(prediction_stub(channel).Predict(request).model_spec.version.value)

        with ThreadPoolExecutor(2) as clients:
            asking = [clients.submit(ask_without_end) for _ in range(2)]
            try:
                push(exported_model, tmp_path, 2)
                wait_for_version(server, "2")
                shutil.rmtree(tmp_path / "2")
                wait_for_version(server, "1")
            finally:
                done.set()
            for client in asking:
                client.result()
        last = prediction_stub(channel).Predict(request).model_spec.version.value
    assert set(versions) == {1, 2}
    assert (versions[0], last) == (1, 1)


def address(server: RunningServer) -> tuple[str, int]:
    host, port = server.rest.split(":")
    return host, int(port)


def status_of(connection: socket.socket) -> int:
    response = http.client.HTTPResponse(connection)
    response.begin()
    return response.status


def test_a_full_queue_turns_requests_away(exported_model: Path, tmp_path: Path) -> None:
    push(exported_model, tmp_path, 1)
    request = predict_request("predict_jpeg", frames=jpeg_clips(1))
    with run_server(tmp_path, max_requests=1) as server, grpc.insecure_channel(server.grpc) as channel:
        answers = [prediction_stub(channel).Predict.future(request) for _ in range(20)]
        codes = Counter(answer.code() for answer in answers)
        details = {answer.details() for answer in answers if answer.code() != grpc.StatusCode.OK}
        assert set(codes) == {grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED}
        assert details == {"the queue is full: 1 requests are waiting; try later"}


def test_a_slow_client_is_not_in_the_queue(exported_model: Path, tmp_path: Path) -> None:
    push(exported_model, tmp_path, 1)
    with run_server(tmp_path, max_requests=1) as server, socket.create_connection(address(server)) as slow:
        begin_request(slow, num_bytes=2)
        assert rest(server.rest, "POST", f"{MODEL_PATH}:predict", in_base64(jpeg_clips(1)))[0] == 200
        slow.sendall(b"{}")
        assert status_of(slow) == 400


def test_a_body_that_does_not_arrive_is_given_up(
    exported_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.serve.rest.BODY_SECONDS", 0.01)
    push(exported_model, tmp_path, 1)
    with run_server(tmp_path) as server, socket.create_connection(address(server)) as slow:
        begin_request(slow, num_bytes=2)
        assert status_of(slow) == 408


def test_streams_and_other_signatures_without_a_batch_axis_pass_through(exported_model: Path, tmp_path: Path) -> None:
    class Counter(tf.Module):
        """A state that goes to the client and back, as that of a causal network does."""

        @tf.function(input_signature=[tf.TensorSpec([], tf.int32, name="num_streams")])
        def stream_init(self, num_streams: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"count": tf.zeros([num_streams], tf.int64)}

        @tf.function(
            input_signature=[
                tf.TensorSpec([None, None], tf.uint8, name="frames"),
                tf.TensorSpec([None], tf.int64, "count"),
            ]
        )
        def stream_step(self, frames: tf.Tensor, count: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"count": count + tf.cast(tf.shape(frames)[1], tf.int64)}

    module = Counter()
    tf.saved_model.save(
        module,
        str(tmp_path / "1"),
        signatures={"stream_init": module.stream_init, "stream_step": module.stream_step},
    )
    shutil.copytree(exported_model / "assets.extra", tmp_path / "1" / "assets.extra")
    with run_server(tmp_path, BatchingConfig(8, 0.001)) as server:

        def ask(signature: str, inputs: dict[str, Any]) -> Any:
            body = {"signature_name": signature, "inputs": inputs}
            status, answer = rest(server.rest, "POST", f"{MODEL_PATH}:predict", body)
            assert status == 200, answer
            return answer["outputs"]

        count = ask("stream_init", {"num_streams": 2})
        for num_frames in (3, 4):
            count = ask("stream_step", {"frames": np.zeros((2, num_frames), int).tolist(), "count": count})
        assert count == [7, 7]


def test_a_model_that_is_damaged_or_not_there_is_a_users_mistake(exported_model: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no version to serve"), run_server(tmp_path):
        pass
    push(exported_model, tmp_path, 3)
    for name in ("saved_model.pb", "variables/variables.index"):
        kept = (tmp_path / "3" / name).read_bytes()
        (tmp_path / "3" / name).write_bytes(kept[: len(kept) // 2])
        with pytest.raises(UserError, match="is damaged"), run_server(tmp_path):
            pass
        (tmp_path / "3" / name).write_bytes(kept)
