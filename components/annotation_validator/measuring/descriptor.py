"""What a motion looks like, as a vector: near vectors are alike."""

import cv2
import numpy as np
import numpy.typing as npt

from components.annotation_validator.inputs.measures import Vector
from components.annotation_validator.measuring.motion import Motion
from components.annotations.records.boxes import Edges
from components.video.images import Frame

Indices = npt.NDArray[np.intp]

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
    time, pixels = _moving(rates)
    if not len(time):
        return np.zeros(DESCRIPTOR_SIZE, np.float32)
    weights = rates.reshape(len(rates), -1)[time, pixels]
    height, width = rates.shape[1:]
    row, column = np.divmod(pixels, width)
    if region is None:
        amounts = np.abs(weights).astype(np.float64)
        (x_min, x_max), (y_min, y_max) = _weighted_range(column, amounts, width), _weighted_range(row, amounts, height)
        region = x_min, y_min, x_max, y_max
    gradient_x, gradient_y = _gradients(frames[first : after + 1], time, pixels)
    # Elsewhere the direction would be that of noise.
    edges = np.flatnonzero(np.hypot(gradient_x, gradient_y) >= _LEAST_GRADIENT)
    signs = -np.sign(weights[edges])
    position = np.arctan2(signs * gradient_y[edges], signs * gradient_x[edges]) * (_NUM_DIRECTIONS / (2 * np.pi))
    cells = (
        _cell((time[edges] + 0.5) / len(rates), 0.0, 1.0, _CELLS[0]),
        _cell((row[edges] + 0.5) / height, region[1], region[3], _CELLS[1]),
        _cell((column[edges] + 0.5) / width, region[0], region[2], _CELLS[2]),
    )
    cell = np.ravel_multi_index(cells, _CELLS) * _NUM_DIRECTIONS
    # Each direction is shared out between the two nearest bins.
    lower = np.floor(position).astype(int)
    share = position - lower
    amount = np.abs(weights[edges])
    histogram = np.zeros(DESCRIPTOR_SIZE)
    for direction, part in ((lower, 1 - share), (lower + 1, share)):
        histogram += np.bincount(cell + direction % _NUM_DIRECTIONS, amount * part, DESCRIPTOR_SIZE)
    vector = np.sqrt(histogram / max(1e-9, histogram.sum()))
    return np.asarray(vector, dtype=np.float32)


def _moving(rates: npt.NDArray[np.float32]) -> tuple[Indices, Indices]:
    """Where something moves: which change, and which pixel of the frame."""
    pixels = [np.flatnonzero(rate) for rate in rates]
    counts = [len(each) for each in pixels]
    return np.repeat(np.arange(len(rates)), counts), np.concatenate([*pixels, np.zeros(0, np.intp)])


def _gradients(frames: Frame, time: Indices, pixels: Indices) -> npt.NDArray[np.float32]:
    """Horizontal and vertical, between a frame and the next, in grey levels a pixel: float32 [2, num_pixels]."""
    found = np.empty((2, len(time)), np.float32)
    starts = np.searchsorted(time, np.arange(len(frames)))
    for number, (start, end) in enumerate(zip(starts[:-1], starts[1:], strict=True)):
        if start == end:
            continue
        mean = cv2.addWeighted(frames[number], 0.5, frames[number + 1], 0.5, 0, dtype=cv2.CV_32F)
        for axis, (dx, dy) in enumerate(((1, 0), (0, 1))):
            gradient = cv2.Scharr(mean, cv2.CV_32F, dx, dy, scale=1 / 32)
            found[axis, start:end] = gradient.ravel()[pixels[start:end]]
    return found


def _weighted_range(positions: Indices, weights: npt.NDArray[np.float64], size: int) -> tuple[float, float]:
    """Between which relative positions, of `size` in all, all but the tails of the weight lie."""
    shares = np.cumsum(np.bincount(positions, weights, size)) / weights.sum()
    low, high = np.searchsorted(shares, [_TAIL, 1 - _TAIL])
    return (float(low) + 0.5) / size, (float(min(high, size - 1)) + 0.5) / size


def _cell(values: npt.NDArray[np.float64], low: float, high: float, count: int) -> npt.NDArray[np.intp]:
    """Which of `count` equal cells between `low` and `high`; what lies outside is in the outermost."""
    share = (values - low) / max(1e-6, high - low)
    return np.clip((share * count).astype(int), 0, count - 1)
