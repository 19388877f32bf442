"""Which frames of a segment are kept. Pure: numbers in, decisions out.

A position is a time in seconds or the index of a frame; all functions work with either.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from components.video.config import SamplingConfig

# Of the time that a frame is on display: its last part counts as the next one's, since time stamps are rounded.
_ROUNDING = 0.01
_ROUNDING_OF_SUMS = 1e-9


@dataclass(frozen=True)
class ClipPlan:
    """The frames of one clip of [start, end).

    Attributes:
      targets: ascending positions; each stands for the frame that is then on display.
      samples: for each frame of the clip, which of the targets it is.
    """

    start: float
    end: float
    targets: tuple[float, ...]
    samples: tuple[int, ...]

    @property
    def reach(self) -> tuple[float, float]:
        """From where to where its frames are: each target stands for what lies half way to its neighbours."""
        first, last = self.targets[0], self.targets[-1]
        if first == last:
            return self.start, self.end
        half = (last - first) / (len(self.targets) - 1) / 2
        return max(self.start, first - half), min(self.end, last + half)


def windows(start: float, end: float, length: float, stride: float) -> list[tuple[float, float]]:
    """[start, end) cut into windows a stride apart; the last one ends where the segment does. A short segment is one.

    >>> windows(0, 10, 4, 4)
    [(0, 4), (4, 8), (6, 10)]
    """
    if end - start <= length + _ROUNDING_OF_SUMS:
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
      frame_length: how long a frame is on display, nominally: 1 for indices, 1 / fps for seconds, 0 if that is unknown.
    """
    count = sampling.num_frames
    if step is None:
        return [_plan(start, end, bin_centres(start, end, count))]
    plans = []
    # A low rate of few frames on average says nothing of those that are a step apart.
    slack = max(0.0, end - start - (count - 1) * step - min(frame_length, step))
    for view in range(sampling.views):
        offset = slack * (view / (sampling.views - 1) if sampling.views > 1 else 0.5)
        wanted = [start + offset + index * step for index in range(count)]
        if sampling.short == "wrap":
            wanted = [start + (position - start) % (end - start) for position in wanted]
        plans.append(_plan(start, end, wanted))
    return plans


def bin_centres(start: float, end: float, num_frames: int) -> list[float]:
    """The middles of `num_frames` equal parts of [start, end).

    >>> bin_centres(0.0, 4.0, 4)
    [0.5, 1.5, 2.5, 3.5]
    """
    step = (end - start) / num_frames
    return [start + (index + 0.5) * step for index in range(num_frames)]


def _plan(start: float, end: float, wanted: Sequence[float]) -> ClipPlan:
    targets = sorted(set(wanted))
    return ClipPlan(start, end, tuple(targets), tuple(bisect_left(targets, position) for position in wanted))


class Selector:
    """Carries out a plan while the frames go by once, in order."""

    def __init__(self, plan: ClipPlan) -> None:
        self._plan = plan
        self._filled: list[int] = []
        self._num_kept = 0

    def wants(self, position: float, until: float) -> bool:
        """Whether the frame that is on display from `position` to before `until` is to be kept. Positions must not decrease.

        The segment's first frame always is: it may be the only one.
        """
        if not self._plan.start <= position < self._plan.end:
            return False
        targets, num_filled = self._plan.targets, len(self._filled)
        until -= _ROUNDING * (until - position)
        while num_filled < len(targets) and targets[num_filled] < until:
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
