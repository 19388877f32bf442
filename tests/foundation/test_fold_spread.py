"""What models that differ take from the answers on all folds."""

import numpy as np
import pytest

from foundation.fold_spread import shares_that_count

FOLDS = np.repeat(np.arange(5), 8)


def share(hits_of_folds: list[int], clips_a_group: int = 5, correlation: float = 0.0) -> float:
    """Of one class: hits of each fold, shared out evenly to its eight groups."""
    hits = np.repeat(np.array(hits_of_folds, np.float64) / 8, 8)[None]
    return shares_that_count(hits, np.full_like(hits, clips_a_group), FOLDS, [correlation])[0]


def test_the_more_the_models_of_folds_differ_the_less_their_answers_count() -> None:
    alike, different, very_different = share([36] * 5), share([40, 36, 32, 36, 36]), share([40, 40, 40, 40, 8])
    assert 1 > alike > different > very_different > 0
    assert alike > 0.6
    assert very_different < 0.1


def test_what_follows_from_clips_of_a_group_that_are_alike_is_not_taken_for_the_models() -> None:
    hits = [40, 36, 30, 36, 38]
    assert share(hits, correlation=0.3) > share(hits)


def test_few_clips_keep_their_weight_since_they_know_less_than_the_models_differ() -> None:
    few = shares_that_count(np.full((1, 40), 1.0), np.full((1, 40), 1.0), FOLDS, [0.0])[0]
    assert few > share([36] * 5, clips_a_group=5)


def test_other_classes_say_how_far_the_models_differ() -> None:
    steady = np.repeat(np.array([4.0]), 40)
    moved = np.repeat(np.array([5.0, 5, 2, 3, 5]), 8)
    trials = np.full((2, 40), 5.0)
    alone = shares_that_count(steady[None], trials[:1], FOLDS, [0.0])[0]
    assert shares_that_count(np.stack([steady, moved]), trials, FOLDS, [0.0, 0.0])[0] < alone


def test_a_class_without_clips_and_a_class_in_one_fold_are_no_error() -> None:
    trials = np.stack([np.zeros(40), np.where(FOLDS == 2, 5.0, 0.0)])
    assert shares_that_count(trials, trials, FOLDS, [0.1, 0.1])[0] == 1
    assert shares_that_count(trials, trials, FOLDS, [0.1, 0.1])[1] == pytest.approx(1, abs=0.5)
