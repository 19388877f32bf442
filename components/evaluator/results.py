"""Reads the Evaluator's output: confusion matrices and values per slice."""

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import tensorflow_model_analysis as tfma

from components.evaluator.by_group import GroupAnswers
from components.evaluator.confusion import ConfusionMatrix, Entry, LostAnswers, Pairing
from components.evaluator.metrics.accuracy import ACCURACY, SUBSET_ACCURACY
from components.evaluator.metrics.answer_counts import ANSWER_COUNTS
from components.evaluator.metrics.average_precision import AVERAGE_PRECISION
from components.evaluator.metrics.calibration import CALIBRATION_ERROR, RELIABILITY, calibration_errors
from components.evaluator.metrics.lost_answers import LOST_ANSWERS
from components.evaluator.metrics.mean_iou import MEAN_IOU
from components.evaluator.metrics.misses import MISSES, Miss
from components.evaluator.metrics.pairing import PAIRING
from models import features

CANDIDATE, BASELINE, BASE, SINGLE_FRAME = "candidate", "baseline", "base", "single_frame"

CROSS = " × "


class SliceMetrics(NamedTuple):
    """Accuracy and number of clips in a slice, such as feature `group`, value `person_03`; in a cross with CROSS between."""

    feature: str
    value: str
    accuracy: float
    num_clips: int


class ClassMisses(NamedTuple):
    """Clips of a class that it was not found in, the highest loss first.

    Attributes:
      mean_own, mean_other: mean probability of the class among its own clips, and among all others; None without such clips.
      false_alarms: where clips have several labels: others that it was found in, the highest probability first. With one
        label these are misses of other classes.
    """

    mean_own: float | None
    misses: tuple[Miss, ...]
    mean_other: float | None = None
    false_alarms: tuple[Miss, ...] = ()


def read_confusion_matrix(evaluation_uri: str, model_name: str, classes: Sequence[str]) -> ConfusionMatrix:
    """The confusion matrix of all clips; a clip that has none of `classes` is left out."""
    value = _overall(evaluation_uri, model_name).get(ANSWER_COUNTS)
    entries, has_several_labels = _entries(value, len(classes))
    return ConfusionMatrix.of(entries, classes, has_several_labels=has_several_labels)


def read_group_answers(evaluation_uri: str, model_name: str, classes: Sequence[str]) -> GroupAnswers:
    """The answers by group; a clip that has none of `classes` is left out."""
    found = {
        keys[features.GROUP]: _entries(values.get(ANSWER_COUNTS), len(classes))
        for keys, values in _slices(evaluation_uri, model_name)
        if list(keys) == [features.GROUP]
    }
    entries = {group: of_group for group, (of_group, _) in found.items()}
    return GroupAnswers.of(entries, classes, has_several_labels=any(several for _, several in found.values()))


def read_lost_answers(evaluation_uri: str, model_name: str) -> LostAnswers | None:
    """The clips whose answers count for nothing; None if that was not measured."""
    value = _overall(evaluation_uri, model_name).get(LOST_ANSWERS)
    return None if value is None else LostAnswers.from_json(json.loads(value.bytes_value))


def read_slices(evaluation_uri: str, model_name: str) -> list[SliceMetrics]:
    """Accuracy per slice, sorted by feature and value."""
    found = [
        SliceMetrics(
            feature=CROSS.join(column.partition(":")[0] for column in keys),
            value=CROSS.join(keys.values()),
            accuracy=(values.get(ACCURACY) or values[SUBSET_ACCURACY]).double_value.value,
            num_clips=round(values["example_count"].double_value.value),
        )
        for keys, values in _slices(evaluation_uri, model_name)
        if keys
    ]
    return sorted(found, key=lambda entry: (entry.feature, entry.value))


def read_pairings(evaluation_uri: str, classes: Sequence[str]) -> dict[str, Pairing]:
    """Counts for candidate and baseline on the same clips, by class of the candidate; a class without clips has none."""
    value = _overall(evaluation_uri, CANDIDATE).get(PAIRING)
    rows = [] if value is None else _array(value).astype(int).tolist()
    return {label: Pairing(*row) for label, row in zip(classes, rows, strict=False) if any(row)}


