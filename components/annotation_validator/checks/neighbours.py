"""Clips among their nearest neighbours, which are always of other groups: a person's own clips prove nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NUM_NEIGHBOURS = 7
_ROWS_AT_ONCE = 512


@dataclass(frozen=True)
class Neighbourhood:
    """How the nearest neighbours of each clip are labelled.

    Attributes:
      classes: names, sorted.
      labels: int64 [num_clips], ids of the classes.
      votes: int64 [num_clips, num_classes], how many of a clip's 7 nearest neighbours are of each class.
      distances: float64 [num_clips], mean angle to them, in radians.
    """

    classes: tuple[str, ...]
    labels: npt.NDArray[np.int64]
    votes: npt.NDArray[np.int64]
    distances: npt.NDArray[np.float64]

    def confusion(self) -> npt.NDArray[np.float64]:
        """float64 [num_classes, num_classes]: the share of the clips of class i whose neighbours are mostly of class j."""
        shares = np.zeros((len(self.classes), len(self.classes)))
        np.add.at(shares, (self.labels, self.votes.argmax(axis=1)), 1.0)
        return np.asarray(shares / np.maximum(1, shares.sum(axis=1, keepdims=True)))

    def balanced_accuracy(self, fewest_clips: int) -> float:
        """Mean share that neighbours recognise, over classes of at least `fewest_clips`: what their vote is worth."""
        is_common = np.bincount(self.labels) >= fewest_clips
        return float(self.confusion().diagonal()[is_common].mean()) if is_common.any() else 0.0


def find_neighbours(
    descriptors: npt.NDArray[np.float32], labels: Sequence[str], groups: Sequence[str]
) -> Neighbourhood:
    """The neighbourhood of each clip by the angle between descriptors, float32 [num_clips, size] of length 1.

    Clips of one's own group are no neighbours. Memory grows with the number of clips, not with its square.
    """
    classes, label_ids = np.unique(labels, return_inverse=True)
    group_ids = np.unique(groups, return_inverse=True)[1]
    count = min(NUM_NEIGHBOURS, len(descriptors))
    votes = np.zeros((len(descriptors), len(classes)), np.int64)
    distances = np.zeros(len(descriptors))
    for start in range(0, len(descriptors), _ROWS_AT_ONCE):
        rows = np.arange(start, min(start + _ROWS_AT_ONCE, len(descriptors)))
        cosines = descriptors[rows] @ descriptors.T
        cosines[group_ids[rows, None] == group_ids] = -1.0
        nearest = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        cosine = np.clip(np.take_along_axis(cosines, nearest, axis=1), -1, 1)
        np.add.at(votes, (rows[:, None], label_ids[nearest]), cosine > -1)
        distances[rows] = np.arccos(cosine).mean(axis=1)
    return Neighbourhood(tuple(map(str, classes)), label_ids.astype(np.int64), votes, distances)


def silhouettes(descriptors: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """How much nearer each clip is to its own class than to the next: float64 [num_clips], -1 to 1.

    The simplified silhouette (Hruschka et al., Evolutionary Search for Optimal Fuzzy C-Means Clustering, 2004), which
    measures to the classes' centres: linear in the number of clips, unlike Rousseeuw's of 1987.
    """
    centres = np.stack([descriptors[labels == label].mean(axis=0) for label in range(labels.max() + 1)])
    squares = (descriptors**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1) - 2 * descriptors @ centres.T
    distances = np.sqrt(np.maximum(squares, 0)).astype(np.float64)
    rows = np.arange(len(labels))
    own = distances[rows, labels]
    distances[rows, labels] = np.inf
    nearest = distances.min(axis=1)
    return np.asarray((nearest - own) / np.maximum(np.maximum(nearest, own), 1e-9))
