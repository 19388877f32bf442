"""From the video file on, every way to ask a model with several labels a clip chooses the same ones."""

import csv
from pathlib import Path

import pytest
import tensorflow as tf

from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.tasks import Span
from models.config import ModelConfig
from models.export_info import ExportInfo
from models.serving import ServingModule, export
from pipeline.beam.config import BeamConfig
from pipeline.prediction.classifier import Classifier
from pipeline.prediction.clips import read_jpeg_clips
from pipeline.prediction.examples import predict_examples
from pipeline.prediction.thresholds import Thresholds
from pipeline.prediction.videos import VideoPredictor
from tests.components.video.videos import record
from tests.models.clips import (
    CLASSES,
    NUM_STORED,
    clip_example,
    draw_clip,
    encode_clip,
    one_stage_network,
    run_transform,
    write_examples,
)

CONFIG = ModelConfig(preset="tiny", num_frames=4, height=32, width=40, labels="several")
SAMPLING = SamplingConfig(num_frames=NUM_STORED, short_side=40)
THRESHOLDS = {"walk": 0.01, "jump": 0.02, "sit": 0.99}


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    """Random weights, and thresholds that such a network reaches, or does not."""
    folder = tmp_path_factory.mktemp("several")
    clips = [clip_example(CLASSES[:2], encode_clip(draw_clip(0, seed))) for seed in range(2)]
    transform = run_transform(folder, clips, CONFIG)
    card = ExportInfo(
        CLASSES, CONFIG.model_dump(mode="json"), SAMPLING.model_dump(mode="json"), "key", thresholds=THRESHOLDS
    )
    version = folder / "action" / "1"
    export(ServingModule(one_stage_network(CONFIG), transform, CONFIG, CLASSES, THRESHOLDS), card, str(version))
    return Classifier(version)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("video") / "a.mp4", [index / 25 for index in range(50)])


@pytest.fixture(scope="module")
def jpegs(video: Path) -> list[bytes]:
    (clip,) = read_jpeg_clips(video, SAMPLING, 0.4, 1.2)
    return list(clip)


@pytest.fixture(scope="module")
def expected(classifier: Classifier, jpegs: list[bytes]) -> set[str]:
    """The labels that the Evaluator sees."""
    seen = classifier.signature("evaluate")(examples=tf.constant([clip_example("walk", jpegs)]))
    reached = (seen["probabilities"] >= seen["thresholds"]).numpy()[0]
    return {label for label, is_reached in zip(CLASSES, reached, strict=True) if is_reached}


def test_labels_are_worth_comparing(expected: set[str]) -> None:
    assert expected == {"walk", "jump"}


def test_what_is_served_is_what_was_evaluated(classifier: Classifier, jpegs: list[bytes], expected: set[str]) -> None:
    served = classifier.signature("predict_jpeg")(frames=tf.constant([jpegs]))
    assert {label for label, chosen in zip(CLASSES, served["chosen"].numpy()[0], strict=True) if chosen} == expected
    assert set(classifier.labelling.labels(served["probabilities"].numpy()[0])) == expected


def test_the_video_file_gives_what_was_evaluated(classifier: Classifier, video: Path, expected: set[str]) -> None:
    with Decoder() as decoder:
        found = VideoPredictor(classifier, decoder).predict_clip(video, Span(0.4, 1.2))
        none = VideoPredictor(
            classifier, decoder, classifier.labelling.with_thresholds(dict.fromkeys(CLASSES, 1.0))
        ).predict_clip(video, Span(0.4, 1.2))
    assert {segment.label for segment in found.segments} == expected
    assert not none.segments
    assert none.nothing_found.startswith("none was found; the best is ")
    assert found.best and none.best
    assert found.best.probabilities == none.best.probabilities


def test_stored_examples_give_what_was_evaluated(
    classifier: Classifier, jpegs: list[bytes], expected: set[str], tmp_path: Path
) -> None:
    stored = tmp_path / "examples" / "Split-test"
    stored.mkdir(parents=True)
    write_examples(stored / "a.gz", [clip_example("walk", jpegs)])
    assert predict_examples(f"{stored}/*.gz", classifier.version, tmp_path / "out.csv", Thresholds(), BeamConfig()) == 0
    with (tmp_path / "out.csv").open() as file:
        assert {row["label"] for row in csv.DictReader(file)} == expected
