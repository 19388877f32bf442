"""Metric for TFMA: the clips that a model is wrong about."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics.metric_types import MetricComputations, StandardMetricInputs

from components.evaluator.metrics.answers import answer_of, segment_id_of
from components.evaluator.metrics.per_model import Sums, computation_per_model
from models import features

MISSES = "misses"
# Of each class. What is left out are those that a model is least wrong about; half a megabyte in each slice that has so many.
MOST_MISSES = 5000


class Miss(NamedTuple):
    """A clip of a class that was not found in it; or, as a false alarm, a clip that it was found in and that has it not.

    Attributes:
      own: the probability of that class.
      against: what that was beside: the probability of the class that was chosen, or the class's threshold where a clip has
        several labels.
      chosen: ids of the classes that were chosen.
    """

    own: float
    against: float
    chosen: tuple[int, ...]
    segment_id: str


@dataclass
class _Found:
    """What was found by class id: unsorted, and more than are kept.

    `sums`: for each class the number of its clips, the sum of its probabilities there, and both of clips that have it not:
    [classes, 4].
    """

    sums: Sums = field(default_factory=lambda: np.zeros((1, 4)))
    misses: dict[int, list[Miss]] = field(default_factory=lambda: defaultdict(list))
    false_alarms: dict[int, list[Miss]] = field(default_factory=lambda: defaultdict(list))


class Misses(tfma.metrics.Metric):
    """Of each class its misses, the lowest probability first, its false alarms, the highest first, and means: JSON as bytes.

    Where a clip has one label, a false alarm is the miss of another class, and listed there only.
    """

    def __init__(self, name: str = MISSES) -> None:
        super().__init__(_computations, name=name)


def _computations(name: str = MISSES, model_names: Iterable[str] | None = None) -> MetricComputations:
    return computation_per_model(model_names, [name], MissesCombiner, features=[features.SEGMENT_ID])


class MissesCombiner(beam.CombineFn):
    """Keeps the misses of each class with the highest loss, which is minus the logarithm of its probability."""

    def __init__(self, key: tfma.metrics.MetricKey) -> None:
        self._key = key

    def create_accumulator(self) -> _Found:
        return _Found()

    def add_input(self, accumulator: _Found, element: StandardMetricInputs) -> _Found:
        answer = answer_of(element, self._key.model_name)
        is_label, is_other = answer.is_label, answer.is_known & ~answer.is_label
        scores = answer.scores.astype(np.float64)
        accumulator.sums = accumulator.sums + np.stack(
            [is_label, is_label * scores, is_other, is_other * scores], axis=1
        )

        def miss(label: int) -> Miss:
            against = answer.confidence if answer.thresholds is None else float(answer.thresholds[label])
            return Miss(float(scores[label]), against, answer.chosen, segment_id_of(element))

        for label in answer.labels:
            if label not in answer.chosen:
                _keep(accumulator.misses[label], miss(label), 1)
        for label in answer.chosen if answer.thresholds is not None else ():
            if label not in answer.labels:
                _keep(accumulator.false_alarms[label], miss(label), -1)
        return accumulator

    def merge_accumulators(self, accumulators: Iterable[_Found]) -> _Found:
        merged = _Found()
        for part in accumulators:
            merged.sums = merged.sums + part.sums
            for own, others, sign in (
                (merged.misses, part.misses, 1),
                (merged.false_alarms, part.false_alarms, -1),
            ):
                for label, found in others.items():
                    own[label] = _worst(own[label] + found, sign)
        return merged

    def extract_output(self, accumulator: _Found) -> dict[tfma.metrics.MetricKey, bytes]:
        def by_class(found: dict[int, list[Miss]], sign: int) -> dict[int, list[Miss]]:
            return {label: _worst(each, sign) for label, each in sorted(found.items())}

        content = {
            "sums": accumulator.sums.tolist(),
            "misses": by_class(accumulator.misses, 1),
            "false_alarms": by_class(accumulator.false_alarms, -1),
        }
        # TFMA keeps numbers or bytes.
        return {self._key: json.dumps(content).encode()}


def _keep(found: list[Miss], miss: Miss, sign: int) -> None:
    found.append(miss)
    if len(found) > 2 * MOST_MISSES:
        found[:] = _worst(found, sign)


def _worst(found: list[Miss], sign: int) -> list[Miss]:
    """Those with the lowest probability of their own class first, or with a `sign` of -1 the highest."""
    return sorted(found, key=lambda miss: (sign * miss.own, *miss[1:]))[:MOST_MISSES]
