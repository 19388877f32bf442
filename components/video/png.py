"""PNG files of unknown origin as masks. Only the decoding process calls this.

Source of the layout: https://www.w3.org/TR/png-3/.
"""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from components.storage.faults import is_of_the_file
from components.video.reader import VideoError

Pixels = npt.NDArray[np.bool_]

_SIGNATURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_HEADER_SIZE = len(_SIGNATURE) + 8
_NUM_CHANNELS_WITH_ALPHA = (2, 4)


def read_mask(path: Path, max_pixels: int) -> Pixels:
    """The pixels of a PNG that are neither black nor transparent: [height, width].

    Raises:
      VideoError: the file cannot be read, is no PNG, is damaged, or has more than `max_pixels` pixels.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_SIZE)
            _check_header(header, max_pixels)
            content = header + file.read()
    except OSError as error:
        if not is_of_the_file(error):
            raise
        raise _invalid(f"it cannot be read: {error.strerror}") from error
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise _invalid(f"OpenCV cannot decode it: {error.err}") from error
    if image is None:
        raise _invalid("it is damaged")
    channels = image.reshape(*image.shape[:2], -1)  # [height, width, channels]
    if channels.shape[2] in _NUM_CHANNELS_WITH_ALPHA:
        return np.asarray(channels[..., :-1].any(axis=2) & (channels[..., -1] > 0))
    return np.asarray(channels.any(axis=2))


def _check_header(header: bytes, max_pixels: int) -> None:
    """OpenCV would decode any image, by its content and whatever its size."""
    if len(header) < _HEADER_SIZE or not header.startswith(_SIGNATURE):
        raise _invalid("it is no PNG")
    width, height = (int.from_bytes(header[start : start + 4], "big") for start in (16, 20))
    if width * height > max_pixels:
        raise _invalid(f"it has {width}x{height} pixels; the limit is {max_pixels} (sampling.max_pixels)")


def _invalid(message: str) -> VideoError:
    return VideoError("mask_invalid", message)
