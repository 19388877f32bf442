"""Checks of boxes: what is drawn, without a look at the frames."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import hypot
from statistics import median

from components.annotation_validator.checks.finding import CheckedSegment, CheckInputs, Finding, Unit
from components.annotation_validator.config import ChecksConfig, Severity
from components.annotations.records.boxes import ABSENT, Edges, boxes_at
from components.annotations.records.record import Box, SpaceUnit, TimeUnit

_NUM_TIMES = 50
# A shift of less is the annotator's hand, however short the time between two boxes.
_LEAST_SHIFT = 0.5
_SHORTEST_STEP_SECONDS = 1e-3
# From this share of segments with boxes on, one without is a gap and no matter of style.
_MOST = 0.5


def relative_edges(box: Box, segment: CheckedSegment, inputs: CheckInputs) -> Edges | None:
    """A box's edges as shares of the frame; None where they are pixels and the frame's size is unknown."""
    edges = (box.x_min, box.y_min, box.x_max, box.y_max)
    if segment.record.space_unit is SpaceUnit.RELATIVE:
        return edges
    facts = inputs.videos.get(segment.video)
    if not facts or not facts.width or not facts.height:
        return None
    return (
        edges[0] / facts.width,
        edges[1] / facts.height,
        edges[2] / facts.width,
        edges[3] / facts.height,
    )


def check_box_jumps(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Boxes that move faster than anything filmed: identities that were swapped, or a box on the wrong frame."""
    bar = config.box_jumps or 0.0
    yield from _by_class(
        inputs,
        lambda segment: _highest_speed(segment, inputs),
        lambda speed: speed > bar,
        lambda label, count, worst: Finding(
            check="box_jumps",
            severity=Severity.WARNING,
            message=f"class {label!r}: in {count} segments a box jumps, by up to {worst:.3g} of its diagonals a second",
            remedy="Look at these frames: the track goes over to somebody else, or a box is misplaced.",
            value=worst,
            bar=bar,
        ),
    )


def check_boxes_of_whole_frame(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Tracks whose every box covers the frame: nobody drew them, and they say nothing of where the actor is."""
    bar = config.boxes_of_whole_frame or 0.0
    yield from _by_class(
        inputs,
        lambda segment: min(_areas(segment, inputs), default=None),
        lambda area: area >= bar,
        lambda label, count, worst: Finding(
            check="boxes_of_whole_frame",
            severity=Severity.WARNING,
            message=f"class {label!r}: in {count} segments every box covers the whole frame ({worst:.1%} of it)",
            remedy="Draw the boxes around the actor, or leave them out: a network with boxes would learn nothing from them.",
            value=worst,
            bar=bar,
            unit=Unit.SHARE,
        ),
    )


def check_tiny_boxes(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Tracks whose boxes cover almost nothing: slips of the mouse, or another unit than the file says."""
    bar = config.tiny_boxes or 0.0
    yield from _by_class(
        inputs,
        lambda segment: _median_or_none(_areas(segment, inputs)),
        lambda area: area < bar,
        lambda label, count, worst: Finding(
            check="tiny_boxes",
            severity=Severity.WARNING,
            message=f"class {label!r}: in {count} segments the boxes cover as little as {worst:.2g} of the frame",
            remedy="Check the boxes' unit (pixels or shares of the frame) and delete those that were drawn by accident.",
            value=worst,
            bar=bar,
            unit=Unit.SHARE,
        ),
        worst_is_smallest=True,
    )


def check_frames_without_box(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Segments of which a part has no box, or which have none although most others do.

    A segment with a single box is left alone: formats such as AVA's draw one box for a stretch of time.
    """
    bar = config.frames_without_box or 0.0
    actions = [segment for segment in inputs.segments if not inputs.is_background(segment.label)]
    num_boxed = sum(bool(segment.record.boxes or segment.record.masks) for segment in actions)
    boxes_are_usual = num_boxed > _MOST * len(actions)
    yield from _by_class(
        inputs,
        lambda segment: _share_without_box(segment, boxes_are_usual),
        lambda share: share > bar,
        lambda label, count, worst: Finding(
            check="frames_without_box",
            severity=Severity.WARNING,
            message=f"class {label!r}: {count} of the segments have no box for up to {worst:.0%} of their time",
            remedy="Draw the missing boxes, or end the segment where the actor leaves the picture.",
            value=worst,
            bar=bar,
            unit=Unit.SHARE,
        ),
    )


def _by_class(
    inputs: CheckInputs,
    measure: Callable[[CheckedSegment], float | None],
    is_beyond: Callable[[float], bool],
    describe: Callable[[str, int, float], Finding],
    worst_is_smallest: bool = False,
) -> Iterable[Finding]:
    """A finding for each class that has segments beyond the bar, the worst first."""
    for label, segments in inputs.by_label.items():
        if inputs.is_background(label):
            continue
        measured = [(value, segment) for segment in segments if (value := measure(segment)) is not None]
        beyond = [(value, segment) for value, segment in measured if is_beyond(value)]
        beyond.sort(key=lambda item: item[0] if worst_is_smallest else -item[0])
        if beyond:
            finding = describe(label, len(beyond), beyond[0][0])
            yield replace(finding, places=tuple(segment.place() for _, segment in beyond))


def _areas(segment: CheckedSegment, inputs: CheckInputs) -> list[float]:
    areas = []
    for box in segment.record.boxes:
        edges = None if box.is_end else relative_edges(box, segment, inputs)
        if edges:
            x_min, y_min, x_max, y_max = (min(1.0, max(0.0, edge)) for edge in edges)
            areas.append((x_max - x_min) * (y_max - y_min))
    return areas


def _median_or_none(values: list[float]) -> float | None:
    return median(values) if values else None


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


def _share_without_box(segment: CheckedSegment, boxes_are_usual: bool) -> float | None:
    record = segment.record
    if record.masks or len(record.boxes) == 1:
        return None
    if not record.boxes:
        return 1.0 if boxes_are_usual else None
    end = record.end
    if end is None:
        return None
    # The middles of equal parts of the segment.
    times = [record.start + (end - record.start) * (rank + 0.5) / _NUM_TIMES for rank in range(_NUM_TIMES)]
    tolerance = (end - record.start) / _NUM_TIMES
    return sum(valid == ABSENT for valid in boxes_at(record.boxes, times, tolerance).validity) / _NUM_TIMES
