"""TFMA's metric for whether probabilities mean what they say."""

from collections.abc import Iterable

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics.metric_types import MetricComputations, StandardMetricInputs

from components.evaluator.metrics.answers import answer_of

CALIBRATION_ERROR, RELIABILITY = "calibration_error", "reliability"
NUM_BINS = 15

_Sums = npt.NDArray[np.float64]


class CalibrationError(tfma.metrics.Metric):
    """Expected calibration error of the most probable class in 15 bins of equal width (Guo et al. 2017).

    Beside it the bins: [15, 3], of each the number of clips, the sum of their confidences and the number of right answers.
    """

    def __init__(self, name: str = CALIBRATION_ERROR) -> None:
        super().__init__(_computations, name=name)


def calibration_error(bins: _Sums) -> float:
    """From bins [bins, 3] as the metric gives them; NaN without clips."""
    num_clips, confidences, hits = bins.T
    return float(np.abs(hits - confidences).sum() / num_clips.sum()) if num_clips.any() else float("nan")


def _computations(name: str = CALIBRATION_ERROR, model_names: Iterable[str] | None = None) -> MetricComputations:
    """One computation for each of the models."""
    return [
        tfma.metrics.MetricComputation(keys=keys, preprocessors=None, combiner=ReliabilityCombiner(*keys))
        for keys in (
            [tfma.metrics.MetricKey(name=key, model_name=model_name) for key in (name, RELIABILITY)]
            for model_name in model_names or [""]
        )
    ]


class ReliabilityCombiner(beam.CombineFn):
    """Clips, confidences and right answers in bins of confidence."""

    def __init__(self, error_key: tfma.metrics.MetricKey, bins_key: tfma.metrics.MetricKey) -> None:
        self._error_key, self._bins_key = error_key, bins_key

    def create_accumulator(self) -> _Sums:
        """No clip."""
        return np.zeros((NUM_BINS, 3))

    def add_input(self, accumulator: _Sums, element: StandardMetricInputs) -> _Sums:
        """One clip more."""
        answer = answer_of(element, self._error_key.model_name)
        # A bin holds its upper edge, as the paper has it.
        index = min(max(int(np.ceil(answer.confidence * NUM_BINS)) - 1, 0), NUM_BINS - 1)
        accumulator[index] += (1, answer.confidence, answer.is_right)
        return accumulator

    def merge_accumulators(self, accumulators: Iterable[_Sums]) -> _Sums:
        """The sums of several parts."""
        return np.sum(list(accumulators), axis=0)

    def extract_output(self, accumulator: _Sums) -> dict[tfma.metrics.MetricKey, float | _Sums]:
        """The error and the bins."""
        return {self._error_key: calibration_error(accumulator), self._bins_key: accumulator}
