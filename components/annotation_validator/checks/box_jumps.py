"""Boxes that move faster than anything filmed: identities that were swapped, or a box on the wrong frame."""

from collections.abc import Iterable
from math import hypot

from components.annotation_validator.analysis.by_class import find_beyond
from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import CheckedSegment
from components.annotations.records.record import SpaceUnit, TimeUnit

# A shift of less is the annotator's hand, however short the time between two boxes.
_LEAST_SHIFT = 0.5
_SHORTEST_STEP_SECONDS = 1e-3


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    for beyond in find_beyond(
        inputs.boxed_actions, lambda segment: _highest_speed(segment, inputs), lambda speed: speed > bar
    ):
        yield beyond.found(
            f"class {beyond.label!r}: in {len(beyond.segments)} segments a box jumps, by up to {beyond.worst:.3g} of its "
            "diagonals a second",
            "Look at these frames: the track goes over to somebody else, or a box is misplaced.",
        )


def _highest_speed(segment: CheckedSegment, inputs: CheckInputs) -> float | None:
    """The largest speed of the boxes' centre between two boxes, in mean diagonals a second; None if it cannot be told."""
    record = segment.record
    facts = inputs.videos.get(segment.video)
    if record.time_unit is TimeUnit.SECONDS:
        unit_seconds = 1.0
    elif facts and facts.fps:
        unit_seconds = facts.frame_seconds
    else:
        return None
    # Lengths are compared in pixels; without the frame's size it is taken for a square.
    is_relative = record.space_unit is SpaceUnit.RELATIVE
    width, height = (facts.width, facts.height) if is_relative and facts and facts.width else (1, 1)
    speeds = []
    for before, after in zip(record.boxes, record.boxes[1:], strict=False):
        if before.is_end or after.is_end:
            continue
        diagonal = sum(hypot((b.x_max - b.x_min) * width, (b.y_max - b.y_min) * height) for b in (before, after)) / 2
        shift = hypot(
            (after.x_min + after.x_max - before.x_min - before.x_max) / 2 * width,
            (after.y_min + after.y_max - before.y_min - before.y_max) / 2 * height,
        )
        seconds = max((after.time - before.time) * unit_seconds, _SHORTEST_STEP_SECONDS)
        if shift > _LEAST_SHIFT * diagonal:
            speeds.append(shift / diagonal / seconds)
    return max(speeds, default=None)
