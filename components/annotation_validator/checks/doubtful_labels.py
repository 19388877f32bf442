"""Clips whose neighbours in other groups nearly all have one other label.

Only where neighbours can be trusted: where, over all clips, they recognise four fifths of each class.
"""

from collections.abc import Iterable

import numpy as np

from components.annotation_validator.findings import Found, Suggestion
from components.annotation_validator.inputs.embeddings import NUM_NEIGHBOURS
from components.annotation_validator.inputs.inputs import CheckInputs

# Below this the descriptor sees too little of what makes the classes: most of what it would object to would be right.
_LEAST_ACCURACY = 0.8
_MOST_VOTES_FOR_OWN = 1


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    embedding = inputs.embedding
    # Of a network's features `confident_disagreement` knows more than neighbours say.
    if inputs.features or embedding is None:
        return
    neighbours = embedding.neighbourhood
    if embedding.accuracy < _LEAST_ACCURACY:
        return
    winners = neighbours.votes.argmax(axis=1)
    shares = neighbours.votes.max(axis=1) / NUM_NEIGHBOURS
    own = neighbours.votes[np.arange(len(winners)), neighbours.labels]
    doubtful = np.flatnonzero((winners != neighbours.labels) & (shares >= bar) & (own <= _MOST_VOTES_FOR_OWN))
    for label in sorted({int(neighbours.labels[clip]) for clip in doubtful}):
        clips = sorted((clip for clip in doubtful if neighbours.labels[clip] == label), key=lambda clip: -shares[clip])
        suggested = sorted({neighbours.classes[winners[clip]] for clip in clips})
        yield Found(
            message=f"class {neighbours.classes[label]!r}: {len(clips)} segments {embedding.verb} like "
            f"{', '.join(map(repr, suggested))}, say their nearest neighbours in other groups",
            remedy="Look at them, and correct the label where it is wrong.",
            value=float(shares[clips[0]]),
            places=tuple(
                embedding.segments[clip].place(Suggestion(label=neighbours.classes[winners[clip]])) for clip in clips
            ),
        )
