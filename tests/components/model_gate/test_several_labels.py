"""The rules where clips have several labels: each class stands for itself."""

import json

import numpy as np
import numpy.typing as npt
import pytest

from components.evaluator.by_group import GroupAnswers
from components.evaluator.confusion import ConfusionMatrix, Entry
from components.model_gate.config import ClassGates, GatesConfig
from components.model_gate.measurements import Measurements
from components.model_gate.rules import judge
from foundation.average_precision import average_precision
from foundation.evidence import State

CLASSES = ("fall", "sit", "walk")
NUM_GROUPS, CLIPS_OF_GROUP = 60, 4


def measured(*, scrambled: str = "", noise: float = 0.3) -> Measurements:
    """A model that knows its classes well, but for the one whose answers belong to other clips."""
    draw = np.random.default_rng(3)
    sets = draw.random((NUM_GROUPS * CLIPS_OF_GROUP, 3)) < 0.4
    sets[~sets.any(axis=1), 1] = True
    scores = (sets * (1 - noise) + noise * draw.random(sets.shape)).astype(np.float32)
    if scrambled:
        column = CLASSES.index(scrambled)
        scores[:, column] = draw.permutation(scores[:, column])
    return of_answers(sets, scores)


def of_answers(sets: npt.NDArray[np.bool_], scores: npt.NDArray[np.float32]) -> Measurements:
    clips = [Entry(_ids(own), _ids(answer), 1) for own, answer in zip(sets, scores >= 0.5, strict=True)]
    groups = {f"person {number}": clips[number::NUM_GROUPS] for number in range(NUM_GROUPS)}
    ranked = [average_precision(*of_class) for of_class in zip(scores.T, sets.T, strict=True)]
    return Measurements(
        candidate=ConfusionMatrix.of(clips, CLASSES, has_several_labels=True),
        groups=GroupAnswers.of(groups, CLASSES, has_several_labels=True),
        thresholds=dict.fromkeys(CLASSES, 0.5),
        average_precisions={label: value for label, value in zip(CLASSES, ranked, strict=True) if value is not None},
    )


def _ids(row: npt.NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(np.flatnonzero(row).tolist())


def test_a_model_that_knows_each_class_passes() -> None:
    verdict = judge(GatesConfig(min_average_precision=0.8, min_mean_average_precision=0.8), measured())
    assert (verdict.passed, verdict.state) == (True, State.SHOWN)
    gain = next(found for found in verdict.findings if found.rule == "gain_over_majority")
    assert gain.detail.startswith("most frequent labels ")


@pytest.mark.parametrize("label", CLASSES)
def test_a_model_that_knows_all_but_one_class_is_stopped_for_that_class_only(label: str) -> None:
    gates = GatesConfig(
        min_accuracy=0.2, min_gain_over_majority=None, min_recall=0.7, min_precision=0.7, min_average_precision=0.8
    )
    verdict = judge(gates, measured(scrambled=label))
    assert verdict.state is State.REFUTED
    assert {(found.rule, found.label) for found in verdict.failures} == {
        (rule, label) for rule in ("recall", "precision", "average_precision")
    }


def test_a_class_may_have_a_bar_of_its_own_for_how_its_clips_are_ranked() -> None:
    gates = GatesConfig(certainty=None, classes={"sit": ClassGates(min_average_precision=1.0)})
    verdict = judge(gates, measured(noise=0.6))
    assert [(found.rule, found.label) for found in verdict.findings if "average" in found.rule] == [
        ("average_precision", "sit")
    ]


def test_how_clips_are_ranked_is_asked_by_no_bar_unless_there_is_one() -> None:
    assert not [found for found in judge(GatesConfig(), measured()).findings if "average" in found.rule]
    assert not GatesConfig().limit_average_precision
    assert GatesConfig(min_mean_average_precision=0.5).limit_average_precision
    assert GatesConfig(classes={"sit": ClassGates(min_average_precision=0.5)}).limit_average_precision


def test_a_bar_on_what_was_not_measured_fails() -> None:
    one_label = Measurements(ConfusionMatrix(("a", "b"), ((9, 0), (0, 9))))
    verdict = judge(GatesConfig(certainty=None, min_mean_average_precision=0.5), one_label)
    assert [found.sentence() for found in verdict.failures] == [
        "all classes: mean average precision could not be measured, bar at least 0.5"
    ]


def test_what_a_class_lost_against_the_last_pushed_model_fails_for_that_class_only() -> None:
    before, now = measured(), measured(scrambled="fall")
    both = Measurements(
        **{**vars(now), "baseline": before.candidate, "baseline_groups": before.groups},
    )
    gates = GatesConfig(min_accuracy=0, min_recall=0, min_precision=0, min_gain_over_majority=None)
    failures = judge(gates, both).failures
    assert {(found.rule, found.label) for found in failures} == {("recall_drop", "fall"), ("mean_recall_drop", "")}


def test_a_report_can_be_judged_again() -> None:
    found = measured(scrambled="walk")
    read = Measurements.from_json(json.loads(json.dumps(found.as_json())))
    assert read == found
    assert read.mean_average_precision == pytest.approx(np.mean(list(found.average_precisions.values())))
