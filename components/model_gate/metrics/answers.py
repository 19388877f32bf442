"""What a model said of one clip, out of what TFMA hands to a metric."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from tensorflow_model_analysis.metrics.metric_types import StandardMetricInputs


class Answer(NamedTuple):
    """`confidence`: the probability of the most probable class; `is_right`: whether that is the clip's."""

    confidence: float
    is_right: bool


def answer_of(inputs: StandardMetricInputs, model_name: str) -> Answer:
    """The model's answer on the clip; wrong where it does not know the class."""
    predictions = inputs.get_predictions(model_name)
    probabilities = np.ravel(predictions["probabilities"] if isinstance(predictions, Mapping) else predictions)
    label_id = int(np.ravel(inputs.get_labels(model_name))[0])
    chosen = int(probabilities.argmax())
    return Answer(float(probabilities[chosen]), chosen == label_id)
