"""Tracks whose boxes cover almost nothing: slips of the mouse, or another unit than the file says."""

from collections.abc import Iterable
from statistics import median

from components.annotation_validator.analysis.boxes import areas
from components.annotation_validator.analysis.by_class import find_beyond
from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import CheckedSegment


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    def usual_area(segment: CheckedSegment) -> float | None:
        own = areas(segment, inputs)
        return median(own) if own else None

    for beyond in find_beyond(inputs.boxed_actions, usual_area, lambda area: area < bar, worst_is_smallest=True):
        yield beyond.found(
            f"class {beyond.label!r}: in {len(beyond.segments)} segments the boxes cover as little as {beyond.worst:.2g} "
            "of the frame",
            "Check the boxes' unit (pixels or shares of the frame) and delete those that were drawn by accident.",
        )
