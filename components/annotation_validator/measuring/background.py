"""What stands still in front of a camera: the edges of a room or a street, whoever acts there, in whatever light.

Pictures of different rooms may be alike as a whole, dark below and bright above, and a wall without anything on it is like any
other. Edges in the same places all over the frame are not: see `components.annotation_validator.analysis.scenes`.
"""

import cv2
import numpy as np

from components.annotation_validator.inputs.measures import EDGES_OF_BLOCK, NUM_BLOCKS, Vector
from components.video.images import Frame

_MOST_FRAMES = 64
_SIDE = 64
_BLOCKS = 4  # a side
_CELLS = 4  # of a block's side
# Black bars are cut off, since they would be the same edges in all pictures that have them.
_BLACK = 24
# Logarithms make edges independent of the light; added grey levels keep noise in the dark from being edges.
_DARKEST = 20
_SIGMA_PIXELS = 1.0
# Changes of the logarithm a pixel: from which on an edge is as good as any, and what a block must have not to be empty.
_STRONG, _WEAKEST = 0.1, 0.015


def describe_background(frames: Frame) -> Vector:
    """The edges of what stands still: float32 [16, 32], for blocks of the frame; a block without any is 0.

    Args:
      frames: uint8 [num_frames, height, width].
    """
    chosen = frames[np.linspace(0, len(frames) - 1, min(len(frames), _MOST_FRAMES)).astype(int)]
    still = _without_bars(np.median(chosen, axis=0).astype(np.float32))
    still = cv2.resize(still, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    light = cv2.GaussianBlur(np.log(still + _DARKEST), (0, 0), _SIGMA_PIXELS)
    edges = [cv2.Sobel(light, cv2.CV_32F, *direction, ksize=3, scale=1 / 8) for direction in ((1, 0), (0, 1))]
    scale = np.minimum(1, _STRONG / np.maximum(np.hypot(*edges), 1e-9))
    size = _BLOCKS * _CELLS
    cells = np.stack([cv2.resize(each * scale, (size, size), interpolation=cv2.INTER_AREA) for each in edges])
    blocks = cells.reshape(2, _BLOCKS, _CELLS, _BLOCKS, _CELLS).transpose(1, 3, 0, 2, 4)
    blocks = blocks.reshape(NUM_BLOCKS, EDGES_OF_BLOCK)
    strength = np.linalg.norm(blocks, axis=1, keepdims=True) / _CELLS
    return np.asarray(np.where(strength > _WEAKEST, blocks, 0), dtype=np.float32)


def _without_bars(picture: Vector) -> Vector:
    """The picture without black rows and columns at its sides; a black one as it is."""
    spans = []
    for axis in (1, 0):
        lit = np.flatnonzero(picture.max(axis=axis) > _BLACK)
        spans.append(slice(lit[0], lit[-1] + 1) if len(lit) else slice(None))
    return np.ascontiguousarray(picture[tuple(spans)])
