"""What the terminal shows of a clip."""

import json

import pytest

from models.labelling import Labelling
from pipeline.prediction.records import VideoPrediction
from pipeline.prediction.segments import ActionSegment
from pipeline.prediction.terminal import show_clip, show_predictions

CLASSES = ("walk", "[bold]jump")
SEVERAL = Labelling(CLASSES, (0.5, 0.25))


def test_one_label_is_shown_by_the_probabilities(capsys: pytest.CaptureFixture[str]) -> None:
    show_clip(Labelling(CLASSES), [0.25, 0.75], as_json=True)
    assert json.loads(capsys.readouterr().out) == {"walk": 0.25, "[bold]jump": 0.75}
    show_clip(Labelling(CLASSES), [0.25, 0.75], as_json=False)
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["class", "probability"], ["[bold]jump", "0.7500"], ["walk", "0.2500"],
    ]  # fmt: skip


def test_several_labels_are_named_beside_their_thresholds(capsys: pytest.CaptureFixture[str]) -> None:
    show_clip(SEVERAL, [0.5, 0.75], as_json=True)
    assert json.loads(capsys.readouterr().out) == {
        "labels": {"[bold]jump": 0.75, "walk": 0.5},
        "best": "[bold]jump",
        "probabilities": {"walk": 0.5, "[bold]jump": 0.75},
        "thresholds": {"walk": 0.5, "[bold]jump": 0.25},
    }
    show_clip(SEVERAL, [0.25, 0.75], as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines[1:3]] == [["[bold]jump", "0.7500", "0.2500"], ["walk", "0.2500", "0.5000"]]
    assert lines[3] == "labels: [bold]jump"


def test_a_clip_without_a_label_names_the_best(capsys: pytest.CaptureFixture[str]) -> None:
    show_clip(SEVERAL, [0.25, 0.125], as_json=False)
    assert "labels: none; the best is walk" in capsys.readouterr().out
    best = ActionSegment("walk", 0.0, 1.0, 0.25, (0.25, 0.125), 0.5)
    show_predictions([VideoPrediction("a.mp4", best=best)] * 2, CLASSES, as_json=False)
    assert "none; the best is walk with 0.250" in capsys.readouterr().out