def read_misses(evaluation_uri: str, model_name: str, classes: Sequence[str]) -> dict[str, ClassMisses]:
    """The clips that the model is wrong about, by class: all, or the 5000 that it is most wrong about."""
    value = _overall(evaluation_uri, model_name).get(MISSES)
    if value is None:
        return {}
    found = json.loads(value.bytes_value)

    def listed(name: str, class_id: int) -> tuple[Miss, ...]:
        rows = found[name].get(str(class_id), ())
        return tuple(Miss(own, against, tuple(chosen), clip) for own, against, chosen, clip in rows)

    return {
        label: ClassMisses(
            own / num_own if num_own else None,
            listed("misses", class_id),
            other / num_other if num_other else None,
            listed("false_alarms", class_id),
        )
        for class_id, (label, (num_own, own, num_other, other)) in enumerate(zip(classes, found["sums"], strict=False))
        if num_own or str(class_id) in found["false_alarms"]
    }


def read_average_precisions(evaluation_uri: str, model_name: str, classes: Sequence[str]) -> dict[str, float]:
    """Average precision by class; a class without clips has none, and there are none where it was not measured."""
    value = _overall(evaluation_uri, model_name).get(AVERAGE_PRECISION)
    found = zip(classes, json.loads(value.bytes_value) if value is not None else (), strict=False)
    return {label: average_precision for label, average_precision in found if average_precision is not None}


def read_calibration_by_class(evaluation_uri: str, model_name: str, classes: Sequence[str]) -> dict[str, float]:
    """Calibration error of each class's probability where clips have several labels; else none."""
    errors = calibration_errors(_bins(evaluation_uri, model_name)).tolist()
    return dict(zip(classes, errors, strict=True)) if len(errors) == len(classes) else {}


def read_overall(evaluation_uri: str, model_name: str) -> dict[str, float]:
    """All metrics that are one number, over all clips, by name; NaN is left out."""
    numbers = {
        name: value.double_value.value
        for name, value in _overall(evaluation_uri, model_name).items()
        if value.HasField("double_value")
    }
    return {name: number for name, number in numbers.items() if not math.isnan(number)}


def read_calibration_error(evaluation_uri: str, model_name: str) -> float | None:
    return read_overall(evaluation_uri, model_name).get(CALIBRATION_ERROR)


def read_reliability(evaluation_uri: str, model_name: str) -> list[tuple[float, float, float]]:
    """Number of clips, mean probability and share of right ones in each bin of probability; empty bins are left out.

    Where clips have several labels, each class's probability of a clip counts as one.
    """
    bins = _bins(evaluation_uri, model_name).sum(axis=0).tolist()
    return [(num_clips, confidence / num_clips, hits / num_clips) for num_clips, confidence, hits in bins if num_clips]


def read_mean_ious(evaluation_uri: str, model_name: str) -> dict[str, float]:
    """Mean IoU of a tracker's boxes by class, and of all clips under ""; a class without boxes is left out."""
    found = {
        keys.get(features.LABEL, ""): values[MEAN_IOU].double_value.value
        for keys, values in _slices(evaluation_uri, model_name)
        if set(keys) <= {features.LABEL} and MEAN_IOU in values
    }
    return {label: value for label, value in found.items() if not math.isnan(value)}


def _overall(evaluation_uri: str, model_name: str) -> dict[str, Any]:
    """The metrics over all clips, by name."""
    return next((values for keys, values in _slices(evaluation_uri, model_name) if not keys), {})


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


def _entries(value: Any, num_classes: int) -> tuple[list[Entry], bool]:
    """Numbers of clips, and whether these have several labels."""
    if value is None:
        return [], False
    content = json.loads(value.bytes_value)

    def known(ids: Sequence[int]) -> tuple[int, ...]:
        return tuple(each for each in ids if each < num_classes)

    entries = [
        Entry(known(labels), known(answer), number, *map(known, unknown))  # earlier evaluations knew everything
        for labels, answer, number, *unknown in content["entries"]
    ]
    return entries, content["has_several_labels"]


def _bins(evaluation_uri: str, model_name: str) -> npt.NDArray[np.float64]:
    """Bins of probability, [statements, bins, 3], as CalibrationError gives them; no bin where it was not measured."""
    value = _overall(evaluation_uri, model_name).get(RELIABILITY)
    return np.array(json.loads(value.bytes_value)) if value is not None else np.zeros((1, 0, 3))


def _array(value: Any) -> npt.NDArray[np.float64]:
    array = value.array_value
    return np.array([*array.float64_values, *array.int64_values], np.float64).reshape(array.shape)
