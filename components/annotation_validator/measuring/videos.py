"""From videos to what is measured on their pixels: each is decoded once, by a child process."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np

from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import Bounds, Curve, SegmentMeasures, VideoMeasures
from components.annotation_validator.inputs.segments import CheckedSegment
from components.annotation_validator.measuring.activity import find_bursts
from components.annotation_validator.measuring.background import describe_background
from components.annotation_validator.measuring.bounds import active_bounds
from components.annotation_validator.measuring.descriptor import describe
from components.annotation_validator.measuring.fingerprint import fingerprint
from components.annotation_validator.measuring.headers import OnVideo
from components.annotation_validator.measuring.motion import Motion, measure_motion
from components.annotations.records.boxes import ABSENT, Edges, boxes_at, relative_boxes
from components.annotations.records.record import SpaceUnit, TimeUnit
from components.storage.root import Root
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.decoder_pool import DecoderPool
from components.video.faults import sorted_out
from components.video.reader import VideoError
from components.video.survey import Survey
from components.video_example_gen.alignment import span_of

_BOX_MARGIN = 0.03
_SHORTEST_SECONDS = 0.04
_TRUSTED_SHARE = 0.5


def measure_videos(
    inputs: CheckInputs,
    root: Root,
    sampling: SamplingConfig,
    decoders: DecoderPool,
    on_video: OnVideo,
) -> dict[str, VideoMeasures]:
    """Measures of each video that has segments, by its path; a video that cannot be decoded is absent."""

    def measure(decoder: Decoder, video: str) -> VideoMeasures | None:
        # Why a video cannot be read is said by the checks of its rows.
        with suppress(VideoError), sorted_out(video), root.local_copy(video) as path:
            return measure_video(path, list(inputs.by_video[video]), sampling, decoder)
        return None

    measured: dict[str, VideoMeasures] = {}
    results = decoders.map(measure, inputs.by_video)
    for number, (video, measures) in enumerate(zip(inputs.by_video, results, strict=True)):
        if measures:
            measured[video] = measures
        on_video(number + 1, len(inputs.by_video))
    return measured


def measure_video(
    path: Path, segments: Sequence[CheckedSegment], sampling: SamplingConfig, decoder: Decoder
) -> VideoMeasures:
    """Measures of one video and of its segments.

    Raises:
      VideoError: it cannot be decoded.
    """
    survey = decoder.read_survey(path, [span_of(segment.record) for segment in segments], sampling)
    motion = measure_motion(survey.seconds, survey.frames)
    curve = motion.curve()
    bounds = [_bounds(segment, survey) for segment in segments]
    active = active_bounds(bounds, find_bursts(motion.seconds, curve))
    return VideoMeasures(
        seconds=motion.seconds,
        curve=curve,
        fingerprint=fingerprint(survey.seconds, survey.frames),
        segments={
            segment.id: _measure_segment(segment, own, moving, survey, motion, curve, pictures)
            for segment, own, moving, pictures in zip(segments, bounds, active, survey.pictures, strict=True)
        },
        background=describe_background(survey.frames),
    )


def _bounds(segment: CheckedSegment, survey: Survey) -> Bounds:
    """Start and end in seconds, within the video."""
    record = segment.record
    start, end = record.start, float("inf") if record.end is None else record.end
    if record.time_unit is TimeUnit.FRAMES:
        indices = [*survey.indices, survey.indices[-1] + 1]
        start, end = np.interp([start, end], indices, [*survey.seconds, survey.end_seconds])
    start = min(float(start), survey.end_seconds)
    return start, max(start + _SHORTEST_SECONDS, min(float(end), survey.end_seconds))


def _measure_segment(
    segment: CheckedSegment,
    bounds: Bounds,
    active: Bounds | None,
    survey: Survey,
    motion: Motion,
    curve: Curve,
    pictures: tuple[bytes, ...],
) -> SegmentMeasures:
    first, after = np.searchsorted(motion.seconds, active or bounds)
    inside = Motion(motion.seconds[first:after], motion.rates[first:after])
    boxes = _boxes(segment, survey, range(first, after))
    known = [box for box in boxes if box]
    motion_inside = inside.share_inside(boxes, _BOX_MARGIN) if known else None
    # Boxes that miss the action would hide it.
    is_trusted = motion_inside is not None and motion_inside >= _TRUSTED_SHARE
    region = (*np.min(known, axis=0)[:2], *np.max(known, axis=0)[2:]) if is_trusted else None
    shown = survey.frames[slice(*np.searchsorted(survey.seconds, bounds))]
    shown = shown if len(shown) else survey.frames[-1:]
    light = np.array([cv2.meanStdDev(frame) for frame in shown]).reshape(-1, 2).mean(axis=0) / 255
    lasting = curve[slice(*np.searchsorted(motion.seconds, bounds))]
    return SegmentMeasures(
        bounds=bounds,
        active=active,
        motion=float(lasting.mean()) if len(lasting) else 0.0,
        motion_inside=motion_inside,
        brightness=float(light[0]),
        contrast=float(light[1]),
        descriptor=describe(motion, survey.frames, *(active or bounds), region),
        pictures=pictures,
    )


def _boxes(segment: CheckedSegment, survey: Survey, changes: range) -> list[Edges | None]:
    """The box at each change of `changes`, relative to the frame, or None."""
    record = segment.record
    boxes = record.boxes
    if not boxes:
        return [None] * len(changes)
    if record.space_unit is SpaceUnit.PIXELS:
        boxes = relative_boxes(boxes, survey.video.width, survey.video.height)
    times = survey.indices if record.time_unit is TimeUnit.FRAMES else survey.seconds
    middles = (times[:-1] + times[1:])[changes.start : changes.stop] / 2
    spacing = float(np.median(np.diff(times)))
    track = boxes_at(boxes, middles.tolist(), tolerance=spacing / 2)
    return [None if valid == ABSENT else edges for edges, valid in zip(track.edges, track.validity, strict=True)]
