"""A short version of `benchmarks.gate`: verdicts are worth what they say. Bounds leave room for luck of so few models."""

import numpy as np
import pytest

from benchmarks.gate import Cell, bad_qualities, drops, judged, may_be_pushed, verdict, verdicts_on_good
from benchmarks.simulated_models import answers, good, person_rates, with_precision
from components.evaluator.by_group import GroupAnswers
from components.evaluator.confusion import ConfusionMatrix, Entry
from components.model_gate.config import GatesConfig
from components.model_gate.measurements import Measurements
from components.model_gate.rules import judge
from foundation.beta_binomial import Floats
from foundation.evidence import State

NUM_MODELS = 60


def generator() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("cell", [Cell(6, 35, 1, 0, True), Cell(6, 60, 5, 0.2, False), Cell(6, 20, 10, 0.5, True)])
@pytest.mark.parametrize("bar", [0.5, 0.7])
def test_a_class_at_its_bar_is_hardly_ever_pushed(cell: Cell, bar: float) -> None:
    drawn, pushed = generator(), 0
    for quality in bad_qualities(cell.num_classes, bar).values():
        for _ in range(NUM_MODELS):
            matrices = answers(drawn, cell, person_rates(drawn, cell, quality.recalls), quality.confusion)
            pushed += may_be_pushed(matrices, bar) and verdict(judged(matrices), bar) is State.SHOWN
    # One in a hundred would be 1.8.
    assert pushed <= 5


@pytest.mark.parametrize(
    ("cell", "bar"),
    [
        (Cell(6, 35, 1, 0, True), 0.5),
        (Cell(6, 60, 5, 0.2, True), 0.5),
        (Cell(6, 112, 1, 0, True), 0.7),
        (Cell(6, 190, 5, 0.2, True), 0.7),
    ],
)
def test_enough_clips_show_a_good_model(cell: Cell, bar: float) -> None:
    figures = verdicts_on_good(generator(), cell, NUM_MODELS)
    assert figures["refuted"][str(bar)] == 0
    assert figures["pushed"][str(bar)] >= 0.85
    for share, num_intervals in figures["coverage"].values():
        assert share > 0.95 - 3 * np.sqrt(0.05 * 0.95 / min(num_intervals, NUM_MODELS))


@pytest.mark.parametrize("cell", [Cell(6, 8, 4, 0.2, True), Cell(30, 8, 8, 0.5, True)])
def test_few_clips_leave_a_good_model_open(cell: Cell) -> None:
    figures = verdicts_on_good(generator(), cell, 20)
    assert set(figures["refuted"].values()) == set(figures["pushed"].values()) == {0}


def test_an_equally_good_model_is_not_blocked_and_a_worse_one_is() -> None:
    figures = drops(generator(), Cell(6, 200, 10, 0.2, True), NUM_MODELS)
    assert figures["drop_refuted"] <= 0.05
    assert figures["drop_refuted_other_people"] <= 0.05
    assert figures["drop_found"] >= 0.75


@pytest.mark.parametrize("bar", [0.5, 0.7])
@pytest.mark.parametrize("cell", [Cell(6, 20, 4, 0.2, True), Cell(6, 60, 5, 0.2, False), Cell(30, 35, 1, 0, True)])
def test_the_simulation_judges_as_the_gate_does(cell: Cell, bar: float) -> None:
    gates = GatesConfig(
        min_accuracy=bar, min_recall=bar, min_precision=bar, min_examples=1, min_gain_over_majority=None
    )
    drawn = generator()
    for quality in (good(cell.num_classes), *bad_qualities(cell.num_classes, bar).values()):
        for _ in range(4):
            matrices = answers(drawn, cell, person_rates(drawn, cell, quality.recalls), quality.confusion)
            assert judge(gates, measured(matrices)).state is verdict(judged(matrices), bar)


def measured(matrices: Floats) -> Measurements:
    """What the gate would have measured, from a confusion matrix for each person."""
    classes = [str(number) for number in range(matrices.shape[1])]
    groups = {
        f"{person:04d}": [
            Entry((own,), (answer,), int(number)) for (own, answer), number in np.ndenumerate(matrix) if number
        ]
        for person, matrix in enumerate(matrices)
    }
    total = tuple(tuple(map(int, row)) for row in matrices.sum(axis=0))
    answered = GroupAnswers.of(groups, classes, has_several_labels=False)
    return Measurements(ConfusionMatrix(tuple(classes), total), groups=answered)


@pytest.mark.parametrize("num_classes", [6, 30])
@pytest.mark.parametrize("precision", [0.5, 0.7])
def test_simulated_models_are_as_good_as_they_say(num_classes: int, precision: float) -> None:
    quality = with_precision(num_classes, precision)
    assert quality.precisions[0] == pytest.approx(precision)
    assert quality.confusion.sum(axis=1) == pytest.approx(1)
    cell = Cell(num_classes, 400, 2, 0.2, True)
    drawn = generator()
    total = answers(drawn, cell, person_rates(drawn, cell, quality.recalls), quality.confusion).sum(axis=0)
    assert total.sum(axis=1).tolist() == [400] * num_classes
    assert total[0, 0] / total[:, 0].sum() == pytest.approx(precision, abs=0.07)
    assert good(num_classes).precisions == pytest.approx(0.9)
