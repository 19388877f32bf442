"""The answer of a model on one clip, read from the inputs of a TFMA metric."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from tensorflow_model_analysis.metrics.metric_types import StandardMetricInputs


class Answer(NamedTuple):
    """A model's answer on a clip.

    Attributes:
      confidence: the probability of the most probable class.
      chosen: the id of that class.
      own: the probability of the clip's class; 0 if the model does not know the class.
      rank: the number of classes that are more probable than the clip's; of equal ones the first ranks higher, as in argmax.
    """

    confidence: float
    chosen: int
    own: float
    rank: int

    @property
    def is_right(self) -> bool:
        return self.rank == 0


def answer_of(inputs: StandardMetricInputs, model_name: str) -> Answer:
    """The model's answer on the clip; a wrong one if it does not know the clip's class."""
    predictions = inputs.get_predictions(model_name)
    probabilities = np.ravel(predictions["probabilities"] if isinstance(predictions, Mapping) else predictions)
    label_id = int(np.ravel(inputs.get_labels(model_name))[0])
    chosen = int(probabilities.argmax())
    confidence = float(probabilities[chosen])
    if not 0 <= label_id < len(probabilities):
        return Answer(confidence, chosen, 0.0, len(probabilities))
    own = probabilities[label_id]
    rank = int((probabilities > own).sum() + (probabilities[:label_id] == own).sum())
    return Answer(confidence, chosen, float(own), rank)
