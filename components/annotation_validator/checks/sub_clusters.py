"""Classes whose clips fall into two kinds, both of which the same groups show: perhaps two actions under one label."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.embeddings import silhouettes
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import Vector
from components.annotation_validator.inputs.segments import places

_FEWEST_CLIPS = 20
# A few clips that differ from all others are outliers.
_LEAST_SHARE = 0.2
# Groups that show one kind only are two cameras or two people, not two actions.
_LEAST_SHARED_GROUPS = 0.5
_MOST_ROUNDS = 50


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    embedding = inputs.embedding
    if embedding is None:
        return
    labels = embedding.neighbourhood.labels
    for number, label in enumerate(embedding.neighbourhood.classes):
        clips = np.flatnonzero(labels == number)
        if len(clips) < _FEWEST_CLIPS:
            continue
        vectors = embedding.vectors[clips]
        parts = halves(vectors)
        sizes = np.bincount(parts, minlength=2)
        groups = [
            {inputs.cluster_of[embedding.segments[clip].video] for clip in clips[parts == part]} for part in (0, 1)
        ]
        if sizes.min() < _LEAST_SHARE * len(clips) or len(groups[0] & groups[1]) < _LEAST_SHARED_GROUPS * len(
            groups[0] | groups[1]
        ):
            continue
        separation = float(silhouettes(vectors, parts).mean())
        if separation < bar:
            continue
        rarer = int(sizes.argmin())
        yield Found(
            message=f"class {label!r} falls into two kinds of {sizes.max()} and {sizes.min()} segments, which the same groups "
            "show; these are the rarer ones",
            remedy="Look at some of both; if they are two actions, give each a label of its own.",
            value=separation,
            places=places(embedding.segments[clip] for clip in clips[parts == rarer]),
        )


def halves(vectors: Vector) -> npt.NDArray[np.int64]:
    """Two clusters of vectors, float32 [num_clips, size]: 0 or 1 for each, int64 [num_clips].

    Lloyd's 2-means, from the two sides of the first principal component: the same clips always give the same clusters.
    """
    centred = vectors - vectors.mean(axis=0)
    axis = np.linalg.svd(centred, full_matrices=False)[2][0]
    parts = (centred @ axis > 0).astype(np.int64)
    for _ in range(_MOST_ROUNDS):
        if parts.min() == parts.max():
            break
        centres = np.stack([vectors[parts == part].mean(axis=0) for part in (0, 1)])  # [2, size]
        nearest = np.linalg.norm(vectors[:, None] - centres, axis=-1).argmin(axis=1)
        if (nearest == parts).all():
            break
        parts = nearest
    return parts
