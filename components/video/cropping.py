"""Clips that are cut around their actor: one place for all frames of a clip, so that what moves in it still moves. Pure."""

import math
from typing import NamedTuple

from components.annotations.records.boxes import Edges
from components.video.images import Frame

# In pixels. Shares of a frame are off by some bits, which shall not cost a row of pixels.
_ROUNDING = 1e-3


class Rectangle(NamedTuple):
    """Pixels of a frame: columns from `left` to before `right`, rows from `top` to before `bottom`."""

    left: int
    top: int
    right: int
    bottom: int

    def as_edges(self, width: int, height: int) -> Edges:
        """The same as shares of a frame of that size."""
        return self.left / width, self.top / height, self.right / width, self.bottom / height


def cut(frame: Frame, crop: Rectangle) -> Frame:
    """That part of `frame` (uint8 [height, width, 3])."""
    return frame[crop.top : crop.bottom, crop.left : crop.right]


def crop_around(edges: Edges, width: int, height: int, margin: float, aspect: float) -> Rectangle:
    """The part of a frame of `width` times `height` pixels that shows a box and what surrounds it.

    It is as near to the box's middle as the frame allows. Where the frame is too small for the margin or the aspect, the crop
    is made smaller as a whole; where it is too small for the aspect and the box, the aspect gives way.

    Args:
      edges: of the box, as shares of the frame.
      margin: what is added on each side, as a share of the box's width or height.
      aspect: width of the crop divided by its height.
    """
    x_min, y_min, x_max, y_max = edges[0] * width, edges[1] * height, edges[2] * width, edges[3] * height
    box_width, box_height = x_max - x_min, y_max - y_min
    wide, high = (1 + 2 * margin) * box_width, (1 + 2 * margin) * box_height
    wide, high = max(wide, high * aspect), max(high, wide / aspect)
    shrunk = min(1.0, width / wide, height / high)
    left, right = _placed(x_min, x_max, max(wide * shrunk, box_width), width)
    top, bottom = _placed(y_min, y_max, max(high * shrunk, box_height), height)
    return Rectangle(left, top, right, bottom)


def _placed(first: float, last: float, length: float, available: int) -> tuple[int, int]:
    """A stretch of whole pixels around the middle of another one, moved to where there are pixels."""
    start = min(max(0.0, (first + last - length) / 2), max(0.0, available - length))
    begin = min(math.floor(min(start, first) + _ROUNDING), available - 1)
    return begin, max(begin + 1, min(available, math.ceil(max(start + length, last) - _ROUNDING)))
