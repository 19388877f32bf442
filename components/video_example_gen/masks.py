"""Masks at the frames of a clip, and the boxes around masks."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from components.annotations.records.boxes import Edges
from components.annotations.records.masks import Pixels, decode_mask, edges_of_mask, masks_at
from components.annotations.records.record import Box, Mask
from components.storage.root import Root
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.faults import sorted_out
from components.video.reader import VideoError

_WHOLE_FRAME: Edges = (0.0, 0.0, 1.0, 1.0)


class MaskError(Exception):
    """A mask that cannot be used."""


@dataclass(frozen=True)
class MaskTrack:
    """`pngs`: a mask per frame, empty where there is none. `boxes`: around the masks, relative to the frame, by time."""

    pngs: tuple[bytes, ...] = ()
    boxes: tuple[Box, ...] = ()


class MaskReader:
    """Reads masks below the videos' root; PNGs are decoded where videos are, in a child process with the same limits."""

    def __init__(self, root: Root, decoder: Decoder, sampling: SamplingConfig) -> None:
        self._root = root
        self._decoder = decoder
        self._sampling = sampling

    def read(self, mask: Mask) -> Pixels:
        """The mask's pixels, [height, width] of its own size.

        Raises:
          MaskError: the path leads out of the root, the file cannot be read or is no PNG, or the run lengths are malformed.
        """
        try:
            if not mask.png:
                return decode_mask(mask.rle, mask.height, mask.width)
            with sorted_out(mask.png), self._root.local_copy(self._root.canonical(mask.png)) as path:
                return self._decoder.read_mask(path, self._sampling)
        except (ValueError, VideoError) as error:
            raise MaskError(f"{_name(mask)}: {error}") from error

    def boxes(self, masks: Sequence[Mask]) -> tuple[Box, ...]:
        """The boxes around all of `masks`, sorted by time, of which no two are read at once; errors are those of `read`."""
        boxes: list[Box] = []
        for mask in masks:
            boxes.append(_box(mask.time, edges_of_mask(self.read(mask)), boxes))
        return tuple(boxes)

    def track(
        self,
        masks: Sequence[Mask],
        times: Sequence[float],
        tolerance: float,
        height: int,
        width: int,
        crop: Edges | None = None,
    ) -> MaskTrack:
        """The masks of frames, as PNGs of `height` times `width` pixels, and the boxes around them.

        There is also a box for the masks next to each frame, before and after it, between which it may be interpolated.
        Other masks are not read, and no two at once.

        Args:
          masks: sorted by time.
          times: of the frames, in the unit of the masks.
          tolerance: how far a mask may be from a frame and still be that frame's.
          crop: what the PNGs show of the frames; None: all of them.

        Raises:
          MaskError: a mask cannot be used.
        """
        mask_times = [mask.time for mask in masks]
        later = [bisect_left(mask_times, time) for time in times]
        positions = sorted({position for one in later for position in (one - 1, one) if 0 <= position < len(masks)})
        shown = masks_at(masks, times, tolerance)
        png_of: dict[int, bytes] = {}
        boxes: list[Box] = []
        for mask in (masks[position] for position in positions):
            pixels = self.read(mask)
            boxes.append(_box(mask.time, edges_of_mask(pixels), boxes))
            if any(mask is one for one in shown):
                png_of[id(mask)] = encode_mask_png(pixels, height, width, crop or _WHOLE_FRAME)
        pngs = tuple(png_of[id(mask)] if mask else b"" for mask in shown)
        return MaskTrack(pngs if any(pngs) else (), tuple(boxes))


def encode_mask_png(pixels: Pixels, height: int, width: int, part: Edges = _WHOLE_FRAME) -> bytes:
    """A part of a mask (shares of it) as a PNG of 0 and 255 with `height` times `width` pixels; same pixels, same bytes.

    It is scaled by nearest neighbours.
    """
    left, top, right, bottom = part
    rows = _nearest(pixels.shape[0], height, top, bottom)
    columns = _nearest(pixels.shape[1], width, left, right)
    _, data = cv2.imencode(".png", pixels[np.ix_(rows, columns)].astype(np.uint8) * 255)
    return bytes(data.tobytes())


def _nearest(length: int, wanted: int, first: float, last: float) -> npt.NDArray[np.intp]:
    """Of the pixels of a side, `wanted` ones evenly spread over its part from `first` to `last` (shares)."""
    places = first * length + (np.arange(wanted) + 0.5) * ((last - first) * length) / wanted
    return np.minimum(places.astype(np.intp), length - 1)


def _box(time: float, edges: Edges | None, before: Sequence[Box]) -> Box:
    """The box around a mask; around an empty one the end of the track, where it was seen last."""
    if edges is not None:
        return Box(time, *edges)
    last = before[-1] if before else Box(time, *_WHOLE_FRAME)
    return Box(time, last.x_min, last.y_min, last.x_max, last.y_max, is_end=True)


def _name(mask: Mask) -> str:
    return f"the mask {mask.png}" if mask.png else f"the mask at {mask.time:g}"
