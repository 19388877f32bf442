"""When something happens: a motion curve as stretches of action with rest between them."""

from dataclasses import dataclass

import numpy as np

from components.annotation_validator.inputs.measures import Curve

_NUM_BINS = 64
_LEAST_CONTRAST = 4.0
_FLOOR = 1e-3
_LEVEL_OF_REST, _LEVEL_OF_ACTION = 3.0, 1 / 60
_LEAST_ACTION = 1.0  # grey levels a second
_SLOWEST = 1.5  # medians of rest
_LONGEST_PAUSE_SECONDS = 0.25
_SHORTEST_BURST_SECONDS = 0.25
_SMOOTHING = np.array([0.25, 0.5, 0.25])


@dataclass(frozen=True)
class Burst:
    """A stretch of time in which something moves, in seconds."""

    start: float
    end: float

    def overlap(self, start: float, end: float) -> float:
        """Seconds that it shares with [start, end)."""
        return max(0.0, min(self.end, end) - max(self.start, start))


def find_bursts(seconds: Curve, curve: Curve) -> list[Burst]:
    """The stretches of action in a motion curve, in order; none if action cannot be told from rest.

    Rest is told from action by Otsu's threshold of the logarithms (A threshold selection method from gray-level
    histograms, 1979); action is what is three times as strong as the median rest. Where the two differ by less than a
    factor of four, there is no rest, or nothing but rest; likewise below one grey level a second.

    Args:
      seconds, curve: float64 [num_changes], from `Motion`.
    """
    if len(curve) < 4:
        return []
    smooth = np.convolve(np.pad(_closed(curve), 1, mode="edge"), _SMOOTHING, mode="valid")
    strongest = float(np.quantile(smooth, 0.95))
    if strongest < _LEAST_ACTION:
        return []
    # Logarithms of almost nothing would only tell noise apart.
    floor = max(_FLOOR, float(smooth.max()) / 100)
    logs = np.log(np.maximum(smooth, floor))
    is_active = logs > _otsu(logs)
    if not is_active.any() or is_active.all():
        return []
    if logs[is_active].mean() - logs[~is_active].mean() < np.log(_LEAST_CONTRAST):
        return []
    # What moves little beside the rest (somebody sits down after a walk) still stands out from it.
    level = max(_LEVEL_OF_REST * float(np.median(smooth[~is_active])), _LEVEL_OF_ACTION * strongest, _FLOOR)
    bursts = _bursts(seconds, np.log(np.maximum(smooth, _FLOOR / 10) / level))
    rest = float(np.median(smooth[~is_active]))
    return [_with_slow_edges(burst, seconds, smooth, _SLOWEST * rest) for burst in bursts]


def _closed(curve: Curve) -> Curve:
    """The curve without its gaps of one change or two: files that were brought to a higher rate repeat frames."""

    def windows(values: Curve) -> Curve:
        return np.lib.stride_tricks.sliding_window_view(np.pad(values, 1, mode="edge"), 3)

    return np.asarray(windows(windows(curve).max(axis=1)).min(axis=1))


def _otsu(values: Curve) -> float:
    """The threshold between two classes of `values` with the greatest variance between them."""
    counts, edges = np.histogram(values, _NUM_BINS)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1].astype(float)
    above = len(values) - below
    sums = np.cumsum(counts * centres)
    mean_below = sums[:-1] / np.maximum(below, 1)
    mean_above = (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    between = below * above * (mean_above - mean_below) ** 2
    # Where several are equally good, the one in their middle.
    best = np.flatnonzero(between >= between.max() * (1 - 1e-9))
    return float((edges[best[0] + 1] + edges[best[-1] + 1]) / 2)


def _bursts(seconds: Curve, height: Curve) -> list[Burst]:
    """Where `height` is above 0, its crossings interpolated, with short pauses closed and short bursts dropped."""
    bursts: list[Burst] = []
    active = np.concatenate([[False], height > 0, [False]]).astype(int)
    for first, after in zip(np.flatnonzero(np.diff(active) == 1), np.flatnonzero(np.diff(active) == -1), strict=True):
        start = _crossing(seconds, height, first - 1, first) if first else float(seconds[0])
        end = _crossing(seconds, height, after - 1, after) if after < len(height) else float(seconds[-1])
        if bursts and start - bursts[-1].end < _LONGEST_PAUSE_SECONDS:
            bursts[-1] = Burst(bursts[-1].start, end)
        else:
            bursts.append(Burst(start, end))
    return [burst for burst in bursts if burst.end - burst.start >= _SHORTEST_BURST_SECONDS]


def _with_slow_edges(burst: Burst, seconds: Curve, curve: Curve, least: float) -> Burst:
    """The burst with what leads up to it and away from it: where the curve falls without a break, down to `least`."""
    first = int(np.searchsorted(seconds, burst.start))
    while first > 0 and least < curve[first - 1] < curve[first]:
        first -= 1
    last = int(np.searchsorted(seconds, burst.end, side="right")) - 1
    while last < len(curve) - 1 and least < curve[last + 1] < curve[last]:
        last += 1
    return Burst(min(burst.start, float(seconds[first])), max(burst.end, float(seconds[last])))


def _crossing(seconds: Curve, height: Curve, before: int, after: int) -> float:
    share = height[before] / (height[before] - height[after])
    return float(seconds[before] + share * (seconds[after] - seconds[before]))
