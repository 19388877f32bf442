"""Labels against what a trained network sees in the clips."""

from collections.abc import Iterable

import numpy as np

from components.annotation_validator.checks.finding import CheckInputs, Finding, Suggestion, Unit
from components.annotation_validator.config import ChecksConfig, Severity

_FEWEST_CLIPS, _FEWEST_GROUPS = 20, 4
# Below this the features see too little of what makes the classes: most of what they would object to would be right.
_LEAST_ACCURACY = 0.7


def check_confident_disagreement(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Clips that a linear model on a trained network's features, fitted to all other groups, is sure are of another class."""
    bar = config.confident_disagreement or 1.0
    segments = [segment for segment in inputs.segments if segment.id in inputs.features]
    classes, labels = np.unique([segment.label for segment in segments], return_inverse=True)
    groups = np.unique([inputs.cluster_of[segment.video] for segment in segments], return_inverse=True)[1]
    if len(segments) < _FEWEST_CLIPS or len(classes) < 2 or len(np.unique(groups)) < _FEWEST_GROUPS:
        return
    # Scikit-learn is loaded by what learns.
    from components.annotation_validator.checks.confidence import disagreement, out_of_fold

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
        yield Finding(
            check="confident_disagreement",
            severity=Severity.WARNING,
            message=f"class {str(classes[label])!r}: {len(clips)} of {int((labels == label).sum())} segments are "
            f"{', '.join(map(repr, suggested))} by what the network sees in other groups, which tells {accuracy:.0%} of the "
            "segments rightly",
            remedy="Look at them, and correct the label where it is wrong.",
            value=float(found.ratios[clips[0]]),
            bar=bar,
            unit=Unit.RATIO,
            places=tuple(segments[clip].place(Suggestion(label=str(classes[found.chosen[clip]]))) for clip in clips),
        )
