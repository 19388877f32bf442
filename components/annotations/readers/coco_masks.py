"""Reads COCO's segmentations: run lengths, compressed or not, and polygons."""

from typing import Any

import numpy as np

from components.annotations.readers.values import BadValueError, is_blank
from components.annotations.records.masks import check_counts, encode_mask, mask_of_polygons, read_counts, write_counts
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Mask


def read_segmentation(segmentation: Any, frame: int, height: Any, width: Any) -> Mask | None:
    """The mask of one frame; None if there is none. Height and width are the frame's: polygons do not have them.

    Raises:
      BadValueError: it is no segmentation, or its run lengths do not add up to its size.
    """
    if is_blank(segmentation) or segmentation == []:
        return None
    try:
        if isinstance(segmentation, dict):
            height, width = map(int, segmentation["size"])
            rle = _run_lengths(segmentation["counts"], height, width)
        else:
            height, width = int(height), int(width)
            rle = encode_mask(mask_of_polygons(segmentation, height, width))
        return Mask(float(frame), rle=rle, height=height, width=width)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadValueError(Reason.MASK_INVALID, f"frame {frame}: {error}"[:300], str(segmentation)[:200]) from None


def _run_lengths(counts: Any, height: int, width: int) -> bytes:
    if isinstance(counts, str):
        rle = counts.encode()
        check_counts(read_counts(rle), height, width)
        return rle
    uncompressed = np.array(counts, np.int64)
    if uncompressed.ndim != 1:
        raise ValueError("run lengths are a text or a list of numbers")
    check_counts(uncompressed, height, width)
    return write_counts(uncompressed)
