"""What is read from the Evaluator's output. The numbers were counted by hand from `conftest.CLIPS` and `conftest.BOXES`."""

import pytest

from components.evaluator.config import EvaluationConfig
from components.evaluator.confusion import LostAnswers, Pairing
from components.evaluator.eval_config import Measured, make_eval_config
from components.evaluator.results import (
    BASE,
    BASELINE,
    CANDIDATE,
    SliceMetrics,
    read_calibration_error,
    read_confusion_matrix,
    read_group_answers,
    read_lost_answers,
    read_mean_ious,
    read_misses,
    read_overall,
    read_pairings,
    read_reliability,
    read_slices,
)


def test_the_matrix_of_the_candidate_is_by_argmax_however_unsure(evaluation_uri: str) -> None:
    matrix = read_confusion_matrix(evaluation_uri, CANDIDATE, ("a", "b", "new"))
    assert matrix.classes == ("a", "b", "new")
    assert matrix.counts == ((1, 1, 0), (0, 3, 0), (1, 0, 1))


def test_the_matrix_of_the_baseline_leaves_out_the_class_that_it_does_not_know(evaluation_uri: str) -> None:
    matrix = read_confusion_matrix(evaluation_uri, BASELINE, ("b", "a"))
    assert matrix.counts == ((2, 1), (0, 2))


def test_the_matrix_of_the_base_model_is_that_of_its_own_evaluation(base_evaluation_uri: str) -> None:
    assert read_confusion_matrix(base_evaluation_uri, BASE, ("b", "a")).counts == ((2, 1), (0, 2))


def test_slices_are_sorted_and_are_those_of_the_candidate(evaluation_uri: str) -> None:
    found = [entry for entry in read_slices(evaluation_uri, CANDIDATE) if entry.feature in ("group", "label")]
    assert found == [
        SliceMetrics("group", "", 1.0, 1),
        SliceMetrics("group", "ann", 0.5, 2),
        SliceMetrics("group", "bob", 1.0, 2),
        SliceMetrics("group", "тест", 0.5, 2),
        SliceMetrics("label", "a", 0.5, 2),
        SliceMetrics("label", "b", 1.0, 3),
        SliceMetrics("label", "new", 0.5, 2),
    ]


def test_the_misses_of_each_class_are_those_of_the_candidate(evaluation_uri: str) -> None:
    found = read_misses(evaluation_uri, CANDIDATE, ("a", "b", "new"))
    missed = {label: [(*miss.chosen, miss.segment_id) for miss in each.misses] for label, each in found.items()}
    assert missed == {"a": [(1, "anything")], "b": [], "new": [(0, "anything")]}
    assert {label: each.mean_own for label, each in found.items()} == pytest.approx({"a": 0.35, "b": 0.4, "new": 0.35})


def test_clips_are_sliced_by_ranges_of_a_number(evaluation_uri: str) -> None:
    assert [entry for entry in read_slices(evaluation_uri, CANDIDATE) if entry.feature == "duration"] == [
        SliceMetrics("duration", "above 1 up to 2", 1.0, 2),
        SliceMetrics("duration", "above 32", 0.0, 1),
        SliceMetrics("duration", "above 4 up to 8", 1.0, 2),
        SliceMetrics("duration", "up to 1", 0.5, 2),
    ]


def test_clips_are_sliced_by_ranges_of_metadata_with_edges_of_their_own_or_the_quartiles_of_the_ledger(
    evaluation_uri: str,
) -> None:
    slices = read_slices(evaluation_uri, CANDIDATE)
    assert [entry for entry in slices if entry.feature == "meta_age"] == [
        SliceMetrics("meta_age", "above 30.1 up to 35", 0.5, 2),
        SliceMetrics("meta_age", "above 60", 1.0, 1),
        SliceMetrics("meta_age", "unknown", 1.0, 2),
        SliceMetrics("meta_age", "up to 30.1", 0.5, 2),
    ]
    assert [entry for entry in slices if entry.feature == "meta_mass"] == [
        SliceMetrics("meta_mass", "above 50 up to 80", 1.0, 2),
        SliceMetrics("meta_mass", "above 80", 0.5, 2),
        SliceMetrics("meta_mass", "unknown", 1.0, 2),
        SliceMetrics("meta_mass", "up to 50", 0.0, 1),
    ]


