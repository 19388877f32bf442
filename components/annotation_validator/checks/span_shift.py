"""Classes, their shares, sizes, rates, lengths, light and motion that are not as they were in the previous span.

People and places that both spans show make them more alike than others would be, never less.
"""

from collections import Counter
from collections.abc import Iterable

from components.annotation_validator.analysis import properties
from components.annotation_validator.analysis.class_shares import find_changed_classes, find_moved_shares
from components.annotation_validator.analysis.distributions import FEWEST_GROUPS
from components.annotation_validator.findings import Found, Scale, Severity, Unit
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotations.records.reasons import Reason

_REMEDIES = {
    properties.SHORT_SIDE: "If a camera or an export was changed by mistake, export again; else train on both spans, and test "
    "on both.",
    properties.SHAPE: "If nobody meant it, export again; else train on both spans, and choose model.resize for both shapes.",
    properties.RATE: "Sample by time, not by frames (sampling.method uniform, or step_seconds), and train on both spans.",
    properties.LENGTH: "See whether recordings are cut in another way: an action that is cut off is no example of it.",
    properties.BRIGHTNESS: "Train on both spans, or raise training.augmentation.brightness; earlier models have not seen this "
    "light.",
    properties.CONTRAST: "Train on both spans, or raise training.augmentation.contrast; look whether an export was changed.",
    properties.MOTION: "See what changed: a camera that moves, its distance, or what was annotated; train on both spans.",
    properties.SEGMENT_LENGTH: "See that annotators begin and end an action alike; clipgate check --frames finds loose bounds.",
}
# The shares of the classes are one more.
_NUM_COMPARISONS = len(_REMEDIES) + 1
# Nothing is missing from the span by these.
_HARMLESS = frozenset((Reason.ROW_EXCLUDED, Reason.DUPLICATE_ROW))


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    previous = inputs.previous
    if previous is None or not inputs.segments:
        return
    yield from _find_gaps(inputs, previous)
    yield from find_changed_classes(inputs, previous)
    counts = properties.num_groups(inputs), properties.num_groups(previous)
    if min(counts) < FEWEST_GROUPS:
        yield _note(
            f"too few groups to be compared: {counts[0]}, and {counts[1]} in the previous span",
            f"Compare spans of {FEWEST_GROUPS} people, places or source videos or more.",
            min(counts),
            FEWEST_GROUPS,
        )
        return
    for difference in properties.find_differences(inputs, previous, _REMEDIES, bar, _NUM_COMPARISONS):
        yield Found(
            message=f"the videos differ from those of the previous span in {difference}",
            remedy=_REMEDIES[difference.property],
            value=difference.distance,
            places=difference.places,
        )
    yield from find_moved_shares(inputs, previous, bar, _NUM_COMPARISONS)


def _find_gaps(inputs: CheckInputs, previous: CheckInputs) -> Iterable[Found]:
    """What of the previous span could not be compared."""
    left_out = Counter(
        reject.reason.value for reject in previous.rejects if reject.source and reject.reason not in _HARMLESS
    )
    if left_out:
        listed = ", ".join(f"{reason} {count}" for reason, count in left_out.most_common())
        num_rows = len(previous.segments) + left_out.total()
        yield _note(
            f"{left_out.total()} of {num_rows} rows of the previous span are not compared ({listed})",
            "clipgate check of that span alone says which, and what to do.",
            left_out.total(),
        )
    if inputs.videos and not previous.videos:
        yield _note(
            "none of the previous span's videos could be looked at: only classes and the segments' length are compared",
            "Say where they lie: checks.previous_videos, or --previous-videos.",
        )


def _note(message: str, remedy: str, value: float | None = None, bar: float | None = None) -> Found:
    return Found(message, remedy, value, severity=Severity.NOTE, scale=Scale(bar, Unit.COUNT))
