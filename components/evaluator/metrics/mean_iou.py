"""TFMA's metric for the boxes of a tracker."""

import math
from collections.abc import Iterable, Mapping

import apache_beam as beam
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics.metric_types import MetricComputations, StandardMetricInputs

from models import features

MEAN_IOU = "mean_iou"

_Sums = tuple[float, float]


class MeanIou(tfma.metrics.Metric):
    """Mean IoU of predicted and annotated boxes over the frames of a slice, each weighed with its box's validity.

    It reads what the `evaluate` signature of a tracker says, and is NaN where no frame has a box, and for other networks.
    """

    def __init__(self, name: str = MEAN_IOU) -> None:
        super().__init__(_computations, name=name)


def _computations(name: str = MEAN_IOU, model_names: Iterable[str] | None = None) -> MetricComputations:
    """One computation for each of the models."""
    keys = [tfma.metrics.MetricKey(name=name, model_name=model_name) for model_name in model_names or [""]]
    return [
        tfma.metrics.MetricComputation(keys=[key], preprocessors=None, combiner=MeanIouCombiner(key)) for key in keys
    ]


class MeanIouCombiner(beam.CombineFn):
    """Sums of validity times IoU, and of validity, over clips."""

    def __init__(self, key: tfma.metrics.MetricKey) -> None:
        self._key = key

    def create_accumulator(self) -> _Sums:
        """No frame."""
        return 0.0, 0.0

    def add_input(self, accumulator: _Sums, element: StandardMetricInputs) -> _Sums:
        """One clip more."""
        predictions = element.get_predictions(self._key.model_name)
        if not isinstance(predictions, Mapping) or features.BOX_IOU not in predictions:
            return accumulator
        validity = predictions[features.BOX_VALID]
        return self.merge_accumulators(
            [accumulator, (float((predictions[features.BOX_IOU] * validity).sum()), float(validity.sum()))]
        )

    def merge_accumulators(self, accumulators: Iterable[_Sums]) -> _Sums:
        """The sums of several parts."""
        totals, validities = zip(*accumulators, strict=True)
        return sum(totals), sum(validities)

    def extract_output(self, accumulator: _Sums) -> dict[tfma.metrics.MetricKey, float]:
        """The mean."""
        total, validity = accumulator
        return {self._key: total / validity if validity else math.nan}
