"""What the report says of each class."""

import pytest

from components.evaluator.confusion import ConfusionMatrix
from components.model_gate.config import ClassGates, GatesConfig
from components.model_gate.measurements import Measurements
from components.model_gate.rules import judge
from components.reporter.classes import Score, class_rows, top_confusions
from components.reporter.quality import Quality
from foundation.statistics import wilson_interval


def test_a_class_row_pairs_each_value_with_the_bar_that_holds_for_that_class() -> None:
    gates = GatesConfig(min_precision=0.9, classes={"stand": ClassGates(min_recall=0.8)})
    matrix = ConfusionMatrix(("sit", "stand"), ((4, 0), (1, 3)))
    sit, stand = class_rows(matrix, judge(gates, Measurements(matrix)), Quality())
    assert sit.recall == Score(1.0, 0.5, True, wilson_interval(4, 4))
    assert sit.precision == Score(0.8, 0.9, False, wilson_interval(4, 5))
    assert stand.recall == Score(0.75, 0.8, False, wilson_interval(3, 4))
    assert stand.f1.value == pytest.approx(6 / 7) and stand.f1.bar is None
    assert stand.change is None


def test_a_drop_of_recall_is_a_negative_change() -> None:
    matrix = ConfusionMatrix(("sit",), ((4,),))
    before = ConfusionMatrix(("sit", "stand"), ((4, 0), (0, 4)))
    after = ConfusionMatrix(("sit", "stand"), ((3, 1), (0, 4)))
    sit, stand = class_rows(after, judge(GatesConfig(), Measurements(after, before)), Quality())
    assert (sit.change, stand.change) == (Score(-0.25, -0.15, False), Score(0.0, -0.15, True))
    assert class_rows(matrix, judge(GatesConfig(), Measurements(matrix)), Quality())[0].change is None


def test_a_class_that_is_never_predicted_has_precision_zero() -> None:
    matrix = ConfusionMatrix(("sit", "stand"), ((4, 0), (4, 0)))
    stand = class_rows(matrix, judge(GatesConfig(), Measurements(matrix)), Quality())[1]
    assert stand.precision.value == 0.0 and not stand.precision.passed


def test_a_class_without_test_clips_has_no_recall() -> None:
    matrix = ConfusionMatrix(("sit", "stand"), ((4, 0), (0, 0)))
    stand = class_rows(matrix, judge(GatesConfig(), Measurements(matrix)), Quality())[1]
    assert (stand.clips.value, stand.recall.value, stand.f1.value) == (0, None, None)


def test_a_class_that_only_the_gates_know_has_a_row_of_its_own() -> None:
    matrix = ConfusionMatrix(("sit",), ((4,),))
    rows = class_rows(
        matrix, judge(GatesConfig(classes={"jump": ClassGates(min_recall=0.9)}), Measurements(matrix)), Quality()
    )
    assert [(row.label, row.is_known) for row in rows] == [("sit", True), ("jump", False)]
    assert not rows[1].recall.passed


def test_confusions_come_most_frequent_first_and_of_equals_the_larger_share() -> None:
    matrix = ConfusionMatrix(("a", "b", "c"), ((9, 1, 0), (1, 1, 0), (3, 0, 5)))
    found = [(c.label, c.taken_for, c.num_clips, c.num_true) for c in top_confusions(matrix)]
    assert found == [("c", "a", 3, 8), ("b", "a", 1, 2), ("a", "b", 1, 10)]
