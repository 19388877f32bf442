"""Segments of which a part has no box, or which have none although most others do.

A segment with a single box is left alone: formats such as AVA's draw one box for a stretch of time.
"""

from collections.abc import Iterable

from components.annotation_validator.analysis.by_class import find_beyond
from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import CheckedSegment
from components.annotations.records.boxes import ABSENT, boxes_at

_NUM_TIMES = 50
# From this share of segments with boxes on, one without is a gap and no matter of style.
_MOST = 0.5


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    num_boxed, num_segments = (sum(map(len, own.values())) for own in (inputs.boxed_actions, inputs.actions))
    asked = inputs.actions if num_boxed > _MOST * num_segments else inputs.boxed_actions
    for beyond in find_beyond(asked, _share_without_box, lambda share: share > bar):
        yield beyond.found(
            f"class {beyond.label!r}: {len(beyond.segments)} of the segments have no box for up to {beyond.worst:.0%} of "
            "their time",
            "Draw the missing boxes, or end the segment where the actor leaves the picture.",
        )


def _share_without_box(segment: CheckedSegment) -> float | None:
    if not segment.is_boxed:
        return 1.0
    record = segment.record
    if record.masks or len(record.boxes) == 1:
        return None
    end = record.end
    if end is None:
        return None
    # The middles of equal parts of the segment.
    times = [record.start + (end - record.start) * (rank + 0.5) / _NUM_TIMES for rank in range(_NUM_TIMES)]
    tolerance = (end - record.start) / _NUM_TIMES
    return sum(valid == ABSENT for valid in boxes_at(record.boxes, times, tolerance).validity) / _NUM_TIMES
