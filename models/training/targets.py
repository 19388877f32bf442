"""Labels of clips as numbers, and what a training makes of them.

Where clips have one label, labels are ids: int64 [...], -1 for one that is no class. Where they have several, labels are sets:
int64 [..., classes], 1 for each class that a clip has.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

Labels = npt.NDArray[np.int64]


def targets_of(labels: Any, num_classes: int, *, are_sets: bool) -> tf.Tensor:
    """What a network learns to answer: float32 [..., classes]."""
    return tf.cast(labels, tf.float32) if are_sets else tf.one_hot(labels, num_classes)


def class_counts(labels: Labels, num_classes: int) -> list[int]:
    """How many clips each class has."""
    counts = np.bincount(labels[labels >= 0], minlength=num_classes) if labels.ndim == 1 else labels.sum(axis=0)
    return [int(count) for count in counts]


def class_shares(labels: Labels, num_classes: int) -> list[float]:
    """The share of the clips that have each class; with one label each, of those whose label is a class."""
    counts = class_counts(labels, num_classes)
    num_clips = sum(counts) if labels.ndim == 1 else len(labels)
    return [count / num_clips for count in counts]


def strata_of(labels: Labels) -> Labels:
    """What is drawn equally often, where classes are to be: of each clip its label, of several the rarest: int64 [clips].

    A clip with a common and a rare label counts for the rare one, which would be drawn less often otherwise.
    """
    if labels.ndim == 1:
        return labels
    rarity = np.where(labels > 0, labels.sum(axis=0), np.iinfo(np.int64).max)
    return np.where(labels.any(axis=1), rarity.argmin(axis=1), -1)
