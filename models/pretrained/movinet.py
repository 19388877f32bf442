"""Weights of TensorFlow Model Garden's MoViNets for streams, for the network `models.networks.movinet`.

Layers there are named by the attributes of its classes, as `tf_checkpoint` finds them. What is multiplied with the output of a
block's last normalisation, a number that each block learns, is part of that normalisation here.
"""

from collections.abc import Iterator

import numpy as np

from models.networks.movinet import PRESETS, MoViNetPreset
from models.pretrained.parts import Array, Layout, Part

# A classifier's layers with weights are its backbone and its head.
_BACKBONE, _HEAD = "layer_with_weights-0", "layer_with_weights-1"
_NORM = ("gamma", "beta", "moving_mean", "moving_variance")


def layout(preset: str) -> Layout:
    """The layout of the checkpoints for a preset: one of those that others have trained."""
    size = preset.removeprefix("movinet_").removesuffix("_stream").upper()
    return Layout(f"Model Garden's MoViNet-{size}-Stream", dict(_parts(PRESETS[preset])))


def _parts(preset: MoViNetPreset) -> Iterator[tuple[str, Part]]:
    number = 0

    def layer() -> str:
        return f"{_BACKBONE}/layer_with_weights-{number}"

    yield from _convolution("stem/conv", f"{layer()}/_stem")
    width = preset.stem_width
    for index, stage in enumerate(preset.stages):
        for block, (_, time_size, _) in enumerate(stage.blocks):
            number += 1
            ours = f"stage{index}_block{block}"
            yield from _convolution(f"{ours}/widen", f"{layer()}/_expansion")
            yield from _convolution(f"{ours}/space", f"{layer()}/_feature", kernel="depthwise_kernel")
            if time_size > 1:
                yield from _convolution(f"{ours}/time", f"{layer()}/_feature", "_temporal", "depthwise_kernel")
            yield from _dense(f"{ours}/squeeze", f"{layer()}/_attention/_se_reduce")
            yield from _dense(f"{ours}/excite", f"{layer()}/_attention/_se_expand")
            scale = f"{layer()}/_mobile_bottleneck/_rezero/_scale"
            yield from _convolution(f"{ours}/narrow", f"{layer()}/_projection", scale=scale)
            if width != stage.width or (block == 0 and stage.stride > 1):
                yield from _convolution(f"{ours}/shortcut", f"{layer()}/_skip/_projection")
            width = stage.width
    number += 1
    yield from _convolution("head/conv", f"{layer()}/_project")
    yield from _dense("head/hidden", f"{_HEAD}/_head")
    yield from _dense("logits", f"{_HEAD}/_classifier")


def _convolution(
    ours: str, theirs: str, which: str = "", kernel: str = "kernel", scale: str = ""
) -> Iterator[tuple[str, Part]]:
    yield f"{ours}/conv/kernel", Part(f"{theirs}/_conv{which}/_conv/{kernel}")
    for name in _NORM:
        factor = scale if name in ("gamma", "beta") else ""
        yield f"{ours}/conv_norm/{name}", Part(f"{theirs}/_batch_norm{which}/{name}", factor=factor)


def _dense(ours: str, theirs: str) -> Iterator[tuple[str, Part]]:
    """A layer that is a convolution of single pixels there."""
    yield f"{ours}/kernel", Part(f"{theirs}/_conv/_conv/kernel", _of_one_pixel)
    yield f"{ours}/bias", Part(f"{theirs}/_conv/_conv/bias")


def _of_one_pixel(kernel: Array) -> Array:
    return np.squeeze(kernel, axis=(0, 1))  # from [1, 1, in, out]
