"""Weights of torchvision's R(2+1)D, for the network `models.networks.r2plus1d`."""

from collections.abc import Iterator

import numpy as np

from models.networks.r2plus1d import PRESETS, R2Plus1DPreset
from models.pretrained.parts import Array, Layout, Part, torch_norm

_TITLES = {
    "r2plus1d_18_torchvision": "torchvision's r2plus1d_18",
    "r2plus1d_34_ig65m": "the R(2+1)D of 34 layers that was trained on IG-65M",
}


def layout(preset: str) -> Layout:
    """The layout of the files for a preset: one of those that others have trained."""
    return Layout(_TITLES[preset], dict(_parts(PRESETS[preset])))


def _parts(preset: R2Plus1DPreset) -> Iterator[tuple[str, Part]]:
    yield from _convolution("stem_space", "stem.0", "stem.1")
    yield from _convolution("stem_time", "stem.3", "stem.4")
    for stage, num_blocks in enumerate(preset.blocks):
        for block in range(num_blocks):
            layer, theirs = f"stage{stage}_block{block}", f"layer{stage + 1}.{block}"
            for number in (1, 2):
                conv = f"{theirs}.conv{number}"
                yield from _convolution(f"{layer}_space{number}", f"{conv}.0.0", f"{conv}.0.1")
                yield from _convolution(f"{layer}_time{number}", f"{conv}.0.3", f"{conv}.1")
            if stage > 0 and block == 0:
                yield from _convolution(f"{layer}_shortcut", f"{theirs}.downsample.0", f"{theirs}.downsample.1")
    yield "logits/kernel", Part("fc.weight", np.transpose)
    yield "logits/bias", Part("fc.bias")


def _convolution(layer: str, conv: str, norm: str) -> Iterator[tuple[str, Part]]:
    yield f"{layer}/kernel", Part(f"{conv}.weight", _to_images)
    yield from torch_norm(f"{layer}_norm", norm)


def _to_images(kernel: Array) -> Array:
    """From [out, in, time, height, width], of which time or space is 1, to a kernel of images in Keras's order."""
    in_order = np.transpose(kernel, (2, 3, 4, 1, 0))  # [time, height, width, in, out]
    return in_order[0] if len(in_order) == 1 else np.squeeze(in_order, axis=2)
