"""A 2-D residual network for single frames.

Source: He et al., "Deep Residual Learning for Image Recognition", CVPR 2016 (arXiv:1512.03385), with basic blocks.
"""

from typing import NamedTuple

import keras
from keras import layers, ops

from models.networks.blocks import batch_norm, drop_path_layer, drop_path_rates, norm_relu


class ResNetPreset(NamedTuple):
    """`stage_widths` in channels; `blocks` residual blocks in each stage."""

    stage_widths: tuple[int, ...]
    blocks: tuple[int, ...]


PRESETS = {
    "tiny": ResNetPreset((16, 32, 64, 128), (1, 1, 1, 1)),
    "small": ResNetPreset((32, 64, 128, 256), (1, 1, 1, 1)),
    "resnet_18": ResNetPreset((64, 128, 256, 512), (2, 2, 2, 2)),
}


def resnet(images: keras.KerasTensor, preset: ResNetPreset, drop_path: float) -> keras.KerasTensor:
    """[batch, height, width, channels] to pooled features [batch, stage_widths[-1]]."""
    return ops.mean(feature_map(images, preset, drop_path), axis=(1, 2))


def feature_map(images: keras.KerasTensor, preset: ResNetPreset, drop_path: float = 0.0) -> keras.KerasTensor:
    """The map before pooling: [batch, height, width, channels] to [batch, height / 32, width / 32, stage_widths[-1]]."""
    rates = drop_path_rates(drop_path, sum(preset.blocks))
    x = norm_relu(_conv(images, preset.stage_widths[0], size=7, stride=2, name="stem"), "stem")
    x = layers.MaxPooling2D(3, 2, "same", name="stem_pool")(x)  # [batch, height / 4, width / 4, channels]
    for stage, (width, num_blocks) in enumerate(zip(preset.stage_widths, preset.blocks, strict=True)):
        for block in range(num_blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            x = _residual_block(x, width, stride, next(rates), name=f"stage{stage}_block{block}")
    return x


def _residual_block(x: keras.KerasTensor, width: int, stride: int, drop_path: float, name: str) -> keras.KerasTensor:
    shortcut = x
    if stride > 1 or x.shape[-1] != width:
        shortcut = _conv(x, width, size=1, stride=stride, name=f"{name}_shortcut")
        shortcut = batch_norm(f"{name}_shortcut")(shortcut)
    y = norm_relu(_conv(x, width, size=3, stride=stride, name=f"{name}_conv1"), f"{name}_conv1")
    y = batch_norm(f"{name}_conv2")(_conv(y, width, size=3, stride=1, name=f"{name}_conv2"))
    return ops.relu(drop_path_layer(drop_path, 4, name)(y) + shortcut)


def _conv(x: keras.KerasTensor, width: int, size: int, stride: int, name: str) -> keras.KerasTensor:
    conv = layers.Conv2D(width, size, stride, "same", use_bias=False, kernel_initializer="he_normal", name=name)
    return conv(x)
