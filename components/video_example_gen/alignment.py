"""Annotations in their format's units, to the frames that were sampled."""

from collections.abc import Sequence
from dataclasses import replace

from components.annotations.boxes import BoxTrack, boxes_at
from components.annotations.records import Box, Segment, SpaceUnit, TimeUnit
from components.video.reader import VideoInfo
from components.video.tasks import Clip, Span

_SECONDS_OF_AN_UNKNOWN_RATE = 0.04


def span_of(segment: Segment) -> Span:
    """The stretch of video that a segment annotates."""
    return Span(segment.start, segment.end, in_frames=segment.time_unit is TimeUnit.FRAMES)


def track_of(segment: Segment, clip: Clip, info: VideoInfo) -> BoxTrack:
    """The segment's boxes at the frames of a clip, relative to the upright frame.

    A box belongs to a frame when it was drawn on it: less than half a frame away.
    """
    boxes = segment.boxes
    if segment.space_unit is SpaceUnit.PIXELS:
        boxes = relative_boxes(boxes, info.width, info.height)
    if segment.time_unit is TimeUnit.FRAMES:
        return boxes_at(boxes, clip.frame_indices, tolerance=0.5)
    return boxes_at(boxes, clip.frame_seconds, tolerance=(info.frame_seconds or _SECONDS_OF_AN_UNKNOWN_RATE) / 2)


def relative_boxes(boxes: Sequence[Box], width: int, height: int) -> tuple[Box, ...]:
    """Boxes in pixels as shares of a frame, cut at its edges; one that lies outside of it is the end of a track."""
    return tuple(_relative(box, width, height) for box in boxes)


def _relative(box: Box, width: int, height: int) -> Box:
    x_min, x_max = (min(1.0, max(0.0, edge / width)) for edge in (box.x_min, box.x_max))
    y_min, y_max = (min(1.0, max(0.0, edge / height)) for edge in (box.y_min, box.y_max))
    if x_min < x_max and y_min < y_max:
        return replace(box, x_min=x_min, y_min=y_min, x_max=x_max, y_max=y_max)
    return Box(box.time, 0.0, 0.0, 1.0, 1.0, is_imputed=box.is_imputed, is_end=True)
