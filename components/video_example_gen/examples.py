"""A sampled clip of a segment, to the Example that is stored; or what is wrong with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.annotations.files.manifest import segment_id
from components.annotations.records.reasons import Problem, Reason
from components.annotations.records.record import Segment
from components.video.config import SamplingConfig
from components.video.tasks import Clip
from components.video.times import broken_promise, other_length
from components.video_example_gen.alignment import track_of
from components.video_example_gen.masks import MaskTrack
from models import features


def find_problem(segment: Segment, clip: Clip, sampling: SamplingConfig) -> Problem | None:
    """What makes a clip of a segment unusable."""
    if message := _what_broke_off(clip, sampling):
        return Problem(Reason.VIDEO_INCOMPLETE, message)
    if message := other_length(segment.file_seconds, clip.video.duration_seconds, sampling):
        return Problem(Reason.LENGTH_DIFFERS, message)
    if clip.missing_seconds and not clip.jpegs and clip.start_seconds >= clip.read_seconds:
        message = f"starts at {clip.start_seconds:g} s; the video ends at {clip.read_seconds:.2f} s"
        return Problem(Reason.SEGMENT_PAST_END, message)
    if not clip.is_open and clip.missing_seconds > sampling.end_tolerance_seconds:
        message = f"ends {clip.missing_seconds:.2f} s after the video, which ends at {clip.read_seconds:.2f} s"
        return Problem(Reason.SEGMENT_PAST_END, message)
    needed = sampling.num_frames if sampling.short == "error" else min(sampling.min_frames, sampling.num_frames)
    if clip.num_distinct < needed:
        return Problem(Reason.SEGMENT_TOO_SHORT, f"{clip.num_distinct} distinct frames; at least {needed} are needed")
    return None


def _what_broke_off(clip: Clip, sampling: SamplingConfig) -> str:
    """What to say of a clip of which a part is missing since the video was cut off; nothing if that is not the reason."""
    promised_seconds, missing_seconds = clip.video.promised_seconds, clip.missing_seconds
    tolerance = sampling.end_tolerance_seconds
    if clip.is_open:
        is_promised = clip.start_seconds < promised_seconds
    else:
        is_promised = missing_seconds > tolerance >= clip.read_seconds + missing_seconds - promised_seconds
        missing_seconds = promised_seconds - clip.read_seconds
    return broken_promise(missing_seconds, promised_seconds, sampling) if is_promised else ""


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
