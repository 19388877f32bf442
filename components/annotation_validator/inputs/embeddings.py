"""Segments as vectors, among their nearest neighbours, which are always of other groups: a person's own clips prove nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from components.annotation_validator.inputs.measures import Vector
from components.annotation_validator.inputs.nearest import Nearest, nearest_of_others
from components.annotation_validator.inputs.segments import CheckedSegment

NUM_NEIGHBOURS = 7
_FEWEST_CLIPS, _FEWEST_GROUPS = 20, 4
_LEAST_DEVIATION = 1e-3  # of the mean one


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


@dataclass(frozen=True)
class Embedding:
    """Segments as vectors.

    Attributes:
      vectors: float32 [num_clips, size], of length 1.
      verb: what segments do that are near each other: "move" or "look", as in "look alike".
    """

    segments: tuple[CheckedSegment, ...]
    vectors: Vector
    neighbourhood: Neighbourhood
    verb: str = "move"

    @property
    def accuracy(self) -> float:
        """What the neighbours' vote is worth: the mean share that it recognises, over classes that could have a majority."""
        return self.neighbourhood.balanced_accuracy(NUM_NEIGHBOURS + 1)


def embed(
    segments: Sequence[CheckedSegment], vectors: Sequence[Vector], groups: Sequence[str], verb: str = "move"
) -> Embedding | None:
    """The embedding of segments; None if there are too few, or of too few groups, for neighbours to mean anything."""
    labels = [segment.label for segment in segments]
    if not are_enough(labels, groups):
        return None
    stacked = np.stack(vectors)
    stacked = stacked / np.maximum(np.linalg.norm(stacked, axis=1, keepdims=True), 1e-6)
    return Embedding(tuple(segments), stacked, find_neighbours(stacked, labels, groups), verb)


def are_enough(labels: Sequence[str], groups: Sequence[str]) -> bool:
    """Whether neighbours mean anything among segments of these labels and groups."""
    return len(labels) >= _FEWEST_CLIPS and len(set(groups)) >= _FEWEST_GROUPS and len(set(labels)) > 1


def standardized(vectors: Mapping[str, Vector]) -> dict[str, Vector]:
    """The vectors, float32 [size], with mean 0 and deviation 1 of each number over all of them."""
    if not vectors:
        return {}
    stacked = np.stack(list(vectors.values()))
    centred = stacked - stacked.mean(axis=0)
    deviation = centred.std(axis=0)
    # What hardly varies is not blown up.
    scaled = centred / np.maximum(deviation, _LEAST_DEVIATION * deviation.mean() + 1e-12)
    return dict(zip(vectors, scaled, strict=True))


def find_neighbours(vectors: Vector, labels: Sequence[str], groups: Sequence[str]) -> Neighbourhood:
    """The neighbourhood of each clip by the angle between vectors, float32 [num_clips, size] of length 1.

    Clips of one's own group are no neighbours.
    """
    return neighbourhood_of(
        nearest_of_others(vectors, np.unique(groups, return_inverse=True)[1], NUM_NEIGHBOURS), labels
    )


def neighbourhood_of(nearest: Nearest, labels: Sequence[str]) -> Neighbourhood:
    """How the nearest of each clip are labelled."""
    classes, label_ids = np.unique(labels, return_inverse=True)
    votes = np.zeros((len(labels), len(classes)), np.int64)
    np.add.at(votes, (np.arange(len(labels))[:, None], label_ids[nearest.ids]), nearest.cosines > -1)
    distances = np.arccos(nearest.cosines).mean(axis=1).astype(np.float64)
    return Neighbourhood(tuple(map(str, classes)), label_ids.astype(np.int64), votes, distances)


def principal_plane(vectors: Vector) -> tuple[npt.NDArray[np.float64], tuple[float, float]]:
    """The vectors, float32 [num_clips, size], in their first two principal components.

    Returns:
      float64 [num_clips, 2], and the share of the variance that each of both has.
    """
    centred = (vectors - vectors.mean(axis=0)).astype(np.float64)
    variances, components = np.linalg.eigh(centred.T @ centred)
    shares = variances[:-3:-1] / max(float(variances.sum()), 1e-9)
    return centred @ components[:, :-3:-1], (float(shares[0]), float(shares[1]))


def silhouettes(vectors: Vector, labels: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """How much nearer each clip is to its own class than to the next: float64 [num_clips], -1 to 1.

    The simplified silhouette (Hruschka et al., Evolutionary Search for Optimal Fuzzy C-Means Clustering, 2004), which
    measures to the classes' centres: linear in the number of clips, unlike Rousseeuw's of 1987.
    """
    centres = np.stack([vectors[labels == label].mean(axis=0) for label in range(labels.max() + 1)])
    squares = (vectors**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1) - 2 * vectors @ centres.T
    distances = np.sqrt(np.maximum(squares, 0)).astype(np.float64)
    rows = np.arange(len(labels))
    own = distances[rows, labels]
    distances[rows, labels] = np.inf
    nearest = distances.min(axis=1)
    return np.asarray((nearest - own) / np.maximum(np.maximum(nearest, own), 1e-9))
