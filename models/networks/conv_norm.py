"""A convolution, its normalisation and its activation as one layer, and the activations of mobile networks."""

from collections.abc import Callable
from typing import Any

import keras
from keras import layers, ops

from models.networks.blocks import batch_norm

Shape = tuple[Any, ...]  # None stands for an unknown size
Activation = Callable[[Any], Any]


class ConvNorm(layers.Layer):
    """A convolution, batch normalisation and, if given, an activation, for images [batch, height, width, channels]."""

    def __init__(
        self, conv: layers.Layer, activation: Activation | None, *, gamma: str = "ones", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._conv = conv
        self._norm = batch_norm("conv", gamma=gamma)
        self._activation = activation

    def build(self, shape: Shape) -> None:
        """`shape`: [batch, height, width, channels]."""
        self._conv.build(shape)
        self._norm.build(self.compute_output_shape(shape))

    def compute_output_shape(self, shape: Shape) -> Shape:
        return tuple(self._conv.compute_output_shape(shape))

    def call(self, x: Any) -> Any:
        y = self._norm(self._conv(x))
        return self._activation(y) if self._activation else y


def conv_norm(
    width: int, name: str, activation: Activation | None = None, size: int = 1, stride: int = 1, **kwargs: Any
) -> ConvNorm:
    conv = layers.Conv2D(width, size, stride, "same", use_bias=False, kernel_initializer="he_normal", name="conv")
    return ConvNorm(conv, activation, name=name, **kwargs)


def depthwise_norm(size: tuple[int, int], padding: str, name: str, activation: Activation, stride: int = 1) -> ConvNorm:
    # Each filter sees one channel. Keras's initializers count all channels as its inputs, and would start it too small.
    scale = keras.initializers.RandomNormal(stddev=(2 / (size[0] * size[1])) ** 0.5)
    conv = layers.DepthwiseConv2D(size, stride, padding, use_bias=False, depthwise_initializer=scale, name="conv")
    return ConvNorm(conv, activation, name=name)


def swish(x: Any) -> Any:
    # An export would trace the gradient function of Keras's silu for each place where it is used.
    return x * ops.sigmoid(x)


def hard_swish(x: Any) -> Any:
    return x * ops.relu6(x + 3) * (1 / 6)


def hard_sigmoid(x: Any) -> Any:
    return ops.relu6(x + 3) * 0.16667  # so rounded where the weights were trained
