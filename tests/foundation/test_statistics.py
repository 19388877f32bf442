"""Intervals and the comparison of two models are those of statsmodels."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

from foundation.statistics import mcnemar_p_value, wilson_interval

PURE = settings(deadline=None, database=None, derandomize=True)


@PURE
@given(st.data(), st.integers(1, 500), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_wilsons_interval_is_that_of_statsmodels(data: st.DataObject, num_trials: int, confidence: float) -> None:
    num_hits = data.draw(st.integers(0, num_trials))
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
