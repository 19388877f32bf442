"""A rule is shown or refuted by the probability that the true rate lies below its bar, over all groups there might be."""

from itertools import pairwise

import numpy as np
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.beta_binomial import BELIEF, Counts
from foundation.evidence import (
    FEWEST_GROUPS,
    RateEvidence,
    State,
    mean_interval,
    precision_evidence,
    rate_evidence,
    refuted_from,
    state_of,
)

PURE = settings(deadline=None, database=None, derandomize=True, max_examples=40)

groups = st.lists(
    st.integers(1, 12).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))), max_size=15
)


def counts(*pairs: tuple[int, int]) -> Counts:
    """Hits and clips of each group."""
    table = np.array(pairs, np.float64).reshape(-1, 2)
    return Counts(table[:, 0], table[:, 1])


def evidence(*pairs: tuple[int, int]) -> RateEvidence:
    return rate_evidence({"a": counts(*pairs)})["a"]


@PURE
@given(groups)
def test_the_probability_grows_with_the_bar(pairs: list[tuple[int, int]]) -> None:
    probabilities = [evidence(*pairs).probability_below(bar) for bar in np.linspace(0, 1, 21)]
    assert all(low <= high + 1e-9 for low, high in pairwise(probabilities))
    assert probabilities[0] == 0
    assert probabilities[-1] == pytest.approx(1)


@PURE
@given(groups, groups)
def test_the_probability_for_precision_grows_with_the_bar(
    found: list[tuple[int, int]], alarms: list[tuple[int, int]]
) -> None:
    of_class = precision_evidence(rate_evidence({"a": counts(*found)}), {"a": counts(*alarms)})["a"]
    probabilities = [of_class.probability_below(bar) for bar in np.linspace(0, 1, 21)]
    assert all(low <= high + 1e-9 for low, high in pairwise(probabilities))
    assert (probabilities[0], probabilities[-1]) == (0, 1)


@pytest.mark.parametrize(("hits", "bar"), [(18, 0.7), (20, 0.7), (10, 0.5), (3, 0.2)])
def test_one_clip_a_group_is_the_binomial_case(hits: int, bar: float) -> None:
    of_clips = evidence(*[(1, 1)] * hits, *[(0, 1)] * (20 - hits))
    expected = scipy.stats.beta.cdf(bar, 1 + BELIEF * hits, 1 + BELIEF * (20 - hits))
    assert of_clips.probability_below(bar) == pytest.approx(expected, abs=1e-3)
    low, high = of_clips.interval(0.95) or (0, 0)
    assert (low, high) == pytest.approx(scipy.stats.beta.interval(0.95, 1 + hits, 21 - hits), abs=0.02)


def test_the_same_clips_say_less_of_fewer_groups() -> None:
    """All groups are right, or wrong, altogether."""
    of_many, of_few = evidence(*[(1, 1)] * 36, *[(0, 1)] * 4), evidence(*[(10, 10)] * 9, (0, 10))
    assert of_many.probability_below(0.7) < 0.01 < of_few.probability_below(0.7)


def test_nothing_is_shown_by_one_group() -> None:
    assert state_of(evidence((40, 40)).probability_below(0.5), 0.99) is State.OPEN


def test_a_class_without_clips_is_open() -> None:
    of_classes = rate_evidence({"a": counts((9, 10)), "b": counts()})
    assert state_of(of_classes["b"].probability_below(0.5), 0.99) is State.OPEN
    assert rate_evidence({}) == {}


def test_how_alike_clips_are_is_learned_from_the_other_classes() -> None:
    """Nine of ten clips by five people each time."""
    alike = {str(number): counts(*[(4, 4)] * 7, (0, 4), (0, 4)) for number in range(6)}
    unlike = {str(number): counts(*[(3, 4), (4, 4), (2, 4)] * 3) for number in range(6)}
    own = {"a": counts((2, 2), (2, 2), (2, 2), (2, 2), (1, 2))}
    among_alike, among_unlike = rate_evidence({**alike, **own})["a"], rate_evidence({**unlike, **own})["a"]
    assert among_alike.correlation > among_unlike.correlation
    assert among_alike.probability_below(0.5) > among_unlike.probability_below(0.5)


def test_an_interval_needs_six_groups() -> None:
    assert evidence(*[(9, 10)] * (FEWEST_GROUPS - 1)).interval(0.95) is None
    low, high = evidence(*[(9, 10)] * FEWEST_GROUPS).interval(0.95) or (0, 0)
    assert 0.6 < low < 0.9 < high < 1


def test_states() -> None:
    assert [state_of(each, 0.99) for each in (0.01, 0.011, 0.949, 0.95)] == [
        State.SHOWN,
        State.OPEN,
        State.OPEN,
        State.REFUTED,
    ]
    assert state_of(0.96, 0.99, refuted_from(10)) is State.OPEN
    assert refuted_from(10) == pytest.approx(0.995)


def test_precision_counts_clips_taken_for_the_class() -> None:
    found, alarms = {"a": counts(*[(9, 10)] * 12)}, {"a": counts(*[(2, 50)] * 12)}
    precision = precision_evidence(rate_evidence(found), alarms)["a"]
    assert (precision.num_hits, precision.num_trials) == (108, 132)
    low, high = precision.interval(0.95) or (0, 0)
    assert low < 108 / 132 < high
    assert precision.probability_below(0.6) < 0.01 < precision.probability_below(0.8)


def test_many_classes_do_not_refute_a_precision_that_was_hardly_measured() -> None:
    """One false alarm among a hundred clips of other classes, by two people."""
    precision = precision_evidence(rate_evidence({"a": counts((3, 3), (3, 4))}), {"a": counts((0, 100), (1, 90))})["a"]
    assert precision.probability_below(0.5) < 0.5


def test_the_interval_of_a_mean_of_equal_classes_is_that_of_accuracy() -> None:
    hits, trials = np.array([[5, 4, 5, 3, 5, 5, 4, 5]] * 3, np.float64), np.full((3, 8), 5.0)
    accuracy = rate_evidence({"": Counts(hits.sum(axis=0), trials.sum(axis=0))})[""].interval(0.95)
    assert mean_interval(hits, trials, 0.95) == pytest.approx(accuracy)


def test_the_interval_of_a_mean_is_wider_where_a_class_is_small() -> None:
    trials = np.array([[10] * 8, [1] * 8], np.float64)
    low, high = mean_interval(trials * [[0.9], [1]], trials, 0.95) or (0, 0)
    accuracy = rate_evidence({"": Counts((trials * [[0.9], [1]]).sum(axis=0), trials.sum(axis=0))})[""]
    narrow = accuracy.interval(0.95) or (0, 0)
    assert low < 0.95
    assert high - 0.95 > 0 and 0.95 - low > 0.9 - narrow[0]
    assert mean_interval(trials[:, :5], trials[:, :5], 0.95) is None
