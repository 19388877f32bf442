"""Labels against what the motion looks like: clips that resemble another class, classes that resemble each other."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from components.annotation_validator.checks.finding import CheckedSegment, CheckInputs, Finding, Suggestion, Unit
from components.annotation_validator.checks.neighbours import (
    NUM_NEIGHBOURS,
    Neighbourhood,
    find_neighbours,
    silhouettes,
)
from components.annotation_validator.checks.tightness import measured
from components.annotation_validator.config import ChecksConfig, Severity

_FEWEST_CLIPS, _FEWEST_GROUPS = 20, 4
# Below this the descriptor sees too little of what makes the classes: most of what it would object to would be right.
_LEAST_ACCURACY = 0.8
_MOST_VOTES_FOR_OWN = 1
_MAD_TO_SIGMA = 1.4826


@dataclass(frozen=True)
class Embedding:
    """Segments in which something moves, their descriptors float32 [num_clips, size], and their neighbours."""

    segments: tuple[CheckedSegment, ...]
    descriptors: npt.NDArray[np.float32]
    neighbourhood: Neighbourhood


def embed(inputs: CheckInputs) -> Embedding | None:
    """The embedding of all segments; None if there are too few, or of too few groups, for neighbours to mean anything.

    By a trained network's features, where there are any, else by what the motion looks like.
    """
    pairs = (
        [
            (segment, _of_length_one(inputs.features[segment.id]))
            for segment in inputs.segments
            if segment.id in inputs.features
        ]
        if inputs.features
        else [
            (segment, measures.descriptor)
            for segment, measures in measured(inputs, inputs.segments)
            if measures.descriptor.any()
        ]
    )
    labels = [segment.label for segment, _ in pairs]
    groups = [inputs.cluster_of[segment.video] for segment, _ in pairs]
    if len(pairs) < _FEWEST_CLIPS or len(set(groups)) < _FEWEST_GROUPS or len(set(labels)) < 2:
        return None
    descriptors = np.stack([descriptor for _, descriptor in pairs])
    segments = tuple(segment for segment, _ in pairs)
    return Embedding(segments, descriptors, find_neighbours(descriptors, labels, groups))


def check_doubtful_labels(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Clips whose neighbours in other groups nearly all have one other label.

    Only where neighbours can be trusted: where, over all clips, they recognise four fifths of each class.
    """
    if inputs.features:
        return  # check_confident_disagreement looks at the same vectors, and knows more of them
    bar = config.doubtful_labels or 1.0
    embedding = inputs.embedding
    if embedding is None or embedding.neighbourhood.balanced_accuracy(NUM_NEIGHBOURS + 1) < _LEAST_ACCURACY:
        return
    neighbours = embedding.neighbourhood
    winners = neighbours.votes.argmax(axis=1)
    shares = neighbours.votes.max(axis=1) / NUM_NEIGHBOURS
    own = neighbours.votes[np.arange(len(winners)), neighbours.labels]
    doubtful = np.flatnonzero((winners != neighbours.labels) & (shares >= bar) & (own <= _MOST_VOTES_FOR_OWN))
    for label in sorted({int(neighbours.labels[clip]) for clip in doubtful}):
        clips = sorted((clip for clip in doubtful if neighbours.labels[clip] == label), key=lambda clip: -shares[clip])
        suggested = sorted({neighbours.classes[winners[clip]] for clip in clips})
        yield Finding(
            check="doubtful_labels",
            severity=Severity.WARNING,
            message=f"class {neighbours.classes[label]!r}: {len(clips)} segments move like {', '.join(map(repr, suggested))}, "
            "say their nearest neighbours in other groups",
            remedy="Look at them, and correct the label where it is wrong.",
            value=float(shares[clips[0]]),
            bar=bar,
            unit=Unit.SHARE,
            places=tuple(
                embedding.segments[clip].place(Suggestion(label=neighbours.classes[winners[clip]])) for clip in clips
            ),
        )


def check_outliers(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Clips that resemble no other: wrong bounds, another action, a damaged recording."""
    bar = config.outliers or float("inf")
    embedding = inputs.embedding
    if embedding is None:
        return
    distances = embedding.neighbourhood.distances
    median = float(np.median(distances))
    sigma = _MAD_TO_SIGMA * float(np.median(np.abs(distances - median)))
    scores = (distances - median) / max(sigma, 1e-6)
    far = [clip for clip in np.argsort(-scores) if scores[clip] > bar]
    if far:
        yield Finding(
            check="outliers",
            severity=Severity.NOTE,
            message=f"{len(far)} of {len(distances)} segments move like no other in another group",
            remedy="Look at them: rare and right, or something else than their label says?",
            value=float(scores[far[0]]),
            bar=bar,
            places=tuple(embedding.segments[clip].place() for clip in far),
        )


def check_confusable_classes(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Pairs of classes that motion hardly tells apart: they take more clips than others, or are one class."""
    bar = config.confusable_classes or 1.0
    embedding = inputs.embedding
    if embedding is None:
        return
    neighbours = embedding.neighbourhood
    confusion = neighbours.confusion()
    scores = silhouettes(embedding.descriptors, neighbours.labels)
    for one, other in zip(*np.triu_indices(len(neighbours.classes), 1), strict=True):
        # Each way weighs the same, however many clips a class has.
        mixed = float(confusion[one, other] + confusion[other, one]) / 2
        if mixed < bar:
            continue
        names = neighbours.classes[one], neighbours.classes[other]
        cohesion = [float(scores[neighbours.labels == label].mean()) for label in (one, other)]
        yield Finding(
            check="confusable_classes",
            severity=Severity.NOTE,
            message=f"classes {names[0]!r} and {names[1]!r} move alike: {mixed:.0%} of their segments have most neighbours "
            f"in the other class; their silhouettes are {cohesion[0]:.2f} and {cohesion[1]:.2f} (1: far from other classes)",
            remedy="Expect confusions; give both more groups, or make one class of them if the difference does not matter.",
            value=mixed,
            bar=bar,
            unit=Unit.SHARE,
        )


def _of_length_one(vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-6), dtype=np.float32)
