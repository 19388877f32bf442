"""A network that knows pictures and learns how they change: a pretrained encoder of single frames, and a linear layer.

The encoder was trained on ImageNet and stays as it is by default, so that the linear layer alone learns from the clips. That
takes dozens of clips where networks that begin with nothing want thousands, and seconds.

What the linear layer sees of a clip is, for each part of a grid, what its frames show on average (as in Wang et al., "Temporal
Segment Networks", ECCV 2016, arXiv:1608.00859), where that goes to from the beginning to the end, and how much it changes from
frame to frame. The first knows neither motion nor time, the second tells a movement from its reverse, the third is its speed.
"""

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
    """The backbone: [batch, time, height, width, 3] to features [batch, 3 * 3 * 3 * channels of the encoder's map].

    `only_motion`: without what the frames show on average, a third of the features.
    """
    time, *image_shape = clips.shape[1:]
    maps = efficientnet_lite.feature_map(ops.reshape(clips, (-1, *image_shape)), preset.num_stages)
    parts = GridMeans(_GRID, dtype="float32", name="head_grid")(maps)
    parts = ops.reshape(parts, (-1, time, *parts.shape[1:]))  # [batch, time, 3, 3, channels]
    summary = Summary(only_motion=only_motion, dtype="float32", name=SUMMARY)(parts)
    return Standardize(dtype="float32", name=STANDARDIZE)(summary)


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
    """Mean of all frames, the later ones less the earlier ones, and the mean change from one to the next; 0 with one frame."""

    def __init__(self, *, only_motion: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._only_motion = only_motion

    def call(self, frames: Any) -> Any:
        """[batch, time, ...] to [batch, 3, ...], or without the mean to [batch, 2, ...]."""
        time = frames.shape[1]
        positions = np.arange(time) - (time - 1) / 2
        shares = positions / max(
            1, np.sum(np.abs(positions)) / 2
        )  # from -1 in all for the earlier half to 1 for the later
        drift = ops.tensordot(ops.convert_to_tensor(shares, "float32"), ops.moveaxis(frames, 1, 0), axes=1)
        changes = ops.sum(ops.abs(frames[:, 1:] - frames[:, :-1]), axis=1) / max(1, time - 1)
        return ops.stack([*([] if self._only_motion else [ops.mean(frames, axis=1)]), drift, changes], axis=1)


class Standardize(layers.Layer):
    """Gives each number mean 0 and the same deviation over the training clips, so small that a clip's vector has length 1."""

    def build(self, shape: tuple[Any, ...]) -> None:
        """`shape`: [batch, ...]."""
        self.mean = self.add_weight(shape=shape[1:], initializer="zeros", trainable=False, name="mean")
        self.deviation = self.add_weight(shape=shape[1:], initializer="ones", trainable=False, name="deviation")

    def adapt(self, mean: Any, deviation: Any) -> None:
        """`mean` and standard `deviation` of the training clips' numbers; what hardly varies is not blown up."""
        self.mean.assign(mean)
        self.deviation.assign(np.maximum(deviation, _LEAST_DEVIATION * float(np.mean(deviation)) + 1e-12))

    def call(self, x: Any) -> Any:
        """[batch, ...] to [batch, width]."""
        y = ops.reshape((x - self.mean) / self.deviation, (-1, int(np.prod(x.shape[1:]))))
        return y / y.shape[-1] ** 0.5
