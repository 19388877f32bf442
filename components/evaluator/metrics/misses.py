"""Metric for TFMA: the clips that a model is wrong about."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import apache_beam as beam
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics.metric_types import MetricComputations, StandardMetricInputs

from components.evaluator.metrics.answers import answer_of, segment_id_of
from components.evaluator.metrics.per_model import computation_per_model
from models import features

MISSES = "misses"
# What is left out are those that a model is least wrong about; half a megabyte in each slice that has so many.
MOST_MISSES = 5000


class Miss(NamedTuple):
    """A clip that was taken for the class `chosen`.

    `own` and `probability` are the probabilities of its own class and of that one.
    """

    own: float
    probability: float
    chosen: int
    segment_id: str


@dataclass
class _Sums:
    """Number of clips, sum of their own classes' probabilities, and the misses: unsorted, and more than are kept."""

    num_clips: int = 0
    own: float = 0.0
    misses: list[Miss] = field(default_factory=list)

    @property
    def worst(self) -> list[Miss]:
        return sorted(self.misses)[:MOST_MISSES]


class Misses(tfma.metrics.Metric):
    """The mean probability of the clips' own classes, and a slice's misses, the highest loss first: JSON as bytes."""

    def __init__(self, name: str = MISSES) -> None:
        super().__init__(_computations, name=name)


def _computations(name: str = MISSES, model_names: Iterable[str] | None = None) -> MetricComputations:
    return computation_per_model(model_names, [name], MissesCombiner, features=[features.SEGMENT_ID])


class MissesCombiner(beam.CombineFn):
    """Keeps the misses with the highest loss, which is minus the logarithm of the own class's probability."""

    def __init__(self, key: tfma.metrics.MetricKey) -> None:
        self._key = key

    def create_accumulator(self) -> _Sums:
        return _Sums()

    def add_input(self, accumulator: _Sums, element: StandardMetricInputs) -> _Sums:
        answer = answer_of(element, self._key.model_name)
        accumulator.num_clips += 1
        accumulator.own += answer.own
        if not answer.is_right:
            accumulator.misses.append(Miss(answer.own, answer.confidence, answer.chosen, segment_id_of(element)))
            if len(accumulator.misses) > 2 * MOST_MISSES:
                accumulator.misses = accumulator.worst
        return accumulator

    def merge_accumulators(self, accumulators: Iterable[_Sums]) -> _Sums:
        merged = _Sums()
        for part in accumulators:
            merged.num_clips += part.num_clips
            merged.own += part.own
            merged.misses = _Sums(misses=merged.misses + part.misses).worst
        return merged

    def extract_output(self, accumulator: _Sums) -> dict[tfma.metrics.MetricKey, bytes]:
        mean = accumulator.own / accumulator.num_clips if accumulator.num_clips else None
        misses = [miss._asdict() for miss in accumulator.worst]
        # TFMA keeps numbers or bytes.
        return {self._key: json.dumps({"mean_own": mean, "misses": misses}).encode()}
