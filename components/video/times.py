"""When the frames of a video show, when it ends, and what its header promised of that."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from components.video.config import SamplingConfig


@dataclass(frozen=True)
class FrameIndex:
    """The presentation times of a video's frames, ascending, in seconds from the start of the file.

    Attributes:
      seconds: of each frame, when it is first shown.
      end_seconds: when the last one ends; 0 if there is none.
      promised_seconds: when it ends as the header says; 0 if it says nothing.
    """

    seconds: Sequence[float]
    end_seconds: float
    promised_seconds: float = 0.0

    def frame_at(self, seconds: float) -> int:
        """The first frame that is shown at `seconds` or later."""
        return bisect_left(self.seconds, seconds)

    def seconds_at(self, frame: float) -> float:
        """When a frame is first shown; past the last one, when that ends."""
        position = int(frame)
        return self.seconds[position] if position < len(self.seconds) else self.end_seconds

    @property
    def start_seconds(self) -> float:
        """When the first frame is shown."""
        return self.seconds_at(0)


def other_length(stated_seconds: float, seconds: float, sampling: SamplingConfig) -> str:
    """What to say of a file that is not as long as its row states; nothing where that may be, or none is stated (0)."""
    if not stated_seconds or not _is_too_much(abs(seconds - stated_seconds), stated_seconds, sampling):
        return ""
    return f"the file lasts {seconds:.2f} s; its row says {stated_seconds:.2f} s"


def broken_promise(missing_seconds: float, promised_seconds: float, sampling: SamplingConfig) -> str:
    """What to say of a video that lacks so much of what its header promises; nothing where that may be."""
    if not _is_too_much(missing_seconds, promised_seconds, sampling):
        return ""
    end_seconds = promised_seconds - missing_seconds
    return f"its frames end at {end_seconds:.2f} s; its header promises {promised_seconds:.2f} s"


def _is_too_much(seconds: float, of_seconds: float, sampling: SamplingConfig) -> bool:
    return seconds > max(sampling.end_tolerance_seconds, sampling.max_missing_share * of_seconds)
