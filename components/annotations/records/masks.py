"""Masks: COCO's run lengths, polygons, the box around a mask, and masks at the times of sampled frames.

Run lengths count pixels down the columns: first background, then object, and so on in turn. The compressed form writes each
count in digits of 5 bits, the lowest digit first; from the fourth count on, it writes the difference to the count two places
before. A digit is a character from "0" on. Its bit 6 says that more digits follow; the last digit's top bit is the sign.

Source: common/maskApi.c of https://github.com/cocodataset/cocoapi, which trusts its input; here every count is checked.
"""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from components.annotations.records.boxes import Edges
from components.annotations.records.record import Mask

Pixels = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]
Polygon = Sequence[float]

_BITS = 5
_MOST_DIGITS = 7  # 35 bits; COCO's counts have 32
_LONGEST = 1 << 22  # characters
_MOST_PIXELS = 1 << 26  # a frame of 8192 by 8192


def decode_mask(rle: bytes, height: int, width: int) -> Pixels:
    """The mask [height, width] of compressed run lengths; raises ValueError for malformed ones and for another size."""
    return mask_of_counts(read_counts(rle), height, width)


def encode_mask(mask: Pixels) -> bytes:
    """Compressed run lengths of a mask [height, width]."""
    height, _ = mask.shape
    columns = np.flatnonzero(mask.any(axis=0))
    first, last = (columns[0], columns[-1] + 1) if columns.size else (0, 0)
    pixels = mask[:, first:last].ravel(order="F")
    borders = first * height + np.flatnonzero(np.diff(pixels, prepend=False, append=False))
    counts = np.diff(borders, prepend=0, append=mask.size)
    return write_counts(counts if counts[-1] else counts[:-1])


def mask_of_counts(counts: Counts, height: int, width: int) -> Pixels:
    """The mask [height, width] of uncompressed run lengths.

    Raises:
      ValueError: a count is negative, their sum is not height times width, or that is more than 2**26.
    """
    check_counts(counts, height, width)
    is_object = np.arange(counts.size) % 2 == 1
    return np.repeat(is_object, counts).reshape(width, height).T


def check_counts(counts: Counts, height: int, width: int) -> None:
    """Check that run lengths are those of a mask of this size.

    Raises:
      ValueError: a count is negative, their sum is not height times width, or that is more than 2**26.
    """
    _check_size(height, width)
    # Python's integers do not overflow: hostile counts could have the right sum modulo 2**64.
    if counts.size and counts.min() < 0 or sum(counts.tolist()) != height * width:
        raise ValueError(f"run lengths that do not add up to the {width} by {height} pixels of the mask")


def _check_size(height: int, width: int) -> None:
    if min(height, width) <= 0 or height * width > _MOST_PIXELS:
        raise ValueError(f"a mask of {width} by {height} pixels; from 1 to {_MOST_PIXELS} pixels are allowed")


def read_counts(rle: bytes) -> Counts:
    """Uncompressed run lengths.

    Raises:
      ValueError: a character is not one of COCO's, the last count is cut off, or there are more than 2**22 characters.
    """
    if len(rle) > _LONGEST:
        raise ValueError(f"run lengths of {len(rle)} characters; at most {_LONGEST} are allowed")
    digits = np.frombuffer(rle, np.uint8).astype(np.int64) - ord("0")
    if not digits.size or digits.min() < 0 or digits.max() >= 64 or digits[-1] & 32:
        raise ValueError("run lengths that are cut off or hold a character that is none of COCO's")
    lasts = np.flatnonzero(digits < 32)
    firsts = np.append(0, lasts[:-1] + 1)
    num_digits = lasts - firsts + 1
    if num_digits.max() > _MOST_DIGITS:
        raise ValueError("a run length of more than 32 bits")
    places = np.arange(digits.size) - np.repeat(firsts, num_digits)
    counts = np.add.reduceat((digits & 31) << _BITS * places, firsts)
    counts -= np.where(digits[lasts] & 16, 1 << _BITS * num_digits, 0)
    counts[1::2] = np.cumsum(counts[1::2])
    counts[2::2] = np.cumsum(counts[2::2])
    return counts


