"""The records that every reader produces, whatever the format.

A record keeps the units that its format uses: seconds or frame indices, relative edges or pixels. Only the video itself
can translate them (rates vary, headers lie), so `components.video_example_gen` does that when it reads the video.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from math import isfinite
from typing import Any

from components.annotations.records.reasons import Reason

_LONGEST_TEXT = 4096


@dataclass(frozen=True)
class Source:
    """Where a record was written: a file, and the row in it.

    Rows count from 1. In a format without rows (XML, JSON, a folder per class) it is the annotation's rank in the file.
    """

    file: str
    row: int

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}"


class TimeUnit(str, Enum):
    """What a record's times count: seconds from the video's start, or frames (the first one is 0)."""

    SECONDS = "seconds"
    FRAMES = "frames"


class SpaceUnit(str, Enum):
    """What a box's edges count: shares of the frame's width and height (0 to 1), or pixels of the upright frame."""

    RELATIVE = "relative"
    PIXELS = "pixels"


class FindBy(str, Enum):
    """How a record names its video: by path below the videos' root, or by file name or stem, wherever it lies there."""

    PATH = "path"
    NAME = "name"


@dataclass(frozen=True)
class Box:
    """Where the actor is at one time, in its segment's units.

    `is_imputed`: the annotation tool interpolated it, nobody drew it. `is_end`: the actor is gone from this time on, until
    the next box; the edges say where it left.
    """

    time: float
    x_min: float
    y_min: float
    x_max: float
    y_max: float
    is_imputed: bool = False
    is_end: bool = False

    def __post_init__(self) -> None:
        numbers = (self.time, self.x_min, self.y_min, self.x_max, self.y_max)
        if not (all(map(isfinite, numbers)) and self.time >= 0 and self.x_min < self.x_max and self.y_min < self.y_max):
            raise ValueError(f"not a box: {self}")


@dataclass(frozen=True)
class Mask:
    """Which pixels the actor covers at one time: a PNG below the videos' root, or COCO's compressed run lengths.

    Attributes:
      time: in the segment's unit.
      png: path of a PNG below the videos' root; pixels other than 0 belong to the actor. Empty if `rle` is given.
      rle: COCO's compressed counts, of a mask with `height` rows and `width` columns.
    """

    time: float
    png: str = ""
    rle: bytes = b""
    height: int = 0
    width: int = 0

    def __post_init__(self) -> None:
        has_size = 0 < self.height <= 1 << 16 and 0 < self.width <= 1 << 16
        if not (isfinite(self.time) and self.time >= 0 and bool(self.png) != bool(self.rle and has_size)):
            raise ValueError(
                "not a mask: a time from 0 on and either a PNG's path or run lengths with a size are expected"
            )


@dataclass(frozen=True)
class Segment:
    """One annotated action: `video` from `start` to before `end` (None: to the end of the video).

    Attributes:
      label: empty only if `is_negative`.
      boxes, masks: sorted by time.
      metadata: numbers for slices and statistics; a gap is an absent key.
      is_negative: the annotation states that none of the actions happens here.
    """

    video: str
    label: str
    source: Source
    start: float = 0.0
    end: float | None = None
    time_unit: TimeUnit = TimeUnit.SECONDS
    group: str | None = None
    split: str | None = None
    boxes: tuple[Box, ...] = ()
    space_unit: SpaceUnit = SpaceUnit.RELATIVE
    masks: tuple[Mask, ...] = ()
    metadata: Mapping[str, float] = field(default_factory=dict)
    is_negative: bool = False
    find_by: FindBy = FindBy.PATH

    def __post_init__(self) -> None:
        ends = self.end is None or self.start < self.end < float("inf")
        if not (0 <= self.start < float("inf") and ends and bool(self.label) != self.is_negative):
            raise ValueError(f"not a segment: {self}")


@dataclass(frozen=True)
class Reject:
    """An input that could not be used: an annotation row, or (`source` None) a video file as such."""

    reason: Reason
    message: str
    source: Source | None = None
    video: str = ""
    label: str = ""
    value: str = ""

    def as_ledger_entry(self) -> dict[str, Any]:
        """The reject as a JSON object, remedy included."""
        source = asdict(self.source) if self.source else {"file": self.video, "row": None}
        entry = {
            "kind": "row" if self.source else "video",
            "reason": self.reason.value,
            **source,
            "video": self.video,
            "label": self.label,
            "value": self.value,
            "message": self.message,
            "remedy": self.reason.remedy,
        }
        return {key: printable(text) if isinstance(text, str) else text for key, text in entry.items()}


Record = Segment | Reject


def printable(text: str) -> str:
    """`text` as UTF-8 can hold it (file names may be any bytes) and not longer than a path can be."""
    return text[:_LONGEST_TEXT].encode("utf-8", "backslashreplace").decode()
