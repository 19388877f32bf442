"""Boxes at the times of sampled frames."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from components.annotations.records import Box

Edges = tuple[float, float, float, float]

ANNOTATED, IMPUTED, ABSENT = 1.0, 0.5, 0.0


@dataclass(frozen=True)
class BoxTrack:
    """One box per frame: edges [x_min, y_min, x_max, y_max] (zeros where absent) and its validity.

    `validity` is 1 for a box that was annotated at that time, 0.5 for one interpolated between two, 0 for none.
    """

    edges: tuple[Edges, ...]
    validity: tuple[float, ...]


def boxes_at(boxes: Sequence[Box], frame_seconds: Sequence[float], tolerance_seconds: float) -> BoxTrack:
    """Boxes at each time: annotated ones within the tolerance, else interpolated linearly, never extrapolated.

    Args:
      boxes: sorted by time.
      frame_seconds: the times asked for.
      tolerance_seconds: how far an annotated box may be from a frame and still be that frame's.
    """
    times = [box.seconds for box in boxes]
    edges: list[Edges] = []
    validity: list[float] = []
    for seconds in frame_seconds:
        later = bisect_left(times, seconds)
        neighbours = boxes[max(0, later - 1) : later + 1]
        nearest = min(neighbours, key=lambda box: abs(box.seconds - seconds), default=None)
        if nearest and abs(nearest.seconds - seconds) <= tolerance_seconds:
            edges.append(_edges(nearest))
            validity.append(ANNOTATED)
        elif len(neighbours) == 2:
            before, after = neighbours
            weight = (seconds - before.seconds) / (after.seconds - before.seconds)
            pairs = zip(_edges(before), _edges(after), strict=True)
            x_min, y_min, x_max, y_max = (left + (right - left) * weight for left, right in pairs)
            edges.append((x_min, y_min, x_max, y_max))
            validity.append(IMPUTED)
        else:
            edges.append((0.0, 0.0, 0.0, 0.0))
            validity.append(ABSENT)
    return BoxTrack(tuple(edges), tuple(validity))


def _edges(box: Box) -> Edges:
    return (box.x_min, box.y_min, box.x_max, box.y_max)
