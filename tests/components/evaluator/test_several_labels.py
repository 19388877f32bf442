"""Where clips have several labels, what comes out of TFMA is what scikit-learn says of the same answers."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    multilabel_confusion_matrix,
    precision_recall_fscore_support,
)

from components.evaluator.confusion import ConfusionMatrix
from components.evaluator.results import (
    BASELINE,
    CANDIDATE,
    read_average_precisions,
    read_calibration_by_class,
    read_calibration_error,
    read_confusion_matrix,
    read_group_answers,
    read_lost_answers,
    read_misses,
    read_overall,
    read_pairings,
    read_reliability,
    read_slices,
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
    THRESHOLDS,
    THRESHOLDS_BEFORE,
    evaluate_sets,
)

CHOSEN_BEFORE = np.array(THRESHOLDS_BEFORE, np.float32) <= PROBABILITIES_BEFORE
IS_RIGHT = (SETS == CHOSEN).all(axis=1)


def test_each_class_has_the_counts_and_rates_of_scikit_learn(sets_uri: str) -> None:
    matrix = read_confusion_matrix(sets_uri, CANDIDATE, CLASSES)
    expected = precision_recall_fscore_support(SETS, CHOSEN, zero_division=0)
    for label, precision, recall, f1, support in zip(CLASSES, *expected, strict=True):
        assert (matrix.precision(label), matrix.recall(label)) == (precision, recall)
        assert matrix.f1(label) == pytest.approx(f1, rel=1e-12)
        assert matrix.examples(label) == support
    for label, ((_, mistaken), (missed, hits)) in zip(CLASSES, multilabel_confusion_matrix(SETS, CHOSEN), strict=True):
        assert (matrix.examples(label), matrix.predictions(label)) == (missed + hits, mistaken + hits)
        assert matrix.hits(label) == hits
    assert (np.array(matrix.counts) == SETS.T.astype(int) @ CHOSEN.astype(int)).all()


def test_accuracy_is_the_share_of_clips_that_are_given_exactly_their_labels(sets_uri: str) -> None:
    matrix = read_confusion_matrix(sets_uri, CANDIDATE, CLASSES)
    expected = accuracy_score(SETS, CHOSEN)
    assert (matrix.accuracy, matrix.num_clips) == (expected, NUM_CLIPS)
    assert read_overall(sets_uri, CANDIDATE)["subset_accuracy"] == expected
    _, counts = np.unique(SETS, axis=0, return_counts=True)
    assert matrix.majority_share == counts.max() / NUM_CLIPS


def test_the_ranking_of_each_class_is_worth_what_scikit_learn_says_equal_scores_or_not(sets_uri: str) -> None:
    found = read_average_precisions(sets_uri, CANDIDATE, CLASSES)
    expected = average_precision_score(SETS, PROBABILITIES, average=None)
    assert found == pytest.approx(dict(zip(CLASSES, expected, strict=True)), rel=1e-12)
    assert read_overall(sets_uri, CANDIDATE)["mean_average_precision"] == pytest.approx(expected.mean(), rel=1e-12)


def test_each_class_s_probability_is_held_against_how_often_clips_have_the_class(sets_uri: str) -> None:
    bins = np.clip(np.ceil(PROBABILITIES.astype(float) * 15).astype(int) - 1, 0, 14)
    errors = {}
    for number, label in enumerate(CLASSES):
        own = [(bins[:, number] == each) for each in range(15) if (bins[:, number] == each).any()]
        gaps = [
            own_bin.mean() * abs(PROBABILITIES[own_bin, number].mean() - SETS[own_bin, number].mean())
            for own_bin in own
        ]
        errors[label] = sum(gaps)
    assert read_calibration_by_class(sets_uri, CANDIDATE, CLASSES) == pytest.approx(errors, abs=1e-6)
    assert read_calibration_error(sets_uri, CANDIDATE) == pytest.approx(np.mean(list(errors.values())), abs=1e-6)
    assert sum(num_clips for num_clips, _, _ in read_reliability(sets_uri, CANDIDATE)) == SETS.size


def test_groups_have_the_counts_of_their_clips(sets_uri: str) -> None:
    answers = read_group_answers(sets_uri, CANDIDATE, CLASSES)
    assert answers.groups == tuple(sorted(set(GROUPS)))
    of_groups = [np.array([group == each for each in GROUPS]) for group in answers.groups]
    right, clips = answers.totals()
    assert right.tolist() == [int(IS_RIGHT[own].sum()) for own in of_groups]
    assert clips.tolist() == [int(own.sum()) for own in of_groups]
    hits, examples = answers.matrices(CLASSES)
    assert examples.tolist() == [[int(SETS[own, number].sum()) for own in of_groups] for number in range(3)]
    assert hits.tolist() == [[int((SETS & CHOSEN)[own, number].sum()) for own in of_groups] for number in range(3)]
    alarms = answers.false_alarms("fall")
    assert alarms.hits.tolist() == [int((CHOSEN & ~SETS)[own, 0].sum()) for own in of_groups]
    assert alarms.trials.tolist() == [int((~SETS)[own, 0].sum()) for own in of_groups]


def test_a_clip_is_in_the_slice_of_each_of_its_labels(sets_uri: str) -> None:
    found = {each.value: each for each in read_slices(sets_uri, CANDIDATE) if each.feature == "label"}
    assert {label: each.num_clips for label, each in found.items()} == dict(
        zip(CLASSES, SETS.sum(axis=0).tolist(), strict=True)
    )
    assert found["sit"].accuracy == pytest.approx(IS_RIGHT[SETS[:, 1]].mean())


def test_misses_and_false_alarms_of_each_class_come_the_surest_first(sets_uri: str) -> None:
    found = read_misses(sets_uri, CANDIDATE, CLASSES)
    for number, label in enumerate(CLASSES):
        own = PROBABILITIES[:, number]
        for listed, is_wrong, order in (
            (found[label].misses, SETS[:, number] & ~CHOSEN[:, number], 1),
            (found[label].false_alarms, ~SETS[:, number] & CHOSEN[:, number], -1),
        ):
            assert {miss.segment_id for miss in listed} == {f"clip {clip}" for clip in np.flatnonzero(is_wrong)}
            assert [miss.own for miss in listed] == sorted(own[is_wrong].tolist(), key=lambda each: order * each)
            for miss in listed:
                clip = int(miss.segment_id.split()[1])
                assert miss.chosen == tuple(np.flatnonzero(CHOSEN[clip]))
                assert miss.against == pytest.approx(THRESHOLDS[number])
        assert found[label].mean_own == pytest.approx(own[SETS[:, number]].mean())
        assert found[label].mean_other == pytest.approx(own[~SETS[:, number]].mean())


def test_models_are_paired_by_the_names_of_classes_on_the_clips_that_have_them(sets_uri: str) -> None:
    pairings = read_pairings(sets_uri, CLASSES)
    for number, label in enumerate(CLASSES):
        found = CHOSEN[SETS[:, number], number]
        before = np.zeros_like(found)  # a class that the baseline does not know is never found
        if label in CLASSES_BEFORE:
            before = CHOSEN_BEFORE[SETS[:, number], CLASSES_BEFORE.index(label)]
        expected = [found & before, found & ~before, ~found & before, ~found & ~before]
        assert list(pairings[label]) == [int(each.sum()) for each in expected]


def test_the_baseline_is_counted_on_the_classes_that_it_knows(sets_uri: str) -> None:
    matrix = read_confusion_matrix(sets_uri, BASELINE, CLASSES_BEFORE)
    known = SETS[:, [CLASSES.index(label) for label in CLASSES_BEFORE]]
    has_any = known.any(axis=1)
    recall = precision_recall_fscore_support(known[has_any], CHOSEN_BEFORE[has_any], zero_division=0)[1]
    assert [matrix.recall(label) for label in CLASSES_BEFORE] == pytest.approx(recall.tolist())
    assert matrix.num_clips == has_any.sum()


def test_no_answer_is_lost(sets_uri: str) -> None:
    lost = read_lost_answers(sets_uri, CANDIDATE)
    assert lost is not None and (lost.num_clips, lost.num_lost) == (NUM_CLIPS, 0)


def test_counts_survive_the_gate_s_report(sets_uri: str) -> None:
    matrix = read_confusion_matrix(sets_uri, CANDIDATE, CLASSES)
    assert ConfusionMatrix.from_json(matrix.as_json()) == matrix


def test_a_baseline_that_gives_one_label_is_not_asked(
    models_of_sets: dict[str, Path], models: dict[str, Path], tmp_path: Path
) -> None:
    from components.evaluator.config import EvaluationConfig
    from components.evaluator.eval_config import Measured, make_eval_config

    config = make_eval_config(EvaluationConfig(slices=()), Measured(len(CLASSES), has_several_labels=True))
    uri = evaluate_sets(tmp_path, config, model=models_of_sets["candidate"], baseline_model=models["baseline"])
    assert read_confusion_matrix(uri, CANDIDATE, CLASSES).num_clips == NUM_CLIPS
    assert read_pairings(uri, CLASSES) == {}
