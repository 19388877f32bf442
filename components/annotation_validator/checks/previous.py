"""Annotated videos against those of the span before: this month's batch beside last month's."""

from collections import Counter
from collections.abc import Iterable

from components.annotation_validator.checks.class_changes import find_changed_classes, find_moved_shares
from components.annotation_validator.checks.distributions import FEWEST_GROUPS
from components.annotation_validator.checks.finding import CheckInputs, Finding, Unit
from components.annotation_validator.checks.properties import (
    BRIGHTNESS,
    CONTRAST,
    LENGTH,
    MOTION,
    RATE,
    SEGMENT_LENGTH,
    SHAPE,
    SHORT_SIDE,
    find_differences,
    num_groups,
)
from components.annotation_validator.config import ChecksConfig, Severity
from components.annotations.records.reasons import Reason

_REMEDIES = {
    SHORT_SIDE: "If a camera or an export was changed by mistake, export again; else train on both spans, and test on both.",
    SHAPE: "If nobody meant it, export again; else train on both spans, and choose model.resize for both shapes.",
    RATE: "Sample by time, not by frames (sampling.method uniform, or step_seconds), and train on both spans.",
    LENGTH: "See whether recordings are cut in another way: an action that is cut off is no example of it.",
    BRIGHTNESS: "Train on both spans, or raise training.augmentation.brightness; earlier models have not seen this light.",
    CONTRAST: "Train on both spans, or raise training.augmentation.contrast; look whether an export was changed.",
    MOTION: "See what changed: a camera that moves, its distance, or what was annotated; train on both spans.",
    SEGMENT_LENGTH: "See that annotators begin and end an action alike; clipgate check --frames finds loose bounds.",
}
# The shares of the classes are one more.
_NUM_COMPARISONS = len(_REMEDIES) + 1
# Nothing is missing from the span by these.
_HARMLESS = frozenset((Reason.ROW_EXCLUDED, Reason.DUPLICATE_ROW))


def check_span_shift(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Classes, their shares, sizes, rates, lengths, light and motion that are not as they were in the previous span.

    People and places that both spans show make them more alike than others would be, never less.
    """
    bar = config.span_shift or 1.0
    previous = inputs.previous
    if previous is None or not inputs.segments:
        return
    yield from _find_gaps(inputs, previous)
    yield from find_changed_classes(inputs, previous)
    counts = num_groups(inputs), num_groups(previous)
    if min(counts) < FEWEST_GROUPS:
        yield _note(
            f"too few groups to be compared: {counts[0]}, and {counts[1]} in the previous span",
            f"Compare spans of {FEWEST_GROUPS} people, places or source videos or more.",
            min(counts),
            FEWEST_GROUPS,
        )
        return
    for difference in find_differences(inputs, previous, _REMEDIES, bar, _NUM_COMPARISONS):
        yield Finding(
            check="span_shift",
            severity=Severity.WARNING,
            message=f"the videos differ from those of the previous span in {difference}",
            remedy=_REMEDIES[difference.property],
            value=difference.distance,
            bar=bar,
            unit=Unit.SHARE,
            places=difference.places,
        )
    yield from find_moved_shares(inputs, previous, bar, _NUM_COMPARISONS)


def _find_gaps(inputs: CheckInputs, previous: CheckInputs) -> Iterable[Finding]:
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


def _note(message: str, remedy: str, value: float | None = None, bar: float | None = None) -> Finding:
    return Finding("span_shift", Severity.NOTE, message, remedy, value, bar, Unit.COUNT)
