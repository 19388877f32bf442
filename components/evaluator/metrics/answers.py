"""The answer of a model on one clip, read from the inputs of a TFMA metric."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics.metric_types import StandardMetricInputs

from models import features

# Outputs of the `evaluate` signature; thresholds are those of a model that gives a clip several labels.
PROBABILITIES, THRESHOLDS = "probabilities", "thresholds"
_FIRST_UNKNOWN = -2


class Answer(NamedTuple):
    """A model's answer on a clip.

    Attributes:
      scores: of each class: float32 [classes]; 0 in place of what is not finite.
      labels: ids of the clip's classes, ascending; none of a class that the model does not know, or if the answer is lost.
      chosen: ids of the classes that the model chose, ascending: the most probable one, or those that reach their thresholds.
        Without those of which it is not known whether the clip has them, as if nobody had asked.
      loss: why the answer counts for nothing; empty if it counts.
      thresholds: of each class: float32 [classes]; None where a clip has one label.
      unknown: ids of the classes of which it is not known whether the clip has them, ascending.
    """

    scores: npt.NDArray[np.float32]
    labels: tuple[int, ...]
    chosen: tuple[int, ...]
    loss: str
    thresholds: npt.NDArray[np.float32] | None
    unknown: tuple[int, ...] = ()

    @property
    def is_right(self) -> bool:
        return not self.loss and self.labels == self.chosen

    @property
    def is_label(self) -> npt.NDArray[np.bool_]:
        """Whether the clip is of each class: bool [classes]."""
        found = np.zeros(len(self.scores), np.bool_)
        found[list(self.labels)] = True
        return found

    @property
    def is_known(self) -> npt.NDArray[np.bool_]:
        """Whether it is known of each class if the clip has it: bool [classes]."""
        known = np.ones(len(self.scores), np.bool_)
        known[list(self.unknown)] = False
        return known

    @property
    def confidence(self) -> float:
        """The probability of the most probable class."""
        return float(self.scores.max())

    @property
    def rank(self) -> int:
        """The number of classes that are more probable than that of a clip with one label.

        Of equal ones the first ranks higher, as in argmax.
        """
        if self.loss:
            return len(self.scores)
        (label,) = self.labels
        own = self.scores[label]
        return int((self.scores > own).sum() + (self.scores[:label] == own).sum())


def answer_of(inputs: StandardMetricInputs, model_name: str) -> Answer:
    """The model's answer on the clip; a wrong one if it counts for nothing."""
    predictions = inputs.get_predictions(model_name)
    if not isinstance(predictions, Mapping):
        predictions = {PROBABILITIES: predictions}
    scores = np.ravel(predictions[PROBABILITIES])
    thresholds = np.ravel(predictions[THRESHOLDS]) if THRESHOLDS in predictions else None
    is_finite = bool(np.isfinite(scores).all())
    probabilities = scores if is_finite else np.nan_to_num(scores, nan=0.0, posinf=0.0, neginf=0.0)
    ids = label_ids_of(inputs, model_name)
    known = sorted({label for label in ids if 0 <= label < len(scores)})
    unknown = unknown_ids_of(inputs, model_name)
    chosen = tuple(each for each in chosen_classes(probabilities, thresholds) if each not in unknown)
    if not is_finite:
        return Answer(probabilities, (), chosen, "scores that are not finite", thresholds)
    if thresholds is None and not scores.sum() > 0:
        return Answer(probabilities, (), chosen, "scores that sum to nothing", thresholds)
    loss = "" if len(known) == len(ids) else "a class that the model does not have"
    return Answer(probabilities, tuple(known), chosen, loss, thresholds, unknown)


def label_ids_of(inputs: StandardMetricInputs, model_name: str) -> list[int]:
    """The ids that the clip's labels have in the model, in the order of the labels; none of them is in range if unknown."""
    ids = np.ravel(inputs.get_labels(model_name)).astype(int)
    return ids[ids > _FIRST_UNKNOWN].tolist()


def unknown_ids_of(inputs: StandardMetricInputs, model_name: str) -> tuple[int, ...]:
    """The ids of the model's classes of which it is not known whether the clip has them, ascending."""
    ids = np.ravel(inputs.get_labels(model_name)).astype(int)
    return tuple((_FIRST_UNKNOWN - ids[ids <= _FIRST_UNKNOWN]).tolist())


def as_label_ids(found: Mapping[str, Any], ids: Mapping[str, int]) -> npt.NDArray[np.int64]:
    """What metrics are given as a clip's labels: the id of each of them, -1 for one that is no class, and then what is unknown.

    TFMA hands metrics one array of labels a model. So a class of which nothing is known stands there too, by -2 minus its id.

    Args:
      found: the clip's features.
      ids: of the model's classes, by label.
    """
    labels = texts_of(found[features.LABEL])
    known = set(texts_of(found.get(features.KNOWN_LABELS, ())))
    unknown = sorted(number for label, number in ids.items() if label not in known) if known else []
    return np.array([ids.get(label, -1) for label in labels] + [_FIRST_UNKNOWN - number for number in unknown])


def chosen_classes(
    scores: npt.NDArray[np.float32], thresholds: npt.NDArray[np.float32] | Sequence[float] | None
) -> tuple[int, ...]:
    """The ids of all classes that reach their thresholds; without any the most probable class, of equal ones the first."""
    if thresholds is None:
        return (int(scores.argmax()),)
    return tuple(np.flatnonzero(scores >= np.asarray(thresholds, np.float32)).tolist())


def segment_id_of(inputs: StandardMetricInputs) -> str:
    """The clip's segment id, which the metric has to ask for among the features."""
    return text_of(inputs[tfma.FEATURES_KEY][features.SEGMENT_ID])


def text_of(feature: Any) -> str:
    """The text of a clip's feature that has one value."""
    (text,) = texts_of(feature)
    return text


def texts_of(feature: Any) -> list[str]:
    """The texts of a clip's feature, which TFMA has as a sparse tensor where their number varies."""
    values = feature.values if isinstance(feature, tfma.types.SparseTensorValue) else feature
    return [text.decode() if isinstance(text, bytes) else str(text) for text in np.ravel(values).tolist()]
