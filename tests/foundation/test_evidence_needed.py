"""What is missing is said in clips and groups."""

import numpy as np
import pytest

from foundation.beta_binomial import Counts
from foundation.evidence import State, rate_evidence, state_of
from foundation.evidence_needed import clips_needed, groups_needed, perfect_state


def of_people(num_people: int, hits: int, trials: int) -> Counts:
    return Counts(np.full(num_people, float(hits)), np.full(num_people, float(trials)))


def test_a_few_more_people_would_show_it() -> None:
    evidence = rate_evidence({str(number): of_people(4, 2, 2) for number in range(6)})["0"]
    assert state_of(evidence.probability_below(0.5), 0.99) is State.OPEN
    assert groups_needed(evidence, 0.5, 0.99) in range(1, 10)


def test_none_are_needed_for_what_is_shown_and_none_are_enough_for_what_is_not_so() -> None:
    evidence = rate_evidence({"a": of_people(30, 9, 10)})["a"]
    assert groups_needed(evidence, 0.5, 0.99) == 0
    assert groups_needed(evidence, 0.95, 0.99) is None


@pytest.mark.parametrize(("bar", "too_few", "enough"), [(0.5, 5, 10), (0.7, 10, 20), (0.95, 60, 120)])
def test_what_a_perfect_model_could_show(bar: float, too_few: int, enough: int) -> None:
    assert perfect_state([1] * too_few, bar, 0.99) is State.OPEN
    assert perfect_state([1] * enough, bar, 0.99) is State.SHOWN


def test_a_perfect_model_is_not_shown_by_one_person() -> None:
    assert perfect_state([100], 0.5, 0.99, num_classes=6) is State.OPEN


def test_more_clips_are_needed_for_a_higher_bar_and_of_people_whose_clips_are_alike() -> None:
    low, high = (clips_needed(bar, 0.99, correlation=0, clips_per_group=1) for bar in (0.5, 0.7))
    alike = clips_needed(0.5, 0.99, correlation=0.35, clips_per_group=5)
    assert low and high and alike
    assert low.num_clips < alike.num_clips < high.num_clips
    assert alike.num_clips == 5 * alike.num_groups


def test_no_number_of_clips_shows_what_is_not_so() -> None:
    assert clips_needed(0.9, 0.99, rate=0.8, clips_per_group=1, num_classes=1) is None
