"""Frames as arrays: scaling, JPEG, and what can be measured on them."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

Frame = npt.NDArray[np.uint8]

_THUMBNAIL_SIZE = (64, 64)


def scale_short_side(frame: Frame, short_side: int) -> Frame:
    """`frame` (uint8 [height, width, 3]) scaled down, aspect kept; a smaller frame stays as it is."""
    height, width = frame.shape[:2]
    scale = short_side / min(height, width)
    if scale >= 1:
        return frame
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def encode_jpeg(frame: Frame, quality: int) -> bytes:
    """`frame` (RGB, uint8 [height, width, 3]) as JPEG; the same pixels give the same bytes."""
    _, data = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(data.tobytes())


def thumbnail(frame: Frame) -> Frame:
    """The grey values of `frame` (uint8 [height, width, 3]) in small: uint8 [64, 64]."""
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, _THUMBNAIL_SIZE, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def motion_energy(thumbnails: Sequence[Frame]) -> float:
    """Mean absolute difference between neighbouring thumbnails, 0 to 1; 0 for a single one."""
    pairs = zip(thumbnails, thumbnails[1:], strict=False)
    differences = [float(cv2.absdiff(before, after).mean()) for before, after in pairs]
    return sum(differences) / len(differences) / 255 if differences else 0.0


def brightness(frame: Frame) -> float:
    """Mean of all pixels, 0 to 1."""
    return float(frame.mean()) / 255
