"""Whether two files hold the same video, whatever was done to size, encoding, brightness, or left and right."""

import cv2
import numpy as np

from components.annotation_validator.inputs.measures import KEPT, Curve, Fingerprint, Vector
from components.video.images import Frame

_NUM_TIMES, _SIDE = 32, 32


def fingerprint(seconds: Curve, frames: Frame) -> Fingerprint:
    """The fingerprint of a whole video.

    Args:
      seconds: float64 [num_frames], ascending.
      frames: uint8 [num_frames, height, width].
    """
    times = np.linspace(seconds[0], seconds[-1], _NUM_TIMES)
    nearest = np.searchsorted((seconds[:-1] + seconds[1:]) / 2, times)
    small = np.stack([cv2.resize(frames[index], (_SIDE, _SIDE), interpolation=cv2.INTER_AREA) for index in nearest])
    values = small.astype(np.float32)
    values -= values.mean(axis=(1, 2), keepdims=True)
    # Light and contrast of each frame; a frame of one colour stays flat.
    values /= np.maximum(1.0, values.std(axis=(1, 2), keepdims=True))
    time, height, width = (_cosines(kept, size) for kept, size in zip(KEPT, values.shape, strict=True))
    low = np.einsum("at,tyx,by,cx->abc", time, values, height, width, optimize=True)
    return Fingerprint(_unit(low[0]), _unit(low[1:]))


def _cosines(num_kept: int, size: int) -> Vector:
    """The lowest basis functions of the DCT-II, all of length 1: float32 [num_kept, size]."""
    waves = np.cos(np.pi * np.arange(num_kept)[:, None] * (np.arange(size) + 0.5) / size)
    return np.asarray(waves / np.linalg.norm(waves, axis=1, keepdims=True), dtype=np.float32)


def _unit(values: Vector) -> Vector:
    flat = values.ravel()
    return np.asarray(flat / max(1e-6, float(np.linalg.norm(flat))), dtype=np.float32)