def test_clips_are_sliced_by_two_features_at_once(evaluation_uri: str) -> None:
    crosses = [entry for entry in read_slices(evaluation_uri, CANDIDATE) if entry.feature == "group × label"]
    assert crosses == [
        SliceMetrics("group × label", " × b", 1.0, 1),
        SliceMetrics("group × label", "ann × a", 0.5, 2),
        SliceMetrics("group × label", "bob × b", 1.0, 2),
        SliceMetrics("group × label", "тест × new", 0.5, 2),
    ]


def test_answers_are_counted_by_group(evaluation_uri: str) -> None:
    answers = read_group_answers(evaluation_uri, CANDIDATE, ("a", "b", "new"))
    assert answers.groups == ("", "ann", "bob", "тест")
    assert answers.recall("b").hits.tolist() == answers.recall("b").trials.tolist() == [1, 2]
    assert (answers.accuracy().hits.sum(), answers.accuracy().trials.sum()) == (5, 7)
    assert read_lost_answers(evaluation_uri, CANDIDATE) == LostAnswers(7, 0, ())


def test_candidate_and_baseline_are_paired_clip_by_clip_in_each_class(evaluation_uri: str) -> None:
    # The baseline has never heard of the class `new`, so it gets none of its clips right.
    assert read_pairings(evaluation_uri, ("a", "b", "new")) == {
        "a": Pairing(both=1, only_candidate=0, only_other=1, neither=0),
        "b": Pairing(both=2, only_candidate=1, only_other=0, neither=0),
        "new": Pairing(both=0, only_candidate=1, only_other=0, neither=1),
    }


def test_calibration_and_top_k_are_measured_over_all_clips(evaluation_uri: str) -> None:
    overall = read_overall(evaluation_uri, CANDIDATE)
    # Each answer is given with a probability of 0.4, and 5 of 7 are right.
    assert read_calibration_error(evaluation_uri, CANDIDATE) == pytest.approx(5 / 7 - 0.4, abs=1e-6)
    assert read_reliability(evaluation_uri, CANDIDATE) == [(7, pytest.approx(0.4), pytest.approx(5 / 7))]
    assert overall["sparse_categorical_accuracy"] == pytest.approx(5 / 7)
    # The two others are equally probable: the first of them comes second, which is right once.
    assert overall["top_2_accuracy"] == pytest.approx(6 / 7)
    assert "top_5_accuracy" not in overall  # there are three classes


def test_slices_of_the_baseline_have_its_accuracy(evaluation_uri: str) -> None:
    accuracies = {(found.feature, found.value): found.accuracy for found in read_slices(evaluation_uri, BASELINE)}
    assert accuracies["label", "a"] == 1
    assert accuracies["group", "bob"] == 0.5
    assert accuracies["label", "new"] == 0


def test_a_clip_of_a_class_beyond_the_named_ones_is_left_out(evaluation_uri: str) -> None:
    assert read_confusion_matrix(evaluation_uri, CANDIDATE, ("a", "b")).counts == ((1, 1), (0, 3))


def test_mean_iou_weighs_boxes_with_their_validity_and_leaves_out_a_class_without_any(evaluation_uri: str) -> None:
    expected = {"": 0.65 / 3.5, "a": 0.05 / 1.5, "b": 0.6 / 2}
    assert read_mean_ious(evaluation_uri, CANDIDATE) == pytest.approx(expected)


def test_a_model_without_boxes_has_no_mean_iou(evaluation_uri: str) -> None:
    assert read_mean_ious(evaluation_uri, BASELINE) == {}


def test_boxes_are_measured_of_trackers_only() -> None:
    configs = [make_eval_config(EvaluationConfig(), Measured(3, tracks=on)) for on in (False, True)]
    names = [[metric.class_name for metric in config.metrics_specs[0].metrics] for config in configs]
    assert set(names[1]) - set(names[0]) == {"MeanIou"}


def test_each_column_of_numbers_is_sliced_by_its_ranges() -> None:
    evaluation = EvaluationConfig(slices=())
    config = make_eval_config(evaluation, Measured(3), ("age", "body mass"))
    keys = [list(spec.feature_keys) for spec in config.slicing_specs]
    assert keys == [[], ["label"], ["group"], ["meta_age:quartiles"], ["meta_body_mass:quartiles"]]


def test_the_configuration_names_both_models() -> None:
    config = make_eval_config(EvaluationConfig(), Measured(3))
    specs = [(spec.name, spec.is_baseline, spec.signature_name) for spec in config.model_specs]
    assert specs == [("candidate", False, "evaluate"), ("baseline", True, "evaluate")]
