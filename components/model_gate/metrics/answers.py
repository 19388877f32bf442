"""What a model said of one clip, out of what TFMA hands to a metric."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from tensorflow_model_analysis.metrics.metric_types import StandardMetricInputs


class Answer(NamedTuple):
    """`confidence`: the probability of the most probable class; `rank`: how many classes are more probable than the clip's.

    Of equally probable classes the first one counts as more probable, as for argmax.
    """

    confidence: float
    rank: int

    @property
    def is_right(self) -> bool:
        """Whether the most probable class is the clip's."""
        return self.rank == 0


def answer_of(inputs: StandardMetricInputs, model_name: str) -> Answer:
    """The model's answer on the clip; a class that it does not know comes after all others."""
    predictions = inputs.get_predictions(model_name)
    probabilities = np.ravel(predictions["probabilities"] if isinstance(predictions, Mapping) else predictions)
    label_id = int(np.ravel(inputs.get_labels(model_name))[0])
    if not 0 <= label_id < len(probabilities):
        return Answer(float(probabilities.max()), len(probabilities))
    own = probabilities[label_id]
    rank = int((probabilities > own).sum() + (probabilities[:label_id] == own).sum())
    return Answer(float(probabilities.max()), rank)
