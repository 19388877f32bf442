"""Metric for TFMA: the boxes of a tracker."""

import math
from collections.abc import Iterable, Mapping

import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics.metric_types import MetricComputations, StandardMetricInputs

from components.evaluator.metrics.per_model import SumCombiner, Sums, computation_per_model
from models import features

MEAN_IOU = "mean_iou"


class MeanIou(tfma.metrics.Metric):
    """Mean IoU of predicted and annotated boxes over the frames of a slice, weighted by the validity of the boxes.

    It reads the outputs of a tracker's `evaluate` signature. It is NaN where no frame has a box, and for other networks.
    """

    def __init__(self, name: str = MEAN_IOU) -> None:
        super().__init__(_computations, name=name)


def _computations(name: str = MEAN_IOU, model_names: Iterable[str] | None = None) -> MetricComputations:
    return computation_per_model(model_names, [name], MeanIouCombiner)


class MeanIouCombiner(SumCombiner):
    """Adds up validity times IoU, and validity."""

    zero = np.zeros(2)

    def __init__(self, key: tfma.metrics.MetricKey) -> None:
        self._key = key

    def add_input(self, accumulator: Sums, element: StandardMetricInputs) -> Sums:
        predictions = element.get_predictions(self._key.model_name)
        if isinstance(predictions, Mapping) and features.BOX_IOU in predictions:
            validity = predictions[features.BOX_VALID]
            accumulator += ((predictions[features.BOX_IOU] * validity).sum(), validity.sum())
        return accumulator

    def extract_output(self, accumulator: Sums) -> dict[tfma.metrics.MetricKey, float]:
        total, validity = accumulator.tolist()
        return {self._key: total / validity if validity else math.nan}
