"""The example clients and the configuration of TensorFlow Serving in serving/."""

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from components.pusher.served_models import Latest, read_config_file
from pipeline.prediction.classifier import Classifier
from pipeline.prediction.clips import read_jpeg_clips
from tests.pipeline.serve.conftest import NAME, RunningServer

SERVING = Path(__file__).parents[3] / "serving"


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of noise that becomes brighter."""
    path = tmp_path_factory.mktemp("video") / "noise.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10, (64, 48))
    draw = np.random.default_rng(0)
    for i in range(10):
        writer.write(draw.integers(10 * i, 10 * i + 100, (48, 64, 3), dtype=np.uint8))
    writer.release()
    return path


def test_both_clients_get_what_clipgate_predict_prints(server: RunningServer, video: Path) -> None:
    from serving.clients import grpc_client, rest_client

    version = server.base / "7"
    classifier = Classifier(version)
    clips = read_jpeg_clips(video, classifier.sampling)
    expected = dict(zip(classifier.classes, classifier.probabilities(clips).mean(axis=0), strict=True))
    assert rest_client.predict(clips, f"http://{server.rest}/v1/models/{NAME}") == pytest.approx(expected, abs=1e-5)
    assert grpc_client.predict(clips, server.grpc, NAME) == pytest.approx(expected, abs=1e-5)


def test_the_configuration_of_tensorflow_serving_names_one_model() -> None:
    (model,) = read_config_file(SERVING / "models.config")
    assert (model.name, model.base_path, model.policy) == (NAME, Path("/models/action"), Latest(1))


def test_the_compose_file_mounts_what_its_command_reads() -> None:
    service = yaml.safe_load((SERVING / "docker-compose.yaml").read_text())["services"]["serving"]
    read = re.findall(r"=/config/(\S+)", " ".join(service["command"]))
    assert len(read) == 3
    assert all((SERVING / name).is_file() for name in read)
    assert ".:/config:ro" in service["volumes"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
