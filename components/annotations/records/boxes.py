"""Boxes at the times of sampled frames."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from components.annotations.records.record import Box

Edges = tuple[float, float, float, float]

ANNOTATED, IMPUTED, ABSENT = 1.0, 0.5, 0.0


@dataclass(frozen=True)
class BoxTrack:
    """One box per frame: edges [x_min, y_min, x_max, y_max] (zeros where absent) and its validity.

    `validity` is 1 for a box that was drawn at that time, 0.5 for one interpolated between two, 0 for none.
    """

    edges: tuple[Edges, ...]
    validity: tuple[float, ...]


def boxes_at(boxes: Sequence[Box], times: Sequence[float], tolerance: float) -> BoxTrack:
    """Boxes at each time: annotated ones within the tolerance, else interpolated linearly, never extrapolated.

    Args:
      boxes: sorted by time.
      times: the times asked for, in the unit of the boxes (seconds, or frames).
      tolerance: how far an annotated box may be from a frame and still be that frame's.
    """
    box_times = [box.time for box in boxes]
    edges: list[Edges] = []
    validity: list[float] = []
    for time in times:
        box_edges, box_validity = _box_at(boxes, box_times, time, tolerance)
        edges.append(box_edges)
        validity.append(box_validity)
    return BoxTrack(tuple(edges), tuple(validity))


def _box_at(boxes: Sequence[Box], box_times: Sequence[float], time: float, tolerance: float) -> tuple[Edges, float]:
    later = bisect_left(box_times, time)
    neighbours = boxes[max(0, later - 1) : later + 1]
    nearest = min(neighbours, key=lambda box: abs(box.time - time), default=None)
    if nearest and abs(nearest.time - time) <= tolerance:
        return _absent() if nearest.is_end else (_edges(nearest), IMPUTED if nearest.is_imputed else ANNOTATED)
    if len(neighbours) < 2 or neighbours[0].is_end:
        return _absent()
    before, after = neighbours
    weight = (time - before.time) / (after.time - before.time)
    pairs = zip(_edges(before), _edges(after), strict=True)
    x_min, y_min, x_max, y_max = (left + (right - left) * weight for left, right in pairs)
    return (x_min, y_min, x_max, y_max), IMPUTED


def _absent() -> tuple[Edges, float]:
    return (0.0, 0.0, 0.0, 0.0), ABSENT


def _edges(box: Box) -> Edges:
    return (box.x_min, box.y_min, box.x_max, box.y_max)
