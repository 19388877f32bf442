"""The example clients and the configuration of TensorFlow Serving in serving/."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from components.annotations.records.actors import Actor
from components.annotations.records.record import Box
from components.pusher.served_models import Latest, read_config_file
from components.video import cropping
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.tasks import Span
from pipeline.prediction.classifier import Classifier
from pipeline.prediction.clips import read_jpeg_clips
from serving.clients import frames
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


@pytest.fixture(scope="module")
def expected(server: RunningServer, video: Path) -> dict[str, float]:
    """What `clipgate predict` prints."""
    classifier = Classifier(server.base / "7")
    clips = read_jpeg_clips(video, classifier.sampling)
    return dict(zip(classifier.classes, classifier.probabilities(clips).mean(axis=0).tolist(), strict=True))


@pytest.mark.parametrize(
    ("client", "option", "address"),
    [("rest_client", "--url", "http://{0.rest}/v1/models/action"), ("grpc_client", "--address", "{0.grpc}")],
)
def test_a_client_without_the_project_gets_what_clipgate_predict_prints(
    server: RunningServer,
    video: Path,
    expected: dict[str, float],
    tmp_path: Path,
    client: str,
    option: str,
    address: str,
) -> None:
    shutil.copytree(SERVING / "clients", tmp_path / "serving" / "clients")
    info = json.loads((server.base / "7" / "assets.extra" / "clipgate.json").read_text())
    card = {**info, "sampling": SamplingConfig.model_validate(info["sampling"]).model_dump(mode="json")}
    (tmp_path / "card.json").write_text(json.dumps(card))
    program = (
        "import runpy, sys\n"
        f"runpy.run_module('serving.clients.{client}', run_name='__main__')\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print(loaded & {'pipeline', 'components', 'models', 'foundation', 'tensorflow', 'pydantic'}, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(video), "--model", "card.json", option, address.format(server)],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "set()\n")
    assert json.loads(done.stdout) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    "sampling",
    [
        SamplingConfig(num_frames=4, short_side=30),
        SamplingConfig(num_frames=3, method="step", step_seconds=0.2, views=2),
        SamplingConfig(num_frames=4, method="step", step_frames=4, short="wrap"),
        SamplingConfig(num_frames=4, method="dense"),
    ],
)
def test_the_clients_choose_the_frames_of_ingest_to_the_byte(video: Path, sampling: SamplingConfig) -> None:
    facts = sampling.model_dump(mode="json")
    assert sorted(frames.read_clips(video, facts, 0.15, 0.85)) == sorted(read_jpeg_clips(video, sampling, 0.15, 0.85))


@given(
    st.tuples(st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0.01, 0.1), st.floats(0.01, 0.1)),
    st.integers(1, 300),
    st.integers(1, 300),
    st.floats(0, 3),
    st.floats(0.1, 10),
)
def test_the_clients_cut_where_ingest_cuts(
    place: tuple[float, float, float, float], width: int, height: int, margin: float, aspect: float
) -> None:
    box = (place[0], place[1], place[0] + place[2], place[1] + place[3])
    image = np.arange(width * height * 3, dtype=np.int64).reshape(height, width, 3)
    expected = cropping.crop_around(box, width, height, margin, aspect)
    np.testing.assert_array_equal(frames.cut(image, box, margin, aspect), cropping.cut(image, expected))


def test_a_client_of_a_model_of_crops_asks_for_a_box_and_sends_what_ingest_stores(video: Path) -> None:
    sampling = SamplingConfig(num_frames=4, short_side=30, crop_to_boxes=0.2)
    facts = sampling.model_dump(mode="json")
    with pytest.raises(SystemExit, match="a box is needed"):
        frames.read_clips(video, facts, 0.15, 0.85)
    with pytest.raises(SystemExit, match="leave the box out"):
        frames.read_clips(video, facts | {"crop_to_boxes": None}, 0.15, 0.85, (0.1, 0.1, 0.3, 0.9))
    actor = Actor((Box(0.5, 0.1, 0.1, 0.3, 0.9),))
    with Decoder() as decoder:
        clips = [clip.jpegs for clip in decoder.read_clips(video, [Span(0.15, 0.85, actor=actor)], sampling)]
    assert frames.read_clips(video, facts, 0.15, 0.85, (0.1, 0.1, 0.3, 0.9)) == clips


def test_a_client_prints_labels_where_a_clip_may_have_several() -> None:
    probabilities = {"walk": 0.5, "jump": 0.75, "sit": 0.25}
    thresholds = {"walk": 0.5, "jump": 0.5, "sit": 0.5}
    printed = frames.answer({"thresholds": thresholds}, probabilities)
    assert printed == {"labels": ["jump", "walk"], "probabilities": probabilities}
    assert frames.answer({"thresholds": {}}, probabilities) == frames.answer({}, probabilities) == probabilities


def test_curl_gets_an_answer_as_the_page_says(server: RunningServer, video: Path, tmp_path: Path) -> None:
    shutil.copy(video, tmp_path / "video.mp4")
    page = (SERVING.parent / "docs" / "serving.md").read_text()
    (recipe,) = (text for text in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if "curl" in text)
    if not shutil.which("ffmpeg"):
        recipe = recipe.partition("\n")[2]
        for number, jpeg in enumerate(frames.read_clips(video, SamplingConfig(num_frames=8).model_dump())[0]):
            (tmp_path / f"frame_{number:02}.jpg").write_bytes(jpeg)
    recipe = recipe.replace("127.0.0.1:8501", server.rest)
    done = subprocess.run(["sh", "-ec", recipe], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (answer,) = json.loads(done.stdout)["predictions"]
    assert answer["label"] in answer["classes"]
    assert sum(answer["probabilities"]) == pytest.approx(1)


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
