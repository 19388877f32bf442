"""Labels of clips as numbers, and what a training makes of them.

Where clips have one label, labels are ids: int64 [...], -1 for one that is no class. Where they have several, labels are sets:
int64 [..., classes], 1 for each class that a clip has, 0 for each that it has not, -1 where that is not known.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

Labels = npt.NDArray[np.int64]


def targets_of(labels: Any, num_classes: int, *, are_sets: bool) -> tf.Tensor:
    """What a network learns to answer: float32 [..., classes]; NaN where it is not known whether a clip has a class.

    So it is not known of a mixture either, whatever the share of that clip.
    """
    if not are_sets:
        return tf.one_hot(labels, num_classes)
    return tf.where(labels < 0, tf.constant(float("nan")), tf.cast(labels, tf.float32))


def class_counts(labels: Labels, num_classes: int) -> list[int]:
    """How many clips each class has."""
    is_one = labels.ndim == 1
    counts = np.bincount(labels[labels >= 0], minlength=num_classes) if is_one else (labels > 0).sum(axis=0)
    return [int(count) for count in counts]


def known_counts(sets: Labels) -> list[int]:
    """Of how many clips it is known whether they have each class."""
    return [int(count) for count in (sets >= 0).sum(axis=0)]


def class_shares(labels: Labels, num_classes: int) -> list[float]:
    """The share of the clips that have each class, of those of which that is known; with one label, of those with any class."""
    counts = class_counts(labels, num_classes)
    known = [sum(counts)] * num_classes if labels.ndim == 1 else known_counts(labels)
    return [count / (of_class or 1) for count, of_class in zip(counts, known, strict=True)]


def strata_of(labels: Labels) -> Labels:
    """What is drawn equally often, where classes are to be: of each clip its label, of several the rarest: int64 [clips].

    A clip with a common and a rare label counts for the rare one, which would be drawn less often otherwise.
    """
    if labels.ndim == 1:
        return labels
    has = labels > 0
    rarity = np.where(has, has.sum(axis=0), np.iinfo(np.int64).max)
    return np.where(has.any(axis=1), rarity.argmin(axis=1), -1)
