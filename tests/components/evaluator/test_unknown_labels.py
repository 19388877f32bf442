"""A clip of which a class is not known counts for the other classes only: scikit-learn's numbers without it."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import average_precision_score, precision_recall_fscore_support

from components.evaluator.by_group import GroupAnswers
from components.evaluator.confusion import ConfusionMatrix, Entry
from components.evaluator.results import (
    BASELINE,
    CANDIDATE,
    read_average_precisions,
    read_calibration_by_class,
    read_confusion_matrix,
    read_group_answers,
    read_misses,
    read_overall,
    read_pairings,
)
from tests.components.evaluator.several_labels import (
    CHOSEN,
    CLASSES,
    CLASSES_BEFORE,
    GROUPS,
    NUM_CLIPS,
    PROBABILITIES,
    PROBABILITIES_BEFORE,
    SETS,
    THRESHOLDS_BEFORE,
    evaluate_sets,
)
from tests.once import made_once

# Of every third clip all is known; of the others what they have, and some of what they have not.
KNOWN = SETS | (np.random.default_rng(5).random(SETS.shape) < 0.5) | (np.arange(NUM_CLIPS) % 3 == 0)[:, np.newaxis]
Sets = npt.NDArray[np.int64]
PARTLY_KNOWN = st.integers(1, 25).flatmap(
    lambda number: st.tuples(arrays(np.int64, (number, 3), elements=st.integers(-1, 1)), arrays(np.bool_, (number, 3)))
)


def known_labels(clip: int) -> list[str] | None:
    known = [label for label, is_known in zip(CLASSES, KNOWN[clip], strict=True) if is_known]
    return known if len(known) < len(CLASSES) else None


@pytest.fixture(scope="session")
def unknown_uri(models_of_sets: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Evaluator's output for both models."""
    from components.evaluator.config import EvaluationConfig
    from components.evaluator.eval_config import Measured, make_eval_config

    config = make_eval_config(EvaluationConfig(slices=()), Measured(len(CLASSES), has_several_labels=True))
    both = {"model": models_of_sets["candidate"], "baseline_model": models_of_sets["baseline"]}

    def make(folder: Path) -> str:
        return evaluate_sets(folder, config, known_labels, **both)

    return made_once(tmp_path_factory, "unknown_sets", make)


def test_each_class_is_measured_on_the_clips_of_which_it_is_known(unknown_uri: str) -> None:
    assert not KNOWN.all()
    matrix = read_confusion_matrix(unknown_uri, CANDIDATE, CLASSES)
    precisions = read_average_precisions(unknown_uri, CANDIDATE, CLASSES)
    errors = read_calibration_by_class(unknown_uri, CANDIDATE, CLASSES)
    misses = read_misses(unknown_uri, CANDIDATE, CLASSES)
    for number, label in enumerate(CLASSES):
        known = KNOWN[:, number]
        own, chosen, scores = SETS[known, number], CHOSEN[known, number], PROBABILITIES[known, number]
        precision, recall, *_ = precision_recall_fscore_support(own, chosen, average="binary", zero_division=0)
        assert (matrix.precision(label), matrix.recall(label)) == (pytest.approx(precision), pytest.approx(recall))
        assert (matrix.examples(label), matrix.predictions(label)) == (own.sum(), chosen.sum())
        assert precisions[label] == pytest.approx(average_precision_score(own, scores), rel=1e-12)
        assert errors[label] == pytest.approx(_calibration_error(own, scores), rel=1e-6)
        wrong = {f"clip {clip}" for clip in np.flatnonzero(known)[chosen & ~own]}
        assert {miss.segment_id for miss in misses[label].false_alarms} == wrong
        assert misses[label].mean_other == pytest.approx(scores[~own].mean())


def test_an_answer_is_right_if_all_that_is_known_is(unknown_uri: str) -> None:
    is_right = ((SETS == CHOSEN) | ~KNOWN).all(axis=1)
    assert (
        read_confusion_matrix(unknown_uri, CANDIDATE, CLASSES).num_right
        == is_right.sum()
        > (SETS == CHOSEN).all(1).sum()
    )
    assert read_overall(unknown_uri, CANDIDATE)["subset_accuracy"] == pytest.approx(is_right.mean())


def test_groups_have_the_false_alarms_of_clips_of_which_it_is_known(unknown_uri: str) -> None:
    answers = read_group_answers(unknown_uri, CANDIDATE, CLASSES)
    assert GroupAnswers.from_json(answers.as_json()) == answers
    of_groups = [np.array([name == group for name in GROUPS]) for group in answers.groups]
    for number, label in enumerate(CLASSES):
        has_not = KNOWN[:, number] & ~SETS[:, number]
        alarms = answers.false_alarms(label)
        assert alarms.trials.tolist() == [int(has_not[own].sum()) for own in of_groups]
        assert alarms.hits.tolist() == [int((has_not & CHOSEN[:, number])[own].sum()) for own in of_groups]
        recall = answers.recall(label)
        assert recall.trials.tolist() == [int(SETS[own, number].sum()) for own in of_groups]


def test_the_baseline_is_measured_in_the_same_way(unknown_uri: str) -> None:
    matrix = read_confusion_matrix(unknown_uri, BASELINE, CLASSES_BEFORE)
    chosen = np.array(THRESHOLDS_BEFORE, np.float32) <= PROBABILITIES_BEFORE
    for number, label in enumerate(CLASSES_BEFORE):
        column = CLASSES.index(label)
        # A clip that has none of its classes is left out.
        counts = KNOWN[:, column] & SETS[:, [CLASSES.index(each) for each in CLASSES_BEFORE]].any(axis=1)
        assert matrix.predictions(label) == chosen[counts, number].sum()
    pairings = read_pairings(unknown_uri, CLASSES)
    assert sum(pairings["fall"]) == SETS[:, 0].sum()


@given(PARTLY_KNOWN)
def test_counts_are_those_of_scikit_learn_class_by_class(pair: tuple[Sets, npt.NDArray[np.bool_]]) -> None:
    sets, chosen = pair
    sets[~(sets > 0).any(axis=1), 0] = 1
    entries = [
        Entry(_ids(own > 0), _ids(answer & (own >= 0)), 1, _ids(own < 0))
        for own, answer in zip(sets, chosen, strict=True)
    ]
    matrix = ConfusionMatrix.of(entries, CLASSES, has_several_labels=True)
    alarms = GroupAnswers.of({"ann": entries}, CLASSES, has_several_labels=True)
    for number, label in enumerate(CLASSES):
        known = sets[:, number] >= 0
        own, answer = sets[known, number] > 0, chosen[known, number]
        if known.any():
            precision, recall, *_ = precision_recall_fscore_support(own, answer, average="binary", zero_division=0)
            assert matrix.precision(label) == pytest.approx(precision)
            assert matrix.recall(label) == (pytest.approx(recall) if own.any() else None)
        assert alarms.false_alarms(label).trials.sum() == (~own).sum()
        assert alarms.false_alarms(label).hits.sum() == (~own & answer).sum()


def _ids(is_one: npt.NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(np.flatnonzero(is_one).tolist())


def _calibration_error(own: npt.NDArray[np.bool_], scores: npt.NDArray[np.float32]) -> float:
    bins = np.clip(np.ceil(scores.astype(np.float64) * 15).astype(int) - 1, 0, 14)
    of_bins = [(scores[bins == each].sum(), own[bins == each].sum()) for each in range(15)]
    return float(sum(abs(expected - found) for expected, found in of_bins) / len(own))
