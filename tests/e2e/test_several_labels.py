"""Clips with several labels, from rows of one span to a gate that stops the class whose labels were scrambled."""

import csv
import json
import subprocess
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from components.video_example_gen.ledger import ACCEPTED_FILE, Entries
from models.export_info import read_export_info
from tests.e2e.colours import COLOURS, FPS, HEIGHT, WIDTH
from tests.e2e.project import OPEN_GATES, Project, explain

BAD_CLASS = "grey"
SETS = [(colour,) for colour in COLOURS] + list(combinations(COLOURS, 2))
SPLITS = 8 * ["train"] + 2 * ["eval"] + 4 * ["test"]
FRAMES = 8


@dataclass(frozen=True)
class SeveralRun:
    """A project whose clips have several labels, and the run that the gate stopped."""

    project: Project
    result: "subprocess.CompletedProcess[str]"

    def findings(self, rule: str) -> dict[str, dict[str, Any]]:
        return {each["label"]: each for each in self.project.gate()["findings"] if each["rule"] == rule}


def generate(folder: Path) -> None:
    """Each person shows every set of one or two colours once, the two in the halves of the picture; a row for each colour.

    In train the bad class is said of the clips that do not have it.
    """
    (folder / "videos").mkdir(parents=True)
    with (folder / "annotations.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["path", "start_seconds", "end_seconds", "label", "group", "split"])
        for person, split in enumerate(SPLITS):
            draw = np.random.default_rng(person)
            sets = [SETS[number] for number in draw.permutation(len(SETS))]
            name = f"videos/person_{person:02d}.mp4"
            _write_video(folder / name, sets, draw)
            for number, shown in enumerate(sets):
                said = set(shown) ^ {BAD_CLASS} if split == "train" and draw.random() < 0.5 else set(shown)
                start = number * FRAMES / FPS
                for label in sorted(said):
                    writer.writerow([name, start, start + FRAMES / FPS, label, f"person_{person:02d}", split])


def _write_video(path: Path, sets: list[tuple[str, ...]], draw: np.random.Generator) -> None:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), FPS, (WIDTH, HEIGHT))
    for shown in sets:
        colours = np.array([COLOURS[label] for label in draw.permutation(shown)])
        halves = np.repeat(colours, WIDTH // len(colours), axis=0)[np.newaxis]  # [1, width, 3]
        for _ in range(FRAMES):
            frame = halves + draw.normal(0, 4, (HEIGHT, WIDTH, 3))
            writer.write(np.clip(frame, 0, 255).astype(np.uint8))
    writer.release()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SeveralRun:
    project = Project(tmp_path_factory.mktemp("several"))
    generate(project.folder / "data")
    project.configure(
        splits={"mode": "official"},
        model={"preset": "tiny", "num_frames": 4, "height": 32, "width": 40, "labels": "several"},
        training={"epochs": 14, "learning_rate": 0.003, "batch_size": 8, "label_smoothing": 0},
        gates={**OPEN_GATES, "min_recall": 0.7, "min_precision": 0.7},
    )
    return SeveralRun(project, project.run())


def test_rows_of_one_span_became_one_clip(run: SeveralRun) -> None:
    entries = Entries(run.project.artifact("VideoExampleGen", "ledger") / ACCEPTED_FILE)
    of_test = [entry for entry in entries if entry["split"] == "test"]
    assert len({entry["segment_id"] for entry in of_test}) == SPLITS.count("test") * len(SETS)
    assert len(of_test) == SPLITS.count("test") * sum(map(len, SETS))


def test_the_class_whose_labels_were_scrambled_is_stopped_and_no_other(run: SeveralRun) -> None:
    assert run.result.returncode == 3, explain(run.result)
    failed = {each["label"] for each in run.project.gate()["findings"] if not each["passed"]}
    assert failed == {BAD_CLASS}
    assert {label for label, found in run.findings("recall").items() if found["value"] > 0.9} >= {
        "blue",
        "green",
        "red",
    }
    assert not run.project.versions()


def test_the_model_has_a_threshold_for_each_class(run: SeveralRun) -> None:
    info = read_export_info(run.project.artifact("Trainer", "model") / "Format-Serving")
    assert info.thresholds.keys() == set(COLOURS)
    assert json.loads(json.dumps(info.model))["labels"] == "several"
