"""Clips that resemble no other: wrong bounds, another action, a damaged recording."""

from collections.abc import Iterable

import numpy as np

from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import places
from foundation.statistics import robust_deviations


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    embedding = inputs.embedding
    if embedding is None:
        return
    scores = robust_deviations(embedding.neighbourhood.distances, least=1e-6)
    far = [clip for clip in np.argsort(-scores) if scores[clip] > bar]
    if far:
        yield Found(
            message=f"{len(far)} of {len(scores)} segments {embedding.verb} like no other in another group",
            remedy="Look at them: rare and right, or something else than their label says?",
            value=float(scores[far[0]]),
            places=places(embedding.segments[clip] for clip in far),
        )
