"""Metric for TFMA: whether probabilities mean what they say."""

import json
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

    Where clips have several labels, each class's probability is a statement of its own, wherever it is known whether that is
    right, and the error is the mean of theirs.

    It also gives the bins [statements, 15, 3], as JSON: the number of clips in each, the sum of their probabilities, how often
    these were right. There is one statement, or one for each class.
    """

    def __init__(self, name: str = CALIBRATION_ERROR) -> None:
        super().__init__(_computations, name=name)


def _computations(name: str = CALIBRATION_ERROR, model_names: Iterable[str] | None = None) -> MetricComputations:
    return computation_per_model(model_names, [name, RELIABILITY], ReliabilityCombiner)


def calibration_errors(bins: Sums) -> Sums:
    """The error of each statement, float64 [statements], from bins [statements, 15, 3]; NaN without clips."""
    num_clips, probabilities, hits = np.moveaxis(bins, -1, 0)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(hits - probabilities).sum(axis=1) / num_clips.sum(axis=1))


class ReliabilityCombiner(SumCombiner):
    """Counts clips in bins of probability, and adds up their probabilities and how often these were right."""

    zero = np.zeros((1, NUM_BINS, 3))

    def __init__(self, error_key: tfma.metrics.MetricKey, bins_key: tfma.metrics.MetricKey) -> None:
        self._error_key, self._bins_key = error_key, bins_key

    def add_input(self, accumulator: Sums, element: StandardMetricInputs) -> Sums:
        answer = answer_of(element, self._error_key.model_name)
        if answer.thresholds is None:
            probabilities, is_right = np.array([answer.confidence]), np.array([answer.is_right])
            counts = np.ones(1)
        else:
            probabilities, is_right = answer.scores.astype(np.float64), answer.is_label
            counts = answer.is_known.astype(np.float64)
        # A bin holds its upper edge, as the paper has it.
        bins = np.clip(np.ceil(probabilities * NUM_BINS).astype(int) - 1, 0, NUM_BINS - 1)
        added = np.zeros((len(bins), NUM_BINS, 3))
        added[np.arange(len(bins)), bins] = np.stack([counts, counts * probabilities, is_right], axis=1)
        return accumulator + added

    def extract_output(self, accumulator: Sums) -> dict[tfma.metrics.MetricKey, float | bytes]:
        # TFMA subtracts arrays of two models, which may have different numbers of classes.
        bins = json.dumps(accumulator.tolist()).encode()
        return {self._error_key: float(calibration_errors(accumulator).mean()), self._bins_key: bins}
