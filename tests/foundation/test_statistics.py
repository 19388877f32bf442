"""Intervals, tests and deviations are those that others compute, and that can be counted by hand."""

from math import comb, log
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.robust import mad
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

from foundation.statistics import kolmogorov_smirnov, mcnemar_p_value, robust_deviations, wilson_interval

PURE = settings(deadline=None, database=None, derandomize=True)


@PURE
@given(st.floats(0, 1), st.integers(1, 500), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_wilsons_interval_is_that_of_statsmodels(rate: float, num_trials: int, confidence: float) -> None:
    num_hits = rate * num_trials
    expected = proportion_confint(num_hits, num_trials, alpha=1 - confidence, method="wilson")
    assert wilson_interval(num_hits, num_trials, confidence) == pytest.approx(expected, abs=1e-12)


def test_without_trials_there_is_no_interval() -> None:
    assert wilson_interval(0, 0) is None


def test_five_hits_of_five_are_not_certainty() -> None:
    interval = wilson_interval(5, 5)
    assert interval is not None
    assert interval == pytest.approx((0.566, 1), abs=1e-3)


@PURE
@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemars_test_is_that_of_statsmodels(num_only_first: int, num_only_second: int) -> None:
    table = [[7, num_only_first], [num_only_second, 3]]
    expected = mcnemar(table, exact=True).pvalue
    assert mcnemar_p_value(num_only_first, num_only_second) == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_models_that_never_differ_are_equally_good() -> None:
    assert mcnemar_p_value(0, 0) == 1


def test_the_test_is_exact_beyond_what_floating_point_can_count() -> None:
    assert 0 < mcnemar_p_value(2000, 2200) < 0.01


@pytest.mark.parametrize("size", [8, 12])
def test_samples_that_do_not_overlap_are_two_of_all_ways_to_share_out_the_values(size: int) -> None:
    distance, probability = kolmogorov_smirnov(range(size), range(20, 20 + size))
    assert distance == 1
    assert probability == pytest.approx(2 / comb(2 * size, size))


def test_samples_of_one_distribution_may_differ_and_those_of_two_do() -> None:
    rng = np.random.default_rng(0)
    one, same, other = rng.normal(size=40), rng.normal(size=40), rng.normal(2, size=40)
    assert kolmogorov_smirnov(one, one) == (0.0, 1.0)
    assert kolmogorov_smirnov(one, same)[1] > 0.05
    distance, probability = kolmogorov_smirnov(one, other)
    assert distance > 0.6 and probability < 1e-6


VALUES = st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=30)


@PURE
@given(VALUES)
def test_deviations_are_from_the_median_in_units_of_statsmodels(values: list[float]) -> None:
    scale = max(mad(values), 0.25)
    expected = [(value - median(values)) / scale for value in values]
    assert robust_deviations(values, 0.25).tolist() == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_deviation_is_a_standard_deviation_of_a_normal_distribution() -> None:
    values = np.random.default_rng(0).normal(3, 2, 10_001)
    assert robust_deviations(values, 0.0).std() == pytest.approx(1, abs=0.05)


@PURE
@given(st.lists(st.floats(0.01, 1e4), min_size=1, max_size=30), st.floats(0.01, 100))
def test_deviations_of_logarithms_do_not_depend_on_the_unit(durations: list[float], factor: float) -> None:
    scaled = robust_deviations([log(factor * each) for each in durations], 0.25)
    assert scaled.tolist() == pytest.approx(robust_deviations([log(each) for each in durations], 0.25), abs=1e-6)
