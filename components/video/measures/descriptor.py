"""What a motion looks like, as a vector: near vectors are alike."""

import cv2
import numpy as np
import numpy.typing as npt

from components.video.images import Frame
from components.video.measures.motion import Motion

Vector = npt.NDArray[np.float32]
Edges = tuple[float, float, float, float]

_CELLS = (3, 3, 3)  # time, height, width
_NUM_DIRECTIONS = 8
DESCRIPTOR_SIZE = int(np.prod(_CELLS)) * _NUM_DIRECTIONS
_LEAST_GRADIENT = 2.0
_TAIL = 0.02  # share of the motion that may lie outside of its region, on each side


def describe(motion: Motion, frames: Frame, start_seconds: float, end_seconds: float, region: Edges | None) -> Vector:
    """Histograms of the directions of motion, in cells of time and space: float32 [216], of length 1 (0: nothing moves).

    The direction is that of normal flow, which brightness constancy gives without any search: against the gradient where
    a pixel becomes brighter, along it where it becomes darker (Horn & Schunck, Determining Optical Flow, 1981). Cells and
    square roots follow HOG (Dalal & Triggs, 2005) and RootSIFT (Arandjelovic & Zisserman, 2012).

    Args:
      motion, frames: of the whole video; `frames` uint8 [num_changes + 1, height, width].
      region: x_min, y_min, x_max, y_max relative to the frame, over which the cells are spread; None: where it moves.
    """
    first, after = np.searchsorted(motion.seconds, [start_seconds, end_seconds])
    rates = motion.rates[first:after]
    histogram = np.zeros((*_CELLS, _NUM_DIRECTIONS))
    time, row, column = np.nonzero(rates)
    if not len(time):
        return histogram.ravel().astype(np.float32)
    weights = rates[time, row, column].astype(np.float64)
    gradient_x, gradient_y = _gradients(frames[first : after + 1], time, row, column)
    is_edge = np.hypot(gradient_x, gradient_y) >= _LEAST_GRADIENT
    angles = np.arctan2(-np.sign(weights) * gradient_y, -np.sign(weights) * gradient_x)
    height, width = rates.shape[1:]
    x, y = (column + 0.5) / width, (row + 0.5) / height
    amounts = np.abs(weights)
    if region is None:
        region = _region(x, y, amounts)
    cells = [
        _cell((time + 0.5) / len(rates), 0.0, 1.0, _CELLS[0]),
        _cell(y, region[1], region[3], _CELLS[1]),
        _cell(x, region[0], region[2], _CELLS[2]),
    ]
    # Each direction is shared out between the two nearest bins.
    position = angles / (2 * np.pi) * _NUM_DIRECTIONS
    lower = np.floor(position)
    for bin_number, share in ((lower, 1 - (position - lower)), (lower + 1, position - lower)):
        np.add.at(histogram, (*cells, bin_number.astype(int) % _NUM_DIRECTIONS), amounts * share * is_edge)
    vector = np.sqrt(histogram.ravel() / max(1e-9, histogram.sum()))
    return np.asarray(vector, dtype=np.float32)


def _gradients(
    frames: Frame, time: npt.NDArray[np.intp], row: npt.NDArray[np.intp], column: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Horizontal and vertical, between each frame and the next, at the pixels asked for, in grey levels a pixel."""
    mean = (frames[:-1].astype(np.float32) + frames[1:]) / 2
    found = [
        np.stack([cv2.Scharr(frame, cv2.CV_32F, dx, dy, scale=1 / 32) for frame in mean])[time, row, column]
        for dx, dy in ((1, 0), (0, 1))
    ]
    return found[0].astype(np.float64), found[1].astype(np.float64)


def _region(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], amounts: npt.NDArray[np.float64]) -> Edges:
    (x_min, x_max), (y_min, y_max) = _weighted_range(x, amounts), _weighted_range(y, amounts)
    return x_min, y_min, x_max, y_max


def _weighted_range(values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> tuple[float, float]:
    order = np.argsort(values)
    shares = np.cumsum(weights[order]) / weights.sum()
    low, high = np.searchsorted(shares, [_TAIL, 1 - _TAIL])
    return float(values[order[low]]), float(values[order[min(high, len(values) - 1)]])


def _cell(values: npt.NDArray[np.float64], low: float, high: float, count: int) -> npt.NDArray[np.intp]:
    """Which of `count` equal cells between `low` and `high`; what lies outside is in the outermost."""
    share = (values - low) / max(1e-6, high - low)
    return np.clip((share * count).astype(int), 0, count - 1)
