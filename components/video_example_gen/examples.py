"""A sampled clip of a segment, to the Example that is stored."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.annotations.files.manifest import segment_id
from components.annotations.records.record import Segment
from components.video.tasks import Clip
from components.video_example_gen.alignment import track_of
from components.video_example_gen.masks import MaskTrack
from models import features


def make_example(
    segment: Segment, video: str, clip: Clip, masks: MaskTrack, numbers: Mapping[str, Sequence[Any]]
) -> bytes:
    """The serialized tf.Example of a clip; see models/features.py. `numbers` are the features of its metadata."""
    info = clip.video
    track = track_of(segment, clip, masks.boxes)
    name = segment_id(video, segment)
    values: dict[str, Sequence[Any]] = {
        features.VIDEO_ID: [video],
        features.SEGMENT_ID: [name if clip.num_clips == 1 else f"{name}-{clip.number}"],
        features.GROUP: [segment.group or video],
        features.LABEL: segment.labels,
        features.SPLIT_ORIGIN: [segment.split or "assigned"],
        features.FRAMES: clip.jpegs,
        features.FRAME_SECONDS: clip.frame_seconds,
        features.START_SECONDS: [clip.start_seconds],
        features.END_SECONDS: [clip.end_seconds],
        features.FPS: [info.fps],
        features.WIDTH: [float(info.width)],
        features.HEIGHT: [float(info.height)],
        features.MOTION: [clip.motion],
        features.BRIGHTNESS: [clip.brightness],
        features.BOXES: [edge for edges in track.edges for edge in edges],
        features.BOX_VALID: track.validity,
    }
    if segment.known_labels is not None:
        values[features.KNOWN_LABELS] = segment.known_labels
    if masks.pngs:
        values[features.MASKS] = masks.pngs
    return features.make_example({**values, **numbers})
