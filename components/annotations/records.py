"""The records that every reader produces, whatever the format."""

from dataclasses import asdict, dataclass
from typing import Any

from components.annotations.reasons import Reason

_LONGEST_TEXT = 4096


@dataclass(frozen=True)
class Source:
    """Where a record was written: a file, and the row in it (from 1; for a folder per class, the file's rank)."""

    file: str
    row: int

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}"


@dataclass(frozen=True)
class Box:
    """Where the actor is at one time: seconds, and edges relative to the frame's width and height, 0 to 1."""

    seconds: float
    x_min: float
    y_min: float
    x_max: float
    y_max: float

    def __post_init__(self) -> None:
        edges_ok = 0 <= self.x_min < self.x_max <= 1 and 0 <= self.y_min < self.y_max <= 1
        if not (edges_ok and 0 <= self.seconds < float("inf")):
            raise ValueError(f"not a box inside the frame: {self}")


@dataclass(frozen=True)
class Segment:
    """One annotated action: `video` from `start_seconds` to `end_seconds` (None: to the end of the video)."""

    video: str
    label: str
    source: Source
    start_seconds: float = 0.0
    end_seconds: float | None = None
    group: str | None = None
    split: str | None = None
    boxes: tuple[Box, ...] = ()


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
