"""A network that knows pictures and learns how they change: a pretrained encoder of single frames, and a linear layer.

The encoder was trained on ImageNet and stays as it is by default, so that the linear layer alone learns from the clips. That
takes dozens of clips where networks that begin with nothing want thousands, and seconds.

What the linear layer sees of a clip is what its frames show on average in each part of a grid (as in Wang et al., "Temporal
Segment Networks", ECCV 2016, arXiv:1608.00859), where that goes to from the beginning to the end, and how abruptly it changes.
The first knows neither motion nor time, the second tells a movement from its reverse, the third is acceleration wherever it
happens, after Deniz et al., "Fast Violence Detection in Video", VISAPP 2014.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers, ops

from models.networks import efficientnet_lite
from models.networks.blocks import Regularization

_GRID = 3
_LEAST_DEVIATION = 1e-3

# The layer that ends what does not depend on the clips that are learned from, and the one that needs to know them.
SUMMARY, STANDARDIZE = "head_summary", "head_standardize"


class FramesPreset(NamedTuple):
    """`num_stages` of the encoder that are used; None: all, and its last convolution."""

    num_stages: int | None


PRESETS = {"tiny": FramesPreset(3), "efficientnet_lite0": FramesPreset(None)}


def frames(
    clips: keras.KerasTensor, preset: FramesPreset, regularization: Regularization, *, only_motion: bool = False
) -> keras.KerasTensor:
    """The backbone: [batch, time, height, width, 3] to features [batch, (9 + 9 + 1) * channels of the encoder's map].

    `only_motion`: without what the frames show, and where it goes; [batch, channels] are left.
    """
    time, *image_shape = clips.shape[1:]
    maps = efficientnet_lite.feature_map(ops.reshape(clips, (-1, *image_shape)), preset.num_stages)
    parts = GridMeans(_GRID, dtype="float32", name="head_grid")(maps)
    channels = parts.shape[-1]
    parts = ops.reshape(parts, (-1, time, _GRID**2, channels))
    summary = Summary(only_motion=only_motion, dtype="float32", name=SUMMARY)(parts)
    widths = [channels] if only_motion else [_GRID**2 * channels, _GRID**2 * channels, channels]
    return Standardize(widths, dtype="float32", name=STANDARDIZE)(summary)


class GridMeans(layers.Layer):
    """Means of a map's parts: of `size` x `size` that overlap where they do not divide it evenly, so that none is empty."""

    def __init__(self, size: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._size = size

    def call(self, maps: Any) -> Any:
        """[batch, height, width, channels] to [batch, size, size, channels]."""
        rows, columns = (self._shares(length) for length in maps.shape[1:3])
        return ops.einsum("bhwc,gh,kw->bgkc", maps, rows, columns)

    def _shares(self, length: int) -> Any:
        """What each element adds to the mean of each part: float32 [size, length]."""
        shares = np.zeros((self._size, length), np.float32)
        for part in range(self._size):
            start, end = part * length // self._size, -(-(part + 1) * length // self._size)
            shares[part, start:end] = 1 / (end - start)
        return ops.convert_to_tensor(shares)


class Summary(layers.Layer):
    """What is kept of a clip: the mean and the drift of each part, and the jerks of all parts together, one after the other.

    The drift is the later frames less the earlier ones. Jerks are the mean absolute change of the change from frame to frame;
    of two frames they are the change, of one they are 0.
    """

    def __init__(self, *, only_motion: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._only_motion = only_motion

    def call(self, parts: Any) -> Any:
        """[batch, time, parts, channels] to [batch, width]."""
        time, num_parts, channels = parts.shape[1:]
        jerks = parts if time > 1 else ops.zeros_like(parts)
        for _ in range(min(2, time - 1)):
            jerks = jerks[:, 1:] - jerks[:, :-1]
        jerks = ops.mean(ops.abs(jerks), axis=(1, 2))
        if self._only_motion:
            return jerks
        positions = np.arange(time) - (time - 1) / 2
        shares = positions / (np.sum(np.abs(positions)) / 2 or 1)  # -1 in all for the earlier half, 1 for the later
        drift = ops.einsum("btpc,t->bpc", parts, ops.convert_to_tensor(shares, "float32"))
        where = (ops.reshape(x, (-1, num_parts * channels)) for x in (ops.mean(parts, axis=1), drift))
        return ops.concatenate([*where, jerks], axis=1)


class Standardize(layers.Layer):
    """Gives each number mean 0 and the same deviation over the training clips, so small that each kind of them has length 1."""

    def __init__(self, widths: Sequence[int], **kwargs: Any) -> None:
        """`widths`: of each kind of numbers, as they follow each other."""
        super().__init__(**kwargs)
        self._scale = np.concatenate([np.full(width, width**-0.5, np.float32) for width in widths])

    def build(self, shape: tuple[Any, ...]) -> None:
        """`shape`: [batch, width]."""
        self.mean = self.add_weight(shape=shape[1:], initializer="zeros", trainable=False, name="mean")
        self.deviation = self.add_weight(shape=shape[1:], initializer="ones", trainable=False, name="deviation")

    def adapt(self, mean: Any, deviation: Any) -> None:
        """`mean` and standard `deviation` of the training clips' numbers; what hardly varies is not blown up."""
        self.mean.assign(mean)
        self.deviation.assign(np.maximum(deviation, _LEAST_DEVIATION * float(np.mean(deviation)) + 1e-12))

    def call(self, x: Any) -> Any:
        """[batch, width] to the same."""
        return (x - self.mean) / self.deviation * ops.convert_to_tensor(self._scale)
