"""Clips that a linear model on a trained network's features, fitted to all other groups, is sure are of another class."""

from collections.abc import Iterable

import numpy as np

from components.annotation_validator.analysis.confidence import disagreement, out_of_fold
from components.annotation_validator.findings import Found, Suggestion
from components.annotation_validator.inputs.inputs import CheckInputs

_FEWEST_CLIPS, _FEWEST_GROUPS = 20, 4
# Below this the features see too little of what makes the classes: most of what they would object to would be right.
_LEAST_ACCURACY = 0.7


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    segments = [segment for segment in inputs.segments if segment.id in inputs.features]
    classes, labels = np.unique([segment.label for segment in segments], return_inverse=True)
    groups = np.unique([inputs.cluster_of[segment.video] for segment in segments], return_inverse=True)[1]
    if len(segments) < _FEWEST_CLIPS or len(classes) < 2 or len(np.unique(groups)) < _FEWEST_GROUPS:
        return
    probabilities = out_of_fold(np.stack([inputs.features[segment.id] for segment in segments]), labels, groups)
    is_right = probabilities.argmax(axis=1) == labels
    accuracy = float(np.mean([is_right[labels == label].mean() for label in range(len(classes))]))
    if accuracy < _LEAST_ACCURACY:
        return
    found = disagreement(probabilities, labels, bar)
    doubtful = np.flatnonzero(found.chosen != labels)
    for label in sorted(set(labels[doubtful].tolist())):
        clips = sorted(doubtful[labels[doubtful] == label].tolist(), key=lambda clip: -found.margins[clip])
        suggested = sorted({str(classes[found.chosen[clip]]) for clip in clips})
        yield Found(
            message=f"class {str(classes[label])!r}: {len(clips)} of {int((labels == label).sum())} segments are "
            f"{', '.join(map(repr, suggested))} by what the network sees in other groups, which tells {accuracy:.0%} of the "
            "segments rightly",
            remedy="Look at them, and correct the label where it is wrong.",
            value=float(found.ratios[clips[0]]),
            places=tuple(segments[clip].place(Suggestion(label=str(classes[found.chosen[clip]]))) for clip in clips),
        )
