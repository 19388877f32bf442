"""The records that all readers give.

A record keeps the units of its format: seconds or frames, relative edges or pixels. Their conversion needs the video itself
(rates vary, headers lie), so `components.video_example_gen` converts them when it reads the video.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from math import isfinite
from typing import Any, NamedTuple

from components.annotations.records.reasons import Reason

_LONGEST_TEXT = 4096


@dataclass(frozen=True)
class Source:
    """The place of a record: a file and a row, counted from 1.

    In a format without rows (XML, JSON, a folder per class), the row is the annotation's rank in the file.
    """

    file: str
    row: int

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}"


class TimeUnit(str, Enum):
    """The unit of a record's times: seconds from the video's start, or frames (the first one is 0)."""

    SECONDS = "seconds"
    FRAMES = "frames"


class SpaceUnit(str, Enum):
    """The unit of a box's edges: shares of the frame's width and height (0 to 1), or pixels of the upright frame."""

    RELATIVE = "relative"
    PIXELS = "pixels"


class FindBy(str, Enum):
    """The way a record names its video: by its path below the root, or by its file name or stem anywhere below the root."""

    PATH = "path"
    NAME = "name"


@dataclass(frozen=True)
class Box:
    """The place of the actor at one time, in its segment's units.

    `is_imputed`: the annotation tool interpolated the box, nobody drew it. `is_end`: the actor is gone from this time until
    the next box; the edges say where it was last.
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
    """The pixels that the actor covers at one time: a PNG below the videos' root, or COCO's compressed run lengths.

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
            message = "not a mask: a time from 0 on and either a PNG's path or run lengths with a size are expected"
            raise ValueError(message)


@dataclass(frozen=True)
class Segment:
    """One annotated action: `video` from `start` to before `end` (None: to the end of the video).

    Attributes:
      label: empty only if `is_negative`.
      boxes, masks: sorted by time.
      metadata: numbers for slices and statistics; a gap has no key.
      is_negative: the annotation states that none of the actions happens here.
      is_key_frame: the span is what surrounds one annotated frame, of which alone the label was said.
      file_seconds: how long the file is, as the annotation says; 0 if it does not.
      looked_for: the labels of which it is known whether they are to be seen, its own beside them; None: all are. One that was
        looked for and that no row says to be there is absent.
      further_labels: what else is to be seen in the span, and `same_span`: the other rows of the very same span, which give no
        clip of their own. Both only where clips have several labels; see `components.annotations.records.label_sets`.
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
    is_key_frame: bool = False
    file_seconds: float = 0.0
    looked_for: tuple[str, ...] | None = None
    further_labels: tuple[str, ...] = ()
    same_span: tuple["Segment", ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels of the span, by name: the row's own, and the further ones."""
        return tuple(sorted({self.label, *self.further_labels})) if self.further_labels else (self.label,)

    @property
    def known_labels(self) -> tuple[str, ...] | None:
        """The labels of which it is known whether they are to be seen, by name; None: all."""
        return None if self.looked_for is None else tuple(sorted({*self.labels, *self.looked_for}))

    @property
    def rows(self) -> tuple["Segment", ...]:
        """The rows that this segment stands for: itself, and those of the same span."""
        return self, *self.same_span

    def __post_init__(self) -> None:
        ends = self.end is None or self.start < self.end < float("inf")
        if not (0 <= self.start < float("inf") and ends and bool(self.label) != self.is_negative):
            raise ValueError(f"not a segment: {self}")


@dataclass(frozen=True)
class Reject:
    """An input that could not be used: an annotation row or, without a `source`, a video file."""

    reason: Reason
    message: str
    source: Source | None = None
    video: str = ""
    label: str = ""
    value: str = ""

    def as_ledger_entry(self) -> dict[str, Any]:
        """The reject as a JSON object, with its remedy."""
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


@dataclass(frozen=True)
class Assumption:
    """What a reader took for granted or left unread, a sentence without full stop; `remedy`: what to do if it is wrong."""

    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.message}. {self.remedy}"


class Annotations(NamedTuple):
    """The records of an export, in its order, and what was assumed to read them; many records are no list, but in a file."""

    records: Collection[Record]
    assumptions: tuple[Assumption, ...] = ()


def printable(text: str) -> str:
    """Escape what UTF-8 cannot hold (file names may be any bytes), and cut the text to the longest length of a path."""
    return text[:_LONGEST_TEXT].encode("utf-8", "backslashreplace").decode()
