"""C3D: a plain network of 3-D convolutions.

Source: Tran et al., "Learning Spatiotemporal Features with 3D Convolutional Networks", ICCV 2015 (arXiv:1412.0767):
3x3x3 convolutions everywhere, a pooling after each stage that halves time and space (the first one space only), and two
fully connected layers. Unlike the paper's, each convolution has batch normalisation in place of its bias, so that the network
learns from scratch. On CPUs, 2-D convolutions with three frames as channels would take as long forwards and longer backwards.
"""

from typing import NamedTuple

import keras
from keras import layers, ops

from models.networks.blocks import Regularization, norm_relu


class C3DPreset(NamedTuple):
    """`stage_widths` in channels, `convolutions` in each stage, `hidden_widths` of the fully connected layers.

    Without hidden layers the last map is averaged: the paper's two layers hold two thirds of its weights.
    """

    stage_widths: tuple[int, ...]
    convolutions: tuple[int, ...]
    hidden_widths: tuple[int, ...]


PRESETS = {
    "tiny": C3DPreset((8, 32, 64, 128), (1, 1, 1, 1), ()),
    "small": C3DPreset((32, 64, 128, 256, 256), (1, 1, 1, 1, 1), ()),
    "c3d": C3DPreset((64, 128, 256, 512, 512), (1, 1, 2, 2, 2), (4096, 4096)),
}


def c3d(clips: keras.KerasTensor, preset: C3DPreset, regularization: Regularization) -> keras.KerasTensor:
    """The backbone: [batch, time, height, width, channels] to features [batch, width of the last layer].

    Dropout follows each hidden layer but the last.
    """
    x = clips
    for stage, (width, num_convolutions) in enumerate(zip(preset.stage_widths, preset.convolutions, strict=True)):
        for index in range(num_convolutions):
            name = f"stage{stage}_conv{index}"
            conv = layers.Conv3D(width, 3, padding="same", use_bias=False, kernel_initializer="he_normal", name=name)
            x = norm_relu(conv(x), name)
        halved = (1, 2, 2) if stage == 0 else (2, 2, 2)
        x = layers.MaxPooling3D(halved, padding="same", name=f"stage{stage}_pool")(x)
    if not preset.hidden_widths:
        return ops.mean(x, axis=(1, 2, 3))  # [batch, stage_widths[-1]]
    x = layers.Flatten(name="head_flatten")(x)
    for index, width in enumerate(preset.hidden_widths):
        if index > 0:
            x = layers.Dropout(regularization.dropout, name=f"head_dropout{index}")(x)
        name = f"head_hidden{index}"
        x = layers.Dense(width, activation="relu", kernel_initializer="he_normal", name=name)(x)
    return x  # [batch, hidden_widths[-1]]
