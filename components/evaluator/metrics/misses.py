"""Metric for TFMA: the clips that a model is most wrong about."""

import json
from collections.abc import Iterable
from typing import NamedTuple

import apache_beam as beam
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics.metric_types import MetricComputations, StandardMetricInputs

from components.evaluator.metrics.answers import answer_of, segment_id_of
from components.evaluator.metrics.per_model import computation_per_model
from models import features

MISSES = "misses"
NUM_MISSES = 6


class Miss(NamedTuple):
    """A clip that was taken for the class `chosen`.

    `own` and `probability` are the probabilities of its own class and of that one.
    """

    own: float
    probability: float
    chosen: int
    segment_id: str


class _Sums(NamedTuple):
    """Number of clips, sum of their own classes' probabilities, and the worst misses."""

    num_clips: int
    own: float
    worst: tuple[Miss, ...]


class Misses(tfma.metrics.Metric):
    """The mean probability of the clips' own classes, and the 6 misses of a slice with the highest loss: JSON as bytes."""

    def __init__(self, name: str = MISSES) -> None:
        super().__init__(_computations, name=name)


def _computations(name: str = MISSES, model_names: Iterable[str] | None = None) -> MetricComputations:
    return computation_per_model(model_names, [name], MissesCombiner, features=[features.SEGMENT_ID])


class MissesCombiner(beam.CombineFn):
    """Keeps the misses with the highest loss, which is minus the logarithm of the own class's probability."""

    def __init__(self, key: tfma.metrics.MetricKey) -> None:
        self._key = key

    def create_accumulator(self) -> _Sums:
        return _Sums(0, 0.0, ())

    def add_input(self, accumulator: _Sums, element: StandardMetricInputs) -> _Sums:
        answer = answer_of(element, self._key.model_name)
        found: tuple[Miss, ...] = ()
        if not answer.is_right:
            found = (Miss(answer.own, answer.confidence, answer.chosen, segment_id_of(element)),)
        return self.merge_accumulators([accumulator, _Sums(1, answer.own, found)])

    def merge_accumulators(self, accumulators: Iterable[_Sums]) -> _Sums:
        counts, owns, worst = zip(*accumulators, strict=True)
        return _Sums(sum(counts), sum(owns), tuple(sorted(miss for part in worst for miss in part)[:NUM_MISSES]))

    def extract_output(self, accumulator: _Sums) -> dict[tfma.metrics.MetricKey, bytes]:
        mean = accumulator.own / accumulator.num_clips if accumulator.num_clips else None
        misses = [miss._asdict() for miss in accumulator.worst]
        # TFMA keeps numbers or bytes.
        return {self._key: json.dumps({"mean_own": mean, "misses": misses}).encode()}
