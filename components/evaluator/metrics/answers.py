"""The answer of a model on one clip, read from the inputs of a TFMA metric."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics.metric_types import StandardMetricInputs

from models import features


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


def scores_and_label(inputs: StandardMetricInputs, model_name: str) -> tuple[npt.NDArray[np.float32], int]:
    """The model's scores of all classes, and the id of the clip's class."""
    predictions = inputs.get_predictions(model_name)
    scores = np.ravel(predictions["probabilities"] if isinstance(predictions, Mapping) else predictions)
    return scores, int(np.ravel(inputs.get_labels(model_name))[0])


def segment_id_of(inputs: StandardMetricInputs) -> str:
    """The clip's segment id, which the metric has to ask for among the features."""
    return text_of(inputs[tfma.FEATURES_KEY][features.SEGMENT_ID])


def text_of(feature: Any) -> str:
    """The text of a clip's feature that has one value."""
    (text,) = np.ravel(feature).tolist()
    return text.decode() if isinstance(text, bytes) else str(text)


def reason_of_loss(scores: npt.NDArray[np.float32], label_id: int) -> str:
    """Why an answer counts for nothing; empty if it counts."""
    if not np.isfinite(scores).all():
        return "scores that are not finite"
    if not scores.sum() > 0:
        return "scores that sum to nothing"
    return "" if 0 <= label_id < len(scores) else "a class that the model does not have"


def answer_of(inputs: StandardMetricInputs, model_name: str) -> Answer:
    """The model's answer on the clip; a wrong one if it counts for nothing."""
    scores, label_id = scores_and_label(inputs, model_name)
    probabilities = np.nan_to_num(scores, nan=0.0, posinf=0.0, neginf=0.0)
    chosen = int(probabilities.argmax())
    confidence = float(probabilities[chosen])
    if reason_of_loss(scores, label_id):
        return Answer(confidence, chosen, 0.0, len(probabilities))
    own = probabilities[label_id]
    rank = int((probabilities > own).sum() + (probabilities[:label_id] == own).sum())
    return Answer(confidence, chosen, float(own), rank)
