"""ImageNet's weights of EfficientNet-Lite0, for the layers of `models.networks.efficientnet_lite`."""

from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np

from models.networks.efficientnet_lite import LAST_STAGE, STAGES
from models.pretrained.parts import Array, Layout, Part, fill, torch_norm, without_counters
from models.pretrained.torch_file import read_tensors


def load_encoder(network: keras.Model, path: Path) -> None:
    """Give the layers of an encoder in `network` the weights of PyTorch's file.

    Layers after those that the network has are left out, and so is the classifier.

    Raises:
      UserError: the file cannot be read, or tensors are missing, additional or of another shape; they are named.
    """
    fill(network, layout(), without_counters(read_tensors(path)), path)


def layout() -> Layout:
    """The layout of PyTorch's file."""
    return Layout("EfficientNet-Lite0", dict(_parts()), unused=frozenset({"_fc.weight", "_fc.bias"}))


def _parts() -> Iterator[tuple[str, Part]]:
    yield from _convolution("stem", "_conv_stem", "_bn0")
    number = 0
    for index, stage in enumerate(STAGES):
        for block in range(stage.num_blocks):
            layer, theirs = f"stage{index}_block{block}", f"_blocks.{number}"
            if stage.expansion > 1:
                yield from _convolution(f"{layer}_expand", f"{theirs}._expand_conv", f"{theirs}._bn0")
            depthwise = f"{layer}_depthwise"
            yield f"{depthwise}/kernel", Part(f"{theirs}._depthwise_conv.weight", _depthwise_kernel)
            yield from torch_norm(f"{depthwise}_norm", f"{theirs}._bn1")
            yield from _convolution(f"{layer}_project", f"{theirs}._project_conv", f"{theirs}._bn2")
            number += 1
    yield from _convolution(f"{LAST_STAGE}_conv", "_conv_head", "_bn1")


def _convolution(layer: str, conv: str, norm: str) -> Iterator[tuple[str, Part]]:
    yield f"{layer}/kernel", Part(f"{conv}.weight", _kernel)
    yield from torch_norm(f"{layer}_norm", norm)


def _kernel(kernel: Array) -> Array:
    return np.transpose(kernel, (2, 3, 1, 0))  # from [out, in, height, width]


def _depthwise_kernel(kernel: Array) -> Array:
    return np.transpose(kernel, (2, 3, 0, 1))  # from [channels, 1, height, width]
