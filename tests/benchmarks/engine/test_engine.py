"""What the check on a cluster calls the same, and how it counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorflow_model_analysis.proto import metrics_for_slice_pb2

from benchmarks.engine.comparing import are_close, value_of
from benchmarks.engine.kills import num_kept
from benchmarks.engine.rates import rate_of, ratio_of


def test_the_first_shard_came_with_the_start_and_is_not_counted() -> None:
    assert rate_of([30.0, 10.0, 20.0]) == pytest.approx(0.1)


@given(st.floats(0, 1e9), st.floats(0.1, 100), st.integers(2, 50))
def test_a_rate_does_not_depend_on_when_the_first_was_done(start: float, seconds: float, number: int) -> None:
    assert rate_of([start + seconds * each for each in range(number)]) == pytest.approx(1 / seconds, rel=1e-5)


def test_the_ratio_is_that_of_the_medians() -> None:
    ratio = ratio_of({1: [2.0, 1.0, 9.0], 2: [4.0, 3.0, 1.0]}, "clips")
    assert (ratio["clips_per_second_of_one_node"], ratio["clips_per_second_of_two_nodes"]) == (2.0, 3.0)
    assert ratio["two_to_one"] == 1.5


def test_a_shard_that_was_made_anew_is_not_the_one_that_was_there() -> None:
    assert num_kept({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 9, "d": 4}) == 1


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({"a": [1.0, "x"]}, {"a": [1.0 + 1e-7, "x"]}, True),
        (float("nan"), float("nan"), True),
        ({"a": 1.0}, {"a": 1.001}, False),
        ({"a": 1.0}, {"b": 1.0}, False),
        ([1.0], [1.0, 2.0], False),
        ("1", 1, False),
    ],
)
def test_numbers_may_differ_by_the_order_of_a_sum_and_nothing_else_may(
    one: object, other: object, is_same: bool
) -> None:
    assert are_close(one, other) == is_same


def test_numbers_inside_of_bytes_are_compared_as_numbers() -> None:
    one, other = (metrics_for_slice_pb2.MetricValue(bytes_value=text) for text in (b'{"a": 0.1}', b'{"a": 0.10000001}'))
    assert are_close(value_of(one), value_of(other))
