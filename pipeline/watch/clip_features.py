"""What a clip is like, in numbers: the same for what clients send and for stored Examples. No TensorFlow here."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from components.video.images import Frame, brightness, motion_energy, thumbnail

_Item = TypeVar("_Item")


class ClipFeatures(NamedTuple):
    """Numbers of one clip. `num_frames`, `height` and `width` (pixels) are as it was sent; the others are of the frames that
    the network is shown, in grey and at 64x64 pixels, so that neither size nor number of frames changes them.

    Attributes:
      brightness, contrast: mean and standard deviation of the grey values, 0 to 1.
      motion: mean absolute difference of neighbouring frames, 0 to 1.
      sharpness: mean absolute Laplacian over the standard deviation of the grey values.
      warmth: mean of red less mean of blue, -1 to 1.
    """

    num_frames: int
    height: int
    width: int
    brightness: float
    contrast: float
    motion: float
    sharpness: float
    warmth: float


def measure_jpegs(jpegs: Sequence[bytes], num_shown: int) -> ClipFeatures:
    """The features of a clip of JPEGs, of which the network is shown `num_shown`.

    Raises:
      ValueError: there is none, or one that is shown is no image.
    """
    return _measure(map(_decode, shown(jpegs, num_shown)), len(jpegs))


def measure_frames(frames: npt.NDArray[np.uint8], num_shown: int) -> ClipFeatures:
    """The same for RGB frames, uint8 [time, height, width, 3]."""
    indices = shown(range(len(frames)), num_shown)
    return _measure((np.ascontiguousarray(frames[index][..., ::-1]) for index in indices), len(frames))


def shown(given: Sequence[_Item], num_shown: int) -> Iterator[_Item]:
    """The frames that the network is shown; as `models.views.centre_frames`, which is TensorFlow's.

    Raises:
      ValueError: there is none.
    """
    if not len(given):
        raise ValueError("a clip without frames")
    positions = (np.arange(num_shown, dtype=np.float32) + np.float32(0.5)) / np.float32(num_shown)
    indices = np.minimum((positions * np.float32(len(given))).astype(np.int32), len(given) - 1)
    return (given[index] for index in indices.tolist())


def _measure(frames: Iterable[Frame], num_given: int) -> ClipFeatures:
    """The features of BGR frames, of which one is in memory at a time: they may be large."""
    small, colours, height, width = [], [], 0, 0
    for frame in frames:
        height, width = frame.shape[:2]
        small.append(thumbnail(frame))
        colours.append(cv2.mean(frame))
    deviation = float(np.mean([image.std() for image in small]))
    edges = float(np.mean([np.abs(cv2.Laplacian(image, cv2.CV_32F)).mean() for image in small]))
    blue, _, red, _ = np.mean(colours, axis=0).tolist()
    return ClipFeatures(
        num_frames=num_given,
        height=height,
        width=width,
        brightness=float(np.mean([brightness(image) for image in small])),
        contrast=deviation / 255,
        motion=motion_energy(small),
        sharpness=edges / max(deviation, 1.0),
        warmth=(red - blue) / 255,
    )


def _decode(jpeg: bytes) -> Frame:
    # As TensorFlow, which does not turn images as their EXIF says. It has decoded them before, and refuses gigabytes.
    try:
        image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error as error:
        raise ValueError("a frame that is no image") from error
    if image is None:
        raise ValueError("a frame that is no image")
    return np.asarray(image, dtype=np.uint8)
