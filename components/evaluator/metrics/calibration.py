"""Metric for TFMA: whether probabilities mean what they say."""

from collections.abc import Iterable

import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics.metric_types import MetricComputations, StandardMetricInputs

from components.evaluator.metrics.answers import answer_of
from components.evaluator.metrics.per_model import SumCombiner, Sums, computation_per_model

CALIBRATION_ERROR, RELIABILITY = "calibration_error", "reliability"
NUM_BINS = 15


class CalibrationError(tfma.metrics.Metric):
    """Expected calibration error of the most probable class in 15 bins of equal width (Guo et al. 2017).

    It also gives the bins [15, 3]: the number of clips in each, the sum of their confidences, the number of right answers.
    """

    def __init__(self, name: str = CALIBRATION_ERROR) -> None:
        super().__init__(_computations, name=name)


def _computations(name: str = CALIBRATION_ERROR, model_names: Iterable[str] | None = None) -> MetricComputations:
    return computation_per_model(model_names, [name, RELIABILITY], ReliabilityCombiner)


class ReliabilityCombiner(SumCombiner):
    """Counts clips in bins of confidence, and adds up their confidences and right answers."""

    zero = np.zeros((NUM_BINS, 3))

    def __init__(self, error_key: tfma.metrics.MetricKey, bins_key: tfma.metrics.MetricKey) -> None:
        self._error_key, self._bins_key = error_key, bins_key

    def add_input(self, accumulator: Sums, element: StandardMetricInputs) -> Sums:
        answer = answer_of(element, self._error_key.model_name)
        # A bin holds its upper edge, as the paper has it.
        index = min(max(int(np.ceil(answer.confidence * NUM_BINS)) - 1, 0), NUM_BINS - 1)
        accumulator[index] += (1, answer.confidence, answer.is_right)
        return accumulator

    def extract_output(self, accumulator: Sums) -> dict[tfma.metrics.MetricKey, float | Sums]:
        num_clips, confidences, hits = accumulator.T
        error = float(np.abs(hits - confidences).sum() / num_clips.sum()) if num_clips.any() else float("nan")
        return {self._error_key: error, self._bins_key: accumulator}
