"""What writers are given: segments in seconds, and what the videos tell where a format asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from components.annotations.records.record import FindBy, Segment, SpaceUnit, TimeUnit
from components.video.times import FrameIndex

SCORE = "score"  # the number of a segment that says how sure a model was


@dataclass(frozen=True)
class VideoFrames:
    """A video's frames: their size in pixels, upright, and when they are shown."""

    width: int
    height: int
    times: FrameIndex

    def nearest(self, seconds: float) -> int:
        """The frame whose beginning is nearest; the number of all frames stands for the end of the last one."""
        later = self.times.frame_at(seconds)
        if later and seconds - self.times.seconds_at(later - 1) <= self.times.seconds_at(later) - seconds:
            return later - 1
        return later


@dataclass(frozen=True)
class Content:
    """What is to be written.

    Attributes:
      segments: in seconds and shares of the frame, with the paths of their videos.
      frames: of the videos that were looked at, by path.
      folder: the address of the folder that paths are relative to, as a URI.
      model: the version of the model that predicted the segments; empty if people annotated them.
    """

    segments: tuple[Segment, ...]
    frames: Mapping[str, VideoFrames] = field(default_factory=dict)
    folder: str = "file:///"
    model: str = ""

    def __post_init__(self) -> None:
        for segment in self.segments:
            is_plain = segment.time_unit is TimeUnit.SECONDS and segment.find_by is FindBy.PATH
            if not is_plain or segment.boxes and segment.space_unit is not SpaceUnit.RELATIVE:
                raise ValueError(f"to be converted before it is written: {segment}")

    @cached_property
    def by_video(self) -> dict[str, list[Segment]]:
        """The segments of each video, in the order in which they come."""
        found: dict[str, list[Segment]] = {}
        for segment in self.segments:
            found.setdefault(segment.video, []).append(segment)
        return found

    def of_video(self, video: str) -> "Content":
        return replace(self, segments=tuple(self.by_video[video]))

    def end_of(self, segment: Segment) -> float:
        """Where a segment ends in seconds; where it is open, that is where its video does, which was looked at."""
        return self.frames[segment.video].times.end_seconds if segment.end is None else segment.end


def only(values: Sequence[str | None]) -> str | None:
    """What all segments of a video say, such as its split; None if they differ, or say nothing."""
    return values[0] if len(set(values)) == 1 else None


def is_whole_video(segment: Segment) -> bool:
    return segment.start == 0 and segment.end is None


def is_negative_video(segment: Segment, content: Content) -> bool:
    """Whether all that is said of a video is that none of the actions happens in it."""
    return segment.is_negative and is_whole_video(segment) and len(content.by_video[segment.video]) == 1
