"""Confident learning."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotation_validator.analysis.confidence import disagreement, out_of_fold, thresholds


def test_a_class_has_the_mean_probability_of_its_own_clips_as_its_threshold() -> None:
    probabilities = np.array([[0.9, 0.1, 0.0], [0.5, 0.5, 0.0], [0.2, 0.8, 0.0]])
    assert thresholds(probabilities, np.array([0, 0, 1])).tolist() == [pytest.approx(0.7), 0.8, np.inf]


def test_a_clip_that_is_confidently_of_another_class_disagrees() -> None:
    probabilities = np.array([[0.8, 0.2], [0.8, 0.2], [0.1, 0.9], [0.3, 0.7], [0.85, 0.15]])
    found = disagreement(probabilities, np.array([0, 0, 1, 1, 1]))
    assert found.chosen.tolist() == [0, 0, 1, 1, 0]
    assert found.ratios[4] == pytest.approx(0.85 / 0.8)
    assert found.margins[4] == pytest.approx(0.7)


def test_a_class_that_the_model_is_rarely_sure_of_needs_less() -> None:
    # Clips of class 1 have 0.45 at the most, which is less than 0.5 and more than is usual for them.
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.55, 0.45], [0.53, 0.47]])
    assert disagreement(probabilities, np.array([0, 0, 1, 1, 1])).chosen.tolist() == [0, 0, 1, 1, 1]
    probabilities = np.array([[0.6, 0.2, 0.2], [0.3, 0.3, 0.4], [0.2, 0.5, 0.3], [0.3, 0.4, 0.3]])
    # The last clip is not confidently of its own class, nor of any: its label stands.
    assert disagreement(probabilities, np.array([0, 2, 1, 0])).chosen.tolist() == [0, 2, 1, 0]


@given(st.integers(0, 2**32 - 1))
def test_a_label_that_is_the_most_probable_class_is_never_doubted(seed: int) -> None:
    rng = np.random.default_rng(seed)
    probabilities, labels = rng.dirichlet([1, 1, 1], 30), rng.integers(0, 3, 30)
    found = disagreement(probabilities, labels)
    assert (found.chosen == labels)[probabilities.argmax(axis=1) == labels].all()
    assert (found.margins[found.chosen != labels] > 0).all()
    assert (found.ratios[found.chosen != labels] >= 1 - 1e-12).all()


def clips(num_groups: int = 12) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, labels and groups: two clips of each of three classes a group, well apart."""
    rng = np.random.default_rng(0)
    labels = np.tile(np.repeat(np.arange(3), 2), num_groups)
    groups = np.repeat(np.arange(num_groups), 6)
    return np.float32(np.eye(8)[labels] + rng.normal(0, 0.15, (len(labels), 8))), labels, groups


def test_what_is_said_of_a_clip_does_not_depend_on_its_own_group() -> None:
    features, labels, groups = clips()
    wrong = np.where(groups == 3, (labels + 1) % 3, labels)
    of_others = out_of_fold(features, wrong, groups)[groups == 3]
    assert (of_others.argmax(axis=1) == labels[groups == 3]).all()
    assert of_others.sum(axis=1) == pytest.approx(1)


def test_planted_label_errors_are_what_disagrees() -> None:
    features, labels, groups = clips()
    planted = np.arange(4, len(labels), 11)
    wrong = labels.copy()
    wrong[planted] = (labels[planted] + 1) % 3
    found = disagreement(out_of_fold(features, wrong, groups), wrong)
    assert np.flatnonzero(found.chosen != wrong).tolist() == planted.tolist()
    assert (found.chosen[planted] == labels[planted]).all()


def test_a_class_of_one_group_is_unknown_to_the_fold_without_it() -> None:
    features, labels, groups = clips()
    labels[groups == 5] = 3
    probabilities = out_of_fold(features, labels, groups)
    assert (probabilities[groups == 5, 3] == 0).all()
