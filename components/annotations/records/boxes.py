"""Boxes: at the times of sampled frames, as shares of a frame, and as shares of a part of it."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
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


def relative_boxes(boxes: Sequence[Box], width: int, height: int) -> tuple[Box, ...]:
    """Boxes in pixels as shares of a frame, cut at its edges; one that lies outside of it is the end of a track.

    That one becomes the pixels of the frame that are next to it, towards which boxes before it are interpolated.
    """
    return tuple(_relative(box, width, height) for box in boxes)


def _relative(box: Box, width: int, height: int) -> Box:
    x_min, x_max = (min(1.0, max(0.0, edge / width)) for edge in (box.x_min, box.x_max))
    y_min, y_max = (min(1.0, max(0.0, edge / height)) for edge in (box.y_min, box.y_max))
    is_outside = x_min >= x_max or y_min >= y_max
    if is_outside:
        x_min, x_max = _at_least(x_min, x_max, 1 / width)
        y_min, y_max = _at_least(y_min, y_max, 1 / height)
    return replace(box, x_min=x_min, y_min=y_min, x_max=x_max, y_max=y_max, is_end=box.is_end or is_outside)


def _at_least(low: float, high: float, length: float) -> tuple[float, float]:
    """A stretch within 0 to 1 that is not shorter than `length`."""
    low = min(low, 1 - length)
    return low, max(high, low + length)


def within(track: BoxTrack, part: Edges) -> BoxTrack:
    """A track whose edges are shares of a `part` of the frame, cut at its edges; a box that lies outside of it is none."""
    found = [_within(edges, part, valid) for edges, valid in zip(*track, strict=True)]
    return BoxTrack(tuple(edges for edges, _ in found), tuple(validity for _, validity in found))


def _within(edges: Edges, part: Edges, validity: float) -> tuple[Edges, float]:
    left, top, right, bottom = part
    x_min, x_max = (min(1.0, max(0.0, (edge - left) / (right - left))) for edge in (edges[0], edges[2]))
    y_min, y_max = (min(1.0, max(0.0, (edge - top) / (bottom - top))) for edge in (edges[1], edges[3]))
    return ((x_min, y_min, x_max, y_max), validity) if x_min < x_max and y_min < y_max else _NO_BOX
