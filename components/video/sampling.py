"""Which frames of a segment are kept. Pure: numbers in, decisions out.

A position is a time in seconds or the index of a frame; all functions work with either. `frame_length` is how long a
frame stays on display in the same unit: 1 for indices, 1 / fps for seconds (0 where the rate is unknown).
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from components.video.config import SamplingConfig

# Of a frame's length: how far before a wanted position the frame may begin that is then on display. A little less than
# 1, so that rounded time stamps do not give the frame before.
_ON_DISPLAY = 0.99


@dataclass(frozen=True)
class ClipPlan:
    """The frames of one clip of [start, end).

    Attributes:
      targets: ascending positions; each stands for the first frame at or after it.
      samples: for each frame of the clip, which of the targets it is.
    """

    start: float
    end: float
    targets: tuple[float, ...]
    samples: tuple[int, ...]


def windows(start: float, end: float, length: float, stride: float) -> list[tuple[float, float]]:
    """[start, end) cut into windows a stride apart; the last one ends where the segment does. A short segment is one.

    >>> windows(0, 10, 4, 4)
    [(0, 4), (4, 8), (6, 10)]
    """
    if end - start <= length:
        return [(start, end)]
    starts: list[float] = []
    while (first := start + len(starts) * stride) + length < end:
        starts.append(first)
    return [(first, first + length) for first in starts] + [(end - length, end)]


def plan_clips(
    start: float, end: float, sampling: SamplingConfig, *, step: float | None, frame_length: float
) -> list[ClipPlan]:
    """The clips of the segment [start, end): one, or one a view.

    Args:
      step: distance between samples, in the unit of `start` and `end`; None spreads them over the segment.
      frame_length: see above.
    """
    count = sampling.num_frames
    if step is None:
        return [_plan(start, end, bin_centres(start, end, count), frame_length)]
    plans = []
    slack = max(0.0, end - start - (count - 1) * step - frame_length)
    for view in range(sampling.views):
        offset = slack * (view / (sampling.views - 1) if sampling.views > 1 else 0.5)
        wanted = [start + offset + index * step for index in range(count)]
        if sampling.short == "wrap":
            wanted = [start + (position - start) % (end - start) for position in wanted]
        plans.append(_plan(start, end, wanted, frame_length))
    return plans


def bin_centres(start: float, end: float, num_frames: int) -> list[float]:
    """The middles of `num_frames` equal parts of [start, end).

    >>> bin_centres(0.0, 4.0, 4)
    [0.5, 1.5, 2.5, 3.5]
    """
    step = (end - start) / num_frames
    return [start + (index + 0.5) * step for index in range(num_frames)]


def _plan(start: float, end: float, wanted: Sequence[float], frame_length: float) -> ClipPlan:
    positions = [max(start, position - _ON_DISPLAY * frame_length) for position in wanted]
    targets = sorted(set(positions))
    return ClipPlan(start, end, tuple(targets), tuple(bisect_left(targets, position) for position in positions))


class Selector:
    """Carries out a plan while the frames go by once, in order."""

    def __init__(self, plan: ClipPlan) -> None:
        self._plan = plan
        self._filled: list[int] = []
        self._num_kept = 0

    def wants(self, position: float) -> bool:
        """Whether the frame at `position` is to be kept. Positions must not decrease.

        The segment's first frame always is: it may be the only one.
        """
        if not self._plan.start <= position < self._plan.end:
            return False
        targets, num_filled = self._plan.targets, len(self._filled)
        while num_filled < len(targets) and targets[num_filled] <= position:
            num_filled += 1
        if num_filled == len(self._filled) and self._num_kept:
            return False
        self._filled += [self._num_kept] * (num_filled - len(self._filled))
        self._num_kept += 1
        return True

    def samples(self) -> list[int]:
        """For each frame of the clip, which of the kept frames it is; empty when none was kept.

        A target after which the segment had no frame takes the last frame kept.
        """
        if not self._num_kept:
            return []
        filled = self._filled or [0]
        return [filled[min(target, len(filled) - 1)] for target in self._plan.samples]


@dataclass(frozen=True)
class FrameIndex:
    """The presentation time of every frame of a video, in order, and the time at which the last one ends."""

    seconds: Sequence[float]
    end_seconds: float

    def frame_at(self, seconds: float) -> int:
        """The first frame that is shown at `seconds` or later."""
        return bisect_left(self.seconds, seconds)

    def seconds_at(self, frame: float) -> float:
        """When a frame is first shown; past the last one, when that ends."""
        position = int(frame)
        return self.seconds[position] if position < len(self.seconds) else self.end_seconds
