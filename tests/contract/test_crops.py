"""A model that was trained on crops is shown the same crops when it is asked about annotated rows."""

import csv
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from components.annotations.config import DataConfig
from components.annotations.files.fetch import load_annotations
from components.annotations.files.manifest import build_manifest, segment_id
from components.annotations.records.actors import Actor
from components.annotations.records.record import Box
from components.storage.local import LocalRoot
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.tasks import Span
from components.video_example_gen.ingest import IngestedClip, VideoIngest, VideoTask
from models import features
from models.config import ModelConfig
from models.export_info import ExportInfo
from models.serving import ServingModule, export
from pipeline.prediction.classifier import Classifier
from pipeline.prediction.run import OutputFiles, predict_clips, predict_rows
from pipeline.prediction.thresholds import Thresholds
from pipeline.prediction.videos import VideoPredictor
from pipeline.review.model_worker import Answerer
from tests.components.video.videos import record
from tests.components.video_example_gen.test_ingest import values_of
from tests.models.clips import (
    CLASSES,
    NUM_STORED,
    clip_example,
    draw_clip,
    encode_clip,
    one_stage_network,
    run_transform,
)

CONFIG = ModelConfig(preset="tiny", num_frames=4, height=32, width=40)
SAMPLING = SamplingConfig(num_frames=NUM_STORED, short_side=40, crop_to_boxes=0.1, crop_aspect=1.25)
SECONDS = {label: [0.8, 0.8, 0.8] for label in CLASSES}
TOLERANCE = 1e-5
# Left, then right; the third row has no box.
PLACES = ([[0.4, 0.0, 0.1, 0.2, 0.6], [1.2, 0.1, 0.2, 0.3, 0.7]], [[0.8, 0.6, 0.3, 0.9, 0.9]], [])


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    """Random weights, which tell crops from each other and from whole frames."""
    folder = tmp_path_factory.mktemp("crops")
    clips = [clip_example(CLASSES[0], encode_clip(draw_clip(0, seed))) for seed in range(2)]
    transform = run_transform(folder, clips, CONFIG)
    card = ExportInfo(
        CLASSES, CONFIG.model_dump(mode="json"), SAMPLING.model_dump(mode="json"), "key", clip_seconds=SECONDS
    )
    version = folder / "action" / "1"
    export(ServingModule(one_stage_network(CONFIG), transform, CONFIG, CLASSES), card, str(version))
    return Classifier(version)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`a.mp4` with three rows of one span."""
    folder = tmp_path_factory.mktemp("video")
    record(folder / "a.mp4", [index / 25 for index in range(50)])
    with (folder / "rows.csv").open("w", newline="") as file:
        rows = [["a.mp4", 0.4, 1.2, CLASSES[0], json.dumps(boxes) if boxes else ""] for boxes in PLACES]
        csv.writer(file).writerows([["path", "start_seconds", "end_seconds", "label", "boxes"], *rows])
    return folder


@pytest.fixture(scope="module")
def expected(classifier: Classifier, folder: Path) -> list[list[float]]:
    """What the Evaluator sees of the Examples that ingest makes of the rows with boxes."""
    records = load_annotations(DataConfig(annotations=str(folder / "rows.csv"), videos=str(folder))).records
    manifest = build_manifest(records, LocalRoot(folder), needs_boxes=True)
    with Decoder() as decoder:
        task = VideoTask("a.mp4", manifest.segments_by_video["a.mp4"], "test")
        results = list(VideoIngest(LocalRoot(folder), SAMPLING, None, decoder).ingest(task))
    stored = {
        values_of(result)[features.SEGMENT_ID][0].decode(): result.example
        for result in results
        if isinstance(result, IngestedClip)
    }
    examples = [stored[segment_id("a.mp4", segment)] for segment in task.segments]
    probabilities = classifier.signature("evaluate")(examples=tf.constant(examples))["probabilities"]
    return [list(map(float, row)) for row in probabilities.numpy()]


def test_answers_are_worth_comparing(classifier: Classifier, folder: Path, expected: list[list[float]]) -> None:
    with Decoder() as decoder:
        whole = VideoPredictor(classifier, decoder).predict_clip(folder / "a.mp4", Span(0.4, 1.2))
    assert whole.best
    answers = [*expected, list(whole.best.probabilities)]
    assert len(answers) == 3
    for number, one in enumerate(answers):
        for other in answers[:number]:
            assert np.abs(np.subtract(one, other)).max() > 10 * TOLERANCE


def test_rows_give_what_was_evaluated_and_a_row_without_a_box_says_so(
    classifier: Classifier,
    folder: Path,
    expected: list[list[float]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = tmp_path / "out.csv"
    num_broken = predict_rows([folder], folder / "rows.csv", classifier.version, OutputFiles(table), Thresholds())
    assert num_broken == 1
    with table.open() as file:
        rows = list(csv.DictReader(file))
    assert [row["row"].rsplit(", ", 1)[1] for row in rows] == ["row 2", "row 3", "row 4"]
    for row, probabilities in zip(rows[:2], expected, strict=True):
        assert [float(row[f"p_{label}"]) for label in CLASSES] == pytest.approx(probabilities, abs=TOLERANCE)
    assert rows[2]["reason"] == "box_missing"
    shown = " ".join(capsys.readouterr().err.split())
    assert "1 of 3 rows have no answer" in shown
    assert "whole frames" not in shown


def test_whole_frames_are_said_to_be_unknown_to_it(
    classifier: Classifier, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    predict_clips([folder / "a.mp4"], classifier.version, OutputFiles(), Thresholds(), 0.4, 1.2)
    shown = " ".join(capsys.readouterr().err.split())
    assert (
        "trained on clips that are cut around their actors (sampling.crop_to_boxes), and is shown whole frames" in shown
    )
    assert "--annotations" in shown


def test_the_page_for_reviewing_gives_what_was_evaluated_or_says_why_it_cannot(
    classifier: Classifier, folder: Path, expected: list[list[float]]
) -> None:
    actor = Actor(tuple(Box(*box) for box in PLACES[0]))
    request = {"path": str(folder / "a.mp4"), "start_seconds": 0.4, "end_seconds": 1.2}
    with Decoder() as decoder:
        answerer = Answerer(classifier.version, decoder)
        answer = answerer.answer({**request, "make": "answer", "actor": asdict(actor)})
        refused = [answerer.answer({**request, "make": make, "actor": None}) for make in ("answer", "scores")]
    # It rounds to four decimals.
    assert answer["probabilities"] == pytest.approx(expected[0], abs=1e-4)
    assert all("cut around their actors" in each["error"] for each in refused)
