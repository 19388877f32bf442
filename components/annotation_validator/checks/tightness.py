"""Bounds and boxes against the motion in the frames."""

from collections.abc import Iterable, Iterator

from components.annotation_validator.checks.finding import CheckedSegment, CheckInputs, Finding, Place, Suggestion, Unit
from components.annotation_validator.checks.measures import SegmentMeasures
from components.annotation_validator.config import ChecksConfig, Severity


def check_loose_bounds(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Segments that begin before their action does, or end after it: part of each clip shows something else.

    Where motion never rests, or nothing moves, nothing can be said, and nothing is.
    """
    bar = config.loose_bounds or 0.0
    for label, segments in inputs.by_label.items():
        if inputs.is_background(label):
            continue
        loose = [
            (rest, _tightened(segment, measures, bar))
            for segment, measures in measured(inputs, segments)
            if (rest := max(*rests(measures))) > bar
        ]
        if loose:
            loose.sort(key=lambda item: -item[0])
            yield Finding(
                check="loose_bounds",
                severity=Severity.WARNING,
                message=f"class {label!r}: {len(loose)} of {len(segments)} segments begin before their motion or end after "
                f"it, by up to {loose[0][0]:.2g} s",
                remedy="Look at the suggested bounds, and take them over where they are right.",
                value=loose[0][0],
                bar=bar,
                unit=Unit.SECONDS,
                places=tuple(place for _, place in loose),
            )


def check_action_outside_boxes(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Segments whose boxes hold little of the motion: somebody else acts, or the boxes are those of another time."""
    bar = config.action_outside_boxes or 0.0
    for label, segments in inputs.by_label.items():
        outside = sorted(
            (
                (measures.motion_inside, segment.place())
                for segment, measures in measured(inputs, segments)
                if measures.motion_inside is not None and measures.motion_inside < bar
            ),
            key=lambda item: item[0],
        )
        if outside:
            yield Finding(
                check="action_outside_boxes",
                severity=Severity.WARNING,
                message=f"class {label!r}: the boxes of {len(outside)} of {len(segments)} segments hold little of the "
                f"motion, down to {outside[0][0]:.0%}",
                remedy="Draw the boxes around whoever acts, or crop the clip to them.",
                value=outside[0][0],
                bar=bar,
                unit=Unit.SHARE,
                places=tuple(place for _, place in outside),
            )


def measured(
    inputs: CheckInputs, segments: Iterable[CheckedSegment]
) -> Iterator[tuple[CheckedSegment, SegmentMeasures]]:
    """Those of the segments whose frames were measured, with what was."""
    for segment in segments:
        video = inputs.measures.get(segment.video)
        if video and segment.id in video.segments:
            yield segment, video.segments[segment.id]


def rests(measures: SegmentMeasures) -> tuple[float, float]:
    """Seconds of rest before and after the action."""
    if measures.active is None:
        return 0.0, 0.0
    return measures.active[0] - measures.bounds[0], measures.bounds[1] - measures.active[1]


def _tightened(segment: CheckedSegment, measures: SegmentMeasures, bar: float) -> Place:
    """Only the bounds that are loose are moved."""
    head, tail = rests(measures)
    active = measures.active or measures.bounds
    return segment.place(
        Suggestion(
            start_seconds=round(active[0], 3) if head > bar else None,
            end_seconds=round(active[1], 3) if tail > bar else None,
        )
    )
