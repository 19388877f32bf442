"""Turns the scores of windows into class probabilities over time. Pure: arrays in, arrays out."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.prediction.config import Smoothing

Scores = npt.NDArray[np.float64]

_CUT_OFF = 3.0  # in standard deviations of the Gaussian
_LEAST_WEIGHT = 1e-3
_FEWEST_CELLS = 256


class WindowScores(NamedTuple):
    """A part of a video, in seconds, and the probability of each class in it."""

    start_seconds: float
    end_seconds: float
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class Timeline:
    """Probabilities over time: `scores` float64 [cells, classes]; each cell is `step_seconds` long, the first begins at 0.

    The last cell may reach beyond the end of the video, which is at `end_seconds`.
    """

    step_seconds: float
    end_seconds: float
    scores: Scores

    @property
    def centres(self) -> Scores:
        """Middle of each cell in seconds: [cells]."""
        return np.asarray((np.arange(len(self.scores)) + 0.5) * self.step_seconds)


class TimelineBuilder:
    """Makes a timeline of windows, each cell the weighted mean of all windows that show it, in memory for the cells only.

    A window counts most for its middle and hardly for its edges (Bartlett's triangle), since it says little of an action that
    only touches its edge.
    """

    def __init__(self, num_classes: int, step_seconds: float) -> None:
        self._step_seconds = step_seconds
        self._sums: Scores = np.zeros((_FEWEST_CELLS, num_classes))
        self._weights: Scores = np.zeros(_FEWEST_CELLS)

    def add(self, window: WindowScores) -> None:
        """Count a window in; the order does not matter."""
        half = (window.end_seconds - window.start_seconds) / 2
        first = max(0, math.floor(window.start_seconds / self._step_seconds))
        last = math.ceil(window.end_seconds / self._step_seconds)
        self._grow(last)
        centres = (np.arange(first, last) + 0.5) * self._step_seconds
        # No cell has the weight 0, since the only window of a short video stands for all of it.
        triangle = np.maximum(1 - np.abs(centres - window.start_seconds - half) / half, _LEAST_WEIGHT)
        # All triangles have the same area, so that long windows do not count more.
        self._sums[first:last] += (triangle / half)[:, None] * np.asarray(window.probabilities)
        self._weights[first:last] += triangle / half

    def build(self, end_seconds: float) -> Timeline:
        """The timeline of a video that ends there; a cell that no window shows takes the scores of the nearest one shown."""
        num_cells = max(1, math.ceil(end_seconds / self._step_seconds - 1e-9))
        self._grow(num_cells)
        sums, weights = self._sums[:num_cells], self._weights[:num_cells]
        shown = np.flatnonzero(weights)
        if not len(shown):
            return Timeline(self._step_seconds, end_seconds, np.zeros_like(sums))
        middles = (shown[1:] + shown[:-1]) / 2
        nearest = shown[np.searchsorted(middles, np.arange(num_cells))]
        return Timeline(self._step_seconds, end_seconds, sums[nearest] / weights[nearest, None])

    def _grow(self, num_cells: int) -> None:
        more = max(num_cells, 2 * len(self._weights)) - len(self._weights)
        if num_cells > len(self._weights):
            self._sums = np.pad(self._sums, ((0, more), (0, 0)))
            self._weights = np.pad(self._weights, (0, more))


def smooth(timeline: Timeline, method: Smoothing, seconds: float, *, sums_to_one: bool = True) -> Timeline:
    """Smooth a timeline with a Gaussian of `seconds` standard deviation, or with the median over `seconds`.

    Beyond both ends the outermost value goes on. After a median, probabilities of classes that exclude each other
    (`sums_to_one`) are made to add up to 1 again.
    """
    if method == "none" or seconds <= 0:
        return timeline
    cells = seconds / timeline.step_seconds
    radius = math.ceil(_CUT_OFF * cells) if method == "gaussian" else round(cells) // 2
    if not radius:
        return timeline
    padded = np.pad(timeline.scores, ((radius, radius), (0, 0)), mode="edge")
    near = np.lib.stride_tricks.sliding_window_view(padded, 2 * radius + 1, axis=0)  # [cells, classes, 2 * radius + 1]
    if method == "median":
        scores = np.median(near, axis=-1)
        if sums_to_one:
            totals = scores.sum(axis=1, keepdims=True)
            scores = np.divide(scores, totals, out=np.zeros_like(scores), where=totals > 0)
    else:
        kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / cells) ** 2)
        scores = near @ (kernel / kernel.sum())
    return replace(timeline, scores=scores)
