"""Boxes at the times of sampled frames."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from components.annotations.records.record import Box

Edges = tuple[float, float, float, float]

ANNOTATED, IMPUTED, ABSENT = 1.0, 0.5, 0.0
_NO_BOX: tuple[Edges, float] = (0.0, 0.0, 0.0, 0.0), ABSENT


class BoxTrack(NamedTuple):
    """One box for each frame: its edges [x_min, y_min, x_max, y_max] and its validity.

    `validity` is 1 for a drawn box, 0.5 for an interpolated one, and 0 for none; then the edges are zeros.
    """

    edges: tuple[Edges, ...]
    validity: tuple[float, ...]


def boxes_at(boxes: Sequence[Box], times: Sequence[float], tolerance: float) -> BoxTrack:
    """The box at each time: an annotated one within the tolerance, else interpolated linearly, never extrapolated.

    Args:
      boxes: sorted by time.
      times: in the unit of the boxes (seconds or frames).
      tolerance: the largest distance in time between a frame and an annotated box of that frame.
    """
    box_times = [box.time for box in boxes]
    found = [_box_at(boxes, box_times, time, tolerance) for time in times]
    return BoxTrack(tuple(edges for edges, _ in found), tuple(validity for _, validity in found))


def _box_at(boxes: Sequence[Box], box_times: Sequence[float], time: float, tolerance: float) -> tuple[Edges, float]:
    later = bisect_left(box_times, time)
    neighbours = boxes[max(0, later - 1) : later + 1]
    nearest = min(neighbours, key=lambda box: abs(box.time - time), default=None)
    if nearest and abs(nearest.time - time) <= tolerance:
        return _NO_BOX if nearest.is_end else (_edges(nearest), IMPUTED if nearest.is_imputed else ANNOTATED)
    if len(neighbours) < 2 or neighbours[0].is_end:
        return _NO_BOX
    before, after = neighbours
    weight = (time - before.time) / (after.time - before.time)
    pairs = zip(_edges(before), _edges(after), strict=True)
    x_min, y_min, x_max, y_max = (left + (right - left) * weight for left, right in pairs)
    return (x_min, y_min, x_max, y_max), IMPUTED


def _edges(box: Box) -> Edges:
    return (box.x_min, box.y_min, box.x_max, box.y_max)
