"""What it takes to be an open video: frames in order with their presentation times, and what the header says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from components.video.images import Frame
from components.video.magic import is_iso_media, read_head


class VideoError(Exception):
    """A video that cannot be used, or not any further; `code` is one of the ledger's reason codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class VideoInfo:
    """What the container's header says, rotation applied: `fps` and `duration_seconds` may be wrong; 0 is unknown.

    `codec` is what the decoder calls it, each in its own way; empty if it has no name.
    """

    width: int
    height: int
    fps: float
    duration_seconds: float
    codec: str = field(default="", compare=False)

    @property
    def frame_seconds(self) -> float:
        """How long a frame is shown, nominally; 0 where the rate is unknown."""
        return 1 / self.fps if self.fps else 0.0


class FrameReader(Protocol):
    """An open video."""

    info: VideoInfo

    def frames(self) -> Iterator[tuple[float, Callable[[], Frame]]]:
        """(presentation time, function that gives the BGR frame) in order; a time that goes back is held.

        The function must be called before the next frame is asked for.
        """

    def close(self) -> None:
        """Free the decoder."""


def counts_from_zero(path: Path) -> bool:
    """Whether the container's clock starts at 0, so that a first frame at 1 s is shown after a second of nothing.

    MP4 and its kin say so by edit lists. Transport streams start their clocks anywhere: there the first frame is time 0.
    """
    return is_iso_media(read_head(path))
