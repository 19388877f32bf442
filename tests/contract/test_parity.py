"""From the video file on, every way to ask a pushed model gives one answer for one segment."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from components.video.decoder import Decoder
from components.video.queues import Windows
from components.video.tasks import Span
from models import features
from models.preprocessing import decode_clips
from pipeline.prediction.classifier import Classifier
from pipeline.prediction.videos import VideoPredictor
from tests.e2e.pushed import PushedRun
from tests.pipeline.commands.conftest import Done, run_clipgate

TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def classifier(pushed_run: PushedRun) -> Classifier:
    return Classifier(pushed_run.project.versions()[0])


@pytest.fixture(scope="module")
def segment(pushed_run: PushedRun) -> dict[str, str]:
    """An annotated segment of a video of the test split."""
    record = stored_records(pushed_run)[0]
    video = feature(record, features.VIDEO_ID).bytes_list.value[0].decode()
    with (pushed_run.project.folder / "data" / "annotations.csv").open() as file:
        return next(row for row in csv.DictReader(file) if row["path"] == video)


@pytest.fixture(scope="module")
def record(pushed_run: PushedRun, segment: dict[str, str]) -> bytes:
    """The Example that ingest made of the segment."""
    start = float(segment["start_seconds"])
    return next(
        record
        for record in stored_records(pushed_run)
        if feature(record, features.VIDEO_ID).bytes_list.value[0].decode() == segment["path"]
        and feature(record, features.START_SECONDS).float_list.value[0] == pytest.approx(start, abs=1e-4)
    )


@pytest.fixture(scope="module")
def expected(classifier: Classifier, record: bytes) -> list[float]:
    """What the Evaluator sees of the Example: probabilities in the order of the classes."""
    return ask(classifier, "evaluate", examples=[record])


def stored_records(pushed_run: PushedRun) -> list[bytes]:
    files = sorted(pushed_run.project.artifact("VideoExampleGen", "examples").glob("Split-test/*.gz"))
    return list(tf.data.TFRecordDataset([str(file) for file in files], "GZIP").as_numpy_iterator())


def feature(record: bytes, name: str) -> Any:
    return tf.train.Example.FromString(record).features.feature[name]


def ask(classifier: Classifier, signature: str, **inputs: Any) -> list[float]:
    (name, value), *_ = inputs.items()
    outputs = classifier.signature(signature)(**{name: tf.constant(value)})
    return list(outputs["probabilities"][0].numpy().tolist())


def bounds(segment: dict[str, str]) -> tuple[float, float]:
    return float(segment["start_seconds"]), float(segment["end_seconds"])


def test_answers_are_worth_comparing(expected: list[float]) -> None:
    assert sum(expected) == pytest.approx(1)
    assert max(expected) - min(expected) > 1e-3


def test_serving_default_gives_what_was_evaluated(classifier: Classifier, record: bytes, expected: list[float]) -> None:
    assert ask(classifier, "serving_default", examples=[record]) == pytest.approx(expected, abs=TOLERANCE)


def test_jpegs_and_their_pixels_give_what_was_evaluated(
    classifier: Classifier, record: bytes, expected: list[float]
) -> None:
    jpegs = list(feature(record, features.FRAMES).bytes_list.value)
    assert ask(classifier, "predict_jpeg", frames=[jpegs]) == pytest.approx(expected, abs=TOLERANCE)
    pixels = np.stack([tf.io.decode_jpeg(jpeg, dct_method="INTEGER_ACCURATE").numpy() for jpeg in jpegs])
    assert ask(classifier, "predict_frames", frames=pixels[np.newaxis]) == pytest.approx(expected, abs=TOLERANCE)


def test_the_network_on_its_own_frames_gives_what_was_evaluated(
    classifier: Classifier, record: bytes, expected: list[float]
) -> None:
    """Frames that have been decoded and fitted already are left as they are."""
    from models.config import ModelConfig

    jpegs = tf.constant([list(feature(record, features.FRAMES).bytes_list.value)])
    fitted = decode_clips(jpegs, ModelConfig.model_validate(classifier.info.model)).numpy()
    assert ask(classifier, "predict_frames", frames=fitted) == pytest.approx(expected, abs=TOLERANCE)


def test_the_video_file_gives_what_was_evaluated(
    pushed_run: PushedRun, classifier: Classifier, segment: dict[str, str], expected: list[float]
) -> None:
    video = pushed_run.project.folder / "data" / segment["path"]
    with Decoder() as decoder:
        prediction = VideoPredictor(classifier, decoder).predict_clip(video, Span(*bounds(segment)))
    assert prediction.segments[0].probabilities == pytest.approx(expected, abs=TOLERANCE)


def test_the_command_line_gives_what_was_evaluated(
    pushed_run: PushedRun,
    clipgate: Callable[..., Done],
    classifier: Classifier,
    segment: dict[str, str],
    expected: list[float],
) -> None:
    start, end = segment["start_seconds"], segment["end_seconds"]
    video = pushed_run.project.folder / "data" / segment["path"]
    done = clipgate(
        "predict", video, "--model", classifier.version, "--json", "--start-seconds", start, "--end-seconds", end
    )
    assert done.code == 0
    assert json.loads(done.out) == pytest.approx(dict(zip(classifier.classes, expected, strict=True)), abs=TOLERANCE)


def test_a_window_of_a_long_video_gives_what_was_evaluated(
    pushed_run: PushedRun, classifier: Classifier, segment: dict[str, str], expected: list[float]
) -> None:
    video = pushed_run.project.folder / "data" / segment["path"]
    start, end = bounds(segment)
    # Windows a segment's start apart from each other: the second one is the segment.
    windows = Windows((end - start,), start)
    with Decoder() as decoder:
        clips = list(decoder.read_windows(Path(video), windows, classifier.sampling))
    (clip,) = [clip for clip in clips if clip.start_seconds == pytest.approx(start)]
    assert classifier.probabilities([clip.jpegs])[0].tolist() == pytest.approx(expected, abs=TOLERANCE)


@pytest.fixture
def clipgate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    return run_clipgate(monkeypatch, capsys)
