"""Where the actor of a segment is, and whether two segments are of one actor."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from components.annotations.records.boxes import ABSENT, BoxTrack, Edges, boxes_at, relative_boxes
from components.annotations.records.record import Box, Segment, SpaceUnit

_NUM_TIMES = 9
_ROUNDING = 1e-9
# The IoU of boxes of one actor, of which one was drawn by another hand, or interpolated.
_SAME_BOXES = 0.9


@dataclass(frozen=True)
class Actor:
    """Boxes of an actor, sorted by time, in the unit of its segment's bounds.

    `boxes`: drawn or interpolated, in `space_unit`. `mask_boxes`: those around masks, shares of the frame; they count where no
    box was drawn.
    """

    boxes: tuple[Box, ...] = ()
    space_unit: SpaceUnit = SpaceUnit.RELATIVE
    mask_boxes: tuple[Box, ...] = ()

    def track(self, times: Sequence[float], tolerance: float, width: int, height: int) -> BoxTrack:
        """The boxes at these times, as shares of frames of that size; `tolerance` is that of `boxes_at`."""
        boxes = relative_boxes(self.boxes, width, height) if self.space_unit is SpaceUnit.PIXELS else self.boxes
        return boxes_at(_merged(boxes, self.mask_boxes, tolerance), times, tolerance)

    def enclosing(self, first: float, last: float, tolerance: float, width: int, height: int) -> Edges | None:
        """The box around all boxes from `first` to `last`, interpolated at both, as shares of frames of that size.

        None if there is no box then.
        """
        # In the unit of the boxes: one that lies beyond the frame's edges still says where the actor is on its way there.
        scale = (width, height) if self.space_unit is SpaceUnit.PIXELS else (1, 1)
        around_masks = [_scaled(box, *scale) for box in _near(self.mask_boxes, first, last)]
        boxes = _merged(_near(self.boxes, first, last), around_masks, tolerance)
        times = [first, *(box.time for box in boxes if first < box.time < last), last]
        track = boxes_at(boxes, times, tolerance=0.0)
        return _around([_shares(edges, *scale) for edges, valid in zip(*track, strict=True) if valid != ABSENT])


def _merged(boxes: Sequence[Box], mask_boxes: Sequence[Box], tolerance: float) -> Sequence[Box]:
    """Boxes, and those around masks where none was drawn, all in one unit."""
    if not mask_boxes:
        return boxes
    box_times = [box.time for box in boxes]

    def is_alone(time: float) -> bool:
        later = bisect_left(box_times, time)
        return all(abs(near - time) > tolerance for near in box_times[max(0, later - 1) : later + 1])

    return sorted([*boxes, *(box for box in mask_boxes if is_alone(box.time))], key=lambda box: box.time)


def _scaled(box: Box, width: int, height: int) -> Box:
    x_min, y_min, x_max, y_max = box.x_min * width, box.y_min * height, box.x_max * width, box.y_max * height
    return replace(box, x_min=x_min, y_min=y_min, x_max=x_max, y_max=y_max)


def _shares(edges: Edges, width: int, height: int) -> Edges:
    return edges[0] / width, edges[1] / height, edges[2] / width, edges[3] / height


def _near(boxes: tuple[Box, ...], first: float, last: float) -> tuple[Box, ...]:
    """Those from `first` to `last`, and the next ones on both sides."""
    begin = bisect_left(boxes, first, key=lambda box: box.time)
    return boxes[max(0, begin - 1) : bisect_right(boxes, last, key=lambda box: box.time) + 1]


def _around(boxes: Sequence[Edges]) -> Edges | None:
    """The smallest box around all of `boxes`, in their order in time, as far as the actor is in the frame.

    One that lies outside of the frame counts if the one before or after does not: between both the actor is still to be seen.
    """
    visible = [edges[0] < 1 and edges[1] < 1 and edges[2] > 0 and edges[3] > 0 for edges in boxes]
    if not any(visible):
        return None
    seen = [edges for number, edges in enumerate(boxes) if any(visible[max(0, number - 1) : number + 2])]
    lefts, tops, rights, bottoms = zip(*seen, strict=True)
    return max(0.0, min(lefts)), max(0.0, min(tops)), min(1.0, max(rights)), min(1.0, max(bottoms))


def is_same_actor(one: Segment, other: Segment) -> bool:
    """Whether rows of a video are of one actor: a mask is the same, or their boxes are, but for what interpolation changes.

    Two people who stand before each other have boxes that lie on each other, too, but never like that.
    """
    return bool(set(one.masks).intersection(other.masks)) or agreement(one, other) >= _SAME_BOXES


def agreement(one: Segment, other: Segment) -> float:
    """How much the boxes of two segments of a video lie on each other while both are there: the mean IoU, 0 to 1.

    0 where they are never there together, or are given in other units.
    """
    if not (one.boxes and other.boxes) or (one.time_unit, one.space_unit) != (other.time_unit, other.space_unit):
        return 0.0
    first, last = max(one.boxes[0].time, other.boxes[0].time), min(one.boxes[-1].time, other.boxes[-1].time)
    times = sorted({box.time for box in (*one.boxes, *other.boxes) if first <= box.time <= last})
    times = times[:: max(1, len(times) // _NUM_TIMES)]
    tracks = [boxes_at(segment.boxes, times, tolerance=_ROUNDING) for segment in (one, other)]
    both = [
        intersection_over_union(one_edges, other_edges)
        for one_edges, other_edges, *validity in zip(
            tracks[0].edges, tracks[1].edges, tracks[0].validity, tracks[1].validity, strict=True
        )
        if ABSENT not in validity
    ]
    return sum(both) / len(both) if both else 0.0


def intersection_over_union(one: Edges, other: Edges) -> float:
    """Of two boxes [x_min, y_min, x_max, y_max]; 0 where they do not meet."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(edges[2] - edges[0]) * (edges[3] - edges[1]) for edges in (one, other)]
    return width * height / (sum(areas) - width * height)
