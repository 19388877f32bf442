"""Records in the units of their format, to records in seconds and shares of the frame, which name their video by path.

Ingest does the same while it decodes; here nothing is decoded unless frame numbers have to become times.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from components.annotations.files.likely_paths import is_usual
from components.annotations.files.video_finder import VideoFinder
from components.annotations.records.boxes import relative_boxes
from components.annotations.records.reasons import Problem, Reason
from components.annotations.records.record import Assumption, FindBy, Record, Reject, Segment, SpaceUnit, TimeUnit
from components.storage.root import Root
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.faults import sorted_out
from components.video.reader import VideoError, VideoInfo
from components.video.times import FrameIndex


@dataclass
class Converter:
    """Turns records into what the generic table can hold; one record or reject for each.

    Attributes:
      root: where the videos lie; nothing is looked for there unless a record needs its video.
      decoder: reads the videos.
      sampling: limits on videos, and how far an end may lie beyond one.
    """

    root: Root
    decoder: Decoder
    sampling: SamplingConfig = SamplingConfig()

    def convert(self, records: Collection[Record]) -> list[Record]:
        """In the same order. Each video is opened once, whatever the order of its records."""
        converted: list[Record] = list(records)
        named = [record for record in records if isinstance(record, Segment) and record.find_by is FindBy.PATH]
        if any(_needs(record) or not is_usual(record.video) for record in named):
            self._finder.expect(record.video for record in named)
        waiting: dict[str, list[int]] = defaultdict(list)
        for number, record in enumerate(records):
            if isinstance(record, Reject):
                continue
            needs = _needs(record)
            is_path, is_as_written = record.find_by is FindBy.PATH, is_usual(record.video)
            if not needs and is_path and is_as_written:
                continue
            found = self._finder.find(record.video, record.find_by)
            if isinstance(found, Problem):
                if not needs and is_path:
                    continue
                converted[number] = _reject(record, found.reason, f"{found.message}{needs}")
                continue
            video = record.video if is_path and is_as_written else found
            converted[number] = replace(record, video=video, find_by=FindBy.PATH)
            if needs:
                waiting[found].append(number)
        for video, numbers in waiting.items():
            segments = [record for number in numbers if isinstance(record := converted[number], Segment)]
            for number, result in zip(numbers, self._convert_segments(video, segments), strict=True):
                converted[number] = result
        return converted

    def assumptions(self) -> tuple[Assumption, ...]:
        """What was taken for granted to find the videos that were looked for."""
        return self._finder.assumptions() if "_finder" in vars(self) else ()

    @cached_property
    def _finder(self) -> VideoFinder:
        return VideoFinder(self.root)

    def _convert_segments(self, video: str, segments: Sequence[Segment]) -> list[Record]:
        try:
            with sorted_out(video), self.root.local_copy(video) as path:
                info, index = self._read(path, segments)
        except VideoError as error:
            return [_reject(segment, Reason(error.code), str(error)) for segment in segments]
        return [self._convert_segment(segment, info, index) for segment in segments]

    def _read(self, path: Path, segments: Sequence[Segment]) -> tuple[VideoInfo, FrameIndex]:
        info = self.decoder.probe(path, self.sampling)
        if all(segment.time_unit is TimeUnit.SECONDS for segment in segments):
            return info, FrameIndex((), 0.0)
        return info, self.decoder.read_index(path, self.sampling)

    def _convert_segment(self, segment: Segment, info: VideoInfo, index: FrameIndex) -> Record:
        if segment.boxes and segment.space_unit is SpaceUnit.PIXELS:
            boxes = relative_boxes(segment.boxes, info.width, info.height)
            segment = replace(segment, boxes=boxes, space_unit=SpaceUnit.RELATIVE)
        if segment.time_unit is TimeUnit.SECONDS:
            return segment
        num_frames = len(index.seconds)
        missing_seconds = ((segment.end or 0) - num_frames) * info.frame_seconds
        if segment.start >= num_frames or missing_seconds > self.sampling.end_tolerance_seconds:
            end = "its end" if segment.end is None else f"{segment.end:g}"
            message = f"frames {segment.start:g} to {end}; the video has {num_frames}"
            return _reject(segment, Reason.SEGMENT_PAST_END, message)
        return replace(
            segment,
            start=index.seconds_at(segment.start),
            end=None if segment.end is None else index.seconds_at(segment.end),
            time_unit=TimeUnit.SECONDS,
            boxes=tuple(replace(box, time=index.seconds_at(box.time)) for box in segment.boxes),
            masks=tuple(replace(mask, time=index.seconds_at(mask.time)) for mask in segment.masks),
        )


def _needs(segment: Segment) -> str:
    """What is added to the message when the video is not there; nothing if it is not needed."""
    if segment.time_unit is TimeUnit.FRAMES:
        return "; its frame numbers need the video, or a stated frame rate, to become seconds"
    if segment.boxes and segment.space_unit is SpaceUnit.PIXELS:
        return "; its pixels need the video to become shares of the frame"
    return ""


def _reject(segment: Segment, reason: Reason, message: str) -> Reject:
    return Reject(reason, message, segment.source, segment.video, segment.label, segment.video)
