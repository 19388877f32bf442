"""Metric for TFMA: how often the answer is right, and how often the right class is among the most probable ones.

TFMA could use Keras's metrics for this. They call TensorFlow for each slice, and AutoGraph rewrites them first.
"""

from collections.abc import Iterable
from functools import partial

import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics.metric_types import MetricComputations, StandardMetricInputs

from components.evaluator.metrics.answers import answer_of
from components.evaluator.metrics.per_model import SumCombiner, Sums, computation_per_model

# Keras's name, so that other readers of TFMA's results know it too.
ACCURACY = "sparse_categorical_accuracy"
# scikit-learn's name where clips have several labels: the share of clips whose answer is exactly these.
SUBSET_ACCURACY = "subset_accuracy"


class TopKAccuracy(tfma.metrics.Metric):
    """The share of clips whose class is among the `k` most probable ones; NaN without clips.

    With a `k` of 1 it is the share of right answers, also where clips have several labels.
    """

    def __init__(self, k: int, name: str) -> None:
        super().__init__(_computations, k=k, name=name)


def _computations(k: int, name: str, model_names: Iterable[str] | None = None) -> MetricComputations:
    return computation_per_model(model_names, [name], partial(HitsCombiner, k=k))


class HitsCombiner(SumCombiner):
    """Counts clips whose answer is right, or whose class is among the `k` most probable ones, and all clips."""

    zero = np.zeros(2, np.int64)

    def __init__(self, key: tfma.metrics.MetricKey, k: int) -> None:
        self._key, self._k = key, k

    def add_input(self, accumulator: Sums, element: StandardMetricInputs) -> Sums:
        answer = answer_of(element, self._key.model_name)
        accumulator += (answer.is_right if self._k == 1 else answer.rank < self._k, 1)
        return accumulator

    def extract_output(self, accumulator: Sums) -> dict[tfma.metrics.MetricKey, float]:
        num_hits, num_clips = accumulator.tolist()
        return {self._key: num_hits / num_clips if num_clips else float("nan")}
