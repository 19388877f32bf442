"""Reads what TFX's Evaluator wrote: confusion matrices and values per slice."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import tensorflow_model_analysis as tfma

from components.model_gate.mean_iou import MEAN_IOU
from components.model_gate.rules import ConfusionMatrix
from models import features

CANDIDATE, BASELINE, BASE = "candidate", "baseline", "base"


@dataclass(frozen=True)
class SliceMetrics:
    """Accuracy and number of clips in one slice, such as feature `group`, value `person_03`."""

    feature: str
    value: str
    accuracy: float
    num_clips: int


def read_confusion_matrix(evaluation_uri: str, model_name: str, classes: Sequence[str]) -> ConfusionMatrix:
    """The overall slice's confusion matrix by argmax; a clip whose label is none of `classes` is left out."""
    counts = [[0] * len(classes) for _ in classes]
    for record in tfma.load_metrics(evaluation_uri):
        if record.slice_key.single_slice_keys:
            continue
        for item in record.metric_keys_and_values:
            is_matrix = item.value.HasField("multi_class_confusion_matrix_at_thresholds")
            if not is_matrix or item.key.model_name not in ("", model_name) or item.key.is_diff:
                continue
            for matrix in item.value.multi_class_confusion_matrix_at_thresholds.matrices:
                for entry in matrix.entries:
                    actual, predicted = entry.actual_class_id, entry.predicted_class_id
                    if 0 <= actual < len(classes) and 0 <= predicted < len(classes):
                        counts[actual][predicted] += round(entry.num_weighted_examples)
    return ConfusionMatrix(tuple(classes), tuple(map(tuple, counts)))


def read_slices(evaluation_uri: str, model_name: str) -> list[SliceMetrics]:
    """Accuracy per slice of one feature, sorted by feature and value."""
    slices = []
    for record in tfma.load_metrics(evaluation_uri):
        keys = record.slice_key.single_slice_keys
        if len(keys) != 1:
            continue
        values = {
            item.key.name: item.value.double_value.value
            for item in record.metric_keys_and_values
            if item.key.model_name in ("", model_name) and not item.key.is_diff
        }
        value = getattr(keys[0], keys[0].WhichOneof("kind"))
        slices.append(
            SliceMetrics(
                feature=keys[0].column,
                value=value.decode(errors="replace") if isinstance(value, bytes) else str(value),
                accuracy=values["sparse_categorical_accuracy"],
                num_clips=round(values["example_count"]),
            )
        )
    return sorted(slices, key=lambda entry: (entry.feature, entry.value))


def read_mean_ious(evaluation_uri: str, model_name: str) -> dict[str, float]:
    """Mean IoU of a tracker's boxes in each class by its label, and in all clips as ""; what has no box is left out."""
    found = {}
    for record in tfma.load_metrics(evaluation_uri):
        keys = record.slice_key.single_slice_keys
        if any(key.column != features.LABEL for key in keys):
            continue
        label = keys[0].bytes_value.decode(errors="replace") if keys else ""
        for item in record.metric_keys_and_values:
            value = item.value.double_value.value
            is_wanted = item.key.name == MEAN_IOU and item.key.model_name in ("", model_name) and not item.key.is_diff
            if is_wanted and not math.isnan(value):
                found[label] = value
    return found
