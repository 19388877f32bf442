"""Annotations in their format's units, to the frames that were sampled."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from components.annotations.records.boxes import BoxTrack, boxes_at
from components.annotations.records.record import Box, Segment, SpaceUnit, TimeUnit
from components.video.tasks import Clip, Span

_SECONDS_OF_AN_UNKNOWN_RATE = 0.04


def span_of(segment: Segment) -> Span:
    """The stretch of video that a segment annotates."""
    return Span(segment.start, segment.end, in_frames=segment.time_unit is TimeUnit.FRAMES)


def frame_times(segment: Segment, clip: Clip) -> tuple[Sequence[float], float]:
    """The times of the clip's frames in the segment's unit, and the tolerance.

    A box or mask belongs to a frame when it was drawn on it: less than half a frame away.
    """
    if segment.time_unit is TimeUnit.FRAMES:
        return clip.frame_indices, 0.5
    return clip.frame_seconds, (clip.video.frame_seconds or _SECONDS_OF_AN_UNKNOWN_RATE) / 2


def track_of(segment: Segment, clip: Clip, mask_boxes: Sequence[Box]) -> BoxTrack:
    """The segment's boxes at the frames of a clip, relative to the upright frame.

    `mask_boxes` are those around its masks, relative and in its unit of time: they count where no box was drawn.
    """
    times, tolerance = frame_times(segment, clip)
    boxes = segment.boxes
    if segment.space_unit is SpaceUnit.PIXELS:
        boxes = relative_boxes(boxes, clip.video.width, clip.video.height)
    return boxes_at(_merged(boxes, mask_boxes, tolerance), times, tolerance)


def _merged(boxes: Sequence[Box], mask_boxes: Sequence[Box], tolerance: float) -> Sequence[Box]:
    if not mask_boxes:
        return boxes
    box_times = [box.time for box in boxes]

    def is_alone(time: float) -> bool:
        later = bisect_left(box_times, time)
        return all(abs(near - time) > tolerance for near in box_times[max(0, later - 1) : later + 1])

    return sorted([*boxes, *(box for box in mask_boxes if is_alone(box.time))], key=lambda box: box.time)


def relative_boxes(boxes: Sequence[Box], width: int, height: int) -> tuple[Box, ...]:
    """Boxes in pixels as shares of a frame, cut at its edges; one that lies outside of it is the end of a track."""
    return tuple(_relative(box, width, height) for box in boxes)


def _relative(box: Box, width: int, height: int) -> Box:
    x_min, x_max = (min(1.0, max(0.0, edge / width)) for edge in (box.x_min, box.x_max))
    y_min, y_max = (min(1.0, max(0.0, edge / height)) for edge in (box.y_min, box.y_max))
    if x_min < x_max and y_min < y_max:
        return replace(box, x_min=x_min, y_min=y_min, x_max=x_max, y_max=y_max)
    return Box(box.time, 0.0, 0.0, 1.0, 1.0, is_imputed=box.is_imputed, is_end=True)
