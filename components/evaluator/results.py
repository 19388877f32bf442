"""Reads the Evaluator's output: confusion matrices and values per slice."""

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import tensorflow_model_analysis as tfma

from components.evaluator.by_group import GroupAnswers
from components.evaluator.confusion import ConfusionMatrix, LostAnswers, Pairing
from components.evaluator.metrics.accuracy import ACCURACY
from components.evaluator.metrics.calibration import CALIBRATION_ERROR, RELIABILITY
from components.evaluator.metrics.lost_answers import LOST_ANSWERS
from components.evaluator.metrics.mean_iou import MEAN_IOU
from components.evaluator.metrics.misses import MISSES, Miss
from components.evaluator.metrics.pairing import PAIRING
from models import features

CANDIDATE, BASELINE, BASE, SINGLE_FRAME = "candidate", "baseline", "base", "single_frame"

CROSS = " × "

_MATRICES = "multi_class_confusion_matrix_at_thresholds"


class SliceMetrics(NamedTuple):
    """Accuracy and number of clips in a slice, such as feature `group`, value `person_03`; in a cross with CROSS between."""

    feature: str
    value: str
    accuracy: float
    num_clips: int


class ClassMisses(NamedTuple):
    """Clips of a class that were taken for another, the highest loss first.

    `mean_own`: mean probability of the class among its own clips; None without clips.
    """

    mean_own: float | None
    misses: tuple[Miss, ...]


def read_confusion_matrix(evaluation_uri: str, model_name: str, classes: Sequence[str]) -> ConfusionMatrix:
    """The confusion matrix of all clips, by argmax; a clip whose label is none of `classes` is left out."""
    found = [values for keys, values in _slices(evaluation_uri, model_name) if not keys and _MATRICES in values]
    return _matrix(found[0][_MATRICES] if found else None, classes)


def read_group_answers(evaluation_uri: str, model_name: str, classes: Sequence[str]) -> GroupAnswers:
    """The answers by group, by argmax; a clip whose label is none of `classes` is left out."""
    found = {
        keys[features.GROUP]: _entries(values.get(_MATRICES), len(classes))
        for keys, values in _slices(evaluation_uri, model_name)
        if list(keys) == [features.GROUP]
    }
    return GroupAnswers.of(found, classes)


def read_lost_answers(evaluation_uri: str, model_name: str) -> LostAnswers | None:
    """The clips whose answers count for nothing; None if that was not measured."""
    for keys, values in _slices(evaluation_uri, model_name):
        if not keys and LOST_ANSWERS in values:
            return LostAnswers.from_json(json.loads(values[LOST_ANSWERS].bytes_value))
    return None


def read_slices(evaluation_uri: str, model_name: str) -> list[SliceMetrics]:
    """Accuracy per slice, sorted by feature and value."""
    found = [
        SliceMetrics(
            feature=CROSS.join(column.partition(":")[0] for column in keys),
            value=CROSS.join(keys.values()),
            accuracy=values[ACCURACY].double_value.value,
            num_clips=round(values["example_count"].double_value.value),
        )
        for keys, values in _slices(evaluation_uri, model_name)
        if keys
    ]
    return sorted(found, key=lambda entry: (entry.feature, entry.value))


def read_pairings(evaluation_uri: str) -> dict[str, Pairing]:
    """Counts for candidate and baseline on the same clips, by class."""
    return {
        keys[features.LABEL]: Pairing(*_array(values[PAIRING]).astype(int).tolist())
        for keys, values in _slices(evaluation_uri, CANDIDATE)
        if list(keys) == [features.LABEL] and PAIRING in values
    }


def read_misses(evaluation_uri: str, model_name: str) -> dict[str, ClassMisses]:
    """The clips that the model is wrong about, by class: all, or the 5000 that it is most wrong about."""
    found = {
        keys[features.LABEL]: json.loads(values[MISSES].bytes_value)
        for keys, values in _slices(evaluation_uri, model_name)
        if list(keys) == [features.LABEL] and MISSES in values
    }
    return {
        label: ClassMisses(each["mean_own"], tuple(Miss(**miss) for miss in each["misses"]))
        for label, each in found.items()
    }


def read_overall(evaluation_uri: str, model_name: str) -> dict[str, float]:
    """All metrics that are one number, over all clips, by name; NaN is left out."""
    numbers = {
        name: value.double_value.value
        for keys, values in _slices(evaluation_uri, model_name)
        if not keys
        for name, value in values.items()
        if value.HasField("double_value")
    }
    return {name: number for name, number in numbers.items() if not math.isnan(number)}


def read_calibration_error(evaluation_uri: str, model_name: str) -> float | None:
    return read_overall(evaluation_uri, model_name).get(CALIBRATION_ERROR)


def read_reliability(evaluation_uri: str, model_name: str) -> list[tuple[float, float, float]]:
    """Number of clips, mean confidence and share of right answers in each bin of confidence; empty bins are left out."""
    found = [
        values[RELIABILITY]
        for keys, values in _slices(evaluation_uri, model_name)
        if not keys and RELIABILITY in values
    ]
    bins = [(num_clips, *sums) for num_clips, *sums in _array(found[0]).tolist() if num_clips] if found else []
    return [(num_clips, confidence / num_clips, hits / num_clips) for num_clips, confidence, hits in bins]


def read_mean_ious(evaluation_uri: str, model_name: str) -> dict[str, float]:
    """Mean IoU of a tracker's boxes by class, and of all clips under ""; a class without boxes is left out."""
    found = {
        keys.get(features.LABEL, ""): values[MEAN_IOU].double_value.value
        for keys, values in _slices(evaluation_uri, model_name)
        if set(keys) <= {features.LABEL} and MEAN_IOU in values
    }
    return {label: value for label, value in found.items() if not math.isnan(value)}


def _slices(evaluation_uri: str, model_name: str) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """Yield for each slice its values by feature, and the model's metrics by name."""
    for record in tfma.load_metrics(evaluation_uri):
        yield (
            {key.column: _text(key) for key in record.slice_key.single_slice_keys},
            {
                item.key.name: item.value
                for item in record.metric_keys_and_values
                if item.key.model_name in ("", model_name) and not item.key.is_diff
            },
        )


def _text(key: Any) -> str:
    value = getattr(key, key.WhichOneof("kind"))
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _matrix(value: Any, classes: Sequence[str]) -> ConfusionMatrix:
    counts = [[0] * len(classes) for _ in classes]
    for actual, predicted, number in _entries(value, len(classes)):
        counts[actual][predicted] += number
    return ConfusionMatrix(tuple(classes), tuple(map(tuple, counts)))


def _entries(value: Any, num_classes: int) -> Iterator[tuple[int, int, int]]:
    """Class id, the id that was answered, and the number of such clips."""
    for matrix in getattr(value, _MATRICES).matrices if value is not None else ():
        for entry in matrix.entries:
            actual, predicted = entry.actual_class_id, entry.predicted_class_id
            if 0 <= actual < num_classes and 0 <= predicted < num_classes:
                yield actual, predicted, round(entry.num_weighted_examples)


def _array(value: Any) -> npt.NDArray[np.float64]:
    array = value.array_value
    return np.array([*array.float64_values, *array.int64_values], np.float64).reshape(array.shape)
