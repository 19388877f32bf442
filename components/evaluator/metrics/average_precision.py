"""Metric for TFMA: how well the clips of each class are ranked before all others."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics.metric_types import MetricComputations, StandardMetricInputs

from components.evaluator.metrics.answers import answer_of
from components.evaluator.metrics.per_model import computation_per_model
from foundation.average_precision import average_precision

MEAN_AVERAGE_PRECISION, AVERAGE_PRECISION = "mean_average_precision", "average_precision"


class AveragePrecision(tfma.metrics.Metric):
    """The average precision of each class, as JSON, null for one without clips, and the mean of those that have clips.

    A class is ranked among the clips of which it is known whether they have it. It is exact, so it keeps each clip's scores
    until the end: 6 bytes a class, once for each way to slice.
    """

    def __init__(self, name: str = MEAN_AVERAGE_PRECISION) -> None:
        super().__init__(_computations, name=name)


def _computations(name: str = MEAN_AVERAGE_PRECISION, model_names: Iterable[str] | None = None) -> MetricComputations:
    return computation_per_model(model_names, [name, AVERAGE_PRECISION], RankingCombiner)


@dataclass
class _Clips:
    """Parts of the clips: float32, bool and bool [some clips, classes] each."""

    scores: list[npt.NDArray[np.float32]] = field(default_factory=list)
    is_label: list[npt.NDArray[np.bool_]] = field(default_factory=list)
    is_known: list[npt.NDArray[np.bool_]] = field(default_factory=list)

    def joined(self) -> "_Clips":
        """The same in one part, which takes less memory."""
        if not self.scores:
            return _Clips()
        return _Clips([np.concatenate(self.scores)], [np.concatenate(self.is_label)], [np.concatenate(self.is_known)])


class RankingCombiner(beam.CombineFn):
    """Keeps all scores of all clips, and ranks them in the end."""

    def __init__(self, mean_key: tfma.metrics.MetricKey, classes_key: tfma.metrics.MetricKey) -> None:
        self._mean_key, self._classes_key = mean_key, classes_key

    def create_accumulator(self) -> _Clips:
        return _Clips()

    def add_input(self, accumulator: _Clips, element: StandardMetricInputs) -> _Clips:
        answer = answer_of(element, self._mean_key.model_name)
        accumulator.scores.append(answer.scores[np.newaxis])
        accumulator.is_label.append(answer.is_label[np.newaxis])
        accumulator.is_known.append(answer.is_known[np.newaxis])
        return accumulator

    def merge_accumulators(self, accumulators: Iterable[_Clips]) -> _Clips:
        merged = _Clips()
        for part in accumulators:
            merged.scores += part.scores
            merged.is_label += part.is_label
            merged.is_known += part.is_known
        return merged.joined()

    def compact(self, accumulator: _Clips) -> _Clips:
        return accumulator.joined()

    def extract_output(self, accumulator: _Clips) -> dict[tfma.metrics.MetricKey, float | bytes]:
        clips = accumulator.joined()
        columns = (clips.scores, clips.is_label, clips.is_known)
        of_classes = zip(*(part[0].T for part in columns), strict=True) if clips.scores else ()
        found = [average_precision(scores[known], is_label[known]) for scores, is_label, known in of_classes]
        known = [value for value in found if value is not None]
        mean = sum(known) / len(known) if known else float("nan")
        # TFMA subtracts arrays of two models, which may have different numbers of classes.
        return {self._mean_key: mean, self._classes_key: json.dumps(found).encode()}
