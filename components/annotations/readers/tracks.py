"""Makes segments of objects that were tracked through the frames of a video."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from math import isfinite
from typing import Any

from components.annotations.readers.values import BadValueError
from components.annotations.records.boxes import Edges
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, FindBy, Mask, Segment, Source, SpaceUnit, TimeUnit


@dataclass(frozen=True)
class Shape:
    """An object in one frame; without edges, it is gone from that frame on.

    `is_imputed`: the tool interpolated the shape. `label`: only if the label may change from frame to frame.
    """

    frame: int
    edges: Edges | None = None
    is_imputed: bool = False
    mask: Mask | None = None
    label: str = ""


@dataclass(frozen=True)
class Track:
    """An object from the frame `start` to before the frame `end`; boxes and masks have frames as times."""

    start: float
    end: float
    boxes: tuple[Box, ...]
    masks: tuple[Mask, ...]

    def as_segment(self, video: str, label: str, source: Source, split: str | None = None) -> Segment:
        """Make a record, in frames and pixels; `video` is a file name, since tools know no path."""
        return Segment(
            video=video,
            label=label,
            source=source,
            start=self.start,
            end=self.end,
            time_unit=TimeUnit.FRAMES,
            split=split,
            boxes=self.boxes,
            space_unit=SpaceUnit.PIXELS,
            masks=self.masks,
            find_by=FindBy.NAME,
        )


def build_track(shapes: Sequence[Shape]) -> Track:
    """Make a track of sorted shapes. It ends where the object is gone for good, else after the last shape's frame.

    Raises:
      BadValueError: the object is in no frame.
    """
    boxes: list[Box] = []
    for shape in shapes:
        if shape.edges:
            boxes.append(Box(float(shape.frame), *shape.edges, is_imputed=shape.is_imputed))
        elif boxes and not boxes[-1].is_end:
            boxes.append(replace(boxes[-1], time=float(shape.frame), is_imputed=False, is_end=True))
    if not boxes:
        raise BadValueError(Reason.BOX_INVALID, "the object is outside of the picture in all of its frames", "")
    last = boxes[-1]
    return Track(
        start=boxes[0].time,
        end=last.time if last.is_end else last.time + 1,
        boxes=tuple(boxes),
        masks=tuple(shape.mask for shape in shapes if shape.mask and shape.edges),
    )


def in_order(shapes: Iterable[Shape]) -> list[Shape]:
    """Sort shapes and keep one for each frame: drawn rather than interpolated, interpolated rather than gone.

    Raises:
      BadValueError: a frame has two different shapes of the same kind.
    """
    ordered: list[Shape] = []
    for frame, same_frame in groupby(sorted(shapes, key=_order), key=lambda shape: shape.frame):
        best, *others = same_frame
        if others and _order(others[0]) == _order(best) and others[0] != best:
            raise BadValueError(Reason.BOX_INVALID, "the object is twice in one frame, in different places", frame)
        ordered.append(best)
    return ordered


def end_in_gaps(shapes: Sequence[Shape], annotated_frames: Sequence[int]) -> Iterator[Shape]:
    """Add to sorted shapes where the object is gone: in the first annotated frame of each gap between two shapes."""
    for shape, following in pairwise(shapes):
        yield shape
        later = bisect_right(annotated_frames, shape.frame)
        if later < len(annotated_frames) and annotated_frames[later] < following.frame:
            yield Shape(annotated_frames[later])
    yield from shapes[-1:]


def check_edges(edges: Edges, value: Any) -> Edges:
    """Return the edges of a box that has an area; it may lie partly or wholly outside of the picture.

    Raises:
      BadValueError: the box has no area, or an edge is not finite; the error shows `value`.
    """
    x_min, y_min, x_max, y_max = edges
    if not (x_min < x_max and y_min < y_max and all(map(isfinite, edges))):
        raise BadValueError(Reason.BOX_INVALID, "the box has no width or no height", value)
    return edges


def _order(shape: Shape) -> tuple[int, bool, bool]:
    return (shape.frame, shape.edges is None, shape.is_imputed)
