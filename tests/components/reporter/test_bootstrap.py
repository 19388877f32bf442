"""Intervals over groups."""

import pytest

from components.evaluator.confusion import ConfusionMatrix
from components.reporter.bootstrap import bootstrap_groups


def group(*counts: tuple[int, int]) -> ConfusionMatrix:
    return ConfusionMatrix(("a", "b"), counts)


def test_groups_that_are_alike_say_nothing_about_others() -> None:
    intervals = bootstrap_groups([group((5, 0), (0, 5))] * 6)
    assert intervals is not None
    assert (intervals.accuracy, intervals.f1) == (None, {"a": None, "b": None})


def test_as_many_clips_of_fewer_groups_say_less() -> None:
    good, bad = group((1, 0), (0, 1)), group((0, 1), (1, 0))
    many = bootstrap_groups([good] * 15 + [bad] * 5)
    few = bootstrap_groups([group((5, 0), (0, 5))] * 3 + [group((0, 5), (5, 0))])
    assert many is not None and few is not None and many.accuracy is not None and few.accuracy is not None
    assert few.accuracy.low < many.accuracy.low < 0.75 < many.accuracy.high < few.accuracy.high


def test_the_interval_of_accuracy_is_near_that_of_a_binomial_where_each_group_is_one_clip() -> None:
    intervals = bootstrap_groups([group((1, 0), (0, 0))] * 80 + [group((0, 1), (0, 0))] * 20)
    assert intervals is not None
    assert intervals.accuracy == pytest.approx((0.72, 0.88), abs=0.011)  # 0.8 and 1.96 standard errors of 0.04


def test_a_class_of_one_group_alone_has_no_interval() -> None:
    intervals = bootstrap_groups([group((1, 0), (0, 1)), group((1, 0), (0, 0)), group((0, 1), (0, 0))])
    assert intervals is not None
    assert intervals.f1["a"] is not None
    assert intervals.f1["b"] is None


def test_one_group_alone_has_no_intervals() -> None:
    assert bootstrap_groups([group((1, 0), (0, 1))]) is None


def test_the_same_groups_give_the_same_intervals() -> None:
    groups = [group((3, 1), (0, 4)), group((2, 2), (1, 3)), group((4, 0), (0, 4))]
    assert bootstrap_groups(groups) == bootstrap_groups(groups)
