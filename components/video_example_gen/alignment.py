"""Annotations in their format's units, to the frames that were sampled."""

from collections.abc import Sequence

from components.annotations.records.actors import Actor
from components.annotations.records.boxes import BoxTrack, within
from components.annotations.records.record import Box, Segment, TimeUnit
from components.video.tasks import Clip, Span


def span_of(segment: Segment, actor: Actor | None = None) -> Span:
    """The stretch of video that a segment annotates; `actor`: around whom its clips may be cut."""
    return Span(segment.start, segment.end, segment.time_unit is TimeUnit.FRAMES, actor)


def actor_of(segment: Segment, mask_boxes: Sequence[Box]) -> Actor | None:
    """Where the actor of a segment is; `mask_boxes` are those around its masks, relative. None if there is no box at all."""
    has_boxes = segment.boxes or mask_boxes
    return Actor(segment.boxes, segment.space_unit, tuple(mask_boxes)) if has_boxes else None


def frame_times(segment: Segment, clip: Clip) -> tuple[Sequence[float], float]:
    """The times of the clip's frames in the segment's unit, and the tolerance.

    A box or mask belongs to a frame when it was drawn on it: less than half a frame away.
    """
    if segment.time_unit is TimeUnit.FRAMES:
        return clip.frame_indices, 0.5
    return clip.frame_seconds, clip.video.likely_frame_seconds / 2


def track_of(segment: Segment, clip: Clip, mask_boxes: Sequence[Box]) -> BoxTrack:
    """The segment's boxes at the frames of a clip, relative to what these show of the upright frame.

    `mask_boxes` are those around its masks, relative to the whole frame and in its unit of time.
    """
    times, tolerance = frame_times(segment, clip)
    actor = Actor(segment.boxes, segment.space_unit, tuple(mask_boxes))
    track = actor.track(times, tolerance, clip.video.width, clip.video.height)
    return within(track, clip.crop) if clip.crop else track
