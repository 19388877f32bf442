"""Which frames of a segment are kept, decided while the video goes by once. Pure: numbers in, decisions out.

A selector is offered the presentation time of each frame in turn and says whether it wants that frame. At the end,
`positions()` names, for each of the `num_frames` samples, the position among the wanted frames that fills it.
"""

from typing import Protocol


class Selector(Protocol):
    """Chooses frames by presentation time, in one pass."""

    def wants(self, seconds: float) -> bool:
        """Whether the frame shown from `seconds` on is to be kept. Times must not decrease."""

    def dropped(self) -> list[int]:
        """Positions (among the frames kept so far) that are no longer needed; they are renumbered after this call."""

    def positions(self) -> list[int]:
        """For each sample, which of the kept frames it is; empty when none was kept."""


def bin_centres(start_seconds: float, end_seconds: float, num_frames: int) -> list[float]:
    """The middles of `num_frames` equal parts of [start, end).

    >>> bin_centres(0.0, 4.0, 4)
    [0.5, 1.5, 2.5, 3.5]
    """
    step = (end_seconds - start_seconds) / num_frames
    return [start_seconds + (index + 0.5) * step for index in range(num_frames)]


def spread(num_items: int, num_samples: int) -> list[int]:
    """`num_samples` indices spread evenly over range(num_items); items repeat when there are too few.

    >>> spread(8, 4), spread(2, 4)
    ([1, 3, 5, 7], [0, 0, 1, 1])
    """
    return [min(num_items - 1, int((index + 0.5) * num_items / num_samples)) for index in range(num_samples)]


class BoundedSelector:
    """Samples of [start, end): for each bin centre the first frame at or after it, inside the segment.

    A centre after which the segment has no further frame takes the last frame kept (`repeat_last`).
    """

    def __init__(self, start_seconds: float, end_seconds: float, num_frames: int) -> None:
        self._end = end_seconds
        self._targets = bin_centres(start_seconds, end_seconds, num_frames)
        self._filled: list[int] = []
        self._num_kept = 0

    def wants(self, seconds: float) -> bool:
        num_filled = len(self._filled)
        if num_filled == len(self._targets) or not self._targets[num_filled] <= seconds < self._end:
            return False
        while num_filled < len(self._targets) and self._targets[num_filled] <= seconds:
            num_filled += 1
        self._filled += [self._num_kept] * (num_filled - len(self._filled))
        self._num_kept += 1
        return True

    def dropped(self) -> list[int]:
        return []

    def positions(self) -> list[int]:
        if not self._filled:
            return []
        return self._filled + [self._filled[-1]] * (len(self._targets) - len(self._filled))


class OpenEndSelector:
    """Samples from `start` to the unknown end of the video, in memory that does not grow with its length.

    Keeps every `stride`-th frame; when four times the needed number is kept, every other one is dropped and the stride
    doubles: between twice and four times as many as needed are there to choose from.
    A header's frame count would be cheaper, and is wrong too often.
    """

    def __init__(self, start_seconds: float, num_frames: int) -> None:
        self._start = start_seconds
        self._num_frames = num_frames
        self._stride = 1
        self._num_seen = 0
        self._num_kept = 0

    def wants(self, seconds: float) -> bool:
        if seconds < self._start:
            return False
        wanted = self._num_seen % self._stride == 0
        self._num_seen += 1
        self._num_kept += wanted
        return wanted

    def dropped(self) -> list[int]:
        if self._num_kept < 4 * self._num_frames:
            return []
        drop = list(range(1, self._num_kept, 2))
        self._num_kept -= len(drop)
        self._stride *= 2
        return drop

    def positions(self) -> list[int]:
        return spread(self._num_kept, self._num_frames) if self._num_kept else []
