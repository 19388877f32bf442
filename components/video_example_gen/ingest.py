"""One video to its Examples and rejects. Plain code: Beam calls it, and so can anything else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from components.annotations.boxes import boxes_at
from components.annotations.manifest import segment_id
from components.annotations.reasons import Reason
from components.annotations.records import Reject, Segment
from components.video.clips import (
    Clip,
    Frame,
    Span,
    VideoError,
    VideoInfo,
    brightness,
    encode_jpeg,
    motion_energy,
    read_clips,
)
from components.video.config import SamplingConfig
from models import features


@dataclass(frozen=True)
class VideoTask:
    """A video (path below the root), its segments and the split that its group belongs to."""

    video: str
    segments: tuple[Segment, ...]
    split: str


@dataclass(frozen=True)
class IngestedClip:
    """A segment that became an Example."""

    segment: Segment
    group: str
    example: bytes


def ingest_video(root: Path, task: VideoTask, sampling: SamplingConfig) -> Iterator[IngestedClip | Reject]:
    """Exactly one clip or reject per segment; one reject more for the video itself if it cannot be read."""
    try:
        info, clips = read_clips(
            root / task.video,
            [Span(segment.start, segment.end) for segment in task.segments],
            num_frames=sampling.num_frames,
            short_side=sampling.short_side,
            max_pixels=sampling.max_pixels,
            max_frames=sampling.max_frames,
        )
    except VideoError as error:
        reason = Reason(error.code)
        yield Reject(reason, str(error), video=task.video)
        for segment in task.segments:
            yield Reject(reason, str(error), segment.source, task.video, segment.label, task.video)
        return
    used = False
    for segment, clip in zip(task.segments, clips, strict=True):
        problem = _problem(segment, clip, info, sampling)
        if problem:
            reason, message = problem
            value = f"{segment.start:g} to {'end' if segment.end is None else f'{segment.end:g}'}"
            yield Reject(reason, message, segment.source, task.video, segment.label, value)
        else:
            used = True
            group = segment.group or task.video
            yield IngestedClip(segment, group, _example(task, segment, group, info, clip, sampling))
    if not used:
        message = f"none of its {len(task.segments)} segments could be used"
        yield Reject(Reason.VIDEO_UNANNOTATED, message, video=task.video)


def _problem(segment: Segment, clip: Clip, info: VideoInfo, sampling: SamplingConfig) -> tuple[Reason, str] | None:
    frame_duration = 1 / info.fps if info.fps else 0.0
    video_end = clip.end_seconds + frame_duration
    if segment.start >= video_end:
        return Reason.SEGMENT_PAST_END, f"starts at {segment.start:g} s; the video ends at {video_end:.2f} s"
    if segment.end is not None and segment.end > video_end + sampling.end_tolerance_seconds:
        return Reason.SEGMENT_PAST_END, f"ends at {segment.end:g} s; the video ends at {video_end:.2f} s"
    needed = min(sampling.min_frames, sampling.num_frames)
    if clip.num_distinct < needed:
        return Reason.SEGMENT_TOO_SHORT, f"{clip.num_distinct} distinct frames; at least {needed} are needed"
    return None


def _example(
    task: VideoTask, segment: Segment, group: str, info: VideoInfo, clip: Clip, sampling: SamplingConfig
) -> bytes:
    track = boxes_at(segment.boxes, clip.frame_seconds, tolerance_seconds=0.5 / info.fps if info.fps else 0.02)
    end = clip.end_seconds if segment.end is None else segment.end
    return features.make_example(
        {
            features.VIDEO_ID: [task.video],
            features.SEGMENT_ID: [segment_id(task.video, segment)],
            features.GROUP: [group],
            features.LABEL: [segment.label],
            features.SPLIT_ORIGIN: [segment.split or "assigned"],
            features.FRAMES: _encode_frames(clip.frames, sampling.jpeg_quality),
            features.FRAME_SECONDS: clip.frame_seconds,
            features.START_SECONDS: [segment.start],
            features.END_SECONDS: [end],
            features.FPS: [info.fps],
            features.WIDTH: [float(info.width)],
            features.HEIGHT: [float(info.height)],
            features.MOTION: [motion_energy(clip.frames)],
            features.BRIGHTNESS: [brightness(clip.frames)],
            features.BOXES: [edge for edges in track.edges for edge in edges],
            features.BOX_VALID: track.validity,
        }
    )


def _encode_frames(frames: Sequence[Frame], quality: int) -> list[bytes]:
    encoded: dict[int, bytes] = {}
    for frame in frames:
        if id(frame) not in encoded:
            encoded[id(frame)] = encode_jpeg(frame, quality)
    return [encoded[id(frame)] for frame in frames]
