"""A clip counts if its class is among the most probable ones."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
import tensorflow_model_analysis as tfma
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorflow_model_analysis.metrics.metric_types import StandardMetricInputs

from components.evaluator.metrics.accuracy import HitsCombiner

KEY = tfma.metrics.MetricKey(name="accuracy", model_name="m")


def measure(k: int, clips: Sequence[tuple[Sequence[float], int]], parts: int = 1) -> float:
    """The metric's value for probabilities and labels where Beam combines clips in this many parts."""
    combiner = HitsCombiner(KEY, k)
    accumulators = [combiner.create_accumulator() for _ in range(parts)]
    for i, (probabilities, label) in enumerate(clips):
        inputs = {"labels": {"m": np.array([label])}, "predictions": {"m": np.array(probabilities)}}
        accumulators[i % parts] = combiner.add_input(accumulators[i % parts], StandardMetricInputs(inputs))
    return combiner.extract_output(combiner.merge_accumulators(accumulators))[KEY]


@settings(deadline=None, database=None, derandomize=True, max_examples=50)
@given(st.permutations(range(5)), st.integers(0, 4), st.integers(1, 5))
def test_a_class_is_found_among_as_many_as_are_asked_for(order: list[int], label: int, k: int) -> None:
    probabilities = np.zeros(5)
    probabilities[order] = [0.4, 0.3, 0.15, 0.1, 0.05]
    assert measure(k, [(probabilities.tolist(), label)]) == (order.index(label) < k)


@pytest.mark.parametrize("parts", [1, 2, 4])
def test_the_share_is_of_all_clips_however_they_are_combined(parts: int) -> None:
    clips = [((0.6, 0.3, 0.1), 0), ((0.6, 0.3, 0.1), 1), ((0.6, 0.3, 0.1), 2), ((0.1, 0.2, 0.7), 2)]
    assert measure(1, clips, parts) == 0.5
    assert measure(2, clips, parts) == 0.75


def test_of_equal_probabilities_the_first_is_chosen_as_by_argmax() -> None:
    assert measure(1, [((0.5, 0.5), 0)]) == 1
    assert measure(1, [((0.5, 0.5), 1)]) == 0


@pytest.mark.parametrize("label", [-1, 3])
def test_a_class_that_the_model_does_not_know_is_never_right(label: int) -> None:
    assert measure(3, [((0.2, 0.3, 0.5), label)]) == 0


def test_without_clips_nothing_is_measured() -> None:
    assert math.isnan(measure(1, []))