def write_counts(counts: Counts) -> bytes:
    """Compressed run lengths of counts below 2**32."""
    values = counts.copy()
    values[3:] -= counts[1:-2]
    places = np.arange(_MOST_DIGITS)
    limits = 1 << (_BITS * places[1:] - 1)
    # [counts, limits]: whether a value needs one more digit
    needs_more = (values[:, None] >= limits) | (values[:, None] < -limits)
    num_digits = 1 + needs_more.sum(axis=1, keepdims=True)
    digits = (values[:, None] >> _BITS * places) & 31
    digits += 32 * (places < num_digits - 1)
    return bytes((digits[places < num_digits] + ord("0")).astype(np.uint8))


def mask_of_polygons(polygons: Sequence[Polygon], height: int, width: int) -> Pixels:
    """The pixels [height, width] whose centre lies inside one of the polygons [x, y, x, y, ...].

    Raises:
      ValueError: a polygon has less than three corners or a corner that is not finite, or the mask is too large.
    """
    _check_size(height, width)
    mask = np.zeros((height, width), bool)
    for polygon in polygons:
        mask |= _fill(_corners(polygon), height, width)
    return mask


def _corners(polygon: Polygon) -> npt.NDArray[np.float64]:
    corners = np.array(polygon, np.float64)
    if corners.ndim != 1 or corners.size < 6 or corners.size % 2 or not np.isfinite(corners).all():
        raise ValueError("a polygon is a list of x, y, x, y, ... of at least three corners")
    # [corners, 2]; corners far outside of every frame would overflow where edges meet rows
    return np.clip(corners.reshape(-1, 2), -1e9, 1e9)


def _fill(corners: npt.NDArray[np.float64], height: int, width: int) -> Pixels:
    """Fill a polygon: a pixel is inside if the number of edges to its left is odd."""
    borders = np.zeros((height, width + 1), bool)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        top, bottom = np.clip(np.ceil(np.array([min(y1, y2), max(y1, y2)]) - 0.5), 0, height).astype(int)
        rows = np.arange(top, bottom)
        crossings = x1 + (rows + 0.5 - y1) * ((x2 - x1) / (y2 - y1))
        borders[rows, np.clip(np.ceil(crossings - 0.5), 0, width).astype(int)] ^= True
    return np.logical_xor.accumulate(borders, axis=1)[:, :width]


def place_mask(mask: Pixels, top: int, left: int, height: int, width: int) -> Pixels:
    """Put `mask` into an empty mask [height, width]; parts outside are cut off. Raises ValueError if that is too large."""
    _check_size(height, width)
    frame = np.zeros((height, width), bool)
    part = mask[max(0, -top) : max(0, height - top), max(0, -left) : max(0, width - left)]
    frame[max(0, top) :, max(0, left) :][: part.shape[0], : part.shape[1]] = part
    return frame


def edges_of_mask(mask: Pixels) -> Edges | None:
    """The smallest box around the object, relative to the frame; None if there is no object."""
    height, width = mask.shape
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return None
    return (columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height)


def masks_at(
    masks: Sequence[Mask], frame_seconds: Sequence[float], tolerance_seconds: float
) -> tuple[Mask | None, ...]:
    """The mask nearest to each time, if it is within the tolerance; it is never interpolated. `masks` are sorted by time."""
    times = [mask.time for mask in masks]

    def mask_at(seconds: float) -> Mask | None:
        later = bisect_left(times, seconds)
        neighbours = masks[max(0, later - 1) : later + 1]
        nearest = min(neighbours, key=lambda mask: abs(mask.time - seconds), default=None)
        return nearest if nearest and abs(nearest.time - seconds) <= tolerance_seconds else None

    return tuple(map(mask_at, frame_seconds))
