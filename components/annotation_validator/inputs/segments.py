"""Segments and videos as checks see them."""

import pickle
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from components.annotation_validator.findings import Place, Suggestion
from components.annotations.records.packing import packed_segment, unpacked_segment
from components.annotations.records.record import Segment
from foundation.large import Packing


@dataclass(frozen=True)
class CheckedSegment:
    """A segment in seconds, with the video's path and the label that training would use.

    Attributes:
      record: as the reader gave it, in its format's units.
      video: path below the videos' root.
      label: that of the background where the record is a negative.
      start_seconds: exact where the format has seconds, or the video is at hand; else 0.
      end_seconds: likewise; the video's end where the record names none; None where that is unknown.
      group, split: the record's; None where the row names none.
      says_more: whether the record has boxes, masks, numbers, labels that were looked for, or the length of its file.
    """

    id: str
    record: Segment
    video: str
    label: str
    start_seconds: float
    end_seconds: float | None
    group: str | None = field(init=False)
    split: str | None = field(init=False)
    says_more: bool = field(init=False)

    def __post_init__(self) -> None:
        record = self.record
        more = record.boxes or record.masks or record.metadata or record.looked_for or record.file_seconds
        self.__dict__.update(group=record.group, split=record.split, says_more=bool(more))

    @property
    def seconds(self) -> float | None:
        """How long it lasts; None where that is unknown."""
        return None if self.end_seconds is None else max(0.0, self.end_seconds - self.start_seconds)

    @property
    def is_boxed(self) -> bool:
        """Whether the record has boxes or masks."""
        return self.says_more and bool(self.record.boxes or self.record.masks)

    def place(self, suggestion: Suggestion | None = None) -> Place:
        """This segment in a finding."""
        return Place(
            self.video, self.label, self.record.source, self.id, self.start_seconds, self.end_seconds, suggestion
        )


class _Filed(CheckedSegment):
    """One that was read from a file. Checks go through all segments many times, and most ask for no record."""

    packed_record: bytes

    @cached_property
    def record(self) -> Segment:
        return unpacked_segment(pickle.loads(self.packed_record))


def _packed(segment: CheckedSegment) -> tuple[Any, ...]:
    state = segment.__dict__
    packed = state.get("packed_record")
    if packed is None:
        packed = pickle.dumps(packed_segment(segment.record), pickle.HIGHEST_PROTOCOL)
    return (*map(state.__getitem__, _AT_HAND), packed)


def _unpacked(given: tuple[Any, ...]) -> CheckedSegment:
    segment = object.__new__(_Filed)
    segment.__dict__.update(zip(_FILED, given, strict=True))
    return segment


_AT_HAND = tuple(each.name for each in fields(CheckedSegment) if each.name != "record")
_FILED = (*_AT_HAND, "packed_record")
CHECKED: Packing[CheckedSegment] = Packing(_packed, _unpacked)


@dataclass(frozen=True)
class VideoFacts:
    """What a video's header and its packets say, rotation applied; 0 or "" is unknown.

    Attributes:
      duration_seconds: where its last frame ends.
      start_seconds: when its first frame is shown.
      promised_seconds: where its last frame ends as the header alone says.
      seconds_of: when the frames that rows name are shown.
    """

    width: int
    height: int
    fps: float
    duration_seconds: float
    codec: str = ""
    start_seconds: float = 0.0
    promised_seconds: float = 0.0
    seconds_of: Mapping[float, float] = field(default_factory=dict)

    @property
    def frame_seconds(self) -> float:
        """How long a frame is shown, nominally; 0 where the rate is unknown."""
        return 1 / self.fps if self.fps else 0.0

    def seconds_at(self, frame: float) -> float:
        """When a frame is shown; by the nominal rate if no row names it."""
        return self.seconds_of.get(frame, self.start_seconds + frame * self.frame_seconds)


def places(segments: Iterable[CheckedSegment]) -> tuple[Place, ...]:
    """Segments in a finding, without suggestions."""
    return tuple(segment.place() for segment in segments)
