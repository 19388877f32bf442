"""The page where clips have several labels."""

import pytest

from components.evaluator.confusion import ConfusionMatrix, Entry
from components.model_gate.config import GatesConfig
from components.model_gate.measurements import Measurements
from components.model_gate.rules import judge
from components.reporter.classes import top_confusions
from components.reporter.data import Frame, MissedClip, Strip
from components.reporter.page import render
from components.reporter.quality import Quality
from tests.components.reporter.reports import CLASSES, make_report
from tests.components.reporter.test_page import text_of

MATRIX = ConfusionMatrix.of(
    [Entry((0, 1), (0, 1), 3), Entry((0, 1), (0,), 2), Entry((1,), (), 1)], CLASSES, has_several_labels=True
)
MEASURED = Measurements(
    MATRIX,
    thresholds={"sit": 0.25, "stand": 0.625},
    average_precisions={"sit": 0.875, "stand": 1.0},
    calibration_errors={"sit": 0.125, "stand": 0.0625},
)
QUALITY = Quality(
    overall={"mean_average_precision": 0.9375, "subset_accuracy": 0.5, "calibration_error": 0.09375},
    thresholds=MEASURED.thresholds,
    average_precisions=MEASURED.average_precisions,
    calibration_errors=MEASURED.calibration_errors,
)


@pytest.fixture(scope="module")
def page() -> str:
    strip = Strip("sit, stand", "a.mp4", 0.5, 1.25, (Frame(b"frame", 0.5),))
    missed = MissedClip(strip, ("sit",), 0.625, 0.25, True), MissedClip(strip, (), 0.625, 0.5, False)
    by_mistake = MissedClip(strip, ("sit", "stand"), 0.25, 0.75, False, is_false_alarm=True)
    verdict = judge(GatesConfig(certainty=None, min_average_precision=0.9, min_mean_average_precision=0.8), MEASURED)
    return render(
        make_report(matrix=MATRIX, verdict=verdict, quality=QUALITY, misses={"stand": missed, "sit": (by_mistake,)})
    )


def test_each_class_has_its_threshold_its_ranking_and_its_calibration(page: str) -> None:
    classes = text_of("classes", page)
    assert "given each class whose probability reaches the class's threshold" in classes
    assert "sit 5 bar 3 0.875 ✗ below 0.9 0.250 1.000" in classes
    assert "stand 6 bar 3 1.000 bar 0.9 0.625 0.500" in classes
    assert "0.125" in classes


def test_the_mean_average_precision_stands_before_the_accuracy(page: str) -> None:
    assert "test mean average precision, bar 0.8" in page and "0.938" in page
    assert "clips that are given exactly their labels, bar 0.6" in page


def test_what_was_given_together_stands_in_place_of_confusions(page: str) -> None:
    section = text_of("confusion", page)
    assert "Classes given together" in section and "taken for" not in section
    assert "sit 5 3 5 clips" in section and "stand 5 3 6 clips" in section
    assert top_confusions(MATRIX) == ()


def test_clips_are_shown_that_a_class_was_missed_in_or_given_by_mistake(page: str) -> None:
    section = text_of("misses", page)
    assert "stand missed; given: sit ✗ label may be wrong" in section
    assert "stand missed; given: nothing" in section
    assert "sit by mistake; given: sit , stand" in section
    assert "probability 0.750, threshold 0.250" in section
