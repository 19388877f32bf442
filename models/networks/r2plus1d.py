"""R(2+1)D: residual networks whose 3-D convolutions are factorised into space and time.

Source: Tran et al., "A Closer Look at Spatiotemporal Convolutions for Action Recognition", CVPR 2018
(arXiv:1711.11248). Batch and time are folded for the spatial convolutions, height and width for the temporal ones:
2-D convolutions are far faster than 3-D ones on CPUs, and the folding itself moves no data. Between a convolution and its
normalisation nothing is unfolded, so that TensorFlow can make one operation of the two, and of ReLU, in evaluation.
"""

from typing import NamedTuple

import keras
from keras import layers, ops

from models.networks.blocks import Regularization, batch_norm, drop_path_layer, drop_path_rates, norm_relu


class R2Plus1DPreset(NamedTuple):
    """`stem_middle_width` and `stage_widths` in channels; `blocks` residual blocks in each stage."""

    stem_middle_width: int
    stage_widths: tuple[int, ...]
    blocks: tuple[int, ...]


_FULL_WIDTHS = (64, 128, 256, 512)
PRESETS = {
    "tiny": R2Plus1DPreset(12, (8, 32, 64, 128), (1, 1, 1, 1)),
    "small": R2Plus1DPreset(24, (32, 64, 128, 256), (1, 1, 1, 1)),
    "r2plus1d_10": R2Plus1DPreset(45, _FULL_WIDTHS, (1, 1, 1, 1)),
    "r2plus1d_18": R2Plus1DPreset(45, _FULL_WIDTHS, (2, 2, 2, 2)),
    "r2plus1d_34": R2Plus1DPreset(45, _FULL_WIDTHS, (3, 4, 6, 3)),
}


def middle_width(in_width: int, out_width: int, time_size: int = 3, space_size: int = 3) -> int:
    """Channels between the two halves, so that a factorised convolution has as many weights as the 3-D one.

    The paper's section 3.5: floor(t d^2 N_in N_out / (d^2 N_in + t N_out)).
    """
    numerator = time_size * space_size**2 * in_width * out_width
    return numerator // (space_size**2 * in_width + time_size * out_width)


def r2plus1d(clips: keras.KerasTensor, preset: R2Plus1DPreset, regularization: Regularization) -> keras.KerasTensor:
    """The backbone: [batch, time, height, width, channels] to pooled features [batch, stage_widths[-1]]."""
    rates = drop_path_rates(regularization.drop_path, sum(preset.blocks))
    x = _spatial(clips, preset.stem_middle_width, size=7, stride=2, name="stem_space")
    x = _temporal(x, preset.stage_widths[0], size=3, stride=1, name="stem_time")
    for stage, (width, num_blocks) in enumerate(zip(preset.stage_widths, preset.blocks, strict=True)):
        for block in range(num_blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            x = _residual_block(x, width, stride, next(rates), name=f"stage{stage}_block{block}")
    return ops.mean(x, axis=(1, 2, 3))  # [batch, width]


def _residual_block(x: keras.KerasTensor, width: int, stride: int, drop_path: float, name: str) -> keras.KerasTensor:
    middle = middle_width(x.shape[-1], width)
    shortcut = x
    if stride > 1 or x.shape[-1] != width:
        frames = _every_second_frame(x) if stride == 2 else x
        shortcut = _spatial(frames, width, size=1, stride=stride, name=f"{name}_shortcut", relu=False)
    y = _spatial(x, middle, size=3, stride=stride, name=f"{name}_space1")
    y = _temporal(y, width, size=3, stride=stride, name=f"{name}_time1")
    y = _spatial(y, middle, size=3, stride=1, name=f"{name}_space2")
    y = _temporal(y, width, size=3, stride=1, name=f"{name}_time2", relu=False)
    return ops.relu(drop_path_layer(drop_path, 5, name)(y) + shortcut)


def _spatial(
    x: keras.KerasTensor, width: int, size: int, stride: int, name: str, *, relu: bool = True
) -> keras.KerasTensor:
    """A convolution of each frame, normalised and, if wanted, rectified."""
    time, *image_shape = x.shape[1:]
    conv = layers.Conv2D(width, size, stride, "same", use_bias=False, kernel_initializer="he_normal", name=name)
    y = conv(ops.reshape(x, (-1, *image_shape)))  # [batch * time, height / stride, width / stride, channels]
    y = norm_relu(y, name) if relu else batch_norm(name)(y)
    return ops.reshape(y, (-1, time, *y.shape[1:]))


def _temporal(
    x: keras.KerasTensor, width: int, size: int, stride: int, name: str, *, relu: bool = True
) -> keras.KerasTensor:
    """A convolution of each pixel along time, normalised and, if wanted, rectified."""
    time, height, image_width, channels = x.shape[1:]
    kernel, strides = (size, 1), (stride, 1)
    conv = layers.Conv2D(width, kernel, strides, "same", use_bias=False, kernel_initializer="he_normal", name=name)
    y = conv(ops.reshape(x, (-1, time, height * image_width, channels)))  # [batch, time / stride, pixels, channels]
    y = norm_relu(y, name) if relu else batch_norm(name)(y)
    return ops.reshape(y, (-1, y.shape[1], height, image_width, width))


def _every_second_frame(x: keras.KerasTensor) -> keras.KerasTensor:
    """The same as `x[:, ::2]`, whose gradient takes ten times longer on CPUs than that of cutting whole blocks."""
    time, *frame_shape = x.shape[1:]
    padded = ops.pad(x, ((0, 0), (0, time % 2), (0, 0), (0, 0), (0, 0)))
    return ops.unstack(ops.reshape(padded, (-1, (time + 1) // 2, 2, *frame_shape)), axis=2)[0]
