"""Metric for TFMA: how often which answer was given to clips of which classes. Matrices and all rates are made of it."""

import json
from collections import Counter
from collections.abc import Iterable

import apache_beam as beam
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics.metric_types import MetricComputations, StandardMetricInputs

from components.evaluator.metrics.answers import answer_of
from components.evaluator.metrics.per_model import computation_per_model

ANSWER_COUNTS = "answer_counts"

_Ids = tuple[int, ...]
_Counts = Counter[tuple[_Ids, _Ids, _Ids, bool]]


class AnswerCounts(tfma.metrics.Metric):
    """Numbers of clips by the ids of their classes, of those in the answer and of those that are not known, as JSON.

    TFMA's own confusion matrix knows one class a clip, and nothing of a threshold for each.
    """

    def __init__(self, name: str = ANSWER_COUNTS) -> None:
        super().__init__(_computations, name=name)


def _computations(name: str = ANSWER_COUNTS, model_names: Iterable[str] | None = None) -> MetricComputations:
    return computation_per_model(model_names, [name], AnswerCountsCombiner)


class AnswerCountsCombiner(beam.CombineFn):
    """Counts clips that have the same classes, of which the same is unknown, and that were given the same answer."""

    def __init__(self, key: tfma.metrics.MetricKey) -> None:
        self._key = key

    def create_accumulator(self) -> _Counts:
        return Counter()

    def add_input(self, accumulator: _Counts, element: StandardMetricInputs) -> _Counts:
        answer = answer_of(element, self._key.model_name)
        accumulator[answer.labels, answer.chosen, answer.unknown, answer.thresholds is not None] += 1
        return accumulator

    def merge_accumulators(self, accumulators: Iterable[_Counts]) -> _Counts:
        merged: _Counts = Counter()
        for part in accumulators:
            merged.update(part)
        return merged

    def extract_output(self, accumulator: _Counts) -> dict[tfma.metrics.MetricKey, bytes]:
        content = {
            "has_several_labels": any(has_thresholds for *_, has_thresholds in accumulator),
            "entries": sorted((*ids, number, unknown) for (*ids, unknown, _), number in accumulator.items()),
        }
        # TFMA keeps numbers or bytes.
        return {self._key: json.dumps(content).encode()}
