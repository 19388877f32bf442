"""R(2+1)D: residual networks whose 3-D convolutions are factorised into space and time.

Source: Tran et al., "A Closer Look at Spatiotemporal Convolutions for Action Recognition", CVPR 2018
(arXiv:1711.11248). Batch and time are folded for the spatial convolutions, height and width for the temporal ones:
2-D convolutions are far faster than 3-D ones on CPUs, and the folding itself moves no data. Between a convolution and its
normalisation nothing is unfolded, so that TensorFlow can make one operation of the two, and of ReLU, in evaluation.

Two presets are networks that others have trained, to the last operation, so that their weights mean here what they mean there:
torchvision's `r2plus1d_18`, and the network of 34 layers that was trained on IG-65M: Ghadiyaram et al., "Large-scale
weakly-supervised pre-training for video action recognition", CVPR 2019 (arXiv:1905.00561).
"""

from typing import NamedTuple

import keras
from keras import layers, ops

from models.networks.blocks import Regularization, batch_norm, drop_path_layer, drop_path_rates


class Arithmetic(NamedTuple):
    """How convolutions are padded and normalised.

    Attributes:
      epsilon: what normalisation adds to the variance.
      pads_evenly: a convolution with a stride gets as many zeros before as after, as in PyTorch. TensorFlow's SAME leaves out
        those before where the size is even, which moves all that follows by half a stride.
    """

    epsilon: float = 1e-3
    pads_evenly: bool = False


_TENSORFLOW = Arithmetic()


class R2Plus1DPreset(NamedTuple):
    """The sizes of a network, and what sets its arithmetic apart.

    Attributes:
      stem_middle_width: channels between the two halves of the first convolution.
      stage_widths: channels of each stage; `blocks`: residual blocks in each.
      widens_second: the second convolution of a stage's first block counts its channels between the halves from its own
        input, as the paper's formula has it, and not from the block's.
    """

    stem_middle_width: int
    stage_widths: tuple[int, ...]
    blocks: tuple[int, ...]
    arithmetic: Arithmetic = _TENSORFLOW
    widens_second: bool = False


_FULL_WIDTHS = (64, 128, 256, 512)
PRESETS = {
    "tiny": R2Plus1DPreset(12, (8, 32, 64, 128), (1, 1, 1, 1)),
    "small": R2Plus1DPreset(24, (32, 64, 128, 256), (1, 1, 1, 1)),
    "r2plus1d_10": R2Plus1DPreset(45, _FULL_WIDTHS, (1, 1, 1, 1)),
    "r2plus1d_18": R2Plus1DPreset(45, _FULL_WIDTHS, (2, 2, 2, 2)),
    "r2plus1d_34": R2Plus1DPreset(45, _FULL_WIDTHS, (3, 4, 6, 3)),
    "r2plus1d_18_torchvision": R2Plus1DPreset(45, _FULL_WIDTHS, (2, 2, 2, 2), Arithmetic(1e-5, pads_evenly=True)),
    "r2plus1d_34_ig65m": R2Plus1DPreset(
        45, _FULL_WIDTHS, (3, 4, 6, 3), Arithmetic(1e-3, pads_evenly=True), widens_second=True
    ),
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
    arithmetic = preset.arithmetic
    x = _spatial(clips, preset.stem_middle_width, size=7, stride=2, name="stem_space", arithmetic=arithmetic)
    x = _temporal(x, preset.stage_widths[0], size=3, stride=1, name="stem_time", arithmetic=arithmetic)
    for stage, (width, num_blocks) in enumerate(zip(preset.stage_widths, preset.blocks, strict=True)):
        for block in range(num_blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            x = _residual_block(x, width, stride, next(rates), preset, name=f"stage{stage}_block{block}")
    return ops.mean(x, axis=(1, 2, 3))  # [batch, width]


def _residual_block(
    x: keras.KerasTensor, width: int, stride: int, drop_path: float, preset: R2Plus1DPreset, name: str
) -> keras.KerasTensor:
    arithmetic = preset.arithmetic
    middle = middle_width(x.shape[-1], width)
    second_middle = middle_width(width, width) if preset.widens_second else middle
    shortcut = x
    if stride > 1 or x.shape[-1] != width:
        frames = _every_second_frame(x) if stride == 2 else x
        shortcut = _spatial(
            frames, width, size=1, stride=stride, name=f"{name}_shortcut", arithmetic=arithmetic, relu=False
        )
    y = _spatial(x, middle, size=3, stride=stride, name=f"{name}_space1", arithmetic=arithmetic)
    y = _temporal(y, width, size=3, stride=stride, name=f"{name}_time1", arithmetic=arithmetic)
    y = _spatial(y, second_middle, size=3, stride=1, name=f"{name}_space2", arithmetic=arithmetic)
    y = _temporal(y, width, size=3, stride=1, name=f"{name}_time2", arithmetic=arithmetic, relu=False)
    return ops.relu(drop_path_layer(drop_path, 5, name)(y) + shortcut)


def _spatial(
    x: keras.KerasTensor,
    width: int,
    size: int,
    stride: int,
    name: str,
    *,
    arithmetic: Arithmetic = _TENSORFLOW,
    relu: bool = True,
) -> keras.KerasTensor:
    """A convolution of each frame, normalised and, if wanted, rectified."""
    time, *image_shape = x.shape[1:]
    images = ops.reshape(x, (-1, *image_shape))
    # [batch * time, height / stride, width / stride, channels]
    y = _conv_norm(images, width, (size, size), (stride, stride), name, arithmetic, relu=relu)
    return ops.reshape(y, (-1, time, *y.shape[1:]))


def _temporal(
    x: keras.KerasTensor,
    width: int,
    size: int,
    stride: int,
    name: str,
    *,
    arithmetic: Arithmetic = _TENSORFLOW,
    relu: bool = True,
) -> keras.KerasTensor:
    """A convolution of each pixel along time, normalised and, if wanted, rectified."""
    time, height, image_width, channels = x.shape[1:]
    pixels = ops.reshape(x, (-1, time, height * image_width, channels))
    # [batch, time / stride, pixels, channels]
    y = _conv_norm(pixels, width, (size, 1), (stride, 1), name, arithmetic, relu=relu)
    return ops.reshape(y, (-1, y.shape[1], height, image_width, width))


def _conv_norm(
    x: keras.KerasTensor,
    width: int,
    size: tuple[int, int],
    stride: tuple[int, int],
    name: str,
    arithmetic: Arithmetic,
    *,
    relu: bool,
) -> keras.KerasTensor:
    """A convolution of [batch, rows, columns, channels], normalised and, if wanted, rectified."""
    padding = "same"
    if arithmetic.pads_evenly and max(stride) > 1 and max(size) > 1:
        x, padding = ops.pad(x, ((0, 0), *((side // 2, side // 2) for side in size), (0, 0))), "valid"
    conv = layers.Conv2D(width, size, stride, padding, use_bias=False, kernel_initializer="he_normal", name=name)
    y = batch_norm(name, epsilon=arithmetic.epsilon)(conv(x))
    return ops.relu(y) if relu else y


def _every_second_frame(x: keras.KerasTensor) -> keras.KerasTensor:
    """The same as `x[:, ::2]`, whose gradient takes ten times longer on CPUs than that of cutting whole blocks."""
    time, *frame_shape = x.shape[1:]
    padded = ops.pad(x, ((0, 0), (0, time % 2), (0, 0), (0, 0), (0, 0)))
    return ops.unstack(ops.reshape(padded, (-1, (time + 1) // 2, 2, *frame_shape)), axis=2)[0]
