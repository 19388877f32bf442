"""Segments that begin before their action does, or end after it: part of each clip shows something else.

Where motion never rests, or nothing moves, nothing can be said, and nothing is.
"""

from collections.abc import Iterable

from components.annotation_validator.findings import Found, Place, Suggestion
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import SegmentMeasures
from components.annotation_validator.inputs.segments import CheckedSegment


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    for label, segments in inputs.actions.items():
        loose = [
            (max(measures.rests), _tightened(segment, measures, bar))
            for segment, measures in inputs.measured(segments)
            if max(measures.rests) > bar
        ]
        if loose:
            loose.sort(key=lambda item: -item[0])
            yield Found(
                message=f"class {label!r}: {len(loose)} of {len(segments)} segments begin before their motion or end after "
                f"it, by up to {loose[0][0]:.2g} s",
                remedy="Look at the suggested bounds, and take them over where they are right.",
                value=loose[0][0],
                places=tuple(place for _, place in loose),
            )


def _tightened(segment: CheckedSegment, measures: SegmentMeasures, bar: float) -> Place:
    """The segment with a suggestion for the bounds that are loose, and only for them."""
    head, tail = measures.rests
    start, end = measures.active or measures.bounds
    return segment.place(
        Suggestion(
            start_seconds=round(start, 3) if head > bar else None, end_seconds=round(end, 3) if tail > bar else None
        )
    )
