"""Segments whose boxes hold little of the motion: somebody else acts, or the boxes are those of another time."""

from collections.abc import Iterable

from components.annotation_validator.analysis.by_class import find_beyond
from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import CheckedSegment


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    def share_inside(segment: CheckedSegment) -> float | None:
        measures = inputs.measures_of(segment)
        return measures.motion_inside if measures else None

    for beyond in find_beyond(inputs.actions, share_inside, lambda share: share < bar, worst_is_smallest=True):
        yield beyond.found(
            f"class {beyond.label!r}: the boxes of {len(beyond.segments)} of {beyond.num_looked_at} segments hold little "
            f"of the motion, down to {beyond.worst:.0%}",
            "Draw the boxes around whoever acts, or crop the clip to them.",
        )
