"""Two models on the same clips: what was lost, and whether chance alone would lose as much."""

import numpy as np
import pytest

from foundation.paired_drops import paired_drops


def test_a_class_that_every_person_loses_a_clip_of_is_a_loss() -> None:
    trials = np.full((3, 10), 4.0)
    candidate = trials.copy()
    candidate[1] -= 1
    drops = paired_drops(trials, candidate, trials)
    assert drops.drops.tolist() == [0, 0.25, 0]
    # All ten people would have to fall that way.
    assert drops.p_values.tolist() == [1, 0.5**10, 1]
    assert drops.smallest_p_values.tolist() == [1, 0.5**10, 1]


def test_people_are_exchanged_not_clips() -> None:
    """The same forty clips: those of twenty people who lost two each, or of two who lost twenty."""
    of_many = paired_drops(np.full((1, 20), 2.0), np.zeros((1, 20)), np.full((1, 20), 2.0))
    of_two = paired_drops(np.full((1, 2), 20.0), np.zeros((1, 2)), np.full((1, 2), 20.0))
    assert of_many.p_values[0] < 0.001
    assert of_two.p_values[0] == 0.25


def test_thirty_classes_that_lose_a_clip_each_are_a_loss() -> None:
    trials = np.ones((30, 60))
    candidate = trials.copy()
    candidate[np.arange(30), 2 * np.arange(30)] = 0
    drops = paired_drops(trials, candidate, trials)
    assert drops.p_values.min() > 0.4
    assert drops.mean_drop == pytest.approx(1 / 60)
    assert drops.mean_p_value < 0.001


def test_gains_and_equal_models_are_no_losses() -> None:
    trials = np.full((2, 8), 3.0)
    equal = paired_drops(trials - 1, trials - 1, trials)
    gain = paired_drops(trials - 1, trials, trials)
    assert equal.p_values.tolist() == [1, 1]
    assert equal.mean_p_value == 1
    assert gain.p_values.tolist() == [1, 1]


def test_chance_is_drawn_the_same_way_each_time() -> None:
    generator = np.random.default_rng(0)
    earlier, candidate = generator.binomial(5, 0.8, (2, 4, 30)).astype(np.float64)
    trials = np.full((4, 30), 5.0)
    one, other = paired_drops(earlier, candidate, trials), paired_drops(earlier, candidate, trials)
    assert one.p_values.tolist() == other.p_values.tolist()


def test_a_class_without_clips_has_no_drop() -> None:
    trials = np.array([[2.0, 2, 2], [0, 0, 0]])
    drops = paired_drops(trials, trials - np.array([[1.0], [0]]), trials)
    assert drops.drops[0] == 0.5
    assert np.isnan(drops.drops[1])
    assert drops.mean_drop == 0.5
    assert drops.p_values.tolist() == [0.125, 1]


def test_nearly_equal_models_are_called_worse_no_more_often_than_promised() -> None:
    generator = np.random.default_rng(1)
    trials = np.full((6, 10), 3.0)
    found = 0
    for _ in range(300):
        earlier, candidate = generator.binomial(3, 0.85, (2, 6, 10)).astype(np.float64)
        drops = paired_drops(earlier, candidate, trials, num_flips=200)
        found += min(*drops.p_values, drops.mean_p_value) <= 0.1
    assert found / 300 <= 0.14
