"""TFMA's metric for how often the right class is among the most probable ones.

TFMA knows Keras's metrics of this, which call TensorFlow for each slice and are rewritten by AutoGraph first.
"""

from collections.abc import Iterable

import apache_beam as beam
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics.metric_types import MetricComputations, StandardMetricInputs

from components.evaluator.metrics.answers import answer_of

# As Keras calls it, and with it what reads TFMA's results elsewhere.
ACCURACY = "sparse_categorical_accuracy"

_Counts = tuple[int, int]


class TopKAccuracy(tfma.metrics.Metric):
    """The share of clips whose class is among the `k` most probable ones; NaN without clips."""

    def __init__(self, k: int, name: str) -> None:
        super().__init__(_computations, k=k, name=name)


def _computations(k: int, name: str, model_names: Iterable[str] | None = None) -> MetricComputations:
    """One computation for each of the models."""
    keys = [tfma.metrics.MetricKey(name=name, model_name=model_name) for model_name in model_names or [""]]
    return [
        tfma.metrics.MetricComputation(keys=[key], preprocessors=None, combiner=HitsCombiner(key, k)) for key in keys
    ]


class HitsCombiner(beam.CombineFn):
    """Counts clips whose class is among the `k` most probable ones, and all clips."""

    def __init__(self, key: tfma.metrics.MetricKey, k: int) -> None:
        self._key, self._k = key, k

    def create_accumulator(self) -> _Counts:
        """No clip."""
        return 0, 0

    def add_input(self, accumulator: _Counts, element: StandardMetricInputs) -> _Counts:
        """One clip more."""
        num_hits, num_clips = accumulator
        return num_hits + (answer_of(element, self._key.model_name).rank < self._k), num_clips + 1

    def merge_accumulators(self, accumulators: Iterable[_Counts]) -> _Counts:
        """The sums of several parts."""
        num_hits, num_clips = zip(*accumulators, strict=True)
        return sum(num_hits), sum(num_clips)

    def extract_output(self, accumulator: _Counts) -> dict[tfma.metrics.MetricKey, float]:
        """The share."""
        num_hits, num_clips = accumulator
        return {self._key: num_hits / num_clips if num_clips else float("nan")}
