"""The expected calibration error is that of its formula."""

import numpy as np
import numpy.typing as npt
import pytest
import tensorflow_model_analysis as tfma
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tensorflow_model_analysis.metrics.metric_types import StandardMetricInputs

from components.evaluator.metrics.calibration import NUM_BINS, ReliabilityCombiner

ERROR, BINS = (tfma.metrics.MetricKey(name=name, model_name="m") for name in ("error", "bins"))


def measure(probabilities: npt.NDArray[np.float64], labels: npt.NDArray[np.int64], parts: int = 1) -> float:
    """The metric's value where Beam combines clips in this many parts."""
    combiner = ReliabilityCombiner(ERROR, BINS)
    accumulators = []
    for part in np.array_split(np.arange(len(labels)), parts):
        accumulator = combiner.create_accumulator()
        for i in part:
            inputs = {"labels": {"m": labels[i : i + 1]}, "predictions": {"m": probabilities[i]}}
            accumulator = combiner.add_input(accumulator, StandardMetricInputs(inputs))
        accumulators.append(accumulator)
    return float(combiner.extract_output(combiner.merge_accumulators(accumulators))[ERROR])


@settings(deadline=None, database=None, derandomize=True, max_examples=50)
@given(st.data(), st.integers(1, 40), st.integers(1, 3))
def test_the_error_is_the_gap_of_each_bin_weighed_by_its_clips(data: st.DataObject, num_clips: int, parts: int) -> None:
    logits = data.draw(arrays(np.float64, (num_clips, 4), elements=st.floats(-5, 5)))
    labels = data.draw(arrays(np.int64, num_clips, elements=st.integers(-1, 3)))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)

    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.digitize(confidence, np.arange(1, NUM_BINS) / NUM_BINS, right=True)
    expected = sum(
        (bins == i).mean() * abs(right[bins == i].mean() - confidence[bins == i].mean()) for i in np.unique(bins)
    )
    assert measure(probabilities, labels, parts) == pytest.approx(expected, abs=1e-9)


def test_a_model_that_is_right_as_often_as_it_says_is_calibrated() -> None:
    probabilities = np.tile([0.75, 0.25], (4, 1))
    assert measure(probabilities, np.array([0, 0, 0, 1])) == pytest.approx(0)
    assert measure(probabilities, np.array([1, 1, 1, 1])) == pytest.approx(0.75)


def test_certainty_is_a_confidence_like_any_other() -> None:
    assert measure(np.array([[1.0, 0.0]]), np.array([1])) == 1


def test_without_clips_nothing_is_measured() -> None:
    assert np.isnan(measure(np.zeros((0, 2)), np.zeros(0, np.int64)))
