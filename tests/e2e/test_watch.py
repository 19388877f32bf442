"""Requests to a pushed model, kept by the server, beside the data that the model was trained on."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import grpc
import numpy as np
import pytest
import tensorflow as tf
import yaml
from tensorflow_serving.apis import prediction_log_pb2

from models import features
from pipeline.prediction.record_files import read_records
from pipeline.watch.request_clips import jpegs_of_example
from tests.e2e.conftest import PushedRun
from tests.pipeline.commands.conftest import Done, run_clipgate
from tests.pipeline.serve.clients import predict_request, prediction_stub
from tests.pipeline.serve.conftest import run_server

Clipgate = Callable[..., Done]
Clip = tuple[str, list[bytes]]


@pytest.fixture
def clipgate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Clipgate:
    return run_clipgate(monkeypatch, capsys)


@pytest.fixture(scope="module")
def config(pushed_run: PushedRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run's configuration, for eight people in eval and test."""
    values = yaml.safe_load(pushed_run.project.config_path.read_text())
    path = pushed_run.project.folder / "watch.yaml"
    path.write_text(yaml.safe_dump({**values, "watch": {"min_groups": 5}}))
    return path


@pytest.fixture(scope="module")
def asked(pushed_run: PushedRun) -> list[Clip]:
    """A client for each person of eval and test, with that person's clips."""
    found: list[Clip] = []
    for split in ("eval", "test"):
        for file in sorted(pushed_run.project.artifact("VideoExampleGen", "examples").glob(f"Split-{split}/*")):
            for record in read_records(str(file)):
                group = tf.train.Example.FromString(record).features.feature[features.GROUP].bytes_list.value[0]
                found.append((group.decode(), jpegs_of_example(record)))
    return found


def darker(clip: Clip) -> Clip:
    def change(jpeg: bytes) -> bytes:
        frame = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        return bytes(cv2.imencode(".jpg", (frame * 0.5).astype(np.uint8))[1].tobytes())

    return clip[0], [change(jpeg) for jpeg in clip[1]]


def serve(pushed_run: PushedRun, folder: Path, clips: list[Clip]) -> None:
    """Ask a server that keeps records about these clips."""
    from pipeline.serve.request_log import RequestLogConfig

    log = RequestLogConfig(folder, share=1.0, max_bytes=2**20, pixels=False)
    base = pushed_run.project.output_dir / "serving" / "action"
    with run_server(base, request_log=log) as server, grpc.insecure_channel(server.grpc) as channel:
        for client, jpegs in clips:
            request = predict_request("predict_jpeg", frames=[jpegs])
            prediction_stub(channel).Predict(request, metadata=[("clipgate-client", client)])


def test_records_of_unchanged_requests_are_no_drift_and_too_few_clients_are_no_evidence(
    pushed_run: PushedRun, asked: list[Clip], config: Path, clipgate: Clipgate, tmp_path: Path
) -> None:
    serve(pushed_run, tmp_path / "log", asked)
    same = clipgate("watch", tmp_path / "log", "--config", config, "--output", tmp_path / "same.html", "--json")
    assert same.code == 0, same.err
    answer = json.loads(same.out)
    assert (answer["state"], answer["num_clips"]) == ("unchanged", len(asked))
    assert max(abs(each["difference"]) for each in answer["findings"] if each["kind"] == "share") < 0.05
    few = clipgate(
        "watch", tmp_path / "log", "--config", pushed_run.project.config_path, "--output", tmp_path / "few.html"
    )
    assert few.code == 5 and "Too few clients or groups to tell" in few.out, few.err
    assert "the log has no pixels" in (tmp_path / "few.html").read_text()


def test_the_model_is_asked_about_tensorflow_servings_own_log_and_darker_requests_are_drift(
    asked: list[Clip], config: Path, clipgate: Clipgate, tmp_path: Path
) -> None:
    path = tmp_path / "requests.log"
    with tf.io.TFRecordWriter(str(path)) as writer:
        for client, jpegs in map(darker, asked):
            logged = prediction_log_pb2.PredictionLog()
            logged.predict_log.request.CopyFrom(predict_request("predict_jpeg", frames=[jpegs]))
            logged.log_metadata.request_origin = client
            writer.write(logged.SerializeToString())
    result = clipgate("watch", path, "--config", config)
    assert result.code == 4, result.err
    assert "brightness" in result.out and "whether the answers are right is not known" in result.out
    page = (config.parent / "out" / "watch" / "watch.html").read_text()
    assert "What this cannot tell" in page and "<svg" in page and "data:image/jpeg;base64," in page
