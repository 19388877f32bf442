"""What is read from the Evaluator's output. The numbers were counted by hand from `conftest.CLIPS` and `conftest.BOXES`."""

import pytest

from components.model_gate.evaluation import (
    BASE,
    BASELINE,
    CANDIDATE,
    SliceMetrics,
    read_confusion_matrix,
    read_mean_ious,
    read_slices,
)
from pipeline.evaluation import make_eval_config


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
    assert read_slices(evaluation_uri, CANDIDATE) == [
        SliceMetrics("group", "", 1.0, 1),
        SliceMetrics("group", "ann", 0.5, 2),
        SliceMetrics("group", "bob", 1.0, 2),
        SliceMetrics("group", "тест", 0.5, 2),
        SliceMetrics("label", "a", 0.5, 2),
        SliceMetrics("label", "b", 1.0, 3),
        SliceMetrics("label", "new", 0.5, 2),
    ]


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
    names = [
        [metric.class_name for metric in make_eval_config(tracks=on).metrics_specs[0].metrics] for on in (False, True)
    ]
    assert set(names[1]) - set(names[0]) == {"MeanIou"}


def test_each_column_of_numbers_is_sliced_by_its_ranges() -> None:
    keys = [list(spec.feature_keys) for spec in make_eval_config(("age", "body mass")).slicing_specs]
    assert keys == [[], ["label"], ["group"], ["range_age"], ["range_body_mass"]]


def test_the_configuration_names_both_models() -> None:
    specs = [(spec.name, spec.is_baseline, spec.signature_name) for spec in make_eval_config().model_specs]
    assert specs == [("candidate", False, "evaluate"), ("baseline", True, "evaluate")]
