"""Metric for TFMA: clips whose answers no other metric can count."""

import json
from collections.abc import Iterable
from typing import Any

import apache_beam as beam
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics.metric_types import MetricComputations, StandardMetricInputs

from components.evaluator.confusion import LostAnswers
from components.evaluator.metrics.answers import answer_of, segment_id_of
from components.evaluator.metrics.per_model import computation_per_model
from models import features

LOST_ANSWERS = "lost_answers"
NUM_NAMED = 6


class LostAnswersMetric(tfma.metrics.Metric):
    """Clips with scores that are not finite or sum to nothing, and clips of a class that the model does not have: JSON."""

    def __init__(self, name: str = LOST_ANSWERS) -> None:
        super().__init__(_computations, name=name)


def _computations(name: str = LOST_ANSWERS, model_names: Iterable[str] | None = None) -> MetricComputations:
    return computation_per_model(model_names, [name], LostAnswersCombiner, features=[features.SEGMENT_ID])


class LostAnswersCombiner(beam.CombineFn):
    """Counts clips, and keeps the first of those whose answers are of no use."""

    def __init__(self, key: tfma.metrics.MetricKey) -> None:
        self._key = key

    def create_accumulator(self) -> LostAnswers:
        return LostAnswers(0, 0, ())

    def add_input(self, accumulator: LostAnswers, element: StandardMetricInputs) -> LostAnswers:
        reason = answer_of(element, self._key.model_name).loss
        found = ((segment_id_of(element), reason),) if reason else ()
        return self.merge_accumulators([accumulator, LostAnswers(1, len(found), found)])

    def merge_accumulators(self, accumulators: Iterable[LostAnswers]) -> LostAnswers:
        clips, lost, examples = zip(*accumulators, strict=True)
        return LostAnswers(sum(clips), sum(lost), tuple(sorted(each for part in examples for each in part)[:NUM_NAMED]))

    def extract_output(self, accumulator: LostAnswers) -> dict[tfma.metrics.MetricKey, Any]:
        # TFMA keeps numbers or bytes.
        return {self._key: json.dumps(accumulator._asdict()).encode()}
