"""Frames as arrays, in OpenCV's order of colours (BGR): scaling, JPEG, and what can be measured on them."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

Frame = npt.NDArray[np.uint8]

_THUMBNAIL_SIDE = 64


def scale_short_side(frame: Frame, short_side: int) -> Frame:
    """`frame` (uint8 [height, width, 3]) scaled down, aspect kept; a smaller frame stays as it is."""
    height, width = frame.shape[:2]
    scale = short_side / min(height, width)
    if scale >= 1:
        return frame
    return _shrink(frame, max(1, round(width * scale)), max(1, round(height * scale)))


def encode_jpeg(frame: Frame, quality: int) -> bytes:
    """`frame` (BGR, uint8 [height, width, 3]) as JPEG; the same pixels give the same bytes."""
    _, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(data.tobytes())


def thumbnail(frame: Frame) -> Frame:
    """The grey values of `frame` (BGR, uint8 [height, width, 3]) in small: uint8 [64, 64]."""
    return _shrink(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), _THUMBNAIL_SIDE, _THUMBNAIL_SIDE)


def motion_energy(thumbnails: Sequence[Frame]) -> float:
    """Mean absolute difference between neighbouring thumbnails, 0 to 1; 0 for a single one."""
    pairs = zip(thumbnails, thumbnails[1:], strict=False)
    differences = [cv2.norm(before, after, cv2.NORM_L1) / before.size for before, after in pairs]
    return sum(differences) / len(differences) / 255 if differences else 0.0


def brightness(thumbnail: Frame) -> float:
    """Mean grey value, 0 to 1."""
    return float(cv2.mean(thumbnail)[0]) / 255


def _shrink(image: Frame, width: int, height: int) -> Frame:
    """`image` resized to `width` and `height`."""
    # Averages over areas prevent aliasing. OpenCV takes them of 2x2 pixels many times faster than of any other size, and
    # below a factor of two bilinear interpolation looks at all pixels too.
    while image.shape[0] >= 2 * height and image.shape[1] >= 2 * width:
        rows, columns = image.shape[0] // 2, image.shape[1] // 2
        image = cv2.resize(image[: 2 * rows, : 2 * columns], (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
