"""EfficientNet-Lite0: a convolutional network for single frames, for which there are weights from ImageNet.

Source: Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019 (arXiv:1905.11946), in
the variant for small devices that its authors published in 2020: ReLU6 in place of swish, and no squeeze-and-excitation. What
is padded, and where, is as TensorFlow's SAME has it, which the weights were trained with.
"""

from typing import NamedTuple

import keras
from keras import layers, ops

from models.networks.blocks import batch_norm


class Stage(NamedTuple):
    """Blocks of inverted residuals, of which the first one strides. `expansion`: of the width, inside a block."""

    num_blocks: int
    kernel_size: int
    stride: int
    expansion: int
    width: int


STEM_WIDTH, LAST_WIDTH = 32, 1280
STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)
# The last convolution is a stage as well, so that it can be frozen with those before it.
LAST_STAGE = f"stage{len(STAGES)}"


def feature_map(images: keras.KerasTensor, num_stages: int | None = None) -> keras.KerasTensor:
    """The map of the last stage: [batch, height, width, 3] to [batch, height / 32, width / 32, LAST_WIDTH].

    `num_stages`: after how many to stop; the map then has the width of that stage, and is larger where strides are left out.
    """
    x = _conv_norm(images, STEM_WIDTH, size=3, stride=2, name="stem")
    for index, stage in enumerate(STAGES[:num_stages]):
        for block in range(stage.num_blocks):
            stride = stage.stride if block == 0 else 1
            x = _inverted_residual(x, stage, stride, name=f"stage{index}_block{block}")
    return x if num_stages else _conv_norm(x, LAST_WIDTH, size=1, stride=1, name=f"{LAST_STAGE}_conv")


def _inverted_residual(x: keras.KerasTensor, stage: Stage, stride: int, name: str) -> keras.KerasTensor:
    """Widens each pixel, convolves each channel by itself, and narrows again; the input is added where shapes agree."""
    y = x
    if stage.expansion > 1:
        y = _conv_norm(y, stage.expansion * x.shape[-1], size=1, stride=1, name=f"{name}_expand")
    depthwise = layers.DepthwiseConv2D(stage.kernel_size, stride, "same", use_bias=False, name=f"{name}_depthwise")
    y = ops.relu6(batch_norm(f"{name}_depthwise")(depthwise(y)))
    y = _conv(y, stage.width, size=1, stride=1, name=f"{name}_project")
    y = batch_norm(f"{name}_project")(y)
    return x + y if stride == 1 and x.shape[-1] == stage.width else y


def _conv_norm(x: keras.KerasTensor, width: int, size: int, stride: int, name: str) -> keras.KerasTensor:
    return ops.relu6(batch_norm(name)(_conv(x, width, size, stride, name)))


def _conv(x: keras.KerasTensor, width: int, size: int, stride: int, name: str) -> keras.KerasTensor:
    conv = layers.Conv2D(width, size, stride, "same", use_bias=False, kernel_initializer="he_normal", name=name)
    return conv(x)
