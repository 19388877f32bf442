"""What windows say, as class probabilities over time. Pure: arrays in, arrays out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pipeline.prediction.config import Smoothing

Scores = npt.NDArray[np.float64]

# Of a Gaussian's standard deviation: where its kernel is cut off.
_CUT_OFF = 3.0


@dataclass(frozen=True)
class WindowScores:
    """A stretch of a video, in seconds, and the probability of each class in it."""

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
        """The middle of each cell in seconds: [cells]."""
        return np.asarray((np.arange(len(self.scores)) + 0.5) * self.step_seconds)


def make_timeline(
    windows: Sequence[WindowScores], num_classes: int, end_seconds: float, step_seconds: float
) -> Timeline:
    """The weighted mean, in each cell, of all windows that show it.

    A window counts most for its middle and hardly for its edges, as in Bartlett's triangle: an action that only touches a
    window's edge says nothing of it. A cell that no window shows takes the scores of the nearest one that is shown.
    """
    num_cells = max(1, math.ceil(end_seconds / step_seconds - 1e-9))
    centres = (np.arange(num_cells) + 0.5) * step_seconds
    sums, weights = np.zeros((num_cells, num_classes)), np.zeros(num_cells)
    for window in windows:
        half = (window.end_seconds - window.start_seconds) / 2
        middle = window.start_seconds + half
        first = max(0, math.floor(window.start_seconds / step_seconds))
        last = min(num_cells, math.ceil(window.end_seconds / step_seconds))
        # No cell has the weight 0: a short video's only window shows all of it.
        weight = np.maximum(1 - np.abs(centres[first:last] - middle) / half, 1e-3) / half
        sums[first:last] += weight[:, None] * np.asarray(window.probabilities)
        weights[first:last] += weight
    shown = np.flatnonzero(weights)
    if not len(shown):
        return Timeline(step_seconds, end_seconds, np.zeros((num_cells, num_classes)))
    nearest = shown[np.abs(np.arange(num_cells)[:, None] - shown).argmin(axis=1)] if len(shown) < num_cells else shown
    return Timeline(step_seconds, end_seconds, sums[nearest] / weights[nearest, None])


def smooth(timeline: Timeline, method: Smoothing, seconds: float) -> Timeline:
    """The timeline without jitter: a Gaussian of `seconds` standard deviation, or the median over `seconds`.

    At both ends the outermost value is held. Probabilities add up to 1 again after a median.
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
        totals = scores.sum(axis=1, keepdims=True)
        scores = np.divide(scores, totals, out=np.zeros_like(scores), where=totals > 0)
    else:
        kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / cells) ** 2)
        scores = near @ (kernel / kernel.sum())
    return replace(timeline, scores=scores)
