"""What it takes to be an open video: frames in order with their presentation times, and what the header says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from components.video.images import Frame
from components.video.times import FrameIndex

_SECONDS_OF_AN_UNKNOWN_RATE = 0.04
CANNOT_OPEN = "the decoder cannot open it: damaged, encrypted, no video in it, or a codec it does not know"


class VideoError(Exception):
    """A video that cannot be used, or not any further; `code` is one of the ledger's reason codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class VideoInfo:
    """What is known of a video before it is read, turned upright; 0 is unknown. Times count from the start of the file.

    Attributes:
      width, height: of its first frame.
      fps: frames a second on average, as the header says.
      duration_seconds: where its last frame ends. A guess of the header's until the frames were seen; see `measured`.
      start_seconds: when its first frame is shown.
      promised_seconds: where its last frame ends as the header says, and nothing else.
      codec: what the decoder calls it, each in its own way; empty if it has no name.
    """

    width: int
    height: int
    fps: float
    duration_seconds: float
    start_seconds: float = 0.0
    promised_seconds: float = 0.0
    codec: str = field(default="", compare=False)

    @property
    def frame_seconds(self) -> float:
        """How long a frame is shown, nominally; 0 where the rate is unknown."""
        return 1 / self.fps if self.fps else 0.0

    @property
    def likely_frame_seconds(self) -> float:
        """The same; where the rate is unknown, that of 25 frames a second."""
        return self.frame_seconds or _SECONDS_OF_AN_UNKNOWN_RATE


class ShownFrame(NamedTuple):
    """A frame on display from `seconds` to before `end_seconds`; `retrieve` gives it as BGR, uint8 [height, width, 3]."""

    seconds: float
    end_seconds: float
    retrieve: Callable[[], Frame]


class FrameReader(Protocol):
    """An open video."""

    info: VideoInfo

    def frames(self) -> Iterator[ShownFrame]:
        """Its frames in order, all of one size; a time that goes back is held. A frame is retrieved before the next is read."""

    def read_times(self, on_packet: Callable[[], None]) -> FrameIndex:
        """What the file's packets say without being decoded. What no decoder would show may be among them."""

    def close(self) -> None:
        """Free the decoder."""
